/** Pictures sampled along affine maps, so that derivatives reach both the pictures and the maps. */
import { add, arange, type DType, mul, reshape, type Shape, ShapeError, slice, sub, type Tensor } from "../../mod.ts";
import type { Cropped } from "./crop.ts";
import { type Examples, requireFloats, requireImages } from "./operands.ts";
import { sample, type SampleOptions } from "./sample.ts";
import { requireWhole } from "../require_whole.ts";

/** How pictures are sampled, and to what size. */
export interface AffineOptions<H extends number = number, W extends number = number> extends SampleOptions {
  /** Rows and columns of the result, `[h, w]`; those of the pictures if left out. */
  readonly size?: readonly [H, W];
}

/**
 * Pictures sampled where affine maps say: the pixel at (x, y) of the result is read from the picture at
 * (a·x + b·y + c, d·x + e·y + f). Both count in pixels from the middle of their picture, x to the right and y down, so
 * that a map without c and f keeps the middle in place. Nothing is smoothed before sizes are reduced. Derivatives reach
 * the pictures and, in mode `"bilinear"`, the maps.
 *
 * @param images Pictures, `[batch, height, width, channels]`; floats, of any dtype in mode `"nearest"`.
 * @param matrices From the result to the picture, `[[a, b, c], [d, e, f]]` for each: `[batch, 2, 3]`, floats.
 * @param options `mode`, `fill`, and `size`, of the result.
 * @returns Pictures, `[batch, h, w, channels]`.
 * @throws {ShapeError} If the pictures have not four axes, the matrices are not one of 2 × 3 for each, or there is no
 *   pixel to read.
 * @throws {DTypeError} If the pictures or the matrices are not floats.
 * @throws {ArgumentError} If an option is out of range.
 * @see Jaderberg et al., Spatial transformer networks, 2015, section 3.3, https://arxiv.org/abs/1506.02025
 *
 * @example Half a pixel from the right
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { affine } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const moved = affine(tensor([[[[2], [4], [8]]]]), tensor([[[1, 0, 0.5], [0, 1, 0]]]));
 * assertEquals(moved.toArray(), [[[[3], [6], [4]]]]);
 * ```
 */
export function affine<S extends Shape, D extends DType, H extends number = S[1], W extends number = S[2]>(
  images: Tensor<S, D>,
  matrices: Tensor<readonly [number, 2, 3], "f32" | "f64">,
  options: AffineOptions<H, W> = {},
): Tensor<Cropped<S, H, W>, D> {
  const [batch] = requireImages("affine", images as Examples);
  requireMatrices(matrices as Tensor, batch);
  return alongMaps("affine", images as Examples, matrices as Tensor, options) as never;
}

/** Pictures sampled along maps `[batch, 2, 3]`. */
export function alongMaps(op: string, images: Examples, matrices: Tensor, options: AffineOptions): Examples {
  const [, height, width] = requireImages(op, images), { size = [height, width] } = options;
  for (const n of size) requireWhole(op, "a size", n, 0);
  const [right, down] = positions(matrices, size);
  return sample(op, images, right, down, options);
}

function requireMatrices(m: Tensor, batch: number): void {
  requireFloats("affine", m);
  if (m.shape.length === 3 && m.shape[0] === batch && m.shape[1] === 2 && m.shape[2] === 3) return;
  throw new ShapeError(`affine: expected matrices [${batch}, 2, 3], one a picture, got [${m.shape.join(", ")}]`);
}

/** Where the pixels of a result are read, from the middle: x and y, each `[batch, h, w]`. */
function positions(m: Tensor, [h, w]: readonly [number, number]): readonly [x: Tensor, y: Tensor] {
  const x = reshape(fromMiddle(w, m), [1, 1, w]) as Tensor, y = reshape(fromMiddle(h, m), [1, h, 1]) as Tensor;
  const entry = (i: number, j: number) =>
    reshape(slice(m, [0, i, j], [m.shape[0]!, i + 1, j + 1]), [m.shape[0]!, 1, 1]) as Tensor;
  const along = (i: number): Tensor =>
    add(add(mul(entry(i, 0), x), mul(entry(i, 1), y)), entry(i, 2)) as unknown as Tensor;
  return [along(0), along(1)];
}

/** The middles of `n` pixels in a row, from the middle of the row. */
const fromMiddle = (n: number, like: Tensor): Tensor =>
  sub(arange(0, n, 1, { dtype: like.dtype }) as unknown as Tensor, (n - 1) / 2) as unknown as Tensor;
