/**
 * The frame of PNG: chunks with checksums, of which the first says what picture the others hold.
 *
 * @see https://www.w3.org/TR/png-3/, sections 5 and 11
 */
import { joinBytes } from "../join_bytes.ts";
import { clip } from "./excerpt.ts";
import { crc32 } from "./zip.ts";
import { type Either, left, right } from "fp-ts/lib/Either.js";

/** What a file says of its picture, checked. */
export interface PngHeader {
  /** Pixels a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** Samples a pixel, in the file: a place in the palette is one. */
  readonly samples: 1 | 2 | 3 | 4;
  /** Whether pixels are places in a palette. */
  readonly indexed: boolean;
  /** Whether rows come in the seven passes of Adam7. */
  readonly interlaced: boolean;
}

/** The parts of a file that make up the picture. */
export interface PngParts extends PngHeader {
  /** The colours of a palette, three bytes each; empty if there is none. */
  readonly palette: Uint8Array;
  /** The alpha of a palette's colours, or the samples of the one colour that is transparent, two bytes each. */
  readonly transparent: Uint8Array | undefined;
  /** The rows, deflated, with zlib's frame. */
  readonly packed: Uint8Array;
  /** Where those start. */
  readonly packedAt: number;
}

/** What is wrong, and at which byte. */
export interface PictureError {
  /** Where. */
  readonly offset: number;
  /** What. */
  readonly what: string;
}

/** What PNG and other files of pictures start with. */
export const pngSignature: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Samples a pixel and depths of each colour type. */
const colourTypes: ReadonlyMap<number, readonly [1 | 2 | 3 | 4, readonly number[]]> = new Map([
  [0, [1, [1, 2, 4, 8, 16]]],
  [2, [3, [8, 16]]],
  [3, [1, [1, 2, 4, 8]]],
  [4, [2, [8, 16]]],
  [6, [4, [8, 16]]],
]);

const bad = (offset: number, what: string): Either<PictureError, never> => left({ offset, what });

/** The parts of a file whose picture has at most `maxPixels` pixels. */
export function readChunks(bytes: Uint8Array, maxPixels: number): Either<PictureError, PngParts> {
  const odd = pngSignature.findIndex((b, i) => bytes[i] !== b);
  if (odd >= 0) return bad(Math.min(odd, bytes.length), "the bytes do not start as PNG does");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let header: PngHeader | undefined, palette: Uint8Array = new Uint8Array(), transparent: Uint8Array | undefined;
  const packed: Uint8Array[] = [];
  let packedAt = bytes.length;
  for (let at = pngSignature.length;;) {
    if (at + 12 > bytes.length) return bad(bytes.length, "the file is cut short: no IEND ends it");
    const length = view.getUint32(at), body = at + 8;
    const name = String.fromCharCode(...bytes.subarray(at + 4, body));
    if (length > bytes.length - body - 4) {
      return bad(at, `the chunk ${JSON.stringify(name)} takes ${length} bytes, and ${bytes.length - body} are left`);
    }
    if (crc32(bytes.subarray(at + 4, body + length)) !== view.getUint32(body + length)) {
      return bad(at, `the chunk ${JSON.stringify(name)} is damaged: its checksum differs`);
    }
    const data = bytes.subarray(body, body + length);
    if (header === undefined) {
      const read = readHeader(name, data, maxPixels);
      if (typeof read === "string") return bad(at, read);
      header = read;
    } else if (name === "PLTE") {
      if (length % 3 !== 0 || length > 768) return bad(at, `a palette has up to 256 colours, not ${length} bytes`);
      palette = data;
    } else if (name === "tRNS") {
      transparent = data;
    } else if (name === "IDAT") {
      if (packed.length === 0) packedAt = body;
      packed.push(data);
    } else if (name === "IEND") break;
    // A small first letter marks what a reader may pass over.
    else if ((bytes[at + 4]! & 0x20) === 0) return bad(at, `the chunk ${clip(JSON.stringify(name))} is not known`);
    at = body + length + 4;
  }
  if (header.indexed && palette.length === 0) {
    return bad(packedAt, "pixels are places in a palette, which is missing");
  }
  return right({ ...header, palette, transparent, packed: joinBytes(packed), packedAt });
}

type Five = [number, number, number, number, number];

/** The header, or what is wrong with it. */
function readHeader(name: string, data: Uint8Array, maxPixels: number): PngHeader | string {
  if (name !== "IHDR" || data.length !== 13) return "the first chunk is no IHDR of 13 bytes";
  const view = new DataView(data.buffer, data.byteOffset, data.length),
    width = view.getUint32(0),
    height = view.getUint32(4);
  const [depth, colour, compression, filter, interlace] = [8, 9, 10, 11, 12].map((i) => view.getUint8(i)) as Five;
  if (width === 0 || height === 0) return `the picture has ${width}×${height} pixels`;
  if (width * height > maxPixels) {
    return `the picture has ${width}×${height} pixels, more than ${maxPixels}; raise maxPixels if that is right`;
  }
  const [samples, depths] = colourTypes.get(colour) ?? [1, []];
  if (!depths.includes(depth)) return `there is no colour type ${colour} of ${depth} bits`;
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    return `methods of compression, filter and interlace are ${compression}, ${filter} and ${interlace}; 0, 0 and 0 or 1 are known`;
  }
  return { width, height, depth, samples, indexed: colour === 3, interlaced: interlace === 1 };
}
