/** One block, several times over. */
import { ArgumentError, foldIn } from "../mod.ts";
import { grow, type Net, netOf, type Nil } from "./net.ts";
import { requireSameSpec } from "./basic.ts";

/**
 * A block of layers repeated `times` times, each time with parameters and state of its own.
 *
 * @param times How often, 0 or more.
 * @param block From a net that gives what it takes to one that does so too: its layers.
 * @returns From a net to the net with the blocks after it; their parameters are one entry, an array with an element for
 *   each block, and so is their state.
 * @throws {ArgumentError} If `times` is no whole number. @throws {ShapeError} If the block changes the shape of an example.
 *
 * @example Ten equal layers
 * ```ts
 * import { flow, pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { act, dense, input, relu, repeat } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([8]), repeat(10, (x) => pipe(x, dense(8), act(relu))), dense(2));
 * assertEquals(net.init(key(0)).params[0].length, 10);
 * ```
 */
export function repeat<X, P2 extends readonly unknown[], S2 extends readonly unknown[]>(
  times: number,
  block: (net: Net<X, X, Nil, Nil>) => Net<X, X, P2, S2>,
): <I, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, X, P, S>,
) => Net<I, X, readonly [...P, readonly P2[]], readonly [...S, readonly S2[]]> {
  if (!Number.isInteger(times) || times < 0) {
    throw new ArgumentError(`repeat: the number of times is whole and 0 or more, not ${times}`);
  }
  return (net) => {
    const inner = block(netOf(net.output, net.output, [])), each = Array.from({ length: times }, (_, i) => i);
    requireSameSpec("repeat", net.output, inner.output);
    return grow(net, {
      name: `repeat(${times})`,
      output: net.output,
      params: (key) => each.map((i) => inner.init(foldIn(key, i)).params),
      state: () => each.map(() => inner.layers.flatMap((l) => l.state === undefined ? [] : [l.state()])),
      apply: (p, s, x, context) => {
        let y = x;
        const after = each.map((i) => {
          const mine = context.key === undefined ? context : { ...context, key: foldIn(context.key, i) };
          const [z, next] = inner.apply((p as readonly P2[])[i]!, (s as readonly S2[])[i]!, y as never, mine);
          y = z;
          return next;
        });
        return [y, after];
      },
    });
  };
}
