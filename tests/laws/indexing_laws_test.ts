import type { Primitive } from "../../core/primitive.ts";
import { dynamicSliceP, dynamicUpdateSliceP } from "../../core/primitives/dynamic_slice.ts";
import {
  gatherP,
  type Places,
  scatterAddP,
  scatterMaxP,
  scatterMinP,
  scatterMulP,
  scatterSetP,
} from "../../core/primitives/gather.ts";
import type { Shape } from "../../core/shape.ts";
import type { Value } from "../../core/tensor.ts";
import { type LawCase, laws } from "./laws.ts";
import { bool, f64, i32, spaced, u32, uniform } from "./values.ts";

const show = (s: Shape): string => `[${s}]`;

/** Operand, indices and values of a gather or scatter. */
interface Setting {
  readonly what: string;
  readonly operand: Shape;
  readonly indices: Value;
  readonly values: Shape;
  readonly places: Places;
}

const setting = (
  what: string,
  operand: Shape,
  indices: Value,
  values: Shape,
  places: Partial<Places> = {},
): Setting[] =>
  (["clamp", "drop"] as const).map((mode) => ({
    what: `${what}, ${mode}`,
    operand,
    indices,
    values,
    places: { axes: [0], batch: 0, unique: false, ...places, mode },
  }));

/** Indices repeat and leave the range on both sides, unless said to be unique. */
const settings: readonly Setting[] = [
  ...setting("one element of a vector", [4], i32([1], [2]), []),
  ...setting("an element twice", [4], i32([3, 1], [2, 0, 2]), [3]),
  ...setting("out of range", [3], i32([5, 1], [-1, 0, 3, 7, -9]), [5]),
  ...setting("no element", [3], i32([0, 1], []), [0]),
  ...setting("a scalar's only place", [], i32([3, 0], []), [3], { axes: [] }),
  ...setting("rows", [3, 2], i32([4, 1], [2, 0, 2, 1]), [4, 2]),
  ...setting("columns", [2, 3], i32([2, 2, 1], [2, 0, 2, 1]), [2, 2, 2], { axes: [1] }),
  ...setting("pairs of axes, backwards", [2, 3, 2], i32([3, 2], [1, 0, 1, 0, 5, 1]), [3, 3], { axes: [2, 0] }),
  ...setting("every axis", [2, 3], i32([3, 2], [1, 2, 0, 0, 1, 2]), [3], { axes: [0, 1] }),
  ...setting("a batch axis", [2, 3], i32([2, 4, 1], [0, 2, 2, 1, 1, 1, 5, 0]), [2, 4], { axes: [1], batch: 1 }),
  ...setting("two batch axes and a window", [2, 1, 2, 3], i32([2, 1, 2, 1], [1, 0, 1, 1]), [2, 1, 2, 3], {
    axes: [2],
    batch: 2,
  }),
  ...setting("a batch axis, window before the axis", [2, 2, 3], i32([2, 1], [1, 2]), [2, 2], { axes: [2], batch: 1 }),
  ...setting("unique", [5, 2], i32([3, 1], [4, 0, 2]), [3, 2], { unique: true }),
  ...setting("windows of size 0", [3, 0], i32([2, 1], [1, 1]), [2, 0]),
];

laws([
  ...settings.map(({ what, operand, indices, places }, i): LawCase<Places> => ({
    name: `gather, ${what}`,
    prim: gatherP,
    params: places,
    inputs: [f64(operand, i + 1), indices],
  })),
  {
    name: "gather, an empty axis, drop",
    prim: gatherP,
    params: { axes: [0], batch: 0, unique: false, mode: "drop" },
    inputs: [f64([0, 2], 1), i32([2, 1], [0, -1])],
  },
  ...[i32([4, 2], 1), u32([4, 2], 2), bool([4, 2], 3)].map((x): LawCase<Places> => ({
    name: `gather of ${x.dtype}`,
    prim: gatherP,
    params: { axes: [0], batch: 0, unique: false, mode: "clamp" },
    inputs: [x, i32([3, 1], [3, 0, 3])],
    smooth: false,
  })),
]);

const scattered = (
  prim: Primitive<Places>,
  fill: (shape: Shape, seed: number) => Value,
  more: Partial<LawCase<Places>> = {},
): LawCase<Places>[] =>
  settings.map(({ what, operand, indices, values, places }, i) => {
    const both = [...operand].reduce((a, b) => a * b, 1), n = both + values.reduce((a, b) => a * b, 1);
    // Operand and updates from one filling, so that no two elements tie.
    const all = fill([n], i + 1);
    return {
      name: `${prim.name}, ${what}`,
      prim,
      params: places,
      inputs: [cut(all, 0, operand), indices, cut(all, both, values)],
      ...more,
    };
  });

