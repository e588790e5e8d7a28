/** Reductions over axes. */
import { load, reduction } from "../compiler/kernel.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { dropAxes, type Shape, show, sizeOf } from "../shape.ts";
import { emptyArray, type Value } from "../tensor.ts";
import { add, div, mul, product } from "./arithmetic.ts";
import { equal } from "./compare.ts";
import { cast, zerosLike } from "./create.ts";
import { takeAlong } from "./gather.ts";
import { type Axes, axesLast, broadcastBack, reduceReference, reduceSum, reshape, split } from "./reshape.ts";
import { concat, sliceAxis } from "./slice.ts";

// Whether some, or all, are true.

function logic(name: string, which: "any" | "all"): Primitive<Axes> {
  const fold = which === "any" ? (a: number, b: number) => a | b : (a: number, b: number) => a & b;
  const self: Primitive<Axes> = {
    name,
    infer: ([x], { axes }) => {
      if (x!.dtype !== "bool") throw new DTypeError(`${name}: takes bool, not ${x!.dtype}; compare or cast it first`);
      return [{ shape: dropAxes(x!.shape, axes), dtype: "bool" }];
    },
    reference: ([x], { axes }) => [reduceReference(x!, axes, "bool", which === "any" ? 0 : 1, fold)],
    jvp: ([x], _, p) => [[bind1(self, [x!], p)], [null]],
    batch: ([x], _, { axes }) => ({ outputs: [bind1(self, [x!], { axes: axes.map((a) => a + 1) })], mapped: [true] }),
    lower: ([x], { axes }) => {
      const { domain, reduce, at } = split(x!, axes);
      return reduction(domain, reduce, which, load(0, at, "bool"));
    },
  };
  return self;
}

/** Whether some are true over `axes`, which disappear; of none, no. */
export const reduceAnyP: Primitive<Axes> = logic("reduceAny", "any");
/** Whether all are true over `axes`, which disappear; of none, yes. */
export const reduceAllP: Primitive<Axes> = logic("reduceAll", "all");

