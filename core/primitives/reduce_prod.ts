/** Products over axes. */
import { load, reduction } from "../compiler/kernel.ts";
import { DTypeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { dropAxes } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { add, mul, product } from "./arithmetic.ts";
import { axesLast } from "./axes_last.ts";
import { concat } from "./concat.ts";
import { zerosLike } from "./create.ts";
import { type Axes, reduceReference, split } from "./reduce_sum.ts";
import { reshape } from "./reshape.ts";
import { sliceAxis } from "./slice.ts";

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
