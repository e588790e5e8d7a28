/** L-BFGS: Newton's method with the curvature that the last few steps have shown. */
import { cast, type DType, scan, type Tensor, tree, type Value, zeros } from "../mod.ts";
import { choose, concat, epsilonOf, flat, reshape, scalar, slice } from "./flat.ts";
import { abs, add, div, dot, equal, greater, minimum, mul, sqrt, sub, sum, where } from "./loose.ts";
import { type Directions, minimizeBy, type MinimizeOptions, type Minimum } from "./minimize.ts";
import { firstStep, nextStep } from "./schedule.ts";
import { requireWhole } from "./settings.ts";
import type { GradientTransformation } from "./transformation.ts";

/** Options of `scaleByLbfgs`. */
export interface ScaleByLbfgsOptions {
  /** How many steps are remembered, 10 if left out. */
  readonly historySize?: number;
}

/** Options of `lbfgs`. */
export interface LbfgsOptions extends MinimizeOptions, ScaleByLbfgsOptions {}

/** The last m steps and changes of the gradient, `[m, n]`, the newest last; ρ = 1/(s·y), `[m]`, is 0 where there is none. */
interface History {
  readonly s: Value;
  readonly y: Value;
  readonly rho: Value;
  /** s·y / y·y of the newest: the size of the inverse Hessian. */
  readonly gamma: Value;
}

const emptyHistory = (size: number, x: Value): History => ({
  s: zeros([size, x.size], { dtype: x.dtype }) as Value,
  y: zeros([size, x.size], { dtype: x.dtype }) as Value,
  rho: zeros([size], { dtype: x.dtype }) as Value,
  gamma: scalar(1, x.dtype),
});

/** A list with one more at its end and without its first. */
const shifted = (list: Value, newest: Value): Value =>
  concat([slice(list, 1, list.shape[0]!), reshape(newest, [1, ...newest.shape])]);

/** The history with a step more, if it has shown a curvature above 0 that is more than rounding. */
function remember(h: History, s: Value, y: Value): History {
  const sy = dot(s, y), yy = dot(y, y);
  const usable = greater(sy, mul(sqrt(mul(dot(s, s), yy)), epsilonOf(s.dtype)));
  const next = { s: shifted(h.s, s), y: shifted(h.y, y), rho: shifted(h.rho, div(1, sy)), gamma: div(sy, yy) };
  return choose(usable, next, h);
}

/** The inverse Hessian times a gradient, by two loops over the history (Nocedal & Wright, algorithm 7.4). */
function precondition({ s, y, rho, gamma }: History, gradient: Value): Value {
  interface Step {
    readonly s: Value;
    readonly y: Value;
    readonly rho: Value;
  }
  const [q, alphas] = scan(
    (q: Value, step) => {
      const { s, y, rho } = step as unknown as Step, alpha = mul(rho, dot(s, q));
      return [sub(q, mul(y, alpha)), alpha] as const;
    },
    gradient,
    { s, y, rho },
    { reverse: true },
  );
  const [r] = scan(
    (r: Value, step) => {
      const { s, y, rho, alpha } = step as unknown as Step & { readonly alpha: Value };
      return [add(r, mul(s, sub(alpha, mul(rho, dot(y, r))))), null] as const;
    },
    mul(q, gamma),
    { s, y, rho, alpha: alphas },
  );
  return r;
}

const directionsOf = (size: number): Directions<History> => ({
  empty: (x) => emptyHistory(size, x),
  direction: (history, gradient) => mul(precondition(history, gradient), -1),
  remember: (history, { s, y }) => remember(history, s, y),
  scaled: true,
});

