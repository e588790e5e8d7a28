/** The Moore–Penrose inverse. */
import { bytesOf } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { sizeOf } from "../shape.ts";
import { emptyArray, type Spec, type Value } from "../tensor.ts";
import { add, div, scale, sub } from "./arithmetic.ts";
import { greater } from "./compare.ts";
import { onesLike, zerosLike } from "./create.ts";
import { matmul, transposeLast } from "./dot_general.ts";
import {
  columnsOf,
  everywhere,
  lead,
  programOf,
  requireMatrix,
  rowsOf,
  scaleColumns,
  stackedBatch,
} from "./linalg_matrix.ts";
import { svd, svdP } from "./linalg_svd.ts";
import { reduceMax } from "./reduce_extreme.ts";
import { select } from "./select.ts";

/** Singular values up to this share of the largest count as 0. */
export interface PinvParams {
  readonly tolerance: number;
}

const infer = (a: Spec): Spec => {
  requireMatrix("pinv", a);
  return { shape: [...lead(a), columnsOf(a), rowsOf(a)], dtype: a.dtype };
};

/** A⁺ through the singular values. */
export const pinvP: Primitive<PinvParams> = {
  name: "pinv",
  infer: ([a]) => [infer(a!)],
  reference: ([a], { tolerance }) => {
    const y = emptyArray(infer(a!).shape, a!.dtype), m = rowsOf(a!), n = columnsOf(a!), k = Math.min(m, n);
    // In f64 throughout: rounding the factors to f32 would be most of the error.
    const wide = { shape: a!.shape, dtype: "f64", data: Float64Array.from(a!.data) } as const;
    const [u, s, vt] = svdP.reference([wide], undefined);
    for (let b = 0; b < sizeOf(lead(a!)); b++) {
      const cut = tolerance * (s!.data[b * k] ?? 0);
      for (let r = 0; r < k; r++) {
        const size = s!.data[b * k + r]!;
        // Not `size <= cut`: NaN goes on.
        if (size <= cut) continue;
        for (let j = 0; j < n; j++) {
          for (let i = 0; i < m; i++) {
            y.data[(b * n + j) * m + i]! += vt!.data[(b * k + r) * n + j]! * u!.data[(b * m + i) * k + r]! / size;
          }
        }
      }
    }
    return [y];
  },
  // Golub and Pereyra 1973, eq. 4.12; right as long as the rank stays the same.
  jvp: ([a], [da], p) => {
    const y = pinv(a!, p), yt = transposeLast(y), dat = transposeLast(da!);
    const moved = matmul(y, matmul(da!, y)), left = matmul(matmul(y, yt), dat), right = matmul(matmul(dat, yt), y);
    const tall = sub(left, matmul(matmul(left, a!), y)), wide = sub(right, matmul(y, matmul(a!, right)));
    return [[y], [add(sub(tall, moved), wide)]];
  },
  batch: stackedBatch(() => pinvP),
  lower: ([a], p) => programOf("pinv", [a!], [infer(a!)], ([x]) => [program(x!, p)]),
};

function program(a: Value, { tolerance }: PinvParams): Value {
  const [u, s, vt] = svd(a), last = s!.shape.length - 1, largest = reduceMax(s!, [last]);
  const counts = greater(s!, everywhere(scale(largest, tolerance), s!.shape)), one = onesLike(s!);
  const unfit = sub(largest, largest);
  const inverse = add(select(counts, div(one, select(counts, s!, one)), zerosLike(s!)), everywhere(unfit, s!.shape));
  return matmul(scaleColumns(transposeLast(vt!), inverse), transposeLast(u!));
}

/** The share of the largest singular value up to which rounding alone explains one: max(m, n) units in the last place. */
export const roundingTolerance = (a: Spec): number =>
  Math.max(rowsOf(a), columnsOf(a)) * (bytesOf(a.dtype) === 4 ? 2 ** -23 : 2 ** -52);

/** A⁺. */
export const pinv = (a: Value, p: PinvParams): Value => bind1(pinvP, [a], p);
