/** Code that goes through the terms of a block in order, moving pointers along. */
import type { Func, Local } from "../function.ts";

/** One loop: how often, and how many bytes each pointer moves. */
export interface Loop {
  readonly size: number;
  readonly strides: readonly number[];
}

/** A walk through the terms of a block. */
export interface Walk {
  /** From the outermost; the size of that one is as `terms` says. */
  readonly loops: readonly Loop[];
  readonly pointers: readonly Local[];
  /** The number of terms. */
  readonly terms: Local;
  /** The numbers it can be. */
  readonly counts: readonly number[];
  /** Terms in one step, a power of two. */
  readonly unroll: number;
  /** Code for some terms, at most `unroll`, one stride of the innermost loop apart. */
  readonly step: (count: number) => void;
}

/** Writes a walk. */
export function walk(f: Func, { loops, pointers, terms, counts, unroll, step }: Walk): void {
  const move = (by: (i: number) => number) => pointers.forEach((p, i) => f.step(p, by(i)));
  const run = loops.at(-1)!;
  const some = (n: number) => {
    step(n);
    move((i) => n * run.strides[i]!);
  };
  const repeat = (start: () => void, by: number, body: () => void) => {
    const left = f.local("i32");
    start();
    f.set(left);
    f.loop((again) => {
      body();
      f.get(left).i32(by).op("i32.sub").tee(left).brIf(again);
    });
    f.free(left);
  };
  if (loops.length === 1) {
    const whole = () => repeat(() => f.get(terms).i32(-unroll).op("i32.and"), unroll, () => some(unroll));
    const long = counts.filter((n) => n >= unroll).length;
    if (long === counts.length) whole();
    else if (long > 0) f.get(terms).i32(unroll).op("i32.ge_u").if(whole);
    // The rest goes one by one: written out in line, its loads would take registers from the loop above.
    const rests = new Set(counts.map((n) => n % unroll));
    if (rests.size > 1 || !rests.has(0)) {
      const singly = () => repeat(() => f.get(terms).i32(unroll - 1).op("i32.and"), 1, () => some(1));
      if (rests.has(0)) f.get(terms).i32(unroll - 1).op("i32.and").if(singly);
      else singly();
    }
    return;
  }
  const size = (l: number) => l === 0 ? counts[0]! / loops.slice(1).reduce((n, x) => n * x.size, 1) : loops[l]!.size;
  const few = counts.length === 1 && counts[0]! <= 16;
  const level = (l: number): void => {
    if (l === loops.length - 1) {
      const whole = run.size - run.size % unroll;
      if (whole > 2 * unroll) repeat(() => f.i32(whole), unroll, () => some(unroll));
      else for (let n = 0; n < whole; n += unroll) some(unroll);
      if (whole < run.size) some(run.size - whole);
      return;
    }
    const below = loops.slice(l + 1).reduce((n, x) => n * x.size, 1), next = loops[l + 1]!;
    const body = () => {
      level(l + 1);
      move((i) => loops[l]!.strides[i]! - next.size * next.strides[i]!);
    };
    if (few) { for (let i = 0; i < size(l); i++) body(); }
    else repeat(() => l === 0 ? f.get(terms) : f.i32(below * loops[l]!.size), below, body);
  };
  level(0);
}
