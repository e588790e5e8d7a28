/** Contraction: sums of products along axes of two values, of which matrix products are the commonest. */
import { apply, type Expr, index, load, reduction } from "../compiler/kernel.ts";
import { alloc } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Batched, MaybeZero, Primitive } from "../primitive.ts";
import { type Shape, show, sizeOf, stridesOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import { add, product } from "./arithmetic.ts";
import { copyStrided } from "./broadcast.ts";
import { inferDType, numeric } from "./elementwise.ts";
import { jointStride, type Matrices, multiply, multiplyInts } from "./matrix_product.ts";
import { reduceSum } from "./reduce_sum.ts";
import { inverse, moveAxis, transpose } from "./transpose.ts";

/** Axes of the left and of the right operand, in pairs. */
export type AxisPairs = readonly [left: readonly number[], right: readonly number[]];

/** Which axes are summed over, and which are walked through together. */
export interface DotParams {
  readonly contract: AxisPairs;
  readonly batch: AxisPairs;
}

/** The axes of one side that are neither summed nor shared. */
const freeAxes = (rank: number, { contract, batch }: DotParams, side: 0 | 1): number[] =>
  Array.from({ length: rank }, (_, i) => i).filter((i) => !contract[side].includes(i) && !batch[side].includes(i));

const sizesAt = (s: Shape, axes: readonly number[]): number[] => axes.map((a) => s[a]!);

const outputShape = (a: Spec, b: Spec, p: DotParams): number[] => [
  ...sizesAt(a.shape, p.batch[0]),
  ...sizesAt(a.shape, freeAxes(a.shape.length, p, 0)),
  ...sizesAt(b.shape, freeAxes(b.shape.length, p, 1)),
];

function checkAxes(a: Spec, b: Spec, { contract, batch }: DotParams): void {
  const fail = (why: string) => new ShapeError(`dotGeneral: ${show(a.shape)} · ${show(b.shape)}: ${why}`);
  for (const [i, x, side] of [[0, a, "left"], [1, b, "right"]] as const) {
    const used = [...batch[i], ...contract[i]],
      bad = used.find((n) => !(Number.isInteger(n) && n >= 0 && n < x.shape.length));
    if (bad !== undefined) throw fail(`${side} axis ${bad} is out of range for rank ${x.shape.length}`);
    if (new Set(used).size !== used.length) throw fail(`${side} axes [${used}] name the same axis twice`);
  }
  for (const [[l, r], what] of [[contract, "contracted"], [batch, "batch"]] as const) {
    if (l.length !== r.length) throw fail(`${what} axes [${l}] and [${r}] are not as many`);
    l.forEach((x, i) => {
      const m = a.shape[x]!, n = b.shape[r[i]!]!;
      if (m !== n) throw fail(`${what} axes ${x} and ${r[i]} have sizes ${m} and ${n}`);
    });
  }
}

/** Σ of products over the contracted axes; the output's axes are the batch axes, the left free ones, the right free ones. */
export const dotGeneralP: Primitive<DotParams> = {
  name: "dotGeneral",
  infer: ([a, b], p) => {
    if (a!.dtype === "bool" && b!.dtype === "bool") {
      throw new DTypeError("dotGeneral: takes numbers, not bool; cast both to a number type first");
    }
    const dtype = inferDType("dotGeneral", [a!, b!], numeric);
    checkAxes(a!, b!, p);
    return [{ shape: outputShape(a!, b!, p), dtype }];
  },
  reference: ([a, b], p) => {
    const y = emptyArray(outputShape(a!, b!, p), a!.dtype);
    if (y.data.length === 0) return [y];
    const multiplied = y.dtype === "i32" || y.dtype === "u32" ? multiplyInts : multiply;
    multiplied(y.data, matrices(a!, p, 0), matrices(b!, p, 1), {
      batch: sizeOf(sizesAt(a!.shape, p.batch[0])),
      m: sizeOf(sizesAt(a!.shape, freeAxes(a!.shape.length, p, 0))),
      n: sizeOf(sizesAt(b!.shape, freeAxes(b!.shape.length, p, 1))),
      k: sizeOf(sizesAt(a!.shape, p.contract[0])),
    });
    return [y];
  },
  jvp: ([a, b], [da, db], p) => {
    const l = da ? dotGeneral(da, b!, p) : null, r = db ? dotGeneral(a!, db, p) : null;
    return [[dotGeneral(a!, b!, p)], [l && r ? add(l, r) : l ?? r]];
  },
  transpose: ([ct], [a, b], [la], p): readonly MaybeZero[] =>
    la ? [leftCotangent(ct!, a!, b!, p), null] : [null, rightCotangent(ct!, a!, b!, p)],
  batch: ([a, b], [ma, mb], p) => batchDot(a!, b!, ma!, mb!, p),
  lower: ([a, b], p) => {
    const domain = outputShape(a!, b!, p),
      left = freeAxes(a!.shape.length, p, 0),
      right = freeAxes(b!.shape.length, p, 1);
    const lead = p.batch[0].length;
    const at = (rank: number, side: 0 | 1, free: readonly number[], from: number): Expr[] =>
      Array.from({ length: rank }, (_, i) => {
        const c = p.contract[side].indexOf(i), s = p.batch[side].indexOf(i);
        return index(c >= 0 ? domain.length + c : s >= 0 ? s : from + free.indexOf(i));
      });
    const body = apply("mul", product(a!.dtype), [
      load(0, at(a!.shape.length, 0, left, lead), a!.dtype),
      load(1, at(b!.shape.length, 1, right, lead + left.length), a!.dtype),
    ], a!.dtype);
    return reduction(domain, sizesAt(a!.shape, p.contract[0]), "sum", body);
  },
  sumOver: ([a, b], [sa, sb], p) => {
    if (!sa) return dotGeneral(a!, reduceSum(b!, [0]), p);
    if (!sb) return dotGeneral(reduceSum(a!, [0]), b!, p);
    return dotGeneral(a!, b!, deeper(p, true, true, { contract: [[0], [0]], batch: [[], []] }));
  },
};

/** One operand as a stack of matrices: in place where its axes allow it, else copied. */
function matrices(x: NdArray, p: DotParams, side: 0 | 1): Matrices {
  const groups = [p.batch[side], freeAxes(x.shape.length, p, side), p.contract[side]], strides = stridesOf(x.shape);
  const [batch, free, inner] = groups.map((axes) => jointStride(axes, x.shape, strides));
  if (batch != null && free != null && inner != null) return { data: x.data, batch, free, inner };
  const order = groups.flat(), data = alloc(x.dtype, x.data.length), k = sizeOf(sizesAt(x.shape, groups[2]!));
  copyStrided(data, x.data, sizesAt(x.shape, order), order.map((a) => strides[a]!), 0);
  return { data, batch: k * sizeOf(sizesAt(x.shape, groups[1]!)), free: k, inner: 1 };
}

/** ct[batch, left, right] · b over the right free axes gives [batch, left, b's contracted axes in b's order]. */
function leftCotangent(ct: Value, a: Value, b: Value, p: DotParams): Value {
  const free = freeAxes(a.shape.length, p, 0), other = freeAxes(b.shape.length, p, 1), lead = p.batch[0].length;
  const y = dotGeneral(ct, b, {
    contract: [other.map((_, i) => lead + free.length + i), other],
    batch: [p.batch[0].map((_, i) => i), p.batch[1]],
  });
  return transpose(y, inverse([...p.batch[0], ...free, ...inOrder(p.contract[1], p.contract[0])]));
}

/** a · ct over the left free axes gives [batch, a's contracted axes in a's order, right]. */
function rightCotangent(ct: Value, a: Value, b: Value, p: DotParams): Value {
  const free = freeAxes(b.shape.length, p, 1), other = freeAxes(a.shape.length, p, 0), lead = p.batch[0].length;
  const y = dotGeneral(a, ct, {
    contract: [other, other.map((_, i) => lead + i)],
    batch: [p.batch[0], p.batch[0].map((_, i) => i)],
  });
  return transpose(y, inverse([...p.batch[1], ...inOrder(p.contract[0], p.contract[1]), ...free]));
}

/** The partners of `axes` in the ascending order of `axes`. */
const inOrder = (axes: readonly number[], partners: readonly number[]): number[] =>
  axes.map((a, i) => [a, partners[i]!] as const).sort(([x], [y]) => x - y).map(([, q]) => q);

/** Parameters for operands with a new axis in front of the left, the right or both; `more` says what it is there. */
function deeper({ contract, batch }: DotParams, left: boolean, right: boolean, more: DotParams): DotParams {
  const shift = (
    side: 0 | 1,
    axes: AxisPairs,
    extra: AxisPairs,
  ) => [...extra[side], ...axes[side].map((n) => n + +(side === 0 ? left : right))];
  return {
    contract: [shift(0, contract, more.contract), shift(1, contract, more.contract)],
    batch: [shift(0, batch, more.batch), shift(1, batch, more.batch)],
  };
}

const nothing: DotParams = { contract: [[], []], batch: [[], []] };

function batchDot(a: Value, b: Value, ma: boolean, mb: boolean, p: DotParams): Batched {
  if (ma && mb) {
    return { outputs: [dotGeneral(a, b, deeper(p, true, true, { ...nothing, batch: [[0], [0]] }))], mapped: [true] };
  }
  // On one side only, the mapped axis is that side's first free one: nothing is repeated for the other side.
  const before = p.batch[0].length + (ma ? 0 : freeAxes(a.shape.length, p, 0).length);
  return { outputs: [moveAxis(dotGeneral(a, b, deeper(p, ma, mb, nothing)), before, 0)], mapped: [true] };
}

/** Sums of products over the contracted axes. */
export const dotGeneral = (a: Value, b: Value, p: DotParams): Value => bind1(dotGeneralP, [a, b], p);

/** Matrix products over the last two axes, all axes before them being equal: `[…, M, K]` · `[…, K, N]`. */
export function matmul(a: Value, b: Value): Value {
  const r = a.shape.length, lead = Array.from({ length: r - 2 }, (_, i) => i);
  return dotGeneral(a, b, { contract: [[r - 1], [r - 2]], batch: [lead, lead] });
}

/** The last two axes exchanged. */
export function transposeLast(x: Value): Value {
  const r = x.shape.length;
  return moveAxis(x, r - 1, r - 2);
}
