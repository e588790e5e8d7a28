/** Elements of several sequences in turn. */
import { requireWhole } from "../require_whole.ts";
import { countOf, define, listOf, type Pipeline, type Stage, type State, stateOf, type Step } from "./pipeline.ts";

/** Options of `interleave`. */
export interface InterleaveOptions {
  /** How many sequences are open at once; 4 if left out. */
  readonly cycle?: number;
  /** How many elements in turn come from one; 1 if left out. */
  readonly block?: number;
}

/** A sequence that is open: the state before the element it is made of, and where it stands. */
interface Open<U> {
  readonly before: State;
  readonly running: AsyncGenerator<Step<U>, void, undefined>;
  state: State;
}

/**
 * The elements of the pipelines that a function makes of each element, some of them open at once and read in turn: the
 * records of many files, mixed. When one ends, the next is opened.
 *
 * @param f From an element to a pipeline; it gives the same for the same element.
 * @param options `cycle`, `block`.
 * @returns The stage. The order is always the same; `prefetch` within `f` lets the open ones read at once.
 * @throws {ArgumentError} If an option is no whole number from 1.
 *
 * @example Two files
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * const files = p.from([["a1", "a2", "a3"], ["b1", "b2"]]);
 * assertEquals(await pipe(files, p.interleave((lines) => p.from(lines)), p.toArray), ["a1", "b1", "a2", "b2", "a3"]);
 * ```
 */
export function interleave<T, U>(f: (x: T) => Pipeline<U>, options: InterleaveOptions = {}): Stage<T, U> {
  const { cycle = 4, block = 1 } = options;
  requireWhole("interleave", "cycle", cycle, 1);
  requireWhole("interleave", "block", block, 1);
  return ({ steps }) =>
    define(async function* (from, epochs) {
      const [begin = null, whose = null, given = null, were = null] = stateOf("interleave", from, 4);
      let now = begin, turn = countOf("interleave", whose), done = countOf("interleave", given), ended = false;
      const upstream = steps(begin, epochs), open: Open<U>[] = [];
      const start = (x: T, before: State, state: State) => {
        open.push({ before, state, running: f(x).steps(state, epochs) });
      };
      try {
        for (const slot of listOf("interleave", were)) {
          const [before = null, state = null] = listOf("interleave", slot);
          // The element that the sequence is made of is read again.
          for await (const [x] of steps(before, epochs)) {
            start(x, before, state);
            break;
          }
        }
        for (;;) {
          while (!ended && open.length < cycle) {
            const next = await upstream.next();
            if (next.done) ended = true;
            else {
              start(next.value[0], now, null);
              now = next.value[1];
            }
          }
          if (open.length === 0) return;
          turn %= open.length;
          const slot = open[turn]!, next = await slot.running.next();
          if (next.done) {
            open.splice(turn, 1);
            done = 0;
            continue;
          }
          slot.state = next.value[1];
          if (++done === block) [turn, done] = [turn + 1, 0];
          yield [next.value[0], ["interleave", now, turn, done, open.map(({ before, state }) => [before, state])]];
        }
      } finally {
        await Promise.all(open.map(({ running }) => running.return()));
        await upstream.return();
      }
    });
}
