/** The innermost loops of contractions, and the packing that feeds them. */
import { Func, type Local } from "../function.ts";
import type { Lanes, Part } from "./mod.ts";
import {
  type Blocks,
  blocksOf,
  type Line,
  lineOf,
  loadOffsets,
  type Loop,
  loopsOf,
  overBlocks,
  type Problem,
  pushAddress,
  sizeOf,
  toBlock,
  walk,
} from "./problem.ts";

// Packing: a block of an operand copied into the order in which the tiles read it.
//
// A panel is `width` rows (of a) or columns (of b); for each term of the sum it holds their numbers side by side. Where
// fewer are `valid`, the last one is repeated, so that nothing beyond the operand is read.

/** A panel to pack. */
export interface Panel {
  readonly width: number;
  readonly valid: number;
  /** Where its rows or columns start. */
  readonly line: Line;
  /** Whether panels start at multiples of a vector's lanes, so that a vector's rows or columns are of one index outside. */
  readonly aligned: boolean;
  /** How the operand moves along the terms of a block. */
  readonly loops: readonly Loop[];
  readonly counts: readonly number[];
}

/** Whether each vector of a panel is contiguous in the operand. */
const contiguous = ({ width, aligned, line: { stride, axes } }: Panel, { bytes, count }: Lanes): boolean =>
  stride === bytes ||
  (stride === null && aligned && width % count === 0 && axes.at(-1)!.stride === bytes &&
    axes.at(-1)!.size % count === 0);

/** A function `(source, target, terms, table)` that packs one panel. It may write up to a vector past the panel. */
export function packer(panel: Panel, lanes: Lanes): Func {
  const { width, valid, line, loops, counts } = panel, { bytes, count } = lanes;
  const f = new Func(null, ["i32", "i32", "i32", "i32"]);
  const [source, target, terms, table] = f.args as [Local, Local, Local, Local];
  const offsets = loadOffsets(f, line, table, valid);
  const number = bytes === 4 ? "f32" : "f64", run = loops.at(-1)!.strides[0]!;
  const from = (i: number, term: number): number => {
    const offset = pushAddress(f, line, source, offsets, Math.min(i, valid - 1)) + term * run;
    if (offset >= 0) return offset;
    f.i32(offset).op("i32.add");
    return 0;
  };
  const single = (i: number, term: number): void => {
    f.get(target);
    const offset = from(i, term);
    f.memory(`${number}.load`, offset).memory(`${number}.store`, (term * width + i) * bytes);
  };
  const vector = (i: number, term: number): void => {
    f.get(target);
    const offset = from(i, term);
    f.memory("v128.load", offset).memory("v128.store", (term * width + i) * bytes);
  };
  const each = (n: number, by: number, body: (i: number) => void) => {
    for (let i = 0; i < n; i += by) body(i);
  };
  const square = Array.from({ length: count }, () => f.local("v128")), spare = square.map(() => f.local("v128"));
  const transposed = (): void => {
    each(width - width % count, count, (i) => {
      square.forEach((v, j) => {
        const offset = from(i + j, 0);
        f.memory("v128.load", offset).set(v);
      });
      lanes.transpose(f, square, spare);
      square.forEach((v, j) => f.get(target).get(v).memory("v128.store", (j * width + i) * bytes));
    });
    for (let i = width - width % count; i < width; i++) each(count, 1, (term) => single(i, term));
  };
  const copies = contiguous(panel, lanes), transposes = !copies && run === bytes;
  walk(f, {
    loops,
    pointers: [source],
    terms,
    counts,
    unroll: transposes ? count : 2,
    step: (n) => {
      if (transposes && n === count) transposed();
      else {each(n, 1, (term) =>
          each(copies ? valid : width, copies ? count : 1, (i) =>
            copies ? vector(i, term) : single(i, term)));}
      f.step(target, n * width * bytes);
    },
  });
  return f;
}

// A strip: one panel of columns times a range of rows, by tiles whose sums stay in registers.
//
// A tile is a few rows by a few vectors of columns. For each term it loads its vectors of b, spreads one number of a
// after the other over a vector, and adds the products. The sums and operands must fit in 16 registers, less one that
// the engine keeps.

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

// A vector times a matrix: every number of the matrix is used once, so that it is read in the order of memory and what
// counts is the stream of loads.

/** Terms and vectors at once where rows of the matrix are added up, and columns at once where they are multiplied. */
const termsAtOnce = 8, vectorsAtOnce = 4, columnsAtOnce = 4;

interface Vector {
  readonly lanes: Lanes;
  readonly columns: number;
  /** Distances of neighbouring columns. */
  readonly bStride: number;
  readonly cStride: number;
  readonly blocks: Blocks;
  /** Loops over the terms of a block, with the strides of a and b. */
  readonly loops: readonly Loop[];
}

