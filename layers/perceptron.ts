/** Rosenblatt's perceptron: one threshold unit, its rule of learning, and training until the rule has nothing to do. */
import {
  abs,
  add,
  and,
  cast,
  type DType,
  full,
  type Key,
  less,
  matmul,
  mean,
  mul,
  not,
  reshape,
  scan,
  setAt,
  type Shape,
  ShapeError,
  sign,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tensor,
  whileLoop,
} from "../mod.ts";
import { step } from "./activations_hard.ts";
import { type Initializer, zerosInit } from "./initializers.ts";
import { requireChoice, requireCount, requireNumber } from "./operands.ts";

/** Weights and a bias of one threshold unit. */
export interface Perceptron<I extends number> {
  /** Weights, `[inputs]`. */
  readonly w: Tensor<readonly [I]>;
  /** The bias. */
  readonly b: Tensor<readonly []>;
}

/** How a perceptron starts. */
export interface PerceptronInitOptions {
  /** The weights; zeros if left out. */
  readonly weights?: Initializer;
}

/** What a perceptron gives. */
export interface PerceptronOptions {
  /** `"step"` gives 0 and 1 (and 1 on the boundary), `"sign"` −1 and 1 (and 0 on the boundary); `"step"` if left out. */
  readonly activation?: "step" | "sign";
}

/** How a perceptron learns. */
export interface PerceptronUpdateOptions extends PerceptronOptions {
  /** The learning rate r, above 0; 1 if left out. */
  readonly rate?: number;
}

/** How a perceptron is trained, and when that ends. */
export interface PerceptronTrainOptions extends PerceptronUpdateOptions {
  /** `"online"` updates after each example, `"offline"` after each pass, by the sum; `"online"` if left out. */
  readonly mode?: "online" | "offline";
  /** The mean of |d − y| over a pass below which training ends; one wrong in all examples if left out. */
  readonly tolerance?: number;
  /** The largest number of passes; 1000 if left out. */
  readonly limit?: number;
}

/** What training a perceptron leaves. */
export interface PerceptronTraining<I extends number> {
  /** The perceptron after the last pass. */
  readonly params: Perceptron<I>;
  /** Whether the mean error of the last pass was below the tolerance, bool. */
  readonly converged: Tensor<readonly [], "bool">;
  /** How many passes were made, i32. */
  readonly steps: Tensor<readonly [], "i32">;
  /** The mean of |d − y| over each pass, y being the answer before an update, `[limit]`; NaN after the last pass. */
  readonly errors: Tensor<readonly [number]>;
}

/**
 * A fresh perceptron.
 *
 * @param key A key, used here only, by an initializer that draws. @param inputs How many inputs.
 * @param options `weights`: an initializer; zeros if left out.
 * @returns Weights, `[inputs]`, and a bias of 0.
 *
 * @example All zeros
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { perceptronInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(perceptronInit(key(0), 2).w.toArray(), [0, 0]);
 * ```
 */
export function perceptronInit<const I extends number>(
  key: Key,
  inputs: I,
  options: PerceptronInitOptions = {},
): Perceptron<I> {
  return { w: (options.weights ?? zerosInit)(key, [inputs]), b: tensor(0) };
}

/**
 * The answers of a perceptron, `f(x·w + b)`.
 *
 * @param p Weights, `[inputs]`, and a bias. @param options `activation`: f, `"step"` if left out.
 * @returns A function from `[...L, inputs]` to `[...L]`.
 * @throws {ArgumentError} If `activation` is neither. @throws {ShapeError} If the last axis is not `inputs` long.
 * @see Rosenblatt, The perceptron, 1958, https://doi.org/10.1037/h0042519
 *
 * @example Logical and
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { perceptronWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const and = perceptronWith({ w: tensor([1, 1]), b: tensor(-1.5) });
 * assertEquals(and(tensor([[0, 0], [0, 1], [1, 0], [1, 1]])).toArray(), [0, 0, 0, 1]);
 * ```
 */
export function perceptronWith<I extends number>(
  p: Perceptron<I>,
  options: PerceptronOptions = {},
): <L extends Shape>(x: Tensor<readonly [...L, I]>) => Tensor<L> {
  const { activation = "step" } = options;
  requireChoice("perceptron", "activation", activation, ["step", "sign"]);
  const f = activation === "step" ? step : sign;
  return <L extends Shape>(x: Tensor<readonly [...L, I]>) =>
    f(add(matmul(x as Tensor, p.w as Tensor), p.b) as Tensor) as Tensor<L>;
}

/** The perceptron after the rule, and |d − y| before it. */
function learn(
  p: Perceptron<number>,
  x: Tensor,
  d: Tensor,
  rate: number,
  options: PerceptronOptions,
): readonly [Perceptron<number>, Tensor] {
  const off = sub(d, perceptronWith(p, options)(x as never) as Tensor) as Tensor, inputs = p.w.shape[0];
  const size = d.shape.reduce((a, b) => a * b, 1), flat: Tensor = reshape(off, [size]);
  const w: Tensor = add(p.w, mul(matmul(flat, reshape(x, [size, inputs])), rate));
  return [{ w: w as Tensor<readonly [number]>, b: add(p.b, mul(sum(flat), rate)) as Tensor<readonly []> }, abs(off)];
}

