/**
 * NumPy's .npz format: a zip archive of .npy files.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.savez.html
 */
import type { DType } from "../../core/dtype.ts";
import { ArgumentError } from "../../core/errors.ts";
import type { Shape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Either, FormatError, TaskEither } from "../errors.ts";
import { excerpt } from "./excerpt.ts";
import { decodeArray, encodeArray } from "./npy.ts";
import { readZip, unzipped, writeZip, type ZipError } from "./zip.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** Options of `decodeNpz`. */
export interface NpzOptions {
  /** The most bytes that the arrays may take together, unpacked; more is an error. 2^30 if left out. */
  readonly limit?: number;
}

const op = "decodeNpz", end = ".npy";

const bad = ({ offset, what }: ZipError): Either<FormatError, never> =>
  left({ _tag: "FormatError", format: "npz", offset, message: `${op}: ${what} (byte ${offset})` });

/**
 * Reads the arrays that NumPy saved with `np.savez` or `np.savez_compressed`.
 *
 * Checksums are checked, and the sizes that the archive announces are held against `limit` before anything is unpacked;
 * no more is unpacked than was announced.
 *
 * @param bytes The whole file.
 * @param options `limit`: the most bytes that the arrays may take together.
 * @returns The tensors by name, without `.npy`; or what is wrong with the bytes, and where. Dtypes are those of `decodeNpy`.
 * @throws {ArgumentError} If `limit` is not a number from 0.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.savez.html
 *
 * @example There and back
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { decodeNpz, encodeNpz, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const arrays = orThrow(await decodeNpz(encodeNpz({ w: tensor([1, 2]) }))());
 * assertEquals(arrays.w?.toArray(), [1, 2]);
 * ```
 */
export function decodeNpz(
  bytes: Uint8Array,
  options: NpzOptions = {},
): TaskEither<FormatError, Record<string, Tensor<Shape, DType>>> {
  const { limit = 2 ** 30 } = options;
  if (!(limit >= 0)) throw new ArgumentError(`${op}: limit is ${String(limit)}; it is a number of bytes from 0`);
  return async () => {
    const entries = readZip(bytes);
    if (entries._tag === "Left") return bad(entries.left);
    const foreign = entries.right.find(({ name }) => !name.endsWith(end));
    if (foreign !== undefined) {
      return bad({ offset: foreign.start, what: `${excerpt(foreign.name)} in the archive is no ${end} file` });
    }
    const total = entries.right.reduce((n, { size }) => n + size, 0);
    if (total > limit) {
      return bad({
        offset: 0,
        what: `the arrays take ${total} bytes, over the limit of ${limit}; raise it if that is right`,
      });
    }
    const tensors: [string, Tensor<Shape, DType>][] = [];
    for (const entry of entries.right) {
      const file = await unzipped(entry);
      if (file._tag === "Left") return bad(file.left);
      const name = entry.name.slice(0, -end.length);
      const what = `${op}: ${excerpt(entry.name)}`;
      // Offsets inside what was packed mean nothing in the file: there the array's place stands for them.
      const array = entry.deflated
        ? decodeArray(file.right, { op: `${what}, unpacked`, format: "npz", start: 0 })
        : decodeArray(file.right, { op: what, format: "npz", start: entry.start });
      if (array._tag === "Left") return entry.deflated ? left({ ...array.left, offset: entry.start }) : array;
      tensors.push([name, array.right]);
    }
    return right(Object.fromEntries(tensors));
  };
}

/**
 * Writes arrays as `np.savez` does, not compressed, for `np.load`.
 *
 * @param tensors Tensors by name.
 * @param options `halves: "f16"` stores f32 in 16 bits, as `encodeNpy` does.
 * @returns The file's bytes.
 * @throws {ArgumentError} If an entry is no tensor, a name is above 65000 bytes long or not Unicode, there are over 65534
 *   of them, they take over 4 GB, or `halves` is something else.
 * @throws {TransformError} If a tensor is traced.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.savez.html
 *
 * @example A zip archive
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { encodeNpz } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new TextDecoder().decode(encodeNpz({ w: tensor(1) }).subarray(0, 2)), "PK");
 * ```
 */
export function encodeNpz(
  tensors: Readonly<Record<string, Tensor<Shape, DType>>>,
  options: { readonly halves?: "f16" } = {},
): Uint8Array {
  const files = Object.entries(tensors).map(([name, x]) => {
    if (/\p{Surrogate}/u.test(name) || new TextEncoder().encode(name).length > 65000) {
      throw new ArgumentError(`encodeNpz: no array can be called ${excerpt(name)}; rename it`);
    }
    return [name + end, encodeArray(`encodeNpz: ${excerpt(name)}`, x, options)] as const;
  });
  const total = files.reduce((n, [name, { length }]) => n + length + 200 + 6 * name.length, 0);
  if (files.length >= 0xffff || total >= 2 ** 32) {
    throw new ArgumentError("encodeNpz: a zip archive holds 65534 arrays and 4 GB; write several, or safetensors");
  }
  return writeZip(files);
}
