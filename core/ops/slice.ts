/** Parts of tensors at places known before and at places computed. */
import { type DType, kindOf, promote } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { add, minimum } from "../primitives/arithmetic.ts";
import { less, select } from "../primitives/compare.ts";
import { cast, fullLike, zerosLike } from "../primitives/create.ts";
import { dynamicSlice as sliceAt, dynamicUpdateSlice as updateAt } from "../primitives/dynamic_slice.ts";
import { reshape, reverse } from "../primitives/reshape.ts";
import { slice as sliceValue, sliceAxis } from "../primitives/slice.ts";
import { type Shape, show } from "../shape.ts";
import type { AnySizes } from "../shape_types/dims.ts";
import { Concrete, Tensor, type Value } from "../tensor.ts";
import { broadcastValue, requireTensor, requireWhole, requireWholes, scalarOf, shown } from "./operands.ts";

// Ranges of an axis, by Python's rules: ends beyond the axis are cut off, negative ones count from the end.

/** Elements from `start` up to but not with `stop`, `step` apart; all of them, forwards, if left out. */
export interface IndexRange {
  /** The first; the axis's first (its last, for a negative step) if left out. */
  readonly start?: number | null;
  /** The first one too far; beyond the axis's end if left out. */
  readonly stop?: number | null;
  /** The distance, not 0; 1 if left out. Negative ones go backwards. */
  readonly step?: number | null;
}

// Ranges of an axis, worked out and read.

/** A range of an axis: where it begins, how many elements it has, how far apart they are. */
export interface Stretch {
  /** The index of the first element. */
  readonly start: number;
  /** How many elements. */
  readonly count: number;
  /** The distance between neighbours; negative backwards. */
  readonly step: number;
}

/** A range on an axis of a size. */
export function resolveRange(op: string, range: IndexRange, size: number): Stretch {
  const whole = (what: string, x: number | null | undefined, other: number): number =>
    x === undefined || x === null ? other : requireWhole(op, what, x);
  const step = whole("the step of a range", range.step, 1);
  if (step === 0) throw new ArgumentError(`${op}: the step of a range is 0; use -1 to go backwards`);
  // Where a step may land: 0 … size going forwards, −1 … size − 1 going back.
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const held = (x: number) => Math.min(Math.max(x < 0 ? x + size : x, low), high);
  const start = range.start === undefined || range.start === null
    ? (step > 0 ? low : high)
    : held(whole("the start of a range", range.start, 0));
  const stop = range.stop === undefined || range.stop === null
    ? (step > 0 ? high : low)
    : held(whole("the stop of a range", range.stop, 0));
  return { start, count: Math.max(0, Math.ceil((stop - start) / step)), step };
}

/** The whole of an axis. */
export const wholeAxis = (size: number): Stretch => ({ start: 0, count: size, step: 1 });

/** Whether a stretch is the axis as it is. */
export const isWhole = (s: Stretch, size: number): boolean => s.start === 0 && s.count === size && s.step === 1;

/** A range in Python's notation, `start:stop:step` with any part left out. */
export function parseRange(op: string, text: string): IndexRange {
  const parts = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/.exec(text);
  if (parts === null) {
    throw new ArgumentError(
      `${op}: ${shown(text)} is not a range; write "start:stop:step" with any part left out, ":" for all, or "..."`,
    );
  }
  const number = (s: string | undefined) => s === undefined ? null : Number(s);
  return { start: number(parts[1]), stop: number(parts[2]), step: number(parts[3]) };
}

/** The elements of a stretch of every axis. */
export function takeStretches(x: Value, stretches: readonly Stretch[]): Value {
  const lowest = stretches.map((s) => s.count === 0 ? 0 : Math.min(s.start, s.start + (s.count - 1) * s.step));
  const limits = stretches.map((s, a) => s.count === 0 ? 0 : lowest[a]! + (s.count - 1) * Math.abs(s.step) + 1);
  const forwards = sliceValue(x, lowest, limits, stretches.map((s) => Math.abs(s.step)));
  return reverse(forwards, stretches.flatMap((s, a) => s.step < 0 ? [a] : []));
}

