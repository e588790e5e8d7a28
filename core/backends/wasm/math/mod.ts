/** Elementary and special functions as vector code. */
import type { Func, Local } from "../function.ts";
import { erf32 } from "./error_function.ts";
import { exp, exp2, expm1 } from "./exponential.ts";
import { tanh } from "./hyperbolic.ts";
import { Code, type Float, type Lanes } from "./lanes.ts";
import { log, log1p } from "./logarithm.ts";
import { logSigmoid, sigmoid, softplus } from "./logistic.ts";

/** Emits a vector function: the arguments are in locals (v128), the result is left on the stack. */
export type Emit = (f: Func, args: readonly Local[]) => void;

/** How a function is to be made. */
export interface MathOptions {
  /** Whether `a·b + c` may be rounded once only, by relaxed SIMD; by default it may. */
  readonly fused?: boolean;
}

type Formula = (x: Lanes, y: Lanes) => Lanes;

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
};

/**
 * The vector code of a scalar function of the kernel IR on f32x4 or f64x2.
 *
 * No lane's result depends on other lanes.
 *
 * @returns `undefined` where there is none.
 */
export function vectorMath(name: string, dtype: Float, options: MathOptions = {}): Emit | undefined {
  const formula = formulas[name]?.[dtype];
  if (formula === undefined) return undefined;
  return (f, args) => {
    const code = new Code(f, options.fused ?? true);
    const [x, y] = args.map((a) => code.of(a, dtype));
    formula(x!, y ?? x!).push();
    code.done();
  };
}
