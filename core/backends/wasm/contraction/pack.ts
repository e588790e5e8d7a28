/**
 * Packing: a block of an operand copied into the order in which the tiles read it.
 *
 * A panel is `width` rows (of a) or columns (of b); for each term of the sum it holds their numbers side by side. Where
 * fewer are `valid`, the last one is repeated, so that nothing beyond the operand is read.
 */
import { Func, type Local } from "../function.ts";
import type { Lanes } from "./lanes.ts";
import { type Line, loadOffsets, pushAddress } from "./line.ts";
import { type Loop, walk } from "./walk.ts";

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
