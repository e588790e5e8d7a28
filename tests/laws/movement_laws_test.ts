import { reverseP } from "../../core/primitives/reshape.ts";
import { concatP, padP, type PadParams, sliceP, type SliceParams } from "../../core/primitives/slice.ts";
import type { Shape } from "../../core/shape.ts";
import type { Value } from "../../core/tensor.ts";
import { type LawCase, laws } from "./laws.ts";
import { bool, f32, f64, i32, u8 } from "./values.ts";

const show = (s: Shape): string => `[${s}]`;

const sliced = (x: Value, starts: Shape, limits: Shape, strides: Shape): LawCase<SliceParams> => ({
  name: `slice of ${x.dtype} ${show(x.shape)} from ${show(starts)} to ${show(limits)} by ${show(strides)}`,
  prim: sliceP,
  params: { starts, limits, strides },
  inputs: [x],
  smooth: x.dtype === "f64",
});

laws([
  sliced(f64([], 1), [], [], []),
  sliced(f64([5], 2), [0], [5], [1]),
  sliced(f64([5], 3), [1], [5], [2]),
  sliced(f64([7], 4), [1], [6], [3]),
  sliced(f64([5], 5), [4], [4], [1]),
  sliced(f64([5], 6), [5], [5], [3]),
  sliced(f64([0], 7), [0], [0], [2]),
  sliced(f64([3, 0, 2], 8), [1, 0, 0], [3, 0, 2], [1, 1, 2]),
  sliced(f64([4, 3], 9), [1, 0], [4, 2], [2, 1]),
  sliced(f64([2, 1, 3, 5], 10), [0, 0, 1, 0], [2, 1, 3, 5], [1, 1, 1, 4]),
  sliced(i32([6], 11), [0], [6], [5]),
  sliced(bool([4], 12), [1], [3], [1]),
]);

const padded = (x: Value, lo: Shape, hi: Shape, interior: Shape, value = 0): LawCase<PadParams> => ({
  name: `pad of ${x.dtype} ${show(x.shape)} by ${show(lo)}, ${show(hi)} and ${show(interior)} with ${value}`,
  prim: padP,
  params: { lo, hi, interior, value },
  inputs: [x],
  smooth: x.dtype === "f64",
});

laws([
  padded(f64([], 1), [], [], []),
  padded(f64([3], 2), [1], [2], [0]),
  padded(f64([3], 3), [1], [2], [0], 7.5),
  padded(f64([3], 4), [0], [0], [2]),
  padded(f64([5], 5), [-1], [-2], [0]),
  padded(f64([5], 6), [-3], [4], [0], -1),
  padded(f64([5], 7), [2], [-3], [1]),
  padded(f64([4], 8), [-2], [-1], [2]),
  padded(f64([4], 9), [-2], [-2], [0]),
  padded(f64([1], 10), [0], [0], [3]),
  padded(f64([0], 11), [2], [1], [3], 2),
  padded(f64([3], 12), [-5], [4], [0]),
  padded(f64([2, 0], 13), [0, 1], [1, 1], [1, 1], 1),
  padded(f64([2, 3], 14), [1, -1], [0, 2], [0, 1]),
  padded(f64([1, 2, 3, 1], 15), [0, 1, 0, 1], [1, 0, -1, 1], [1, 0, 1, 0]),
  padded(i32([3], 16), [1], [1], [1], -4),
  padded(u8([2], 17), [1], [0], [0], 255),
  padded(bool([2], 18), [1], [1], [0], 1),
]);

const reversed = (x: Value, axes: Shape): LawCase<{ readonly axes: Shape }> => ({
  name: `reverse of ${x.dtype} ${show(x.shape)} along ${show(axes)}`,
  prim: reverseP,
  params: { axes },
  inputs: [x],
  smooth: x.dtype === "f64",
});

laws([
  reversed(f64([], 1), []),
  reversed(f64([1], 2), [0]),
  reversed(f64([5], 3), [0]),
  reversed(f64([0], 4), [0]),
  reversed(f64([3, 0], 5), [0, 1]),
  reversed(f64([2, 3], 6), [1]),
  reversed(f64([2, 3, 1, 3], 7), [0, 1, 3]),
  reversed(i32([4], 8), [0]),
  reversed(bool([3, 2], 9), [1]),
]);

const joined = (xs: readonly Value[], axis: number, more: Partial<LawCase<unknown>> = {}): LawCase<unknown> => ({
  name: `concat of ${xs[0]!.dtype} ${xs.map((x) => show(x.shape)).join(", ")} along ${axis}${
    more.active ? ", some" : ""
  }`,
  prim: concatP as LawCase<unknown>["prim"],
  params: { axis },
  inputs: xs,
  smooth: xs[0]!.dtype === "f64",
  ...more,
});

laws([
  joined([f64([3], 1)], 0),
  joined([f64([3], 1), f64([1], 2)], 0),
  joined([f64([0], 1), f64([2], 2), f64([0], 3)], 0),
  joined([f64([0], 1), f64([0], 2)], 0),
  joined([f64([2, 3], 1), f64([2, 1], 2), f64([2, 2], 3)], 1),
  joined([f64([2, 0], 1), f64([3, 0], 2)], 0),
  joined([f64([1, 2, 1, 3], 1), f64([1, 2, 3, 3], 2)], 2),
  joined([f64([2, 2], 1), f64([2, 2], 2), f64([1, 2], 3)], 0, { active: [true, false, true] }),
  joined([i32([2], 1), i32([3], 2)], 0),
  joined([f32([2], 1), f32([3], 2)], 0),
  joined([bool([2, 1], 1), bool([2, 2], 2)], 1),
]);