/** Whether some are true over axes counted from the front, ascending. */
export const reduceAny = (x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : bind1(reduceAnyP, [x], { axes });
/** Whether all are true over axes counted from the front, ascending. */
export const reduceAll = (x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : bind1(reduceAllP, [x], { axes });

// Products over axes.

/** Π over `axes`, which disappear. */
export const reduceProdP: Primitive<Axes> = {
  name: "reduceProd",
  infer: ([x], { axes }) => {
    if (x!.dtype === "bool") throw new DTypeError("reduceProd: takes numbers, not bool; use all, or cast it first");
    return [{ shape: dropAxes(x!.shape, axes), dtype: x!.dtype }];
  },
  reference: ([x], { axes }) => [reduceReference(x!, axes, x!.dtype, 1, product(x!.dtype))],
  jvp: ([x], [dx], { axes }) => [[reduceProd(x!, axes)], [productTangent(axesLast(x!, axes), axesLast(dx!, axes))]],
  batch: ([x], _, { axes }) => ({ outputs: [reduceProd(x!, axes.map((a) => a + 1))], mapped: [true] }),
  lower: ([x], { axes }) => {
    const { domain, reduce, at } = split(x!, axes);
    return reduction(domain, reduce, "prod", load(0, at, x!.dtype));
  },
};

/**
 * The tangent of the product over the last axis, by multiplying halves: (ab)′ = a′b + ab′ up a binary tree. No division,
 * so any number of factors may be 0, and being made of products alone it is right to any order.
 */
function productTangent(x: Value, dx: Value): Value {
  const last = x.shape.length - 1, outer = x.shape.slice(0, -1);
  if (x.shape[last] === 0) return zerosLike({ shape: outer, dtype: x.dtype });
  while (x.shape[last]! > 1) {
    const n = x.shape[last]!, half = n >> 1;
    const part = (v: Value, from: number, to: number) => sliceAxis(v, last, from, to);
    const a = part(x, 0, half), b = part(x, half, 2 * half);
    const da = part(dx, 0, half), db = part(dx, half, 2 * half);
    const odd = (v: Value, whole: Value) => n % 2 === 0 ? v : concat([v, part(whole, n - 1, n)], last);
    [x, dx] = [odd(mul(a, b), x), odd(add(mul(da, b), mul(a, db)), dx)];
  }
  return reshape(dx, outer);
}

/** Π over axes counted from the front, ascending. */
export const reduceProd = (x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : bind1(reduceProdP, [x], { axes });

// Where the largest and the smallest along an axis stand.

type AxisParam = { readonly axis: number };

/** The first of equals; the first NaN, where there is one. */
function argExtreme(name: string, which: "argmax" | "argmin"): Primitive<AxisParam> {
  const better = which === "argmax" ? (a: number, b: number) => a > b : (a: number, b: number) => a < b;
  const self: Primitive<AxisParam> = {
    name,
    infer: ([x], { axis }) => {
      checkNotEmpty(name, x!.shape, [axis], "there is no index to give");
      return [{ shape: dropAxes(x!.shape, [axis]), dtype: "i32" }];
    },
    reference: ([x], { axis }) => {
      const y = emptyArray(dropAxes(x!.shape, [axis]), "i32"), n = x!.shape[axis]!, from = x!.data;
      const inner = sizeOf(x!.shape.slice(axis + 1));
      for (let o = 0; o < y.data.length; o++) {
        const start = Math.floor(o / inner) * n * inner + o % inner;
        let best = from[start]!, at = 0;
        for (let i = 1; i < n && best === best; i++) {
          const v = from[start + i * inner]!;
          if (v !== v || better(v, best)) {
            best = v;
            at = i;
          }
        }
        y.data[o] = at;
      }
      return [y];
    },
    jvp: ([x], _, p) => [[bind1(self, [x!], p)], [null]],
    batch: ([x], _, { axis }) => ({ outputs: [bind1(self, [x!], { axis: axis + 1 })], mapped: [true] }),
    lower: ([x], { axis }) => {
      const { domain, reduce, at } = split(x!, [axis]);
      return reduction(domain, reduce, which, load(0, at, x!.dtype), "i32");
    },
  };
  return self;
}

/** Index of the largest along `axis`, which disappears. */
export const argMaxP: Primitive<AxisParam> = argExtreme("argMax", "argmax");
/** Index of the smallest along `axis`, which disappears. */
export const argMinP: Primitive<AxisParam> = argExtreme("argMin", "argmin");

/** Index of the first largest, or the first NaN, along an axis counted from the front. */
export const argMax = (x: Value, axis: number): Value => bind1(argMaxP, [x], { axis });
/** Index of the first smallest, or the first NaN, along an axis counted from the front. */
export const argMin = (x: Value, axis: number): Value => bind1(argMinP, [x], { axis });

// Largest and smallest over axes.

/** Who has the derivative where several elements are the extreme: the first of them, or all evenly. */
export type Ties = "first" | "split";

/** Axes counted from the front, ascending; "first" takes one axis only. */
export interface ExtremeParams {
  readonly axes: readonly number[];
  readonly ties: Ties;
}

/** Nothing has no extreme: the identities, −∞ and ∞, are no values of integers and seldom what is meant. */
export function checkNotEmpty(op: string, shape: Shape, axes: readonly number[], identity: string): void {
  if (sizeOf(axes.map((a) => shape[a]!)) > 0) return;
  throw new ShapeError(
    `${op}: ${show(shape)} has no elements along axes [${axes}], and ${identity}; reduce axes that are not empty`,
  );
}

function extreme(name: string, which: "max" | "min", identity: string): Primitive<ExtremeParams> {
  // Math.max and Math.min: NaN wins, and −0 < 0, so that the order of comparison cannot be seen.
  const fold = Math[which], start = which === "max" ? -Infinity : Infinity;
  const self: Primitive<ExtremeParams> = {
    name,
    infer: ([x], { axes }) => {
      if (x!.dtype === "bool") {
        throw new DTypeError(`${name}: takes numbers, not bool; use any or all, or cast it first`);
      }
      checkNotEmpty(name, x!.shape, axes, `the ${which} of nothing is ${identity}`);
      return [{ shape: dropAxes(x!.shape, axes), dtype: x!.dtype }];
    },
    reference: ([x], { axes }) => [reduceReference(x!, axes, x!.dtype, start, fold)],
    jvp: ([x], [dx], p) => {
      const y = bind1(self, [x!], p);
      return [[y], [
        p.ties === "first" ? tangentAtFirst(which, x!, dx!, p.axes[0]!) : sharedTangent(x!, dx!, y, p.axes),
      ]];
    },
    batch: ([x], _, { axes, ties }) => ({
      outputs: [bind1(self, [x!], { axes: axes.map((a) => a + 1), ties })],
      mapped: [true],
    }),
    lower: ([x], { axes }) => {
      const { domain, reduce, at } = split(x!, axes);
      return reduction(domain, reduce, which, load(0, at, x!.dtype));
    },
  };
  return self;
}

function tangentAtFirst(which: "max" | "min", x: Value, dx: Value, axis: number): Value {
  const first = (which === "max" ? argMax : argMin)(x, axis);
  const kept = x.shape.map((d, i) => i === axis ? 1 : d);
  return reshape(takeAlong(dx, reshape(first, kept), axis), first.shape);
}

function sharedTangent(x: Value, dx: Value, y: Value, axes: readonly number[]): Value {
  const winners = cast(equal(x, broadcastBack(y, x.shape, axes)), x.dtype);
  return div(reduceSum(mul(winners, dx), axes), reduceSum(winners, axes));
}

/** The largest over `axes`, which disappear; NaN if one is. */
export const reduceMaxP: Primitive<ExtremeParams> = extreme("reduceMax", "max", "-Infinity");
/** The smallest over `axes`, which disappear; NaN if one is. */
export const reduceMinP: Primitive<ExtremeParams> = extreme("reduceMin", "min", "Infinity");

const over =
  (prim: Primitive<ExtremeParams>) =>
  (x: Value, axes: readonly number[], ties: Ties = axes.length === 1 ? "first" : "split"): Value =>
    axes.length === 0 ? x : bind1(prim, [x], { axes, ties });

/** The largest over axes counted from the front, ascending. Of several axes, ties share the derivative evenly. */
export const reduceMax: (x: Value, axes: readonly number[], ties?: Ties) => Value = over(reduceMaxP);
/** The smallest over axes counted from the front, ascending. Of several axes, ties share the derivative evenly. */
export const reduceMin: (x: Value, axes: readonly number[], ties?: Ties) => Value = over(reduceMinP);
