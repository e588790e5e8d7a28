/**
 * Pictures as JPEG.
 *
 * @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf
 */
import { ArgumentError } from "../../core/errors.ts";
import { optionalPackage } from "../host.ts";
import { withChannels } from "./channels.ts";
import { type PictureInput, pixelsOf } from "./pixels.ts";

/** What of the package is used. */
interface Package {
  readonly encode: (
    picture: { readonly data: Uint8Array; readonly width: number; readonly height: number },
    quality: number,
  ) => { readonly data: Uint8Array };
}

/**
 * Writes a picture as JPEG, which loses what the eye misses least.
 *
 * The work is done by the package `jpeg-js`, which is loaded when this is called. Alpha is left out, and grey is written
 * as colours.
 *
 * @param image The picture, `[height, width, channels]` with 1, 3 or 4 channels, or `[height, width]`: u8, or f32 from 0
 *   to 1, which is rounded to 256 steps.
 * @param quality From 1 to 100, 90 if left out: the more, the nearer and the larger.
 * @returns The file's bytes.
 * @throws {ShapeError} If the shape is no picture's, or a side is above 65535.
 * @throws {DTypeError} If the dtype is neither u8 nor f32.
 * @throws {ArgumentError} If an f32 is out of [0, 1], `quality` is out of its range, or `image` is no tensor.
 * @throws {AdjointError} If the package cannot be loaded.
 * @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf
 *
 * @example A picture of one colour
 * ```ts ignore
 * import { full } from "@adjoint/adjoint";
 * import { encodeJpeg } from "@adjoint/adjoint/data";
 *
 * await Deno.writeFile("grey.jpg", await encodeJpeg(full([64, 64], 0.5)));
 * ```
 */
export async function encodeJpeg(image: PictureInput, quality: number = 90): Promise<Uint8Array> {
  if (!(quality >= 1 && quality <= 100)) {
    throw new ArgumentError(`encodeJpeg: quality is ${quality}; it is a number from 1 to 100`);
  }
  const { pixels, height, width, channels } = pixelsOf("encodeJpeg", image, 0xffff);
  const { encode } = await optionalPackage<Package>("encodeJpeg", "jpeg-js", "0.4.4");
  const data = channels === 4 ? pixels : withChannels(pixels, channels, 4);
  return Uint8Array.from(encode({ data, width, height }, quality).data);
}
