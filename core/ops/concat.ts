/** Tensors joined, padded and turned about. */
import { type DType, type Promote, promote } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { cast } from "../primitives/create.ts";
import { takeAxis } from "../primitives/gather.ts";
import { reshape, reverse as reverseValue } from "../primitives/reshape.ts";
import { concat as join, pad as padValue, sliceAxis } from "../primitives/slice.ts";
import { dropAxes, normalizeAxes, normalizeAxis, sameShape, type Shape, show, sizeOf } from "../shape.ts";
import type { AxisOk, Concat, ConcatOk, ReduceOk, SizeAt, Stack, StackOk } from "../shape_types.ts";
import type { AnySizes, CutAlong, Drop, NormAxis, Parts } from "../shape_types/dims.ts";
import { Concrete, type Tensor, type Value } from "../tensor.ts";
import {
  dualStatic,
  elementOf,
  requireOptions,
  requireTensor,
  requireWhole,
  requireWholes,
  shown,
} from "./operands.ts";
import { type AxesOption, checkOptions, oneAxis } from "./reduce.ts";

// Several tensors made one, and one made several.

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

export type { CutAlong, Parts } from "../shape_types/dims.ts";

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

// Room around a tensor.

/** What the room is filled with: a number, the nearest element, or the tensor mirrored or continued. */
export type PadMode = "constant" | "edge" | "reflect" | "symmetric" | "wrap";

/** How wide the room is: one number for both ends of every axis, or for each axis a number or a pair, before and after. */
export type PadWidths = number | readonly (number | readonly [before: number, after: number])[];

/** Options of `pad`. */
export interface PadOptions {
  /** What the room is filled with; "constant" if left out. */
  readonly mode?: PadMode;
  /** The number for mode "constant"; 0 if left out. */
  readonly value?: number | boolean;
}

/** The type of `pad`. */
export interface PadOp {
  /** `pad(x, widths, options?)`. */
  <S extends Shape, D extends DType>(x: Tensor<S, D>, widths: PadWidths, options?: PadOptions): Tensor<AnySizes<S>, D>;
  /** `pipe(x, pad(widths, options?))`. */
  (
    widths: PadWidths,
    options?: PadOptions,
  ): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<AnySizes<S>, D>;
}

/** For every index beyond an axis the one inside it that is read. */
const sources: { readonly [M in Exclude<PadMode, "constant">]: (i: number, n: number) => number } = {
  edge: (i, n) => Math.min(Math.max(i, 0), n - 1),
  wrap: (i, n) => modulo(i, n),
  // Mirrored at the middle of the last element: …2 1 | 0 1 2 | 1 0…, with period 2n − 2.
  reflect: (i, n) => n === 1 ? 0 : n - 1 - Math.abs(n - 1 - modulo(i, 2 * n - 2)),
  // Mirrored at its outer edge: …1 0 | 0 1 2 | 2 1…, with period 2n.
  symmetric: (i, n) => Math.min(modulo(i, 2 * n), 2 * n - 1 - modulo(i, 2 * n)),
};

const modulo = (i: number, n: number): number => (i % n + n) % n;

/**
 * The tensor with room before and after along its axes: `pad(x, widths, options?)`, or `pipe(x, pad(widths, options?))`.
 *
 * @param x Any tensor.
 * @param widths How many elements to add at both ends of every axis, or for each axis a number or a pair, before and
 * after. Negative numbers take elements away.
 * @param options `mode`: "constant" if left out, "edge" (the nearest element), "reflect" (mirrored, the last element
 * once), "symmetric" (mirrored, the last element twice) or "wrap" (from the other end). `value`: of mode "constant", 0 if
 * left out.
 * @returns The tensor, each axis longer by its widths.
 * @throws {ShapeError} If the widths are not one for each axis, take away more than there is, or continue an empty axis.
 * @throws {ArgumentError} If the mode is unknown, or a width is not a whole number.
 * @throws {DTypeError} If `value` is a fraction and `x` holds integers.
 *
 * @example Zeros around, and the tensor mirrored
 * ```ts
 * import { pad, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pad(tensor([1, 2, 3]), 1).toArray(), [0, 1, 2, 3, 0]);
 * assertEquals(pad(tensor([1, 2, 3]), [[0, 2]], { mode: "reflect" }).toArray(), [1, 2, 3, 2, 1]);
 * ```
 */
export const pad: PadOp = dualStatic((x, widths, options) => {
  const v = requireTensor("pad", x), pairs = widthPairs(widths, v.shape);
  requireOptions("pad", options, '{ mode: "edge" }', ["mode", "value"]);
  const { mode = "constant", value } = options as PadOptions;
  if (mode === "constant") {
    const fill = elementOf("pad", value ?? 0, v.dtype, "the tensor");
    return padValue(v, pairs.map((p) => p[0]), pairs.map((p) => p[1]), pairs.map(() => 0), fill);
  }
  if (!Object.hasOwn(sources, mode)) {
    throw new ArgumentError(
      `pad: ${shown(mode)} is not a mode; use "constant", "edge", "reflect", "symmetric" or "wrap"`,
    );
  }
  if (value !== undefined) throw new ArgumentError(`pad: mode "${mode}" takes no value; leave it out`);
  return pairs.reduce((y, [lo, hi], axis) => continued(y, axis, lo, hi, mode), v);
}) as PadOp;

