/** Grey images drawn as text, two rows of pixels a line. */

/** An image and what to write under it. */
export interface Drawing {
  /** `rows × width` pixels, 0 for paper to 255 for ink. */
  readonly pixels: ArrayLike<number>;
  readonly caption: string;
}

/** How to draw. */
export interface DrawOptions {
  /** Pixels a row; 28 by default. */
  readonly width?: number;
  /** Pixels to leave out at every edge; none by default. */
  readonly margin?: number;
  /** Characters a line may have: as many images as fit stand side by side; 80 by default. */
  readonly columns?: number;
  /** Greys by ANSI colour codes in place of half blocks; off by default. */
  readonly colour?: boolean;
}

type Row = (x: number) => number;

/** A pixel counts as ink from here on. */
const ink = 96;
const blocks = [" ", "▀", "▄", "█"] as const;

/** Two rows of pixels as half blocks. */
function blockLine(top: Row, bottom: Row, from: number, to: number): string {
  let line = "";
  for (let x = from; x < to; x++) line += blocks[(top(x) >= ink ? 1 : 0) + (bottom(x) >= ink ? 2 : 0)];
  return line;
}

/** Two rows of pixels as greys: the upper is the colour of `▀`, the lower that of its ground. */
function colourLine(top: Row, bottom: Row, from: number, to: number): string {
  // 232 to 255 are the 24 greys of the 256-colour palette, black to white.
  const grey = (v: number) => 232 + Math.round(v * 23 / 255);
  let line = "";
  for (let x = from, last = ""; x < to; x++) {
    const code = `\x1b[38;5;${grey(top(x))};48;5;${grey(bottom(x))}m`;
    line += code === last ? "▀" : `${code}▀`;
    last = code;
  }
  return `${line}\x1b[0m`;
}

/** One image's lines, without its caption. */
function drawLines(pixels: ArrayLike<number>, width: number, margin: number, colour: boolean): string[] {
  const rows = Math.floor(pixels.length / width) - margin;
  const line = colour ? colourLine : blockLine;
  const row = (y: number): Row => (x) => y < rows ? pixels[y * width + x]! : 0;
  const lines: string[] = [];
  for (let y = margin; y < rows; y += 2) lines.push(line(row(y), row(y + 1), margin, width - margin));
  return lines;
}

/** What stands under a classified digit. */
export const captionOf = (label: number, prediction: number): string =>
  label === prediction ? `${label} ✓` : `${label}, taken for ${prediction} ✗`;

/** Images side by side, each above its caption, in as many rows as `columns` asks for; without a final line break. */
export function drawDigits(drawings: readonly Drawing[], options: DrawOptions = {}): string {
  const { width = 28, margin = 0, columns = 80, colour = false } = options;
  const gap = "  ";
  const wide = width - 2 * margin;
  const across = Math.max(1, Math.floor((columns + gap.length) / (wide + gap.length)));
  const bands: string[] = [];
  for (let i = 0; i < drawings.length; i += across) {
    const band = drawings.slice(i, i + across);
    const images = band.map((d) => drawLines(d.pixels, width, margin, colour));
    const lines = images[0]!.map((_, y) => images.map((image) => image[y]).join(gap).trimEnd());
    const captions = band.map((d) => centre(d.caption, wide)).join(gap).trimEnd();
    bands.push([...lines, captions].join("\n"));
  }
  return bands.join("\n\n");
}

function centre(text: string, width: number): string {
  const cut = text.slice(0, width);
  return cut.padStart(cut.length + Math.floor((width - cut.length) / 2)).padEnd(width);
}
