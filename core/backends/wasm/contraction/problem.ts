/** Contractions as problems of matrices, and the loops that walk them. */
import { Func, type Local } from "../function.ts";

// A contraction, and its normal form: the fewest axes that say the same.

/** One axis of a contraction: its size, and the element strides with which the operands a, b and the result c move along it. */
export interface Axis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** What is multiplied and summed: `c = Σ a·b` over the inner axes, for every index of the other axes. */
export interface Contraction {
  readonly dtype: "f32" | "f64";
  /** Axes of c, and of a or b or both. */
  readonly batch: readonly Axis[];
  /** Axes of a and c (`b` is 0). */
  readonly rows: readonly Axis[];
  /** Axes of b and c (`a` is 0). */
  readonly columns: readonly Axis[];
  /** Axes of a and b (`c` is 0): summed over. */
  readonly inner: readonly Axis[];
}

/** A name of a stride. */
export type Operand = "a" | "b" | "c";

/** A contraction in normal form. */
export interface Problem extends Contraction {
  /** Whether the roles of a and b were exchanged. */
  readonly swapped: boolean;
}

/** The number of indices of some axes. */
export const sizeOf = (axes: readonly Axis[]): number => axes.reduce((n, x) => n * x.size, 1);

/** Joins neighbouring axes along which the named operands move as along one. */
function merge(axes: readonly Axis[], ...operands: readonly Operand[]): readonly Axis[] {
  const out: Axis[] = [];
  for (const x of axes) {
    const last = out.at(-1);
    if (last !== undefined && operands.every((o) => last[o] === x.size * x[o])) {
      out[out.length - 1] = { ...x, size: last.size * x.size };
    } else out.push(x);
  }
  return out;
}

const exchange = (axes: readonly Axis[]): readonly Axis[] => axes.map(({ size, a, b, c }) => ({ size, a: b, b: a, c }));

const byStride = (axes: readonly Axis[], stride: (x: Axis) => number): readonly Axis[] =>
  [...axes].sort((x, y) => stride(y) - stride(x));

/**
 * The normal form: no axes of size 1; a batch axis that one operand lacks becomes a row or column axis; the axes of the
 * result go from its longest stride to its shortest, those of the sum likewise; c is contiguous along the columns where
 * it can be, and a matrix times a vector has one row.
 */
export function normalise({ dtype, batch, rows, columns, inner }: Contraction): Problem {
  const real = (x: Axis) => x.size !== 1;
  const lacksB = (x: Axis) => x.b === 0, lacksA = (x: Axis) => x.b !== 0 && x.a === 0;
  const all = batch.filter(real);
  const ofResult = (axes: readonly Axis[], operand: "a" | "b") =>
    merge(byStride(axes.filter(real), (x) => Math.abs(x.c)), operand, "c");
  const r = ofResult([...all.filter(lacksB), ...rows], "a");
  const n = ofResult([...all.filter(lacksA), ...columns], "b");
  const rest = merge(byStride(all.filter((x) => !lacksB(x) && !lacksA(x)), (x) => Math.abs(x.c)), "a", "b", "c");
  const k = merge(byStride(inner.filter(real), (x) => Math.abs(x.a) + Math.abs(x.b)), "a", "b");
  const swapped = r.length > 0 && (n.length === 0 || (n.at(-1)!.c !== 1 && r.at(-1)!.c === 1));
  return swapped
    ? { dtype, batch: exchange(rest), rows: exchange(n), columns: exchange(r), inner: exchange(k), swapped }
    : { dtype, batch: rest, rows: r, columns: n, inner: k, swapped };
}

// The sum cut into blocks, each short enough that a panel of an operand stays in the first cache.
//
// Every element of the result adds its products in order within a block, and the sums of the blocks in order. The cut
// depends on the sizes alone, never on how the work is tiled or shared out, so that no such choice changes a bit.

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

/** Moves a and b to where a block begins, whose number is a local, and sets the number of its terms. */
export function toBlock(
  f: Func,
  { outer, sliced, chunk, terms: each }: Blocks,
  bytes: number,
  number: Local,
  { a, b, terms }: { readonly a: Local; readonly b: Local; readonly terms: Local },
): void {
  const rest = f.local("i32"), index = f.local("i32");
  f.get(number).set(rest);
  for (const axis of [...outer, sliced].toReversed()) {
    const by = axis === sliced ? chunk : 1, size = Math.ceil(axis.size / by);
    f.get(rest).i32(size).op("i32.rem_u").set(index).get(rest).i32(size).op("i32.div_u").set(rest);
    for (const [pointer, stride] of [[a, axis.a], [b, axis.b]] as const) {
      f.get(index).i32(by * stride * bytes).op("i32.mul").get(pointer).op("i32.add").set(pointer);
    }
    if (axis !== sliced) continue;
    f.i32(axis.size).get(index).i32(chunk).op("i32.mul", "i32.sub").set(terms);
    f.get(terms).i32(chunk).get(terms).i32(chunk).op("i32.lt_s", "select").i32(each).op("i32.mul").set(terms);
  }
  f.free(rest, index);
}

