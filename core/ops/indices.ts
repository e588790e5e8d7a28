/** What names elements along an axis. */
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** What names elements along an axis: a whole number, a list of them, or an integer tensor of any shape. */
export type Indices = number | readonly number[] | Tensor<Shape, DType>;

export type { IndicesShape } from "../shape_types/indexing.ts";
