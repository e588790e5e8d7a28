/** Long short-term memory, plain and with peepholes. */
import {
  add,
  type FloatDType,
  foldIn,
  type Key,
  matmul,
  mul,
  type Shape,
  sigmoid,
  splitAxis,
  tanh,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";
import { type Initializer, zerosInit } from "./initializers.ts";
import type { Lead } from "./leading.ts";
import { type CausalMap, type Recurrence, type RecurrentCell, recurrentCell, recurrentMap } from "./recurrence.ts";
import { gateWeights, type LstmInitOptions } from "./recurrent_init.ts";

/** Parameters of an LSTM of `H` units on `I` inputs. The gates stand beside each other as i, f, g, o: in, forget, new, out. */
export interface Lstm<I extends number, H extends number, D extends FloatDType = "f32"> {
  /** Weights on the inputs, `[I, 4·H]`. */
  readonly wx: Tensor<readonly [I, number], D>;
  /** Weights on the state, `[H, 4·H]`. */
  readonly wh: Tensor<readonly [H, number], D>;
  /** Biases, `[4·H]`. */
  readonly b: Tensor<readonly [number], D>;
}

/** Parameters of an LSTM with peepholes: gates also see the memory, each unit its own. */
export interface PeepholeLstm<I extends number, H extends number, D extends FloatDType = "f32"> extends Lstm<I, H, D> {
  /** From the memory before to the in-gate. */
  readonly pi: Tensor<readonly [H], D>;
  /** From the memory before to the forget gate. */
  readonly pf: Tensor<readonly [H], D>;
  /** From the memory after to the out-gate. */
  readonly po: Tensor<readonly [H], D>;
}

/** What an LSTM carries from moment to moment, for one sequence. */
export interface LstmCarry<H extends number, D extends FloatDType = "f32"> {
  /** The output. */
  readonly h: Tensor<readonly [H], D>;
  /** The memory. */
  readonly c: Tensor<readonly [H], D>;
}

/**
 * Fresh parameters of an LSTM.
 *
 * @param key A key, used here only. @param inputs Size of the last axis taken. @param units Size of the state.
 * @param options `weights`, `recurrent`, `biases`: initializers; `forgetBias`: added to the forget gate's, 1 if left out.
 * @returns Weights on the inputs, `[inputs, 4·units]`, on the state, `[units, 4·units]`, and biases, `[4·units]`.
 *
 * @example The forget gate starts open
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { lstmInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(lstmInit(key(0), 3, 2).b.toArray(), [0, 0, 1, 1, 0, 0, 0, 0]);
 * ```
 */
export function lstmInit<const I extends number, const H extends number>(
  key: Key,
  inputs: I,
  units: H,
  options: LstmInitOptions = {},
): Lstm<I, H> {
  const { wx, wh, b } = gateWeights(key, 4, inputs, units, options), { forgetBias = 1 } = options;
  const added = Float32Array.from({ length: 4 * units }, (_, i) => i >= units && i < 2 * units ? forgetBias : 0);
  return { wx, wh, b: add(b, tensor(added)) } as unknown as Lstm<I, H>;
}

/**
 * The cell of an LSTM: c′ = σ(f)·c + σ(i)·tanh(g) and h′ = σ(o)·tanh(c′), where (i, f, g, o) = x·Wx + h·Wh + b.
 *
 * @param p Parameters, from `lstmInit`.
 * @returns From a carry `{ h, c }` of `[...L, units]` and an input `[...L, inputs]` to `[next carry, h′]`.
 * @throws {ShapeError} If sizes do not fit.
 * @see Hochreiter & Schmidhuber, Long short-term memory, 1997, https://doi.org/10.1162/neco.1997.9.8.1735
 * @see Gers et al., Learning to forget, 2000, https://doi.org/10.1162/089976600300015015
 *
 * @example One step from nothing
 * ```ts
 * import { key, zeros } from "@adjoint/adjoint";
 * import { lstmCell, lstmInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const cell = lstmCell(lstmInit(key(0), 3, 2));
 * assertEquals(cell(cell.start, zeros([3]))[1].toArray(), [0, 0]);
 * ```
 */
export function lstmCell<I extends number, H extends number, D extends FloatDType>(
  p: Lstm<I, H, D>,
): RecurrentCell<I, H, LstmCarry<H, D>, D> {
  return recurrentCell(recurrence(p));
}

/**
 * An LSTM over time.
 *
 * @param p Parameters, from `lstmInit`.
 * @returns From sequences `[...L, T, inputs]` to `[last carry { h, c }, outputs [...L, T, units]]`; its call takes `carry`,
 *   `lengths`, `mask` and `reverse`.
 * @throws {ShapeError} If sizes do not fit.
 * @see Hochreiter & Schmidhuber, Long short-term memory, 1997, https://doi.org/10.1162/neco.1997.9.8.1735
 *
 * @example Five moments of two sequences
 * ```ts
 * import { key, normal } from "@adjoint/adjoint";
 * import { lstmInit, lstmWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const [last, ys] = lstmWith(lstmInit(key(0), 3, 4))(normal(key(1), [2, 5, 3]));
 * assertEquals([last.h.shape, ys.shape], [[2, 4], [2, 5, 4]]);
 * ```
 */
export function lstmWith<I extends number, H extends number, D extends FloatDType>(
  p: Lstm<I, H, D>,
): CausalMap<I, H, LstmCarry<H, D>, D> {
  return recurrentMap(recurrence(p));
}

/**
 * Fresh parameters of an LSTM with peepholes, which start closed.
 *
 * @param key A key, used here only. @param inputs Size of the last axis taken. @param units Size of the state.
 * @param options `weights`, `recurrent`, `biases`, `peepholes`: initializers; `forgetBias`: 1 if left out.
 * @returns Those of an LSTM, and one weight a unit for each of three gates, `[units]`, zeros if not drawn.
 *
 * @example Three more vectors
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { peepholeLstmInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(peepholeLstmInit(key(0), 3, 2).po.toArray(), [0, 0]);
 * ```
 */
export function peepholeLstmInit<const I extends number, const H extends number>(
  key: Key,
  inputs: I,
  units: H,
  options: PeepholeLstmInitOptions = {},
): PeepholeLstm<I, H> {
  const { peepholes = zerosInit } = options, draw = (i: number) => peepholes(foldIn(key, 3 + i), [units]);
  return { ...lstmInit(key, inputs, units, options), pi: draw(0), pf: draw(1), po: draw(2) };
}

/** How an LSTM with peepholes starts. */
export interface PeepholeLstmInitOptions extends LstmInitOptions {
  /** The peepholes; zeros if left out. */
  readonly peepholes?: Initializer;
}

/**
 * The cell of an LSTM with peepholes: as an LSTM's, with i + pᵢ·c, f + p_f·c and o + pₒ·c′ in the gates.
 *
 * @param p Parameters, from `peepholeLstmInit`.
 * @returns From a carry `{ h, c }` of `[...L, units]` and an input `[...L, inputs]` to `[next carry, h′]`.
 * @throws {ShapeError} If sizes do not fit.
 * @see Gers & Schmidhuber, Recurrent nets that time and count, 2000, https://doi.org/10.1109/IJCNN.2000.861302
 *
 * @example With closed peepholes an LSTM
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { lstmCell, peepholeLstmCell, peepholeLstmInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = peepholeLstmInit(key(0), 3, 2), start = lstmCell(p).start;
 * assertEquals(peepholeLstmCell(p)(start, ones([3]))[1].toArray(), lstmCell(p)(start, ones([3]))[1].toArray());
 * ```
 */
export function peepholeLstmCell<I extends number, H extends number, D extends FloatDType>(
  p: PeepholeLstm<I, H, D>,
): RecurrentCell<I, H, LstmCarry<H, D>, D> {
  return recurrentCell(recurrence(p, p));
}

/**
 * An LSTM with peepholes over time.
 *
 * @param p Parameters, from `peepholeLstmInit`.
 * @returns From sequences `[...L, T, inputs]` to `[last carry { h, c }, outputs [...L, T, units]]`; its call takes `carry`,
 *   `lengths`, `mask` and `reverse`.
 * @throws {ShapeError} If sizes do not fit.
 * @see Gers & Schmidhuber, Recurrent nets that time and count, 2000, https://doi.org/10.1109/IJCNN.2000.861302
 *
 * @example Five moments of two sequences
 * ```ts
 * import { key, normal } from "@adjoint/adjoint";
 * import { peepholeLstmInit, peepholeLstmWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const [, ys] = peepholeLstmWith(peepholeLstmInit(key(0), 3, 4))(normal(key(1), [2, 5, 3]));
 * assertEquals(ys.shape, [2, 5, 4]);
 * ```
 */
export function peepholeLstmWith<I extends number, H extends number, D extends FloatDType>(
  p: PeepholeLstm<I, H, D>,
): CausalMap<I, H, LstmCarry<H, D>, D> {
  return recurrentMap(recurrence(p, p));
}

type Peepholes = { readonly [K in "pi" | "pf" | "po"]: Tensor<Shape, FloatDType> };

function recurrence<I extends number, H extends number, D extends FloatDType>(
  p: Lstm<I, H, D>,
  peepholes?: Peepholes,
): Recurrence<I, H, LstmCarry<H, D>, D> {
  const wx = p.wx as unknown as Tensor, wh = p.wh as unknown as Tensor, b = p.b as unknown as Tensor;
  const inputs = p.wx.shape[0], units = p.wh.shape[0], dtype = p.wx.dtype, zero = zeros([units], { dtype });
  const peep = (gate: Tensor, c: Tensor, weight?: Tensor<Shape, FloatDType>): Tensor =>
    sigmoid(weight === undefined ? gate : add(gate, mul(c, weight as Tensor) as Tensor) as Tensor) as Tensor;
  return {
    name: peepholes === undefined ? "lstm" : "peepholeLstm",
    inputs,
    outputs: units,
    dtype,
    start: { h: zero, c: zero },
    read: ({ h }) => h,
    project: (x) => add(matmul(x as unknown as Tensor, wx) as Tensor, b) as unknown as Tensor<Shape, D>,
    step: (carry, x) => {
      const { h, c } = carry as unknown as Lead<Shape, LstmCarry<H>>;
      const gates = add(x as unknown as Tensor, matmul(h as Tensor, wh) as Tensor) as Tensor;
      const [i, f, g, o] = splitAxis(gates, 4, { axis: -1 }) as readonly [Tensor, Tensor, Tensor, Tensor];
      const kept = mul(peep(f, c, peepholes?.pf), c) as Tensor;
      const memory = add(kept, mul(peep(i, c, peepholes?.pi), tanh(g)) as Tensor) as Tensor;
      const output = mul(peep(o, memory, peepholes?.po), tanh(memory)) as Tensor;
      return [{ h: output, c: memory }, output] as never;
    },
  };
}
