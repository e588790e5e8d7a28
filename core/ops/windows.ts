/** Convolutions and reductions over windows. */
import { type DType, kindOf, type Promote } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { convGeneral as convolve, type ConvParams, convShape, reach } from "../primitives/convolution.ts";
import { cast } from "../primitives/create.ts";
import { reduceWindow as reduce, type ReduceWindowParams, windowShape } from "../primitives/reduce_window.ts";
import { reverse } from "../primitives/reshape.ts";
import { type Shape, show } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { dualOptions, factors, requireOptions, requireTensor } from "./operands.ts";
import { type SumOf, sumOf } from "./reduce.ts";

// How sliding windows are told their strides, padding and dilations.

/** One number for every axis windows slide along, or one for each. */
export type PerAxis = number | readonly number[];

/**
 * Room at the borders. `"valid"`: none. `"same"`: as much as gives ⌈size / stride⌉ windows, the odd one behind. A number:
 * that much on every side. A list: for each axis a number or a pair, before and after; negative ones cut away.
 */
export type Padding = "same" | "valid" | number | readonly (number | readonly [lo: number, hi: number])[];

/** An option as a list with an entry for each axis. */
function perAxis(op: string, name: string, given: PerAxis | undefined, rank: number): readonly number[] {
  if (given === undefined) return new Array<number>(rank).fill(1);
  const list = typeof given === "number" ? new Array<number>(rank).fill(given) : given;
  if (!Array.isArray(list) || list.length !== rank || !list.every((n) => Number.isInteger(n) && n >= 1)) {
    throw new ArgumentError(
      `${op}: ${name} ${JSON.stringify(given)} must be a whole number, 1 or more, or a list of ${rank} of them`,
    );
  }
  return list;
}

/** Padding as a pair for each axis. */
function padding(
  op: string,
  given: Padding | undefined,
  same: (axis: number) => readonly [number, number],
  rank: number,
): readonly (readonly [number, number])[] {
  const each = (f: (axis: number) => readonly [number, number]) => Array.from({ length: rank }, (_, a) => f(a));
  const whole = (n: unknown): n is number => Number.isInteger(n);
  if (given === undefined || given === "valid") return each(() => [0, 0]);
  if (given === "same") return each(same);
  if (whole(given)) return each(() => [given, given]);
  if (Array.isArray(given) && given.length === rank) {
    const pairs = given.map((p: unknown) => whole(p) ? [p, p] : p);
    if (pairs.every((p) => Array.isArray(p) && p.length === 2 && p.every(whole))) return pairs as [number, number][];
  }
  throw new ArgumentError(
    `${op}: padding ${
      JSON.stringify(given)
    } must be "same", "valid", a whole number, or a list of ${rank} numbers or pairs`,
  );
}

/** The padding that gives ⌈size / stride⌉ windows. */
const samePadding =
  (input: Shape, window: Shape, strides: Shape, inputDilation: Shape, dilation: Shape) =>
  (a: number): readonly [number, number] => {
    const size = reach(input[a]!, inputDilation[a]!), need = reach(window[a]!, dilation[a]!), stride = strides[a]!;
    const room = Math.max(0, (Math.ceil(size / stride) - 1) * stride + need - size);
    return [Math.floor(room / 2), Math.ceil(room / 2)];
  };

// Convolution and its transpose.

/** How a kernel slides; lists have an entry for each spatial axis. */
export interface ConvOptions {
  /** Distances between neighbouring windows; 1 if left out. */
  readonly strides?: PerAxis;
  /** Room at the borders; none if left out. */
  readonly padding?: Padding;
  /** Distances between neighbouring elements of the input, with zeros between; 1 if left out. */
  readonly inputDilation?: PerAxis;
  /** Distances between neighbouring elements of the kernel; 1 if left out. */
  readonly kernelDilation?: PerAxis;
  /** Into how many groups input and output channels are divided, each with a kernel of its own; 1 if left out. */
  readonly groups?: number;
}

/** The options of {@linkcode convTranspose}: those of the convolution it transposes. */
export interface ConvTransposeOptions {
  /** Distances between neighbouring windows in the output; 1 if left out. */
  readonly strides?: PerAxis;
  /** What is cut off the output's borders; `"same"` leaves size · stride. Nothing if left out. */
  readonly padding?: Padding;
  /** Room added after the output, for the sizes that strides round away; 0 if left out. */
  readonly outputPadding?: number | readonly number[];
  /** Distances between neighbouring elements of the kernel; 1 if left out. */
  readonly kernelDilation?: PerAxis;
  /** Into how many groups input and output channels are divided; 1 if left out. */
  readonly groups?: number;
}

/** The shape of a convolution: examples from the input, channels from the kernel; types do not compute the sizes between. */
export type ConvShape<X extends Shape, K extends Shape> = X extends readonly [
  infer N extends number,
  ...infer S extends Shape,
  number,
] ? K extends readonly [...Shape, infer O extends number] ? readonly [N, ...{ readonly [I in keyof S]: number }, O]
  : Shape
  : Shape;

