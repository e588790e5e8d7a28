/** Recurrent layers of nets: Elman's, long short-term memory, plain and with peepholes, and gated recurrent units. */
import type { Join } from "./deep_recurrent.ts";
import { gruInit, gruWith } from "./gru.ts";
import { lstmInit, lstmWith, peepholeLstmInit, type PeepholeLstmInitOptions, peepholeLstmWith } from "./lstm.ts";
import type { LstmInitOptions, RecurrentInitOptions } from "./recurrent_init.ts";
import { type RecurrentLayer, recurrentLayer, type RecurrentLayerOptions } from "./recurrent_net.ts";
import { rnnInit, type RnnOptions, rnnWith } from "./rnn.ts";

/**
 * An Elman network as a layer.
 *
 * @param units Size H of the state and of the outputs.
 * @param options `last`: the last output alone; `reverse`; `bidirectional`: `true` or how to join; `layers` and `dropout`
 *   between them; `nonlinearity`: tanh if left out; `weights`, `recurrent`, `biases`: initializers.
 * @returns From a net of sequences `[...L, T, I]`, or of `{ x, mask }` with a bool mask `[...L, T]` of moments that count,
 *   or of `{ x, lengths }` with i32 `[...L]`, to one of sequences `[...L, T, H]`, with `last` of `[...L, H]`; both ways
 *   joined by concatenation give 2·H. The parameters are one entry.
 * @throws {ArgumentError} If an option is out of range. @throws {ShapeError} If examples are no sequences, or the mask or
 *   the lengths do not fit.
 * @see Elman, Finding structure in time, 1990, https://doi.org/10.1207/s15516709cog1402_1
 *
 * @example One number of a sequence
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, zeros } from "@adjoint/adjoint";
 * import { dense, input, rnn } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([20, 3]), rnn(16, { last: true }), dense(1));
 * const { params } = net.init(key(0));
 * assertEquals(net.apply(params, [], zeros([2, 20, 3]), { mode: "eval" })[0].shape, [2, 1]);
 * ```
 */
export function rnn<
  const H extends number,
  const Last extends boolean = false,
  const W extends boolean | Join = false,
  const N extends number | undefined = undefined,
>(
  units: H,
  options: RecurrentLayerOptions<Last, W, N> & RecurrentInitOptions & RnnOptions = {},
): RecurrentLayer<"rnn", H, Last, W, N> {
  return recurrentLayer(
    "rnn",
    { init: (key, i, h) => rnnInit(key, i, h, options), over: (p) => rnnWith(p, options) },
    units,
    options,
  );
}

/**
 * Long short-term memory as a layer.
 *
 * @param units Size H of the state and of the outputs.
 * @param options `last`: the last output alone; `reverse`; `bidirectional`: `true` or how to join; `layers` and `dropout`
 *   between them; `weights`, `recurrent`, `biases`: initializers; `forgetBias`: 1 if left out.
 * @returns From a net of sequences `[...L, T, I]`, or of `{ x, mask }` with a bool mask `[...L, T]` of moments that count,
 *   or of `{ x, lengths }` with i32 `[...L]`, to one of sequences `[...L, T, H]`, with `last` of `[...L, H]`; both ways
 *   joined by concatenation give 2·H. The parameters are one entry.
 * @throws {ArgumentError} If an option is out of range. @throws {ShapeError} If examples are no sequences, or the mask or
 *   the lengths do not fit.
 * @see Hochreiter & Schmidhuber, Long short-term memory, 1997, https://doi.org/10.1162/neco.1997.9.8.1735
 *
 * @example A deep bidirectional classifier of sequences of different lengths
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, tensor, zeros } from "@adjoint/adjoint";
 * import { dense, inputs, lstm, spec } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(
 *   inputs({ x: spec([20, 3]), lengths: spec([], "i32") }),
 *   lstm(16, { layers: 2, dropout: 0.2, bidirectional: true, last: true }),
 *   dense(5),
 * );
 * const { params } = net.init(key(0)), lengths = tensor([20, 7], { dtype: "i32" });
 * assertEquals(net.apply(params, [], { x: zeros([2, 20, 3]), lengths }, { mode: "eval" })[0].shape, [2, 5]);
 * ```
 */
