/** Whole numbers where nothing else will do. */
import { ArgumentError } from "../mod.ts";

/** Throws unless a number is whole, and `least` or more. */
export function requireWhole(op: string, what: string, x: number, least: number): void {
  if (Number.isSafeInteger(x) && x >= least) return;
  throw new ArgumentError(`${op}: ${what} is a whole number from ${least}, not ${x}`);
}
