/**
 * Pictures of the JPEG format.
 *
 * @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf
 */
import type { Either, FormatError, TaskEither } from "../errors.ts";
import { optionalPackage, wordsOf } from "../host.ts";
import { pictureOf, type PictureOptions, pictureOptions, type PictureTensor } from "./channels.ts";
import { clip } from "./excerpt.ts";
import { readFrame } from "./jpeg_frame.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** What of the package is used. */
interface Package {
  readonly decode: (
    bytes: Uint8Array,
    options: {
      readonly useTArray: true;
      readonly formatAsRGBA: false;
      readonly tolerantDecoding: false;
      readonly maxResolutionInMP: number;
      readonly maxMemoryUsageInMB: number;
    },
  ) => { readonly width: number; readonly height: number; readonly data: Uint8Array };
}

/** Bytes of memory that the package counts for a block and for a pixel, and may spend on tables. */
const perBlock = 512, perPixel = 16, forTables = 2 ** 24;

/**
 * Reads a picture of the JPEG format: sequential or progressive, of 8 bits.
 *
 * The work is done by the package `jpeg-js`, which is loaded when this is called. The picture is as it is stored: a
 * turn that a camera noted beside it is not made, and profiles are not applied. Inks become colours.
 *
 * @param bytes The whole file.
 * @param options `channels` and `maxPixels`. Of its own, a grey picture has one channel, and others have three.
 * @returns The picture, u8 `[height, width, channels]`; or what is wrong with the bytes, and where.
 * @throws {ArgumentError} If an option is out of its range.
 * @throws {AdjointError} If the package cannot be loaded.
 * @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf
 *
 * @example Bytes that are no picture
 * ```ts
 * import { decodeJpeg } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const read = await decodeJpeg(new TextEncoder().encode("GIF89a"))();
 * assertEquals(read._tag, "Left");
 * ```
 */
export function decodeJpeg(bytes: Uint8Array, options: PictureOptions = {}): TaskEither<FormatError, PictureTensor> {
  const { channels, maxPixels } = pictureOptions("decodeJpeg", options);
  const bad = (offset: number, what: string): Either<FormatError, never> =>
    left({ _tag: "FormatError", format: "jpeg", offset, message: `decodeJpeg: ${what} (byte ${offset})` });
  return async () => {
    const frame = readFrame(bytes, maxPixels);
    if (frame._tag === "Left") return bad(frame.left.offset, frame.left.what);
    const { width, height, components, blocks } = frame.right;
    const { decode } = await optionalPackage<Package>("decodeJpeg", "jpeg-js", "0.4.4");
    let decoded: ReturnType<Package["decode"]>;
    try {
      decoded = decode(bytes, {
        useTArray: true,
        formatAsRGBA: false,
        tolerantDecoding: false,
        maxResolutionInMP: width * height / 1e6,
        maxMemoryUsageInMB: (blocks * perBlock + width * height * perPixel + forTables) / 2 ** 20,
      });
    } catch (e) {
      return bad(0, `the picture is damaged: ${clip(wordsOf(e))}`);
    }
    const { data } = decoded;
    if (decoded.width !== width || decoded.height !== height || data.length !== 3 * width * height) {
      return bad(0, `the picture is damaged: its size is not ${width}×${height}`);
    }
    return components === 1
      ? right(pictureOf(data.filter((_, i) => i % 3 === 0), height, width, 1, channels))
      : right(pictureOf(data, height, width, 3, channels));
  };
}
