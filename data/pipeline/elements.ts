/** Stages that work on one element at a time. */
import { ArgumentError, foldIn, type Key } from "../../mod.ts";
import { requireWhole } from "../require_whole.ts";
import {
  countOf,
  define,
  type Epochs,
  inOrder,
  keyOfPass,
  type Pipeline,
  type Stage,
  type State,
  stateOf,
} from "./pipeline.ts";

/** Options of `map`. */
export interface MapOptions {
  /** How many elements are worked on at once, where the function is asynchronous; 1 if left out. The order stays. */
  readonly concurrency?: number;
}

/**
 * What a function makes of each element.
 *
 * @param f From an element to another, or to a promise of it; its result must depend on nothing else.
 * @param options `concurrency`.
 * @returns The stage.
 * @throws {ArgumentError} If `concurrency` is no whole number from 1.
 *
 * @example Doubled
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await pipe(p.from([1, 2, 3]), p.map((x) => 2 * x), p.toArray), [2, 4, 6]);
 * ```
 */
export function map<T, U>(f: (x: T) => U | Promise<U>, options: MapOptions = {}): Stage<T, U> {
  const { concurrency = 1 } = options;
  requireWhole("map", "concurrency", concurrency, 1);
  return ({ steps, access }) => {
    const mapped = access &&
      { count: access.count, at: async (i: number, epochs: Epochs) => await f(await access.at(i, epochs)) };
    if (concurrency === 1) {
      return define(async function* (from, epochs) {
        for await (const [x, after] of steps(from, epochs)) yield [await f(x), after];
      }, mapped);
    }
    return define(async function* (from, epochs) {
      const running: (readonly [Promise<U>, State])[] = [];
      for await (const [x, after] of steps(from, epochs)) {
        const result = (async () => await f(x))();
        // It is awaited in its turn; until then its failure is nobody's.
        result.catch(() => {});
        running.push([result, after]);
        if (running.length < concurrency) continue;
        const [first, state] = running.shift()!;
        yield [await first, state];
      }
      for (const [result, state] of running) yield [await result, state];
    }, mapped);
  };
}

/**
 * What a function makes of each element with a key of that element's own: for augmentation. In each pass of a `repeat` the
 * keys are others.
 *
 * @param key A key, used here only. @param f From a key and an element to another, or to a promise of it.
 * @returns The stage.
 *
 * @example The same in each run
 * ```ts
 * import { add, key, normal } from "@adjoint/adjoint";
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * const noisy = pipe(p.from([1, 2]), p.mapWithKey(key(0), (k, x) => add(normal(k, []), x).item()));
 * assertEquals(await p.toArray(noisy), await p.toArray(noisy));
 * ```
 */
export function mapWithKey<T, U>(key: Key, f: (key: Key, x: T) => U | Promise<U>): Stage<T, U> {
  const keyOf = keyOfPass(key);
  return ({ steps, access }) =>
    define(
      async function* (from, epochs) {
        const [before = null, done = null] = stateOf("mapWithKey", from, 2), keys = keyOf(epochs);
        let i = countOf("mapWithKey", done);
        for await (const [x, after] of steps(before, epochs)) {
          yield [await f(foldIn(keys, i++), x), ["mapWithKey", after, i]];
        }
      },
      access && {
        count: access.count,
        at: async (i, epochs) => await f(foldIn(keyOf(epochs), i), await access.at(i, epochs)),
      },
    );
}

/**
 * The elements that pass a test.
 *
 * @param test From an element to whether it stays, or a promise of that.
 * @returns The stage.
 *
 * @example The odd ones
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await pipe(p.from([1, 2, 3]), p.filter((x) => x % 2 === 1), p.toArray), [1, 3]);
 * ```
 */
export function filter<T>(test: (x: T) => boolean | Promise<boolean>): Stage<T, T> {
  return ({ steps }) =>
    define(async function* (from, epochs) {
      for await (const step of steps(from, epochs)) if (await test(step[0])) yield step;
    });
}

/**
 * Several elements for each: the sequences that a function makes of them, one after the other.
 *
 * @param f From an element to a sequence; it gives the same for the same element.
 * @returns The stage. A pass that goes on within a sequence makes it again and skips what was handed out.
 *
 * @example The lines of files
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await pipe(p.from(["a\nb", "c"]), p.flatMap((x) => x.split("\n")), p.toArray), ["a", "b", "c"]);
 * ```
 */
export function flatMap<T, U>(f: (x: T) => Iterable<U> | AsyncIterable<U>): Stage<T, U> {
  return ({ steps }) =>
    define(async function* (from, epochs) {
      const [begin = null, done = null] = stateOf("flatMap", from, 2);
      let before = begin, skip = countOf("flatMap", done);
      for await (const [x, after] of steps(before, epochs)) {
        let i = 0;
        for await (const y of f(x)) if (++i > skip) yield [y, ["flatMap", before, i]];
        [before, skip] = [after, 0];
      }
    });
}

