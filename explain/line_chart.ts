/** Lines of numbers. */
import { ArgumentError } from "../mod.ts";
import { drawLines, type Line } from "./lines.ts";
import { pageOf } from "./page.ts";
import type { Picture } from "./picture.ts";
import { seriesColor } from "./theme.ts";

/** A line by the places of its points: two lists of the same length. */
export interface LineSeries {
  /** Places from left to right. */
  readonly x: readonly number[];
  /** Heights. */
  readonly y: readonly number[];
}

/** Options of `lineChart`. */
export interface LineChartOptions {
  /** What stands above the chart. */
  readonly title?: string;
  /** What the horizontal axis shows. */
  readonly xTitle?: string;
  /** What the vertical axis shows. */
  readonly yTitle?: string;
  /** Whether the horizontal axis is logarithmic. */
  readonly logX?: boolean;
  /** Whether the vertical axis is logarithmic. */
  readonly logY?: boolean;
}

/**
 * A chart of lines, with a legend if there are several.
 *
 * Where a height is NaN or infinite, or not above 0 on a logarithmic axis, the line has a gap, and a cross stands at the
 * foot of the chart. Of lines of more than 1,200 points the outermost of every few are drawn. Loads `@observablehq/plot`
 * and `linkedom`.
 *
 * @param series Lines by name: heights at 0, 1, 2, …, or `{ x, y }`. @param options `title`, `xTitle`, `yTitle`, `logX`,
 *   `logY`.
 * @returns A promise of the picture.
 * @throws {ArgumentError} If there are no values, two lists are not of one length, or an `x` cannot stand on its axis.
 *
 * @example A curve of learning rates
 * ```ts
 * import { lineChart } from "@adjoint/adjoint/explain";
 * import type { LearningRateRange } from "@adjoint/adjoint/optim";
 * import { assertRejects } from "@std/assert";
 *
 * const draw = ({ rates, losses }: LearningRateRange) =>
 *   lineChart({ loss: { x: rates, y: losses } }, { logX: true, xTitle: "learning rate", yTitle: "loss" });
 * const range = { rates: [], losses: [], smoothed: [], suggestion: NaN };
 * await assertRejects(() => draw(range), Error, "there are no values");
 * ```
 */
export async function lineChart(
  series: Readonly<Record<string, readonly number[] | LineSeries>>,
  options: LineChartOptions = {},
): Promise<Picture> {
  const op = "lineChart", { title, xTitle = "", yTitle = "", logX = false, logY = false } = options;
  const names = Object.keys(series), lines = names.map((name, i) => lineOf(op, name, series[name]!, logX, i));
  if (lines.every((l) => l.ys.length === 0)) {
    throw new ArgumentError(`${op}: there are no values; give at least one line with a value`);
  }
  const panel = await drawLines(op, lines, { xTitle, yTitle, logX, logY });
  const legend = names.length < 2 ? [] : names.map((name, i) => ({ name, color: lines[i]!.color }));
  return pageOf([panel], { title, legend });
}

function lineOf(op: string, name: string, given: readonly number[] | LineSeries, logX: boolean, place: number): Line {
  const { x, y }: LineSeries = "x" in given ? given : { x: given.map((_, i) => i), y: given };
  if (x.length !== y.length) {
    throw new ArgumentError(`${op}: ${JSON.stringify(name)} has ${x.length} x and ${y.length} y; give as many of each`);
  }
  const wrong = x.find((v) => !Number.isFinite(v) || logX && v <= 0);
  if (wrong !== undefined) {
    throw new ArgumentError(
      `${op}: ${JSON.stringify(name)} has a point at x = ${wrong}, which has no place on ${
        logX ? "a logarithmic" : "the"
      } axis; leave it out`,
    );
  }
  return { xs: x, ys: y, color: seriesColor(place) };
}
