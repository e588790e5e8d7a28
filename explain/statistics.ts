/** Numbers that sum up many. */
import type { TypedArray } from "../mod.ts";

/** What a list of values is like; NaN where there are none. */
export interface Statistics {
  /** The mean. */
  readonly mean: number;
  /** The standard deviation of these values, which is not corrected for a sample. */
  readonly std: number;
  /** The smallest; NaN if any is NaN. */
  readonly least: number;
  /** The largest; NaN if any is NaN. */
  readonly largest: number;
  /** How many are NaN or infinite. */
  readonly lost: number;
}

/** The statistics of values, in two passes, so that a small deviation from a large mean is not lost. */
export function statisticsOf(values: TypedArray): Statistics {
  const n = values.length;
  let sum = 0, least = Infinity, largest = -Infinity, lost = 0;
  for (const v of values) {
    sum += v;
    least = Math.min(least, v);
    largest = Math.max(largest, v);
    if (!Number.isFinite(v)) lost++;
  }
  const mean = sum / n;
  let squares = 0;
  for (const v of values) squares += (v - mean) ** 2;
  return { mean, std: Math.sqrt(squares / n), least: n === 0 ? NaN : least, largest: n === 0 ? NaN : largest, lost };
}
