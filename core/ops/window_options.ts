/** How sliding windows are told their strides, padding and dilations. */
import { ArgumentError } from "../errors.ts";
import { reach } from "../primitives/window_shape.ts";
import type { Shape } from "../shape.ts";

/** One number for every axis windows slide along, or one for each. */
export type PerAxis = number | readonly number[];

/**
 * Room at the borders. `"valid"`: none. `"same"`: as much as gives ⌈size / stride⌉ windows, the odd one behind. A number:
 * that much on every side. A list: for each axis a number or a pair, before and after; negative ones cut away.
 */
export type Padding = "same" | "valid" | number | readonly (number | readonly [lo: number, hi: number])[];

/** An option as a list with an entry for each axis. */
export function perAxis(op: string, name: string, given: PerAxis | undefined, rank: number): readonly number[] {
  if (given === undefined) return new Array<number>(rank).fill(1);
  const list = typeof given === "number" ? new Array<number>(rank).fill(given) : given;
  if (!Array.isArray(list) || list.length !== rank || !list.every((n) => Number.isInteger(n) && n >= 1)) {
    throw new ArgumentError(
      `${op}: ${name} ${JSON.stringify(given)} must be a whole number, 1 or more, or a list of ${rank} of them`,
    );
  }
  return list;
}

/** Padding as a pair for each axis. */
export function padding(
  op: string,
  given: Padding | undefined,
  same: (axis: number) => readonly [number, number],
  rank: number,
): readonly (readonly [number, number])[] {
  const each = (f: (axis: number) => readonly [number, number]) => Array.from({ length: rank }, (_, a) => f(a));
  const whole = (n: unknown): n is number => Number.isInteger(n);
  if (given === undefined || given === "valid") return each(() => [0, 0]);
  if (given === "same") return each(same);
  if (whole(given)) return each(() => [given, given]);
  if (Array.isArray(given) && given.length === rank) {
    const pairs = given.map((p: unknown) => whole(p) ? [p, p] : p);
    if (pairs.every((p) => Array.isArray(p) && p.length === 2 && p.every(whole))) return pairs as [number, number][];
  }
  throw new ArgumentError(
    `${op}: padding ${
      JSON.stringify(given)
    } must be "same", "valid", a whole number, or a list of ${rank} numbers or pairs`,
  );
}

/** The padding that gives ⌈size / stride⌉ windows. */
export const samePadding =
  (input: Shape, window: Shape, strides: Shape, inputDilation: Shape, dilation: Shape) =>
  (a: number): readonly [number, number] => {
    const size = reach(input[a]!, inputDilation[a]!), need = reach(window[a]!, dilation[a]!), stride = strides[a]!;
    const room = Math.max(0, (Math.ceil(size / stride) - 1) * stride + need - size);
    return [Math.floor(room / 2), Math.ceil(room / 2)];
  };
