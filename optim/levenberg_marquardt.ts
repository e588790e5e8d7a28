/** Levenberg–Marquardt: nonlinear least squares, between Gauss–Newton and steepest descent. */
import {
  cast,
  cholesky,
  type DType,
  eye,
  jacfwd,
  jacrev,
  type Tensor,
  transpose,
  triangularSolve,
  type Value,
  whileLoop,
} from "../mod.ts";
import { epsilonOf, flat, scalar } from "./flat.ts";
import {
  abs,
  add,
  and,
  div,
  dot,
  greater,
  isFinite,
  less,
  lessEqual,
  matmul,
  max,
  maximum,
  mul,
  neg,
  not,
  or,
  pow,
  sqrt,
  square,
  sub,
  sum,
  where,
} from "./loose.ts";
import { requireChoice, requireNonNegative, requirePositive, requireWhole } from "./settings.ts";

/** Options of `levenbergMarquardt`. */
export interface LevenbergMarquardtOptions {
  /** It has converged where a step is this share of the parameters or less; 1e-5 for f32 if left out, 1e-10 for f64. */
  readonly tolerance?: number;
  /** Or where no entry of the gradient Jᵀr is larger than this, 0 if left out. */
  readonly gradientTolerance?: number;
  /** How many steps are tried at most, 200 if left out. */
  readonly maxSteps?: number;
  /** The first damping, in units of JᵀJ's diagonal; 1e-3 if left out. */
  readonly damping?: number;
  /** How J is computed: `"forward"`, as if left out, for few parameters, or `"reverse"`, for few residuals. */
  readonly jacobian?: "forward" | "reverse";
}

/** What `levenbergMarquardt` found, in the dtype of the residuals. */
export interface LeastSquares<P, R> {
  /** The parameters with the least sum of squares that was found. */
  readonly params: P;
  /** The residuals there. */
  readonly residuals: R;
  /** Half the sum of their squares. */
  readonly value: Tensor<readonly []>;
  /** The largest size of an entry of its gradient Jᵀr. */
  readonly gradientNorm: Tensor<readonly []>;
  /** How many steps were tried. */
  readonly steps: Tensor<readonly [], "i32">;
  /** Whether steps or the gradient are as small as asked for. */
  readonly converged: Tensor<readonly [], "bool">;
}

interface Settings {
  readonly tolerance: number;
  readonly gradientTolerance: number;
  readonly maxSteps: number;
  readonly damping: number;
}

interface Fit {
  readonly x: Value;
  readonly r: Value;
  readonly j: Value;
  /** The largest norm that each column of J has had. */
  readonly units: Value;
  readonly mu: Value;
  readonly nu: Value;
  readonly steps: Value;
  readonly converged: Value;
}

const half = (r: Value): Value => mul(dot(r, r), 0.5);
const norm = (v: Value): Value => sqrt(dot(v, v));
const turned = (j: Value): Value => transpose(j as Tensor) as unknown as Value;
const slopeOf = (j: Value, r: Value): Value => matmul(turned(j), r);
const columnNorms = (j: Value): Value => sqrt(sum(square(j), { axis: [0] }));

/** (A + μ·I)⁻¹·b for A positive semidefinite; NaN where rounding has made it otherwise. */
function solveDamped(a: Value, mu: Value, b: Value): Value {
  const identity = eye(b.size, { dtype: b.dtype }) as Value;
  const l = cholesky(add(a, mul(identity, mu)) as Tensor) as never;
  const between = triangularSolve(l, b as never, { lower: true }) as never;
  return triangularSolve(l, between, { lower: true, transpose: true }) as unknown as Value;
}

/** The damped steps from a point on. */
function search(f: (x: Value) => Value, jacobian: (x: Value) => Value, x: Value, settings: Settings): Fit {
  const { tolerance, gradientTolerance, maxSteps, damping } = settings, { dtype } = x;
  const flatEnough = (j: Value, r: Value): Value => lessEqual(max(abs(slopeOf(j, r))), gradientTolerance);
  const r = f(x), j = jacobian(x);
  const begin: Fit = {
    x,
    r,
    j,
    units: columnNorms(j),
    mu: scalar(damping, dtype),
    nu: scalar(2, dtype),
    steps: scalar(0, "i32"),
    converged: flatEnough(j, r),
  };
  const goesOn = (s: Fit): Value =>
    and(and(not(s.converged), less(s.steps, maxSteps)), and(isFinite(s.mu), isFinite(half(s.r))));
  return whileLoop(goesOn as never, (s: Fit): Fit => {
    const units = where(greater(s.units, 0), s.units, 1), j = div(s.j, units), slope = slopeOf(j, s.r);
    const scaled = neg(solveDamped(matmul(turned(j), j), s.mu, slope)), x = add(s.x, div(scaled, units)), r = f(x);
    const next = jacobian(x),
      promised = mul(dot(scaled, sub(mul(scaled, s.mu), slope)), 0.5),
      fall = sub(half(s.r), half(r));
    // Near the end rounding hides how the sum falls, and the gradient, which it hides later, decides.
    const level = lessEqual(promised, mul(half(s.r), Math.sqrt(epsilonOf(dtype))));
    const flatter = less(norm(slopeOf(div(next, units), r)), norm(slope));
    const gain = where(level, where(flatter, 1, -1), div(fall, promised));
    const better = and(greater(gain, 0), isFinite(half(r)));
    const softer = mul(s.mu, maximum(sub(1, pow(sub(mul(gain, 2), 1), 3)), 1 / 3));
    const short = and(isFinite(half(r)), lessEqual(norm(scaled), mul(norm(mul(s.x, units)), tolerance)));
    const kept = where(better, r, s.r), keptJacobian = where(better, next, s.j);
    return {
      x: where(better, x, s.x),
      r: kept,
      j: keptJacobian,
      units: maximum(s.units, columnNorms(keptJacobian)),
      // A damping of 0 could not grow again.
      mu: maximum(where(better, softer, mul(s.mu, s.nu)), epsilonOf(dtype) ** 2),
      nu: where(better, 2, mul(s.nu, 2)),
      steps: add(s.steps, 1),
      converged: or(short, flatEnough(keptJacobian, kept)),
    };
  }, begin);
}

