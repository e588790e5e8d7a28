/** Weight normalization: a weight as a direction and a length. */
import { ArgumentError, div, mul, reshape, type Shape, ShapeError, sqrt, square, sum, type Tensor } from "../mod.ts";
import { asLayer, type Block, type Entries, type Extension, netOfBlock } from "./block.ts";
import { mapWeights, withParams } from "./map_params.ts";
import { grow } from "./net.ts";

/** A weight as a direction and lengths. */
export interface WeightNormed {
  /** The direction: of the weight's shape, and any length. */
  readonly v: Tensor;
  /** The lengths: `[outputs]`, or a scalar where the whole weight has one. */
  readonly g: Tensor;
}

/** Which slices of a weight have a length each. */
export interface WeightNormOptions {
  /** The axis of the outputs, the last if left out; `null` for one length of the whole weight. */
  readonly axis?: number | null;
}

/** The axes that a length is taken over, and the lengths' shape with those axes kept. */
function lengthAxes(w: Shape, axis: number | null): readonly [number[], number[]] {
  const rank = w.length, kept = axis === null ? null : axis < 0 ? axis + rank : axis;
  if (kept !== null && !(Number.isInteger(kept) && kept >= 0 && kept < rank)) {
    throw new ShapeError(`weightNorm: a weight of shape [${w.join(", ")}] has no axis ${axis}`);
  }
  return [w.flatMap((_, i) => i === kept ? [] : [i]), w.map((d, i) => i === kept ? d : 1)];
}

/** Lengths of a direction's slices. */
const lengths = (v: Tensor, over: readonly number[]): Tensor => sqrt(sum(square(v), { axis: over }));

/**
 * The direction and the lengths of a weight: what weight normalization learns in its place.
 *
 * @param w A weight, `[...kernel, inputs, outputs]`. @param options `axis`: which slices have a length each.
 * @returns `{ v, g }` with v = w and g its lengths, of which `weightNormOf` makes w again.
 * @throws {ShapeError} If there is no such axis.
 *
 * @example Lengths of columns
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { weightNormInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(weightNormInit(tensor([[3, 0], [4, 2]])).g.toArray(), [5, 2]);
 * ```
 */
export function weightNormInit<S extends Shape>(w: Tensor<S>, options: WeightNormOptions = {}): WeightNormed {
  const [over] = lengthAxes(w.shape, options.axis === undefined ? -1 : options.axis);
  return { v: w as Tensor, g: lengths(w, over) };
}

/**
 * The weight g·v / ‖v‖.
 *
 * @param p `v`, a direction of the weight's shape, and `g`, its lengths. @param options `axis`: which slices have one each.
 * @returns The weight, of the shape of `v`.
 * @throws {ShapeError} If there is no such axis, or the lengths are not as many as it.
 * @see Salimans and Kingma, Weight normalization, 2016, https://arxiv.org/abs/1602.07868
 *
 * @example A column of length 10
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { weightNormOf } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(weightNormOf({ v: tensor([[3], [4]]), g: tensor([10]) }).toArray(), [[6], [8]]);
 * ```
 */
export function weightNormOf({ v, g }: WeightNormed, options: WeightNormOptions = {}): Tensor {
  const [over, kept] = lengthAxes(v.shape, options.axis === undefined ? -1 : options.axis);
  const count = kept.reduce((a, b) => a * b, 1);
  if (g.size !== count) {
    throw new ShapeError(
      `weightNorm: a direction of shape [${v.shape.join(", ")}] has ${count} lengths, got [${g.shape.join(", ")}]`,
    );
  }
  return mul(v, reshape(div(reshape(g, [count]), reshape(lengths(v, over), [count])), kept));
}

/** Lengths at the weights of a tree of parameters, `null` at what is no weight. */
export type Gains<P> = P extends Tensor<infer S extends Shape> ? number extends S["length"] ? Tensor | null
  : S extends readonly [...infer _, number, infer O extends number] ? Tensor<readonly [O]>
  : null
  : { readonly [K in keyof P]: Gains<P[K]> };

/** Parameters of a block under weight normalization. */
export interface WeightNormParams<P> {
  /** The block's own, its weights as directions. */
  readonly v: P;
  /** The lengths of the weights, in a tree like the block's parameters. */
  readonly g: Gains<P>;
}

/**
 * A block whose weights are learned as directions and lengths, one for each output. Weights are its parameters of two axes
 * or more: of `dense`, of convolutions, of recurrent cells.
 *
 * @param block Layers, such as `dense(10)`.
 * @returns From a net to the net with the block after it; its parameters are one entry, `{ v, g }`.
 * @see Salimans and Kingma, 2016, https://arxiv.org/abs/1602.07868
 *
 * @example Two layers
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { dense, input, weightNorm } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const { params } = pipe(input([4]), weightNorm(dense(3))).init(key(0));
 * assertEquals([params[0].v[0].w.shape, params[0].g[0].w.shape, params[0].g[0].b], [[4, 3], [3], null]);
 * ```
 */
export function weightNorm<X, Y, P2 extends Entries, S2 extends Entries>(
  block: Block<X, Y, P2, S2>,
): Extension<X, Y, WeightNormParams<P2>, S2> {
  const store = (p: unknown) => ({ v: p, g: mapWeights(p, null, (w) => weightNormInit(w).g, () => null) });
  const load = (kept: unknown) => {
    const { v, g } = kept as WeightNormParams<unknown>;
    return mapWeights(v, g, (w, length) => weightNormOf({ v: w, g: requireLength(length) }), (leaf) => leaf);
  };
  return (net) => grow(net, withParams(asLayer("weightNorm", netOfBlock(block, net.output)), store, load));
}

function requireLength(g: unknown): Tensor {
  if (g !== null && g !== undefined) return g as Tensor;
  throw new ArgumentError("weightNorm: no lengths for a weight; use parameters that this net's init made");
}
