/** Room around images, and images cut down. */
import { ArgumentError, type DType, pad, type Shape, ShapeError, type Tensor, type Value } from "../mod.ts";
import { grow, type Net, type Spec } from "./net.ts";
import type { PoolLayer } from "./pooling.ts";
import { overLeading, pairs, requireChoice, requireNames, type SlidOver, spatialShape } from "./windows.ts";

/** Elements at both ends of every spatial axis, or for each axis a number or a pair, before and after. */
export type Widths = number | readonly (number | readonly [before: number, after: number])[];

/** What is added. */
export interface PadSpatialOptions {
  /**
   * `"constant"` (if left out), `"reflect"` (mirrored, the border once), `"replicate"` (the nearest element) or
   * `"circular"` (from the other end).
   */
  readonly mode?: "constant" | "reflect" | "replicate" | "circular";
  /** Of mode `"constant"`; 0 if left out. */
  readonly value?: number;
}

const coreModes = { constant: "constant", reflect: "reflect", replicate: "edge", circular: "wrap" } as const;

/** Widths as pairs of whole numbers, 0 or more, for `n` axes, or for as many as a list has. */
function widthsOf(op: string, given: unknown, n?: number): readonly (readonly [number, number])[] {
  const count = n ?? (Array.isArray(given) ? given.length : 0), found = pairs(given, count);
  if (found !== undefined && count > 0 && found.flat().every((w) => w >= 0)) return found;
  throw new ArgumentError(
    `${op}: widths ${JSON.stringify(given)} must be ${
      n === undefined
        ? "a list of numbers, whole and 0 or more, or pairs of them, one for each spatial axis"
        : `a whole number, 0 or more, for both ends of every spatial axis, or a list of ${n} numbers or pairs`
    }`,
  );
}

function requirePad(options: PadSpatialOptions): void {
  const op = "padSpatial", { mode = "constant", value } = options;
  requireNames(op, options, ["mode", "value"]);
  requireChoice(op, "mode", mode, Object.keys(coreModes));
  if (value !== undefined && mode !== "constant") throw new ArgumentError(`${op}: a value is for mode "constant"`);
}

/** From a net to the net with spatial sizes changed. */
function layer(
  op: string,
  widths: Widths,
  f: (widths: readonly (readonly [number, number])[]) => {
    readonly sizes: (sizes: Shape) => Shape;
    readonly apply: (x: never) => unknown;
  },
): PoolLayer {
  return ((net: Net<unknown, Spec>) => {
    const [sizes, channels] = spatialShape(op, net.output.shape);
    const made = f(widthsOf(op, widths, sizes.length));
    return grow(net, {
      name: `${op}(${JSON.stringify(widths)})`,
      output: { shape: [...made.sizes(sizes), channels], dtype: "f32" },
      apply: (_, s, x) => [made.apply(x as never), s],
    });
  }) as never;
}

/**
 * Room around the spatial axes.
 *
 * @param widths For each spatial axis a number or a pair, before and after: a list. @param options `mode`, `value`.
 * @returns A function from `[...L, …spatial, C]` to `[...L, …sizes, C]`.
 * @throws {ArgumentError} If a width is negative or an option out of range.
 * @throws {ShapeError} If there are too few axes, or an empty one is to be continued.
 * @see Liu et al., Partial convolution based padding, 2018, https://arxiv.org/abs/1811.11718
 *
 * @example A mirrored sequence
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { padSpatialWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1], [2], [3]]);
 * assertEquals(padSpatialWith([[2, 0]], { mode: "reflect" })(x).toArray(), [[3], [2], [1], [2], [3]]);
 * ```
 */
export function padSpatialWith<const W extends readonly (number | readonly [before: number, after: number])[]>(
  widths: W,
  options: PadSpatialOptions = {},
): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<SlidOver<S, { [I in keyof W]: number }, "kept">, D> {
  const op = "padSpatial", room = widthsOf(op, widths), { mode = "constant", value = 0 } = options;
  requirePad(options);
  const how = mode === "constant" ? { mode: coreModes[mode], value } : { mode: coreModes[mode] };
  return ((x: Value) => overLeading(op, room.length, x, (y) => pad(y, [0, ...room, 0], how) as Value)) as never;
}

/**
 * A layer that puts room around examples.
 *
 * @param widths A number for both ends of every spatial axis, or for each axis a number or a pair, before and after.
 * @param options `mode`, `value`.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[…sizes, C]`.
 * @throws {ArgumentError} If a width is negative or an option out of range.
 * @throws {ShapeError} If examples have no spatial axis.
 * @see Liu et al., Partial convolution based padding, 2018, https://arxiv.org/abs/1811.11718
 *
 * @example From 28 to 32
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { input, padSpatial } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([28, 28, 1]), padSpatial(2)).output.shape, [32, 32, 1]);
 * ```
 */
export function padSpatial(widths: Widths, options: PadSpatialOptions = {}): PoolLayer {
  requirePad(options);
  return layer("padSpatial", widths, (room) => ({
    sizes: (sizes) => sizes.map((d, a) => d + room[a]![0] + room[a]![1]),
    apply: padSpatialWith(room, options) as (x: never) => unknown,
  }));
}

function cut(sizes: Shape, widths: readonly (readonly [number, number])[]): Shape {
  const left = sizes.map((d, a) => d - widths[a]![0] - widths[a]![1]);
  if (left.every((d) => d >= 0)) return left;
  throw new ShapeError(`crop: widths ${JSON.stringify(widths)} take away more than [${sizes.join(", ")}] has`);
}

/**
 * The spatial axes without their ends.
 *
 * @param widths For each spatial axis a number or a pair, what is cut off before and after: a list.
 * @returns A function from `[...L, …spatial, C]` to `[...L, …sizes, C]`.
 * @throws {ArgumentError} If a width is negative. @throws {ShapeError} If more is cut off than there is.
 *
 * @example The middle
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { cropWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cropWith([1])(tensor([[1], [2], [3]])).toArray(), [[2]]);
 * ```
 */
export function cropWith<const W extends readonly (number | readonly [before: number, after: number])[]>(
  widths: W,
): <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<SlidOver<S, { [I in keyof W]: number }, "kept">, D> {
  const op = "crop", ends = widthsOf(op, widths), inner = ends.map(([lo, hi]) => [-lo, -hi] as const);
  return ((x: Value) =>
    overLeading(op, ends.length, x, (y) => {
      cut(y.shape.slice(1, -1), ends);
      return pad(y, [0, ...inner, 0]) as Value;
    })) as never;
}

/**
 * A layer that cuts the ends off examples.
 *
 * @param widths A number for both ends of every spatial axis, or for each axis a number or a pair, before and after.
 * @returns From a net of examples `[…spatial, C]` to one of examples `[…sizes, C]`.
 * @throws {ArgumentError} If a width is negative. @throws {ShapeError} If more is cut off than there is.
 *
 * @example From 32 to 28
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { crop, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([32, 32, 1]), crop(2)).output.shape, [28, 28, 1]);
 * ```
 */
export function crop(widths: Widths): PoolLayer {
  return layer("crop", widths, (ends) => ({
    sizes: (sizes) => cut(sizes, ends),
    apply: cropWith(ends) as (x: never) => unknown,
  }));
}