/**
 * Minimises half the sum of squares of residuals by the method of Levenberg and Marquardt: for curve fits and other least
 * squares with not too many parameters, as J of all residuals by all parameters is held and JᵀJ solved. It is pure and may
 * stand inside `jit`; reverse mode does not go through it.
 *
 * Damping follows the gain ratio, the fall of the sum over what the linear model promised (Nielsen), and is in units of the
 * columns of J (Marquardt, Moré), so that units of parameters do not matter.
 *
 * @param residuals From the parameters to a tree of float tensors, such as model less data.
 * @param params Where to begin: a tree of float tensors.
 * @param options `tolerance`, `gradientTolerance`, `maxSteps`, `damping`, `jacobian`.
 * @returns The least squares: `params`, `residuals`, `value`, `gradientNorm`, `steps`, `converged`.
 * @throws {ArgumentError} If a setting is out of range, or there is nothing to move. @throws {DTypeError} If parameters or
 *   residuals are no floats.
 * @see Marquardt, An algorithm for least-squares estimation of nonlinear parameters, 1963, https://doi.org/10.1137/0111030
 * @see Madsen, Nielsen & Tingleff, Methods for non-linear least squares problems, 2004,
 *   https://www2.imm.dtu.dk/pubdb/edoc/imm3215.pdf, algorithm 3.16
 * @see Moré, The Levenberg-Marquardt algorithm, 1978, https://doi.org/10.1007/BFb0067700
 *
 * @example A decay through three points
 * ```ts
 * import { exp, mul, sub, tensor, type Tensor } from "@adjoint/adjoint";
 * import { levenbergMarquardt } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * type Scalar = Tensor<readonly []>;
 * const x = tensor([0, 1, 2]), y = tensor([8, 4, 2]);
 * const decay = ({ a, k }: { readonly a: Scalar; readonly k: Scalar }) => sub(mul(a, exp(mul(k, x))), y);
 * const { params } = levenbergMarquardt(decay, { a: tensor(1), k: tensor(0) });
 * assertAlmostEquals(params.a.item(), 8, 1e-4);
 * assertAlmostEquals(params.k.item(), -Math.LN2, 1e-5);
 * ```
 */
export function levenbergMarquardt<P, R>(
  residuals: (params: P) => R,
  params: P,
  options: LevenbergMarquardtOptions = {},
): LeastSquares<P, R> {
  const op = "levenbergMarquardt", given = flat(op, "the parameters", params);
  const { tolerance = given.vector.dtype === "f64" ? 1e-10 : 1e-5, gradientTolerance = 0, maxSteps = 200 } = options;
  const { damping = 1e-3, jacobian = "forward" } = options;
  requireNonNegative(op, "tolerance", tolerance);
  requireNonNegative(op, "gradientTolerance", gradientTolerance);
  requireWhole(op, "maxSteps", maxSteps, 0);
  requirePositive(op, "damping", damping);
  requireChoice(op, "jacobian", jacobian, ["forward", "reverse"]);
  const like = flat(op, "the residuals", residuals(params)), own = like.vector.dtype;
  const dtype: DType = own === "f64" ? "f64" : given.vector.dtype;
  const f = (x: Value): Value => cast(like.ravel(residuals(given.restore(x))), dtype) as Value;
  const derivative = (jacobian === "forward" ? jacfwd : jacrev)(f as never) as unknown as (x: Value) => Value;
  const settings = { tolerance, gradientTolerance, maxSteps, damping };
  const end = search(f, derivative, cast(given.vector, dtype), settings);
  return {
    params: given.restore(end.x),
    residuals: like.restore(end.r),
    value: cast(half(end.r), own),
    gradientNorm: cast(max(abs(slopeOf(end.j, end.r))), own),
    steps: end.steps,
    converged: end.converged,
  } as unknown as LeastSquares<P, R>;
}
