/** Running sums, products, extremes and log-sum-exps along an axis. */
import { indices, load } from "../compiler/kernel.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { isFloat } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { show, sizeOf } from "../shape.ts";
import { emptyArray, type NdArray, type Value } from "../tensor.ts";
import { logSumExpTangent, productTangent } from "./cumulative_tangent.ts";
import { product } from "./arithmetic.ts";
import { equal } from "./compare.ts";
import { fullLike, iota } from "./create.ts";
import { isNaN } from "./finite.ts";
import { takeAlong } from "./gather.ts";
import { or } from "./logic.ts";
import { select } from "./select.ts";

/** What runs. */
export type Running = "sum" | "prod" | "max" | "min" | "logSumExp";

/** What runs, along which axis (from the front), and whether from its end. */
export interface CumulativeParams {
  readonly combine: Running;
  readonly axis: number;
  readonly reverse: boolean;
}

/** `y[i] = x[0] ∘ … ∘ x[i]` along an axis, or `x[i] ∘ … ∘ x[n − 1]` in reverse. */
export const cumulativeP: Primitive<CumulativeParams> = {
  name: "cumulative",
  infer: ([x], { combine, axis }) => {
    const { shape, dtype } = x!;
    if (dtype === "bool" || (combine === "logSumExp" && !isFloat(dtype))) {
      const taken = combine === "logSumExp" ? "f32 or f64" : "numbers";
      throw new DTypeError(`cumulative: a running ${combine} takes ${taken}, not ${dtype}; cast it first`);
    }
    if (!(axis >= 0 && axis < shape.length)) throw new ShapeError(`cumulative: ${show(shape)} has no axis ${axis}`);
    return [{ shape, dtype }];
  },
  reference: ([x], p) => [run(x!, p)],
  jvp: ([x], [dx], p) => {
    const y = bind1(cumulativeP, [x!], p);
    return [[y], [tangent(x!, dx!, y, p)]];
  },
  transpose: ([ct], _, __, p) => [bind1(cumulativeP, [ct!], { ...p, reverse: !p.reverse })],
  batch: ([x], _, p) => ({ outputs: [bind1(cumulativeP, [x!], { ...p, axis: p.axis + 1 })], mapped: [true] }),
  lower: ([x], { combine, axis, reverse }) => ({
    kind: "kernels",
    kernels: [{
      kind: "cumulative",
      domain: x!.shape,
      axis,
      reverse,
      combine,
      body: load(0, indices(x!.shape.length), x!.dtype),
      dtype: x!.dtype,
    }],
  }),
};

function run(x: NdArray, { combine, axis, reverse }: CumulativeParams): NdArray {
  const y = emptyArray(x.shape, x.dtype), n = x.shape[axis]!, inner = sizeOf(x.shape.slice(axis + 1));
  const [start, fold] = rule(combine, x.dtype), lines = n === 0 ? 0 : y.data.length / n;
  for (let l = 0; l < lines; l++) {
    const first = Math.floor(l / inner) * n * inner + l % inner;
    let acc = start;
    for (let i = 0; i < n; i++) {
      const p = first + (reverse ? n - 1 - i : i) * inner;
      y.data[p] = acc = fold(acc, x.data[p]!);
    }
  }
  return y;
}

/** Identity and combination, in f64. */
function rule(combine: Running, dtype: Value["dtype"]): readonly [number, (acc: number, x: number) => number] {
  switch (combine) {
    case "sum":
      return [0, (a, b) => a + b];
    case "prod":
      return [1, product(dtype)];
    case "max":
      return [-Infinity, Math.max];
    case "min":
      return [Infinity, Math.min];
    case "logSumExp":
      return [-Infinity, (a, b) => {
        const high = Math.max(a, b);
        // An infinite or NaN one decides alone; ∞ − ∞ would make NaN of it.
        return Number.isFinite(high) ? high + Math.log1p(Math.exp(-Math.abs(a - b))) : high;
      }];
  }
}

function tangent(x: Value, dx: Value, y: Value, p: CumulativeParams): Value {
  switch (p.combine) {
    case "sum":
      return bind1(cumulativeP, [dx], p);
    case "prod":
      return productTangent(x, dx, p);
    case "logSumExp":
      return logSumExpTangent(x, dx, p);
    case "max":
    case "min":
      return takeAlong(dx, holder(x, y, p), p.axis);
  }
}

/** Which element the running extreme is: of equals the one met last, as in PyTorch; of NaNs too. */
function holder(x: Value, y: Value, { axis, reverse }: CumulativeParams): Value {
  const at = iota(x.shape, axis), none = fullLike(at, reverse ? x.shape[axis]! - 1 : 0);
  const records = select(or(equal(x, y), isNaN(x)), at, none);
  return cumulative(records, { combine: reverse ? "min" : "max", axis, reverse });
}

/** The running combination of `x`. */
export const cumulative = (x: Value, p: CumulativeParams): Value => bind1(cumulativeP, [x], p);
