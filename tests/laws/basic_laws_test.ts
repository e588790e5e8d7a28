import type { Primitive } from "../../core/primitive.ts";
import { addP, divP, mulP, negP, subP } from "../../core/primitives/arithmetic.ts";
import { castP, fullP, iotaP } from "../../core/primitives/create.ts";
import { broadcastP, reduceSumP, reshapeP, transposeP } from "../../core/primitives/reshape.ts";
import type { Shape } from "../../core/shape.ts";
import { type LawCase, laws } from "./laws.ts";
import { bool, f64, i32, u32, u8, uniform } from "./values.ts";

const shapes: readonly Shape[] = [[], [1], [5], [0], [3, 0], [2, 3, 1], [1, 2, 1, 3]];
const show = (s: Shape): string => `[${s}]`;

const elementwise = (prim: Primitive<undefined>, arity: number): LawCase<undefined>[] =>
  shapes.map((shape) => ({
    name: `${prim.name} of ${show(shape)}`,
    prim,
    params: undefined,
    // Between 1/2 and 2: quotients stay well conditioned.
    inputs: Array.from({ length: arity }, (_, i) => uniform(shape, 0.5, 2, 10 * shape.length + i)),
  }));

laws([
  ...elementwise(negP, 1),
  ...elementwise(addP, 2),
  ...elementwise(subP, 2),
  ...elementwise(mulP, 2),
  ...elementwise(divP, 2),
]);

const a = i32([4], [2 ** 31 - 1, -(2 ** 31), 65537, -7]), b = i32([4], [1, -1, 65539, 0]);
const c = u32([3], [2 ** 32 - 1, 0, 65537]), d = u32([3], [2, 1, 65539]);
const e = u8([3], [255, 0, 16]), f = u8([3], [1, 1, 17]);
laws([
  ...[addP, subP, mulP].flatMap((prim) =>
    [[a, b], [c, d], [e, f]].map((inputs) => ({
      name: `${prim.name} of ${inputs[0]!.dtype}, wrapping around`,
      prim,
      params: undefined,
      inputs,
      smooth: false,
    }))
  ),
  ...[a, c, e].map((x) => ({
    name: `neg of ${x.dtype}`,
    prim: negP,
    params: undefined,
    inputs: [x],
    smooth: false,
  })),
  {
    name: "div with negative operands of either sign",
    prim: divP,
    params: undefined,
    inputs: [f64([4], [1, -1, 2, -3]), f64([4], [2, 3, -0.5, -1.5])],
  },
  {
    // Poles: values, batching and lowering only; the rules give NaN and infinities there as IEEE arithmetic says.
    name: "div at 0, infinity and NaN",
    prim: divP,
    params: undefined,
    inputs: [f64([5], [0, 1, -1, NaN, Infinity]), f64([5], [0, 0, -0, 1, Infinity])],
    smooth: false,
    active: [false, false],
  },
]);

laws([
  { name: "full, scalar", prim: fullP, params: { value: 2.5, shape: [], dtype: "f64" }, inputs: [] },
  { name: "full of -0", prim: fullP, params: { value: -0, shape: [2, 3], dtype: "f32" }, inputs: [] },
  { name: "full of nothing", prim: fullP, params: { value: 1, shape: [0, 2], dtype: "i32" }, inputs: [] },
  { name: "full of true", prim: fullP, params: { value: 1, shape: [3], dtype: "bool" }, inputs: [] },
  ...(["i32", "u8", "f32", "f64"] as const).map((dtype) => ({
    name: `iota of ${dtype}`,
    prim: iotaP,
    params: { axis: 1, shape: [2, 3, 2], dtype },
    inputs: [],
  })),
  { name: "iota along the first axis", prim: iotaP, params: { axis: 0, shape: [5], dtype: "i32" }, inputs: [] },
  { name: "iota of nothing", prim: iotaP, params: { axis: 0, shape: [0, 3], dtype: "i32" }, inputs: [] },
]);

