/** What a training has measured, over time. */
import { ArgumentError } from "../mod.ts";
import { requireNumber } from "../layers/operands.ts";
import { curvesOf, type TrainingHistory } from "./history.ts";
import { drawLines, type Line } from "./lines.ts";
import { pageOf } from "./page.ts";
import type { Picture } from "./picture.ts";
import { seriesColor } from "./theme.ts";

/** Options of `trainingCurves`. */
export interface TrainingCurvesOptions {
  /** What stands above the curves. */
  readonly title?: string;
  /** Whether the vertical axis is logarithmic. */
  readonly logY?: boolean;
  /**
   * How much of the running average is kept at each value, from 0, no smoothing, to below 1; 0 if left out. What was
   * measured stays in the background.
   */
  readonly smooth?: number;
}

/**
 * The curves of a training, one colour for each quantity that was measured.
 *
 * What is NaN or infinite, or not above 0 on a logarithmic axis, leaves a gap and a cross at the foot. The running average
 * is divided by the weights it has had so far, so that it begins at the first value. Loads `@observablehq/plot` and
 * `linkedom`.
 *
 * @param history The `history` of `fit`, lists by name, or records. @param options `title`, `logY`, `smooth`.
 * @returns A promise of the picture.
 * @throws {ArgumentError} If the history has no values or one that is no number, or `smooth` is out of range.
 *
 * @example After a training, in a notebook or for a file
 * ```ts
 * import { type TrainingHistory, trainingCurves } from "@adjoint/adjoint/explain";
 * import { assertRejects } from "@std/assert";
 *
 * const draw = (history: TrainingHistory) => trainingCurves(history, { title: "Digits", logY: true, smooth: 0.6 });
 * const save = async (history: TrainingHistory) => Deno.writeFile("digits.png", await (await draw(history)).png());
 * await assertRejects(() => save({ loss: [], validation: [] }), Error, "history has no values");
 * ```
 */
export async function trainingCurves(history: TrainingHistory, options: TrainingCurvesOptions = {}): Promise<Picture> {
  const op = "trainingCurves", { title, logY = false, smooth = 0 } = options;
  requireNumber(op, "smooth", smooth, (s) => s >= 0 && s < 1, "from 0 to below 1");
  const { curves, xTitle } = curvesOf(op, history);
  if (curves.length === 0) {
    throw new ArgumentError(`${op}: history has no values; draw it after the first of them`);
  }
  const lines = curves.flatMap(({ xs, ys }, i): Line[] => {
    const line = { xs, ys, color: seriesColor(i) };
    return smooth === 0 ? [line] : [{ ...line, pale: true }, { ...line, ys: runningAverage(ys, smooth) }];
  });
  const single = curves.length === 1, yTitle = single ? curves[0]!.name : "";
  const panel = await drawLines(op, lines, { xTitle, yTitle, logX: false, logY });
  return pageOf([panel], {
    title,
    legend: single ? [] : curves.map(({ name }, i) => ({ name, color: seriesColor(i) })),
  });
}

/** The running average at each value; one that is not finite is left out of it and stays as it is. */
function runningAverage(values: readonly number[], smooth: number): readonly number[] {
  let sum = 0, weight = 0;
  return values.map((v) => {
    if (!Number.isFinite(v)) return v;
    sum = smooth * sum + (1 - smooth) * v;
    weight = smooth * weight + (1 - smooth);
    return sum / weight;
  });
}
