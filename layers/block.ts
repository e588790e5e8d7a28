/** Nets as layers of other nets: what every combinator is made of. */
import { type Shape, ShapeError } from "../mod.ts";
import { freshParams, freshState, grow, isSpec, type Layer, type Net, netOf, type Nil, type Spec } from "./net.ts";

/** A list of entries, one for each layer that has some. */
export type Entries = readonly unknown[];

/** Layers put after a net of examples `X`: `dense(10)`, `(x) => pipe(x, dense(8), act(relu))`, a `flow`. */
export type Block<X, Y, P extends Entries, S extends Entries> = (net: Net<X, X, Nil, Nil>) => Net<X, Y, P, S>;

/** What a combinator gives: from a net to the net with one more entry of parameters, `E`, and of state, `F`. */
export type Extension<X, Y, E, F> = <I, P extends Entries, S extends Entries>(
  net: Net<I, X, P, S>,
) => Net<I, Y, readonly [...P, E], readonly [...S, F]>;

/** What a layer without parameters or state gives: from a net to a net of the same. */
export type Mapping<X, Y> = <I, P extends Entries, S extends Entries>(net: Net<I, X, P, S>) => Net<I, Y, P, S>;

/** What a layer gives that keeps an example's shape and has no parameters. */
export type ShapeKeeping = <I, O extends Shape, P extends Entries, S extends Entries>(
  net: Net<I, Spec<O, "f32">, P, S>,
) => Net<I, Spec<O, "f32">, P, S>;

/** The net of a block alone, for examples of a spec. */
export const netOfBlock = <X, Y, P extends Entries, S extends Entries>(
  block: Block<X, Y, P, S>,
  examples: X,
): Net<X, Y, P, S> => block(netOf(examples, examples, []));

/** A net as one layer: its parameters are one entry, and its state is. */
export function asLayer<O>(
  name: string,
  net: { readonly output: O; readonly layers: readonly Layer[]; readonly apply: unknown },
): Layer & { readonly output: O } & Required<Pick<Layer, "params" | "state" | "inner">> {
  return {
    name,
    output: net.output,
    params: (key) => freshParams(net.layers, key),
    state: (key) => freshState(net.layers, key),
    apply: net.apply as Layer["apply"],
    inner: net.layers,
  };
}

/**
 * Layers as one: their parameters are one entry, and their state is.
 *
 * @param block Layers.
 * @returns From a net to the net with the block after it.
 *
 * @example Two layers under one index
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { block, dense, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([4]), block((x) => pipe(x, dense(3), dense(2))), dense(1));
 * assertEquals(net.init(key(0)).params[0][1].w.shape, [3, 2]);
 * ```
 */
export function block<X, Y, P2 extends Entries, S2 extends Entries>(
  block: Block<X, Y, P2, S2>,
): Extension<X, Y, P2, S2> {
  return (net) => grow(net, asLayer("block", netOfBlock(block, net.output)));
}

/**
 * Layers whose parameters and state stand under a name, so that paths in checkpoints can be read.
 *
 * @param name The name. @param block Layers.
 * @returns From a net to the net with the block after it; its entries are `{ [name]: … }`.
 *
 * @example An encoder
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, tree } from "@adjoint/adjoint";
 * import { dense, input, named } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([4]), named("encoder", dense(2)), dense(4));
 * assertEquals(tree.paths(net.init(key(0)).params)[1], [0, "encoder", 0, "w"]);
 * ```
 */
export function named<const N extends string, X, Y, P2 extends Entries, S2 extends Entries>(
  name: N,
  block: Block<X, Y, P2, S2>,
): Extension<X, Y, { readonly [K in N]: P2 }, { readonly [K in N]: S2 }> {
  return (net) => {
    const layer = asLayer(name, netOfBlock(block, net.output));
    return grow(net, {
      ...layer,
      params: (key) => ({ [name]: layer.params(key) }),
      state: (key) => ({ [name]: layer.state(key) }),
      apply: (p, s, x, context) => {
        const [y, after] = layer.apply((p as Named)[name], (s as Named)[name], x, context);
        return [y, { [name]: after }];
      },
    });
  };
}

type Named = Readonly<Record<string, unknown>>;

/** Throws unless a block gives examples like those it takes. */
export function requireSameSpec(op: string, a: unknown, b: unknown): void {
  if (sameSpec(a, b)) return;
  throw new ShapeError(
    `${op}: the block turns ${showSpec(a)} into ${showSpec(b)}; end it with a layer that gives the shape back`,
  );
}

/** Whether two specs, or trees of them, are equal. */
export function sameSpec(a: unknown, b: unknown): boolean {
  if (isSpec(a) && isSpec(b)) {
    return a.dtype === b.dtype && a.shape.length === b.shape.length && a.shape.every((d, i) => d === b.shape[i]);
  }
  if (isSpec(a) || isSpec(b)) return false;
  const [x, y] = [a, b] as readonly Named[], keys = Object.keys(x!);
  return keys.length === Object.keys(y!).length && keys.every((k) => k in y! && sameSpec(x![k], y![k]));
}

/** A spec, or a tree of them, as text: the shape, and the dtype where it is not f32. */
export function showSpec(spec: unknown): string {
  if (isSpec(spec)) return `${spec.dtype === "f32" ? "" : `${spec.dtype} `}[${spec.shape.join(", ")}]`;
  if (Array.isArray(spec)) return `(${spec.map(showSpec).join(", ")})`;
  if (typeof spec !== "object" || spec === null) return String(spec);
  return `{ ${Object.entries(spec).map(([k, s]) => `${k}: ${showSpec(s)}`).join(", ")} }`;
}
