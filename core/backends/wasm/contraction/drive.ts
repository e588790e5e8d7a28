/** Plans of contractions, and the loops that carry them out. */
import { Func, type Local } from "../function.ts";
import type { Lanes, Part } from "./mod.ts";
import {
  type Axis,
  type Blocks,
  blocksOf,
  type Line,
  lineOf,
  loopsOf,
  overBlocks,
  type Problem,
  sizeOf,
  tableFiller,
} from "./problem.ts";
import { packer, type Spread, strip } from "./strip.ts";

// How a contraction is computed: which operand is packed, how large the tiles are, and how the work can be shared out.

/** Choices that change the speed and not one bit of the result. */
export interface Tile {
  /** Whether numbers of a are spread over vectors by shuffles where that can be, or each is loaded. */
  readonly shuffles?: boolean;
  /** Whether tiles are of four vectors, not two: for engines that join pairs of them to vectors twice as long. */
  readonly wide?: boolean;
  /** Whether a and b are packed. */
  readonly packA?: boolean;
  readonly packB?: boolean;
  /** Whether rows are found by tables, where that makes the code of other sizes the same. */
  readonly tables?: boolean;
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
function mostRows(spread: Spread, aPacked: boolean, vectors: number, { count, fma }: Lanes): number {
  // As a stream a packed panel needs one register, and there is one more for sums.
  if (aPacked && spread === "rows" && count === 4 && vectors < 3) return 5;
  // A product that is not yet added takes a register.
  if (spread === "loads" && vectors === 2 && !fma) return 5;
  return tileRows[spread][vectors - 1]!;
}

/** The tiles of the rows that are left over when tiles have `rows` rows: two of nearly one size rather than one small one. */
function tailsOf(total: number, rows: number): readonly number[] {
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
  const line = (operand: "a" | "c"): Line => {
    const found = lineOf(problem.rows, operand, bytes), { stride, axes } = found;
    return tile.tables === true && stride !== bytes && axes.length > 0 ? { stride: null, axes } : found;
  };
  const aRows = line("a"), bColumns = lineOf(problem.columns, "b", bytes);
  const aRun = loopsOf(blocks, "a").at(-1)!.a;
  // A packed panel is one stream of vectors, which pays where there are many panels of b to meet it.
  const aPacked = tile.packA ?? ((rows > 48 && columns >= 128) || (columns >= 32 && collides(blocks, "a", bytes)));
  const panels = panelsOf(columns, lanes, tile.wide === true ? 4 : 2);
  // A load for each number of a takes longer than a shuffle, but for three vectors of b: more rows of them fit.
  const three = panels.wholePanels === 0 && panels.lastPanel?.vectors === 3;
  const spread: Spread = !(tile.shuffles ?? !three)
    ? "loads"
    : aPacked || (aRows.stride === bytes && aRun !== 1)
    ? "rows"
    : aRun === 1
    ? "terms"
    : "loads";
  const bDirect = bColumns.stride === bytes && loopsOf(blocks, "b").at(-1)!.b >= 0;
  // Packing pays where b is read several times; more so where its lines would be gone by then.
  const bPacked = !bDirect || (tile.packB ?? rows > (collides(blocks, "b", bytes) ? 8 : 48));
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
    cRows: line("c"),
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
const stridesOf = ({ blocks, lanes: { bytes } }: Plan, ...operands: readonly ("a" | "b")[]) =>
  operands.length === 0
    ? [{ size: 0, strides: [] }]
    : loopsOf(blocks, ...operands).map((x) => ({ size: x.size, strides: operands.map((o) => x[o] * bytes) }));

// The loops around the strips: batch, blocks of columns, blocks of the sum, packing, blocks of rows.
//
// A block of b is packed once and stays in the second cache while the rows pass; a block of rows of a stays there while
// the panels of columns pass.

/** Bytes of a block of b and, of a, the most rows at once. */
const blockOfB = 1 << 20, blockRows = 192;

/** The functions that compute a plan. */
export function drive(plan: Plan): Part {
  const {
    lanes,
    blocks,
    rows,
    columns,
    spread,
    aPacked,
    bPacked,
    pieceRows,
    pieces,
    panel,
    wholePanels,
    lastPanel,
  } = plan;
  const { bytes } = lanes, panels = wholePanels + (lastPanel === null ? 0 : 1), width = panel.valid;
  const longest = Math.max(...blocks.counts);
  const functions: Func[] = [];
  const add = (f: Func): Func => (functions.push(f), f);

  // Scratch memory: tables of offsets, the packed block of b, the packed block of a.
  let workBytes = 0;
  const reserve = (size: number): number => {
    const at = workBytes;
    workBytes += Math.ceil((size + 64) / 64) * 64;
    return at;
  };
  const tableOf = (line: Line, count: number) =>
    line.stride === null ? { at: reserve(4 * count), fill: add(tableFiller(line)) } : null;
  const tables = {
    a: tableOf(plan.aRows, rows),
    c: tableOf(plan.cRows, rows),
    b: bPacked ? tableOf(plan.bColumns, columns) : null,
    columns: tableOf(plan.cColumns, columns),
  };
  const panelBytes = width * bytes;
  const blockPanels = Math.min(panels, Math.max(1, Math.floor(blockOfB / (longest * panelBytes))));
  const blockPieces = Math.min(pieces, Math.floor(blockRows / pieceRows));
  const mostBlockRows = blockPieces * pieceRows + (rows - pieces * pieceRows > 0 ? pieceRows : 0) + pieceRows;
  const bWork = bPacked ? reserve(longest * ((blockPanels + 1) * panelBytes)) : 0;
  const aWork = aPacked ? reserve(longest * mostBlockRows * bytes) : 0;

  const packedTails = aPacked ? tailsOf(rows, pieceRows) : [];
  const stripOf = ({ vectors, valid }: Columns): Func => {
    const most = mostRows(spread, aPacked, vectors, lanes), whole = aPacked ? pieceRows : most;
    return add(strip({
      spread,
      aPacked,
      rows: rows >= whole ? whole : 0,
      tails: aPacked ? packedTails : tailsOf(rows, most),
      most,
      vectors,
      valid,
      aLine: plan.aRows,
      cRows: plan.cRows,
      cColumns: plan.cColumns,
      loops: stridesOf(plan, ...aPacked ? [] : ["a"] as const, ...bPacked ? [] : ["b"] as const),
      bPacked,
      counts: blocks.counts,
      adds: blocks.number > 1,
    }, lanes));
  };
  const packColumns = ({ vectors, valid }: Columns): Func =>
    add(packer({
      width: vectors * lanes.count,
      valid,
      line: plan.bColumns,
      aligned: true,
      loops: stridesOf(plan, "b"),
      counts: blocks.counts,
    }, lanes));
  const forPanels = (make: (c: Columns) => Func) => ({
    whole: wholePanels > 0 ? make(panel) : null,
    last: lastPanel === null ? null : make(lastPanel),
  });
  const strips = forPanels(stripOf), columnPackers = bPacked ? forPanels(packColumns) : null;
  const packRows = aPacked ? rowPacker() : null;

  /** A function `(source, target, rows, terms, table)` that packs rows of a. */
  function rowPacker(): Func {
    const aligned = [...rows >= pieceRows ? [pieceRows] : [], ...packedTails].slice(0, -1)
      .every((n) => n % lanes.count === 0) && pieceRows % lanes.count === 0;
    const of = (size: number): Func =>
      add(
        packer(
          { width: size, valid: size, line: plan.aRows, aligned, loops: stridesOf(plan, "a"), counts: blocks.counts },
          lanes,
        ),
      );
    const f = new Func(null, ["i32", "i32", "i32", "i32", "i32"]);
    const [source, target, left, terms, table] = f.args as [Local, Local, Local, Local, Local];
    const one = (size: number, pack: Func): void => {
      f.get(source).get(target).get(terms).get(table).call(pack);
      f.get(target).get(terms).i32(size * bytes).op("i32.mul", "i32.add").set(target).step(left, -size);
      if (plan.aRows.stride === null) f.step(table, 4 * size);
      else f.step(source, size * plan.aRows.stride);
    };
    const tailRows = packedTails.reduce((x, y) => x + y, 0);
    if (rows >= pieceRows) {
      const whole = of(pieceRows);
      f.block((end) => {
        f.loop((again) => {
          f.get(left).i32(pieceRows).op("i32.lt_s").brIf(end);
          if (tailRows > pieceRows) f.get(left).i32(tailRows).op("i32.eq").brIf(end);
          one(pieceRows, whole);
          f.br(again);
        });
      });
    }
    if (tailRows > 0) {
      const tails = packedTails.map((size) => [size, of(size)] as const);
      f.get(left).if(() => tails.forEach(([size, pack]) => one(size, pack)));
    }
    return add(f);
  }

  /** A function `(a, b, c, work, from, to)`: all of one index of the batch, in a range of pieces of rows or of panels. */
  function block(): Func {
    const f = new Func(null, new Array(6).fill("i32"));
    const [a, b, c, work, from, to] = f.args as [Local, Local, Local, Local, Local, Local];
    const i32 = (): Local => f.local("i32");
    const limits = (along: Plan["split"], count: number): readonly [() => void, () => void] =>
      plan.split === along ? [() => f.get(from), () => f.get(to)] : [() => f.i32(0), () => f.i32(count)];
    const [firstPiece, endPiece] = limits("rows", pieces), [firstPanel, endPanel] = limits("columns", panels);
    /** Pushes where piece or panel `push` starts, or the end. */
    const start = (push: () => void, count: number, size: number, end: number): void => {
      f.i32(end);
      push();
      f.i32(size).op("i32.mul");
      push();
      f.i32(count).op("i32.eq", "select");
    };
    const rowOf = (push: () => void) => start(push, pieces, pieceRows, rows);
    const columnOf = (push: () => void) => start(push, panels, width, columns);

    /** Makes a table, and returns the local from which it is indexed: by row or column number, not counted from the first. */
    const table = (t: typeof tables.a, first: () => void, end: () => void): Local => {
      const at = i32();
      if (t === null) return at;
      f.get(work).i32(t.at).op("i32.add").set(at);
      f.get(at);
      first();
      end();
      f.call(t.fill);
      f.get(at);
      first();
      f.i32(2).op("i32.shl", "i32.sub").set(at);
      return at;
    };
    const rowRange = [() => rowOf(firstPiece), () => rowOf(endPiece)] as const;
    const columnRange = [() => columnOf(firstPanel), () => columnOf(endPanel)] as const;
    const aTable = table(tables.a, ...rowRange), cTable = table(tables.c, ...rowRange);
    const bTable = table(tables.b, ...columnRange), columnTable = table(tables.columns, ...columnRange);

    const ak = i32(), bk = i32(), terms = i32(), adding = i32();
    const smaller = (x: () => void, y: () => void): void => {
      x();
      y();
      x();
      y();
      f.op("i32.lt_s", "select");
    };
    /** Goes through a range in blocks: `body(from, to)`. */
    const inBlocks = (
      first: () => void,
      end: () => void,
      size: number,
      body: (from: Local, to: Local) => void,
    ): void => {
      const low = i32(), high = i32();
      first();
      f.set(low);
      f.while(low, end, size, () => {
        smaller(() => f.get(low).i32(size).op("i32.add"), end);
        f.set(high);
        body(low, high);
      });
    };
    /** `base + index·size`, with the pushed base. */
    const plus = (base: Local, index: Local, size: number): void => {
      f.get(base);
      if (size !== 0) f.get(index).i32(size).op("i32.mul", "i32.add");
    };
    const inPanels = (low: Local, high: Local, body: (panel: Local, last: boolean) => void): void => {
      const p = i32();
      f.get(low).set(p);
      f.while(p, () => f.get(high), 1, () => {
        if (lastPanel === null) body(p, false);
        else if (wholePanels === 0) body(p, true);
        else f.get(p).i32(wholePanels).op("i32.eq").if(() => body(p, true), () => body(p, false));
      });
      f.free(p);
    };

    inBlocks(firstPanel, endPanel, blockPanels, (low, high) => {
      f.get(a).set(ak).get(b).set(bk).i32(0).set(adding);
      overBlocks(f, blocks, bytes, { a: ak, b: bk, terms }, () => {
        const packedB = i32();
        if (columnPackers !== null) {
          f.get(work).i32(bWork).op("i32.add").set(packedB);
          inPanels(low, high, (p, last) => {
            plus(bk, p, width * (plan.bColumns.stride ?? 0));
            f.get(packedB).get(terms);
            plus(bTable, p, 4 * width);
            f.call(last ? columnPackers.last! : columnPackers.whole!);
            f.get(packedB).get(terms).i32(panelBytes).op("i32.mul", "i32.add").set(packedB);
          });
        }
        inBlocks(firstPiece, endPiece, blockPieces, (piece, pieceEnd) => {
          const row = i32(), count = i32(), ap = i32(), cp = i32(), at = i32(), ct = i32(), bp = i32();
          f.get(piece).i32(pieceRows).op("i32.mul").set(row);
          rowOf(() => f.get(pieceEnd));
          f.get(row).op("i32.sub").set(count);
          plus(ak, row, plan.aRows.stride ?? 0);
          f.set(ap);
          plus(aTable, row, tables.a === null ? 0 : 4);
          f.set(at);
          plus(c, row, plan.cRows.stride ?? 0);
          f.set(cp);
          plus(cTable, row, tables.c === null ? 0 : 4);
          f.set(ct);
          if (packRows !== null) {
            f.get(ap).get(work).i32(aWork).op("i32.add").get(count).get(terms).get(at).call(packRows);
            f.get(work).i32(aWork).op("i32.add").set(ap);
          }
          if (bPacked) f.get(work).i32(bWork).op("i32.add").set(bp);
          inPanels(low, high, (p, last) => {
            f.get(ap);
            if (bPacked) f.get(bp);
            else plus(bk, p, panelBytes);
            plus(cp, p, width * (plan.cColumns.stride ?? 0));
            f.get(count).get(terms).get(adding).get(at).get(ct);
            plus(columnTable, p, tables.columns === null ? 0 : 4 * width);
            f.call(last ? strips.last! : strips.whole!);
            if (bPacked) f.get(bp).get(terms).i32(panelBytes).op("i32.mul", "i32.add").set(bp);
          });
        });
        f.i32(1).set(adding);
      });
    });
    return add(f);
  }

  const groups = plan.split === "rows" ? pieces : plan.split === "columns" ? panels : 1;
  return { one: block(), functions, groups, workBytes, finish: null };
}
