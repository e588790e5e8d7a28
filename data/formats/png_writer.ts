/**
 * Pictures as PNG.
 *
 * @see https://www.w3.org/TR/png-3/
 */
import { joinBytes } from "../join_bytes.ts";
import { type PictureInput, pixelsOf } from "./pixels.ts";
import { pngSignature } from "./png_chunks.ts";
import { expected } from "./png_rows.ts";
import { crc32 } from "./zip.ts";

/** Colour types by channels. */
const colourTypes = { 1: 0, 3: 2, 4: 6 } as const;

/**
 * Writes a picture as PNG, without loss.
 *
 * @param image The picture, `[height, width, channels]` with 1, 3 or 4 channels, or `[height, width]`: u8, or f32 from 0
 *   to 1, which is rounded to 256 steps.
 * @returns The file's bytes.
 * @throws {ShapeError} If the shape is no picture's.
 * @throws {DTypeError} If the dtype is neither u8 nor f32.
 * @throws {ArgumentError} If an f32 is out of [0, 1], or `image` is no tensor.
 * @see https://www.w3.org/TR/png-3/
 *
 * @example A grey ramp
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { decodePng, encodePng, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const png = await encodePng(tensor([[0, 0.5, 1]]));
 * assertEquals(orThrow(await decodePng(png)()).toArray(), [[[0], [128], [255]]]);
 * ```
 */
export async function encodePng(image: PictureInput): Promise<Uint8Array> {
  const { pixels, height, width, channels } = pixelsOf("encodePng", image, 2 ** 31 - 1);
  const header = new Uint8Array(13), view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, colourTypes[channels]], 8);
  const rows = new Blob([filtered(pixels, width * channels, channels)]);
  const packed = new Response(rows.stream().pipeThrough(new CompressionStream("deflate"))).arrayBuffer();
  return joinBytes([
    Uint8Array.from(pngSignature),
    chunk("IHDR", header),
    chunk("IDAT", new Uint8Array(await packed)),
    chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length), view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** The rows, each with the filter that leaves the smallest differences in sum, as the standard advises. */
function filtered(pixels: Uint8Array, stride: number, step: number): Uint8Array<ArrayBuffer> {
  const rows = pixels.length / stride, out = new Uint8Array(rows * (1 + stride)), attempt = new Uint8Array(stride);
  for (let r = 0; r < rows; r++) {
    let least = Infinity;
    for (let filter = 0; filter < 5; filter++) {
      let sum = 0;
      for (let i = 0; i < stride; i++) {
        const at = r * stride + i, left = i < step ? 0 : pixels[at - step]!, above = r === 0 ? 0 : pixels[at - stride]!;
        const corner = r === 0 || i < step ? 0 : pixels[at - stride - step]!;
        attempt[i] = pixels[at]! - expected(filter, left, above, corner);
        sum += Math.min(attempt[i]!, 256 - attempt[i]!);
      }
      if (sum >= least) continue;
      least = sum;
      out[r * (1 + stride)] = filter;
      out.set(attempt, r * (1 + stride) + 1);
    }
  }
  return out;
}