function cut(x: Value, from: number, shape: Shape): Value {
  const data = x.dataSync();
  return f64(shape, (i) => data[from + i]!);
}

laws([
  ...scattered(scatterAddP, f64),
  ...scattered(scatterSetP, f64),
  // Away from 0, by which the rule for repeated places divides; factors between 1/2 and 2 keep quotients well conditioned.
  ...scattered(scatterMulP, (shape, seed) => uniform(shape, 0.5, 2, seed)),
  ...scattered(scatterMaxP, (shape, seed) => spaced(shape, -2, 2, seed)),
  ...scattered(scatterMinP, (shape, seed) => spaced(shape, -2, 2, seed)),
]);

laws(
  [scatterAddP, scatterSetP, scatterMulP, scatterMaxP, scatterMinP].flatMap((prim) =>
    [i32, u32].map((make): LawCase<Places> => ({
      name: `${prim.name} of ${make([], [0]).dtype}`,
      prim,
      params: { axes: [0], batch: 0, unique: false, mode: "drop" },
      inputs: [make([3], [1, 2 ** 31 - 1, 7]), i32([4, 1], [1, 0, 1, 9]), make([4], [2 ** 31 - 1, 3, 65537, 4])],
      smooth: false,
    }))
  ),
);

laws([
  {
    name: "scatterSet of bool",
    prim: scatterSetP,
    params: { axes: [0], batch: 0, unique: false, mode: "clamp" } as Places,
    inputs: [bool([3], 1), i32([2, 1], [2, 0]), bool([2], [1, 1])],
    smooth: false,
  },
  ...[scatterMaxP, scatterMinP].map((prim): LawCase<Places> => ({
    // The operand's element and both updates tie for a place: each gets a third.
    name: `${prim.name}, ties`,
    prim,
    params: { axes: [0], batch: 0, unique: false, mode: "drop" },
    inputs: [f64([2], [1, 1]), i32([3, 1], [0, 0, 1]), f64([3], [1, 1, 1])],
    smooth: false,
  })),
]);

laws([0, 1, 2, 3].map((zeros): LawCase<Places> => ({
  // Differences do see the derivatives here: products of up to four factors are polynomials, zeros or not.
  name: `scatterMul, ${zeros} updates of 0 for one place`,
  prim: scatterMulP,
  params: { axes: [0], batch: 0, unique: false, mode: "drop" },
  inputs: [
    f64([2], [1.5, -2]),
    i32([4, 1], [1, 0, 1, 1]),
    f64([4], [zeros > 0 ? 0 : 0.75, 2, zeros > 1 ? 0 : -1.25, zeros > 2 ? 0 : 0.5]),
  ],
})));

const starts = (...at: number[]): Value[] => at.map((s) => i32([], [s]));

laws([
  ...([
    [[5], [2], [1]],
    [[5], [2], [4]],
    [[5], [2], [-3]],
    [[5], [5], [2]],
    [[5], [0], [2]],
    [[0], [0], [1]],
    [[3, 4], [1, 2], [1, 9]],
    [[3, 1, 2, 4], [2, 1, 1, 3], [-1, 0, 1, 1]],
  ] as const).map(([shape, sizes, at], i): LawCase<{ readonly sizes: Shape }> => ({
    name: `dynamicSlice of ${show(shape)}, ${show(sizes)} at ${show(at)}`,
    prim: dynamicSliceP,
    params: { sizes },
    inputs: [f64(shape, i + 1), ...starts(...at)],
  })),
  {
    name: "dynamicSlice of i32",
    prim: dynamicSliceP,
    params: { sizes: [2] },
    inputs: [i32([4], 1), ...starts(1)],
    smooth: false,
  },
]);

laws([
  ...([
    [[5], [2], [1]],
    [[5], [2], [4]],
    [[5], [2], [-3]],
    [[5], [5], [2]],
    [[5], [0], [2]],
    [[0], [0], [1]],
    [[3, 4], [1, 2], [1, 9]],
    [[3, 1, 2, 4], [2, 1, 1, 3], [-1, 0, 1, 1]],
  ] as const).map(([shape, sizes, at], i): LawCase<undefined> => ({
    name: `dynamicUpdateSlice of ${show(shape)}, ${show(sizes)} at ${show(at)}`,
    prim: dynamicUpdateSliceP,
    params: undefined,
    inputs: [f64(shape, i + 1), f64(sizes, i + 20), ...starts(...at)],
  })),
  {
    name: "dynamicUpdateSlice of bool",
    prim: dynamicUpdateSliceP,
    params: undefined,
    inputs: [bool([4], 1), bool([2], 2), ...starts(1)],
    smooth: false,
  },
]);
