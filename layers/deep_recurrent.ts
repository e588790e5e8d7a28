/** Recurrent layers both ways, and on top of each other. */
import {
  add,
  ArgumentError,
  concat,
  type DType,
  type FloatDType,
  foldIn,
  type Key,
  mul,
  type Shape,
  ShapeError,
  type Tensor,
} from "../mod.ts";
import { dropoutWith } from "./dropout.ts";
import { requireChoice, requireDropout } from "./operands.ts";
import { type CausalMap, type Facts, type RecurrentMap, withFacts } from "./recurrence.ts";

type Any = Tensor<Shape, DType>;

/** How the outputs of both directions become one: beside each other, or element by element. */
export type Join = "concat" | "sum" | "mean" | "product";

/** The size of joined outputs: what would have to be added up is `number`. */
export type JoinedSize<O extends number, J extends Join> = J extends "concat" ? number : O;

/** Options of a bidirectional layer. */
export interface BidirectionalOptions<J extends Join = Join> {
  /** `"concat"` if left out: forward, then backward, along the last axis. */
  readonly join?: J;
}

const joins: Readonly<Record<Join, (a: Tensor, b: Tensor) => unknown>> = {
  concat: (a, b) => concat([a, b], { axis: -1 }),
  sum: (a, b) => add(a, b),
  mean: (a, b) => mul(add(a, b) as Tensor, 0.5),
  product: (a, b) => mul(a, b),
};

/** A way to join outputs, or an error that names them all. */
export const requireJoin = (op: string, name: string, x: unknown): Join =>
  requireChoice(op, name, x, Object.keys(joins) as readonly Join[]);

/**
 * Two recurrent layers over the same sequences, one from each end, with their outputs joined.
 *
 * @param forward The layer that goes forward. @param backward The one that goes backward, from each sequence's own end.
 * @param options `join`: `"concat"`, if left out, `"sum"`, `"mean"` or `"product"`.
 * @returns From sequences `[...L, T, inputs]` to `[[last carries], outputs [...L, T, outputs]]`; the backward carry is the
 *   one after the first moment.
 * @throws {ArgumentError} If the join is unknown. @throws {ShapeError} If the two layers' sizes do not go together.
 * @see Schuster & Paliwal, Bidirectional recurrent neural networks, 1997, https://doi.org/10.1109/78.650093
 *
 * @example Twice the units
 * ```ts
 * import { key, normal } from "@adjoint/adjoint";
 * import { bidirectionalWith, lstmInit, lstmWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const both = bidirectionalWith(lstmWith(lstmInit(key(0), 3, 4)), lstmWith(lstmInit(key(1), 3, 4)));
 * assertEquals(both(normal(key(2), [2, 5, 3]))[1].shape, [2, 5, 8]);
 * ```
 */
export function bidirectionalWith<
  I extends number,
  O extends number,
  O2 extends number,
  CF,
  CB,
  D extends FloatDType,
  const J extends Join = "concat",
>(
  forward: RecurrentMap<I, O, CF, D>,
  backward: RecurrentMap<I, O2, CB, D>,
  options: BidirectionalOptions<J> = {},
): RecurrentMap<I, JoinedSize<O, J>, readonly [CF, CB], D> {
  const how = options.join ?? "concat";
  requireJoin("bidirectionalWith", "join", how);
  const join = joins[how] as unknown as (a: Any, b: Any) => Any;
  if ((forward.inputs as number) !== backward.inputs) {
    throw new ShapeError(
      `bidirectionalWith: the forward layer takes ${forward.inputs} inputs and the backward one ${backward.inputs}; ` +
        "give both the same",
    );
  }
  if (how !== "concat" && (forward.outputs as number) !== (backward.outputs as number)) {
    throw new ShapeError(
      `bidirectionalWith: outputs of ${forward.outputs} and ${backward.outputs} have no ${how}; join them by concat`,
    );
  }
  const over = (
    xs: never,
    { carry, reverse = false, ...rest }: { readonly carry?: readonly [unknown, unknown]; readonly reverse?: boolean } =
      {},
  ) => {
    const run = (map: RecurrentMap<I, number, unknown, D>, way: 0 | 1) =>
      map(
        xs,
        { ...rest, reverse: reverse !== (way === 1), ...(carry === undefined ? {} : { carry: carry[way] }) } as never,
      );
    const [ahead, ys] = run(forward as never, 0), [behind, zs] = run(backward as never, 1);
    return [[ahead, behind], join(ys as Any, zs as Any)];
  };
  const facts = {
    name: `bidirectional ${forward.name}`,
    inputs: forward.inputs,
    outputs: how === "concat" ? forward.outputs + backward.outputs : forward.outputs,
    dtype: forward.dtype,
    start: [forward.start, backward.start] as const,
    read: (c: readonly [never, never]) => join(forward.read(c[0]) as Any, backward.read(c[1]) as Any),
  };
  return withFacts(over, facts, {}) as unknown as RecurrentMap<I, JoinedSize<O, J>, readonly [CF, CB], D>;
}