export function lstm<
  const H extends number,
  const Last extends boolean = false,
  const W extends boolean | Join = false,
  const N extends number | undefined = undefined,
>(
  units: H,
  options: RecurrentLayerOptions<Last, W, N> & LstmInitOptions = {},
): RecurrentLayer<"lstm", H, Last, W, N> {
  return recurrentLayer(
    "lstm",
    { init: (key, i, h) => lstmInit(key, i, h, options), over: (p) => lstmWith(p) },
    units,
    options,
  );
}

/**
 * Long short-term memory with peepholes as a layer.
 *
 * @param units Size H of the state and of the outputs.
 * @param options Those of `lstm`, and `peepholes`, an initializer; zeros if left out.
 * @returns As `lstm`.
 * @throws {ArgumentError} If an option is out of range. @throws {ShapeError} If examples are no sequences, or the mask or
 *   the lengths do not fit.
 * @see Gers & Schmidhuber, Recurrent nets that time and count, 2000, https://doi.org/10.1109/IJCNN.2000.861302
 *
 * @example An output for every moment
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, zeros } from "@adjoint/adjoint";
 * import { input, peepholeLstm } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([20, 3]), peepholeLstm(16)), { params } = net.init(key(0));
 * assertEquals(net.apply(params, [], zeros([2, 20, 3]), { mode: "eval" })[0].shape, [2, 20, 16]);
 * ```
 */
export function peepholeLstm<
  const H extends number,
  const Last extends boolean = false,
  const W extends boolean | Join = false,
  const N extends number | undefined = undefined,
>(
  units: H,
  options: RecurrentLayerOptions<Last, W, N> & PeepholeLstmInitOptions = {},
): RecurrentLayer<"peepholeLstm", H, Last, W, N> {
  return recurrentLayer(
    "peepholeLstm",
    { init: (key, i, h) => peepholeLstmInit(key, i, h, options), over: (p) => peepholeLstmWith(p) },
    units,
    options,
  );
}

/**
 * Gated recurrent units as a layer.
 *
 * @param units Size H of the state and of the outputs.
 * @param options `last`: the last output alone; `reverse`; `bidirectional`: `true` or how to join; `layers` and `dropout`
 *   between them; `weights`, `recurrent`, `biases`: initializers.
 * @returns As `lstm`.
 * @throws {ArgumentError} If an option is out of range. @throws {ShapeError} If examples are no sequences, or the mask or
 *   the lengths do not fit.
 * @see Cho et al., Learning phrase representations using RNN encoder–decoder, 2014, https://arxiv.org/abs/1406.1078
 *
 * @example A reader of words, both ways
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, zeros } from "@adjoint/adjoint";
 * import { embedding, gru, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([20], { dtype: "i32" }), embedding(100, 8), gru(16, { bidirectional: "sum" }));
 * const { params } = net.init(key(0));
 * assertEquals(net.apply(params, [], zeros([2, 20], { dtype: "i32" }), { mode: "eval" })[0].shape, [2, 20, 16]);
 * ```
 */
export function gru<
  const H extends number,
  const Last extends boolean = false,
  const W extends boolean | Join = false,
  const N extends number | undefined = undefined,
>(
  units: H,
  options: RecurrentLayerOptions<Last, W, N> & RecurrentInitOptions = {},
): RecurrentLayer<"gru", H, Last, W, N> {
  return recurrentLayer(
    "gru",
    { init: (key, i, h) => gruInit(key, i, h, options), over: (p) => gruWith(p) },
    units,
    options,
  );
}
