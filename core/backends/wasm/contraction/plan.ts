/** How a contraction is computed: which operand is packed, how large the tiles are, and how the work can be shared out. */
import { type Blocks, blocksOf, loopsOf } from "./blocks.ts";
import type { Lanes } from "./lanes.ts";
import { type Line, lineOf } from "./line.ts";
import { type Axis, type Problem, sizeOf } from "./problem.ts";
import type { Spread } from "./strip.ts";

/** Choices that change the speed and not one bit of the result. */
export interface Tile {
  /** Whether numbers of a are spread over vectors by shuffles where that can be; else each is loaded. */
  readonly shuffles?: boolean;
  /** Whether tiles are of four vectors, not two: for engines that join pairs of them to vectors twice as long. */
  readonly wide?: boolean;
  /** Whether a and b are packed. */
  readonly packA?: boolean;
  readonly packB?: boolean;
}

/** A panel of columns: vectors side by side, and the lanes of them that are columns. */
export interface Columns {
  readonly vectors: number;
  readonly valid: number;
}

/** A plan. */
export interface Plan {
  readonly problem: Problem;
  readonly lanes: Lanes;
  readonly blocks: Blocks;
  readonly rows: number;
  readonly columns: number;
  readonly spread: Spread;
  readonly aPacked: boolean;
  readonly bPacked: boolean;
  readonly aRows: Line;
  readonly bColumns: Line;
  readonly cRows: Line;
  readonly cColumns: Line;
  /** Columns of a whole panel, the number of those, and the last panel if it differs. */
  readonly panel: Columns;
  readonly wholePanels: number;
  readonly lastPanel: Columns | null;
  /** Rows come in pieces of so many; the last piece has what is left over too. */
  readonly pieceRows: number;
  readonly pieces: number;
  /** Along which the work of one index of the batch is shared out. */
  readonly split: "rows" | "columns" | "none";
}

/** The most rows of a tile of one, two or three vectors, whose sums and operands fit in the 15 vector registers. */
const tileRows: Readonly<Record<Spread, readonly number[]>> = {
  // Of four vectors: pairs of them are one register.
  loads: [12, 6, 3, 6],
  terms: [6, 4, 2, 6],
  rows: [8, 4, 3, 4],
};

/** The most rows of a tile of so many vectors. */
export function mostRows(spread: Spread, aPacked: boolean, vectors: number, { count, fma }: Lanes): number {
  // As a stream a packed panel needs one register, and there is one more for sums.
  if (aPacked && spread === "rows" && count === 4 && vectors < 3) return 5;
  // A product that is not yet added takes a register.
  if (spread === "loads" && vectors === 2 && !fma) return 5;
  return tileRows[spread][vectors - 1]!;
}

/** The tiles of the rows that are left over when tiles have `rows` rows: two of nearly one size rather than one small one. */
export function tailsOf(total: number, rows: number): readonly number[] {
  const rest = total % rows;
  if (rest === 0) return [];
  if (rest > rows / 2 || total < rows) return [rest];
  return [Math.ceil((rows + rest) / 2), Math.floor((rows + rest) / 2)];
}

/** Panels of two vectors, or of four, and a last one of what is left over; rather one of three than one of two and one. */
function panelsOf(
  columns: number,
  { count }: Lanes,
  vectors: 2 | 4,
): Pick<Plan, "panel" | "wholePanels" | "lastPanel"> {
  const width = vectors * count, whole = Math.floor(columns / width), rest = columns - whole * width;
  const panel = { vectors, valid: width };
  if (rest === 0) return { panel, wholePanels: whole, lastPanel: null };
  if (vectors === 2 && rest <= count && whole > 0) {
    return { panel, wholePanels: whole - 1, lastPanel: { vectors: 3, valid: width + rest } };
  }
  return { panel, wholePanels: whole, lastPanel: { vectors: Math.ceil(rest / count), valid: rest } };
}

/**
 * Whether the terms of a block of one row or column compete for the same places of the first cache, of 64 lines a way, and of
 * the table of pages: the rest of their cache lines would be gone when the next rows or columns need them.
 */
