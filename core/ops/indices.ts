/** What names elements along an axis. */
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** What names elements along an axis: a whole number, a list of them, or an integer tensor of any shape. */
export type Indices = number | readonly number[] | Tensor<Shape, DType>;

/** The shape that indices stand for. */
export type IndicesShape<I> = I extends Tensor<infer S, DType> ? S
  : I extends readonly unknown[] ? readonly [I["length"]]
  : readonly [];
