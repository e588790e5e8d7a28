/** Losses and trees that several tests of minimisers share. */
import { add, type DType, jit, mul, square, sub, type Tensor, tensor, tree } from "../mod.ts";

/** A scalar. */
export type Scalar<D extends DType = "f32"> = Tensor<readonly [], D>;

/** A point of a plane, as a tree. */
export interface Point<D extends DType = "f32"> {
  readonly x: Scalar<D>;
  readonly y: readonly [Scalar<D>, null];
}

/** A point in a dtype. */
export const pointOf = <D extends "f32" | "f64">(x: number, y: number, dtype: D): Point<D> => ({
  x: tensor(x, { dtype }),
  y: [tensor(y, { dtype }), null],
});

/** Rosenbrock's valley, (1 − x)² + 100·(y − x²)², which is 0 at (1, 1). */
export const rosenbrock = <D extends DType>({ x, y: [y] }: Point<D>): Scalar<D> =>
  add(square(sub(1, x)), mul(square(sub(y, square(x))), 100)) as unknown as Scalar<D>;

/** A tree's numbers. */
export const numbersOf = (t: unknown): number[] => tree.leaves(t).flatMap((l) => [...l.dataSync()].map(Number));

/** A jitted function, and how often it was traced. */
export function counted<A extends readonly unknown[], R>(f: (...args: A) => R) {
  let traced = 0;
  const call = jit((...args: A) => (traced++, f(...args)));
  return { call, traced: () => traced };
}
