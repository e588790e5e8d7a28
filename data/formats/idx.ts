/**
 * The IDX format of the MNIST files: a type, up to 255 sizes and the elements, all big endian.
 *
 * @see http://yann.lecun.com/exdb/mnist/, "The IDX file format"
 */
import { left, right } from "fp-ts/lib/Either.js";
import { dtypeOfArray } from "../../core/dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../../core/errors.ts";
import { checkShape, show, sizeOf } from "../../core/shape.ts";
import type { Either, FormatError } from "../errors.ts";

/** An array of one dtype, as `IdxArray` lists them. */
export interface IdxElements<D extends string, A> {
  /** Sizes of the axes, outermost first. */
  readonly shape: readonly number[];
  /** What `data` holds. */
  readonly dtype: D;
  /** The elements, the last axis running fastest. */
  readonly data: A;
}

/** What an IDX file holds. */
export type IdxArray =
  | IdxElements<"u8", Uint8Array>
  | IdxElements<"i32", Int32Array>
  | IdxElements<"f32", Float32Array>
  | IdxElements<"f64", Float64Array>;

/** The element types a file may store; i8 and i16 are read as i32. */
export type IdxType = "u8" | "i8" | "i16" | "i32" | "f32" | "f64";

interface Stored {
  readonly code: number;
  readonly bytes: number;
  readonly dtype: IdxArray["dtype"];
  readonly alloc: (n: number) => IdxArray["data"];
  readonly get: (v: DataView, at: number) => number;
  readonly set: (v: DataView, at: number, x: number) => void;
}

const table: { readonly [T in IdxType]: Stored } = {
  u8: {
    code: 0x08,
    bytes: 1,
    dtype: "u8",
    alloc: (n) => new Uint8Array(n),
    get: (v, at) => v.getUint8(at),
    set: (v, at, x) => v.setUint8(at, x),
  },
  i8: {
    code: 0x09,
    bytes: 1,
    dtype: "i32",
    alloc: (n) => new Int32Array(n),
    get: (v, at) => v.getInt8(at),
    set: (v, at, x) => v.setInt8(at, x),
  },
  i16: {
    code: 0x0b,
    bytes: 2,
    dtype: "i32",
    alloc: (n) => new Int32Array(n),
    get: (v, at) => v.getInt16(at),
    set: (v, at, x) => v.setInt16(at, x),
  },
  i32: {
    code: 0x0c,
    bytes: 4,
    dtype: "i32",
    alloc: (n) => new Int32Array(n),
    get: (v, at) => v.getInt32(at),
    set: (v, at, x) => v.setInt32(at, x),
  },
  f32: {
    code: 0x0d,
    bytes: 4,
    dtype: "f32",
    alloc: (n) => new Float32Array(n),
    get: (v, at) => v.getFloat32(at),
    set: (v, at, x) => v.setFloat32(at, x),
  },
  f64: {
    code: 0x0e,
    bytes: 8,
    dtype: "f64",
    alloc: (n) => new Float64Array(n),
    get: (v, at) => v.getFloat64(at),
    set: (v, at, x) => v.setFloat64(at, x),
  },
};
const types = Object.keys(table) as IdxType[];
const maxRank = 255;
const maxSize = 0xffffffff;

const hex = (n: number): string => `0x${n.toString(16).padStart(2, "0")}`;

function wrong(offset: number, what: string): Either<FormatError, never> {
  return left({ _tag: "FormatError", format: "idx", offset, message: `decodeIdx: ${what} (byte ${offset})` });
}

/**
 * Reads an IDX file.
 *
 * The sizes are checked against the input's length before anything is allocated, so hostile bytes cost nothing: the
 * result takes at most four times the input (i8 widened to i32).
 *
 * @param bytes The whole file, decompressed.
 * @returns Shape, dtype and a copy of the elements; or what is wrong with the bytes, and where.
 * @see http://yann.lecun.com/exdb/mnist/
 *
 * @example Two labels
 * ```ts
 * import { decodeIdx, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const labels = orThrow(decodeIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 5, 7])));
 * assertEquals(labels, { shape: [2], dtype: "u8", data: new Uint8Array([5, 7]) });
 * ```
 */