/** An operation of an input and a kernel: `f(x, kernel, options?)`, or `pipe(x, f(kernel, options?))`. */
export interface ConvOp<Options> {
  /** `f(x, kernel, options?)`. */
  <X extends Shape, K extends Shape, DX extends DType, DK extends DType>(
    x: Tensor<X, DX>,
    kernel: Tensor<K, DK>,
    options?: Options,
  ): Tensor<ConvShape<X, K>, Promote<DX, DK>>;
  /** `pipe(x, f(kernel, options?))`. */
  <K extends Shape, DK extends DType>(
    kernel: Tensor<K, DK>,
    options?: Options,
  ): <X extends Shape, DX extends DType>(x: Tensor<X, DX>) => Tensor<ConvShape<X, K>, Promote<DX, DK>>;
}

/** Input and kernel of equal rank, and how many axes the kernel slides along. */
function operands(op: string, given: unknown, kernel: unknown): readonly [Value, Value, number] {
  const [x, w] = factors(op, given, kernel);
  if (x.shape.length < 2 || x.shape.length !== w.shape.length) {
    throw new ShapeError(
      `${op}: ranks do not fit, ${show(x.shape)} * ${show(w.shape)}; ` +
        "the input is [N, …spatial, C], the kernel […window, C / groups, O]",
    );
  }
  return [x, w, x.shape.length - 2];
}

function run(op: string, x: Value, w: Value, p: ConvParams): Value {
  convShape(op, x, w, p);
  return convolve(x, w, p);
}

/**
 * Convolution over any number of axes, as neural networks mean it: a cross-correlation, the kernel is not flipped.
 *
 * Padding is zeros. Where an infinite or NaN weight of the kernel meets one, a backend may take 0·∞ as NaN or leave the
 * product out.
 *
 * @param x Any numeric tensor, `[N, …spatial, C]`.
 * @param kernel Any numeric tensor of the same rank, `[…window, C / groups, O]`.
 * @param options `strides`, `padding`, `inputDilation`, `kernelDilation`, `groups`.
 * @returns `[N, …windows, O]`, in the common dtype.
 * @throws {ShapeError} If ranks or channels do not fit, or the kernel is wider than the padded input.
 * @throws {ArgumentError} If an option is out of its range.
 * @see Dumoulin and Visin, 2016, https://arxiv.org/abs/1603.07285
 *
 * @example Differences of neighbours
 * ```ts
 * import { convGeneral, reshape, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = reshape(tensor([1, 4, 9, 16]), [1, 4, 1]), kernel = reshape(tensor([-1, 1]), [2, 1, 1]);
 * assertEquals(convGeneral(x, kernel).toArray(), [[[3], [5], [7]]]);
 * ```
 */
export const convGeneral: ConvOp<ConvOptions> = dualOptions((given, kernel, options: ConvOptions) => {
  const op = "convGeneral", names = ["strides", "padding", "inputDilation", "kernelDilation", "groups"];
  requireOptions(op, options, "{ strides: 2 }", names);
  const [x, w, n] = operands(op, given, kernel);
  const strides = perAxis(op, "strides", options.strides, n);
  const inputDilation = perAxis(op, "inputDilation", options.inputDilation, n);
  const kernelDilation = perAxis(op, "kernelDilation", options.kernelDilation, n);
  const same = samePadding(x.shape.slice(1, -1), w.shape.slice(0, -2), strides, inputDilation, kernelDilation);
  return run(op, x, w, {
    strides,
    inputDilation,
    kernelDilation,
    padding: padding(op, options.padding, same, n),
    groups: options.groups ?? 1,
  });
}) as ConvOp<ConvOptions>;

/**
 * Transposed convolution: every element of the input lays the kernel, scaled by it, onto the output, at distances of the
 * strides. It is the adjoint of the convolution with the same options and the kernel's channels exchanged.
 *
 * @param x Any numeric tensor, `[N, …spatial, C]`.
 * @param kernel Any numeric tensor of the same rank, `[…window, C / groups, O]`.
 * @param options `strides`, `padding`, `outputPadding`, `kernelDilation`, `groups`.
 * @returns `[N, …, O]` with sizes (size − 1) · stride + kernel − padding + outputPadding, in the common dtype.
 * @throws {ShapeError} If ranks or channels do not fit, or nothing is left of the output.
 * @throws {ArgumentError} If an option is out of its range.
 * @see Dumoulin and Visin, 2016, https://arxiv.org/abs/1603.07285
 *
 * @example Every element twice
 * ```ts
 * import { convTranspose, reshape, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = reshape(tensor([1, 2]), [1, 2, 1]), kernel = reshape(tensor([1, 1]), [2, 1, 1]);
 * assertEquals(convTranspose(x, kernel, { strides: 2 }).toArray(), [[[1], [1], [2], [2]]]);
 * ```
 */
