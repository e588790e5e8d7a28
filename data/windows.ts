/** Stretches of a long sequence: what models of sequences are trained on. */
import {
  add,
  arange,
  type DType,
  expandDims,
  type Key,
  randint,
  reshape,
  type Shape,
  ShapeError,
  slice,
  swapAxes,
  take,
  type Tensor,
} from "../mod.ts";
import { requireWhole } from "./require_whole.ts";

/** Sequences, and each moment's next one. */
export interface NextPairs<B extends number, T extends number, D extends DType> {
  /** What is read, `[B, T]`. */
  readonly inputs: Tensor<readonly [B, T], D>;
  /** What comes next at each place, `[B, T]`. */
  readonly targets: Tensor<readonly [B, T], D>;
}

function requireLong(op: string, shape: Shape, least: number): number {
  if (shape.length === 1 && shape[0]! >= least) return shape[0]!;
  throw new ShapeError(`${op}: expected a sequence [n] of at least ${least} tokens, got [${shape.join(", ")}]`);
}

/**
 * Stretches of a sequence from places drawn at random, each place equally likely, and what comes next. It runs in `jit`.
 *
 * @param key A key, used here only. @param tokens The sequence, `[n]`, n > `length`.
 * @param batch How many stretches B. @param length How long each is, T.
 * @returns `inputs` and `targets`, `[B, T]`, the targets being one place later.
 * @throws {ShapeError} If the sequence is too short. @throws {ArgumentError} If a size is no whole number from 1.
 *
 * @example What comes next
 * ```ts
 * import { arange, key, sub } from "@adjoint/adjoint";
 * import { randomWindows } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const { inputs, targets } = randomWindows(key(0), arange(100, { dtype: "i32" }), 2, 3);
 * assertEquals(sub(targets, inputs).toArray(), [[1, 1, 1], [1, 1, 1]]);
 * ```
 */
export function randomWindows<const B extends number, const T extends number, D extends DType>(
  key: Key,
  tokens: Tensor<readonly [number], D>,
  batch: B,
  length: T,
): NextPairs<B, T, D> {
  const op = "randomWindows";
  requireWhole(op, "batch", batch, 1);
  requireWhole(op, "length", length, 1);
  const count = requireLong(op, tokens.shape, length + 1);
  const starts = randint(key, [batch], 0, count - length) as Tensor<Shape, "i32">;
  const places = (from: number): Tensor<Shape, "i32"> =>
    add(
      expandDims(starts, 1) as Tensor<Shape, "i32">,
      arange(from, from + length, 1, { dtype: "i32" }) as never,
    ) as never;
  const at = (from: number) => take(tokens as never, places(from) as never, { axis: 0 }) as never;
  return { inputs: at(0), targets: at(1) };
}

/**
 * A sequence cut into streams that are read side by side, a stretch of each at a time: for training where a state is
 * carried from one stretch to the next (truncated backpropagation through time). What is left over at the end is left out.
 *
 * @param tokens The sequence, `[n]`. @param streams How many streams B. @param length How long a stretch is, T.
 * @returns The stretches in order; stream i of a batch goes on in stream i of the next.
 * @throws {ShapeError} If the sequence is too short for one stretch of each.
 * @throws {ArgumentError} If a size is no whole number from 1.
 * @see Williams and Peng, An efficient gradient-based algorithm for on-line training of recurrent network trajectories,
 * 1990, https://doi.org/10.1162/neco.1990.2.4.490
 *
 * @example Two streams
 * ```ts
 * import { arange } from "@adjoint/adjoint";
 * import { streams } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const [first, second] = streams(arange(13, { dtype: "i32" }), 2, 3);
 * assertEquals(first!.inputs.toArray(), [[0, 1, 2], [6, 7, 8]]);
 * assertEquals(second!.targets.toArray(), [[4, 5, 6], [10, 11, 12]]);
 * ```
 */
export function streams<const B extends number, const T extends number, D extends DType>(
  tokens: Tensor<readonly [number], D>,
  streams: B,
  length: T,
): readonly NextPairs<B, T, D>[] {
  const op = "streams";
  requireWhole(op, "streams", streams, 1);
  requireWhole(op, "length", length, 1);
  const count = requireLong(op, tokens.shape, streams * length + 1);
  const steps = Math.floor((count - 1) / (streams * length)), each = steps * length;
  const cut = (from: number): Tensor =>
    swapAxes(
      reshape(slice(tokens as never, [from], [from + streams * each]) as Tensor, [streams, steps, length]) as Tensor,
      0,
      1,
    ) as Tensor;
  const [inputs, targets] = [cut(0), cut(1)];
  const at = (x: Tensor, i: number) =>
    reshape(slice(x, [i, 0, 0], [i + 1, streams, length]) as Tensor, [streams, length]) as never;
  return Array.from({ length: steps }, (_, i) => ({ inputs: at(inputs, i), targets: at(targets, i) }));
}