/** Any recurrent layer, as far as a stack of them needs to know it. */
export interface StackableMap extends Facts {
  /** All moments. */
  (xs: never, options?: never): readonly [unknown, unknown];
  /** What a carry stands for. */
  readonly read: (carry: never) => Tensor<Shape, FloatDType>;
}

/** Recurrent layers from the first to the last. */
export type Stack = readonly [StackableMap, ...StackableMap[]];

/** The carries of a stack: one for each layer. */
export type StackCarry<M extends Stack> = {
  readonly [K in keyof M]: M[K] extends StackableMap ? M[K]["start"] : never;
};

/** The last layer of a stack. */
export type TopOf<M extends Stack> = M extends readonly [...unknown[], infer Z extends StackableMap] ? Z
  : StackableMap;

/** A stack as one layer: one that goes one way if all of its layers do. */
export type StackedMap<M extends Stack> = M extends readonly { readonly cell: unknown }[]
  ? CausalMap<M[0]["inputs"], TopOf<M>["outputs"], StackCarry<M>, M[0]["dtype"]>
  : RecurrentMap<M[0]["inputs"], TopOf<M>["outputs"], StackCarry<M>, M[0]["dtype"]>;

/** Options of a stack. */
export interface StackOptions {
  /** Probability that an output between two layers is dropped; 0 if left out, as in evaluation. */
  readonly dropout?: number;
  /** A key, used here only; needed to drop. */
  readonly key?: Key;
}

/**
 * A deep recurrent layer: each layer reads the outputs of the one before it, Hₜⁱ = cellⁱ(Hₜ₋₁ⁱ, Hₜⁱ⁻¹). Of bidirectional
 * layers it is a deep bidirectional one, in which every layer reads both directions of the one before.
 *
 * @param layers Recurrent layers, the first first.
 * @param options `dropout` between layers, not after the last, and the `key` for it.
 * @returns From sequences `[...L, T, inputs]` to `[last carries, outputs of the last layer]`; the carry is a tuple with
 *   an entry for each layer. Its `cell`, where all layers have one, drops nothing.
 * @throws {ShapeError} If a layer does not take what the one before gives.
 * @throws {ArgumentError} If there is no layer, dropout is no probability below 1, or it is without a key.
 * @see Graves et al., Speech recognition with deep recurrent neural networks, 2013, https://arxiv.org/abs/1303.5778
 *
 * @example Two layers
 * ```ts
 * import { key, normal } from "@adjoint/adjoint";
 * import { gruInit, gruWith, lstmInit, lstmWith, stackedWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const deep = stackedWith([lstmWith(lstmInit(key(0), 3, 4)), gruWith(gruInit(key(1), 4, 5))]);
 * const [[first, second], ys] = deep(normal(key(2), [2, 7, 3]));
 * assertEquals([first.c.shape, second.shape, ys.shape], [[2, 4], [2, 5], [2, 7, 5]]);
 * ```
 */
export function stackedWith<const M extends Stack>(layers: M, options: StackOptions = {}): StackedMap<M> {
  const { dropout = 0, key } = options, first = layers[0], last = layers.at(-1)!;
  if (first === undefined) throw new ArgumentError("stackedWith: there is no layer; give one or more");
  layers.forEach((l, i) => {
    const before = layers[i - 1];
    if (before === undefined || before.outputs === l.inputs) return;
    throw new ShapeError(
      `stackedWith: layer ${i} takes ${l.inputs} inputs, but layer ${i - 1} gives ${before.outputs}; make them equal`,
    );
  });
  requireDropout("stackedWith", dropout);
  if (dropout !== 0 && key === undefined) {
    throw new ArgumentError("stackedWith: dropout draws at random and needs a key; leave it out in evaluation");
  }
  const drop = (y: unknown, i: number): unknown =>
    dropout === 0 || i === layers.length - 1 ? y : dropoutWith(foldIn(key!, i), dropout)(y as Tensor);
  const through = (x: unknown, f: (layer: never, x: never, i: number) => readonly [unknown, unknown]) => {
    let y = x;
    const carries = layers.map((l, i) => {
      const [carry, z] = f(l as never, y as never, i);
      y = z;
      return carry;
    });
    return [carries, y] as const;
  };
  const over = (xs: unknown, { carry, ...rest }: { readonly carry?: readonly unknown[] } = {}) =>
    through(xs, (layer: StackableMap, x, i) => {
      const [after, y] = layer(x, { ...rest, ...(carry === undefined ? {} : { carry: carry[i] }) } as never);
      return [after, drop(y, i)];
    });
  const facts = {
    name: "stacked",
    inputs: first.inputs,
    outputs: last.outputs,
    dtype: first.dtype,
    start: layers.map((l) => l.start),
    read: (c: readonly never[]) => last.read(c.at(-1)!),
  };
  if (!layers.every((l) => "cell" in l)) return withFacts(over, facts, {}) as unknown as StackedMap<M>;
  const one = (carry: readonly never[], x: unknown) =>
    through(
      x,
      (layer: { cell: (c: never, x: never) => readonly [unknown, unknown] }, x, i) => layer.cell(carry[i]!, x),
    );
  return withFacts(over, facts, { cell: withFacts(one, facts, {}) }) as unknown as StackedMap<M>;
}
