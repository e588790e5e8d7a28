/** Ranges of an axis, worked out and read. */
import { ArgumentError } from "../errors.ts";
import { reverse } from "../primitives/reverse.ts";
import { slice } from "../primitives/slice.ts";
import type { Value } from "../tensor.ts";
import type { IndexRange } from "./ranges.ts";
import { requireWhole, shown } from "./whole_numbers.ts";

/** A range of an axis: where it begins, how many elements it has, how far apart they are. */
export interface Stretch {
  /** The index of the first element. */
  readonly start: number;
  /** How many elements. */
  readonly count: number;
  /** The distance between neighbours; negative backwards. */
  readonly step: number;
}

/** A range on an axis of a size. */
export function resolveRange(op: string, range: IndexRange, size: number): Stretch {
  const whole = (what: string, x: number | null | undefined, other: number): number =>
    x === undefined || x === null ? other : requireWhole(op, what, x);
  const step = whole("the step of a range", range.step, 1);
  if (step === 0) throw new ArgumentError(`${op}: the step of a range is 0; use -1 to go backwards`);
  // Where a step may land: 0 … size going forwards, −1 … size − 1 going back.
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const held = (x: number) => Math.min(Math.max(x < 0 ? x + size : x, low), high);
  const start = range.start === undefined || range.start === null
    ? (step > 0 ? low : high)
    : held(whole("the start of a range", range.start, 0));
  const stop = range.stop === undefined || range.stop === null
    ? (step > 0 ? high : low)
    : held(whole("the stop of a range", range.stop, 0));
  return { start, count: Math.max(0, Math.ceil((stop - start) / step)), step };
}

/** The whole of an axis. */
export const wholeAxis = (size: number): Stretch => ({ start: 0, count: size, step: 1 });

/** Whether a stretch is the axis as it is. */
export const isWhole = (s: Stretch, size: number): boolean => s.start === 0 && s.count === size && s.step === 1;

/** A range in Python's notation, `start:stop:step` with any part left out. */
export function parseRange(op: string, text: string): IndexRange {
  const parts = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/.exec(text);
  if (parts === null) {
    throw new ArgumentError(
      `${op}: ${shown(text)} is not a range; write "start:stop:step" with any part left out, ":" for all, or "..."`,
    );
  }
  const number = (s: string | undefined) => s === undefined ? null : Number(s);
  return { start: number(parts[1]), stop: number(parts[2]), step: number(parts[3]) };
}

/** The elements of a stretch of every axis. */
export function takeStretches(x: Value, stretches: readonly Stretch[]): Value {
  const lowest = stretches.map((s) => s.count === 0 ? 0 : Math.min(s.start, s.start + (s.count - 1) * s.step));
  const limits = stretches.map((s, a) => s.count === 0 ? 0 : lowest[a]! + (s.count - 1) * Math.abs(s.step) + 1);
  const forwards = slice(x, lowest, limits, stretches.map((s) => Math.abs(s.step)));
  return reverse(forwards, stretches.flatMap((s, a) => s.step < 0 ? [a] : []));
}
