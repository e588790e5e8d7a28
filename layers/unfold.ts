/** The elements of sliding windows side by side (im2col), and the sums that put them back. */
import {
  type DType,
  type FloatDType,
  linearTranspose,
  type Padding,
  type PerAxis,
  reshape,
  type Shape,
  ShapeError,
  type Tensor,
  type Value,
  zeros,
} from "../mod.ts";
import { patches } from "./patches.ts";
import { overLeading, placeWindows, requireNames, sizeList, type SlidOver } from "./windows.ts";

/** How the windows of `imageToColumns` and `columnsToImage` slide. */
export interface UnfoldOptions {
  /** Distances between neighbouring windows; 1 if left out. */
  readonly stride?: PerAxis;
  /** Room at the borders, zeros: `"same"`, `"valid"`, a number, or for each axis a number or a pair; none if left out. */
  readonly padding?: Padding;
  /** Distances between neighbouring elements of a window; 1 if left out. */
  readonly dilation?: PerAxis;
}

const optionNames = ["stride", "padding", "dilation"];

/**
 * Every window's elements as one row: a convolution is then a matrix product with the kernel `[elements · C, O]`.
 *
 * @param x Any numeric tensor, `[...L, …spatial, C]`.
 * @param window The window's size on each spatial axis, a list.
 * @param options `stride` (1 if left out), `padding`, `dilation`.
 * @returns `[...L, …windows, elements · C]`, the elements in row-major order, channels innermost (PyTorch's outermost).
 * @throws {ShapeError} If a window is wider than the padded input. @throws {ArgumentError} If an option is out of range.
 * @see Chellapilla et al., High performance convolutional neural networks for document processing, 2006, https://inria.hal.science/inria-00112631
 *
 * @example Pairs of neighbours
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { imageToColumns } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(imageToColumns(tensor([[1], [2], [3]]), [2]).toArray(), [[1, 2], [2, 3]]);
 * ```
 */
export function imageToColumns<const S extends Shape, D extends DType, const W extends Shape>(
  x: Tensor<S, D>,
  window: W,
  options: UnfoldOptions = {},
): Tensor<SlidOver<S, W, number>, D> {
  requireNames("imageToColumns", options, optionNames);
  const size = sizeList("imageToColumns", "window", window);
  return overLeading("imageToColumns", size.length, x as Value, (y) => {
    const w = placeWindows("imageToColumns", "window", y.shape.slice(1, -1), size, options), p = patches(y, w);
    return reshape(p, [y.shape[0]!, ...w.counts, p.shape.at(-2)! * p.shape.at(-1)!]) as Value;
  }) as never;
}

/**
 * Rows of windows added up at their places: the adjoint of {@linkcode imageToColumns}.
 *
 * @param y Rows as `imageToColumns` gives them, `[...L, …windows, elements · C]`.
 * @param sizes The spatial sizes of the result, a list. @param window The window's size on each spatial axis, a list.
 * @param options `stride` (1 if left out), `padding`, `dilation`: those of `imageToColumns`.
 * @returns `[...L, ...sizes, C]`; an element that lies in several windows is the sum of its entries.
 * @throws {ShapeError} If `y` does not have one row for each window. @throws {ArgumentError} If an option is out of range.
 *
 * @example The middle element lies in both windows
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { columnsToImage } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(columnsToImage(tensor([[1, 2], [2, 3]]), [3], [2]).toArray(), [[1], [4], [3]]);
 * ```
 */
export function columnsToImage<const S extends Shape, D extends FloatDType, const W extends Shape>(
  y: Tensor<S, D>,
  sizes: W,
  window: W extends Shape ? { readonly [I in keyof W]: number } : never,
  options: UnfoldOptions = {},
): Tensor<SlidOver<S, W, number>, D> {
  requireNames("columnsToImage", options, optionNames);
  const whole = sizeList("columnsToImage", "sizes", sizes, 0),
    size = sizeList("columnsToImage", "window", window),
    n = size.length;
  const { counts } = placeWindows("columnsToImage", "window", whole, size, options);
  return overLeading("columnsToImage", n, y as Value, (rows) => {
    const [examples, ...given] = rows.shape as readonly [number, ...number[]], row = given.pop()!;
    const elements = size.reduce((a, b) => a * b, 1);
    if (row % elements !== 0 || counts.some((c, a) => c !== given[a])) {
      throw new ShapeError(
        `columnsToImage: rows [${rows.shape.slice(1).join(", ")}] are not those of windows [${size.join(", ")}] over [${
          whole.join(", ")
        }]; expected [${counts.join(", ")}, ${elements} · C]`,
      );
    }
    const like = zeros([examples, ...whole, row / elements], { dtype: rows.dtype }) as Value;
    const spread = linearTranspose((x: Value) => imageToColumns(x, size, options) as Value, like);
    return spread(rows)[0];
  }) as never;
}
