/** Elements as files of tensors store them, and the dtypes they are read into. */
import { alloc, type DType, type TypedArray } from "../../core/dtype.ts";
import type { Either } from "../errors.ts";
import { bfloatBits, halfBits, readBfloats, readHalves } from "./halves.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** The element types that files may store. */
export type StoredType =
  | "f64"
  | "f32"
  | "f16"
  | "bf16"
  | "i64"
  | "i32"
  | "i16"
  | "i8"
  | "u64"
  | "u32"
  | "u16"
  | "u8"
  | "bool";

interface Stored {
  readonly bytes: number;
  /** What it is read into. */
  readonly dtype: DType;
  /** Reads an element where that is neither a copy nor a matter of halves. */
  readonly get?: (v: DataView, at: number, little: boolean) => number;
  /** Whether an element is in the range of `dtype`, where it may not be. */
  readonly fits?: (v: DataView, at: number, little: boolean) => boolean;
  /** An element as text, where numbers cannot say it. */
  readonly text?: (v: DataView, at: number, little: boolean) => string;
}

const high = (v: DataView, at: number, little: boolean): number => v.getInt32(little ? at + 4 : at, little);
const low = (v: DataView, at: number, little: boolean): number => v.getInt32(little ? at : at + 4, little);

/** How many bytes each type takes, and what it is read into: floats of 16 bits into f32, integers into i32 or u32. */
export const stored: { readonly [T in StoredType]: Stored } = {
  f64: { bytes: 8, dtype: "f64", get: (v, at, little) => v.getFloat64(at, little) },
  f32: { bytes: 4, dtype: "f32", get: (v, at, little) => v.getFloat32(at, little) },
  f16: { bytes: 2, dtype: "f32" },
  bf16: { bytes: 2, dtype: "f32" },
  i64: {
    bytes: 8,
    dtype: "i32",
    get: low,
    fits: (v, at, little) => high(v, at, little) === low(v, at, little) >> 31,
    text: (v, at, little) => String(v.getBigInt64(at, little)),
  },
  i32: { bytes: 4, dtype: "i32", get: (v, at, little) => v.getInt32(at, little) },
  i16: { bytes: 2, dtype: "i32", get: (v, at, little) => v.getInt16(at, little) },
  i8: { bytes: 1, dtype: "i32", get: (v, at) => v.getInt8(at) },
  u64: {
    bytes: 8,
    dtype: "u32",
    get: (v, at, little) => low(v, at, little) >>> 0,
    fits: (v, at, little) => high(v, at, little) === 0,
    text: (v, at, little) => String(v.getBigUint64(at, little)),
  },
  u32: { bytes: 4, dtype: "u32", get: (v, at, little) => v.getUint32(at, little) },
  u16: { bytes: 2, dtype: "u32", get: (v, at, little) => v.getUint16(at, little) },
  u8: { bytes: 1, dtype: "u8" },
  bool: {
    bytes: 1,
    dtype: "bool",
    fits: (v, at) => v.getUint8(at) <= 1,
    text: (v, at) => String(v.getUint8(at)),
  },
};

/** Two bytes for a float, where numbers are written: IEEE's half precision, or the upper half of an f32. */
export type HalfType = "f16" | "bf16";

/** An element that its dtype cannot hold. */
export interface Misfit {
  /** Its place among the elements. */
  readonly index: number;
  /** What it is. */
  readonly value: string;
}

/**
 * Elements, read into the dtype of their type; or the first that the dtype cannot hold. NaNs keep their bits.
 *
 * The result takes at most four times the bytes (8-bit integers as i32).
 */
export function readStored(type: StoredType, bytes: Uint8Array, little = true): Either<Misfit, TypedArray> {
  const { bytes: width, dtype, get, fits, text } = stored[type];
  const data = alloc(dtype, Math.floor(bytes.length / width));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (fits !== undefined) {
    for (let i = 0; i < data.length; i++) {
      if (fits(view, i * width, little)) continue;
      return left({ index: i, value: text!(view, i * width, little) });
    }
  }
  // A copy of bytes keeps the payloads of NaNs; the machine is little endian wherever this runs.
  if (width === 1 && dtype !== "i32" || little && type === dtype) {
    new Uint8Array(data.buffer).set(bytes.subarray(0, data.byteLength));
  } else if (type === dtype) {
    swapped(bytes, width, new Uint8Array(data.buffer));
  } else if (type === "f16") readHalves(view, little, data as Float32Array);
  else if (type === "bf16") readBfloats(view, little, data as Float32Array);
  else for (let i = 0; i < data.length; i++) data[i] = get!(view, i * width, little);
  return right(data);
}

function swapped(from: Uint8Array, width: number, to: Uint8Array): void {
  for (let i = 0; i < to.length; i++) to[i] = from[i - i % width + width - 1 - i % width]!;
}

/** Elements as bytes, little endian; those of f32 as `halves`, if that is given. */
export function writeStored(data: TypedArray, halves?: HalfType): Uint8Array {
  if (halves === undefined || !(data instanceof Float32Array)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  return new Uint8Array(Uint16Array.from(bits, halves === "f16" ? halfBits : bfloatBits).buffer);
}
