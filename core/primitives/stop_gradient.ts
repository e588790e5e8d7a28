/** The identity that derivatives do not pass. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { NdArray, Value } from "../tensor.ts";
import { anyKind, elementwise } from "./elementwise.ts";

/** x, without its tangent. */
export const stopGradientP: Primitive<undefined> = Object.assign(
  elementwise("stopGradient", { arity: 1, scalar: () => (x) => x, accepts: anyKind, simplify: ([x]) => x! }),
  { view: true, reference: ([x]: readonly NdArray[]): readonly NdArray[] => [x!] },
);

/** x, without its tangent. */
export const stopGradient = (x: Value): Value => bind1(stopGradientP, [x], undefined);
