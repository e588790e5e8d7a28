import { cumulativeP, type Running, sortP } from "../../core/primitives/cumulative.ts";
import type { Shape } from "../../core/shape.ts";
import type { Value } from "../../core/tensor.ts";
import { laws } from "./laws.ts";
import { bool, f64, i32, spaced, u32, u8, uniform } from "./values.ts";

const show = (s: Shape): string => `[${s}]`;

const lines: readonly (readonly [Shape, number])[] = [
  [[0], 0],
  [[1], 0],
  [[2], 0],
  [[7], 0],
  [[3, 4], 0],
  [[3, 4], 1],
  [[2, 0, 3], 2],
  [[2, 5, 2], 1],
  [[2, 1, 3, 1], 2],
];

/** Away from ties for the extremes; around 1 for products, so that they stay well conditioned. */
const domain = (combine: Running, shape: Shape, seed: number): Value =>
  combine === "max" || combine === "min"
    ? spaced(shape, -2, 2, seed)
    : combine === "prod"
    ? uniform(shape, 0.5, 1.5, seed)
    : uniform(shape, -2, 2, seed);

laws(
  (["sum", "prod", "max", "min", "logSumExp"] as const).flatMap((combine) =>
    lines.flatMap(([shape, axis]) =>
      [false, true].map((reverse) => ({
        name: `running ${combine} of ${show(shape)} along ${axis}${reverse ? " in reverse" : ""}`,
        prim: cumulativeP,
        params: { combine, axis, reverse },
        inputs: [domain(combine, shape, shape.length + axis)],
        // Running log-sum-exps are rounded at every element on the way.
        ...(combine === "logSumExp" ? { exact: false } : {}),
      }))
    )
  ),
);

const at = (combine: Running, reverse = false) => ({ combine, axis: 1, reverse });

laws([
  ...[false, true].map((reverse) => ({
    // A polynomial everywhere: that factors are 0 makes no difference to it.
    name: `running prod with no, one and more zeros${reverse ? " in reverse" : ""}`,
    prim: cumulativeP,
    params: at("prod", reverse),
    inputs: [f64([4, 5], [1, 2, 0.5, -1, 3, 1, 0, 2, 3, -1, 0, 2, 1, 0, 3, 0, 0, 2, 0, 1])],
  })),
  ...(["max", "min"] as const).flatMap((combine) =>
    [false, true].map((reverse) => ({
      name: `running ${combine} with ties${reverse ? " in reverse" : ""}`,
      prim: cumulativeP,
      params: at(combine, reverse),
      inputs: [f64([2, 5], [1, 2, 2, 1, 3, 3, 1, 1, 3, 2])],
      smooth: false,
    }))
  ),
  ...(["sum", "max", "min", "logSumExp"] as const).map((combine) => ({
    name: `running ${combine} of infinities and NaN`,
    prim: cumulativeP,
    params: at(combine),
    inputs: [f64([4, 3], [1, Infinity, 2, -Infinity, -Infinity, 1, 1, NaN, 2, -0, 0, -Infinity])],
    smooth: false,
    active: [false],
    ...(combine === "logSumExp" ? { exact: false } : {}),
  })),
  {
    name: "running logSumExp that begins with -Infinity",
    prim: cumulativeP,
    params: at("logSumExp"),
    inputs: [f64([2, 4], [-Infinity, -Infinity, 1, 2, -Infinity, 3, -Infinity, 0.5])],
    smooth: false,
    exact: false,
  },
  ...(["sum", "prod", "max", "min"] as const).flatMap((combine) =>
    [i32([2, 4], 3), u32([2, 4], 4), u8([2, 4], 5)].map((x) => ({
      name: `running ${combine} of ${x.dtype}`,
      prim: cumulativeP,
      params: at(combine),
      inputs: [x],
      smooth: false,
    }))
  ),
  {
    name: "running prod of i32, wrapping around",
    prim: cumulativeP,
    params: at("prod"),
    inputs: [i32([1, 4], [65537, 65537, 3, -5])],
    smooth: false,
  },
]);

laws([
  ...lines.map(([shape, axis]) => ({
    name: `sort of ${show(shape)} along ${axis}`,
    prim: sortP,
    params: { axis, keys: 1 },
    inputs: [spaced(shape, -2, 2, 3)],
  })),
  ...([[[5], 0], [[3, 4], 0], [[2, 3, 2], 1]] as const).map(([shape, axis]) => ({
    name: `sort of ${show(shape)} along ${axis} with two payloads`,
    prim: sortP,
    params: { axis, keys: 1 },
    inputs: [spaced(shape, -2, 2, 4), uniform(shape, -1, 1, 5), i32(shape, 6)],
  })),
  {
    name: "sort by two keys, the second for ties of the first",
    prim: sortP,
    params: { axis: 0, keys: 2 },
    inputs: [i32([6], [1, 0, 1, 0, 2, 1]), spaced([6], -2, 2, 7), uniform([6], -1, 1, 8)],
  },
  {
    name: "sort of ties, NaN, infinities and zeros of both signs with a payload",
    prim: sortP,
    params: { axis: 1, keys: 1 },
    inputs: [
      f64([2, 6], [NaN, 0, -0, Infinity, NaN, -Infinity, 1, 1, 0, -0, -1, 1]),
      i32([2, 6], (i) => i),
    ],
    smooth: false,
    active: [false, false],
  },
  ...[i32([3, 4], 3), u32([3, 4], 4), u8([3, 4], 5), bool([3, 4], 6)].map((x) => ({
    name: `sort of ${x.dtype}`,
    prim: sortP,
    params: { axis: 1, keys: 1 },
    inputs: [x],
    smooth: false,
  })),
]);
