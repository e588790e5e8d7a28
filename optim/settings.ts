/** What settings may be, and what is said of those that may not. */
import { ArgumentError } from "../mod.ts";

const require = (fits: boolean, op: string, name: string, range: string, x: number): void => {
  if (!fits) throw new ArgumentError(`${op}: ${name} is ${range}, not ${x}`);
};

/** Throws unless 0 ≤ x < 1. */
export const requireFraction = (op: string, name: string, x: number): void =>
  require(x >= 0 && x < 1, op, name, "0 or more and below 1", x);

/** Throws unless 0 ≤ x ≤ 1. */
export const requireShare = (op: string, name: string, x: number): void =>
  require(x >= 0 && x <= 1, op, name, "from 0 to 1", x);

/** Throws unless x is finite and 0 or more. */
export const requireNonNegative = (op: string, name: string, x: number): void =>
  require(x >= 0 && x < Infinity, op, name, "0 or more", x);

/** Throws unless x is above 0. */
export const requirePositive = (op: string, name: string, x: number): void => require(x > 0, op, name, "positive", x);

/** Throws unless x is finite. */
export const requireFinite = (op: string, name: string, x: number): void =>
  require(Number.isFinite(x), op, name, "finite", x);

/** Throws unless x is a whole number from `least`. */
export const requireWhole = (op: string, name: string, x: number, least: number): void =>
  require(Number.isSafeInteger(x) && x >= least, op, name, `a whole number from ${least}`, x);

/** Throws unless x is one of the choices. */
export function requireChoice(op: string, name: string, x: unknown, choices: readonly string[]): void {
  if (!choices.includes(x as string)) {
    throw new ArgumentError(`${op}: ${name} is one of ${choices.join(", ")}, not ${String(x)}`);
  }
}
