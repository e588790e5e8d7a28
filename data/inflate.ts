/** Bytes out of DEFLATE, of which no more come than are asked for. */
import { wordsOf } from "./host.ts";
import { joinBytes } from "./join_bytes.ts";
import { type Either, left, right } from "fp-ts/lib/Either.js";

/** Why there are no bytes: more come than may, or what is wrong in the runtime's words. */
export type InflateError = { readonly over: true } | { readonly over: false; readonly words: string };

/** Runtimes unpack all that they are given at once, to a thousand times its length; so they are given little. */
const portion = 2 ** 14;

/** Unpacks bytes; stops as soon as more than `limit` have come. */
export async function inflate(
  bytes: Uint8Array,
  format: "gzip" | "deflate" | "deflate-raw",
  limit: number,
): Promise<Either<InflateError, Uint8Array>> {
  let taken = 0;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (to) => {
      if (taken >= bytes.length) return to.close();
      to.enqueue(bytes.slice(taken, taken += portion) as Uint8Array<ArrayBuffer>);
    },
  }, { highWaterMark: 0 });
  const reader = source.pipeThrough(new DecompressionStream(format)).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > limit) {
        await reader.cancel();
        return left({ over: true });
      }
      chunks.push(value);
    }
  } catch (e) {
    return left({ over: false, words: wordsOf(e) });
  }
  return right(joinBytes(chunks));
}
