/**
 * A strip: one panel of columns times a range of rows, by tiles whose sums stay in registers.
 *
 * A tile is a few rows by a few vectors of columns. For each term it loads its vectors of b, spreads one number of a
 * after the other over a vector, and adds the products. The sums and operands must fit in 16 registers, less one that
 * the engine keeps.
 */
import { Func, type Local } from "../function.ts";
import type { Lanes } from "./lanes.ts";
import { type Line, loadOffsets, pushAddress } from "./line.ts";
import { type Loop, walk } from "./walk.ts";

/**
 * How numbers of a get into all lanes of a vector. Loads are checked against the end of memory, so that processors of
 * fewer instructions a cycle gain by loading a vector and spreading its lanes by shuffles, and others do not.
 */
export type Spread =
  /** One load for each. */
  | "loads"
  /** Shuffles of vectors of neighbouring terms, which are contiguous. */
  | "terms"
  /** Shuffles of vectors of neighbouring rows, which are contiguous. */
  | "rows";

/** What a strip is made for. */
export interface Strip {
  readonly spread: Spread;
  readonly aPacked: boolean;
  /** Rows of a whole tile, and of the tiles after the last whole one. */
  readonly rows: number;
  readonly tails: readonly number[];
  /** The most rows whose sums fit in registers. */
  readonly most: number;
  /** Vectors side by side, and how many of their lanes are columns of c. */
  readonly vectors: number;
  readonly valid: number;
  readonly aLine: Line;
  readonly cRows: Line;
  readonly cColumns: Line;
  /** Loops over the terms of a block: strides of a unless it is packed, then of b unless it is. */
  readonly loops: readonly Loop[];
  readonly bPacked: boolean;
  readonly counts: readonly number[];
  /** Whether there are blocks after the first, whose sums are added to c. */
  readonly adds: boolean;
}

