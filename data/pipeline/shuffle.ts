/** Elements in an order drawn with a key. */
import { ArgumentError, foldIn, type Key, permutation } from "../../mod.ts";
import {
  type Access,
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

/**
 * The elements in an order drawn at random, another one in each pass of a `repeat`.
 *
 * Where all elements can be had in any order (those of a list or of tensors, and what `map`, `mapWithKey`, `batch`, `take`,
 * `skip`, `windows` and `cache` make of them), every order is equally likely, and a pass goes on where it was interrupted
 * without reading what came before. Elsewhere the elements are shuffled within windows: stretches of so many, one after the
 * other.
 *
 * @param key A key, used here only.
 * @param window How many elements are held and shuffled at a time where they come one by one; `Infinity` for all. Data that
 *   is sorted by class needs a window as long as it is.
 * @returns The stage. A pass that goes on within a window reads that window again.
 * @throws {ArgumentError} If the elements come one by one and no window is given, or it is no whole number from 1.
 *
 * @example In windows of two
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * const stream = p.from(function* () {
 *   yield* [1, 2, 3, 4];
 * });
 * const got = await pipe(stream, p.shuffle(key(0), 2), p.toArray);
 * assertEquals([got.slice(0, 2).sort(), got.slice(2).sort()], [[1, 2], [3, 4]]);
 * ```
 */
export function shuffle<T>(key: Key, window?: number): Stage<T, T> {
  if (window !== undefined && window !== Infinity && !(Number.isSafeInteger(window) && window >= 1)) {
    throw new ArgumentError(`shuffle: the window is a whole number of elements from 1, or Infinity, not ${window}`);
  }
  return (upstream) => {
    const { access } = upstream;
    if (access !== undefined && (window === undefined || window >= access.count)) return inOrder(shuffled(key, access));
    if (window !== undefined) return inWindows(key, upstream, window);
    throw new ArgumentError(
      "shuffle: these elements come one by one; say how many to hold at a time, as in shuffle(key, 10_000)",
    );
  };
}

function shuffled<T>(key: Key, { count, at, gather }: Access<T>): Access<T> {
  const keyOf = keyOfPass(key);
  let drawn: readonly [key: Key, order: Int32Array] | undefined;
  const orderOf = (epochs: Epochs): Int32Array => {
    const key = keyOf(epochs);
    if (drawn?.[0] !== key) drawn = [key, draw(key, count)];
    return drawn[1];
  };
  return {
    count,
    at: (i, epochs) => at(orderOf(epochs)[i]!, epochs),
    ...gather && {
      gather: (places, epochs) => {
        const order = orderOf(epochs);
        return gather(places.map((i) => order[i]!), epochs);
      },
    },
  };
}

const draw = (key: Key, count: number): Int32Array => permutation(key, count).dataSync() as Int32Array;

function inWindows<T>(key: Key, { steps }: Pipeline<T>, size: number): Pipeline<T> {
  const keyOf = keyOfPass(key);
  return define(async function* (from, epochs) {
    const [begin = null, told = null, nth = null] = stateOf("shuffle", from, 3), keys = keyOf(epochs);
    let before = begin, skip = countOf("shuffle", told), n = countOf("shuffle", nth);
    let held: T[] = [];
    const tell = function* (after: State) {
      const order = draw(foldIn(keys, n), held.length);
      for (let i = skip; i < order.length; i++) {
        const last = i === order.length - 1;
        yield [held[order[i]!]!, last ? ["shuffle", after, 0, n + 1] : ["shuffle", before, i + 1, n]] as const;
      }
      [held, before, skip, n] = [[], after, 0, n + 1];
    };
    let end: State = before;
    for await (const [x, after] of steps(before, epochs)) {
      held.push(x);
      end = after;
      if (held.length === size) yield* tell(after);
    }
    yield* tell(end);
  });
}
