/** Affine maps inside attention and transformers, with biases or without. */
import { add, foldIn, type Key, matmul, type Tensor } from "../mod.ts";
import { type Initializer, zerosInit } from "./initializers.ts";

/** Weights, `[inputs, outputs]`, and perhaps biases, `[outputs]`; a `Linear` is one. */
export interface Projection<I extends number, O extends number> {
  /** Weights. */
  readonly w: Tensor<readonly [I, O]>;
  /** Biases. */
  readonly b?: Tensor<readonly [O]>;
}

/** Fresh weights, and biases of zero if there are to be any. */
export function projectionInit<I extends number, O extends number>(
  key: Key,
  inputs: I,
  outputs: O,
  weights: Initializer,
  bias: boolean,
): Projection<I, O> {
  const w = weights(foldIn(key, 0), [inputs, outputs] as const);
  return bias ? { w, b: zerosInit(foldIn(key, 1), [outputs] as const) } : { w };
}

/** x·w + b along the last axis. */
export function project(p: Projection<number, number>, x: Tensor): Tensor {
  const y = matmul(x, p.w as unknown as Tensor) as Tensor;
  return p.b === undefined ? y : add(y, p.b as unknown as Tensor) as Tensor;
}
