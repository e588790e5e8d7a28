/** Contractions. */
import { apply, type Expr, index, load, reduction } from "../compiler/kernel.ts";
import { alloc, type TypedArray } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Batched, MaybeZero, Primitive } from "../primitive.ts";
import { type Shape, show, sizeOf, stridesOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import { add, product } from "./arithmetic.ts";
import { inferDType, numeric } from "./elementwise.ts";
import { copyStrided, inverse, moveAxis, reduceSum, transpose } from "./reshape.ts";

// The product of many matrices on the reference backend: plain loops, arranged so that the main job is done in time.
//
// Every element is one sum over k, in order, in one f64 accumulator, whatever the tiles: results do not depend on the
// sizes around them.

/** A stack of matrices inside an array: how far apart neighbours are along each of its three axes. */
export interface Matrices {
  readonly data: TypedArray;
  readonly batch: number;
  /** Along the axis that stays. */
  readonly free: number;
  /** Along the axis summed over. */
  readonly inner: number;
}

/** Sizes of a stack of products: out[b, m, n] = Σₖ a[b, m, k] · b[b, n, k]. */
export interface ProductSizes {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** The distance between neighbours along several axes taken as one, or `null` if it is not the same everywhere. */
function jointStride(axes: readonly number[], shape: Shape, strides: readonly number[]): number | null {
  let stride = 0, next = 0;
  for (let i = axes.length - 1; i >= 0; i--) {
    const a = axes[i]!;
    if (shape[a] === 1) continue;
    if (stride === 0) stride = strides[a]!;
    else if (strides[a] !== next) return null;
    next = strides[a]! * shape[a]!;
  }
  return stride;
}

// The tile's width; measured: 9.5 GF/s with 2×2 accumulators, 5.7 to 7.5 with 2×4, 4×2, 4×4 (V8 unrolls the small loop).
const tile = 2;
// A stretch of k for which a panel of the right side stays in the nearest cache, and the rows it is used for.
const depth = 512, rows = 128;

/** Writes the products of two stacks of float matrices to `out`, row-major. */
function multiply(out: TypedArray, a: Matrices, b: Matrices, { batch, m, n, k }: ProductSizes): void {
  if (m < 2 * tile || n < 2 * tile) {
    for (let i = 0; i < batch; i++) {
      multiplyNarrow(
        out,
        i * m * n,
        a.data,
        i * a.batch,
        a.free,
        a.inner,
        b.data,
        i * b.batch,
        b.free,
        b.inner,
        m,
        n,
        k,
      );
    }
    return;
  }
  const width = n + n % tile, sums = new Float64Array((m + m % tile) * width);
  const most = Math.min(depth, k), left = new Float64Array(Math.min(rows, m + m % tile) * most);
  const right = new Float64Array(tile * most);
  for (let i = 0; i < batch; i++) {
    sums.fill(0);
    for (let k0 = 0; k0 < k; k0 += depth) {
      const kc = Math.min(depth, k - k0);
      for (let m0 = 0; m0 < m; m0 += rows) {
        const mc = Math.min(rows, m - m0);
        for (let p = 0; p < mc; p += tile) {
          pack(left, p * kc, a.data, i * a.batch + (m0 + p) * a.free + k0 * a.inner, a.free, a.inner, mc - p, kc);
        }
        for (let j = 0; j < n; j += tile) {
          pack(right, 0, b.data, i * b.batch + j * b.free + k0 * b.inner, b.free, b.inner, n - j, kc);
          for (let p = 0; p < mc; p += tile) addTile(sums, (m0 + p) * width + j, width, left, p * kc, right, kc);
        }
      }
    }
    for (let r = 0; r < m; r++) out.set(sums.subarray(r * width, r * width + n), (i * m + r) * n);
  }
}

/** Two lines of a matrix side by side, in f64; a line past the edge is zeros, whose products nobody reads. */
function pack(
  to: Float64Array,
  at: number,
  from: TypedArray,
  offset: number,
  free: number,
  inner: number,
  lines: number,
  kc: number,
): void {
  if (lines === 1) {
    for (let k = 0, p = at, q = offset; k < kc; k++, p += 2, q += inner) {
      to[p] = from[q]!;
      to[p + 1] = 0;
    }
    return;
  }
  for (let k = 0, p = at, q = offset; k < kc; k++, p += 2, q += inner) {
    to[p] = from[q]!;
    to[p + 1] = from[q + free]!;
  }
}

/** Adds to a 2×2 tile of sums the products of two packed pairs of lines. */
function addTile(
  sums: Float64Array,
  at: number,
  width: number,
  left: Float64Array,
  from: number,
  right: Float64Array,
  kc: number,
): void {
  let s00 = sums[at]!, s01 = sums[at + 1]!, s10 = sums[at + width]!, s11 = sums[at + width + 1]!;
  for (let q = 0, p = from; q < 2 * kc; q += 2, p += 2) {
    const a0 = left[p]!, a1 = left[p + 1]!, b0 = right[q]!, b1 = right[q + 1]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s10 += a1 * b0;
    s11 += a1 * b1;
  }
  sums[at] = s00;
  sums[at + 1] = s01;
  sums[at + width] = s10;
  sums[at + width + 1] = s11;
}

/** Products of one stretched matrix or vector with another, too narrow for packing to pay. */
function multiplyNarrow(
  out: TypedArray,
  to: number,
  a: TypedArray,
  aAt: number,
  aFree: number,
  aInner: number,
  b: TypedArray,
  bAt: number,
  bFree: number,
  bInner: number,
  m: number,
  n: number,
  k: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0, p = aAt + i * aFree, q = bAt + j * bFree; l < k; l++, p += aInner, q += bInner) {
        sum += a[p]! * b[q]!;
      }
      out[to + i * n + j] = sum;
    }
  }
}

/** As `multiply`, on 32-bit integers, which wrap around. */
function multiplyInts(out: TypedArray, a: Matrices, b: Matrices, { batch, m, n, k }: ProductSizes): void {
  for (let z = 0, to = 0; z < batch; z++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++, to++) {
        let sum = 0, p = z * a.batch + i * a.free, q = z * b.batch + j * b.free;
        for (let l = 0; l < k; l++, p += a.inner, q += b.inner) sum = (sum + Math.imul(a.data[p]!, b.data[q]!)) | 0;
        out[to] = sum;
      }
    }
  }
}

// Contraction: sums of products along axes of two values, of which matrix products are the commonest.

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
