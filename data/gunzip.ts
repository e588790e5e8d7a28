/** Bytes out of gzip. */
import type { FormatError, TaskEither } from "./errors.ts";
import { inflate } from "./inflate.ts";
import { left } from "fp-ts/lib/Either.js";

/** Options of `gunzip`. */
export interface GunzipOptions {
  /** The most bytes to give; more is an error, however little they take compressed. 2^30 if left out. */
  readonly limit?: number;
}

/**
 * The bytes that gzip compressed.
 *
 * @param bytes A gzip file.
 * @param options `limit`: the most bytes to give.
 * @returns The bytes; or, if they are no gzip, cut short, damaged or too many, what is wrong.
 *
 * @example There and back
 * ```ts
 * import { gunzip, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const packed = new Blob(["tensor"]).stream().pipeThrough(new CompressionStream("gzip"));
 * const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
 * assertEquals(new TextDecoder().decode(orThrow(await gunzip(bytes)())), "tensor");
 * ```
 */
export function gunzip(bytes: Uint8Array, options: GunzipOptions = {}): TaskEither<FormatError, Uint8Array> {
  const { limit = 2 ** 30 } = options;
  const bad = (offset: number, what: string) =>
    left<FormatError>({ _tag: "FormatError", format: "gzip", offset, message: `gunzip: ${what}` });
  return async () => {
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bad(0, "the bytes do not start as gzip does, with 1f 8b");
    const unpacked = await inflate(bytes, "gzip", limit);
    if (unpacked._tag === "Right") return unpacked;
    return unpacked.left.over
      ? bad(0, `more than ${limit} bytes come out; raise \`limit\` if that is right`)
      : bad(bytes.length, `the bytes are cut short or damaged: ${unpacked.left.words}`);
  };
}
