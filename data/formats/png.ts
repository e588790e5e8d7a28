/**
 * Pictures of the PNG format.
 *
 * Read here, and not by a package: the runtimes inflate by themselves, and no more than the picture takes must come out,
 * which the packages leave to their users. `fast-png` 8.0.0 besides gives each sample of interlaced rows a byte, however
 * few bits it has, refuses a transparent colour in pictures of one or two pixels, leaves transparency, rounding and
 * unpacking to its users, and filters no rows that it writes: a ramp then takes a hundred times the bytes, a picture with
 * noise nearly twice. `pngjs` 7.0.0 misses transparent greys of few bits, and blackens what is transparent.
 *
 * @see https://www.w3.org/TR/png-3/
 */
import type { Either, FormatError, TaskEither } from "../errors.ts";
import { inflate } from "../inflate.ts";
import { type Channels, pictureOf, type PictureOptions, pictureOptions, type PictureTensor } from "./channels.ts";
import { type PngParts, readChunks } from "./png_chunks.ts";
import { bytesOf, passesOf, type PassSize, sampleAt, unfilter } from "./png_rows.ts";
import { left, right } from "fp-ts/lib/Either.js";

/**
 * Reads a picture of the PNG format: all colour types and depths, interlaced or not.
 *
 * Samples of 16 bits are rounded to 8, those of fewer are stretched. Colours are taken as they are, without regard to a
 * profile or gamma; alpha that is not asked for is left out, and what is below it stays. An animation's first picture is
 * read.
 *
 * @param bytes The whole file.
 * @param options `channels` and `maxPixels`. Of its own, a grey picture has one channel, colours three, and either four if
 *   it has alpha.
 * @returns The picture, u8 `[height, width, channels]`; or what is wrong with the bytes, and where.
 * @throws {ArgumentError} If an option is out of its range.
 * @see https://www.w3.org/TR/png-3/
 *
 * @example There and back
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { decodePng, encodePng, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const grey = await encodePng(tensor([[[0], [255]]], { dtype: "u8" }));
 * assertEquals(orThrow(await decodePng(grey)()).toArray(), [[[0], [255]]]);
 * assertEquals(orThrow(await decodePng(grey, { channels: 3 })()).shape, [1, 2, 3]);
 * ```
 */
export function decodePng(bytes: Uint8Array, options: PictureOptions = {}): TaskEither<FormatError, PictureTensor> {
  const { channels, maxPixels } = pictureOptions("decodePng", options);
  const bad = (offset: number, what: string): Either<FormatError, never> =>
    left({ _tag: "FormatError", format: "png", offset, message: `decodePng: ${what} (byte ${offset})` });
  return async () => {
    const read = readChunks(bytes, maxPixels);
    if (read._tag === "Left") return bad(read.left.offset, read.left.what);
    const parts = read.right, { width, height, depth, samples, interlaced, packedAt } = parts;
    const passes = passesOf(width, height, samples * depth, interlaced), needed = bytesOf(passes);
    const rows = await inflate(parts.packed, "deflate", needed);
    if (rows._tag === "Left") {
      return bad(
        packedAt,
        rows.left.over ? `there are more rows than ${height}` : `the rows are damaged: ${rows.left.words}`,
      );
    }
    if (rows.right.length < needed) {
      return bad(packedAt, `the rows take ${needed} bytes, and ${rows.right.length} are there`);
    }
    const pixels = readPixels(parts, passes, rows.right);
    return typeof pixels === "string"
      ? bad(packedAt, pixels)
      : right(pictureOf(pixels, height, width, channelsOf(parts), channels));
  };
}

/** How many channels a file has of its own. */
function channelsOf({ samples, indexed, transparent }: PngParts): Channels {
  if (transparent !== undefined || samples === 2 || samples === 4) return 4;
  return indexed || samples === 3 ? 3 : 1;
}

/** The pixels, or what is wrong with the rows. */
function readPixels(parts: PngParts, passes: readonly PassSize[], rows: Uint8Array): Uint8Array | string {
  const { width, height, depth, samples } = parts, channels = channelsOf(parts);
  const pixels = new Uint8Array(width * height * channels), step = Math.max(1, samples * depth >> 3);
  const put = writerOf(parts, channels);
  if (typeof put === "string") return put;
  const found = [0, 0, 0, 0];
  let start = 0;
  for (const pass of passes) {
    const odd = unfilter(rows, start, pass, step);
    if (odd >= 0) return `a row has the filter ${rows[odd]}, and 0 to 4 are known`;
    for (let r = 0; r < pass.rows; r++, start += 1 + pass.stride) {
      let at = ((pass.y + r * pass.dy) * width + pass.x) * channels;
      for (let c = 0; c < pass.columns; c++, at += pass.dx * channels) {
        for (let s = 0; s < samples; s++) found[s] = sampleAt(rows, start + 1, c * samples + s, depth);
        if (!put(found, pixels, at)) return `a pixel has the colour ${found[0]}, and the palette has fewer`;
      }
    }
  }
  return pixels;
}

/** What writes a pixel's samples as channels, unless the palette lacks it; or what is wrong with its transparency. */
function writerOf(
  { depth, samples, indexed, palette, transparent }: PngParts,
  channels: Channels,
): ((found: readonly number[], to: Uint8Array, at: number) => boolean) | string {
  if (indexed) {
    const alpha = transparent ?? new Uint8Array(), colours = palette.length / 3;
    if (alpha.length > colours) return `${alpha.length} colours of a palette of ${colours} have an alpha`;
    return ([place], to, at) => {
      if (place! >= colours) return false;
      for (let i = 0; i < 3; i++) to[at + i] = palette[3 * place! + i]!;
      if (channels === 4) to[at + 3] = alpha[place!] ?? 255;
      return true;
    };
  }
  const colours = samples < 3 ? 1 : 3, alpha = samples === 2 || samples === 4, most = 2 ** depth - 1;
  if (transparent !== undefined && !alpha && transparent.length !== 2 * colours) {
    return `the colour that is transparent takes ${2 * colours} bytes, not ${transparent.length}`;
  }
  const clear = transparent &&
    Array.from({ length: colours }, (_, i) => transparent[2 * i]! << 8 | transparent[2 * i + 1]!);
  // The nearest of 256 steps; never halfway between two, as 255 is odd.
  const scale = (x: number): number => most === 255 ? x : Math.round(x * 255 / most);
  return (found, to, at) => {
    if (channels === 1) to[at] = scale(found[0]!);
    else for (let i = 0; i < 3; i++) to[at + i] = scale(found[colours === 1 ? 0 : i]!);
    if (channels === 4) {
      to[at + 3] = alpha ? scale(found[samples - 1]!) : clear!.every((x, i) => x === found[i]) ? 0 : 255;
    }
    return true;
  };
}
