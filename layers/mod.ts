/**
 * Layers, on two levels: functions of their parameters (`linear(p)`), and nets that carry their own initialisation
 * (`pipe(input([784]), dense(10))`); initializers and losses.
 *
 * @module
 */
export { relu } from "../mod.ts";
export { act, dropout, dropoutWith, type FlatShape, flatten, type Pointwise, residual } from "./basic.ts";
export * from "./conv.ts";
export * from "./conv_depthwise.ts";
export * from "./conv_separable.ts";
export * from "./conv_transposed.ts";
export * from "./initializers.ts";
export * from "./linear.ts";
export * from "./losses.ts";
export {
  type Batch,
  type Context,
  grow,
  type Initial,
  input,
  type Layer,
  type Net,
  netOf,
  type Nil,
  type ParamsOf,
  type Spec,
  type StateOf,
} from "./net.ts";
export * from "./pad_spatial.ts";
export * from "./pixel_shuffle.ts";
export * from "./pool.ts";
export * from "./pool_adaptive.ts";
export * from "./pool_global.ts";
export * from "./pool_stochastic.ts";
export type { Pool, PoolLayer, ToSizesLayer, WithSizes } from "./pooling.ts";
export * from "./repeat.ts";
export * from "./resize.ts";
export * from "./unfold.ts";
export * from "./unpool.ts";
export type { AnySizes, SizesOf, SlidOver } from "./windows.ts";
