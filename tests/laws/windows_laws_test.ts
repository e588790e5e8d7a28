import { convGeneralP, type ConvParams } from "../../core/primitives/convolution.ts";
import {
  reduceWindowP,
  type ReduceWindowParams,
  windowArgP,
  type WindowArgParams,
  type WindowParams,
  windowPutP,
  type WindowPutParams,
  windowTakeP,
} from "../../core/primitives/reduce_window.ts";
import type { Shape } from "../../core/shape.ts";
import { type LawCase, laws } from "./laws.ts";
import { f64, i32, integers, spaced, u32, u8 } from "./values.ts";

/** Parameters of a convolution over `n` axes, one window a step without padding if nothing is said. */
const conv = (n: number, p: Partial<ConvParams> = {}): ConvParams => {
  const ones = new Array<number>(n).fill(1);
  return {
    strides: ones,
    padding: ones.map(() => [0, 0]),
    inputDilation: ones,
    kernelDilation: ones,
    groups: 1,
    ...p,
  };
};

const convs: readonly (readonly [string, Shape, Shape, ConvParams])[] = [
  ["no axes: a matrix product", [2, 3], [3, 4], conv(0)],
  ["one axis", [2, 5, 2], [3, 2, 3], conv(1)],
  ["a kernel of one element", [1, 3, 2], [1, 2, 5], conv(1)],
  ["one output", [1, 3, 1], [3, 1, 1], conv(1)],
  ["no examples", [0, 4, 2], [2, 2, 1], conv(1)],
  ["no channels", [2, 4, 0], [2, 0, 3], conv(1)],
  ["no outputs", [2, 4, 1], [2, 1, 0], conv(1)],
  ["an empty axis", [1, 0, 2], [1, 2, 3], conv(1)],
  ["an empty axis, padded", [1, 0, 2], [2, 2, 3], conv(1, { padding: [[1, 2]] })],
  ["strides that leave a rest", [1, 6, 2], [3, 2, 2], conv(1, { strides: [2] })],
  ["padding of both signs", [1, 6, 1], [3, 1, 2], conv(1, { padding: [[2, -1]] })],
  ["an input wholly cut away", [1, 2, 1], [2, 1, 1], conv(1, { padding: [[-2, 3]] })],
  ["a dilated kernel", [1, 6, 1], [3, 1, 2], conv(1, { kernelDilation: [2], padding: [[1, 0]] })],
  ["a dilated input", [1, 3, 2], [2, 2, 1], conv(1, { inputDilation: [3], padding: [[1, 1]] })],
  [
    "everything at once",
    [1, 3, 2],
    [2, 2, 2],
    conv(1, { strides: [2], inputDilation: [3], kernelDilation: [3], padding: [[1, 2]] }),
  ],
  ["groups", [2, 4, 4], [2, 2, 6], conv(1, { groups: 2 })],
  ["groups of one channel each", [1, 4, 3], [2, 1, 6], conv(1, { groups: 3, padding: [[1, 1]] })],
  ["groups, strided and dilated", [1, 6, 2], [2, 1, 2], conv(1, { groups: 2, strides: [2], kernelDilation: [2] })],
  ["two axes", [1, 4, 3, 2], [2, 2, 2, 3], conv(2, { padding: [[0, 1], [1, 0]] })],
  ["two axes that differ", [1, 5, 4, 1], [3, 1, 1, 2], conv(2, { strides: [2, 1], kernelDilation: [1, 3] })],
  ["three axes", [1, 2, 3, 2, 1], [2, 2, 1, 1, 2], conv(3, { strides: [1, 2, 1], padding: [[1, 0], [0, 0], [0, 0]] })],
];

laws(convs.map(([name, x, w, params], i): LawCase<ConvParams> => ({
  name,
  prim: convGeneralP,
  params,
  inputs: [f64(x, 2 * i), f64(w, 2 * i + 1)],
})));

laws([
  {
    name: "i32, wrapping around",
    prim: convGeneralP,
    params: conv(1, { padding: [[1, 1]] }),
    inputs: [i32([1, 3, 1], [2 ** 31 - 1, 65537, -7]), i32([2, 1, 1], [65539, 2 ** 30])],
  },
  {
    name: "u32, wrapping around, in groups",
    prim: convGeneralP,
    params: conv(1, { groups: 2 }),
    inputs: [u32([1, 2, 2], [2 ** 32 - 1, 3, 65537, 5]), u32([2, 1, 2], [65539, 7, 2 ** 31, 1])],
  },
  {
    name: "u8, wrapping around",
    prim: convGeneralP,
    params: conv(1),
    inputs: [u8([1, 3, 1], [255, 16, 7]), u8([2, 1, 5], 3)],
  },
]);

