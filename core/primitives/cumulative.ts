/** Running combinations along an axis, and sorting along it. */
import { indices, load } from "../compiler/kernel.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind, bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { show, sizeOf } from "../shape.ts";
import { emptyArray, type NdArray, type Value } from "../tensor.ts";
import { add, exp, log1p, mul, neg, product, sub } from "./arithmetic.ts";
import { equal, isFinite, isNaN, less, or, select } from "./compare.ts";
import { fullLike, iota, zerosLike } from "./create.ts";
import { align, inferShape } from "./elementwise.ts";
import { takeAlong } from "./gather.ts";
import { pad } from "./slice.ts";

// Tangents of running products and log-sum-exps, by recursive doubling (Hillis and Steele, "Data parallel algorithms",
// CACM 29, 1986, https://doi.org/10.1145/7902.7903).
//
// After a step of width w every element stands for the 2w elements up to it, with the tangent of that: two neighbours'
// values and tangents are all the product rule asks for. There is no division, so factors may be 0, and no weight above
// 1 in a log-sum-exp; and as every step is made of primitives, so are the derivatives of all orders.

/** The axis, and whether the running starts at its end. */
export interface Along {
  readonly axis: number;
  readonly reverse: boolean;
}

/** Each element replaced by the one `width` places before it in running order; `fill` where there is none. */
function before(x: Value, width: number, fill: number, { axis, reverse }: Along): Value {
  const by = x.shape.map((_, a) => a === axis ? (reverse ? -width : width) : 0);
  return pad(x, by, by.map((n) => -n), by.map(() => 0), fill);
}

/** The tangent of the running product of `x`. */
function productTangent(x: Value, dx: Value, along: Along): Value {
  const n = x.shape[along.axis]!;
  for (let width = 1; width < n; width *= 2) {
    const x0 = before(x, width, 1, along), dx0 = before(dx, width, 0, along);
    dx = add(mul(x0, dx), mul(dx0, x));
    x = mul(x0, x);
  }
  return dx;
}

/** The tangent of the running log-sum-exp of `x`: of each sum the tangents of its terms, weighted by their softmax. */
function logSumExpTangent(x: Value, dx: Value, along: Along): Value {
  const n = x.shape[along.axis]!;
  for (let width = 1; width < n; width *= 2) {
    const x0 = before(x, width, -Infinity, along), sum = logAddExp(x0, x);
    dx = add(mul(share(x0, sum), before(dx, width, 0, along)), mul(share(x, sum), dx));
    x = sum;
  }
  return dx;
}

/** log(eᵃ + eᵇ). Each side of the choice is the whole smooth function, so that derivatives at a tie are right too. */
function logAddExp(a: Value, b: Value): Value {
  const first = less(b, a), high = select(first, a, b), ok = isFinite(high);
  const rest = log1p(exp(neg(select(ok, sub(high, select(first, b, a)), zerosLike(a)))));
  return select(ok, add(high, rest), high);
}

/** exp(a − sum), and 0 where the sum is infinite. */
function share(a: Value, sum: Value): Value {
  const ok = isFinite(sum);
  return exp(select(ok, sub(a, sum), fullLike(a, -Infinity)));
}

// Running sums, products, extremes and log-sum-exps along an axis.

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

// Sorting: some inputs are keys, and every input is put into the order of the keys.

/** The axis to sort along, and how many inputs, the first ones, are keys: the first decides, then the next. */
export interface SortParams {
  readonly axis: number;
  readonly keys: number;
}

/** Stable, ascending; NaN comes last, and −0 equals 0. */
export const sortP: Primitive<SortParams> = {
  name: "sort",
  infer: (xs, { axis, keys }) => {
    if (!(keys >= 1 && keys <= xs.length)) throw new ShapeError(`sort: ${keys} keys among ${xs.length} tensors`);
    const shape = inferShape("sort", xs);
    if (!(axis >= 0 && axis < shape.length)) throw new ShapeError(`sort: ${show(shape)} has no axis ${axis}`);
    return xs.map(({ dtype }) => ({ shape, dtype }));
  },
  reference: (xs, { axis, keys }) => {
    const ys = xs.map((x) => emptyArray(x.shape, x.dtype)), shape = xs[0]!.shape, n = shape[axis]!;
    if (ys[0]!.data.length === 0) return ys;
    const inner = sizeOf(shape.slice(axis + 1)), lines = sizeOf(shape) / n, order = new Uint32Array(n);
    for (let l = 0; l < lines; l++) {
      const first = Math.floor(l / inner) * n * inner + l % inner;
      for (let i = 0; i < n; i++) order[i] = first + i * inner;
      order.sort(comparison(xs.slice(0, keys)));
      xs.forEach((x, j) => {
        const to = ys[j]!.data;
        for (let i = 0; i < n; i++) to[first + i * inner] = x.data[order[i]!]!;
      });
    }
    return ys;
  },
  // The tangents of float inputs go where their elements go: an index that is sorted along says where.
  jvp: (xs, dxs, p) => {
    const ys = bind(sortP, [...xs, iota(xs[0]!.shape, p.axis)], p), order = ys.at(-1)!;
    return [ys.slice(0, -1), dxs.map((dx) => dx && takeAlong(dx, order, p.axis))];
  },
  batch: (xs, mapped, { axis, keys }, mappedAxis) => ({
    outputs: bind(sortP, align(xs, mapped, mappedAxis), { axis: axis + 1, keys }),
    mapped: xs.map(() => true),
  }),
  lower: (xs, { axis, keys }) => ({
    kind: "kernels",
    kernels: xs.map(({ shape, dtype }, output) => ({ kind: "sort", domain: shape, axis, keys, output, dtype })),
  }),
};

/** Compares two positions by the keys; equal ones keep their places, `sort` of typed arrays being stable. */
function comparison(keys: readonly NdArray[]): (p: number, q: number) => number {
  return (p, q) => {
    for (const { data } of keys) {
      const a = data[p]!, b = data[q]!;
      if (a < b) return -1;
      if (a > b) return 1;
      if (a === b) continue;
      if (a === a) return -1;
      if (b === b) return 1;
    }
    return 0;
  };
}

/** `xs` in the order of the first `keys` of them, along an axis counted from the front. */
export const sort = (xs: readonly Value[], axis: number, keys = 1): readonly Value[] => bind(sortP, xs, { axis, keys });

/** For each place along `axis` the index of the element that sorting puts there. */
export const argSort = (x: Value, axis: number): Value => sort([x, iota(x.shape, axis)], axis)[1]!;
