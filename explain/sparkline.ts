/** A list of numbers as a line of text. */
import { requireCount } from "../layers/operands.ts";

/** Options of `sparkline`. */
export interface SparklineOptions {
  /** How many characters at most, from 1; 60 if left out. More values than that are averaged in groups. */
  readonly width?: number;
}

const blocks = "▁▂▃▄▅▆▇█";

/**
 * A list of numbers as a line of Unicode blocks, the smallest `▁` and the largest `█`.
 *
 * What is not finite leaves a gap. Where all are equal, their blocks are half as high.
 *
 * @param values The numbers, from left to right. @param options `width`.
 * @returns The line: a character for each value, or for each group of them; empty if there are none.
 * @throws {ArgumentError} If `width` is no whole number from 1.
 * @see Tufte, Beautiful Evidence, 2006, for the idea
 *
 * @example A loss that falls, and is lost once
 * ```ts
 * import { sparkline } from "@adjoint/adjoint/explain";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sparkline([7, 5, NaN, 2, 1, 0]), "█▆ ▃▂▁");
 * assertEquals(sparkline([7, 5, NaN, 2, 1, 0], { width: 3 }), "█▃▁");
 * ```
 */
export function sparkline(values: readonly number[], options: SparklineOptions = {}): string {
  const { width = 60 } = options;
  requireCount("sparkline", "width", width, 1);
  const means = groupMeans(values, Math.min(width, values.length));
  const finite = means.filter(Number.isFinite);
  const least = finite.reduce((a, b) => Math.min(a, b), Infinity);
  // Halved first, so that the range of the largest numbers does not overflow.
  const half = finite.reduce((a, b) => Math.max(a, b), -Infinity) / 2 - least / 2;
  const block = (v: number): string => {
    if (!Number.isFinite(v)) return " ";
    const share = half === 0 ? 0.4 : (v / 2 - least / 2) / half;
    return blocks[Math.round(share * (blocks.length - 1))]!;
  };
  return means.map(block).join("");
}

/** The means of the finite values in `count` groups that differ in size by one at most; NaN where there are none. */
function groupMeans(values: readonly number[], count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor(i * values.length / count), to = Math.floor((i + 1) * values.length / count);
    const finite = values.slice(from, to).filter(Number.isFinite);
    return finite.length === 0 ? NaN : finite.reduce((a, v) => a + v / finite.length, 0);
  });
}
