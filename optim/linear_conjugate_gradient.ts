/** Conjugate gradients for linear equations. */
import { type Tensor, type Value, whileLoop } from "../mod.ts";
import { flat, scalar } from "./flat.ts";
import {
  add,
  and,
  div,
  dot,
  greater,
  isFinite,
  less,
  lessEqual,
  maximum,
  mul,
  not,
  sqrt,
  sub,
  where,
} from "./loose.ts";
import { requireNonNegative, requireWhole } from "./settings.ts";

/** Options of `conjugateGradient`. */
export interface LinearConjugateGradientOptions<T> {
  /** Where to begin, zeros if left out. */
  readonly start?: T;
  /** It has converged where the residual's norm is this share of b's or less; 1e-5 if left out. */
  readonly tolerance?: number;
  /** Or where it is this or less, 0 if left out. */
  readonly absoluteTolerance?: number;
  /** How many steps it takes at most, ten for each unknown if left out. */
  readonly maxSteps?: number;
  /** About A⁻¹ times a tree, positive definite too; what is given back if left out. */
  readonly preconditioner?: (residual: T) => T;
}

/** What `conjugateGradient` found. */
export interface LinearSolution<T> {
  /** x with A·x = b, about: a tree like b. */
  readonly x: T;
  /** The 2-norm of b − A·x, as the method keeps it, in the widest dtype of b. */
  readonly residualNorm: Tensor<readonly []>;
  /** How many steps were taken. */
  readonly steps: Tensor<readonly [], "i32">;
  /** Whether the residual is as small as asked for; if not, steps ran out or A is not positive definite. */
  readonly converged: Tensor<readonly [], "bool">;
}

/**
 * Solves A·x = b for a symmetric positive definite operator that is given as a function, such as a Hessian by `hvp`. In
 * exact arithmetic it ends after as many steps as A has different eigenvalues. It is pure and may stand inside `jit`;
 * forward mode goes through it, reverse mode does not.
 *
 * @param matvec A times a tree: linear, symmetric, positive definite.
 * @param b The right-hand side: a tree of float tensors.
 * @param options `start`, `tolerance`, `absoluteTolerance`, `maxSteps`, `preconditioner`.
 * @returns `x`, `residualNorm`, `steps`, `converged`.
 * @throws {ArgumentError} If a setting is out of range, or b is empty. @throws {DTypeError} If b is no floats.
 * @see Hestenes & Stiefel, Methods of conjugate gradients for solving linear systems, 1952,
 *   https://doi.org/10.6028/jres.049.044
 *
 * @example Newton's step without the Hessian
 * ```ts
 * import { hvp, mul, square, sum, tensor, type Tensor } from "@adjoint/adjoint";
 * import { conjugateGradient } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * type Vector = Tensor<readonly [2]>;
 * const loss = (w: Vector) => sum(mul(tensor([1, 3]), square(w))), w: Vector = tensor([5, 7]);
 * const { x } = conjugateGradient((v: Vector) => hvp(loss, [w], v), tensor([10, 42]));
 * x.toArray().forEach((step, i) => assertAlmostEquals(step, [5, 7][i]!, 1e-5));
 * ```
 */
export function conjugateGradient<T>(
  matvec: (x: T) => T,
  b: T,
  options: LinearConjugateGradientOptions<T> = {},
): LinearSolution<T> {
  const op = "conjugateGradient", given = flat(op, "the right-hand side", b), { vector, restore, ravel } = given;
  const { start, tolerance = 1e-5, absoluteTolerance = 0, maxSteps = 10 * vector.size, preconditioner } = options;
  requireNonNegative(op, "tolerance", tolerance);
  requireNonNegative(op, "absoluteTolerance", absoluteTolerance);
  requireWhole(op, "maxSteps", maxSteps, 0);
  const times = (x: Value): Value => ravel(matvec(restore(x)));
  const conditioned = (r: Value): Value => preconditioner === undefined ? r : ravel(preconditioner(restore(r)));
  const x = start === undefined ? mul(vector, 0) : ravel(start);
  const r = start === undefined ? vector : sub(vector, times(x)), z = conditioned(r);
  const enough = maximum(mul(sqrt(dot(vector, vector)), tolerance), absoluteTolerance);
  const small = (r: Value): Value => lessEqual(sqrt(dot(r, r)), enough);
  const begin = { x, r, p: z, rz: dot(r, z), steps: scalar(0, "i32"), broken: scalar(false, "bool") };
  const end = whileLoop(
    ({ r, steps, broken }) => and(and(not(broken), less(steps, maxSteps)), not(small(r))) as never,
    (s: typeof begin) => {
      const ap = times(s.p), curvature = dot(s.p, ap), alpha = div(s.rz, curvature);
      const fine = and(and(greater(curvature, 0), greater(s.rz, 0)), isFinite(alpha));
      const r = sub(s.r, mul(ap, alpha)), z = conditioned(r), rz = dot(r, z);
      return {
        x: where(fine, add(s.x, mul(s.p, alpha)), s.x),
        r: where(fine, r, s.r),
        p: where(fine, add(z, mul(s.p, div(rz, s.rz))), s.p),
        rz: where(fine, rz, s.rz),
        steps: where(fine, add(s.steps, 1), s.steps),
        broken: not(fine),
      };
    },
    begin,
  );
  return {
    x: restore(end.x),
    residualNorm: sqrt(dot(end.r, end.r)),
    steps: end.steps,
    converged: small(end.r),
  } as unknown as LinearSolution<T>;
}