/** A function `(a, b, c, rows, terms, add, aTable, cTable, columnTable)` that computes a strip. */
export function strip(s: Strip, lanes: Lanes): Func {
  const f = new Func(null, new Array(9).fill("i32"));
  const [a, b, c, left, terms, add, aTable, cTable, columnTable] = f.args as readonly Local[] as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const { bytes, count } = lanes, p = f.local("i32"), q = f.local("i32"), { spread, aPacked, bPacked } = s;
  const vectors = (n: number) => Array.from({ length: n }, () => f.local("v128"));
  const most = Math.min(s.most, Math.max(s.rows, ...s.tails));
  const sums = Array.from({ length: most }, () => vectors(s.vectors)), bs = vectors(s.vectors), x = f.local("v128");
  const as = vectors(spread === "loads" ? 0 : spread === "terms" ? most : Math.ceil(most / count));
  const run = s.loops.at(-1)!.strides, bStride = bPacked ? s.vectors * count * bytes : run[aPacked ? 0 : 1]!;
  const pointers = [...aPacked ? [] : [p], ...bPacked ? [] : [q]];

  /** Rows `first` and on of the next `of` rows, which are one panel if a is packed. */
  const tile = (first: number, rows: number, of: number): void => {
    const offsets = aPacked ? [] : loadOffsets(f, s.aLine, aTable, first + rows);
    const aStride = aPacked ? of * bytes : run[0]!;
    /** Pushes the address of a number of a, and returns what of it is a static offset. */
    const at = (row: number, term: number): number => {
      const line = aPacked ? { stride: bytes, axes: [] } : s.aLine;
      const offset = pushAddress(f, line, p, offsets, first + row) + term * aStride;
      if (offset >= 0) return offset;
      f.i32(offset).op("i32.add");
      return 0;
    };
    const load = (v: Local, row: number, term: number): void => {
      const offset = at(row, term);
      f.memory("v128.load", offset).set(v);
    };
    // A panel as wide as its tile is one stream of numbers: every vector of it is loaded once.
    const stream = spread === "rows" && aPacked && rows === of;
    const pushSpread = (row: number, term: number): void => {
      if (spread === "loads") {
        const offset = at(row, term);
        return lanes.splatLoad(f, offset);
      }
      if (spread === "terms") return lanes.splatLane(f, as[row]!, term);
      const n = stream ? term * rows + row : row, v = as[stream ? 0 : Math.floor(row / count)]!;
      if (n % count === 0) load(v, row, term);
      lanes.splatLane(f, v, n % count);
    };
    const step = (n: number): void => {
      if (spread === "terms") { for (let i = 0; i < rows; i++) load(as[i]!, i, 0); }
      for (let term = 0; term < n; term++) {
        bs.forEach((v, j) => f.get(q).memory("v128.load", term * bStride + j * count * bytes).set(v));
        for (let i = 0; i < rows; i++) {
          pushSpread(i, term);
          f.set(x);
          bs.forEach((v, j) => lanes.multiplyAdd(f, x, v, sums[i]![j]!));
        }
      }
      if (aPacked) f.step(p, n * aStride);
      if (bPacked) f.step(q, n * bStride);
    };
    for (let i = 0; i < rows; i++) for (const v of sums[i]!) (lanes.zero(f), f.set(v));
    f.get(a).set(p).get(b).set(q);
    walk(f, { loops: s.loops, pointers, terms, counts: s.counts, unroll: spread === "terms" ? count : 4, step });
    f.free(...offsets);
    for (let i = 0; i < rows; i++) storeRow(first + i, sums[i]!);
  };

  const columnOffsets = s.cColumns.stride === null ? loadOffsets(f, s.cColumns, columnTable, s.valid) : [];
  const storeRow = (row: number, values: readonly Local[]): void => {
    const at = f.local("i32");
    const { stride } = s.cRows;
    f.get(c);
    if (stride === null) f.get(cTable).memory("i32.load", 4 * row).op("i32.add");
    else if (row * stride !== 0) f.i32(row * stride).op("i32.add");
    f.set(at);
    const store = (adding: boolean): void =>
      values.forEach((v, j) => {
        const valid = Math.min(count, s.valid - j * count);
        if (s.cColumns.stride === bytes) {
          const offset = j * count * bytes;
          if (adding) {
            f.get(at).memory("v128.load", offset).get(v);
            lanes.add(f);
            f.set(v);
          }
          lanes.store(f, () => f.get(at), offset, v, valid);
          return;
        }
        for (let lane = 0; lane < valid; lane++) {
          const target = () => pushAddress(f, s.cColumns, at, columnOffsets, j * count + lane);
          const offset = target();
          if (adding) target(), f.memory(`${lanes.dtype}.load`, offset);
          lanes.extract(f, v, lane);
          if (adding) f.op(`${lanes.dtype}.add`);
          f.memory(`${lanes.dtype}.store`, offset);
        }
      });
    if (s.adds) f.get(add).if(() => store(true), () => store(false));
    else store(false);
    f.free(at);
  };

  const next = (rows: number): void => {
    for (let first = 0; first < rows; first += s.most) tile(first, Math.min(s.most, rows - first), rows);
    if (aPacked) f.get(a).get(terms).i32(rows * bytes).op("i32.mul", "i32.add").set(a);
    else if (s.aLine.stride === null) f.step(aTable, 4 * rows);
    else f.step(a, rows * s.aLine.stride);
    if (s.cRows.stride === null) f.step(cTable, 4 * rows);
    else f.step(c, rows * s.cRows.stride);
    f.step(left, -rows);
  };
  const tailRows = s.tails.reduce((x, y) => x + y, 0);
  if (s.rows > 0) {
    f.block((end) => {
      f.loop((again) => {
        // Rows that are no whole number of tiles are the last ones, and end in the tails.
        f.get(left).i32(s.rows).op("i32.lt_s").brIf(end);
        if (tailRows > s.rows) f.get(left).i32(tailRows).op("i32.eq").brIf(end);
        next(s.rows);
        f.br(again);
      });
    });
  }
  if (tailRows > 0) f.get(left).if(() => s.tails.forEach(next));
  return f;
}
