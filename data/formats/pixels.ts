/** The bytes of a picture that is to be written. */
import { ArgumentError, DTypeError, ShapeError } from "../../core/errors.ts";
import { type Shape, show } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { isTensor } from "../../core/tree.ts";
import type { Channels } from "./channels.ts";

/** What can be written as a picture: `[height, width, channels]` or `[height, width]`, u8, or f32 from 0 to 1. */
export type PictureInput = Tensor<Shape, "u8"> | Tensor<Shape, "f32">;

/** A picture's bytes. */
export interface Pixels {
  /** A byte for each channel of each pixel, row by row. */
  readonly pixels: Uint8Array;
  /** Rows. */
  readonly height: number;
  /** Pixels a row. */
  readonly width: number;
  /** Bytes a pixel. */
  readonly channels: Channels;
}

/** The bytes of a picture with sides of at most `maxSide`. */
export function pixelsOf(op: string, image: PictureInput, maxSide: number): Pixels {
  if (!isTensor(image)) {
    throw new ArgumentError(`${op}: expected a tensor, got ${image === null ? "null" : typeof image}`);
  }
  const [height = 0, width = 0, channels = 1, ...more] = image.shape, rank = image.shape.length;
  if (rank < 2 || more.length > 0 || channels !== 1 && channels !== 3 && channels !== 4) {
    const remedy = "reshape, or take one picture of a batch";
    throw new ShapeError(
      `${op}: a picture is [height, width] or [height, width, 1, 3 or 4], not ${show(image.shape)}; ${remedy}`,
    );
  }
  if (height === 0 || width === 0 || height > maxSide || width > maxSide) {
    throw new ShapeError(`${op}: the picture is ${height}×${width}; its sides are from 1 to ${maxSide}`);
  }
  const data = image.dataSync();
  if (data instanceof Uint8Array && image.dtype === "u8") return { pixels: data, height, width, channels };
  if (!(data instanceof Float32Array)) {
    throw new DTypeError(`${op}: a picture is u8, or f32 from 0 to 1, not ${image.dtype}; cast it`);
  }
  const odd = data.findIndex((x) => !(x >= 0 && x <= 1));
  if (odd >= 0) {
    throw new ArgumentError(`${op}: element ${odd} is ${data[odd]}, out of [0, 1]; scale the picture, or clip it`);
  }
  return { pixels: Uint8Array.from(data, (x) => Math.round(x * 255)), height, width, channels };
}
