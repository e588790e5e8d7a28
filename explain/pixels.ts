/** Images as the pixels of one image. */
import type { TypedArray } from "../mod.ts";

/** How many images there are, and how large they are. */
export interface ImageSizes {
  /** How many. */
  readonly n: number;
  /** Height of one. */
  readonly h: number;
  /** Width of one. */
  readonly w: number;
  /** 1 for grey, 3 for red, green and blue. */
  readonly channels: number;
}

/** Where images stand in the one they are put into. */
export interface Placement {
  /** Width of the whole. */
  readonly width: number;
  /** Height of the whole. */
  readonly height: number;
  /** Left and upper end of an image. */
  readonly corner: (i: number) => readonly [left: number, top: number];
}

/** What a pixel that is not finite looks like: the second of the series' colours, which no grey image has. */
const lost = [0xd5, 0x5e, 0x00];

/** Red, green and blue of each pixel of the whole, from above downwards; white where there is no image. */
export function pixelsOf(
  data: TypedArray,
  { n, h, w, channels }: ImageSizes,
  { width, height, corner }: Placement,
  [black, white]: readonly [number, number],
): Uint8Array {
  // A clamped array rounds and holds what is beyond its range.
  const pixels = new Uint8ClampedArray(3 * width * height).fill(255);
  for (let i = 0; i < n; i++) {
    const [left, top] = corner(i);
    for (let p = 0; p < h * w; p++) {
      const from = (i * h * w + p) * channels, to = 3 * ((top + Math.floor(p / w)) * width + left + p % w);
      const values = channels === 1 ? [data[from]!, data[from]!, data[from]!] : [...data.subarray(from, from + 3)];
      const color = values.every(Number.isFinite) ? values.map((v) => 255 * (v - black) / (white - black)) : lost;
      pixels.set(color, to);
    }
  }
  return new Uint8Array(pixels.buffer);
}
