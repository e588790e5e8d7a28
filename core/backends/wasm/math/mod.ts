/** Elementary and special functions as vector code. */
import type { Func, Local } from "../function.ts";
import { erf32 } from "./error_function.ts";
import { exp, exp2, expm1 } from "./exponential.ts";
import { tanh } from "./hyperbolic.ts";
import { Code, type Float, type Lanes, throughDoubles } from "./lanes.ts";
import { log, log1p } from "./logarithm.ts";
import { logSigmoid, sigmoid, softplus } from "./logistic.ts";
import { pow32, pow64, powConstant } from "./power.ts";
import { cos, sin, tan } from "./trigonometric.ts";

/** Emits a vector function: the arguments are in locals (v128), the result is left on the stack. */
export type Emit = (f: Func, args: readonly Local[]) => void;

/** How a function is to be made. */
export interface MathOptions {
  /** Whether `a·b + c` may be rounded once only, by relaxed SIMD; by default it may. */
  readonly fused?: boolean;
  /** The last argument's value where it is known: the exponent of `powConstant`. */
  readonly constant?: number;
}

type Formula = (...xs: Lanes[]) => Lanes;

const formulas: Readonly<Record<string, Partial<Record<Float, Formula>>>> = {
  exp: { f32: exp, f64: exp },
  exp2: { f32: exp2, f64: exp2 },
  expm1: { f32: expm1, f64: expm1 },
  log: { f32: log, f64: log },
  log1p: { f32: log1p, f64: log1p },
  sigmoid: { f32: sigmoid, f64: sigmoid },
  softplus: { f32: softplus, f64: softplus },
  logSigmoid: { f32: logSigmoid, f64: logSigmoid },
  tanh: { f32: tanh, f64: tanh },
  erf: { f32: erf32 },
  pow: { f32: pow32, f64: pow64 },
  powConstant: { f32: pow32, f64: pow64 },
  sin: { f32: throughDoubles(sin("f32")), f64: sin("f64") },
  cos: { f32: throughDoubles(cos("f32")), f64: cos("f64") },
  tan: { f32: throughDoubles(tan("f32")), f64: tan("f64") },
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
  const known = name === "powConstant" && constant !== undefined ? powConstant(constant) : undefined;
  const formula: Formula | undefined = known === undefined ? formulas[name]?.[dtype] : (x) => known(x!);
  if (formula === undefined) return undefined;
  return (f, args) => {
    const code = new Code(f, options.fused ?? true);
    formula(...args.map((a) => code.of(a, dtype))).push();
    code.done();
  };
}
