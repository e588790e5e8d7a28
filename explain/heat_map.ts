/** Matrices as squares of colour: a regular grid, which needs no scales, and so is drawn without Plot. */
import { ArgumentError } from "../mod.ts";
import { numberText } from "./number_text.ts";
import type { Panel } from "./page.ts";
import { element, textElement } from "./svg.ts";
import { fitted, textWidth, widest } from "./text_width.ts";
import { fontSize, onShareColor, shareColor } from "./theme.ts";

/** A matrix and its names. */
export interface HeatMap {
  /** What decides the colours: rows of shares from 0 to 1. */
  readonly shares: readonly (readonly number[])[];
  /** What stands in the squares; nothing if left out. */
  readonly texts?: readonly (readonly string[])[];
  /** Names of the rows. */
  readonly rows: readonly string[];
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** What the rows are. */
  readonly rowTitle: string;
  /** What the columns are. */
  readonly columnTitle: string;
  /** What stands above it; nothing if left out. */
  readonly title?: string;
  /** Width that it should not exceed, as far as what stands in the squares allows. */
  readonly room: number;
}

const largestCell = 44, smallestCell = 4, longestName = 140;

/** Up to this width the names of columns lie, and some are left out where they are too close. */
const shortName = 24;

/** How far beneath the middle of a line its letters stand. */
const drop = 0.36 * fontSize;

/** Squares beyond which a picture would be too large for those who open it. */
const mostCells = 40_000;

/** Throws if there are more squares than a picture can have. */
export function requireCells(op: string, cells: number): void {
  if (cells <= mostCells) return;
  throw new ArgumentError(
    `${op}: ${numberText(cells)} cells are more than the ${numberText(mostCells)} that a picture holds; draw a part`,
  );
}

/** Draws a matrix. */
export function drawHeatMap(map: HeatMap): Panel {
  const { shares, texts, rowTitle, columnTitle, title = "", room } = map;
  const [rows, columns] = [map.rows, map.columns].map((names) => names.map((n) => fitted(n, longestName)));
  const fitting = Math.floor(room / Math.max(rows!.length, columns!.length, 1));
  const height = Math.max(smallestCell, texts === undefined ? 0 : fontSize + 8, Math.min(largestCell, fitting));
  const width = Math.max(height, widest((texts ?? []).flat()) + 8);
  const wide = widest(columns!), upright = wide > Math.max(width - 4, shortName);
  const every = Math.ceil((upright ? fontSize + 2 : wide + 6) / width);
  const left = fontSize + 16 + widest(rows!), top = title === "" ? 0 : fontSize + 10;
  const body = { width: columns!.length * width, height: rows!.length * height };
  const below = upright ? wide + 10 : fontSize + 8;

  // Most shares of most matrices are 0: these are one rectangle.
  const empty = element("rect", { x: left, y: top, ...body, fill: shareColor(0) });
  const cells = shares.flatMap((row, i) =>
    row.map((share, j) => {
      const x = left + j * width, y = top + i * height, text = texts?.[i]?.[j] ?? "", fill = onShareColor(share);
      const place = { x: x + width / 2, y: y + height / 2 + drop, "text-anchor": "middle", fill };
      return (share === 0 ? "" : element("rect", { x, y, width, height, fill: shareColor(share) })) +
        (text === "" ? "" : textElement(text, place));
    })
  );
  const rowNames = rows!.map((name, i) =>
    i % Math.ceil((fontSize + 2) / height) !== 0 ? "" : textElement(name, {
      x: left - 6,
      y: top + (i + 0.5) * height + drop,
      "text-anchor": "end",
    })
  );
  const columnNames = columns!.map((name, j) => {
    const x = left + (j + 0.5) * width, y = top + body.height;
    if (j % every !== 0) return "";
    if (!upright) return textElement(name, { x, y: y + fontSize + 4, "text-anchor": "middle" });
    const place = `translate(${x + drop},${y + 6}) rotate(-90)`;
    return textElement(name, { transform: place, "text-anchor": "end" });
  });
  const titles = [
    textElement(title, { x: left, y: fontSize }),
    textElement(rowTitle, {
      transform: `translate(${fontSize},${top + body.height / 2}) rotate(-90)`,
      "text-anchor": "middle",
    }),
    textElement(columnTitle, {
      x: left + body.width / 2,
      y: top + body.height + below + fontSize,
      "text-anchor": "middle",
    }),
  ];
  return {
    inside: [empty, ...cells, ...rowNames, ...columnNames, ...titles].join(""),
    width: left + Math.max(body.width, textWidth(columnTitle), textWidth(title)),
    height: top + body.height + below + fontSize + 6,
  };
}

/** What the colours from pale to dark stand for. */
export function shareRamp(least: string, largest: string, title: string): Panel {
  const steps = 24, step = 5, start = textWidth(title) + 8, y = fontSize - 1;
  const from = start + textWidth(least) + 6, to = from + steps * step;
  const squares = Array.from(
    { length: steps },
    (_, i) =>
      element("rect", { x: from + i * step, y: 0, width: step, height: fontSize, fill: shareColor(i / (steps - 1)) }),
  );
  const words = textElement(title, { y }) + textElement(least, { x: start, y }) +
    textElement(largest, { x: to + 6, y });
  return {
    inside: squares.join("") + words,
    width: to + 6 + textWidth(largest),
    height: fontSize + 12,
  };
}
