/** Pictures of one, three or four channels: grey, colours, colours with alpha. */
import { ArgumentError } from "../../core/errors.ts";
import { tensor } from "../../core/ops/create.ts";
import type { Tensor } from "../../core/tensor.ts";

/** How many values a pixel has: 1 grey, 3 red, green and blue, 4 with alpha. */
export type Channels = 1 | 3 | 4;

/** A picture: rows, columns and channels. */
export type PictureTensor = Tensor<readonly [number, number, number], "u8">;

/** Options of `decodePng` and `decodeJpeg`. */
export interface PictureOptions {
  /** How many channels the picture gets; as many as the file has if left out. */
  readonly channels?: Channels;
  /** The most pixels, 2^26 if left out; more is an error before anything is allocated. */
  readonly maxPixels?: number;
}

/** The options, checked and filled in. */
export function pictureOptions(op: string, { channels, maxPixels = 2 ** 26 }: PictureOptions) {
  if (channels !== undefined && channels !== 1 && channels !== 3 && channels !== 4) {
    throw new ArgumentError(`${op}: channels is ${channels}; it is 1, 3 or 4`);
  }
  if (!(maxPixels >= 1)) throw new ArgumentError(`${op}: maxPixels is ${maxPixels}; it is a number from 1`);
  return { channels, maxPixels };
}

/** Pixels of so many channels as a tensor of as many as asked for. */
export function pictureOf(
  pixels: Uint8Array,
  height: number,
  width: number,
  from: Channels,
  to: Channels | undefined,
): PictureTensor {
  const channels = to ?? from;
  return tensor(channels === from ? pixels : withChannels(pixels, from, channels), {
    shape: [height, width, channels],
  }) as PictureTensor;
}

/**
 * Grey becomes three equal colours, and colours become grey as ITU-R BT.601 weighs them, in 16-bit fixed point; alpha is
 * left out or 255.
 */
export function withChannels(pixels: Uint8Array, from: Channels, to: Channels): Uint8Array {
  const count = pixels.length / from, out = new Uint8Array(count * to);
  for (let p = 0, i = 0, o = 0; p < count; p++, i += from, o += to) {
    const red = pixels[i]!, green = from === 1 ? red : pixels[i + 1]!, blue = from === 1 ? red : pixels[i + 2]!;
    if (to === 1) {
      out[o] = 19595 * red + 38470 * green + 7471 * blue + 0x8000 >> 16;
      continue;
    }
    out[o] = red;
    out[o + 1] = green;
    out[o + 2] = blue;
    if (to === 4) out[o + 3] = from === 4 ? pixels[i + 3]! : 255;
  }
  return out;
}