export function decodeIdx(bytes: Uint8Array): Either<FormatError, IdxArray> {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return wrong(0, 'the bytes are gzip, not IDX; decompress them first, with new DecompressionStream("gzip")');
  }
  if (bytes.length < 4) return wrong(bytes.length, `${bytes.length} bytes, but the header alone takes at least 4`);
  for (const at of [0, 1]) {
    if (bytes[at] !== 0) {
      return wrong(at, `not an IDX file: it starts with two zero bytes, this has ${hex(bytes[at]!)}`);
    }
  }
  const type = types.find((t) => table[t].code === bytes[2]);
  if (type === undefined) {
    const known = types.map((t) => `${hex(table[t].code)} ${t}`).join(", ");
    return wrong(2, `unknown element type ${hex(bytes[2]!)}; IDX knows ${known}`);
  }

  const rank = bytes[3]!;
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    return wrong(
      bytes.length,
      `the header of rank ${rank} takes ${start} bytes, but the file ends after ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shape = Object.freeze(Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis)));

  const stored = table[type];
  // A size of 0 empties the array whatever the others are, even where their product overflows. A product above 2^53 is
  // rounded, never to below 2^53, so the comparison stays right.
  const needed = shape.includes(0) ? 0 : sizeOf(shape) * stored.bytes;
  const held = bytes.length - start;
  const claim = `${type} ${show(shape)} takes ${needed <= Number.MAX_SAFE_INTEGER ? needed : "over 2^53"} bytes`;
  if (needed > held) return wrong(bytes.length, `${claim}, but ${held} follow the header; the file is cut short`);
  if (needed < held) {
    return wrong(start + needed, `${claim}, but ${held} follow the header; ${held - needed} are left over`);
  }
  return right({ shape, dtype: stored.dtype, data: elements(stored, bytes, view, start) } as IdxArray);
}

function elements(stored: Stored, bytes: Uint8Array, view: DataView, start: number): IdxArray["data"] {
  if (stored.code === table.u8.code) return new Uint8Array(bytes.subarray(start));
  const data = stored.alloc((bytes.length - start) / stored.bytes);
  for (let i = 0, at = start; i < data.length; i++, at += stored.bytes) data[i] = stored.get(view, at);
  return data;
}

/**
 * Writes an IDX file.
 *
 * @param array Shape, dtype and elements.
 * @param options `type` stores i32 elements as i8 or i16 where they fit; by default the file has the dtype's own type.
 * @returns The file's bytes.
 * @throws {ShapeError} If the shape does not fit the data, has more than 255 axes, or has a size above 2^32 − 1.
 * @throws {DTypeError} If IDX has no type for the dtype, or `type` cannot hold it.
 * @throws {ArgumentError} If an element is out of the range of `type`.
 * @see http://yann.lecun.com/exdb/mnist/
 *
 * @example There and back
 * ```ts
 * import { decodeIdx, encodeIdx, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const array = { shape: [2, 1], dtype: "f32", data: new Float32Array([0.5, -1]) } as const;
 * assertEquals(orThrow(decodeIdx(encodeIdx(array))), array);
 * ```
 */
export function encodeIdx(array: IdxArray, options: { readonly type?: IdxType } = {}): Uint8Array {
  const { dtype, data } = array;
  const shape = checkShape("encodeIdx", array.shape);
  const type = options.type ?? dtype;
  if (!Object.hasOwn(table, dtype)) {
    throw new DTypeError(`encodeIdx: IDX has no type for ${dtype}; cast to u8, i32, f32 or f64 first`);
  }
  if (table[type]?.dtype !== dtype) {
    const fit = types.filter((t) => table[t].dtype === dtype).join(", ");
    throw new DTypeError(`encodeIdx: ${type} does not hold ${dtype}; leave the type out or take one of ${fit}`);
  }
  if (dtypeOfArray(data) !== dtype) {
    throw new DTypeError(`encodeIdx: dtype ${dtype}, but the data are ${dtypeOfArray(data)}; make the two agree`);
  }
  if (shape.length > maxRank || shape.some((d) => d > maxSize)) {
    throw new ShapeError(
      `encodeIdx: IDX holds at most ${maxRank} axes of at most ${maxSize}, not ${show(shape)}; reshape`,
    );
  }
  const size = shape.includes(0) ? 0 : sizeOf(shape);
  if (size !== data.length) {
    throw new ShapeError(`encodeIdx: shape ${show(shape)} has ${size} elements, but the data have ${data.length}`);
  }

  const stored = table[type];
  const start = 4 + 4 * shape.length;
  const bytes = new Uint8Array(start + size * stored.bytes);
  const view = new DataView(bytes.buffer);
  bytes[2] = stored.code;
  bytes[3] = shape.length;
  shape.forEach((d, axis) => view.setUint32(4 + 4 * axis, d));
  for (let i = 0, at = start; i < size; i++, at += stored.bytes) {
    const x = data[i]!;
    stored.set(view, at, x);
    if (dtype === "i32" && stored.get(view, at) !== x) {
      throw new ArgumentError(`encodeIdx: element ${i} is ${x}, out of the range of ${type}; store a wider type`);
    }
  }
  return bytes;
}
