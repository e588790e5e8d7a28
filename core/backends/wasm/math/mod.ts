/** Elementary and special functions as vector code. */
import type { Func, Local } from "../function.ts";
import { relaxedSimd } from "../module.ts";
import { exp, exp2, expm1, log, log1p, log2, log2Single, pow32, pow64, powConstant } from "./exponential.ts";
import {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cbrt,
  cosh,
  hypot,
  hypot32,
  logAddExp,
  logit,
  logSigmoid,
  sigmoid,
  sinh,
  softplus,
  tanh32,
  tanh64,
} from "./inverse.ts";
import { Code, type Float, type Lanes, throughDoubles } from "./lanes.ts";
import { besselI, erf32, erf64, erfc32, erfc64, erfInv32, erfInv64, lgamma, polygamma } from "./special.ts";
import { cos, floorDiv, mod, sin, tan } from "./trigonometric.ts";

/** Emits a vector function: the arguments are in locals (v128), the result is left on the stack. */
export type Emit = (f: Func, args: readonly Local[]) => void;

/** How a function is to be made. */
export interface MathOptions {
  /** Whether `a·b + c` may be rounded once only, by relaxed SIMD where the engine has it; by default it may. */
  readonly fused?: boolean;
  /** The last argument's value where it is known: that of `powConstant`, `polygamma` and `besselI`. */
  readonly constant?: number;
}

// deno-lint-ignore no-explicit-any -- formulas take one operand or two
type Formula = (...xs: any[]) => Lanes;

/** One formula for both formats. */
const both = (formula: Formula): Record<Float, Formula> => ({ f32: formula, f64: formula });
/** A formula of f64, by way of which f32 is computed too. */
const double = (formula: Formula): Record<Float, Formula> => ({ f32: throughDoubles(formula), f64: formula });
/** A formula in f64 lanes for each precision. */
const precise = (formula: (wanted: Float) => Formula): Record<Float, Formula> => ({
  f32: throughDoubles(formula("f32")),
  f64: formula("f64"),
});

const formulas: Readonly<Record<string, Record<Float, Formula>>> = {
  exp: both(exp),
  exp2: both(exp2),
  expm1: both(expm1),
  log: both(log),
  log1p: both(log1p),
  log2: { f32: log2Single, f64: log2 },
  sigmoid: both(sigmoid),
  softplus: both(softplus),
  logSigmoid: both(logSigmoid),
  logit: double(logit),
  logAddExp: double(logAddExp),
  tanh: { f32: tanh32, f64: tanh64 },
  sinh: double(sinh),
  cosh: double(cosh),
  asinh: double(asinh),
  acosh: double(acosh),
  atanh: double(atanh),
  sin: precise(sin),
  cos: precise(cos),
  tan: precise(tan),
  asin: precise(asin),
  acos: precise(acos),
  atan: precise(atan),
  atan2: precise(atan2),
  pow: { f32: pow32, f64: pow64 },
  powConstant: { f32: pow32, f64: pow64 },
  cbrt: double(cbrt),
  hypot: { f32: throughDoubles(hypot32), f64: hypot },
  erf: { f32: erf32, f64: erf64 },
  erfc: { f32: throughDoubles(erfc32), f64: erfc64 },
  erfInv: { f32: throughDoubles(erfInv32), f64: erfInv64 },
  lgamma: double(lgamma),
  floorDiv: double(floorDiv),
  mod: double(mod),
};

/** Functions of one number and a constant, where that is known. */
const withConstant: Readonly<Record<string, (c: number) => Record<Float, Formula>>> = {
  powConstant: (c) => {
    const formula = powConstant(c);
    if (formula !== undefined) return both(formula);
    return { f32: (x) => pow32(x, x.number(c)), f64: (x) => pow64(x, x.number(c)) };
  },
  polygamma: (c) => double(polygamma(c)),
  besselI: (c) => double(besselI(c)),
};

/**
 * The vector code of a scalar function of the kernel IR on f32x4 or f64x2.
 *
 * No lane's result depends on other lanes.
 *
 * @returns `undefined` where there is none.
 */
export function vectorMath(name: string, dtype: Float, options: MathOptions = {}): Emit | undefined {
  const { constant } = options;
  const known = constant === undefined ? undefined : withConstant[name]?.(constant);
  const formula = (known ?? formulas[name])?.[dtype];
  if (formula === undefined) return undefined;
  return (f, args) => {
    const code = new Code(f, (options.fused ?? true) && relaxedSimd());
    formula(...(known === undefined ? args : args.slice(0, 1)).map((a) => code.of(a, dtype))).push();
    code.done();
  };
}