/** The code of a contraction without rows, if it is one that these loops can do. */
export function vectorProduct({ columns, inner }: Problem, lanes: Lanes): Part | null {
  const { bytes } = lanes, blocks = blocksOf(inner);
  const { stride: bStride } = lineOf(columns, "b", bytes), { stride: cStride } = lineOf(columns, "c", bytes);
  if (bStride === null || cStride === null) return null;
  const loops = loopsOf(blocks, "a", "b").map((x) => ({ size: x.size, strides: [x.a * bytes, x.b * bytes] }));
  const v: Vector = { lanes, columns: sizeOf(columns), bStride, cStride, blocks, loops };
  if (bStride === bytes && cStride === bytes) return sumOfRows(v);
  const run = loops.at(-1)!;
  return run.size >= 16 && run.strides.every((x) => x === bytes) ? dotProducts(v) : null;
}

/**
 * For each term k in order, a few at once, `c += a[k]·b[k, :]`. The sums of blocks are scratch memory until all are there, so
 * that threads can share the blocks, whose rows are memory in one piece; elements are added in the order that tiles have.
 */
function sumOfRows({ lanes, columns, blocks, loops }: Vector): Part {
  const { bytes, count } = lanes, f = new Func(null, new Array(6).fill("i32"));
  const [a, b, c, work, from, to] = f.args as [Local, Local, Local, Local, Local, Local];
  const i32 = () => f.local("i32"), several = blocks.number > 1;
  const [aRun, bRun] = loops.at(-1)!.strides as [number, number];
  // A group is a cache line of the sums of a block. What the last one has beyond whole vectors is done by lanes.
  const group = 64 / bytes, groups = Math.ceil(columns / group), tail = columns % count;
  const number = i32(), low = i32(), high = i32(), first = i32(), size = i32(), last = i32();
  const sums = i32(), ak = i32(), bk = i32(), terms = i32(), p = i32(), q = i32(), left = i32();
  const vectors = Array.from({ length: vectorsAtOnce }, () => f.local("v128")), x = f.local("v128");
  const as = Array.from({ length: Math.min(termsAtOnce, Math.max(...blocks.counts)) }, () => f.local("v128"));
  /** Goes along the sums with `p` and b with `q`: `body` is for some whole vectors, or for one with the lanes of the tail. */
  const along = (unroll: number, body: (vectors: readonly Local[], lanesOfC: number) => void): void => {
    const some = (n: number) => {
      body(vectors.slice(0, n), count);
      const by = n * count * bytes;
      f.step(p, by).step(q, by).step(left, -by);
    };
    f.get(sums).set(p).get(bk).set(q).get(size).set(left);
    for (let n = unroll; n > 0; n >>= 1) {
      if (n < unroll) f.get(left).i32(n * count * bytes).op("i32.and").if(() => some(n));
      else {
        f.block((out) => {
          f.loop((again) => {
            f.get(left).i32(n * count * bytes).op("i32.lt_s").brIf(out);
            some(n);
            f.br(again);
          });
        });
      }
    }
    if (tail !== 0) f.get(last).if(() => body(vectors.slice(0, 1), tail));
  };
  const store = (now: readonly Local[], lanesOfC: number): void =>
    now.forEach((v, j) => lanes.store(f, () => f.get(p), j * count * bytes, v, lanesOfC));
  const step = (n: number): void => {
    as.slice(0, n).forEach((v, i) => {
      f.get(ak).i32(i * aRun).op("i32.add");
      lanes.splatLoad(f, 0);
      f.set(v);
    });
    along(columns >= group ? vectorsAtOnce : 1, (now, lanesOfC) => {
      const width = count * bytes;
      now.forEach((v, j) => f.get(p).memory("v128.load", j * width).set(v));
      for (let i = 0; i < n; i++) {
        now.forEach((v, j) => {
          const shift = i * bRun + j * width;
          f.get(q);
          if (shift < 0) f.i32(shift).op("i32.add");
          f.memory("v128.load", Math.max(0, shift)).set(x);
          lanes.multiplyAdd(f, as[i]!, x, v);
        });
      }
      store(now, lanesOfC);
    });
  };
  f.while(from, () => f.get(to), 0, () => {
    f.get(from).i32(groups).op("i32.div_u").set(number).get(from).i32(groups).op("i32.rem_u").set(low);
    f.get(low).get(to).op("i32.add").get(from).op("i32.sub").set(high);
    f.get(high).i32(groups).op("i32.gt_s").if(() => f.i32(groups).set(high));
    f.get(low).i32(64).op("i32.mul").set(first).get(high).i32(groups).op("i32.eq").set(last);
    f.i32((columns - tail) * bytes).get(high).i32(64).op("i32.mul").get(last).op("select");
    f.get(first).op("i32.sub").set(size);
    if (several) f.get(work).get(number).i32(groups * 64).op("i32.mul", "i32.add");
    else f.get(c);
    f.get(first).op("i32.add").set(sums);
    f.get(a).set(ak).get(b).get(first).op("i32.add").set(bk);
    toBlock(f, blocks, bytes, number, { a: ak, b: bk, terms });
    along(1, (now, lanesOfC) => {
      now.forEach((v) => (lanes.zero(f), f.set(v)));
      store(now, lanesOfC);
    });
    walk(f, { loops, pointers: [ak, bk], terms, counts: blocks.counts, unroll: termsAtOnce, step });
    f.get(from).get(high).op("i32.add").get(low).op("i32.sub").set(from);
  });
  if (!several) return { one: f, functions: [f], groups, workBytes: 0, finish: null };
  const sum = addBlocks(lanes, columns, blocks.number, groups * 64);
  const units = groups * blocks.number;
  return { one: f, functions: [f, sum], groups: units, workBytes: units * 64, finish: sum };
}

