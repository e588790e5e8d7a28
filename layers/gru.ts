/** The gated recurrent unit. */
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
  sub,
  tanh,
  type Tensor,
  zeros,
} from "../mod.ts";
import { zerosInit } from "./initializers.ts";
import { type CausalMap, type Recurrence, type RecurrentCell, recurrentCell, recurrentMap } from "./recurrence.ts";
import { gateWeights, type RecurrentInitOptions } from "./recurrent_init.ts";

/** Parameters of a GRU of `H` units on `I` inputs. The gates stand beside each other as r, z, n: reset, update, new. */
export interface Gru<I extends number, H extends number, D extends FloatDType = "f32"> {
  /** Weights on the inputs, `[I, 3·H]`. */
  readonly wx: Tensor<readonly [I, number], D>;
  /** Weights on the state, `[H, 3·H]`. */
  readonly wh: Tensor<readonly [H, number], D>;
  /** Biases, `[3·H]`. */
  readonly b: Tensor<readonly [number], D>;
  /** Biases of what the new state takes from the old one, inside the reset gate. */
  readonly bh: Tensor<readonly [H], D>;
}

/**
 * Fresh parameters of a GRU.
 *
 * @param key A key, used here only. @param inputs Size of the last axis taken. @param units Size of the state.
 * @param options `weights`, `recurrent`, `biases`: initializers.
 * @returns Weights on the inputs, `[inputs, 3·units]`, on the state, `[units, 3·units]`, biases, `[3·units]`, and those
 *   inside the reset gate, `[units]`.
 *
 * @example Three inputs, two units
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { gruInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(gruInit(key(0), 3, 2).wx.shape, [3, 6]);
 * ```
 */
export function gruInit<const I extends number, const H extends number>(
  key: Key,
  inputs: I,
  units: H,
  options: RecurrentInitOptions = {},
): Gru<I, H> {
  const { biases = zerosInit } = options, gates = gateWeights(key, 3, inputs, units, options);
  return { ...gates, bh: biases(foldIn(key, 3), [units]) } as unknown as Gru<I, H>;
}

/**
 * The cell of a GRU: h′ = (1 − z)·n + z·h, with r = σ(x·Wxr + h·Whr + b), z likewise, and
 * n = tanh(x·Wxn + b + r·(h·Whn + bh)).
 *
 * As in PyTorch the reset gate works on the product with the state, and z keeps the old state.
 *
 * @param p Parameters, from `gruInit`.
 * @returns From a state `[...L, units]` and an input `[...L, inputs]` to `[next state, next state]`.
 * @throws {ShapeError} If sizes do not fit.
 * @see Cho et al., Learning phrase representations using RNN encoder–decoder, 2014, https://arxiv.org/abs/1406.1078
 *
 * @example One step from nothing
 * ```ts
 * import { key, zeros } from "@adjoint/adjoint";
 * import { gruCell, gruInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const cell = gruCell(gruInit(key(0), 3, 2));
 * assertEquals(cell(cell.start, zeros([3]))[1].toArray(), [0, 0]);
 * ```
 */
export function gruCell<I extends number, H extends number, D extends FloatDType>(
  p: Gru<I, H, D>,
): RecurrentCell<I, H, Tensor<readonly [H], D>, D> {
  return recurrentCell(recurrence(p));
}

/**
 * A GRU over time.
 *
 * @param p Parameters, from `gruInit`.
 * @returns From sequences `[...L, T, inputs]` to `[last state [...L, units], states [...L, T, units]]`; its call takes
 *   `carry`, `lengths`, `mask` and `reverse`.
 * @throws {ShapeError} If sizes do not fit.
 * @see Cho et al., Learning phrase representations using RNN encoder–decoder, 2014, https://arxiv.org/abs/1406.1078
 *
 * @example Five moments of two sequences
 * ```ts
 * import { key, normal } from "@adjoint/adjoint";
 * import { gruInit, gruWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const [last, ys] = gruWith(gruInit(key(0), 3, 4))(normal(key(1), [2, 5, 3]));
 * assertEquals([last.shape, ys.shape], [[2, 4], [2, 5, 4]]);
 * ```
 */
export function gruWith<I extends number, H extends number, D extends FloatDType>(
  p: Gru<I, H, D>,
): CausalMap<I, H, Tensor<readonly [H], D>, D> {
  return recurrentMap(recurrence(p));
}

type Gates = readonly [Tensor, Tensor, Tensor];

function recurrence<I extends number, H extends number, D extends FloatDType>(
  p: Gru<I, H, D>,
): Recurrence<I, H, Tensor<readonly [H], D>, D> {
  const [wx, wh, b, bh] = [p.wx, p.wh, p.b, p.bh] as unknown as readonly [Tensor, Tensor, Tensor, Tensor];
  const units = p.wh.shape[0], dtype = p.wx.dtype;
  return {
    name: "gru",
    inputs: p.wx.shape[0],
    outputs: units,
    dtype,
    start: zeros([units], { dtype }),
    read: (h) => h,
    project: (x) => add(matmul(x as unknown as Tensor, wx) as Tensor, b) as unknown as Tensor<Shape, D>,
    step: (carry, x) => {
      const h = carry as unknown as Tensor;
      const [xr, xz, xn] = splitAxis(x as unknown as Tensor, 3, { axis: -1 }) as Gates;
      const [hr, hz, hn] = splitAxis(matmul(h, wh) as Tensor, 3, { axis: -1 }) as Gates;
      const r = sigmoid(add(xr, hr) as Tensor) as Tensor, z = sigmoid(add(xz, hz) as Tensor) as Tensor;
      const n = tanh(add(xn, mul(r, add(hn, bh) as Tensor) as Tensor) as Tensor) as Tensor;
      const next = add(mul(sub(1, z) as Tensor, n) as Tensor, mul(z, h) as Tensor) as Tensor;
      return [next, next] as never;
    },
  };
}
