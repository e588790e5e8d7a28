/**
 * NumPy's .npy format: a magic string, a header in Python's notation, then the elements of one array.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { alloc, type DType, type TypedArray } from "../../core/dtype.ts";
import { ArgumentError } from "../../core/errors.ts";
import { type Shape, show, sizeOf } from "../../core/shape.ts";
import { fromArray, type Tensor } from "../../core/tensor.ts";
import { isTensor } from "../../core/tree.ts";
import type { Either, Format, FormatError } from "../errors.ts";
import { clip } from "./excerpt.ts";
import { type PythonLiteral, pythonLiteral } from "./python_literal.ts";
import { type HalfType, readStored, stored, type StoredType, writeStored } from "./stored.ts";
import { left, right } from "fp-ts/lib/Either.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const codes: Readonly<Record<string, StoredType>> = {
  b1: "bool",
  f2: "f16",
  f4: "f32",
  f8: "f64",
  i1: "i8",
  i2: "i16",
  i4: "i32",
  i8: "i64",
  u1: "u8",
  u2: "u16",
  u4: "u32",
  u8: "u64",
};
const known = Object.keys(codes).join(", ");

/** NumPy's own limit. */
const maxRank = 64;

/** Records of thousands of fields, which are refused in any case, take no more. */
const maxHeader = 1_000_000;

/** What the header says, checked. */
interface Header {
  readonly type: StoredType;
  readonly little: boolean;
  readonly fortran: boolean;
  readonly shape: Shape;
}

/** Who reads what, for messages; and where in a file the bytes start. */
export interface NpyContext {
  /** The operation. */
  readonly op: string;
  /** The format of the whole file. */
  readonly format: Format;
  /** Where the array's bytes start in it. */
  readonly start: number;
}

/**
 * Reads an array that NumPy saved with `np.save`: versions 1 to 3, either byte order, rows or columns first.
 *
 * Nothing of the file is evaluated: arrays of Python objects, which are pickles, are refused. The size is checked against
 * the input's length before anything is allocated.
 *
 * @param bytes The whole file.
 * @returns A tensor, a copy: f32 of f2 and f4; f64 of f8; i32 of i1, i2, i4 and i8; u8 of u1; u32 of u2, u4 and u8; bool of
 *   b1. Or what is wrong with the bytes, and where: a value out of the range of i32 or u32 is such an error, and so are
 *   text, times, complex numbers, records and objects.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @example There and back
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { decodeNpy, encodeNpy, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * assertEquals(orThrow(decodeNpy(encodeNpy(tensor([[1, 2]])))).toArray(), [[1, 2]]);
 * ```
 */
export function decodeNpy(bytes: Uint8Array): Either<FormatError, Tensor<Shape, DType>> {
  return decodeArray(bytes, { op: "decodeNpy", format: "npy", start: 0 });
}

/** `decodeNpy` of an array that is part of a file. */
export function decodeArray(bytes: Uint8Array, context: NpyContext): Either<FormatError, Tensor<Shape, DType>> {
  const bad = (at: number, what: string): Either<FormatError, never> => {
    const { op, format, start } = context, offset = start + at;
    return left({ _tag: "FormatError", format, offset, message: `${op}: ${what} (byte ${offset})` });
  };
  const odd = magic.findIndex((m, i) => bytes[i] !== m);
  if (odd >= 0) {
    const why = odd < bytes.length ? "the bytes do not start as .npy does, with 93 4e 55 4d 50 59" : "the file ends";
    return bad(Math.min(odd, bytes.length), `${why}${odd < bytes.length ? "" : " in the six bytes it starts with"}`);
  }
  const version = bytes[6] ?? 0, wide = version > 1, before = wide ? 12 : 10;
  if (bytes.length < before) {
    return bad(bytes.length, `the file ends before the header, which starts at byte ${before}`);
  }
  if (version < 1 || version > 3) return bad(6, `version ${version}, and 1, 2 and 3 are known; save it again`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true), start = before + length;
  if (start > bytes.length) {
    return bad(bytes.length, `the header takes ${length} bytes, but ${bytes.length - before} follow its length`);
  }
  if (length > maxHeader) return bad(8, `a header of ${length} bytes, and none is above ${maxHeader}`);
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(before, start));
  const literal = pythonLiteral(text);
  if (literal._tag === "Left") {
    const { at, what } = literal.left;
    return bad(before, `the header cannot be read: ${what}, at its character ${at}`);
  }
  const header = checkHeader(literal.right);
  if (typeof header === "string") return bad(before, header);

  const { type, little, fortran, shape } = header;
  const width = stored[type].bytes, held = bytes.length - start;
  // A size of 0 empties the array whatever the others are, even where their product overflows.
  const needed = shape.includes(0) ? 0 : sizeOf(shape) * width;
  const claim = `${type} ${clip(show(shape))} takes ${Number.isSafeInteger(needed) ? needed : "over 2^53"} bytes`;
  if (needed > held) return bad(bytes.length, `${claim}, but ${held} follow the header; the file is cut short`);
  if (needed < held) {
    return bad(start + needed, `${claim}, but ${held} follow the header; ${held - needed} are left over`);
  }
  const read = readStored(type, bytes.subarray(start), little);
  if (read._tag === "Left") {
    const { index, value } = read.left, { dtype } = stored[type];
    const why = dtype === "bool"
      ? "and truth values are 0 and 1"
      : `out of the range of ${dtype}; save it as f8, or scale it`;
    return bad(start + index * width, `element ${index} is ${value}, ${why}`);
  }
  const data = fortran && shape.length > 1 ? rowsFirst(read.right, stored[type].dtype, shape) : read.right;
  return right(fromArray({ shape, dtype: stored[type].dtype, data }));
}

