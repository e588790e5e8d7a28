/** Lines over a common axis: what line charts and training curves are drawn with. */
import { axisOf } from "./axis.ts";
import { drawFramed } from "./frame.ts";
import type { Panel } from "./page.ts";
import { paper } from "./theme.ts";
import { type Point, thinned } from "./thinned.ts";

/** A line, as long as its two lists. */
export interface Line {
  /** Places from left to right, all finite. */
  readonly xs: readonly number[];
  /** Heights; what cannot be drawn leaves a gap. */
  readonly ys: readonly number[];
  /** Its colour. */
  readonly color: string;
  /** Drawn as background, behind the others. */
  readonly pale?: boolean;
}

/** How lines are drawn. */
export interface LinesOptions {
  /** What the horizontal axis shows. */
  readonly xTitle: string;
  /** What the vertical axis shows. */
  readonly yTitle: string;
  /** Logarithmic in x. */
  readonly logX: boolean;
  /** Logarithmic in y. */
  readonly logY: boolean;
}

/** Points up to which each has a dot. */
const dotted = 30;

/**
 * Draws lines. Where a height is not finite, or not above 0 on a logarithmic axis, the line has a gap, and a cross stands
 * at the foot of the chart.
 */
export function drawLines(op: string, lines: readonly Line[], options: LinesOptions): Promise<Panel> {
  const { logX, logY, xTitle, yTitle } = options;
  const drawable = (y: number) => Number.isFinite(y) && (y > 0 || !logY);
  const xs = lines.flatMap((l) => l.xs), ys = lines.flatMap((l) => l.ys).filter(drawable);
  const x = axisOf(xs, { log: logX, tight: true, whole: xs.every(Number.isInteger), count: 8 });
  const y = axisOf(ys, { log: logY }), foot = y.domain[0];
  return drawFramed(
    op,
    { x, y, xTitle, yTitle },
    (plot) =>
      [...lines].sort((a, b) => Number(b.pale ?? false) - Number(a.pale ?? false)).flatMap((l) => {
        const all = l.xs.map((x, i): Point => [x, l.ys[i]!]), lost = all.filter(([, y]) => !drawable(y));
        const points = thinned(all.map(([x, y]): Point => [x, drawable(y) ? y : NaN]));
        const style = { stroke: l.color, strokeOpacity: l.pale ? 0.3 : 1, strokeWidth: l.pale ? 1 : 2 };
        return [
          plot.line(points, { ...style, strokeLinejoin: "round" }),
          ...(all.length > dotted || l.pale ? [] : [plot.dot(points, { fill: l.color, stroke: paper, r: 3.5 })]),
          ...(lost.length === 0 || l.pale ? [] : [
            plot.dot(thinned(lost.map(([x]) => [x, foot])), { ...style, symbol: "times", r: 3.5, strokeWidth: 1.5 }),
          ]),
        ];
      }),
  );
}
