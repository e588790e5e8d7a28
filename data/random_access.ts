/** Files of which parts are read. */
import type { DataError, DataReason } from "./errors.ts";
import { codeOf, wordsOf } from "./host.ts";
import { type Either, left, right } from "fp-ts/lib/Either.js";

/** Bytes that can be read from any place on: a file, or anything else with a length. */
export interface RandomAccess {
  /** How many bytes there are. */
  readonly size: number;
  /** Reads `length` bytes from `offset` on; fewer only if there are no more. It rejects if it cannot. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
  /** Lets go of what is behind it. */
  readonly close: () => Promise<void>;
}

/** Systems read at most 2 GiB at a time. */
const mostAtOnce = 2 ** 30;

/** A file of the host, open for reading. */
export async function openFile(path: string): Promise<RandomAccess> {
  const { open } = await import("node:fs/promises");
  const file = await open(path, "r");
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error("it is no file");
    return {
      size: found.size,
      read: async (offset, length) => {
        const bytes = new Uint8Array(length);
        let at = 0;
        while (at < length) {
          const { bytesRead } = await file.read(bytes, at, Math.min(length - at, mostAtOnce), offset + at);
          if (bytesRead === 0) break;
          at += bytesRead;
        }
        return bytes.subarray(0, at);
      },
      close: () => file.close(),
    };
  } catch (e) {
    await file.close();
    throw e;
  }
}

/** `promise`, and why it rejects as a `DataError`: for files that a program names. */
export async function reading<A>(op: string, file: string, promise: Promise<A>): Promise<Either<DataError, A>> {
  try {
    return right(await promise);
  } catch (e) {
    const code = codeOf(e);
    const reason: DataReason = code === "ENOENT" ? "absent" : code === "EPERM" || code === "EACCES" ? "denied" : "disk";
    const why = {
      absent: "is not there",
      denied: "may not be read; allow it, in Deno with --allow-read",
      disk: `cannot be read: ${wordsOf(e)}`,
    }[reason];
    return left({ _tag: "DataError", reason, file, message: `${op}: ${file} ${why}` });
  }
}

/** Bytes of which none may be missing. */
export async function readWhole(
  op: string,
  file: string,
  source: RandomAccess,
  offset: number,
  length: number,
): Promise<Either<DataError, Uint8Array>> {
  const read = await reading(op, file, source.read(offset, length));
  if (read._tag === "Left" || read.right.length === length) return read;
  const what =
    `${read.right.length} bytes are left at ${offset} where there were ${length}; it changed while it was read`;
  return left({ _tag: "DataError", reason: "damaged", file, message: `${op}: ${file} is damaged: ${what}` });
}
