/** The page of a picture: its paper, its title, the names of its colours, and what is drawn beneath them. */
import { type Picture, pictureOf } from "./picture.ts";
import { element, textElement, wellFormed } from "./svg.ts";
import { fitted, textWidth } from "./text_width.ts";
import { fontFamily, fontSize, ground, ink, paper, type PointSymbol, titleSize } from "./theme.ts";

/** A part of a page, drawn from its own upper left corner. */
export interface Panel {
  /** SVG elements. */
  readonly inside: string;
  /** Its width in pixels. */
  readonly width: number;
  /** Its height in pixels. */
  readonly height: number;
}

/** A name with its colour. */
export interface LegendEntry {
  /** What is drawn in the colour. */
  readonly name: string;
  /** The colour. */
  readonly color: string;
  /** The shape of its points; a square if left out. */
  readonly symbol?: PointSymbol;
}

const padding = 12;

/** What stands around panels. */
export interface PageOptions {
  /** Stands above them. */
  readonly title?: string | undefined;
  /** The names of their colours, beneath the title. */
  readonly legend?: readonly LegendEntry[];
  /** Stands beneath them: what they do not show. */
  readonly note?: string;
}

/** Panels beneath one another, with what stands around them where there is any. */
export function pageOf(panels: readonly Panel[], options: PageOptions = {}): Picture {
  const { title = "", legend = [], note = "" } = options;
  const inner = panels.reduce((w, p) => Math.max(w, p.width), 0), width = inner + 2 * padding;
  const head = title === "" ? [] : [titleOf(title, inner)];
  const parts = [
    ...head,
    ...(legend.length === 0 ? [] : [legendOf(legend, inner)]),
    ...panels,
    ...(note === "" ? [] : [noteOf(note, inner)]),
  ];
  let y = padding;
  const placed = parts.map((p) => {
    const at = element("g", { transform: `translate(${padding},${y})` }, p.inside);
    y += p.height;
    return at;
  });
  const height = y + padding;
  const svg = wellFormed(element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      "font-family": fontFamily,
      "font-size": fontSize,
      fill: ink,
      color: ink,
      role: "img",
      ...(title !== "" && { "aria-label": title }),
    },
    element("rect", { width, height, fill: paper }) + placed.join(""),
  ));
  return pictureOf(svg, width, height);
}

function titleOf(title: string, width: number): Panel {
  const attributes = { y: titleSize, "font-size": titleSize }, line = fitted(title, width, titleSize);
  return { inside: textElement(line, attributes), width, height: titleSize + 12 };
}

const noteOf = (note: string, width: number): Panel => ({
  inside: textElement(fitted(note, width), { y: fontSize + 4, fill: ground }),
  width,
  height: fontSize + 8,
});

const swatch = 12, gap = 6;

/** The shapes in a square of a swatch's size. */
const outlines: Readonly<Record<PointSymbol, string>> = {
  circle: "M6,1a5,5,0,1,1,0,10a5,5,0,1,1,0,-10Z",
  square: "M1,1h10v10h-10Z",
  triangle: "M6,1l5.5,10h-11Z",
};

/** Names beside signs of their colours, in as many rows as they need. */
function legendOf(legend: readonly LegendEntry[], width: number): Panel {
  const row = fontSize + 8;
  let x = 0, y = 0;
  const entries = legend.map(({ name, color, symbol = "square" }) => {
    const label = fitted(name, Math.min(width - swatch - gap, 240)), wide = swatch + gap + textWidth(label);
    if (x > 0 && x + wide > width) [x, y] = [0, y + row];
    const sign = element("path", { transform: `translate(${x},${y})`, d: outlines[symbol], fill: color });
    const text = textElement(label, { x: x + swatch + gap, y: y + swatch - 2 });
    x += wide + 18;
    return sign + text;
  });
  return { inside: entries.join(""), width, height: y + row + 4 };
}
