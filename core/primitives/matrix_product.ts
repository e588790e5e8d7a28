/**
 * The product of many matrices on the reference backend: plain loops, arranged so that the main job is done in time.
 *
 * Every element is one sum over k, in order, in one f64 accumulator, whatever the tiles: results do not depend on the
 * sizes around them.
 */
import type { TypedArray } from "../dtype.ts";
import type { Shape } from "../shape.ts";

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
export function jointStride(axes: readonly number[], shape: Shape, strides: readonly number[]): number | null {
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
export function multiply(out: TypedArray, a: Matrices, b: Matrices, { batch, m, n, k }: ProductSizes): void {
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
export function multiplyInts(out: TypedArray, a: Matrices, b: Matrices, { batch, m, n, k }: ProductSizes): void {
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
