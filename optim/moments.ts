/** Running averages of gradients. */
import { type Value, zerosLike } from "../mod.ts";
import { add, expm1, mul, neg, type Operand } from "./loose.ts";

/** Zeros like the parameters: where an average starts. */
export const zero = (p: Value): Value => zerosLike(p);

/** β·old + (1 − β)·now. */
export const average = (beta: number, old: Value, now: Value): Value => add(mul(old, beta), mul(now, 1 - beta));

/**
 * 1 − βᵗ, the share of an average that is not its start at zero. Computed as −expm1(t·log β): in f32, 1 − 0.999¹ itself
 * would keep only four digits.
 */
export const correction = (beta: number, t: Value): Operand => beta === 0 ? 1 : neg(expm1(mul(t, Math.log(beta))));
