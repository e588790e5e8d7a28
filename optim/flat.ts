/** Trees of parameters as one vector, which is what methods of numerical optimisation are written for. */
import * as core from "../mod.ts";
import { ArgumentError, cast, type DType, DTypeError, type Shape, type Tensor, tree, type Value } from "../mod.ts";

/** Tensors one after the other along their first axis. */
export const concat = core.concat as unknown as (parts: readonly Value[]) => Value;
/** The same elements in another shape. */
export const reshape = core.reshape as unknown as (x: Value, shape: Shape) => Value;
const range = core.slice as unknown as (x: Value, starts: readonly number[], stops: readonly number[]) => Value;
/** The elements from one place to another of the first axis. */
export const slice = (x: Value, start: number, stop: number): Value => range(x, [start], [stop]);

/** A scalar of a dtype. */
export const scalar = (x: number | boolean, dtype: DType): Value => core.full([], x, { dtype }) as Value;

/** The distance from 1 to the next number of a dtype of floats. */
export const epsilonOf = (dtype: DType): number => dtype === "f64" ? 2 ** -52 : 2 ** -23;

/** A tree as a vector, and the way back. */
export interface Flat<P> {
  /** Its elements, `[n]`, in the widest dtype of its tensors. */
  readonly vector: Value;
  /** A tree like it from a vector of n elements, each tensor in the dtype of its own. */
  readonly restore: (vector: Value) => P;
  /** The vector of a tree like it. */
  readonly ravel: (like: P) => Value;
}

/**
 * A tree of float tensors as one vector.
 *
 * @param op The caller's name, for messages. @param what What the tree is to the caller.
 */
export function flat<P>(op: string, what: string, params: P): Flat<P> {
  const [leaves, structure] = tree.flatten(params);
  const wrong = leaves.find((l) => l.dtype !== "f32" && l.dtype !== "f64");
  if (wrong !== undefined) throw new DTypeError(`${op}: ${what} are floats, not ${wrong.dtype}; cast them to f32`);
  if (tree.size(params) === 0) throw new ArgumentError(`${op}: there is no number among ${what}; give at least one`);
  const dtype: DType = leaves.some((l) => l.dtype === "f64") ? "f64" : "f32";
  const ends = leaves.reduce<number[]>((all, l) => [...all, (all.at(-1) ?? 0) + l.size], []);
  const ravel = (like: P): Value => concat(tree.leaves(like).map((l) => cast(reshape(l, [l.size]), dtype) as Value));
  return {
    vector: ravel(params),
    restore: (vector) =>
      tree.unflatten(
        structure,
        leaves.map((l, i) => cast(reshape(slice(vector, ends[i]! - l.size, ends[i]!), l.shape), l.dtype)),
      ) as P,
    ravel,
  };
}

/** A loss's value and gradient at a vector of parameters. */
export type Evaluate = (x: Value) => readonly [value: Value, gradient: Value];

/** A loss of a tree as a loss of its vector, in the vector's dtype. */
export function evaluation<P>(loss: (params: P) => Tensor<readonly [], DType>, { vector, restore }: Flat<P>): Evaluate {
  return core.valueAndGrad(((x: Value) => cast(loss(restore(x)), vector.dtype)) as never) as unknown as Evaluate;
}

/** One tree where a test holds, another where not. */
export const choose = <T>(test: Value, yes: T, no: T): T =>
  tree.map((a, b) => (core.where as unknown as (t: Value, a: Value, b: Value) => Value)(test, a, b!), yes, no);
