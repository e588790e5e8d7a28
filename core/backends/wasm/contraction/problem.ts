/** A contraction, and its normal form: the fewest axes that say the same. */

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
export function merge(axes: readonly Axis[], ...operands: readonly Operand[]): readonly Axis[] {
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
