/**
 * The sum cut into blocks, each short enough that a panel of an operand stays in the first cache.
 *
 * Every element of the result adds its products in order within a block, and the sums of the blocks in order. The cut
 * depends on the sizes alone, never on how the work is tiled or shared out, so that no such choice changes a bit.
 */
import type { Func, Local } from "../function.ts";
import { type Axis, merge, type Operand, sizeOf } from "./problem.ts";

/** The most terms of a block. */
const longest = 320;

/** Blocks of the sum: for every index of `outer`, slices of `chunk` indices of `sliced`, and all of `whole`. */
export interface Blocks {
  readonly outer: readonly Axis[];
  readonly sliced: Axis;
  readonly chunk: number;
  readonly whole: readonly Axis[];
  /** Terms of a block for each index of the sliced axis. */
  readonly terms: number;
  /** The numbers of terms that blocks have: of a whole chunk and, if shorter, of the last. */
  readonly counts: readonly number[];
  /** How many blocks there are. */
  readonly number: number;
}

/** Cuts the sum over some axes. */
export function blocksOf(inner: readonly Axis[]): Blocks {
  const axes = inner.length > 0 ? inner : [{ size: 1, a: 0, b: 0, c: 0 }];
  let at = axes.length - 1, terms = 1;
  while (at > 0 && terms * axes[at]!.size <= longest) terms *= axes[at--]!.size;
  const sliced = axes[at]!, slices = Math.ceil(sliced.size / Math.max(1, Math.floor(longest / terms)));
  const even = Math.ceil(sliced.size / slices);
  const chunk = terms === 1 && slices > 1 ? Math.ceil(even / 4) * 4 : even;
  const outer = axes.slice(0, at), number = Math.ceil(sliced.size / chunk);
  const last = sliced.size - (number - 1) * chunk;
  return {
    outer,
    sliced,
    chunk,
    whole: axes.slice(at + 1),
    terms,
    counts: last === chunk ? [chunk * terms] : number === 1 ? [last * terms] : [chunk * terms, last * terms],
    number: number * sizeOf(outer),
  };
}

/** The loops over the terms of a block as some operands see them. */
export const loopsOf = ({ sliced, chunk, whole }: Blocks, ...operands: readonly Operand[]): readonly Axis[] =>
  merge([{ ...sliced, size: chunk }, ...whole], ...operands);

/** Writes loops over the blocks, which set the number of terms and move a and b along; in the end those are as before. */
export function overBlocks(
  f: Func,
  { outer, sliced, chunk, terms: each, number }: Blocks,
  bytes: number,
  { a, b, terms }: { readonly a: Local; readonly b: Local; readonly terms: Local },
  body: () => void,
): void {
  const move = (axis: Axis, by: number) => f.step(a, by * axis.a * bytes).step(b, by * axis.b * bytes);
  const level = (l: number): void => {
    const axis = outer[l] ?? sliced, by = l === outer.length ? chunk : 1, left = f.local("i32");
    f.i32(axis.size).set(left);
    f.loop((again) => {
      if (l < outer.length) level(l + 1);
      else {
        f.get(left).i32(chunk).get(left).i32(chunk).op("i32.lt_s", "select").i32(each).op("i32.mul").set(terms);
        body();
      }
      if (number > 1) move(axis, by);
      f.step(left, -by).get(left).i32(0).op("i32.gt_s").brIf(again);
    });
    // The last slice may have gone beyond the end.
    if (number > 1) move(axis, -Math.ceil(axis.size / by) * by);
    f.free(left);
  };
  level(0);
}