// Integer tensors as indices: checked, in i32, counted from the front.

/** An integer tensor as i32. */
export function requireIndices(op: string, x: unknown, what = "indices"): Value {
  const v = requireTensor(op, x, what);
  // Large u32 stay out of range: as i32 they would count from the end.
  if (v.dtype === "u32") return cast(minimum(v, fullLike(v, 2 ** 31 - 1)), "i32");
  if (kindOf(v.dtype) === "int") return cast(v, "i32");
  throw new DTypeError(
    v.dtype === "bool"
      ? `${op}: a bool mask of shape ${
        show(v.shape)
      } would give a result of unknown size; choose with where(mask, a, b), ` +
        "or index with nonzero(mask, { size })"
      : `${op}: ${what} are integers, not ${v.dtype}; cast them to i32`,
  );
}

/** Indices of an axis, negative ones counted from its end. Numbers out of range are an error, elements of tensors are not. */
export function indicesOf(op: string, x: unknown, axis: number, shape: Shape): Value {
  if (x instanceof Tensor) return fromEnd(requireIndices(op, x), shape[axis]!);
  if (typeof x === "number") return fixed([], [indexOf(op, x, axis, shape)]);
  if (Array.isArray(x)) return fixed([x.length], x.map((i) => indexOf(op, i, axis, shape)));
  throw new ArgumentError(`${op}: ${shown(x)} does not name elements; use a whole number, a list of them, or a tensor`);
}

/** A whole number as an index of an axis, counted from the front. */
export function indexOf(op: string, i: unknown, axis: number, shape: Shape): number {
  const n = shape[axis]!;
  if (typeof i !== "number" || !Number.isInteger(i)) {
    throw new ArgumentError(`${op}: ${shown(i)} is not an index; use whole numbers, or tensor([…], { dtype: "i32" })`);
  }
  if (i < -n || i >= n) {
    throw new ShapeError(
      n === 0
        ? `${op}: index ${i} of axis ${axis} of ${show(shape)}, which is empty`
        : `${op}: index ${i} is out of range for axis ${axis} of ${show(shape)}; use ${-n} to ${n - 1}`,
    );
  }
  return i < 0 ? i + n : i;
}

/** Known indices as a value. */
export const fixed = (shape: Shape, at: readonly number[]): Value =>
  new Concrete([...shape], "i32", Int32Array.from(at));

/** Indices with negative ones counted from the end of an axis of `size`. */
export const fromEnd = (indices: Value, size: number): Value =>
  select(less(indices, zerosLike(indices)), add(indices, fullLike(indices, size)), indices);

/** A number or tensor as what is put into places of `x`: in its dtype, broadcast to the places. */
export function updatesFor(op: string, x: Value, updates: unknown, shape: Shape, what: string): Value {
  const v = typeof updates === "number" || typeof updates === "boolean"
    ? scalarOf(op, updates, x.dtype, "the tensor")
    : requireTensor(op, updates, what);
  if (promote(x.dtype, v.dtype) !== x.dtype) {
    throw new DTypeError(`${op}: the tensor is ${x.dtype}, which does not take ${v.dtype} elements; cast one of them`);
  }
  return broadcastValue(op, cast(v, x.dtype), shape);
}

// A box of a tensor's elements.

/** For each of the first axes a bound, or `null` for the axis's own end. */
export type Bounds = readonly (number | null)[];