/** Windows, without padding and overlap of elements if nothing is said. */
const windows = (window: Shape, p: Partial<WindowParams> = {}): WindowParams => ({
  window,
  strides: window.map(() => 1),
  padding: window.map(() => [0, 0]),
  dilation: window.map(() => 1),
  ...p,
});

const slides: readonly (readonly [string, Shape, WindowParams])[] = [
  ["a scalar", [], windows([])],
  ["one window", [3], windows([3])],
  ["windows of one element", [4], windows([1])],
  ["windows of one element, strided", [5], windows([1], { strides: [2] })],
  ["overlapping windows", [5], windows([3])],
  ["windows side by side", [2, 6], windows([1, 2], { strides: [1, 2] })],
  ["strides that leave a rest", [6], windows([2], { strides: [3] })],
  ["padding", [4], windows([3], { padding: [[1, 2]], strides: [2] })],
  ["negative padding", [6], windows([2], { padding: [[-1, -2]] })],
  ["dilation", [6], windows([2], { dilation: [3], padding: [[1, 0]] })],
  ["two axes, channels last", [1, 4, 5, 2], windows([1, 2, 3, 1], { strides: [1, 2, 1, 1] })],
  [
    "everything at once",
    [5, 4],
    windows([2, 2], { strides: [2, 1], padding: [[2, 1], [0, 1]], dilation: [2, 3] }),
  ],
  ["a window along the first axis", [4, 3], windows([2, 1], { strides: [2, 1] })],
];

const empty: readonly (readonly [string, Shape, WindowParams])[] = [
  ["no examples", [0, 3], windows([1, 2])],
  ["no windows, padding taken away", [2], windows([1], { padding: [[-1, -1]] })],
  ["an empty axis, padded", [2, 0], windows([1, 2], { padding: [[0, 0], [1, 1]] })],
];

laws(
  [...slides, ...empty].flatMap(([name, shape, params], i) =>
    (["sum", "max", "min"] as const).map((op): LawCase<ReduceWindowParams> => ({
      name: `${op} over ${name}`,
      prim: reduceWindowP,
      params: { ...params, op },
      inputs: [op === "sum" ? f64(shape, i) : spaced(shape, -2, 2, i)],
      // The largest of padding alone is −∞, of which there are no differences.
      smooth: op === "sum" || !shape.includes(0),
    }))
  ),
);

const odd = f64([2, 5], [3, NaN, 1, -Infinity, -Infinity, 2, 2, Infinity, NaN, 0]);
const wide = windows([1, 2], { padding: [[0, 0], [1, 1]] });
laws([
  ...(["max", "min"] as const).map((op) => ({
    name: `${op} of ties, infinities and NaN`,
    prim: reduceWindowP,
    params: { ...wide, op },
    inputs: [odd],
    smooth: false,
    active: [false],
  })),
  ...(["max", "min"] as const).map((op) => ({
    name: `the derivative of ${op} at ties`,
    prim: reduceWindowP,
    params: { ...windows([2], { padding: [[1, 1]] }), op },
    inputs: [f64([4], [1, 1, 2, 2])],
    smooth: false,
  })),
  ...[i32([5], 1), u32([5], 2), u8([5], 3)].flatMap((x) =>
    (["sum", "max", "min"] as const).map((op) => ({
      name: `${op} of ${x.dtype}`,
      prim: reduceWindowP,
      params: { ...windows([3], { padding: [[1, 1]], strides: [2] }), op },
      inputs: [x],
    }))
  ),
]);

laws([
  ...[...slides, ...empty].flatMap(([name, shape, params], i) =>
    (["max", "min"] as const).map((op): LawCase<WindowArgParams> => ({
      name: `${op} over ${name}`,
      prim: windowArgP,
      params: { ...params, op },
      inputs: [spaced(shape, -2, 2, i)],
      smooth: false,
    }))
  ),
  ...(["max", "min"] as const).map((op) => ({
    name: `${op} of ties, infinities and NaN`,
    prim: windowArgP,
    params: { ...wide, op },
    inputs: [odd],
    smooth: false,
  })),
]);

const chosen = [...slides, ...empty].map(([name, shape, params], i) => {
  const size = params.window.reduce((a, b) => a * b, 1);
  const counts = windowArgP.infer([{ shape, dtype: "f64" }], { ...params, op: "max" })[0]!.shape;
  return { name, shape, params, counts, positions: integers(counts, 0, size, i) };
});
laws([
  ...chosen.map(({ name, shape, params, positions }, i): LawCase<WindowParams> => ({
    name,
    prim: windowTakeP,
    params,
    inputs: [f64(shape, i), positions],
  })),
  ...chosen.map(({ name, shape, params, counts, positions }, i): LawCase<WindowPutParams> => ({
    name: `${name}, put back`,
    prim: windowPutP,
    params: { ...params, shape },
    inputs: [f64(counts, i), positions],
  })),
]);
