/** Examples in batches. */
import {
  ArgumentError,
  type DType,
  type Key,
  permutation,
  type Shape,
  ShapeError,
  take,
  type Tensor,
  tensor,
  tree,
} from "../mod.ts";
import { requireWhole } from "./require_whole.ts";

type X = Tensor<Shape, DType>;

/** Options of `batches`. */
export interface BatchOptions {
  /** A key: the examples come in an order drawn with it. Left out, in their own. */
  readonly key?: Key;
  /** Whether a last batch of fewer examples is left out; `false` if left out. */
  readonly dropLast?: boolean;
  /** The batch to begin with, counted from 0: where an interrupted pass goes on. */
  readonly start?: number;
}

/**
 * A pass over examples in batches.
 *
 * @param examples A tree of tensors with an axis of examples in front, equally long.
 * @param size Examples in a batch, from 1.
 * @param options `key`, `dropLast`, `start`.
 * @returns The batches, one after the other: trees like `examples`.
 * @throws {ArgumentError} If the size or the start is no whole number, or there is no tensor.
 * @throws {ShapeError} If the tensors have not equally many examples.
 *
 * @example Five examples, two at a time
 * ```ts
 * import { arange } from "@adjoint/adjoint";
 * import { batches } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const got = [...batches({ x: arange(5) }, 2)].map(({ x }) => x.toArray());
 * assertEquals(got, [[0, 1], [2, 3], [4]]);
 * ```
 */
export function* batches<T>(examples: T, size: number, options: BatchOptions = {}): Generator<T, void, undefined> {
  const { key, dropLast = false, start = 0 } = options;
  requireWhole("batches", "the size", size, 1);
  requireWhole("batches", "start", start, 0);
  const count = countOf("batches", examples);
  const order = key === undefined
    ? Int32Array.from({ length: count }, (_, i) => i)
    : permutation(key, count).dataSync() as Int32Array;
  const end = dropLast ? count - count % size : count;
  for (let i = start * size; i < end; i += size) {
    yield at(examples, order.subarray(i, Math.min(i + size, end)));
  }
}

/** The examples of a tree at some places. */
export function at<T>(examples: T, rows: Int32Array): T {
  const places = tensor(rows);
  return tree.map((x) => take(x as X, places as never, { axis: 0 }) as X, examples) as T;
}

/** How many examples a tree of tensors has. */
export function countOf(op: string, examples: unknown): number {
  const leaves = tree.leaves(examples) as readonly X[];
  if (leaves.length === 0) throw new ArgumentError(`${op}: there is no tensor among the examples`);
  const counts = leaves.map((x) => x.shape[0]);
  if (counts.some((n) => n === undefined || n !== counts[0])) {
    throw new ShapeError(
      `${op}: the tensors have ${
        counts.map((n) => n ?? "no axis of").join(", ")
      } examples; they must have equally many`,
    );
  }
  return counts[0]!;
}
