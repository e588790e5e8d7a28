/** How recurrent layers start. */
import { add, concat, foldIn, type Key, type Shape, type Tensor } from "../mod.ts";
import { glorotUniform, type Initializer, orthogonal, uniformInit, zerosInit } from "./initializers.ts";

/** How a recurrent layer starts. Each gate's matrices are drawn on their own. */
export interface RecurrentInitOptions {
  /** Weights on the inputs; Glorot's uniform if left out. */
  readonly weights?: Initializer;
  /** Weights on the state; orthogonal if left out. */
  readonly recurrent?: Initializer;
  /** Biases; zeros if left out. */
  readonly biases?: Initializer;
}

/** How an LSTM starts. */
export interface LstmInitOptions extends RecurrentInitOptions {
  /**
   * Added to the forget gate's biases, so that a fresh LSTM remembers; 1 if left out.
   *
   * @see Jozefowicz et al., An empirical exploration of recurrent network architectures, 2015,
   *   https://proceedings.mlr.press/v37/jozefowicz15.html
   */
  readonly forgetBias?: number;
}

/**
 * PyTorch's start for recurrent layers: everything uniform within ±1/√units, biases the sum of two such draws.
 *
 * @param units The layer's number of units.
 * @returns Options for `lstmInit`, `lstm` and their kin.
 *
 * @example An LSTM that starts as PyTorch's do
 * ```ts
 * import { abs, key, max } from "@adjoint/adjoint";
 * import { lstmInit, torchRecurrentInit } from "@adjoint/adjoint/layers";
 * import { assert } from "@std/assert";
 *
 * const { wh } = lstmInit(key(0), 8, 16, torchRecurrentInit(16));
 * assert(max(abs(wh)).item() <= 1 / 4);
 * ```
 */
export function torchRecurrentInit(units: number): Required<LstmInitOptions> {
  const draw = uniformInit(1 / Math.sqrt(Math.max(1, units)));
  const twice: Initializer = <const S extends Shape>(key: Key, shape: S) =>
    add(draw(foldIn(key, 0), shape) as Tensor, draw(foldIn(key, 1), shape) as Tensor) as unknown as Tensor<S>;
  return { weights: draw, recurrent: draw, biases: twice, forgetBias: 0 };
}

/** Weights of several gates beside each other. */
export interface GateWeights {
  /** On the inputs, `[inputs, gates · units]`. */
  readonly wx: Tensor;
  /** On the state, `[units, gates · units]`. */
  readonly wh: Tensor;
  /** Biases, `[gates · units]`. */
  readonly b: Tensor;
}

/** Fresh weights of several gates, each drawn on its own. */
export function gateWeights(
  key: Key,
  gates: number,
  inputs: number,
  units: number,
  { weights = glorotUniform, recurrent = orthogonal(), biases = zerosInit }: RecurrentInitOptions,
): GateWeights {
  const each = (draw: Initializer, shape: Shape, place: number): Tensor => {
    const mine = foldIn(key, place);
    const parts = Array.from({ length: gates }, (_, g) => draw(foldIn(mine, g), shape) as Tensor);
    return gates === 1 ? parts[0]! : concat(parts, { axis: -1 }) as Tensor;
  };
  return {
    wx: each(weights, [inputs, units], 0),
    wh: each(recurrent, [units, units], 1),
    b: each(biases, [units], 2),
  };
}
