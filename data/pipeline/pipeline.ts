/**
 * What a pipeline is: elements one after the other, each with where a pass stands after it.
 *
 * A pipeline is a value. Every pass over it begins anew and gives the same elements, nothing is read before it is asked
 * for, and a pass that ends, early or by an error, closes what it had opened.
 */
import { ArgumentError, foldIn, type Key } from "../../mod.ts";

/** Where a stage stands: `null` at the start. It has to survive JSON. */
export type State = null | number | string | readonly State[];

/** An element, and the state of the pipeline after it. */
export type Step<T> = readonly [value: T, after: State];

/**
 * Which pass it is: for each `repeat` around a stage, the outermost first, how many passes went before, from 0. A stage
 * that draws at random draws anew in each.
 */
export type Epochs = readonly number[];

/** The elements of a pass, from a state on. */
export type Steps<T> = (from: State, epochs: Epochs) => AsyncGenerator<Step<T>, void, undefined>;

/** Elements that can be had in any order, by their number. */
export interface Access<T> {
  /** How many there are. */
  readonly count: number;
  /** One of them, in a pass. */
  readonly at: (i: number, epochs: Epochs) => T | Promise<T>;
  /** Several of them, collated, where that is cheaper than one by one. */
  readonly gather?: (places: Int32Array, epochs: Epochs) => unknown;
}

/** A pass over a pipeline, once through: `for await` reads it. */
export interface Pass<T> extends AsyncIterableIterator<T, undefined, undefined> {
  /**
   * Where the pass stands after the last element that was handed out; `""` before the first. Kept in a checkpoint and
   * given to `open`, it lets another process go on with the next element.
   */
  readonly position: string;
  /** The next element. */
  next(): Promise<IteratorResult<T, undefined>>;
  /** Ends the pass and closes its sources. */
  return(): Promise<IteratorResult<T, undefined>>;
  /** The pass itself. */
  [Symbol.asyncIterator](): Pass<T>;
}

/** Elements one after the other, as often as they are asked for: a description that reads nothing by itself. */
export interface Pipeline<T> extends AsyncIterable<T, undefined, undefined> {
  /** Begins a pass at the start, or at a position that a pass over the same pipeline had. */
  readonly open: (position?: string) => Pass<T>;
  /** What stages are made of: the elements, each with the state after it. */
  readonly steps: Steps<T>;
  /** How many elements there are and each by its number, where all can be had in any order. */
  readonly access?: Access<T>;
  /** Begins a pass at the start. */
  [Symbol.asyncIterator](): Pass<T>;
}

/** A pipeline made from another. */
export type Stage<T, U> = (upstream: Pipeline<T>) => Pipeline<U>;

/**
 * A pipeline of its steps: what a stage of one's own is made with.
 *
 * @param steps From a state, `null` at the start, and which pass it is to the elements that follow, each with the
 *   state after it. The generator closes what it opened when it is returned from.
 * @param access The same elements in any order, if that is possible.
 * @returns The pipeline.
 *
 * @example Every element twice
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * const twice = <T>(upstream: p.Pipeline<T>): p.Pipeline<T> =>
 *   p.define(async function* (from, epochs) {
 *     const [before = null, told] = p.stateOf("twice", from, 2);
 *     let at = before, skip = told === 1;
 *     for await (const [x, after] of upstream.steps(before, epochs)) {
 *       if (!skip) yield [x, ["twice", at, 1]];
 *       yield [x, ["twice", after, 0]];
 *       [at, skip] = [after, false];
 *     }
 *   });
 * assertEquals(await pipe(p.from([1, 2]), twice, p.toArray), [1, 1, 2, 2]);
 * ```
 */
export function define<T>(steps: Steps<T>, access?: Access<T>): Pipeline<T> {
  const open = (position = ""): Pass<T> => passOf(steps, stateFrom(position), position);
  const made = { open, steps, [Symbol.asyncIterator]: () => open() };
  return Object.freeze(access === undefined ? made : { ...made, access });
}

/** A pipeline of elements that can be had in any order, beginning with the first; a state is how many came already. */
export function inOrder<T>(access: Access<T>): Pipeline<T> {
  return define(async function* (from, epochs) {
    for (let i = countOf("from", from); i < access.count; i++) yield [await access.at(i, epochs), i + 1];
  }, access);
}

function passOf<T>(steps: Steps<T>, from: State, position: string): Pass<T> {
  const running = steps(from, []);
  let state = from, moved = false;
  return {
    get position() {
      return moved ? JSON.stringify(state) : position;
    },
    async next() {
      const step = await running.next();
      if (step.done) return { done: true, value: undefined };
      [state, moved] = [step.value[1], true];
      return { done: false, value: step.value[0] };
    },
    async return() {
      await running.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function stateFrom(position: string): State {
  if (position === "") return null;
  try {
    return JSON.parse(position) as State;
  } catch {
    throw new ArgumentError(`pipeline: ${quoted(position)} is no position of a pass`);
  }
}

const quoted = (state: unknown): string => {
  const text = JSON.stringify(state) ?? String(state);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

const foreign = (stage: string, state: State): ArgumentError =>
  new ArgumentError(
    `${stage}: the position was saved by another pipeline (found ${
      quoted(state)
    }); open the one it came from, or begin anew`,
  );

/**
 * What a stage had put into its state, after its own name; `null`s at the start.
 *
 * @param stage The stage's name. @param state A state that `steps` was given. @param length How many parts follow the name.
 * @returns The parts.
 * @throws {ArgumentError} If it is not this stage's state: the position came from another pipeline.
 *
 * @example A state of two parts
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(p.stateOf("mine", ["mine", null, 3], 2), [null, 3]);
 * assertEquals(p.stateOf("mine", null, 2), [null, null]);
 * ```
 */
export function stateOf(stage: string, state: State, length: number): readonly State[] {
  if (state === null) return Array<State>(length).fill(null);
  if (!Array.isArray(state) || state.length !== length + 1 || state[0] !== stage) throw foreign(stage, state);
  return state.slice(1);
}

/** A state that is a count; 0 at the start. */
export function countOf(stage: string, state: State): number {
  if (state === null) return 0;
  if (typeof state !== "number" || !Number.isSafeInteger(state) || state < 0) throw foreign(stage, state);
  return state;
}

/** A state that is a list; an empty one at the start. */
export function listOf(stage: string, state: State): readonly State[] {
  if (state === null) return [];
  if (!Array.isArray(state)) throw foreign(stage, state);
  return state;
}

/** The key of a pass: another one in each. The last is kept, as elements ask for it one by one. */
export function keyOfPass(key: Key): (epochs: Epochs) => Key {
  let last: readonly [of: string, key: Key] | undefined;
  return (epochs) => {
    const of = epochs.join();
    if (last?.[0] !== of) last = [of, epochs.reduce((k, i) => foldIn(k, i), key)];
    return last[1];
  };
}