function continued(x: Value, axis: number, lo: number, hi: number, mode: keyof typeof sources): Value {
  if (lo === 0 && hi === 0) return x;
  const n = x.shape[axis]!, length = n + lo + hi;
  if (n === 0 && length > 0) {
    throw new ShapeError(`pad: axis ${axis} of ${show(x.shape)} is empty, so mode "${mode}" has nothing to continue`);
  }
  const from = Int32Array.from({ length }, (_, i) => sources[mode](i - lo, n));
  return takeAxis(x, new Concrete([length], "i32", from), axis);
}

function widthPairs(widths: unknown, shape: Shape): (readonly [number, number])[] {
  const list: readonly unknown[] = Array.isArray(widths) ? widths : shape.map(() => widths);
  if (list.length !== shape.length) {
    throw new ShapeError(
      `pad: widths for ${list.length} axes, but ${show(shape)} has ${shape.length}; give a number or a pair for each`,
    );
  }
  return list.map((w, a) => {
    const pair: readonly unknown[] = Array.isArray(w) ? w : [w, w];
    if (pair.length !== 2) {
      throw new ArgumentError(`pad: ${shown(w)} is not a width; give a number, or [before, after]`);
    }
    const lo = requireWhole("pad", "a width", pair[0]), hi = requireWhole("pad", "a width", pair[1]), n = shape[a]!;
    if (Math.min(lo, 0) + Math.min(hi, 0) + n < 0 || lo < -n || hi < -n || n + lo + hi < 0) {
      throw new ShapeError(`pad: widths ${lo} and ${hi} take away more than axis ${a} of ${show(shape)} has`);
    }
    return [lo, hi] as const;
  });
}

// Elements in the same places' order turned round, or moved along.

/**
 * The elements in opposite order along axes.
 *
 * @param x Any tensor.
 * @param options `axis`: one or several, all if left out.
 * @returns A tensor of the same shape.
 * @throws {ShapeError} If an axis is out of range or named twice.
 *
 * @example Rows from right to left
 * ```ts
 * import { reverse, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(reverse(tensor([[1, 2], [3, 4]]), { axis: 1 }).toArray(), [[2, 1], [4, 3]]);
 * ```
 */
export function reverse<S extends Shape, D extends DType, const A extends AxesOption = undefined>(
  x: Tensor<S, D> & ReduceOk<"reverse", S, A>,
  options: { readonly axis?: A } = {},
): Tensor<S, D> {
  const v = requireTensor("reverse", x);
  checkOptions("reverse", options, "axis");
  return reverseValue(v, normalizeAxes("reverse", options.axis, v.shape.length)) as unknown as Tensor<S, D>;
}

/** The type of `roll`. */
export interface RollOp {
  /** `roll(x, shift, options?)`. */
  <S extends Shape, D extends DType, const A extends AxesOption = undefined>(
    x: Tensor<S, D> & ReduceOk<"roll", S, A>,
    shift: number | readonly number[],
    options?: { readonly axis?: A },
  ): Tensor<S, D>;
  /** `pipe(x, roll(shift, options?))`. */
  <const A extends AxesOption = undefined>(
    shift: number | readonly number[],
    options?: { readonly axis?: A },
  ): <S extends Shape, D extends DType>(x: Tensor<S, D> & ReduceOk<"roll", S, A>) => Tensor<S, D>;
}

/**
 * The elements moved along axes, those pushed out at one end coming in at the other: `roll(x, shift, options?)`, or
 * `pipe(x, roll(shift, options?))`.
 *
 * @param x Any tensor.
 * @param shift By how many places towards higher indices; for several axes, one number for all or one each.
 * @param options `axis`: one or several; if left out, the elements are rolled as one row-major list.
 * @returns A tensor of the same shape.
 * @throws {ShapeError} If an axis is out of range.
 * @throws {ArgumentError} If a shift is not a whole number, or there are not as many as axes.
 *
 * @example By one place
 * ```ts
 * import { roll, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(roll(tensor([1, 2, 3]), 1).toArray(), [3, 1, 2]);
 * ```
 */
export const roll: RollOp = dualStatic((x, shift, options) => {
  const v = requireTensor("roll", x), shifts = requireWholes("roll", "a shift", shift);
  checkOptions("roll", options, "axis");
  const given = options["axis"] as AxesOption;
  if (given === undefined) {
    const total = shifts.reduce((a, b) => a + b, 0);
    return reshape(rolled(reshape(v, [sizeOf(v.shape)]), 0, total), v.shape);
  }
  // An axis may be named twice: its shifts add up, as in NumPy.
  const axes = (typeof given === "number" ? [given] : given).map((a) => normalizeAxis("roll", a, v.shape.length));
  if (shifts.length !== 1 && shifts.length !== axes.length) {
    throw new ArgumentError(`roll: ${shifts.length} shifts for ${axes.length} axes; give one for all, or one each`);
  }
  return axes.reduce((y, a, i) => rolled(y, a, shifts.length === 1 ? shifts[0]! : shifts[i]!), v);
}) as RollOp;

function rolled(x: Value, axis: number, shift: number): Value {
  const n = x.shape[axis]!;
  if (n === 0 || shift % n === 0) return x;
  const cut = n - (shift % n + n) % n;
  return join([sliceAxis(x, axis, cut, n), sliceAxis(x, axis, 0, cut)], axis);
}