/**
 * Minimises a smooth loss by L-BFGS with a line search: for losses of all the data at once, whose gradients have no noise.
 * It is pure, loops on the device and may stand inside `jit`; reverse mode does not go through it.
 *
 * @param loss A scalar loss of the parameters; what else it needs it closes over.
 * @param params Where to begin: a tree of float tensors.
 * @param options `historySize`, `tolerance`, `maxSteps`; of the line search `lineSearch`, `decrease`, `curvature`,
 *   `maxEvaluations`.
 * @returns The minimum: `params`, `value`, `gradientNorm`, `steps`, `evaluations`, `converged`.
 * @throws {ArgumentError} If a setting is out of range, or there is nothing to move. @throws {DTypeError} If parameters are
 *   no floats.
 * @see Liu & Nocedal, On the limited memory BFGS method, 1989, https://doi.org/10.1007/BF01589116
 * @see Nocedal & Wright, Numerical optimization, 2006, https://doi.org/10.1007/978-0-387-40065-5, chapters 3 and 7
 *
 * @example The bottom of Rosenbrock's valley
 * ```ts
 * import { add, mul, square, sub, tensor, type Tensor } from "@adjoint/adjoint";
 * import { lbfgs } from "@adjoint/adjoint/optim";
 * import { assert, assertAlmostEquals } from "@std/assert";
 *
 * type Scalar = Tensor<readonly []>;
 * const valley = ({ x, y }: { readonly x: Scalar; readonly y: Scalar }) =>
 *   add(square(sub(1, x)), mul(square(sub(y, square(x))), 100));
 * const { params, converged } = lbfgs(valley, { x: tensor(-1.2), y: tensor(1) }, { tolerance: 1e-3 });
 * assert(converged.item());
 * assertAlmostEquals(params.x.item(), 1, 1e-2);
 * ```
 */
export function lbfgs<P, D extends DType>(
  loss: (params: P) => Tensor<readonly [], D>,
  params: P,
  options: LbfgsOptions = {},
): Minimum<P, D> {
  const { historySize = 10 } = options;
  requireWhole("lbfgs", "historySize", historySize, 1);
  return minimizeBy("lbfgs", directionsOf(historySize), loss, params, options, 0.9);
}

interface ScaleState {
  readonly step: Tensor<readonly [], "i32">;
  readonly params: Value;
  readonly gradient: Value;
  readonly history: History;
}

/**
 * Gradients times the inverse Hessian that L-BFGS takes from the last few steps; `chain(scaleByLbfgs(),
 * scaleByLearningRate(0.1))` is L-BFGS with a fixed step size, as PyTorch's `LBFGS` is without a line search. The first
 * gradient is divided by the sum of its entries' sizes where that is above 1.
 *
 * @param options `historySize`.
 * @returns A gradient transformation that needs the parameters, with one state for all of them.
 * @throws {ArgumentError} If `historySize` is no whole number from 1.
 * @see Liu & Nocedal, On the limited memory BFGS method, 1989, https://doi.org/10.1007/BF01589116
 *
 * @example On a parabola the second step is Newton's
 * ```ts
 * import { mul, tensor } from "@adjoint/adjoint";
 * import { applyUpdates, chain, scale, scaleByLbfgs } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = chain(scaleByLbfgs(), scale(-1)), w0 = tensor([8]);
 * const [u0, s] = t.update(mul(w0, 4), t.init(w0), w0), w1 = applyUpdates(w0, u0);
 * const [u1] = t.update(mul(w1, 4), s, w1);
 * assertEquals([w1.toArray(), applyUpdates(w1, u1).toArray()], [[7], [0]]);
 * ```
 */
export function scaleByLbfgs(options: ScaleByLbfgsOptions = {}): GradientTransformation {
  const { historySize = 10 } = options, op = "scaleByLbfgs";
  requireWhole(op, "historySize", historySize, 1);
  return {
    init: (params) => {
      if (tree.size(params) === 0) return [];
      const { vector } = flat(op, "the parameters", params), nothing = mul(vector, 0);
      return { step: firstStep(), params: vector, gradient: nothing, history: emptyHistory(historySize, vector) };
    },
    update: (gradients, state, params) => {
      if (tree.size(gradients) === 0) return [gradients, state];
      const before = state as ScaleState, x = flat(op, "the parameters", params).vector;
      const flatGradient = flat(op, "the gradients", gradients), g = cast(flatGradient.vector, x.dtype) as Value;
      const first = equal(before.step as unknown as Value, 0);
      const known = remember(before.history, sub(x, before.params), sub(g, before.gradient));
      const history = choose(first, before.history, known);
      const direction = where(first, mul(g, minimum(div(1, sum(abs(g))), 1)), precondition(history, g));
      return [
        flatGradient.restore(direction),
        { step: nextStep(before.step), params: x, gradient: g, history },
      ];
    },
  };
}
