/** Whole numbers that operations take beside tensors: counts, shifts, positions. */
import { ArgumentError } from "../errors.ts";
import { Tensor } from "../tensor.ts";

/** How a message shows an argument. */
export function shown(x: unknown): string {
  if (x instanceof Tensor) return "a tensor";
  if (typeof x === "string") return JSON.stringify(x);
  if (Array.isArray(x)) return `[${x.map(shown)}]`;
  return typeof x === "object" && x !== null ? JSON.stringify(x) ?? "an object" : String(x);
}

/** A whole number from `least` on, or an error that names it. */
export function requireWhole(op: string, what: string, x: unknown, least = -Infinity): number {
  if (typeof x === "number" && Number.isInteger(x) && x >= least) return x;
  const bound = least === -Infinity ? "" : `, ${least} or more`;
  throw new ArgumentError(`${op}: ${what} is ${shown(x)}, not a whole number${bound}`);
}

/** A list of whole numbers; a single one stands for a list of one. */
export function requireWholes(op: string, what: string, xs: unknown, least = -Infinity): number[] {
  return Array.isArray(xs) ? xs.map((x) => requireWhole(op, what, x, least)) : [requireWhole(op, what, xs, least)];
}
