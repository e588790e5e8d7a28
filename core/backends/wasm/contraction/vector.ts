/**
 * A vector times a matrix: every number of the matrix is used once, so that it is read in the order of memory and what
 * counts is the stream of loads.
 */
import { Func, type Local } from "../function.ts";
import type { Part } from "./entry.ts";
import type { Lanes } from "./lanes.ts";
import { type Line, lineOf } from "./line.ts";
import { type Axis, type Problem, sizeOf } from "./problem.ts";
import { type Loop, walk } from "./walk.ts";

/** Terms at once where rows of the matrix are added up, and columns at once where they are multiplied. */
const termsAtOnce = 8, columnsAtOnce = 4;

interface Vector {
  readonly lanes: Lanes;
  readonly columns: number;
  readonly b: Line;
  readonly c: Line;
  /** Loops over all terms, with the strides of a and b. */
  readonly loops: readonly Loop[];
  readonly terms: number;
}

/** The code of a contraction without rows, if it is one that these loops can do. */
export function vectorProduct(problem: Problem, lanes: Lanes): Part | null {
  const { bytes } = lanes, terms = sizeOf(problem.inner);
  const all: readonly Axis[] = problem.inner.length > 0 ? problem.inner : [{ size: 1, a: 1, b: 1, c: 0 }];
  const v: Vector = {
    lanes,
    columns: sizeOf(problem.columns),
    b: lineOf(problem.columns, "b", bytes),
    c: lineOf(problem.columns, "c", bytes),
    loops: all.map((x) => ({ size: x.size, strides: [x.a * bytes, x.b * bytes] })),
    terms,
  };
  const run = all.at(-1)!;
  if (v.b.stride === null || v.c.stride === null) return null;
  if (v.b.stride === bytes && v.c.stride === bytes) return sumOfRows(v);
  return run.a === 1 && run.b === 1 && run.size >= 16 ? dotProducts(v) : null;
}

/** `c += a[k]·b[k, :]` for each k in order, a few rows of b at once. Each element adds its products in order, from zero. */
function sumOfRows({ lanes, columns, loops, terms }: Vector): Part {
  const { bytes, count } = lanes, f = new Func(null, new Array(6).fill("i32"));
  const [a, b, c, , from, to] = f.args as [Local, Local, Local, Local, Local, Local];
  // A group is a cache line of c.
  const group = 64 / bytes, size = f.local("i32"), number = f.local("i32"), at = f.local("i32");
  const p = f.local("i32"), q = f.local("i32"), end = f.local("i32"), rest = columns % group;
  const sum = f.local("v128"), x = f.local("v128");
  const as = Array.from({ length: Math.min(terms, termsAtOnce) }, () => f.local("v128"));
  f.get(from).i32(group * bytes).op("i32.mul").set(at);
  f.get(b).get(at).op("i32.add").set(b).get(c).get(at).op("i32.add").set(c);
  f.get(to).i32(group * bytes).op("i32.mul").get(at).op("i32.sub").set(size);
  // The last group may be narrower; its vectors beyond the last whole one are done lane by lane.
  const wholeBytes = Math.floor(columns / count) * count * bytes, tail = columns % count;
  const last = f.local("i32");
  f.get(to).i32(Math.ceil(columns / group)).op("i32.eq").set(last);
  if (rest !== 0) f.get(last).if(() => f.i32(wholeBytes).get(at).op("i32.sub").set(size));
  f.i32(terms).set(number);
  const step = (n: number, strides: readonly number[]): void => {
    as.slice(0, n).forEach((v, i) => {
      f.get(a).i32(i * strides[0]!).op("i32.add");
      lanes.splatLoad(f, 0);
      f.set(v);
    });
    const vector = (lanesOfC: number, offset: number): void => {
      f.get(p).memory("v128.load", offset).set(sum);
      for (let i = 0; i < n; i++) {
        f.get(q);
        const shift = i * strides[1]! + offset;
        if (shift < 0) f.i32(shift).op("i32.add");
        f.memory("v128.load", Math.max(0, shift)).set(x);
        lanes.multiplyAdd(f, as[i]!, x, sum);
      }
      lanes.store(f, () => f.get(p), offset, sum, lanesOfC);
    };
    f.get(c).set(p).get(b).set(q).get(c).get(size).op("i32.add").set(end);
    const unroll = columns >= group ? 2 : 1, by = unroll * count * bytes;
    f.block((out) => {
      f.loop((again) => {
        f.get(p).i32(by).op("i32.add").get(end).op("i32.gt_u").brIf(out);
        for (let i = 0; i < unroll; i++) vector(count, i * count * bytes);
        f.step(p, by).step(q, by).br(again);
      });
    });
    if (unroll > 1) {
      f.get(p).get(end).op("i32.lt_u").if(() => {
        vector(count, 0);
        f.step(p, count * bytes).step(q, count * bytes);
      });
    }
    if (tail !== 0) f.get(last).if(() => vector(tail, 0));
  };
  zeroFill();
  walk(f, {
    loops,
    pointers: [a, b],
    terms: number,
    counts: [terms],
    unroll: termsAtOnce,
    step: (n) => step(n, loops.at(-1)!.strides),
  });
  return { one: f, functions: [f], groups: Math.ceil(columns / group), workBytes: 0 };

  function zeroFill(): void {
    f.get(c).set(p).i32(0).set(at);
    lanes.zero(f);
    f.set(sum);
    f.while(at, () => f.get(size), count * bytes, () => {
      f.get(p).get(sum).memory("v128.store").step(p, count * bytes);
    });
    if (tail !== 0) f.get(last).if(() => lanes.store(f, () => f.get(p), 0, sum, tail));
  }
}

