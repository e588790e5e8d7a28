/** Elements in batches, and in windows that overlap. */
import { collate as stacked, type Collated } from "./collate.ts";
import { requireWhole } from "../require_whole.ts";
import {
  type Access,
  countOf,
  define,
  type Epochs,
  inOrder,
  type Pipeline,
  type Stage,
  type State,
  stateOf,
} from "./pipeline.ts";

/** Options of `batch`. */
export interface BatchingOptions<T, U> {
  /** Whether a last batch of fewer elements is left out; `false` if left out. */
  readonly dropLast?: boolean;
  /** What makes a batch of its elements; `collate` if left out. */
  readonly collate?: (elements: readonly T[]) => U;
}

/**
 * Elements in batches.
 *
 * @param size Elements in a batch, from 1.
 * @param options `dropLast`, `collate`.
 * @returns The stage. Rows of tensors are taken from them at once, in whatever order they come.
 * @throws {ArgumentError} If the size is no whole number from 1. In a pass, what `collate` throws.
 *
 * @example Two at a time
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * const batches = await pipe(p.from([1, 2, 3]), p.batch(2), p.toArray);
 * assertEquals(batches.map((x) => x.toArray()), [[1, 2], [3]]);
 * ```
 */
export function batch<T>(
  size: number,
  options?: { readonly dropLast?: boolean; readonly collate?: never },
): Stage<T, Collated<T>>;
/** Elements in batches, each made by a function. */
export function batch<T, U>(size: number, options: BatchingOptions<T, U>): Stage<T, U>;
export function batch<T>(size: number, options: BatchingOptions<T, unknown> = {}): Stage<T, unknown> {
  const { dropLast = false, collate } = options;
  requireWhole("batch", "the size", size, 1);
  const made = collate ?? stacked;
  return ({ steps, access }) => {
    if (access !== undefined) return inOrder(batchesOf(access, size, dropLast, collate));
    return define(async function* (from, epochs) {
      let held: T[] = [], end: State = from;
      for await (const [x, after] of steps(from, epochs)) {
        held.push(x);
        end = after;
        if (held.length < size) continue;
        yield [made(held), after];
        held = [];
      }
      if (held.length > 0 && !dropLast) yield [made(held), end];
    });
  };
}

function batchesOf<T>(
  { count, at, gather }: Access<T>,
  size: number,
  dropLast: boolean,
  collate: ((elements: readonly T[]) => unknown) | undefined,
): Access<unknown> {
  return {
    count: dropLast ? Math.floor(count / size) : Math.ceil(count / size),
    at: async (i, epochs) => {
      const begin = i * size, length = Math.min(size, count - begin);
      if (gather !== undefined && collate === undefined) {
        return gather(Int32Array.from({ length }, (_, j) => begin + j), epochs);
      }
      return (collate ?? stacked)(await several(at, begin, length, epochs));
    },
  };
}

const several = <T>(at: Access<T>["at"], begin: number, length: number, epochs: Epochs): Promise<T[]> =>
  Promise.all(Array.from({ length }, (_, i) => at(begin + i, epochs)));

/** Options of `windows`. */
export interface WindowsOptions {
  /** How many elements further on the next window begins; the size if left out, so that none is in two. */
  readonly step?: number;
}

/**
 * Windows of elements that follow each other: stretches of a series. What is left over at the end is left out.
 *
 * @param size Elements in a window, from 1. @param options `step`.
 * @returns The stage: lists of `size` elements.
 * @throws {ArgumentError} If the size or the step is no whole number from 1.
 *
 * @example Three days, and the next
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * const windows = await pipe(p.from([1, 2, 3, 4]), p.windows(3, { step: 1 }), p.toArray);
 * assertEquals(windows, [[1, 2, 3], [2, 3, 4]]);
 * ```
 */
export function windows<T>(size: number, options: WindowsOptions = {}): Stage<T, readonly T[]> {
  const { step = size } = options;
  requireWhole("windows", "the size", size, 1);
  requireWhole("windows", "the step", step, 1);
  return ({ steps, access }) =>
    access !== undefined
      ? inOrder({
        count: Math.max(0, Math.floor((access.count - size) / step) + 1),
        at: (i, epochs) => several(access.at, i * step, size, epochs),
      })
      : sliding(steps, size, step);
}

function sliding<T>(steps: Pipeline<T>["steps"], size: number, step: number): Pipeline<readonly T[]> {
  return define(async function* (from, epochs) {
    const [begin = null, gap = null] = stateOf("windows", from, 2);
    // What is held, each element with the state before it; and how many to leave out before the next window.
    let held: (readonly [T, State])[] = [], before = begin, skip = countOf("windows", gap);
    for await (const [x, after] of steps(before, epochs)) {
      if (skip > 0) skip--;
      else held.push([x, before]);
      before = after;
      if (held.length < size) continue;
      const window = held.map(([y]) => y);
      skip = Math.max(0, step - size);
      held = held.slice(step);
      yield [window, ["windows", held.length === 0 ? after : held[0]![1], skip]];
    }
  });
}
