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
export * from "./attention.ts";
export * from "./attention_cache.ts";
export { causalMask, type CausalMaskOptions, paddingMask } from "./attention_masks.ts";
export * from "./attention_scores.ts";
export { act, dropout, dropoutWith, type FlatShape, flatten, type Pointwise, residual } from "./basic.ts";
export * from "./bilinear.ts";
export {
  type CrossAttention,
  crossAttention,
  crossAttentionInit,
  crossAttentionWeights,
  crossAttentionWith,
  type KeyValues,
} from "./cross_attention.ts";
export * from "./embedding.ts";
export {
  type FeedForward,
  feedForward,
  type FeedForwardActivation,
  type FeedForwardCall,
  feedForwardInit,
  type FeedForwardOptions,
  type FeedForwardSizes,
  feedForwardWith,
} from "./feed_forward.ts";
export type { HeadCall, HeadOptions, HeadSizes, SelfAttentionOptions } from "./heads.ts";
export * from "./initializers.ts";
export * from "./linear.ts";
export * from "./losses.ts";
export { type Mask, maskedSoftmax } from "./masked_softmax.ts";
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
export * from "./positions.ts";
export * from "./repeat.ts";
export { rotary, type RotaryCall, type RotaryOptions } from "./rotary.ts";
export * from "./scaling.ts";
export {
  multiHeadAttention,
  type SelfAttention,
  selfAttentionInit,
  selfAttentionWeights,
  selfAttentionWith,
} from "./self_attention.ts";
export type {
  LastOf,
  MaskedSequence,
  MemoryWidthOf,
  SequenceAndMemory,
  SequenceOf,
  SequenceSpec,
  WidthOf,
} from "./sequence_specs.ts";
export * from "./transformer.ts";
export type { DecoderBlock, EncoderBlock, TransformerCall, TransformerOptions } from "./transformer_block.ts";
export * from "./transformer_decoder.ts";
export {
  type TransformerCache,
  transformerCache,
  type TransformerEncoder,
  transformerEncoder,
  transformerEncoderInit,
  transformerEncoderStep,
  transformerEncoderWith,
} from "./transformer_encoder.ts";
