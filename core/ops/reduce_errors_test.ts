import { bool, f32, i32 } from "../../tests/laws/values.ts";
import { AdjointError } from "../errors.ts";
import { cumMax, cumMin, cumProd, cumSum, diff, logCumSumExp } from "./cumulative.ts";
import { logSumExp } from "./exponential.ts";
import { norm } from "./linalg_solve.ts";
import {
  median,
  nanMax,
  nanMean,
  nanMedian,
  nanMin,
  nanProd,
  nanQuantile,
  nanStd,
  nanSum,
  nanVar,
  quantile,
} from "./order_statistics.ts";
import { all, any, countNonZero, max, mean, min, prod, std, sum, variance } from "./reduce.ts";
import { interp, searchSorted } from "./search_sorted.ts";
import { bincount, histogram } from "./segment.ts";
import { argmax, argmin, argsort, nonzero, sort, topK, unique } from "./sort.ts";
import { assertThrows } from "@std/assert";

/** A wrong call and the whole message it gives. */
interface WrongCall {
  readonly call: () => unknown;
  readonly message: string;
}

// deno-lint-ignore no-explicit-any -- the compiler rejects most of these calls; untyped code makes them
type Untyped = any;

const x23 = f32([2, 3], 1), x4 = f32([4], 2), n4 = i32([4], 3), t4 = bool([4], 4), none = f32([0, 3], []);
const scalar = f32([], [1]);

const over: Record<string, (x: Untyped, options: Untyped) => unknown> = {
  ...{ sum, mean, prod, max, min, any, all, countNonZero, logSumExp, variance, std, norm, median },
  ...{ nanSum, nanMean, nanProd, nanMax, nanMin, nanVar, nanStd, nanMedian },
};
const along: Record<string, (x: Untyped, options: Untyped) => unknown> = {
  ...{ argmax, argmin, cumSum, cumProd, cumMax, cumMin, logCumSumExp, diff, sort, argsort },
};
const empty: Record<string, readonly [(x: Untyped, options: Untyped) => unknown, string]> = {
  max: [max, "the max of nothing is -Infinity"],
  min: [min, "the min of nothing is Infinity"],
  nanMax: [nanMax, "the max of nothing is no number"],
  nanMin: [nanMin, "the min of nothing is no number"],
  argmax: [argmax, "there is no index to give"],
  argmin: [argmin, "there is no index to give"],
  median: [median, "nothing has no quantiles"],
  nanMedian: [nanMedian, "nothing has no quantiles"],
};
const numbersOnly: Record<string, readonly [(x: Untyped, options: Untyped) => unknown, string]> = {
  ...{ max: [max, "use any"], min: [min, "use all"], nanMax: [nanMax, "use any"], nanMin: [nanMin, "use all"] },
  cumMax: [cumMax, "cast it to i32 first"],
  cumMin: [cumMin, "cast it to i32 first"],
  diff: [diff, "cast it to i32 first"],
};

/** The options that an operation takes. */
function names(op: string): string {
  if (/^(cum|logCum)/.test(op)) return "axis, reverse";
  if (/sort$/.test(op)) return "axis, descending";
  if (op === "diff") return "axis, n";
  if (op === "norm") return "axis, keepDims, ord";
  if (/^(variance|std|nanVar|nanStd)$/.test(op)) return "axis, keepDims, correction";
  return /edian$/.test(op) ? "axis, keepDims, method" : "axis, keepDims";
}

