/** The Elman network: one activation on a sum of what comes in and what was. */
import {
  add,
  ArgumentError,
  type FloatDType,
  type Key,
  matmul,
  relu,
  type Shape,
  tanh,
  type Tensor,
  zeros,
} from "../mod.ts";
import type { Pointwise } from "./basic.ts";
import { type CausalMap, type Recurrence, type RecurrentCell, recurrentCell, recurrentMap } from "./recurrence.ts";
import { gateWeights, type RecurrentInitOptions } from "./recurrent_init.ts";

/** Parameters of an Elman network of `H` units on `I` inputs. */
export interface Rnn<I extends number, H extends number, D extends FloatDType = "f32"> {
  /** Weights on the inputs. */
  readonly wx: Tensor<readonly [I, H], D>;
  /** Weights on the state. */
  readonly wh: Tensor<readonly [H, H], D>;
  /** Biases. */
  readonly b: Tensor<readonly [H], D>;
}

/** Options of an Elman network. */
export interface RnnOptions {
  /** The activation: `"tanh"`, if left out, `"relu"`, or any function that keeps the shape. */
  readonly nonlinearity?: "tanh" | "relu" | Pointwise;
}

/**
 * Fresh parameters of an Elman network.
 *
 * @param key A key, used here only. @param inputs Size of the last axis taken. @param units Size of the state.
 * @param options `weights`, `recurrent`, `biases`: initializers.
 * @returns Weights on the inputs, `[inputs, units]`, on the state, `[units, units]`, and biases, `[units]`.
 *
 * @example Three inputs, four units
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { rnnInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(rnnInit(key(0), 3, 4).wx.shape, [3, 4]);
 * ```
 */
export function rnnInit<const I extends number, const H extends number>(
  key: Key,
  inputs: I,
  units: H,
  options: RecurrentInitOptions = {},
): Rnn<I, H> {
  return gateWeights(key, 1, inputs, units, options) as unknown as Rnn<I, H>;
}

/**
 * The cell of an Elman network: h′ = φ(x·Wx + h·Wh + b).
 *
 * @param p Parameters, from `rnnInit`. @param options `nonlinearity`: φ, tanh if left out.
 * @returns From a state `[...L, units]` and an input `[...L, inputs]` to `[next state, next state]`.
 * @throws {ArgumentError} If the nonlinearity is unknown. @throws {ShapeError} If sizes do not fit.
 * @see Elman, Finding structure in time, 1990, https://doi.org/10.1207/s15516709cog1402_1
 *
 * @example One step
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { rnnCell } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = { wx: tensor([[1]]), wh: tensor([[2]]), b: tensor([3]) };
 * assertEquals(rnnCell(p, { nonlinearity: "relu" })(tensor([10]), tensor([100]))[1].toArray(), [123]);
 * ```
 */
export function rnnCell<I extends number, H extends number, D extends FloatDType>(
  p: Rnn<I, H, D>,
  options: RnnOptions = {},
): RecurrentCell<I, H, Tensor<readonly [H], D>, D> {
  return recurrentCell(recurrence(p, options));
}

/**
 * An Elman network over time.
 *
 * @param p Parameters, from `rnnInit`. @param options `nonlinearity`: tanh if left out.
 * @returns From sequences `[...L, T, inputs]` to `[last state [...L, units], states [...L, T, units]]`; its call takes
 *   `carry`, `lengths`, `mask` and `reverse`.
 * @throws {ArgumentError} If the nonlinearity is unknown. @throws {ShapeError} If sizes do not fit.
 * @see Elman, Finding structure in time, 1990, https://doi.org/10.1207/s15516709cog1402_1
 *
 * @example Sums over time
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { rnnWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const sums = rnnWith({ wx: tensor([[1]]), wh: tensor([[1]]), b: tensor([0]) }, { nonlinearity: (x) => x });
 * assertEquals(sums(tensor([[1], [2], [3]]))[1].toArray(), [[1], [3], [6]]);
 * ```
 */
export function rnnWith<I extends number, H extends number, D extends FloatDType>(
  p: Rnn<I, H, D>,
  options: RnnOptions = {},
): CausalMap<I, H, Tensor<readonly [H], D>, D> {
  return recurrentMap(recurrence(p, options));
}

function recurrence<I extends number, H extends number, D extends FloatDType>(
  p: Rnn<I, H, D>,
  { nonlinearity = "tanh" }: RnnOptions,
): Recurrence<I, H, Tensor<readonly [H], D>, D> {
  const f = activationOf(nonlinearity), wh = p.wh as Tensor<Shape, D>, [inputs, units] = p.wx.shape;
  return {
    name: "rnn",
    inputs,
    outputs: units,
    dtype: p.wx.dtype,
    start: zeros([units], { dtype: p.wx.dtype }),
    read: (h) => h,
    project: (x) => add(matmul(x, p.wx as Tensor<Shape, D>) as Tensor, p.b as Tensor) as Tensor<Shape, D>,
    step: (h, x) => {
      const next = f(add(x as Tensor, matmul(h as Tensor<Shape, D>, wh) as Tensor) as Tensor) as never;
      return [next, next];
    },
  };
}

function activationOf(name: "tanh" | "relu" | Pointwise): Pointwise {
  if (typeof name === "function") return name;
  if (name === "tanh") return (x) => tanh(x);
  if (name === "relu") return (x) => relu(x);
  throw new ArgumentError(`rnn: nonlinearity is "tanh", "relu" or a function, not ${JSON.stringify(name)}`);
}