laws(([
  [[], [3], []],
  [[], [], []],
  [[3], [2, 3], [1]],
  [[3], [3, 2], [0]],
  [[1], [5], [0]],
  [[1, 3], [2, 3], [0, 1]],
  [[1, 1], [2, 1, 3, 4], [1, 3]],
  [[2, 1], [2, 0], [0, 1]],
  [[0], [2, 0], [1]],
  [[1], [1], [0]],
] as const).map(([from, shape, axes], i) => ({
  name: `${show(from)} to ${show(shape)} at axes ${show(axes)}`,
  prim: broadcastP,
  params: { shape, axes },
  inputs: [f64(from, i)],
})));

laws(([
  [[], []],
  [[5], [0]],
  [[1], [0]],
  [[0], [0]],
  [[3, 0], [1]],
  [[0, 3], [0]],
  [[2, 3, 4], []],
  [[2, 3, 4], [1]],
  [[2, 3, 4], [0, 2]],
  [[2, 3, 4], [0, 1, 2]],
  [[1, 2, 1, 3], [0, 3]],
] as const).map(([shape, axes], i) => ({
  name: `reduceSum of ${show(shape)} over ${show(axes)}`,
  prim: reduceSumP,
  params: { axes },
  inputs: [f64(shape, i)],
})));
laws([
  {
    name: "reduceSum of i32, wrapping around",
    prim: reduceSumP,
    params: { axes: [1] },
    inputs: [i32([2, 3], [2 ** 31 - 1, 1, 5, -(2 ** 31), -1, 0])],
    smooth: false,
  },
  {
    name: "reduceSum of infinity and NaN",
    prim: reduceSumP,
    params: { axes: [0] },
    inputs: [f64([3, 3], [1, NaN, Infinity, 2, 1, -Infinity, 3, 1, 1])],
    smooth: false,
  },
]);

laws(([
  [[], [1, 1]],
  [[1], []],
  [[6], [2, 3]],
  [[2, 3], [3, 2]],
  [[2, 3, 2], [12]],
  [[0, 4], [2, 0, 3]],
  [[4, 1, 3], [2, 6]],
  [[2], [2]],
] as const).map(([from, shape], i) => ({
  name: `reshape of ${show(from)} to ${show(shape)}`,
  prim: reshapeP,
  params: { shape },
  inputs: [f64(from, i)],
})));

laws(([
  [[], []],
  [[3], [0]],
  [[2, 3], [1, 0]],
  [[2, 3, 5], [2, 0, 1]],
  [[2, 3, 5], [0, 1, 2]],
  [[2, 0, 3], [1, 2, 0]],
  [[1, 2, 1, 3], [3, 0, 2, 1]],
] as const).map(([shape, perm], i) => ({
  name: `transpose of ${show(shape)} by ${show(perm)}`,
  prim: transposeP,
  params: { perm },
  inputs: [f64(shape, i)],
})));

const mixed = [0, -0, 1, -1, 2.5, -2.5, 300, -300, 3e9, -3e9, 5e9, NaN, Infinity, -Infinity];
laws([
  ...(["f32", "i32", "u32", "u8", "bool"] as const).map((dtype) => ({
    name: `cast of f64 to ${dtype}`,
    prim: castP,
    params: { dtype },
    inputs: [f64([mixed.length], mixed)],
    smooth: false,
    // Results in f32 are rounded to 2^-24, not to the 2^-53 that the tolerances assume.
    scale: 2 ** 29,
  })),
  { name: "cast of f64 to f64", prim: castP, params: { dtype: "f64" }, inputs: [f64([2, 2], 1)], f32: false },
  { name: "cast of i32 to u8", prim: castP, params: { dtype: "u8" }, inputs: [i32([3], [-1, 256, 7])] },
  { name: "cast of i32 to u32", prim: castP, params: { dtype: "u32" }, inputs: [i32([2], [-1, 5])] },
  { name: "cast of u32 to i32", prim: castP, params: { dtype: "i32" }, inputs: [u32([2], [2 ** 32 - 1, 5])] },
  { name: "cast of bool to f64", prim: castP, params: { dtype: "f64" }, inputs: [bool([3], [true, false, true])] },
  { name: "cast of i32 to bool", prim: castP, params: { dtype: "bool" }, inputs: [i32([3], [0, -1, 256])] },
  { name: "cast of nothing", prim: castP, params: { dtype: "i32" }, inputs: [f64([0], [])], smooth: false },
]);