/** Wrong calls of reductions, running combinations, sorts and searches. */
export const reduceErrors: readonly WrongCall[] = [
  ...Object.entries({ ...over, ...along }).flatMap(([op, f]) => [
    { call: () => f([1, 2], {}), message: `${op}: expected a tensor as argument, got an array; wrap it: tensor([…])` },
    { call: () => f(x23, { axis: 2 }), message: `${op}: axis 2 is out of range for rank 2; use -2 to 1` },
    { call: () => f(scalar, { axis: 0 }), message: `${op}: axis 0 of a scalar, which has no axes` },
    { call: () => f(x23, 1), message: `${op}: options are an object, not 1; write { axis: 0 }` },
    { call: () => f(x23, { dim: 0 }), message: `${op}: there is no option dim; it takes ${names(op)}` },
    { call: () => f(x23, { axis: "rows" }), message: `${op}: axis is "rows"; use a number, such as 0 or -1` },
  ]),
  ...Object.entries(over).map(([op, f]) => ({
    call: () => f(x23, { axis: [0, -2] }),
    message: `${op}: axes [0,-2] name the same axis twice`,
  })),
  ...Object.entries(along).map(([op, f]) => ({
    call: () => f(x23, { axis: [0, 1] }),
    message: `${op}: takes one axis, not [0,1]; use a number, such as 0 or -1`,
  })),
  ...Object.entries(empty).map(([op, [f, why]]) => ({
    call: () => f(none, { axis: 0 }),
    message: `${op}: 0×3 has no elements along axes [0], and ${why}; reduce axes that are not empty`,
  })),
  ...Object.entries(numbersOnly).map(([op, [f, instead]]) => ({
    call: () => f(t4, {}),
    message: `${op}: takes numbers, not bool of shape 4; ${instead}`,
  })),
  ...[{ variance }, { std }, { nanVar }, { nanStd }].flatMap((one) =>
    Object.entries(one as typeof over).map(([op, f]) => ({
      call: () => f(x4, { correction: NaN }),
      message: `${op}: correction NaN is not a finite number; use 0, or 1 for the unbiased estimate`,
    }))
  ),
  {
    call: () => norm(x4, { ord: "fro" as Untyped }),
    message: "norm: ord fro is not a number; use 0, 1, 2, Infinity, -Infinity or another order",
  },
  {
    call: () => norm(none, { ord: Infinity, axis: 0 }),
    message:
      "norm: 0×3 has no elements along axes [0], and the largest of nothing is no number; reduce axes that are not empty",
  },
  ...[quantile, nanQuantile].flatMap((f, i) => {
    const op = i === 0 ? "quantile" : "nanQuantile";
    return [
      { call: () => f(x4, 1.5), message: `${op}: 1.5 is not a fraction; q is a number from 0 to 1, or a list of them` },
      { call: () => f(x4, []), message: `${op}: the list of fractions is empty; give at least one` },
      {
        call: () => f(x4, 0.5, { method: "cubic" as Untyped }),
        message: `${op}: method cubic is not one of linear, lower, higher, midpoint, nearest`,
      },
      {
        call: () => f([1, 2] as Untyped, 0.5),
        message: `${op}: expected a tensor as argument, got an array; wrap it: tensor([…])`,
      },
      { call: () => f(x4, 0.5, { axis: 1 }), message: `${op}: axis 1 is out of range for rank 1; use -1 to 0` },
    ];
  }),
  { call: () => diff(x4, { n: -1 }), message: "diff: n is -1, not a whole number, 0 or more" },
  {
    call: () => topK(x23, 4),
    message: "topK: k = 4 of the 3 elements along axis 1 of 2×3; take fewer",
  },
  { call: () => topK(x23, 0.5), message: "topK: k is 0.5, not a whole number, 0 or more" },
  { call: () => topK(x23, 1, { axis: 2 }), message: "topK: axis 2 is out of range for rank 2; use -2 to 1" },
  {
    call: () => topK([1] as Untyped, 1),
    message: "topK: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  {
    call: () => searchSorted(x23 as Untyped, x4),
    message: "searchSorted: the sorted tensor has shape 2×3, not rank 1; flatten it, or map over it with vmap",
  },
  {
    call: () => searchSorted(x4 as Untyped, [1, 2] as Untyped),
    message: "searchSorted: expected a tensor as second operand, got an array; wrap it: tensor([…])",
  },
  {
    call: () => searchSorted(x4 as Untyped, x4, { side: "middle" as Untyped }),
    message: 'searchSorted: side middle is neither "left" nor "right"',
  },
  { call: () => bincount(x4, { length: 3 }), message: "bincount: counts integers, not f32; cast it to i32 first" },
  {
    call: () => bincount(n4, {} as Untyped),
    message: "bincount: length is undefined, not a whole number, 0 or more; give it as { length }",
  },
  {
    call: () => bincount(n4, { length: 2, weights: x23 }),
    message: "bincount: weights of shape 2×3 for elements of shape 4; give one for each",
  },
  { call: () => histogram(x4, { bins: 0 }), message: "histogram: 0 bins; use a whole number, 1 or more" },
  {
    call: () => histogram(x4, { range: [1, 0] }),
    message: "histogram: range [1,0] is not two finite numbers, the lower one first",
  },
  {
    call: () => histogram(x4, { bins: [1, 0] }),
    message: "histogram: edges [1,0] are not two or more ascending numbers",
  },
  {
    call: () => histogram(x4, { bins: f32([1], 1) }),
    message: "histogram: 1 edges make no bin; give at least two",
  },
  {
    call: () => histogram(x4, { bins: x23 }),
    message: "histogram: the tensor of edges has shape 2×3, not rank 1; flatten it, or map over it with vmap",
  },
  {
    call: () => histogram(x4, { weights: x23 }),
    message: "histogram: weights of shape 2×3 for elements of shape 4; give one for each",
  },
  { call: () => sum(x23, { keepDims: 1 as Untyped }), message: "sum: keepDims is true or false, not 1" },
  { call: () => argmax(x23, { keepDims: "yes" as Untyped }), message: 'argmax: keepDims is true or false, not "yes"' },
  { call: () => sort(x4, { descending: 1 as Untyped }), message: "sort: descending is true or false, not 1" },
  { call: () => cumSum(x4, { reverse: 1 as Untyped }), message: "cumSum: reverse is true or false, not 1" },
  {
    call: () => topK(x4, 1, { larges: false } as Untyped),
    message: "topK: there is no option larges; it takes axis, largest",
  },
  {
    call: () => histogram(x4, { bins: 2, bin: 3 } as Untyped),
    message: "histogram: there is no option bin; it takes bins, range, weights, density",
  },
  {
    call: () => interp(x4, x23 as Untyped, x4 as Untyped),
    message: "interp: xp has shape 2×3, not rank 1; flatten it, or map over it with vmap",
  },
  {
    call: () => interp(x4, x4 as Untyped, f32([3], 1) as Untyped),
    message: "interp: xp has shape 4 and fp 3; give one value for each point",
  },
  {
    call: () => interp(x4, f32([0], []) as Untyped, f32([0], []) as Untyped),
    message: "interp: there are no points; give at least one",
  },
  {
    call: () => interp(x4, x4 as Untyped, x4 as Untyped, { left: "0" as Untyped }),
    message: "interp: left is 0, not a number",
  },
  {
    call: () => unique(x4, {} as Untyped),
    message:
      "unique: size is undefined, not a whole number, 0 or more; give { size }, how many results to make room for",
  },
  {
    call: () => unique(none, { size: 2 }),
    message: "unique: an empty tensor has no smallest value; give a fill",
  },
  {
    call: () => unique(n4, { size: 2, fill: 0.5 }),
    message: "unique: 0.5 is not a whole number and the tensor is i32; cast it to f32 first",
  },
  {
    call: () => nonzero(scalar, { size: 1 }),
    message: "nonzero: a scalar has no indices; reshape it to [1] first",
  },
  {
    call: () => nonzero(x4, { size: -1 }),
    message: "nonzero: size is -1, not a whole number, 0 or more; give { size }, how many results to make room for",
  },
];

for (const { call, message } of reduceErrors) {
  Deno.test(`a wrong call says: ${message}`, () => {
    const error = assertThrows(call, AdjointError);
    if (error.message !== message) throw new Error(`it says: ${error.message}`);
  });
}
