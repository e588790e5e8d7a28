/**
 * A vector times a matrix: every number of the matrix is used once, so that it is read in the order of memory and what
 * counts is the stream of loads.
 */
import { Func, type Local } from "../function.ts";
import { type Blocks, blocksOf, loopsOf, overBlocks } from "./blocks.ts";
import type { Part } from "./entry.ts";
import type { Lanes } from "./lanes.ts";
import { lineOf } from "./line.ts";
import { type Problem, sizeOf } from "./problem.ts";
import { type Loop, walk } from "./walk.ts";

/** Terms at once where rows of the matrix are added up, and columns at once where they are multiplied. */
const termsAtOnce = 4, columnsAtOnce = 4;

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

/** For each term k in order, a few at once, `c += a[k]·b[k, :]`; elements are added in the order that tiles have. */
function sumOfRows({ lanes, columns, blocks, loops }: Vector): Part {
  const { bytes, count } = lanes, f = new Func(null, new Array(6).fill("i32"));
  const [a, b, c, work, from, to] = f.args as [Local, Local, Local, Local, Local, Local];
  const i32 = () => f.local("i32"),
    several = blocks.number > 1,
    [aRun, bRun] = loops.at(-1)!.strides as [number, number];
  // A group is a cache line of c. What the last one has beyond whole vectors is done by lanes.
  const group = 64 / bytes, groups = Math.ceil(columns / group), tail = columns % count;
  const first = i32(), size = i32(), last = i32(), p = i32(), q = i32(), left = i32();
  f.get(from).i32(group * bytes).op("i32.mul").set(first);
  f.get(b).get(first).op("i32.add").set(b).get(c).get(first).op("i32.add").set(c);
  f.get(to).i32(groups).op("i32.eq").set(last);
  f.i32((columns - tail) * bytes).get(to).i32(group * bytes).op("i32.mul").get(last).op("select");
  f.get(first).op("i32.sub").set(size);
  /** Goes along the columns with `p` and `q`: `body` is for a whole vector, or the lanes of the tail. */
  const along = (x: Local, y: Local, unroll: number, body: (lanesOfC: number, offset: number) => void): void => {
    const some = (n: number) => {
      for (let i = 0; i < n; i++) body(count, i * count * bytes);
      const by = n * count * bytes;
      f.step(p, by).step(q, by).step(left, -by);
    };
    f.get(x).set(p).get(y).set(q).get(size).set(left);
    f.block((out) => {
      f.loop((again) => {
        f.get(left).i32(unroll * count * bytes).op("i32.lt_s").brIf(out);
        some(unroll);
        f.br(again);
      });
    });
    if (unroll > 1) f.get(left).if(() => some(1));
    if (tail !== 0) f.get(last).if(() => body(tail, 0));
  };

  // The sums of a block: in c itself if it is the only one.
  const sums = several ? work : c, terms = i32(), ak = i32(), bk = i32(), adding = i32();
  const sum = f.local("v128"), x = f.local("v128");
  const as = Array.from({ length: Math.min(termsAtOnce, Math.max(...blocks.counts)) }, () => f.local("v128"));
  const step = (n: number): void => {
    as.slice(0, n).forEach((v, i) => {
      f.get(ak).i32(i * aRun).op("i32.add");
      lanes.splatLoad(f, 0);
      f.set(v);
    });
    along(sums, bk, columns >= group ? 2 : 1, (lanesOfC, offset) => {
      f.get(p).memory("v128.load", offset).set(sum);
      for (let i = 0; i < n; i++) {
        const shift = i * bRun + offset;
        f.get(q);
        if (shift < 0) f.i32(shift).op("i32.add");
        f.memory("v128.load", Math.max(0, shift)).set(x);
        lanes.multiplyAdd(f, as[i]!, x, sum);
      }
      lanes.store(f, () => f.get(p), offset, sum, lanesOfC);
    });
  };
  f.get(a).set(ak).get(b).set(bk);
  overBlocks(f, blocks, bytes, { a: ak, b: bk, terms }, () => {
    along(sums, sums, 1, (lanesOfC) => {
      lanes.zero(f);
      f.set(sum);
      lanes.store(f, () => f.get(p), 0, sum, lanesOfC);
    });
    const pointers = [ak, bk], start = pointers.map((at) => [at, i32()] as const);
    for (const [at, kept] of start) f.get(at).set(kept);
    walk(f, { loops, pointers, terms, counts: blocks.counts, unroll: termsAtOnce, step });
    for (const [at, kept] of start) f.get(kept).set(at);
    if (!several) return;
    along(c, sums, 1, (lanesOfC) => {
      f.get(q).memory("v128.load").set(sum);
      f.get(adding).if(() => {
        f.get(p).memory("v128.load").get(sum);
        lanes.add(f);
        f.set(sum);
      });
      lanes.store(f, () => f.get(p), 0, sum, lanesOfC);
    });
    f.i32(1).set(adding);
  });
  return { one: f, functions: [f], groups, workBytes: several ? groups * 64 : 0 };
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
  return { one: f, functions: [f], groups: columns, workBytes: 0 };
}
