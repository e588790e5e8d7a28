/**
 * Layers, on two levels: functions of their parameters (`linear(p)`), and nets that carry their own initialisation
 * (`pipe(input([784]), dense(10))`); initializers and losses.
 *
 * @module
 */
export { logSigmoid, relu, scan, sigmoid, sign, softplus, type SoftplusOptions, tanh } from "../mod.ts";
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
export { type Affine, affineInit, type AffineOptions, type EntryUnless } from "./affine.ts";
export * from "./attention.ts";
export * from "./attention_cache.ts";
export { causalMask, type CausalMaskOptions, paddingMask } from "./attention_masks.ts";
export * from "./attention_scores.ts";
export * from "./basic.ts";
export * from "./batch_norm.ts";
export * from "./bilinear.ts";
export { type Block, block, type Entries, type Extension, type Mapping, named, type ShapeKeeping } from "./block.ts";
export { type BlockNorm } from "./block_norm.ts";
export * from "./branches.ts";
export * from "./conv.ts";
export * from "./conv_depthwise.ts";
export * from "./conv_separable.ts";
export * from "./conv_transposed.ts";
export {
  type CrossAttention,
  crossAttention,
  crossAttentionInit,
  crossAttentionWeights,
  crossAttentionWith,
  type KeyValues,
} from "./cross_attention.ts";
export {
  type BidirectionalOptions,
  bidirectionalWith,
  type Join,
  type JoinedSize,
  type Stack,
  type StackableMap,
  type StackCarry,
  type StackedMap,
  stackedWith,
  type StackOptions,
  type TopOf,
} from "./deep_recurrent.ts";
export * from "./dropout.ts";
export * from "./embedding.ts";
export * from "./encoder_decoder.ts";
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
export * from "./forest.ts";
export * from "./functional.ts";
export {
  type Adjacency,
  denseAdjacency,
  type Graph,
  graphFromEdges,
  type GraphMap,
  type GraphOptions,
  propagate,
} from "./graph.ts";
export * from "./graph_attention.ts";
export * from "./graph_cayley.ts";
export * from "./graph_conv.ts";
export * from "./graph_isomorphism.ts";
export * from "./graph_motif.ts";
export * from "./graph_normalize.ts";
export * from "./graph_pool.ts";
export { chebInit, chebWith, type GraphFilterOptions, type GraphFilters } from "./graph_spectral.ts";
export * from "./group_norm.ts";
export * from "./gru.ts";
export { type HeadCall, type HeadOptions, type HeadSizes, type SelfAttentionOptions } from "./heads.ts";
export * from "./initializers.ts";
export { type KMeans, kMeans, type KMeansOptions } from "./k_means.ts";
export * from "./layer_norm.ts";
export * from "./leading.ts";
export * from "./linear.ts";
export { type Lines, type LossOptions, type Reduced, type Reduction, type WeightedLossOptions } from "./losses.ts";
export * from "./losses_binary.ts";
export * from "./losses_contrast.ts";
export * from "./losses_cross_entropy.ts";
export * from "./losses_ctc.ts";
export * from "./losses_distribution.ts";
export * from "./losses_focal.ts";
export {
  hinge,
  hingeEmbedding,
  type MarginOptions,
  marginRanking,
  multiMargin,
  type MultiMarginOptions,
  softMargin,
  squaredHinge,
} from "./losses_margin.ts";
export * from "./losses_overlap.ts";
export * from "./losses_regression.ts";
export {
  contrastive,
  cosineEmbedding,
  type CosineOptions,
  cosineSimilarity,
  tripletMargin,
  type TripletOptions,
} from "./losses_similarity.ts";
export * from "./lstm.ts";
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
export { type Mask, maskedSoftmax } from "./masked_softmax.ts";
export * from "./maxout.ts";
export {
  type AnyMetric,
  type BatchOf,
  combineMetrics,
  type Count,
  type KnownOf,
  mapMetric,
  meanMetric,
  measure,
  type Metric,
  type MetricValue,
  type Total,
  type ValuesOf,
} from "./metrics.ts";
export {
  accuracy,
  type ClassBatch,
  type ClassMetricOptions,
  type Confusion,
  confusionMatrix,
  type Tally,
  topKAccuracy,
} from "./metrics_classes.ts";
export * from "./metrics_precision.ts";
export * from "./metrics_probability.ts";
export * from "./metrics_regression.ts";
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
export * from "./pad_spatial.ts";
export * from "./perceptron.ts";
export * from "./pixel_shuffle.ts";
export * from "./pool.ts";
export * from "./pool_adaptive.ts";
export * from "./pool_global.ts";
export * from "./pool_stochastic.ts";
export { type Pool, type PoolLayer, type ToSizesLayer, type WithSizes } from "./pooling.ts";
export * from "./positions.ts";
export * from "./rbf.ts";
export {
  type CausalMap,
  type Facts,
  type Recurrence,
  type Recurrent,
  type RecurrentCell,
  recurrentCell,
  type RecurrentMap,
  recurrentMap,
  type SequenceOptions,
} from "./recurrence.ts";
export * from "./recurrent_drivers.ts";
export { type LstmInitOptions, type RecurrentInitOptions, torchRecurrentInit } from "./recurrent_init.ts";
export * from "./recurrent_layers.ts";
export {
  type BothWays,
  type RecurrentEntry,
  type RecurrentExamples,
  type RecurrentKinds,
  type RecurrentLayer,
  type RecurrentLayerOptions,
  type RecurrentOutput,
  type SequenceWithLength,
  type UnitsOf,
  type WaysOf,
} from "./recurrent_net.ts";
export * from "./repeat.ts";
export * from "./residual.ts";
export * from "./resize.ts";
export * from "./rnn.ts";
export { rotary, type RotaryCall, type RotaryOptions } from "./rotary.ts";
export * from "./scaling.ts";
export {
  multiHeadAttention,
  type SelfAttention,
  selfAttentionInit,
  selfAttentionWeights,
  selfAttentionWith,
} from "./self_attention.ts";
export {
  type LastOf,
  type MaskedSequence,
  type MemoryWidthOf,
  type SequenceAndMemory,
  type SequenceOf,
  type SequenceSpec,
  type WidthOf,
} from "./sequence_specs.ts";
export * from "./spectral_norm.ts";
export * from "./summary.ts";
export * from "./torch_recurrent.ts";
export * from "./transformer.ts";
export {
  type DecoderBlock,
  type EncoderBlock,
  type TransformerCall,
  type TransformerOptions,
} from "./transformer_block.ts";
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
export * from "./tree_nets.ts";
export * from "./truncated.ts";
export * from "./unfold.ts";
export * from "./unpool.ts";
export * from "./weight_norm.ts";
export { type AnySizes, type SizesOf, type SlidOver } from "./windows.ts";