/** A function `(c, work)` that adds the sums of blocks, `rowBytes` apart, in order. */
function addBlocks(lanes: Lanes, columns: number, blocks: number, rowBytes: number): Func {
  const { bytes, count } = lanes, f = new Func(null, ["i32", "i32"]), [c, work] = f.args as [Local, Local];
  const left = f.local("i32"), at = f.local("i32"), more = f.local("i32"), v = f.local("v128");
  const some = (n: number): void => {
    f.get(work).memory("v128.load").set(v).get(work).set(at).i32(blocks - 1).set(more);
    f.loop((again) => {
      f.step(at, rowBytes).get(v).get(at).memory("v128.load");
      lanes.add(f);
      f.set(v).step(more, -1).get(more).brIf(again);
    });
    lanes.store(f, () => f.get(c), 0, v, n);
    f.step(c, count * bytes).step(work, count * bytes);
  };
  f.while(left, () => f.i32(Math.floor(columns / count)), 1, () => some(count));
  if (columns % count > 0) some(columns % count);
  return f;
}

/**
 * Dot products of a with the columns of b, which are contiguous.
 *
 * Each element has two vectors of partial sums a block, which take the vectors of a run in turns; a term alone goes to
 * the first lane of the first one. The two are added, then the sums of the blocks in order, and in the end the upper
 * half of the lanes to the lower until one is left.
 */
function dotProducts({ lanes, columns, bStride, cStride, blocks, loops }: Vector): Part {
  const { bytes, count } = lanes, f = new Func(null, new Array(6).fill("i32"));
  const [a, b, c, , from, to] = f.args as [Local, Local, Local, Local, Local, Local];
  const [ak, bk, p, q, terms] = Array.from({ length: 5 }, () => f.local("i32")) as [Local, Local, Local, Local, Local];
  const vector = () => f.local("v128"), x = vector(), y = vector();
  const sums = Array.from({ length: columnsAtOnce }, () => ({ even: vector(), odd: vector(), total: vector() }));
  f.get(b).get(from).i32(bStride).op("i32.mul", "i32.add").set(b);
  f.get(c).get(from).i32(cStride).op("i32.mul", "i32.add").set(c);
  const clear = (v: Local): void => (lanes.zero(f), void f.set(v));
  const plus = (u: Local, v: Local): void => (f.get(u).get(v), lanes.add(f), void f.set(u));
  const multiply = (n: number, load: string, offset: number, sum: "even" | "odd"): void => {
    f.get(p).memory(load, offset).set(x);
    for (let j = 0; j < n; j++) {
      const shift = j * bStride + offset;
      f.get(q);
      if (shift < 0) f.i32(shift).op("i32.add");
      f.memory(load, Math.max(0, shift)).set(y);
      lanes.multiplyAdd(f, x, y, sums[j]![sum]);
    }
  };
  const some = (n: number): void => {
    const now = sums.slice(0, n);
    f.get(a).set(ak).get(b).set(bk);
    for (const { total } of now) clear(total);
    overBlocks(f, blocks, bytes, { a: ak, b: bk, terms }, () => {
      for (const { even, odd } of now) [even, odd].forEach(clear);
      f.get(ak).set(p).get(bk).set(q);
      const step = (m: number): void => {
        if (m < 2 * count) {
          const single = bytes === 4 ? "v128.load32_zero" : "v128.load64_zero";
          for (let i = 0; i < m; i++) multiply(n, single, i * bytes, "even");
          return;
        }
        multiply(n, "v128.load", 0, "even");
        multiply(n, "v128.load", count * bytes, "odd");
      };
      walk(f, { loops, pointers: [p, q], terms, counts: blocks.counts, unroll: 2 * count, step });
      for (const { even, odd, total } of now) (plus(even, odd), plus(total, even));
    });
    for (const { total } of now) {
      f.get(c);
      lanes.sum(f, total);
      f.memory(`${lanes.dtype}.store`).step(c, cStride);
    }
    f.step(b, n * bStride).step(from, n);
  };
  f.block((out) => {
    f.loop((again) => {
      f.get(to).get(from).op("i32.sub").i32(columnsAtOnce).op("i32.lt_s").brIf(out);
      some(columnsAtOnce);
      f.br(again);
    });
  });
  f.while(from, () => f.get(to), 0, () => some(1));
  return { one: f, functions: [f], groups: columns, workBytes: 0, finish: null };
}