// Where the rows or columns of an operand start: at multiples of a stride, or as a table says.

/** Byte offsets of the rows or columns of one operand. */
export interface Line {
  /** The distance of neighbours; `null` if it varies, and a table must be made. */
  readonly stride: number | null;
  readonly axes: readonly { readonly size: number; readonly stride: number }[];
}

/** The line of an operand along some axes. */
export function lineOf(axes: readonly Axis[], operand: Operand, bytes: number): Line {
  const list = merge(axes, operand).map((x) => ({ size: x.size, stride: x[operand] * bytes }));
  return { stride: list.length > 1 ? null : list[0]?.stride ?? 0, axes: list };
}

/** A function `(table, from, to)` that writes the offsets of a line from index `from` up to `to`. */
export function tableFiller({ axes }: Line): Func {
  const f = new Func(null, ["i32", "i32", "i32"]), [table, from, to] = [f.args[0]!, f.args[1]!, f.args[2]!];
  const index = axes.map(() => f.local("i32")), rest = f.local("i32"), offset = f.local("i32");
  f.get(from).set(rest);
  for (let i = axes.length - 1; i >= 0; i--) {
    const { size, stride } = axes[i]!;
    f.get(rest);
    if (i > 0) f.i32(size).op("i32.rem_u");
    f.tee(index[i]!).i32(stride).op("i32.mul").get(offset).op("i32.add").set(offset);
    f.get(rest).i32(size).op("i32.div_u").set(rest);
  }
  const carry = (i: number): void => {
    const { size, stride } = axes[i]!;
    f.step(offset, stride).step(index[i]!, 1);
    if (i === 0) return;
    f.get(index[i]!).i32(size).op("i32.eq").if(() => {
      f.i32(0).set(index[i]!).step(offset, -size * stride);
      carry(i - 1);
    });
  };
  f.while(from, () => f.get(to), 1, () => {
    f.get(table).get(offset).memory("i32.store").step(table, 4);
    carry(axes.length - 1);
  });
  return f;
}

/**
 * Pushes the address of a line's element `i` as seen from a moving pointer, and returns what of it is a static offset.
 * Elements of a table have their offsets in locals.
 */
export function pushAddress(f: Func, { stride }: Line, pointer: Local, offsets: readonly Local[], i: number): number {
  f.get(pointer);
  if (stride === null) f.get(offsets[i]!).op("i32.add");
  else if (stride * i >= 0) return stride * i;
  else f.i32(stride * i).op("i32.add");
  return 0;
}

/** Loads the offsets of a table's first `count` elements into locals; none for a line that has a stride. */
export function loadOffsets(f: Func, { stride }: Line, table: Local, count: number): readonly Local[] {
  if (stride !== null) return [];
  return Array.from({ length: count }, (_, i) => {
    const offset = f.local("i32");
    f.get(table).memory("i32.load", 4 * i).set(offset);
    return offset;
  });
}

// Code that goes through the terms of a block in order, moving pointers along.

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

// A sum over nothing: the result is zeros.

/** A function `(a, b, c, work, from, to)` of one unit that fills c with zeros. */
export function zeros({ dtype, batch, rows, columns }: Problem): Func {
  const f = new Func("contraction", new Array(6).fill("i32")), c = f.args[2]!, bytes = dtype === "f32" ? 4 : 8;
  const axes = [...batch, ...rows, ...columns];
  const level = (l: number, at: Local): void => {
    if (l === axes.length) {
      f.get(at);
      if (dtype === "f32") f.f32(0).memory("f32.store");
      else f.f64(0).memory("f64.store");
      return;
    }
    const left = f.local("i32"), here = f.local("i32");
    f.i32(axes[l]!.size).set(left).get(at).set(here);
    f.loop((again) => {
      level(l + 1, here);
      f.step(here, axes[l]!.c * bytes).step(left, -1).get(left).brIf(again);
    });
  };
  f.get(f.args[4]!).get(f.args[5]!).op("i32.lt_s").if(() => level(0, c));
  return f;
}
