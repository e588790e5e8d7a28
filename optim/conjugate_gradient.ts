/** Nonlinear conjugate gradients: steepest descent that does not undo what the steps before have done. */
import { type DType, type Tensor, type Value, zeros } from "../mod.ts";
import { scalar } from "./flat.ts";
import { abs, add, div, dot, equal, greaterEqual, maximum, mod, mul, or, sub, where } from "./loose.ts";
import { type Directions, minimizeBy, type MinimizeOptions, type Minimum, type Observed } from "./minimize.ts";
import { requireChoice, requireWhole } from "./settings.ts";

/** How much of the direction before goes into the next: whose formula for β. */
export type ConjugateFormula = "fletcherReeves" | "polakRibiere" | "hestenesStiefel" | "daiYuan";

/** Options of `nonlinearConjugateGradient`. */
export interface ConjugateGradientOptions extends MinimizeOptions {
  /** Whose β; `"polakRibiere"` if left out. */
  readonly formula?: ConjugateFormula;
  /** After how many steps it begins anew with steepest descent, as many as there are parameters if left out. */
  readonly restartEvery?: number;
}

interface Memory {
  readonly direction: Value;
  readonly beta: Value;
  readonly count: Value;
}

/** β by formula, of the gradients g before and g′ after a step along d, and y = g′ − g. */
const betas: Readonly<Record<ConjugateFormula, (o: Observed) => Value>> = {
  fletcherReeves: ({ before, after }) => div(dot(after, after), dot(before, before)),
  // A β below 0 is 0, which begins anew: Gilbert & Nocedal's PR+.
  polakRibiere: ({ before, after, y }) => maximum(div(dot(after, y), dot(before, before)), 0),
  hestenesStiefel: ({ after, y, direction }) => maximum(div(dot(after, y), dot(direction, y)), 0),
  daiYuan: ({ after, y, direction }) => div(dot(after, after), dot(direction, y)),
};

function directionsOf(formula: ConjugateFormula, restartEvery: number | undefined): Directions<Memory> {
  return {
    empty: (x) => ({
      direction: zeros(x.shape, { dtype: x.dtype }) as Value,
      beta: scalar(0, x.dtype),
      count: scalar(0, "i32"),
    }),
    direction: ({ direction, beta }, gradient) => sub(mul(direction, beta), gradient),
    remember: ({ count }, o) => {
      const next = add(count, 1);
      // Gradients in a row that are far from orthogonal are a sign that conjugacy is lost (Powell; Nocedal & Wright, 5.52).
      const lost = greaterEqual(abs(dot(o.after, o.before)), mul(dot(o.after, o.after), 0.2));
      const anew = or(lost, equal(mod(next, restartEvery ?? o.s.size), 0));
      return { direction: o.direction, beta: where(anew, 0, betas[formula](o)), count: next };
    },
    scaled: false,
  };
}

/**
 * Minimises a smooth loss by conjugate gradients with a line search. It remembers one direction, however many parameters
 * there are; `lbfgs` remembers more and needs fewer evaluations as a rule. It is pure and may stand inside `jit`; reverse
 * mode does not go through it.
 *
 * @param loss A scalar loss of the parameters; what else it needs it closes over.
 * @param params Where to begin: a tree of float tensors.
 * @param options `formula`, `restartEvery`, `tolerance`, `maxSteps`; of the line search `lineSearch`, `decrease`,
 *   `curvature` (0.1 if left out: conjugate directions need good steps), `maxEvaluations`.
 * @returns The minimum: `params`, `value`, `gradientNorm`, `steps`, `evaluations`, `converged`.
 * @throws {ArgumentError} If a setting is out of range, or there is nothing to move. @throws {DTypeError} If parameters are
 *   no floats.
 * @see Hager & Zhang, A survey of nonlinear conjugate gradient methods, 2006,
 *   https://people.clas.ufl.edu/hager/files/cg_survey.pdf
 * @see Nocedal & Wright, Numerical optimization, 2006, https://doi.org/10.1007/978-0-387-40065-5, chapter 5
 *
 * @example A bowl
 * ```ts
 * import { mul, square, sub, sum, tensor, type Tensor } from "@adjoint/adjoint";
 * import { nonlinearConjugateGradient } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const bowl = (w: Tensor<readonly [2]>) => sum(mul(tensor([1, 10]), square(sub(w, tensor([3, 4])))));
 * const { params } = nonlinearConjugateGradient(bowl, tensor([0, 0]));
 * params.toArray().forEach((w, i) => assertAlmostEquals(w, [3, 4][i]!, 1e-4));
 * ```
 */
export function nonlinearConjugateGradient<P, D extends DType>(
  loss: (params: P) => Tensor<readonly [], D>,
  params: P,
  options: ConjugateGradientOptions = {},
): Minimum<P, D> {
  const op = "nonlinearConjugateGradient", { formula = "polakRibiere", restartEvery } = options;
  requireChoice(op, "formula", formula, Object.keys(betas));
  if (restartEvery !== undefined) requireWhole(op, "restartEvery", restartEvery, 1);
  return minimizeBy(op, directionsOf(formula, restartEvery), loss, params, options, 0.1);
}
