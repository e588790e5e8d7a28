/** Tokens dropped, and swapped with their neighbours. */
import {
  add,
  and,
  arange,
  bernoulli,
  cast,
  type DType,
  DTypeError,
  equal,
  foldIn,
  fullLike,
  type Key,
  less,
  mod,
  notEqual,
  randint,
  reshape,
  roll,
  type Shape,
  ShapeError,
  sub,
  takeAlongAxis,
  type Tensor,
  where,
} from "../../mod.ts";
import { type Examples, requireProbability } from "./operands.ts";
import { requireWhole } from "../require_whole.ts";

type Test = Tensor<Shape, "bool">;
type Wholes = Tensor<Shape, "i32">;

/** Throws unless there are tokens `[batch, length]`; gives their sizes. */
export function requireTokens(op: string, x: Examples): readonly [batch: number, length: number] {
  if (x.dtype !== "i32" && x.dtype !== "u32" && x.dtype !== "u8") {
    throw new DTypeError(`${op}: tokens are integers, not ${x.dtype}; cast to i32 first`);
  }
  if (x.shape.length === 2) return x.shape as readonly number[] as readonly [number, number];
  throw new ShapeError(`${op}: expected tokens [batch, length], got [${x.shape.join(", ")}]`);
}

/** Throws unless ids are whole numbers from 0. */
export function requireIds(op: string, ids: Readonly<Record<string, number | undefined>>): void {
  for (const [name, id] of Object.entries(ids)) if (id !== undefined) requireWhole(op, name, id, 0);
}

/** Where tokens are none of some; those left out are none. */
export function differFrom(x: Examples, ...ids: readonly (number | undefined)[]): Test {
  const all = fullLike(x, true, { dtype: "bool" }) as Test;
  return ids.reduce((rest: Test, id) => id === undefined ? rest : and(rest, notEqual(x, id)) as Test, all);
}

/** Tokens that have a meaning of their own. */
export interface MaskIds {
  /** What stands for a token that is not shown. */
  readonly mask: number;
  /** What fills sequences up; it is never changed. There is none if left out. */
  readonly pad?: number;
}

/**
 * Tokens of which each is replaced by another, that of unknown words for example, with a probability.
 *
 * @param key A key, used here only. @param tokens Tokens, `[batch, length]`, integers. @param probability From 0 to 1.
 * @param ids `mask`, which is put there; `pad`, which stays.
 * @returns Tokens of the same shape.
 * @throws {ShapeError} If there are not two axes. @throws {DTypeError} If tokens are not integers.
 * @throws {ArgumentError} If the probability is out of range, or an id is no whole number from 0.
 * @see Bowman et al., Generating sentences from a continuous space, 2016, section 3.1, https://arxiv.org/abs/1511.06349
 *
 * @example All but what fills up
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { wordDropout } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const tokens = tensor([[5, 7, 0]], { dtype: "i32" });
 * assertEquals(wordDropout(key(0), tokens, 1, { mask: 1, pad: 0 }).toArray(), [[1, 1, 0]]);
 * ```
 */
export function wordDropout<S extends Shape, D extends DType>(
  key: Key,
  tokens: Tensor<S, D>,
  probability: number,
  ids: MaskIds,
): Tensor<S, D> {
  const op = "wordDropout", x = tokens as Examples;
  requireTokens(op, x);
  requireProbability(op, probability);
  requireIds(op, { mask: ids.mask, pad: ids.pad });
  const dropped = and(bernoulli(key, probability, x.shape) as Test, differFrom(x, ids.pad));
  return where(dropped as Test, fullLike(x, ids.mask), x) as never;
}

/**
 * Tokens of which neighbours change places with a probability. Pairs do not overlap, so that no token moves farther than
 * by one: in each sequence they begin at the first token or at the second, as a coin says.
 *
 * @param key A key, used here only. @param tokens Tokens, `[batch, length]`, integers.
 * @param probability That a pair is swapped, from 0 to 1. @param ids `pad`, which fills sequences up and keeps its place.
 * @returns Tokens of the same shape.
 * @throws {ShapeError} If there are not two axes. @throws {DTypeError} If tokens are not integers.
 * @throws {ArgumentError} If the probability is out of range, or the id is no whole number from 0.
 * @see Artetxe et al., Unsupervised neural machine translation, 2018, section 3.2, https://arxiv.org/abs/1710.11041
 *
 * @example Never
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { swapNeighbours } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(swapNeighbours(key(0), tensor([[5, 7]], { dtype: "i32" }), 0).toArray(), [[5, 7]]);
 * ```
 */
export function swapNeighbours<S extends Shape, D extends DType>(
  key: Key,
  tokens: Tensor<S, D>,
  probability: number,
  ids: Pick<MaskIds, "pad"> = {},
): Tensor<S, D> {
  const op = "swapNeighbours", x = tokens as Examples, [batch, length] = requireTokens(op, x), { pad } = ids;
  requireProbability(op, probability);
  requireIds(op, { pad });
  if (length < 2) return tokens;
  const place = reshape(arange(0, length, 1, { dtype: "i32" }), [1, length]) as Wholes;
  const start = randint(foldIn(key, 0), [batch, 1], 0, 2) as Wholes, real = differFrom(x, pad);
  const moved = (t: Test, by: number): Test => roll(t, by, { axis: 1 }) as Test;
  const first = and(equal(mod(add(place, start), 2), 0) as Test, less(place, length - 1) as Test) as Test;
  const swapped = and(first, bernoulli(foldIn(key, 1), probability, x.shape) as Test) as Test;
  const begins = and(swapped, and(real, moved(real, -1)) as Test) as Test, ends = moved(begins, 1);
  const from = add(place, sub(cast(begins, "i32"), cast(ends, "i32"))) as Wholes;
  return takeAlongAxis(x, from, { axis: 1 }) as never;
}