/**
 * Rosenblatt's rule: `w + r·(d − y)·x` and `b + r·(d − y)`, y being the perceptron's answer; summed where several
 * examples are given.
 *
 * @param p Weights, `[inputs]`, and a bias. @param x Inputs, `[...L, inputs]`. @param d The answers wanted, `[...L]`.
 * @param options `rate`: r, 1 if left out; `activation`: `"step"` if left out.
 * @returns The perceptron after the update.
 * @throws {ArgumentError} If `rate` is not above 0. @throws {ShapeError} If the shapes do not fit.
 * @see Rosenblatt, The perceptron, 1958, https://doi.org/10.1037/h0042519
 *
 * @example A wrong answer moves the weights by the example
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { perceptronUpdate } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = perceptronUpdate({ w: tensor([0, 0]), b: tensor(-1) }, tensor([2, 3]), tensor(1), { rate: 0.5 });
 * assertEquals([p.w.toArray(), p.b.item()], [[1, 1.5], -0.5]);
 * ```
 */
export function perceptronUpdate<I extends number, L extends Shape>(
  p: Perceptron<I>,
  x: Tensor<readonly [...L, I]>,
  d: Tensor<L, DType>,
  options: PerceptronUpdateOptions = {},
): Perceptron<I> {
  const { rate = 1 } = options;
  requireNumber("perceptron", "rate", rate, (r) => r > 0, "a finite number above 0");
  requireAnswers(x as Tensor, d as Tensor);
  return learn(p, x as Tensor, cast(d, p.w.dtype) as Tensor, rate, options)[0] as Perceptron<I>;
}

function requireAnswers(x: Tensor, d: Tensor): void {
  const want = x.shape.slice(0, -1);
  if (x.shape.length > 0 && d.shape.length === want.length && want.every((n, i) => n === d.shape[i])) return;
  throw new ShapeError(
    `perceptron: inputs [${x.shape.join(", ")}] want answers of shape [${want.join(", ")}], got [${
      d.shape.join(", ")
    }]`,
  );
}

/**
 * Trains a perceptron, pass after pass over the examples, until the mean of |d − y| over a pass is below a tolerance or
 * there were `limit` passes. Examples that a hyperplane separates are learned without error in a finite number of passes
 * online; others never are. All of it compiles under `jit`.
 *
 * @param p The perceptron to begin with. @param x Inputs, `[examples, inputs]`. @param d The answers wanted, `[examples]`:
 *   0 and 1 for `"step"`, −1 and 1 for `"sign"`.
 * @param options `mode`: `"online"` or `"offline"`; `rate`; `activation`; `tolerance`; `limit`.
 * @returns `params`, whether it `converged`, how many `steps` (passes) it took, and the mean `errors` of each.
 * @throws {ArgumentError} If an option is out of range. @throws {ShapeError} If the shapes do not fit or there are no
 *   examples.
 * @see Novikoff, On convergence proofs on perceptrons, 1962, for the bound on the number of updates
 *
 * @example Logical or
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { perceptronInit, perceptronTrain } from "@adjoint/adjoint/layers";
 * import { assert } from "@std/assert";
 *
 * const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), d = tensor([0, 1, 1, 1]);
 * assert(perceptronTrain(perceptronInit(key(0), 2), x, d).converged.item());
 * ```
 */
export function perceptronTrain<I extends number, N extends number>(
  p: Perceptron<I>,
  x: Tensor<readonly [N, I]>,
  d: Tensor<readonly [NoInfer<N>], DType>,
  options: PerceptronTrainOptions = {},
): PerceptronTraining<I> {
  const count = x.shape[0], { rate = 1, mode = "online", tolerance = 1 / count, limit = 1000 } = options;
  requireAnswers(x as Tensor, d as Tensor);
  if (x.shape.length !== 2 || count === 0) {
    throw new ShapeError(`perceptron: training takes inputs [examples, inputs], not [${x.shape.join(", ")}]`);
  }
  requireChoice("perceptron", "mode", mode, ["online", "offline"]);
  requireNumber("perceptron", "rate", rate, (r) => r > 0, "a finite number above 0");
  requireNumber("perceptron", "tolerance", tolerance, (t) => t > 0, "a finite number above 0");
  requireCount("perceptron", "limit", limit, 1);
  const dtype = p.w.dtype, inputs = x as Tensor, wanted = cast(d, dtype) as Tensor;
  const pass = (q: Perceptron<number>): readonly [Perceptron<number>, Tensor] =>
    mode === "offline" ? learn(q, inputs, wanted, rate, options) : scan(
      (r: Perceptron<number>, one: readonly [Tensor, Tensor]) => learn(r, one[0], one[1], rate, options),
      q,
      [
        inputs,
        wanted,
      ] as readonly [Tensor, Tensor],
    ) as readonly [Perceptron<number>, Tensor];
  const begin = {
    params: p as Perceptron<number>,
    steps: tensor(0, { dtype: "i32" }) as Tensor<Shape, "i32">,
    error: full([], Infinity, { dtype }) as Tensor,
    errors: full([limit], NaN, { dtype }) as Tensor,
  };
  const end = whileLoop(
    (s) => and(less(s.steps, limit), not(less(s.error, tolerance))),
    (s) => {
      const [params, off] = pass(s.params), error = mean(off) as Tensor;
      return {
        params,
        steps: add(s.steps, 1) as Tensor<Shape, "i32">,
        error,
        errors: setAt(s.errors, [s.steps], error),
      };
    },
    stopGradient(begin),
  );
  return {
    params: end.params as Perceptron<I>,
    converged: less(end.error, tolerance) as Tensor<readonly [], "bool">,
    steps: end.steps as Tensor<readonly [], "i32">,
    errors: end.errors as Tensor<readonly [number]>,
  };
}