/** The header, or what is wrong with it. */
function checkHeader(read: PythonLiteral): Header | string {
  if (!(read instanceof Map)) return "the header is no dictionary";
  const map: ReadonlyMap<string, PythonLiteral> = read;
  const keys = [...map.keys()].sort().join(", ");
  if (keys !== "descr, fortran_order, shape") {
    return `the header has ${clip(keys) || "nothing"}, not descr, fortran_order and shape`;
  }
  const descr = map.get("descr"), fortran = map.get("fortran_order"), shape = map.get("shape");
  if (typeof descr !== "string") {
    return `the array holds records, of dtype ${clip(written(descr!, 0))}; save each field by itself`;
  }
  const [, order = "", code = ""] = /^([<>|=]?)([a-zA-Z]\w*)/.exec(descr) ?? [];
  if (code === "O") return "the array holds Python objects, which are pickles and never read; save numbers";
  if (!Object.hasOwn(codes, code) || descr !== order + code) {
    return `the array has dtype ${clip(descr)}, which is not supported; save it as one of ${known}`;
  }
  if (typeof fortran !== "boolean") return "fortran_order is neither True nor False";
  if (!Array.isArray(shape) || !shape.every((d) => Number.isSafeInteger(d) && d as number >= 0)) {
    return `shape is ${clip(written(shape!, 0))}; it is a tuple of whole numbers from 0 to 2^53 − 1`;
  }
  if (shape.length > maxRank) return `the array has ${shape.length} axes, and NumPy's have at most ${maxRank}`;
  return { type: codes[code]!, little: order !== ">", fortran, shape: shape as readonly number[] };
}

/** A literal as Python writes it, its beginning. */
function written(x: PythonLiteral, depth: number): string {
  if (depth > 3) return "…";
  if (typeof x === "string") return `'${clip(x)}'`;
  if (x instanceof Map) return "{…}";
  if (!Array.isArray(x)) return String(x);
  const items = x.slice(0, 8).map((y) => written(y, depth + 1)).join(", ");
  return `[${items}${x.length > 8 ? ", …" : ""}]`;
}

/** Elements that had the first axis running fastest, with the last axis running fastest. */
function rowsFirst(data: TypedArray, dtype: DType, shape: Shape): TypedArray {
  const to = alloc(dtype, data.length), index = new Array<number>(shape.length).fill(0);
  const strides: number[] = [];
  shape.reduce((stride, d) => (strides.push(stride), stride * d), 1);
  for (let i = 0, from = 0; i < to.length; i++) {
    to[i] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return to;
}

const descrs: { readonly [D in DType | HalfType]?: string } = {
  f64: "<f8",
  f32: "<f4",
  f16: "<f2",
  i32: "<i4",
  u32: "<u4",
  u8: "|u1",
  bool: "|b1",
};

/**
 * Writes an array as `np.save` does, little endian, the last axis running fastest, for `np.load`.
 *
 * @param x A tensor.
 * @param options `halves: "f16"` stores f32 in 16 bits, rounded to nearest; above 65519 that is infinity.
 * @returns The file's bytes.
 * @throws {ArgumentError} If `x` is no tensor, or `halves` is something else.
 * @throws {TransformError} If `x` is traced.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @example The header
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { encodeNpy } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const header = new TextDecoder().decode(encodeNpy(tensor([1, 2])).subarray(10, 70));
 * assertEquals(header.trim(), "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }");
 * ```
 */
export function encodeNpy(x: Tensor<Shape, DType>, options: { readonly halves?: "f16" } = {}): Uint8Array {
  return encodeArray("encodeNpy", x, options);
}

/** `encodeNpy` for another operation. */
export function encodeArray(op: string, x: Tensor<Shape, DType>, options: { readonly halves?: "f16" }): Uint8Array {
  const { halves } = options;
  if (!isTensor(x)) throw new ArgumentError(`${op}: expected a tensor, got ${x === null ? "null" : typeof x}`);
  if (halves !== undefined && halves !== "f16") {
    throw new ArgumentError(`${op}: halves is ${JSON.stringify(halves)}; NumPy has "f16" only`);
  }
  const data = writeStored(x.dataSync(), halves);
  const descr = descrs[x.dtype === "f32" ? halves ?? "f32" : x.dtype]!;
  const shape = x.shape.length === 1 ? `(${x.shape[0]},)` : `(${x.shape.join(", ")})`;
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  // The header ends in a line break, and the elements start at a multiple of 64.
  const wide = dictionary.length > 65000, before = wide ? 12 : 10;
  const start = Math.ceil((before + dictionary.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + data.length), view = new DataView(bytes.buffer);
  bytes.set([...magic, wide ? 2 : 1, 0]);
  if (wide) view.setUint32(8, start - before, true);
  else view.setUint16(8, start - before, true);
  bytes.set(new TextEncoder().encode(`${dictionary.padEnd(start - before - 1)}\n`), before);
  bytes.set(data, start);
  return bytes;
}