export const convTranspose: ConvOp<ConvTransposeOptions> = dualOptions(
  (given, kernel, options: ConvTransposeOptions) => {
    const op = "convTranspose", names = ["strides", "padding", "outputPadding", "kernelDilation", "groups"];
    requireOptions(op, options, "{ strides: 2 }", names);
    const [x, w, n] = operands(op, given, kernel);
    const strides = perAxis(op, "strides", options.strides, n);
    const kernelDilation = perAxis(op, "kernelDilation", options.kernelDilation, n);
    const need = w.shape.slice(0, -2).map((k, a) => reach(k, kernelDilation[a]!));
    const cut = padding(op, options.padding, (a) => {
      const more = need[a]! - strides[a]!;
      return more < 0 ? [0, more] : [Math.floor(more / 2), Math.ceil(more / 2)];
    }, n);
    const extra = extraRoom(op, options.outputPadding, strides, n);
    return run(op, x, reverse(w, need.map((_, a) => a)), {
      strides: need.map(() => 1),
      inputDilation: strides,
      kernelDilation,
      padding: cut.map(([lo, hi], a) => [need[a]! - 1 - lo, need[a]! - 1 - hi + extra[a]!]),
      groups: options.groups ?? 1,
    });
  },
) as ConvOp<ConvTransposeOptions>;

function extraRoom(op: string, given: number | readonly number[] | undefined, strides: Shape, n: number): Shape {
  const list = typeof given === "object" ? given : new Array<number>(n).fill(given ?? 0);
  if (list.length !== n || !list.every((d, a) => Number.isInteger(d) && d >= 0 && d < strides[a]!)) {
    throw new ArgumentError(
      `${op}: outputPadding ${JSON.stringify(given)} must be a whole number from 0 to below the stride, ` +
        `for each of the strides [${strides}]`,
    );
  }
  return list;
}

// Sums and extremes over sliding windows.

/** What is made of windows of which size, and how they slide; lists have an entry for each axis of the tensor. */
export interface ReduceWindowOptions<O extends "max" | "min" | "sum" = "max" | "min" | "sum"> {
  /** The sum, or the largest or smallest element. */
  readonly op: O;
  /** The size of a window on every axis; 1 where it does not slide. */
  readonly window: readonly number[];
  /** Distances between neighbouring windows; 1 if left out. */
  readonly strides?: PerAxis;
  /** Room at the borders; none if left out. It adds nothing to sums, and is never the largest or smallest. */
  readonly padding?: Padding;
  /** Distances between neighbouring elements of a window; 1 if left out. */
  readonly dilation?: PerAxis;
}

/**
 * The sum, or the largest or smallest element, of every window that slides over a tensor: what pooling is made of.
 *
 * The derivative of an extreme goes to the first element of the window that attains it; a NaN in a window wins.
 *
 * @param x Any numeric tensor.
 * @param options `op`, `window`, and how it slides: `strides`, `padding`, `dilation`.
 * @returns One element a window, in the dtype of `x` (sums of u8 in u32). An extreme of padding alone is the end of the
 *   dtype's range.
 * @throws {ShapeError} If the window is wider than the padded tensor, or of another rank.
 * @throws {ArgumentError} If an option is out of its range.
 *
 * @example The larger of every two neighbours
 * ```ts
 * import { reduceWindow, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(reduceWindow(tensor([1, 3, 2, 0]), { op: "max", window: [2] }).toArray(), [3, 3, 2]);
 * ```
 */
export function reduceWindow<S extends Shape, D extends DType, O extends "max" | "min" | "sum">(
  x: Tensor<S, D>,
  options: ReduceWindowOptions<O>,
): Tensor<{ readonly [I in keyof S]: number }, O extends "sum" ? SumOf<D> : D> {
  const name = "reduceWindow", given = requireTensor(name, x), rank = given.shape.length;
  const names = ["op", "window", "strides", "padding", "dilation"];
  requireOptions(name, options, '{ op: "max", window: [2, 2] }', names);
  const { op, window } = options;
  if (op !== "max" && op !== "min" && op !== "sum") {
    throw new ArgumentError(`${name}: op ${JSON.stringify(op)} must be "max", "min" or "sum"`);
  }
  if (kindOf(given.dtype) === "bool") throw new DTypeError(`${name}: takes numbers, not bool; cast it first`);
  if (!Array.isArray(window) || window.length !== rank) {
    throw new ShapeError(
      `${name}: window ${JSON.stringify(window)} must have a size for each of the ${rank} axes of ${show(given.shape)}`,
    );
  }
  const size = perAxis(name, "window", window, rank);
  const strides = perAxis(name, "strides", options.strides, rank);
  const dilation = perAxis(name, "dilation", options.dilation, rank);
  const same = samePadding(given.shape, size, strides, new Array<number>(rank).fill(1), dilation);
  const p: ReduceWindowParams = {
    op,
    window: size,
    strides,
    dilation,
    padding: padding(name, options.padding, same, rank),
  };
  windowShape(name, given, p);
  const y = reduce(op === "sum" ? cast(given, sumOf(given.dtype)) : given, p);
  return y as unknown as Tensor<{ readonly [I in keyof S]: number }, O extends "sum" ? SumOf<D> : D>;
}
