/** Axes in another order. */
import { elements, index, load } from "../compiler/kernel.ts";
import { applied, madeBy } from "../compiler/rule.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { checkPermutation, stridesOf } from "../shape.ts";
import { emptyArray, type Value } from "../tensor.ts";
import { copyStrided } from "./broadcast.ts";

/** Output axis i is input axis `perm[i]`. */
export const transposeP: Primitive<{ readonly perm: readonly number[] }> = {
  name: "transpose",
  infer: ([x], { perm }) => {
    checkPermutation("transpose", perm, x!.shape.length);
    return [{ shape: perm.map((a) => x!.shape[a]!), dtype: x!.dtype }];
  },
  reference: ([x], { perm }) => {
    const from = stridesOf(x!.shape), y = emptyArray(perm.map((a) => x!.shape[a]!), x!.dtype);
    copyStrided(y.data, x!.data, y.shape, perm.map((a) => from[a]!), 0);
    return [y];
  },
  jvp: ([x], [dx], p) => [[bind1(transposeP, [x!], p)], [bind1(transposeP, [dx!], p)]],
  transpose: ([ct], _, __, { perm }) => [transpose(ct!, inverse(perm))],
  batch: ([x], _, { perm }) => ({ outputs: [transpose(x!, [0, ...perm.map((a) => a + 1)])], mapped: [true] }),
  simplify: ([x], { perm }) => {
    if (x!.constant !== null) return x!.constant;
    if (perm.every((a, i) => a === i)) return x!;
    const before = madeBy(x!, transposeP);
    return before === null
      ? null
      : applied(transposeP, before.inputs, { perm: perm.map((a) => before.params.perm[a]!) });
  },
  lower: ([x], { perm }) =>
    elements(perm.map((a) => x!.shape[a]!), load(0, inverse(perm).map((i) => index(i)), x!.dtype)),
};

/** Where each axis went. */
export function inverse(perm: readonly number[]): number[] {
  const r = new Array<number>(perm.length);
  perm.forEach((a, i) => r[a] = i);
  return r;
}

/** `x` with its axes permuted. */
export const transpose = (x: Value, perm: readonly number[]): Value =>
  perm.every((a, i) => a === i) ? x : bind1(transposeP, [x], { perm });

/** `x` with one axis moved, the others keeping their order. */
export function moveAxis(x: Value, from: number, to: number): Value {
  if (from === to) return x;
  const perm = x.shape.map((_, i) => i).filter((i) => i !== from);
  perm.splice(to, 0, from);
  return transpose(x, perm);
}
