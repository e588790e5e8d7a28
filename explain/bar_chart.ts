/** Numbers by name. */
import { ArgumentError } from "../mod.ts";
import { axisOf } from "./axis.ts";
import { numberText } from "./number_text.ts";
import { pageOf } from "./page.ts";
import type { Picture } from "./picture.ts";
import { drawPlot } from "./plot.ts";
import { fitted, widest } from "./text_width.ts";
import { ground, pictureWidth, seriesColor } from "./theme.ts";

/** Options of `barChart`. */
export interface BarChartOptions {
  /** What stands above the bars. */
  readonly title?: string;
}

const bar = 24;

/**
 * A horizontal bar for each name, with its number beside it.
 *
 * What is not finite has its number but no bar. Loads `@observablehq/plot` and `linkedom`.
 *
 * @param names The names, from above downwards. @param values As many numbers. @param options `title`.
 * @returns A promise of the picture.
 * @throws {ArgumentError} If there are no names, or not as many values.
 *
 * @example Accuracies of classes, in a notebook or for a page
 * ```ts
 * import { barChart } from "@adjoint/adjoint/explain";
 * import { assertRejects } from "@std/assert";
 *
 * const draw = async (names: string[], shares: number[]) =>
 *   (await barChart(names, shares, { title: "Accuracy by class" })).svg;
 * await assertRejects(() => draw(["cat", "dog"], [0.93]), Error, "2 names have 1 values");
 * ```
 */
export async function barChart(
  names: readonly string[],
  values: readonly number[],
  options: BarChartOptions = {},
): Promise<Picture> {
  const op = "barChart", { title } = options;
  if (names.length === 0) throw new ArgumentError(`${op}: there are no names; give at least one`);
  if (names.length !== values.length) {
    throw new ArgumentError(`${op}: ${names.length} names have ${values.length} values; give one for each`);
  }
  const shown = names.map((n) => fitted(n, 200)), texts = values.map((v) => numberText(v));
  const finite = values.map((v) => Number.isFinite(v) ? v : 0), { domain } = axisOf([0, ...finite], { tight: true });
  const beside = widest(texts) + 12, least = Math.min(0, ...finite);
  const rows = finite.map((value, i) => ({ value, i, name: shown[i]!, text: texts[i]! }));
  const panel = await drawPlot(op, { width: pictureWidth, height: rows.length * bar + 12 }, (plot) => ({
    marginLeft: widest(shown) + 14,
    marginRight: beside,
    marginTop: 4,
    marginBottom: 8,
    // Room for the numbers of negative values, which stand to the left of their bars.
    x: { domain: least < 0 ? [...domain] : [0, domain[1]], insetLeft: least < 0 ? beside : 0, axis: null },
    y: { domain: rows.map((r) => r.i), padding: 0.25, axis: null },
    marks: [
      plot.axisY(rows.map((r) => r.i), { text: shown, tickSize: 0, label: null }),
      plot.barX(rows, { x: "value", y: "i", fill: seriesColor(0) }),
      plot.ruleX([0], { stroke: ground }),
      plot.text(rows.filter((r) => r.value >= 0), { x: "value", y: "i", text: "text", textAnchor: "start", dx: 6 }),
      plot.text(rows.filter((r) => r.value < 0), { x: "value", y: "i", text: "text", textAnchor: "end", dx: -6 }),
    ],
  }));
  return pageOf([panel], { title });
}
