/**
 * Layers, on two levels: functions of their parameters (`linear(p)`), and nets that carry their own initialisation
 * (`pipe(input([784]), dense(10))`); initializers and losses.
 *
 * @module
 */
export { relu } from "../mod.ts";
export { type Affine, affineInit, type AffineOptions, type EntryUnless } from "./affine.ts";
export * from "./basic.ts";
export * from "./batch_norm.ts";
export { type Block, block, type Entries, type Extension, type Mapping, named, type ShapeKeeping } from "./block.ts";
export * from "./branches.ts";
export * from "./dropout.ts";
export * from "./group_norm.ts";
export * from "./initializers.ts";
export * from "./layer_norm.ts";
export * from "./linear.ts";
export * from "./losses.ts";
export {
  checkpointed,
  dropConnect,
  dropConnectWith,
  freeze,
  mapParams,
  type ParamsMap,
  type Tie,
  tied,
  type WithoutAt,
} from "./map_params.ts";
export {
  type Batch,
  type Context,
  grow,
  type Initial,
  input,
  inputs,
  type Layer,
  type Net,
  netOf,
  type Nil,
  type ParamsOf,
  type Spec,
  spec,
  type SpecTree,
  type StateOf,
} from "./net.ts";
export {
  gaussianDropout,
  gaussianDropoutWith,
  gaussianNoise,
  gaussianNoiseWith,
  type StochasticDepthOptions,
  stochasticDepthWith,
} from "./noise.ts";
export * from "./repeat.ts";
export * from "./residual.ts";
export * from "./spectral_norm.ts";
export * from "./standardize.ts";
export * from "./summary.ts";
export * from "./weight_norm.ts";
