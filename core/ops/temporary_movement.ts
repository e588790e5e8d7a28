import type { DType } from "../dtype.ts";
import { gather, takeAxis } from "../primitives/gather.ts";
import { cast } from "../primitives/cast.ts";
import { reshape as reshapeValue } from "../primitives/reshape.ts";
import { transpose as transposeValue } from "../primitives/transpose.ts";
import { normalizeAxis, resolveReshape, type Shape } from "../shape.ts";
import type { Reshape, SwapAxes } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import { requireTensor } from "./operands.ts";
void gather;
export function reshape<const To extends Shape, D extends DType>(x: Tensor<Shape, D>, shape: To): Tensor<Reshape<To>, D> {
  const v = requireTensor("reshape", x);
  return reshapeValue(v, resolveReshape("reshape", v.shape, shape)) as unknown as Tensor<Reshape<To>, D>;
}
export function swapAxes<S extends Shape, D extends DType, const I extends number, const J extends number>(x: Tensor<S, D>, i: I, j: J): Tensor<SwapAxes<S, I, J>, D> {
  const v = requireTensor("swapAxes", x), n = v.shape.length, a = normalizeAxis("swapAxes", i, n), b = normalizeAxis("swapAxes", j, n);
  const perm = v.shape.map((_, k) => k === a ? b : k === b ? a : k);
  return transposeValue(v, perm) as unknown as Tensor<SwapAxes<S, I, J>, D>;
}
export function take<D extends DType>(x: Tensor<Shape, D>, indices: Tensor<Shape, DType>, options: { readonly axis: number }): Tensor<Shape, D> {
  return takeAxis(x as Value, cast(indices as Value, "i32"), options.axis) as Tensor<Shape, D>;
}
