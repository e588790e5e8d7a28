/** Several tensors made one, and one made several. */
import type { DType, Promote } from "../dtype.ts";
import { promote } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { cast } from "../primitives/cast.ts";
import { concat as join } from "../primitives/concat.ts";
import { reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { dropAxes, normalizeAxis, sameShape, type Shape, show } from "../shape.ts";
import type { AxisOk, Concat, ConcatOk, SizeAt, Stack, StackOk } from "../shape_types.ts";
import type { Drop, NormAxis } from "../shape_types/axes.ts";
import type { CutAlong, Parts } from "../shape_types/parts.ts";
import type { Tensor, Value } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
import { checkOptions, oneAxis } from "./reduction.ts";
import { dualStatic } from "./static_operand.ts";
import { requireWhole, requireWholes } from "./whole_numbers.ts";

/** The shapes of a tuple of tensors. */
export type ShapesIn<Ts extends readonly Value[]> = {
  readonly [I in keyof Ts]: Ts[I] extends Tensor<infer S, DType> ? S : never;
};

/** The common dtype of a tuple of tensors. */
export type CommonDType<Ts extends readonly Value[], Acc extends DType = "bool"> = Ts extends
  readonly [Tensor<Shape, infer D>, ...infer R extends readonly Value[]] ? CommonDType<R, Promote<Acc, D>>
  : Ts extends readonly [] ? Acc
  : Ts[number]["dtype"];

/** Along which axis. */
export interface AxisOption<A extends number = number> {
  /** The axis; the first if left out. */
  readonly axis?: A;
}

/**
 * Tensors one after the other along an axis they have.
 *
 * @param xs One or more tensors, of equal sizes outside the axis; they meet in their common dtype.
 * @param options `axis`: the first if left out.
 * @returns The tensors joined.
 * @throws {ShapeError} If the shapes differ outside the axis, or the axis is out of range.
 *
 * @example Columns side by side
 * ```ts
 * import { concat, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(concat([tensor([[1], [3]]), tensor([[2], [4]])], { axis: 1 }).toArray(), [[1, 2], [3, 4]]);
 * ```
 */
export function concat<const Ts extends readonly Value[], const A extends number = 0>(
  xs: readonly [...Ts] & ConcatOk<ShapesIn<Ts>, A>,
  options: AxisOption<A> = {},
): Tensor<Concat<ShapesIn<Ts>, A>, CommonDType<Ts>> {
  const values = together("concat", xs), first = values[0]!;
  checkOptions("concat", options, "axis");
  const axis = oneAxis("concat", options.axis ?? 0, first.shape.length);
  for (const v of values) {
    if (v.shape.length !== first.shape.length || v.shape.some((d, a) => a !== axis && d !== first.shape[a])) {
      throw new ShapeError(
        `concat: shapes ${show(first.shape)} and ${show(v.shape)} differ outside axis ${options.axis ?? 0}`,
      );
    }
  }
  return join(values, axis) as unknown as Tensor<Concat<ShapesIn<Ts>, A>, CommonDType<Ts>>;
}

/**
 * Tensors side by side along a new axis.
 *
 * @param xs One or more tensors of equal shape; they meet in their common dtype.
 * @param options `axis`: where the new axis stands in the result; the first if left out.
 * @returns A tensor with one more axis, whose size is their number.
 * @throws {ShapeError} If the shapes differ, or the axis is out of range.
 *
 * @example Two vectors as columns
 * ```ts
 * import { stack, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(stack([tensor([1, 3]), tensor([2, 4])], { axis: -1 }).toArray(), [[1, 2], [3, 4]]);
 * ```
 */
export function stack<const Ts extends readonly Value[], const A extends number = 0>(
  xs: readonly [...Ts] & StackOk<ShapesIn<Ts>, A>,
  options: AxisOption<A> = {},
): Tensor<Stack<ShapesIn<Ts>, A>, CommonDType<Ts>> {
  const values = together("stack", xs), shape = values[0]!.shape;
  checkOptions("stack", options, "axis");
  const axis = oneAxis("stack", options.axis ?? 0, shape.length + 1);
  for (const v of values) {
    if (!sameShape(v.shape, shape)) {
      throw new ShapeError(`stack: shapes ${show(shape)} and ${show(v.shape)} differ; broadcast or pad one of them`);
    }
  }
  const thin = [...shape.slice(0, axis), 1, ...shape.slice(axis)];
  return join(values.map((v) => reshape(v, thin)), axis) as unknown as Tensor<
    Stack<ShapesIn<Ts>, A>,
    CommonDType<Ts>
  >;
}

/** Tensors in their common dtype. */
function together(op: string, xs: unknown): Value[] {
  if (!Array.isArray(xs)) throw new ArgumentError(`${op}: takes an array of tensors; write ${op}([a, b])`);
  if (xs.length === 0) throw new ArgumentError(`${op}: needs at least one tensor`);
  const values = xs.map((x, i) => requireTensor(op, x, `element ${i}`));
  const dtype = values.map((v) => v.dtype).reduce(promote);
  return values.map((v) => cast(v, dtype));
}

export type { CutAlong, Parts } from "../shape_types/parts.ts";

/** The result of `splitAxis`: as many parts as asked for, or one more than there are cuts. */
export type SplitParts<S extends Shape, D extends DType, N, A extends number> = N extends number
  ? Parts<Tensor<CutAlong<S, A>, D>, N>
  : readonly Tensor<CutAlong<S, A>, D>[];

/** The type of `splitAxis`. */
export interface SplitAxisOp {
  /** `splitAxis(x, parts, options?)`. */
  <S extends Shape, D extends DType, const N extends number | readonly number[], const A extends number = 0>(
    x: Tensor<S, D> & AxisOk<"splitAxis", S, A>,
    parts: N,
    options?: AxisOption<A>,
  ): SplitParts<S, D, N, A>;
  /** `pipe(x, splitAxis(parts, options?))`. */
  <const N extends number | readonly number[], const A extends number = 0>(
    parts: N,
    options?: AxisOption<A>,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D> & AxisOk<"splitAxis", S, A>) => SplitParts<S, D, N, A>;
}

/**
 * A tensor cut into parts along an axis, as NumPy's `split`: `splitAxis(x, parts, options?)`, or
 * `pipe(x, splitAxis(parts, options?))`. (`split` splits keys.)
 *
 * @param x Any tensor of rank 1 or more.
 * @param parts How many equal parts, or the positions where to cut, ascending; negative ones count from the end.
 * @param options `axis`: the first if left out.
 * @returns The parts, in order.
 * @throws {ShapeError} If the size does not divide by the number of parts, or the axis is out of range.
 * @throws {ArgumentError} If the positions do not ascend.
 *
 * @example Halves
 * ```ts
 * import { splitAxis, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = splitAxis(tensor([1, 2, 3, 4]), 2);
 * assertEquals([a.toArray(), b.toArray()], [[1, 2], [3, 4]]);
 * ```
 */
export const splitAxis: SplitAxisOp = dualStatic((x, parts, options) => {
  const v = requireTensor("splitAxis", x);
  checkOptions("splitAxis", options, "axis");
  const axis = oneAxis("splitAxis", options["axis"] ?? 0, v.shape.length), size = v.shape[axis]!;
  const cuts = Array.isArray(parts) ? positions(parts, size) : equal(parts, size, v.shape, axis);
  return cuts.slice(1).map((to, i) => sliceAxis(v, axis, cuts[i]!, to));
}) as SplitAxisOp;

function equal(parts: unknown, size: number, shape: Shape, axis: number): number[] {
  const n = requireWhole("splitAxis", "the number of parts", parts, 1);
  if (size % n !== 0) {
    throw new ShapeError(
      `splitAxis: axis ${axis} of ${show(shape)} does not divide into ${n} equal parts; give the positions to cut at`,
    );
  }
  return Array.from({ length: n + 1 }, (_, i) => i * size / n);
}

function positions(parts: readonly unknown[], size: number): number[] {
  const at = requireWholes("splitAxis", "a position", parts).map((p) =>
    Math.min(Math.max(p < 0 ? p + size : p, 0), size)
  );
  at.forEach((p, i) => {
    if (i > 0 && p < at[i - 1]!) throw new ArgumentError(`splitAxis: positions [${parts}] do not ascend; sort them`);
  });
  return [0, ...at, size];
}

/**
 * The slices of a tensor along an axis, which disappears: the inverse of `stack`.
 *
 * @param x Any tensor of rank 1 or more.
 * @param options `axis`: the first if left out.
 * @returns As many tensors as the axis is long.
 * @throws {ShapeError} If the axis is out of range.
 *
 * @example Rows
 * ```ts
 * import { tensor, unstack } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const [first, second] = unstack(tensor([[1, 2], [3, 4]]));
 * assertEquals([first.toArray(), second.toArray()], [[1, 2], [3, 4]]);
 * ```
 */
export function unstack<S extends Shape, D extends DType, const A extends number = 0>(
  x: Tensor<S, D> & AxisOk<"unstack", S, A>,
  options: AxisOption<A> = {},
): Parts<Tensor<Unstacked<S, A>, D>, SizeAt<S, A>> {
  const v = requireTensor("unstack", x);
  checkOptions("unstack", options, "axis");
  const axis = normalizeAxis("unstack", oneAxis("unstack", options.axis ?? 0, v.shape.length), v.shape.length);
  const shape = dropAxes(v.shape, [axis]);
  return Array.from({ length: v.shape[axis]! }, (_, i) => reshape(sliceAxis(v, axis, i, i + 1), shape)) as never;
}

/** The shape without an axis. */
export type Unstacked<S extends Shape, A extends number> = NormAxis<S, A> extends infer K extends number
  ? number extends K ? Shape : Drop<S, K>
  : Shape;
