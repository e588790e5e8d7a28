/** One block, several times over: with parameters of its own each time, or with the same ones. */
import { ArgumentError, foldIn } from "../mod.ts";
import { asLayer, type Block, type Entries, type Extension, netOfBlock, requireSameSpec } from "./block.ts";
import { contextAt, grow } from "./net.ts";

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
export function repeat<X, P2 extends Entries, S2 extends Entries>(
  times: number,
  block: Block<X, X, P2, S2>,
): Extension<X, X, readonly P2[], readonly S2[]> {
  const each = count("repeat", times);
  return (net) => {
    const layer = asLayer("block", netOfBlock(block, net.output));
    requireSameSpec("repeat", net.output, layer.output);
    return grow(net, {
      ...layer,
      name: `repeat(${times})`,
      params: (key) => each.map((i) => layer.params(foldIn(key, i))),
      state: (key) => each.map((i) => layer.state(foldIn(key, i))),
      apply: (p, s, x, context) => {
        let y = x;
        const after = each.map((i) => {
          const [z, next] = layer.apply((p as Entries)[i], (s as Entries)[i], y, contextAt(context, i));
          y = z;
          return next;
        });
        return [y, after];
      },
    });
  };
}

/**
 * A block of layers applied `times` times, every time with the same parameters; its state goes through all of them.
 *
 * @param times How often, 0 or more.
 * @param block From a net that gives what it takes to one that does so too: its layers.
 * @returns From a net to the net with the block after it; its parameters are one entry, and so is its state.
 * @throws {ArgumentError} If `times` is no whole number. @throws {ShapeError} If the block changes the shape of an example.
 *
 * @example Three steps of one map
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { countParams, dense, input, shared } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([4]), shared(3, dense(4)));
 * assertEquals(countParams(net.init(key(0)).params), 20);
 * ```
 */
export function shared<X, P2 extends Entries, S2 extends Entries>(
  times: number,
  block: Block<X, X, P2, S2>,
): Extension<X, X, P2, S2> {
  const each = count("shared", times);
  return (net) => {
    const layer = asLayer(`shared(${times})`, netOfBlock(block, net.output));
    requireSameSpec("shared", net.output, layer.output);
    return grow(net, {
      ...layer,
      apply: (p, s, x, context) =>
        each.reduce<readonly [unknown, unknown]>(
          ([y, kept], i) => layer.apply(p, kept, y, contextAt(context, i)),
          [x, s],
        ),
    });
  };
}

/** 0, 1, … for a number of times. */
function count(op: string, times: number): number[] {
  if (Number.isInteger(times) && times >= 0) return Array.from({ length: times }, (_, i) => i);
  throw new ArgumentError(`${op}: the number of times is whole and 0 or more, not ${times}`);
}
