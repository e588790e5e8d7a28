/** Convolution and its transpose. */
import type { DType, Promote } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { convGeneral as convolve, type ConvParams, convShape } from "../primitives/conv_general.ts";
import { reverse } from "../primitives/reverse.ts";
import { reach } from "../primitives/window_shape.ts";
import { type Shape, show } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { dualOptions } from "./dual_options.ts";
import { factors } from "./factors.ts";
import { type Padding, padding, type PerAxis, perAxis, samePadding } from "./window_options.ts";
import { requireOptions } from "./options.ts";

export type { Padding, PerAxis };

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
