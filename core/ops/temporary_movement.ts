import type { DType } from "../dtype.ts";
import { takeAxis } from "../primitives/gather.ts";
import { cast } from "../primitives/cast.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
export function take<D extends DType>(x: Tensor<Shape, D>, indices: Tensor<Shape, DType>, options: { readonly axis: number }): Tensor<Shape, D> {
  return takeAxis(x as Value, cast(indices as Value, "i32"), options.axis) as Tensor<Shape, D>;
}
