/**
 * What a JPEG file says of its picture, found without decoding it.
 *
 * @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf, appendix B
 */
import type { PictureError } from "./png_chunks.ts";
import { type Either, left, right } from "fp-ts/lib/Either.js";

/** A picture's frame, checked. */
export interface JpegFrame {
  /** Pixels a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** 1 for grey, 3 for colours, 4 for inks. */
  readonly components: number;
  /** How many blocks of 64 samples there are. */
  readonly blocks: number;
}

/** More scans than any encoder writes; each may touch every block, however few bytes it takes. */
const maxScans = 256;

const bad = (offset: number, what: string): Either<PictureError, never> => left({ offset, what });

/** The frame of a file whose picture has at most `maxPixels` pixels. */
export function readFrame(bytes: Uint8Array, maxPixels: number): Either<PictureError, JpegFrame> {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return bad(0, "the bytes do not start as JPEG does, with ff d8");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let frame: JpegFrame | undefined, scans = 0, data = 0;
  for (let at = 2;;) {
    // Within a scan ff is followed by 00, a restart mark or another ff; anything else ends it.
    const from = at;
    while (at < bytes.length && !(bytes[at] === 0xff && isMarker(bytes[at + 1]))) at++;
    if (scans > 0) data += at - from;
    if (at + 1 >= bytes.length) return bad(bytes.length, "the file is cut short: no mark ends the picture");
    const marker = bytes[at + 1]!;
    if (marker === 0xd9) break;
    if (at + 4 > bytes.length || view.getUint16(at + 2) < 2) return bad(at, "a segment has no length");
    const length = view.getUint16(at + 2);
    if (length > bytes.length - at - 2) {
      return bad(at, `a segment takes ${length} bytes, and ${bytes.length - at - 2} are left`);
    }
    if (isFrame(marker)) {
      if (frame !== undefined) return bad(at, "there are two frames, and one is supported");
      if (marker > 0xc2) return bad(at, `a frame of type ${marker - 0xc0}; 0, 1 and 2 are supported: save it again`);
      const read = frameOf(bytes.subarray(at + 4, at + 2 + length), maxPixels);
      if (typeof read === "string") return bad(at, read);
      frame = read;
    } else if (marker === 0xda && ++scans > maxScans) return bad(at, `there are more than ${maxScans} scans`);
    at += 2 + length;
  }
  if (frame === undefined || scans === 0) return bad(bytes.length, "there is no picture in the file");
  // The first scan of a block takes a bit at least; so a claim of blocks that nothing stands for allocates nothing.
  if (frame.blocks > 8 * data) {
    return bad(bytes.length, `${data} bytes cannot hold the ${frame.blocks} blocks of a picture of its size`);
  }
  return right(frame);
}

const isMarker = (byte: number | undefined): boolean =>
  byte === undefined || byte !== 0 && byte !== 0xff && (byte < 0xd0 || byte > 0xd7);

/** Starts of frames; what lies between them are tables of other kinds. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** The frame, or what is wrong with it. */
function frameOf(data: Uint8Array, maxPixels: number): JpegFrame | string {
  const [precision = 0, h1 = 0, h0 = 0, w1 = 0, w0 = 0, components = 0] = data;
  const height = h1 << 8 | h0, width = w1 << 8 | w0;
  if (data.length < 6 + 3 * components) return "the frame is shorter than its components";
  if (precision !== 8) return `samples have ${precision} bits, and 8 are supported`;
  if (components !== 1 && components !== 3 && components !== 4) {
    return `there are ${components} components; 1, 3 and 4 are supported`;
  }
  if (width === 0 || height === 0) return `the picture has ${width}×${height} pixels`;
  if (width * height > maxPixels) {
    return `the picture has ${width}×${height} pixels, more than ${maxPixels}; raise maxPixels if that is right`;
  }
  const sampling = Array.from({ length: components }, (_, i) => data[7 + 3 * i]!);
  const across = sampling.map((s) => s >> 4), down = sampling.map((s) => s & 15);
  if (![...across, ...down].every((s) => s >= 1 && s <= 4)) return "a sampling factor is out of 1 to 4";
  const columns = Math.ceil(width / 8 / Math.max(...across)), rows = Math.ceil(height / 8 / Math.max(...down));
  const each = across.reduce((sum, h, i) => sum + h * down[i]!, 0);
  return { width, height, components, blocks: columns * rows * each };
}