function collides(blocks: Blocks, operand: "a" | "b", bytes: number): boolean {
  const lines = new Set<number>(), places = new Map<number, number>();
  const visit = (axes: readonly Axis[], at: number): void => {
    const [axis, ...rest] = axes;
    if (axis !== undefined) { for (let i = 0; i < axis.size; i++) visit(rest, at + i * axis[operand] * bytes); }
    else lines.add(at >> 6);
  };
  visit(loopsOf(blocks, operand), 0);
  for (const line of lines) places.set(line & 63, (places.get(line & 63) ?? 0) + 1);
  const pages = new Set([...lines].map((line) => line >> 6)).size, most = Math.max(...places.values());
  return most > 32 || (most > 8 && pages > 64);
}

/** So many rows are whole tiles of all panels. */
function commonRows(
  { panel, wholePanels, lastPanel }: Pick<Plan, "panel" | "wholePanels" | "lastPanel">,
  spread: Spread,
  lanes: Lanes,
): number {
  const vectors = [...wholePanels > 0 ? [panel.vectors] : [], ...lastPanel === null ? [] : [lastPanel.vectors]];
  const each = vectors.map((n) => mostRows(spread, false, n, lanes));
  let rows = each[0]!;
  while (each.some((n) => rows % n !== 0)) rows += each[0]!;
  return rows;
}

/** Plans a contraction that has rows, columns and terms. */
export function planOf(problem: Problem, lanes: Lanes, tile: Tile): Plan {
  const { bytes } = lanes;
  const rows = sizeOf(problem.rows), columns = sizeOf(problem.columns), blocks = blocksOf(problem.inner);
  const aRows = lineOf(problem.rows, "a", bytes), bColumns = lineOf(problem.columns, "b", bytes);
  const aRun = loopsOf(blocks, "a").at(-1)!.a;
  const aPacked = tile.packA ?? (columns >= 32 && collides(blocks, "a", bytes));
  // With one vector of b a load for each number of a is too much.
  const spread: Spread = !(tile.shuffles ?? columns <= lanes.count)
    ? "loads"
    : aPacked || (aRows.stride === bytes && aRun !== 1)
    ? "rows"
    : aRun === 1
    ? "terms"
    : "loads";
  const bDirect = bColumns.stride === bytes && loopsOf(blocks, "b").at(-1)!.b >= 0;
  // Packing pays where b is read several times; more so where its lines would be gone by then.
  const bPacked = !bDirect || (tile.packB ?? rows > (collides(blocks, "b", bytes) ? 8 : 48));
  const panels = panelsOf(columns, lanes, tile.wide === true ? 4 : 2);
  const pieceRows = aPacked
    ? mostRows(spread, aPacked, panels.panel.vectors, lanes)
    : commonRows(panels, spread, lanes);
  const pieces = Math.max(1, Math.floor(rows / pieceRows));
  const panelCount = panels.wholePanels + (panels.lastPanel === null ? 0 : 1);
  return {
    problem,
    lanes,
    blocks,
    rows,
    columns,
    spread,
    aPacked,
    bPacked,
    aRows,
    bColumns,
    cRows: lineOf(problem.rows, "c", bytes),
    cColumns: lineOf(problem.columns, "c", bytes),
    ...panels,
    pieceRows,
    pieces,
    split: splitOf(),
  };

  function splitOf(): Plan["split"] {
    if (sizeOf(problem.batch) >= 16) return "none";
    if (!bPacked) return "columns";
    // Each thread packs the whole of the operand along which the work is not split.
    const byColumns = aPacked ? columns > rows : panelCount >= 16;
    return byColumns ? "columns" : pieces >= panelCount || pieces >= 16 ? "rows" : "columns";
  }
}

/** The loops over the terms of a block with the byte strides of the operands that are not packed. */
export const stridesOf = ({ blocks, lanes: { bytes } }: Plan, ...operands: readonly ("a" | "b")[]) =>
  operands.length === 0
    ? [{ size: 0, strides: [] }]
    : loopsOf(blocks, ...operands).map((x) => ({ size: x.size, strides: operands.map((o) => x[o] * bytes) }));