/**
 * The first elements.
 *
 * @param count How many, from 0. What comes behind is not read.
 * @returns The stage.
 * @throws {ArgumentError} If `count` is no whole number from 0.
 *
 * @example Two
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await pipe(p.from([1, 2, 3]), p.take(2), p.toArray), [1, 2]);
 * ```
 */
export function take<T>(count: number): Stage<T, T> {
  requireWhole("take", "the number of elements", count, 0);
  return ({ steps, access }) =>
    define(async function* (from, epochs) {
      const [before = null, done = null] = stateOf("take", from, 2);
      let i = countOf("take", done);
      if (i >= count) return;
      for await (const [x, after] of steps(before, epochs)) {
        yield [x, ["take", after, ++i]];
        if (i >= count) return;
      }
    }, access && { ...access, count: Math.min(access.count, count) });
}

/**
 * What comes behind the first elements.
 *
 * @param count How many to leave out, from 0.
 * @returns The stage.
 * @throws {ArgumentError} If `count` is no whole number from 0.
 *
 * @example Without the header
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await pipe(p.from(["name", "Ada", "Emmy"]), p.skip(1), p.toArray), ["Ada", "Emmy"]);
 * ```
 */
export function skip<T>(count: number): Stage<T, T> {
  requireWhole("skip", "the number of elements", count, 0);
  return ({ steps, access }) => {
    if (access !== undefined) {
      const { gather } = access;
      return inOrder({
        count: Math.max(0, access.count - count),
        at: (i, epochs) => access.at(i + count, epochs),
        ...gather && { gather: (places, epochs) => gather(places.map((i) => i + count), epochs) },
      });
    }
    return define(async function* (from, epochs) {
      // A pass that was interrupted is behind them already.
      let left = from === null ? count : 0;
      for await (const step of steps(from, epochs)) {
        if (left === 0) yield step;
        else left--;
      }
    });
  };
}

/**
 * All elements again and again. In each pass, stages before it draw anew: what was shuffled comes in another order.
 *
 * @param times How often, from 0; without end if left out.
 * @returns The stage. A pipeline without elements has none either when repeated.
 * @throws {ArgumentError} If `times` is neither `Infinity` nor a whole number from 0.
 *
 * @example Two epochs
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await pipe(p.from([1, 2]), p.repeat(2), p.toArray), [1, 2, 1, 2]);
 * ```
 */
export function repeat<T>(times = Infinity): Stage<T, T> {
  if (times !== Infinity) requireWhole("repeat", "the number of times", times, 0);
  return ({ steps }) =>
    define(async function* (from, epochs) {
      const [within = null, done = null] = stateOf("repeat", from, 2);
      let before = within, i = countOf("repeat", done);
      for (; i < times; i++) {
        let empty = before === null;
        for await (const [x, after] of steps(before, [...epochs, i])) {
          empty = false;
          yield [x, ["repeat", after, i]];
        }
        if (empty) return;
        before = null;
      }
    });
}

/**
 * Pipelines one after the other.
 *
 * @param parts The pipelines.
 * @returns A pipeline of the elements of the first, then of the second, and so on.
 *
 * @example Two
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await p.toArray(p.concat(p.from([1, 2]), p.from([3]))), [1, 2, 3]);
 * ```
 */
export function concat<T>(...parts: readonly Pipeline<T>[]): Pipeline<T> {
  return define(async function* (from, epochs) {
    const [within = null, which = null] = stateOf("concat", from, 2);
    let before = within;
    for (let i = countOf("concat", which); i < parts.length; i++) {
      for await (const [x, after] of parts[i]!.steps(before, epochs)) yield [x, ["concat", after, i]];
      before = null;
    }
  });
}

/**
 * Elements of several pipelines side by side; it ends with the shortest.
 *
 * @param parts The pipelines.
 * @returns A pipeline of lists: an element of each.
 * @throws {ArgumentError} If there is no pipeline.
 *
 * @example Pictures and labels
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await p.toArray(p.zip(p.from([1, 2, 3]), p.from(["a", "b"]))), [[1, "a"], [2, "b"]]);
 * ```
 */
export function zip<Ts extends readonly unknown[]>(
  ...parts: { readonly [K in keyof Ts]: Pipeline<Ts[K]> }
): Pipeline<Ts> {
  const all = parts as readonly Pipeline<unknown>[];
  if (all.length === 0) throw new ArgumentError("zip: there is no pipeline");
  return define(async function* (from, epochs) {
    const states = stateOf("zip", from, all.length);
    const running = all.map(({ steps }, i) => steps(states[i]!, epochs));
    try {
      for (;;) {
        const results = await Promise.all(running.map((r) => r.next()));
        if (results.some((r) => r.done)) return;
        const taken = results.map((r) => r.value!);
        yield [taken.map(([x]) => x) as unknown as Ts, ["zip", ...taken.map(([, after]) => after)]];
      }
    } finally {
      await Promise.all(running.map((r) => r.return()));
    }
  });
}
