/** The functions that have vector code, with the bounds their tests hold them to. */
import type { Primitive } from "../../../primitive.ts";
import * as arithmetic from "../../../primitives/arithmetic.ts";
import * as elementary from "../../../primitives/elementary.ts";
import type { Float } from "./lanes.ts";

/** One function and what is expected of it. */
export interface Case {
  readonly name: string;
  /** Its exact meaning, in f64. */
  readonly scalar: (...xs: number[]) => number;
  readonly arity: number;
  /** The static parameter of functions that have one. */
  readonly constant?: number;
  /** Units in the last place of f32 that a result may be off, with and without fused operations. */
  readonly single: number;
  /** Units in the last place of f64 between it and the scalar function, which is not exact either. */
  readonly double: number;
  /** The usual size of its operands. */
  readonly range: number;
}

/** The scalar function in the kernel of a primitive. */
function scalarOf<P>(primitive: Primitive<P>, arity: number, params: P): Case["scalar"] {
  const lowering = primitive.lower(Array.from({ length: arity }, () => ({ shape: [], dtype: "f64" as Float })), params);
  if (lowering.kind !== "kernels" || lowering.kernels[0]!.kind !== "loop") throw new Error("not elementwise");
  const { body } = lowering.kernels[0]!;
  if (body.kind !== "apply") throw new Error("not elementwise");
  const { fn } = body, constants = body.args.slice(arity).map((a) => a.kind === "constant" ? a.value : NaN);
  return (...xs) => fn(...xs, ...constants);
}

const of = (
  primitive: Primitive<undefined>,
  single: number,
  double: number,
  range: number,
  arity = 1,
): Case => ({ name: primitive.name, scalar: scalarOf(primitive, arity, undefined), arity, single, double, range });

/** A primitive's static parameter, which is also its function's last argument. */
const at = <P>(primitive: Primitive<P>, params: P, constant: number, double: number, range: number): Case => ({
  name: primitive.name,
  scalar: scalarOf(primitive, 1, params),
  arity: 1,
  constant,
  // By way of f64, or one operation or two.
  single: primitive.name === "powConstant" ? 1.5 : 0.51,
  double,
  range,
});

/** V8's Math.atan2 gives +0 for quotients below the smallest negative number. */
const atan2: Case = {
  ...of(elementary.atan2P, 0.51, 3, 5, 2),
  scalar: (y, x) => {
    const angle = Math.atan2(y, x);
    return angle === 0 ? y * 0 : angle;
  },
};

/** Its result may be much smaller than its operands, and is then precise for their size only. */
export const logAddExp: Case = of(elementary.logAddExpP, Infinity, Infinity, 30, 2);

/**
 * Those computed in f64 lanes are rounded once to f32: 0.51 units. Of the others each step of the last ones, in which
 * errors count whole, is half a unit, which is up to twice as much of the result where that ends a binade.
 */
export const cases: readonly Case[] = [
  of(arithmetic.expP, 1, 2, 100),
  of(arithmetic.exp2P, 1.4, 2, 150),
  of(arithmetic.expm1P, 1.4, 2.5, 30),
  of(arithmetic.logP, 1, 2, 10),
  of(arithmetic.log1pP, 1, 2, 10),
  of(arithmetic.log2P, 0.51, 2, 10),
  of(elementary.sigmoidP, 2.5, 4, 30),
  of(elementary.softplusP, 2.5, 3, 30),
  of(elementary.logSigmoidP, 2.5, 3, 30),
  of(elementary.logitP, 0.51, 4, 1),
  of(elementary.tanhP, 6, 4, 10),
  of(elementary.sinhP, 0.51, 4, 20),
  of(elementary.coshP, 0.51, 3, 20),
  of(elementary.asinhP, 0.51, 3, 20),
  of(elementary.acoshP, 0.51, 3, 20),
  of(elementary.atanhP, 0.51, 3, 1),
  of(elementary.sinP, 0.51, 2, 30),
  of(elementary.cosP, 0.51, 2, 30),
  of(elementary.tanP, 0.51, 3, 30),
  of(elementary.asinP, 0.51, 2, 1),
  of(elementary.acosP, 0.51, 2, 1),
  of(elementary.atanP, 0.51, 2, 5),
  atan2,
  of(elementary.hypotP, 0.51, 2, 5, 2),
  of(elementary.powP as Primitive<undefined>, 0.51, 2, 20, 2),
  of(arithmetic.floorDivP, 0.5, 0, 100, 2),
  of(arithmetic.modP, 0.5, 0, 100, 2),
  of(elementary.cbrtP, 0.51, 2, 20),
  of(elementary.erfP, 1.6, 3, 4),
  // The scalar function is off by up to 3.6 itself.
  of(elementary.erfcP, 0.51, 7, 10),
  of(elementary.erfInvP, 0.6, 7, 1),
  ...[0, 1, 2, 3, -1, 0.5].map((exponent) => at(elementary.powConstantP, { exponent }, exponent, 2, 20)),
  at(elementary.powConstantP, { exponent: -2.5 }, -2.5, 2, 20),
  ...[0, 1, 4].map((order) => at(elementary.besselIP, { order }, order, 10, 50)),
];
