/** Charts by Observable Plot, which is loaded with the first one. */
import { optionalPackage } from "../data/host.ts";
import type { Panel } from "./page.ts";
import { element } from "./svg.ts";

/** What a mark or a chart is told. */
export type PlotOptions = Readonly<Record<string, unknown>>;

/** Something that is drawn in a chart. */
export type Mark = { readonly render: unknown };

type MarkOf = (data: unknown, options?: PlotOptions) => Mark;

/** The part of Plot that pictures are made with. */
export interface Plot {
  /** The chart, as an element of the document it is given. */
  readonly plot: (options: PlotOptions) => Drawn;
  /** Marks by their names in Plot. */
  readonly axisX: MarkOf;
  readonly axisY: MarkOf;
  readonly barX: MarkOf;
  readonly dot: MarkOf;
  readonly gridX: MarkOf;
  readonly gridY: MarkOf;
  readonly line: MarkOf;
  readonly rectY: MarkOf;
  readonly ruleX: MarkOf;
  readonly ruleY: MarkOf;
  readonly text: MarkOf;
}

interface Drawn {
  readonly innerHTML: string;
  readonly querySelector: (selector: string) => { readonly remove: () => void } | null;
}

interface Dom {
  readonly parseHTML: (html: string) => { readonly document: unknown };
}

/**
 * Draws a chart: `optionsOf` makes Plot's options from Plot's marks.
 *
 * Plot's own style is taken out; the page has its own. Nothing is clipped and no colour has a legend of Plot's, for the
 * one counts how often it has been asked, and the other is no SVG.
 */
export async function drawPlot(
  op: string,
  { width, height }: { readonly width: number; readonly height: number },
  optionsOf: (plot: Plot) => PlotOptions,
): Promise<Panel> {
  const [plot, { parseHTML }] = await Promise.all([
    optionalPackage<Plot>(op, "@observablehq/plot", "0.6.17"),
    optionalPackage<Dom>(op, "linkedom", "0.18.15"),
  ]);
  const { document } = parseHTML("<html></html>");
  const drawn = plot.plot({ document, width, height, className: "plot", ...optionsOf(plot) });
  drawn.querySelector("style")?.remove();
  return { inside: element("g", { "text-anchor": "middle" }, drawn.innerHTML), width, height };
}
