/** Where elements come from, and where they go in the end. */
import { ArgumentError, type DType, reshape, type Shape, type Tensor, tree } from "../../mod.ts";
import type { Row } from "./collate.ts";
import { at, countOf as examplesIn } from "../batches.ts";
import { countOf, define, inOrder, type Pipeline } from "./pipeline.ts";

type X = Tensor<Shape, DType>;

/** What `from` takes: a list, or a sequence, or a function that begins one. */
export type Source<T> =
  | ArrayLike<T>
  | Iterable<T>
  | AsyncIterable<T>
  | (() => Iterable<T> | AsyncIterable<T> | Promise<Iterable<T> | AsyncIterable<T>>);

/**
 * A pipeline of what a list, a sequence or a function holds.
 *
 * @param source A list, whose elements can then be had in any order; an iterable, synchronous or not; or a function that
 *   begins one for each pass: what is read from a file or from the network has to be one, as a stream runs only once.
 * @returns The pipeline. A pass that goes on in the middle of a sequence reads what comes before and lets it go.
 * @throws {ArgumentError} In the second pass, if the source is an iterator that has run: give a function.
 *
 * @example A list and a generator
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * function* numbers() {
 *   yield* [1, 2, 3];
 * }
 * assertEquals(await p.toArray(p.from(["a", "b"])), ["a", "b"]);
 * assertEquals(await p.toArray(p.from(numbers)), [1, 2, 3]);
 * ```
 */
export function from<T>(source: Source<T>): Pipeline<T> {
  if (typeof source !== "function" && isList(source)) {
    return inOrder({ count: source.length, at: (i) => source[i]! });
  }
  let begun = false;
  const begin = async (): Promise<Iterable<T> | AsyncIterable<T>> => {
    if (typeof source === "function") return await source();
    const sequence = source as Iterable<T> | AsyncIterable<T>;
    if (runsOnce(sequence)) {
      if (begun) {
        throw new ArgumentError(
          "from: the sequence runs only once and a pass has begun already; give a function that begins it anew",
        );
      }
      begun = true;
    }
    return sequence;
  };
  return define(async function* (from) {
    const skip = countOf("from", from);
    let i = 0;
    for await (const x of await begin()) if (++i > skip) yield [x, i];
  });
}

const isList = <T>(x: ArrayLike<T> | Iterable<T> | AsyncIterable<T>): x is ArrayLike<T> =>
  Array.isArray(x) || ArrayBuffer.isView(x) || typeof x === "string";

/** Whether a sequence is its own iterator, or a stream: what has run does not run again. */
function runsOnce(x: object): boolean {
  return "next" in x || x instanceof ReadableStream;
}

/**
 * A pipeline of examples that are held in tensors: element i is row i of each. Batches of them are taken from the tensors
 * at once.
 *
 * @param tensors A tree of tensors with an axis of examples in front, equally long.
 * @returns The pipeline: trees of the same structure, without that axis.
 * @throws {ArgumentError} If there is no tensor. @throws {ShapeError} If they have not equally many examples.
 *
 * @example In batches, shuffled
 * ```ts
 * import { arange, key } from "@adjoint/adjoint";
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * const data = pipe(p.examples({ x: arange(5) }), p.shuffle(key(0)), p.batch(2));
 * const sizes = [];
 * for await (const { x } of data) sizes.push(x.shape[0]);
 * assertEquals(sizes, [2, 2, 1]);
 * ```
 */
export function examples<T>(tensors: T): Pipeline<Row<T>> {
  const row = (i: number): Row<T> =>
    tree.map((x) => reshape(x as X, x.shape.slice(1)), at(tensors, Int32Array.of(i))) as Row<T>;
  return inOrder({ count: examplesIn("examples", tensors), at: row, gather: (places) => at(tensors, places) });
}

/**
 * All elements of a pipeline in a list: for short ones, and for tests.
 *
 * @param upstream A pipeline that ends.
 * @returns A promise of its elements.
 *
 * @example The first three
 * ```ts
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await pipe(p.from([1, 2]), p.repeat(), p.take(3), p.toArray), [1, 2, 1]);
 * ```
 */
export async function toArray<T>(upstream: Pipeline<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const [x] of upstream.steps(null, [])) all.push(x);
  return all;
}
