/**
 * Layers, on two levels: functions of their parameters (`linear(p)`), and nets that carry their own initialisation
 * (`pipe(input([784]), dense(10))`); initializers and losses.
 *
 * @module
 */
export { logSigmoid, relu, sigmoid, sign, softplus, type SoftplusOptions, tanh } from "../mod.ts";
export * from "./activations_gated.ts";
export * from "./activations_hard.ts";
export * from "./activations_learned.ts";
export {
  gaussian,
  inverseMultiquadric,
  multiquadric,
  type RadialKernel,
  type RadialOptions,
} from "./activations_radial.ts";
export { celu, elu, type EluOptions, leakyRelu, type LeakyReluOptions, selu } from "./activations_rectified.ts";
export { gelu, type GeluOptions, mish, silu, snake, type SnakeOptions, softsign, swish } from "./activations_smooth.ts";
export * from "./activations_softmax.ts";
export { act, dropout, dropoutWith, type FlatShape, flatten, type Pointwise, residual } from "./basic.ts";
export * from "./bilinear.ts";
export * from "./embedding.ts";
export * from "./initializers.ts";
export { type KMeans, kMeans, type KMeansOptions } from "./k_means.ts";
export * from "./linear.ts";
export * from "./losses.ts";
export * from "./maxout.ts";
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
export * from "./perceptron.ts";
export * from "./rbf.ts";
export * from "./repeat.ts";
export * from "./scaling.ts";
