/** The frame of a chart of numbers over numbers: axes, grid, and titles in the same place in every picture. */
import type { Axis } from "./axis.ts";
import { tickTexts } from "./number_text.ts";
import type { Panel } from "./page.ts";
import { drawPlot, type Mark, type Plot } from "./plot.ts";
import { fitted, textWidth, widest } from "./text_width.ts";
import { faint, fontSize, ground, ink, panelHeight, pictureWidth } from "./theme.ts";

/** The axes of a chart and what they are called. */
export interface Frame {
  /** From left to right. */
  readonly x: Axis;
  /** From below upwards. */
  readonly y: Axis;
  /** What the horizontal axis shows. */
  readonly xTitle: string;
  /** What the vertical axis shows; nothing if empty. */
  readonly yTitle: string;
  /** Whether lines of the grid stand at the ticks of both axes. */
  readonly grid?: "x and y" | "y";
  /** Its width and height; those of other panels if left out. */
  readonly width?: number;
  readonly height?: number;
}

/** Draws marks in a frame. */
export const drawFramed = (
  op: string,
  frame: Frame,
  marksOf: (plot: Plot) => readonly Mark[],
): Promise<Panel> => {
  const { x, y, width = pictureWidth, height = panelHeight } = frame,
    yTexts = tickTexts(y.ticks),
    xTexts = tickTexts(x.ticks);
  const margins = {
    marginLeft: widest(yTexts) + 10 + (frame.yTitle === "" ? 0 : 20),
    marginRight: 8 + Math.ceil(textWidth(xTexts.at(-1) ?? "") / 2),
    marginTop: 10,
    marginBottom: 42,
  };
  const title = (text: string, room: number) => text === "" ? null : fitted(text, room);
  const axis = { labelAnchor: "center", labelArrow: "none", tickSize: 0, color: ink };
  const scale = ({ log, domain }: Axis) => ({ type: log ? "log" : "linear", domain, axis: null });
  return drawPlot(op, { width, height }, (plot) => ({
    ...margins,
    x: scale(x),
    y: scale(y),
    marks: [
      plot.gridY(y.ticks, { stroke: faint, strokeOpacity: 1 }),
      ...(frame.grid === "x and y" ? [plot.gridX(x.ticks, { stroke: faint, strokeOpacity: 1 })] : []),
      plot.axisY(y.ticks, {
        ...axis,
        label: title(frame.yTitle, height - margins.marginTop - margins.marginBottom),
        labelOffset: margins.marginLeft - fontSize / 2,
        text: yTexts,
      }),
      plot.axisX(x.ticks, {
        ...axis,
        label: title(frame.xTitle, width - margins.marginLeft),
        labelOffset: margins.marginBottom - fontSize / 2,
        text: xTexts,
      }),
      plot.ruleY([y.domain[0]], { stroke: ground }),
      ...marksOf(plot),
    ],
  }));
};