/** The type of `slice`. */
export interface SliceOp {
  /** `slice(x, starts, stops, steps?)`. */
  <S extends Shape, D extends DType>(
    x: Tensor<S, D>,
    starts: Bounds,
    stops?: Bounds,
    steps?: Bounds,
  ): Tensor<AnySizes<S>, D>;
  /** `pipe(x, slice(starts, stops, steps?))`. */
  (
    starts: Bounds,
    stops?: Bounds,
    steps?: Bounds,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<AnySizes<S>, D>;
}

/**
 * The elements in a range of each of the first axes, as Python's slices: `slice(x, starts, stops, steps)`, or
 * `pipe(x, slice(starts, stops, steps))`. Bounds beyond the axis are cut off, negative ones count from the end.
 *
 * @param x Any tensor.
 * @param starts Where each range begins; `null` for the axis's beginning. Axes beyond the list stay whole.
 * @param stops The first index that each range leaves out; `null`, or a shorter list, for the axis's end.
 * @param steps How far apart neighbours are, not 0; negative steps go backwards, then `null` bounds are the other ends.
 * @returns The elements, with as many axes as `x`.
 * @throws {ShapeError} If a list is longer than `x` has axes.
 * @throws {ArgumentError} If a bound is not a whole number, or a step is 0.
 *
 * @example The last row, backwards
 * ```ts
 * import { slice, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * assertEquals(slice(x, [1, null], [2, null], [1, -1]).toArray(), [[6, 5, 4]]);
 * ```
 */
export const slice: SliceOp =
  ((...args: readonly unknown[]) =>
    args[0] instanceof Tensor || !Array.isArray(args[0])
      ? sliced(args[0], args.slice(1))
      : (x: unknown) => sliced(x, args)) as SliceOp;

function sliced(x: unknown, [starts, stops = [], steps = []]: readonly unknown[]): unknown {
  const v = requireTensor("slice", x);
  const lists = { starts, stops, steps };
  for (const [name, list] of Object.entries(lists)) {
    if (!Array.isArray(list)) {
      throw new ArgumentError(`slice: ${name} are an array of numbers, one an axis, not ${shown(list)}`);
    }
    if (list.length > v.shape.length) {
      throw new ShapeError(`slice: ${list.length} ${name} for ${show(v.shape)}, which has ${v.shape.length} axes`);
    }
  }
  const { starts: a, stops: b, steps: c } = lists as { readonly [K in keyof typeof lists]: Bounds };
  return takeStretches(
    v,
    v.shape.map((d, i) => resolveRange("slice", { start: a[i] ?? null, stop: b[i] ?? null, step: c[i] ?? null }, d)),
  );
}

// Blocks of fixed size at places known only when a program runs.

/** Where a block starts: for each axis a number or an integer scalar, or one integer vector with an element an axis. */
export type Starts = readonly (number | Tensor<Shape, DType>)[] | Tensor<Shape, DType>;

/** The type of `dynamicSlice`. */
export interface DynamicSliceOp {
  /** `dynamicSlice(x, starts, sizes)`. */
  <D extends DType, const B extends Shape>(x: Tensor<Shape, D>, starts: Starts, sizes: B): Tensor<B, D>;
  /** `pipe(x, dynamicSlice(starts, sizes))`. */
  <const B extends Shape>(starts: Starts, sizes: B): <D extends DType>(x: Tensor<Shape, D>) => Tensor<B, D>;
}

/**
 * A block of a tensor, of known size, whose place may be computed: `dynamicSlice(x, starts, sizes)`, or
 * `pipe(x, dynamicSlice(starts, sizes))`.
 *
 * @param x Any tensor.
 * @param starts Where the block starts: a number or integer scalar an axis, or an integer vector. Negative ones count from
 * the end; then the block is moved, where needed, to lie within `x`.
 * @param sizes The block's shape.
 * @returns The block.
 * @throws {ShapeError} If there is not one start and one size an axis, or the block is larger than `x`.
 * @throws {DTypeError} If a start is not an integer.
 *
 * @example A window at a computed place
 * ```ts
 * import { argmax, dynamicSlice, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1, 2, 9, 4]);
 * assertEquals(dynamicSlice(x, [argmax(x)], [2]).toArray(), [9, 4]);
 * ```
 */
export const dynamicSlice: DynamicSliceOp = ofTwo((x, starts, sizes) => {
  const v = requireTensor("dynamicSlice", x), block = requireWholes("dynamicSlice", "a size", sizes, 0);
  checkBlock("dynamicSlice", v.shape, block);
  return sliceAt(v, startsOf("dynamicSlice", starts, v.shape), Object.freeze(block));
}) as DynamicSliceOp;

/** The type of `dynamicUpdateSlice`. */
export interface DynamicUpdateSliceOp {
  /** `dynamicUpdateSlice(x, update, starts)`. */
  <S extends Shape, D extends DType>(x: Tensor<S, D>, update: Tensor<Shape, DType>, starts: Starts): Tensor<S, D>;
  /** `pipe(x, dynamicUpdateSlice(update, starts))`. */
  (
    update: Tensor<Shape, DType>,
    starts: Starts,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, D>;
}

/**
 * The tensor with a block replaced whose place may be computed: `dynamicUpdateSlice(x, update, starts)`, or
 * `pipe(x, dynamicUpdateSlice(update, starts))`.
 *
 * @param x Any tensor.
 * @param update The new block, of the same rank and no larger.
 * @param starts Where the block starts: a number or integer scalar an axis, or an integer vector. Negative ones count from
 * the end; then the block is moved, where needed, to lie within `x`.
 * @returns A tensor like `x`.
 * @throws {ShapeError} If there is not one start an axis, or the block does not fit in `x`.
 * @throws {DTypeError} If a start is not an integer, or the update does not fit the dtype of `x`.
 *
 * @example An entry of a buffer
 * ```ts
 * import { dynamicUpdateSlice, tensor, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dynamicUpdateSlice(zeros([4]), tensor([5, 6]), [1]).toArray(), [0, 5, 6, 0]);
 * ```
 */
export const dynamicUpdateSlice: DynamicUpdateSliceOp = ofTwo((x, update, starts) => {
  const v = requireTensor("dynamicUpdateSlice", x), u = requireTensor("dynamicUpdateSlice", update, "update");
  checkBlock("dynamicUpdateSlice", v.shape, u.shape);
  if (promote(v.dtype, u.dtype) !== v.dtype) {
    throw new DTypeError(
      `dynamicUpdateSlice: the tensor is ${v.dtype}, which does not take a ${u.dtype} update; cast one of them`,
    );
  }
  return updateAt(v, cast(u, v.dtype), startsOf("dynamicUpdateSlice", starts, v.shape));
}) as DynamicUpdateSliceOp;

function checkBlock(op: string, shape: Shape, block: Shape): void {
  if (block.length !== shape.length || block.some((n, a) => n > shape[a]!)) {
    throw new ShapeError(`${op}: a block of ${show(block)} does not fit in ${show(shape)}; give a size for each axis`);
  }
}

/** Starts as one i32 scalar an axis, counted from the front. */
function startsOf(op: string, starts: unknown, shape: Shape): Value[] {
  const list = starts instanceof Tensor ? elementsOf(op, starts as Value) : starts;
  if (!Array.isArray(list)) throw new ArgumentError(`${op}: starts are an array, one an axis, not ${shown(starts)}`);
  if (list.length !== shape.length) {
    throw new ShapeError(
      `${op}: ${list.length} starts for the ${shape.length} axes of ${show(shape)}; give one for each`,
    );
  }
  return list.map((s, a) => {
    if (!(s instanceof Tensor)) {
      const i = requireWhole(op, "a start", s);
      return fixed([], [i < 0 ? i + shape[a]! : i]);
    }
    const v = requireIndices(op, s, "starts");
    if (v.shape.length > 0) {
      throw new ShapeError(`${op}: the start of axis ${a} has shape ${show(v.shape)}, not scalar`);
    }
    return fromEnd(v, shape[a]!);
  });
}

function elementsOf(op: string, starts: Value): Value[] {
  const v = requireIndices(op, starts, "starts");
  if (v.shape.length !== 1) {
    throw new ShapeError(`${op}: starts of shape ${show(v.shape)}; give a vector with an element an axis, or an array`);
  }
  return Array.from({ length: v.shape[0]! }, (_, i) => reshape(sliceAxis(v, 0, i, i + 1), []));
}

/** `f(x, a, b)`, also data last, `f(a, b)(x)`: the arity tells. */
function ofTwo(f: (x: unknown, a: unknown, b: unknown) => unknown): (...args: unknown[]) => unknown {
  return (...args) => args.length >= 3 ? f(args[0], args[1], args[2]) : (x: unknown) => f(x, args[0], args[1]);
}
