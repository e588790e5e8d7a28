/** Elements made before they are asked for, and elements kept after they were. */
import { countOf, define, inOrder, type Stage, type Step } from "./pipeline.ts";
import { requireWhole } from "../require_whole.ts";

/**
 * The same elements, made while what came before is worked on: reading and computing go on at once.
 *
 * @param count How many are ready and wait at most, from 1.
 * @returns The stage. A pass that is ended waits for the one element that is being made.
 * @throws {ArgumentError} If `count` is no whole number from 1.
 *
 * @example Two ahead
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await pipe(p.from([1, 2, 3]), p.prefetch(2), p.toArray), [1, 2, 3]);
 * ```
 */
export function prefetch<T>(count: number): Stage<T, T> {
  requireWhole("prefetch", "the number of elements", count, 1);
  return ({ steps }) =>
    define(async function* (from, epochs) {
      const running = steps(from, epochs), ready: Step<T>[] = [];
      let ended = false, wake = () => {};
      const changed = () => new Promise<void>((done) => wake = done);
      const fill = (async () => {
        try {
          while (!ended) {
            const { done, value } = await running.next();
            if (done) return;
            ready.push(value);
            wake();
            while (ready.length >= count && !ended) await changed();
          }
        } finally {
          ended = true;
          wake();
        }
      })();
      // A failure is told in its turn, behind the elements that were ready before.
      fill.catch(() => {});
      try {
        for (;;) {
          while (ready.length === 0 && !ended) await changed();
          const step = ready.shift();
          if (step === undefined) return await fill;
          wake();
          yield step;
        }
      } finally {
        ended = true;
        wake();
        await fill.catch(() => {});
        await running.return();
      }
    });
}

/**
 * The same elements, held in memory once they were made, so that later passes read nothing.
 *
 * @returns The stage. Elements that come one by one are kept by the first pass that reaches the end; those that can be had
 *   in any order each by the first that asks. All passes have the elements of the first: draw at random behind it.
 *
 * @example Read once
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * let read = 0;
 * const data = pipe(p.from([1, 2]), p.map((x) => (read++, x)), p.cache(), p.repeat(3));
 * assertEquals([(await p.toArray(data)).length, read], [6, 2]);
 * ```
 */
export function cache<T>(): Stage<T, T> {
  return (upstream) => {
    const { steps, access } = upstream;
    if (access !== undefined) {
      const kept = new Map<number, Promise<T>>();
      const make = (i: number): Promise<T> => {
        const made = (async () => await access.at(i, []))();
        kept.set(i, made);
        // What failed may be had at the next try.
        made.catch(() => kept.delete(i));
        return made;
      };
      return inOrder({ count: access.count, at: (i) => kept.get(i) ?? make(i) });
    }
    let kept: readonly T[] | undefined;
    return define(async function* (from) {
      const skip = countOf("cache", from), seen: T[] = [];
      if (kept === undefined) {
        for await (const [x] of steps(null, [])) {
          seen.push(x);
          if (seen.length > skip) yield [x, seen.length];
        }
        kept = seen;
      } else for (let i = skip; i < kept.length; i++) yield [kept[i]!, i + 1];
    });
  };
}
