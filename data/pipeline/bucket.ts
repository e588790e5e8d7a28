/** Batches of elements that are about equally long. */
import { ArgumentError } from "../../mod.ts";
import type { BatchingOptions } from "./batch.ts";
import { collate as stacked, type Collated } from "./collate.ts";
import { countOf, define, listOf, type Stage, type State, stateOf } from "./pipeline.ts";
import { requireWhole } from "../require_whole.ts";

/** An element that waits for others of its length: with its number since the pass began or went on, and the state before it. */
interface Waiting<T> {
  readonly x: T;
  readonly i: number;
  readonly before: State;
}

/**
 * Batches of elements that are about equally long, so that little has to be filled up.
 *
 * @param lengthOf From an element to its length.
 * @param boundaries Lengths in ascending order: a batch has elements shorter than the first, or from one to below the next,
 *   or from the last on.
 * @param size Elements in a batch, from 1.
 * @param options `collate`: what makes a batch of its elements, such as `padded()`; `dropLast`: whether at the end batches of
 *   fewer elements are left out.
 * @returns The stage. A batch comes when it is full, those of fewer elements at the end, the shortest first. A pass that goes
 *   on reads again from the oldest element that was waiting.
 * @throws {ArgumentError} If boundaries do not ascend or the size is no whole number from 1. In a pass, what `collate` throws.
 *
 * @example Short and long words
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * const words = p.from(["a", "giraffe", "of", "elephants", "we"]);
 * const batches = await pipe(words, p.bucketByLength((word) => word.length, [4], 2), p.toArray);
 * assertEquals(batches, [["a", "of"], ["giraffe", "elephants"], ["we"]]);
 * ```
 */
export function bucketByLength<T>(
  lengthOf: (x: T) => number,
  boundaries: readonly number[],
  size: number,
  options?: { readonly dropLast?: boolean; readonly collate?: never },
): Stage<T, Collated<T>>;
/** Batches of elements that are about equally long, each made by a function. */
export function bucketByLength<T, U>(
  lengthOf: (x: T) => number,
  boundaries: readonly number[],
  size: number,
  options: BatchingOptions<T, U>,
): Stage<T, U>;
export function bucketByLength<T>(
  lengthOf: (x: T) => number,
  boundaries: readonly number[],
  size: number,
  options: BatchingOptions<T, unknown> = {},
): Stage<T, unknown> {
  const { collate = stacked, dropLast = false } = options;
  requireWhole("bucketByLength", "the size", size, 1);
  const wrong = boundaries.findIndex((b, i) => !(b > (boundaries[i - 1] ?? -Infinity)));
  if (wrong >= 0) {
    throw new ArgumentError(`bucketByLength: boundaries ascend; [${boundaries.join(", ")}] do not at place ${wrong}`);
  }
  return ({ steps }) =>
    define(async function* (from, epochs) {
      const [begin = null, reread = null, waited = null] = stateOf("bucketByLength", from, 3);
      const again = countOf("bucketByLength", reread), waiting = new Set(listOf("bucketByLength", waited));
      const buckets: Waiting<T>[][] = Array.from({ length: boundaries.length + 1 }, () => []);
      let i = 0, now = begin;
      const give = (bucket: number) => {
        const xs = buckets[bucket]!.map(({ x }) => x);
        buckets[bucket] = [];
        const left = buckets.flat();
        // The next element, which nobody has read, stands for the oldest where none waits.
        const oldest = left.reduce((least, w) => w.i < least.i ? w : least, { i, before: now });
        return [
          collate(xs),
          ["bucketByLength", oldest.before, i - oldest.i, left.map((w) => w.i - oldest.i)],
        ] as const;
      };
      for await (const [x, after] of steps(begin, epochs)) {
        const length = lengthOf(x), above = boundaries.findIndex((b) => length < b);
        const bucket = above < 0 ? boundaries.length : above;
        // What was given out before the pass was interrupted is let go.
        if (i >= again || waiting.has(i)) buckets[bucket]!.push({ x, i, before: now });
        [i, now] = [i + 1, after];
        if (buckets[bucket]!.length === size) yield give(bucket);
      }
      for (const [bucket, { length }] of buckets.entries()) if (length > 0 && !dropLast) yield give(bucket);
    });
}
