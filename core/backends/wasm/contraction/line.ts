/** Where the rows or columns of an operand start: at multiples of a stride, or as a table says. */
import { Func, type Local } from "../function.ts";
import { type Axis, merge, type Operand } from "./problem.ts";

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
