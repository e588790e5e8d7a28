/** How values are spread. */
import { ArgumentError } from "../mod.ts";
import { requireCount } from "../layers/operands.ts";
import { inRows } from "./arrange.ts";
import { axisOf } from "./axis.ts";
import { drawFramed } from "./frame.ts";
import { leavesOf } from "./leaves.ts";
import { numberText } from "./number_text.ts";
import { pageOf, type Panel } from "./page.ts";
import type { Picture } from "./picture.ts";
import { panelHeight, pictureWidth, seriesColor } from "./theme.ts";

/** Options of `histogram`. */
export interface HistogramOptions {
  /** How many bins of equal width lie between the smallest and the largest value; 30 if left out. */
  readonly bins?: number;
  /** What stands above the picture. */
  readonly title?: string;
}

const mostPanels = 60;

/**
 * Histograms: of a tensor, or of each tensor in a tree of weights or gradients, under its path.
 *
 * Values that are not finite have no bin; how many there are stands beneath the picture. Loads `@observablehq/plot` and
 * `linkedom`.
 *
 * @param values A tensor, or a tree of tensors. @param options `bins`, `title`.
 * @returns A promise of the picture.
 * @throws {ArgumentError} If `values` is no tree of tensors or holds none or more than 60, or `bins` is no whole number
 *   from 1.
 *
 * @example The weights of a net, in a notebook or for a page
 * ```ts
 * import { histogram } from "@adjoint/adjoint/explain";
 * import { assertRejects } from "@std/assert";
 *
 * const draw = async (params: unknown) => (await histogram(params, { title: "Weights" })).svg;
 * await assertRejects(() => draw([]), Error, "there are no tensors");
 * ```
 */
export async function histogram(values: unknown, options: HistogramOptions = {}): Promise<Picture> {
  const op = "histogram", { bins = 30, title } = options;
  requireCount(op, "bins", bins, 1);
  const leaves = leavesOf(op, values), names = leaves.map((l) => l.path);
  if (names.length === 0) throw new ArgumentError(`${op}: there are no tensors in the tree; give at least one`);
  if (names.length > mostPanels) {
    throw new ArgumentError(`${op}: ${names.length} tensors are more than ${mostPanels}; draw a part of the tree`);
  }
  const all = await Promise.all(leaves.map(async ({ x }) => Array.from(await x.data())));
  const finite = all.map((v) => v.filter(Number.isFinite));
  const lost = all.reduce((n, v, i) => n + v.length - finite[i]!.length, 0);
  const single = names.length === 1,
    size = single
      ? { width: pictureWidth, height: panelHeight }
      : { width: pictureWidth / 2, height: panelHeight / 2 + 20 };
  const panels = await Promise.all(names.map((name, i) => drawBins(op, name || "value", finite[i]!, bins, size)));
  const note = lost === 0 ? "" : `${numberText(lost)} of the values ${lost === 1 ? "is" : "are"} not finite.`;
  return pageOf([inRows(panels, single ? 1 : 2)], { title, note });
}

function drawBins(
  op: string,
  xTitle: string,
  values: readonly number[],
  bins: number,
  size: { readonly width: number; readonly height: number },
): Promise<Panel> {
  const x = axisOf(values, { tight: true, count: size.width < pictureWidth ? 4 : 8 }), [low, high] = x.domain;
  const counts = new Array<number>(bins).fill(0);
  // Halved first, so that the range of the largest numbers does not overflow.
  for (const v of values) counts[Math.min(bins - 1, Math.floor((v / 2 - low / 2) / (high / 2 - low / 2) * bins))]!++;
  const edge = (i: number) => low * (1 - i / bins) + high * (i / bins);
  const bars = counts.map((count, i) => ({ from: edge(i), to: edge(i + 1), count })).filter((b) => b.count > 0);
  const y = axisOf([0, ...counts], { whole: true, count: size.width < pictureWidth ? 3 : 6 });
  const fromZero = { ...y, domain: [0, y.domain[1]] as const, ticks: y.ticks.filter((t) => t >= 0) };
  return drawFramed(
    op,
    { x, y: fromZero, xTitle, yTitle: "count", ...size },
    (
      plot,
    ) => [
      plot.rectY(bars, { x1: "from", x2: "to", y: "count", fill: seriesColor(0), insetLeft: 0.5, insetRight: 0.5 }),
    ],
  );
}
