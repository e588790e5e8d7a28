/**
 * Layers, on two levels: functions of their parameters (`linear(p)`), and nets that carry their own initialisation
 * (`pipe(input([784]), dense(10))`); initializers and losses.
 *
 * @module
 */
export { relu, scan } from "../mod.ts";
export { act, dropout, dropoutWith, type FlatShape, flatten, type Pointwise, residual } from "./basic.ts";
export * from "./deep_recurrent.ts";
export * from "./forest.ts";
export * from "./functional.ts";
export * from "./gru.ts";
export * from "./initializers.ts";
export * from "./leading.ts";
export * from "./linear.ts";
export * from "./losses.ts";
export * from "./lstm.ts";
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
export { type LstmInitOptions, type RecurrentInitOptions, torchRecurrentInit } from "./recurrent_init.ts";
export * from "./repeat.ts";
export * from "./rnn.ts";
export * from "./torch_recurrent.ts";