/**
 * Dot products of a with the columns of b, which are contiguous.
 *
 * Each element has two vectors of partial sums, which take the vectors of a run in turns; a term alone goes to the
 * first lane of the first vector. In the end the vectors are added, then the upper half to the lower, until one is left.
 */
function dotProducts({ lanes, columns, b: { stride }, c: { stride: cStride }, loops, terms }: Vector): Part {
  const { bytes, count } = lanes, f = new Func(null, new Array(6).fill("i32"));
  const [a, b, c, , from, to] = f.args as [Local, Local, Local, Local, Local, Local];
  const p = f.local("i32"), q = f.local("i32"), number = f.local("i32"), x = f.local("v128"), y = f.local("v128");
  const sums = Array.from({ length: columnsAtOnce }, () => [f.local("v128"), f.local("v128")] as const);
  f.get(b).get(from).i32(stride!).op("i32.mul", "i32.add").set(b);
  f.get(c).get(from).i32(cStride!).op("i32.mul", "i32.add").set(c);
  const some = (n: number): void => {
    f.get(a).set(p).get(b).set(q).i32(terms).set(number);
    for (const pair of sums.slice(0, n)) for (const v of pair) (lanes.zero(f), f.set(v));
    const vectors = (load: string, each: number): void => {
      for (let i = 0; i < each; i++) {
        f.get(p).memory(load, i * count * bytes).set(x);
        for (let j = 0; j < n; j++) {
          const offset = j * stride! + i * count * bytes;
          f.get(q);
          if (offset < 0) f.i32(offset).op("i32.add");
          f.memory(load, Math.max(0, offset)).set(y);
          lanes.multiplyAdd(f, x, y, sums[j]![i]!);
        }
      }
    };
    walk(f, {
      loops,
      pointers: [p, q],
      terms: number,
      counts: [terms],
      unroll: 2 * count,
      step: (m) =>
        m === 2 * count ? vectors("v128.load", 2) : vectors(bytes === 4 ? "v128.load32_zero" : "v128.load64_zero", 1),
    });
    for (let j = 0; j < n; j++) {
      const [u, v] = sums[j]!;
      f.get(u).get(v);
      lanes.add(f);
      f.set(u).get(c);
      lanes.sum(f, u);
      f.memory(`${lanes.dtype}.store`);
      f.step(c, cStride!);
    }
    f.step(b, n * stride!).step(from, n);
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
