import {
  argMaxP,
  argMinP,
  reduceAllP,
  reduceAnyP,
  reduceMaxP,
  reduceMinP,
  reduceProdP,
} from "../../core/primitives/reduce.ts";
import type { Shape } from "../../core/shape.ts";
import { laws } from "./laws.ts";
import { bool, f64, i32, spaced, u32, u8, uniform } from "./values.ts";

const show = (s: Shape): string => `[${s}]`;

/** Shapes and the axes to reduce: none empty, since an empty maximum is an error. */
const ranges: readonly (readonly [Shape, readonly number[]])[] = [
  [[1], [0]],
  [[5], [0]],
  [[0, 3], [1]],
  [[3, 4], [0]],
  [[3, 4], [0, 1]],
  [[2, 3, 2], [1]],
  [[2, 1, 3], [0, 2]],
  [[2, 3, 1, 2], [1, 3]],
];

const extremes = [reduceMaxP, reduceMinP].flatMap((prim) =>
  ranges.flatMap(([shape, axes]) =>
    (axes.length === 1 ? ["first", "split"] as const : ["split"] as const).map((ties) => ({
      name: `${prim.name} of ${show(shape)} over ${show(axes)}, ${ties}`,
      prim,
      params: { axes, ties },
      // No two elements are closer than 1/12, and the differences move them by less than 1/100.
      inputs: [spaced(shape, -2, 2, shape.length + axes.length)],
    }))
  )
);

const kinks = [reduceMaxP, reduceMinP].flatMap((prim) => [
  {
    name: `${prim.name} of ties, the first`,
    prim,
    params: { axes: [1], ties: "first" as const },
    inputs: [f64([2, 4], [1, 3, 3, 1, 2, 2, 2, 2])],
    smooth: false,
  },
  {
    name: `${prim.name} of ties, shared`,
    prim,
    params: { axes: [0, 1], ties: "split" as const },
    inputs: [f64([2, 3], [1, 3, 3, 1, 1, 3])],
    smooth: false,
  },
  {
    name: `${prim.name} of infinities, NaN and zeros of both signs`,
    prim,
    params: { axes: [1], ties: "first" as const },
    inputs: [f64([4, 3], [NaN, 1, Infinity, -Infinity, 2, -Infinity, -0, 0, -0, 1, NaN, NaN])],
    smooth: false,
    active: [false],
  },
  ...[i32([2, 4], 3), u32([2, 4], 4), u8([2, 4], 5)].map((x) => ({
    name: `${prim.name} of ${x.dtype}`,
    prim,
    params: { axes: [0], ties: "first" as const },
    inputs: [x],
    smooth: false,
  })),
]);

laws([...extremes, ...kinks]);

laws([
  ...[...ranges, [[], []] as const, [[0], [0]] as const, [[2, 0, 3], [1]] as const, [[2, 4, 3], [0, 1, 2]] as const]
    .map((
      [shape, axes],
    ) => ({
      name: `reduceProd of ${show(shape)} over ${show(axes)}`,
      prim: reduceProdP,
      params: { axes },
      inputs: [uniform(shape, 0.5, 1.5, shape.length)],
    })),
  {
    name: "reduceProd with negative factors",
    prim: reduceProdP,
    params: { axes: [1] },
    inputs: [f64([2, 3], [-1.5, 2, -0.75, 1.25, -0.5, 2])],
  },
  {
    // A polynomial everywhere: that factors are 0 makes no difference to it.
    name: "reduceProd with no, one, two and three zeros",
    prim: reduceProdP,
    params: { axes: [1] },
    inputs: [f64([4, 5], [1, 2, 0.5, -1, 3, 1, 0, 2, 3, -1, 0, 2, 1, 0, 3, 0, 0, 2, 0, 1])],
  },
  ...[
    i32([2, 3], [65537, 65537, 3, -7, 5, 2]),
    u32([2, 3], [65537, 65539, 3, 7, 5, 2]),
    u8([2, 3], [100, 2, 2, 16, 2, 8]),
  ].map((x) => ({
    name: `reduceProd of ${x.dtype}, wrapping around`,
    prim: reduceProdP,
    params: { axes: [1] },
    inputs: [x],
    smooth: false,
  })),
]);

laws(
  [reduceAnyP, reduceAllP].flatMap((prim) =>
    [...ranges, [[], []] as const, [[0], [0]] as const, [[2, 0], [1]] as const].map(([shape, axes]) => ({
      name: `${prim.name} of ${show(shape)} over ${show(axes)}`,
      prim,
      params: { axes },
      inputs: [bool(shape, 3)],
    }))
  ),
);

laws([argMaxP, argMinP].flatMap((prim) => [
  ...ranges.map(([shape, axes]) => ({
    name: `${prim.name} of ${show(shape)} along ${axes.at(-1)}`,
    prim,
    params: { axis: axes.at(-1)! },
    inputs: [spaced(shape, -2, 2, 5)],
    smooth: false,
  })),
  {
    name: `${prim.name} with ties, NaN, infinities and zeros of both signs`,
    prim,
    params: { axis: 1 },
    inputs: [f64([5, 3], [1, 1, 1, 2, NaN, NaN, Infinity, -Infinity, Infinity, -0, 0, -0, NaN, 1, 2])],
    smooth: false,
  },
  ...[i32([2, 4], 3), u8([2, 4], 5), bool([3, 4], 6)].map((x) => ({
    name: `${prim.name} of ${x.dtype}`,
    prim,
    params: { axis: 0 },
    inputs: [x],
    smooth: false,
  })),
]));
