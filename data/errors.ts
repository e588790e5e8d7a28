/** What data from outside can be wrong with, as values; and the way back to exceptions for scripts. */
import { AdjointError } from "../core/errors.ts";

/**
 * An error on the left or a value on the right.
 *
 * It is fp-ts's `Either` written out, so fp-ts's functions take it and give it; documentation can name only types that
 * the package itself exports.
 */
export type Either<E, A> = { readonly _tag: "Left"; readonly left: E } | { readonly _tag: "Right"; readonly right: A };

/** An asynchronous computation with an error on the left or a value on the right: fp-ts's `TaskEither` written out. */
export type TaskEither<E, A> = () => Promise<Either<E, A>>;

/** The formats a `FormatError` may speak of. */
export type Format =
  | "idx"
  | "safetensors"
  | "gzip"
  | "csv"
  | "json"
  | "checkpoint"
  | "tree"
  | "npy"
  | "npz"
  | "png"
  | "jpeg"
  | "text"
  | "parquet"
  | "tar"
  | "graph"
  | "cifar";

/** Bytes that are not the format they were read as. */
export interface FormatError {
  /** Tells this error from others in a union. */
  readonly _tag: "FormatError";
  /** What the bytes were read as. */
  readonly format: Format;
  /** Where the bytes stop making sense, counted from 0; the input's length if they end too early. */
  readonly offset: number;
  /** What is wrong and what to do, in one line. */
  readonly message: string;
}

/** Why a file could not be had. */
export type DataReason = "absent" | "denied" | "network" | "damaged" | "aborted" | "disk";

/** A file that could not be read, fetched or written. */
export interface DataError {
  /** Tells this error from others in a union. */
  readonly _tag: "DataError";
  /** Why. */
  readonly reason: DataReason;
  /** The file, as it is called in a folder of data. */
  readonly file: string;
  /** What is wrong and what to do, in one line. */
  readonly message: string;
}

/**
 * The value of a `Right`; a `Left` is thrown, for scripts that have nothing better to do with it.
 *
 * @param result What a decoder or a loader gave.
 * @returns The value on the right.
 * @throws {AdjointError} If `result` is a `Left`: with its message, and itself as the cause.
 *
 * @example Decoding a file that must be right
 * ```ts
 * import { decodeIdx, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * assertEquals(orThrow(decodeIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 5, 7]))).shape, [2]);
 * ```
 */
export function orThrow<E extends { readonly message: string }, A>(result: Either<E, A>): A {
  if (result._tag === "Left") throw new AdjointError(result.left.message, { cause: result.left });
  return result.right;
}
