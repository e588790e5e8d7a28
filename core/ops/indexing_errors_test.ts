import { bool, f32, i32 } from "../../tests/laws/values.ts";
import { AdjointError } from "../errors.ts";
import { addAt, at, maxAt, minAt, mulAt, setAt } from "./at.ts";
import { gather, scatter, scatterAdd, scatterMax, scatterMin, scatterMul, take, takeAlongAxis } from "./gather.ts";
import { segmentMax, segmentMean, segmentMin, segmentSum } from "./segment.ts";
import { dynamicSlice, dynamicUpdateSlice } from "./slice.ts";
import { assertThrows } from "@std/assert";

/** A wrong call and the whole message it gives. */
interface WrongCall {
  readonly call: () => unknown;
  readonly message: string;
}

// deno-lint-ignore no-explicit-any -- the compiler rejects most of these calls; untyped code makes them
type Untyped = any;

const o: Untyped = {
  addAt,
  at,
  dynamicSlice,
  dynamicUpdateSlice,
  gather,
  maxAt,
  minAt,
  mulAt,
  scatter,
  scatterAdd,
  scatterMax,
  scatterMin,
  scatterMul,
  segmentMax,
  segmentMean,
  segmentMin,
  segmentSum,
  setAt,
  take,
  takeAlongAxis,
};
const x23 = f32([2, 3], 1), x4 = f32([4], 2), n23 = i32([2, 3], 3), t23 = bool([2, 3], 4);

/** Every indexing operation called wrongly. */
export const indexingErrors: readonly WrongCall[] = [
  { call: () => o.at([1], 0), message: "at: expected a tensor as argument, got an array; wrap it: tensor([…])" },
  { call: () => o.at(x23, 2), message: "at: index 2 is out of range for axis 0 of 2×3; use -2 to 1" },
  { call: () => o.at(x23, -3), message: "at: index -3 is out of range for axis 0 of 2×3; use -2 to 1" },
  { call: () => o.at(f32([0], 1), 0), message: "at: index 0 of axis 0 of 0, which is empty" },
  {
    call: () => o.at(x23, 0.5),
    message: 'at: 0.5 is not an index; use whole numbers, or tensor([…], { dtype: "i32" })',
  },
  { call: () => o.at(x23, 0, 0, 0), message: "at: 3 indices for 2×3, which has 2 axes" },
  { call: () => o.at(x23, "...", "..."), message: 'at: "..." may stand only once in an index' },
  {
    call: () => o.at(x23, "a"),
    message: 'at: "a" is not a range; write "start:stop:step" with any part left out, ":" for all, or "..."',
  },
  { call: () => o.at(x23, "0:1:0"), message: "at: the step of a range is 0; use -1 to go backwards" },
  { call: () => o.at(x23, { start: 0.5 }), message: "at: the start of a range is 0.5, not a whole number" },
  {
    call: () => o.at(x23, { from: 1 }),
    message: 'at: {"from":1} is not an index; use a whole number, "start:stop:step", { start, stop, ' +
      'step }, "...", null for a new axis, a list of whole numbers or an integer tensor',
  },
  {
    call: () => o.at(x23, true),
    message: 'at: true is not an index; use a whole number, "start:stop:step", { start, stop, step }, ' +
      '"...", null for a new axis, a list of whole numbers or an integer tensor',
  },
  {
    call: () => o.at(x23, undefined),
    message: 'at: undefined is not an index; use a whole number, "start:stop:step", { start, stop, step ' +
      '}, "...", null for a new axis, a list of whole numbers or an integer tensor',
  },
  {
    call: () => o.at(x23, t23),
    message: "at: a bool mask of shape 2×3 would give a result of unknown size; choose with where(mask, " +
      "a, b), or index with nonzero(mask, { size })",
  },
  { call: () => o.at(x23, x4), message: "at: indices are integers, not f32; cast them to i32" },
  { call: () => o.at(x23, [0, 2]), message: "at: index 2 is out of range for axis 0 of 2×3; use -2 to 1" },
  {
    call: () => o.at(x23, [[0], [1]]),
    message: 'at: [0] is not an index; use whole numbers, or tensor([…], { dtype: "i32" })',
  },
  {
    call: () => o.at(x23, i32([2], [0, 1]), i32([3], [0, 1, 2])),
    message: "at: cannot broadcast 2 with 3; sizes must be equal or 1, counted from the last axis",
  },
  {
    call: () => o.at(f32([0, 2], 1), i32([1], [0])),
    message: "at: an axis of 0×2 that a tensor indexes is empty, so there is nothing to read",
  },
  {
    call: () => o.setAt([1], [0], 1),
    message: "setAt: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  { call: () => o.setAt(x23, 0, 1), message: 'setAt: the index is an array of terms, not 0; write [0, "1:3"]' },
  { call: () => o.setAt(x23, [2], 1), message: "setAt: index 2 is out of range for axis 0 of 2×3; use -2 to 1" },
  {
    call: () => o.setAt(x23, [0], x4),
    message: "setAt: cannot broadcast 4 to 3; sizes must be equal or 1, counted from the last axis",
  },
  { call: () => o.setAt(x23, [0], "1"), message: "setAt: expected a tensor as value, got the string 1" },
  {
    call: () => o.setAt(n23, [0], 0.5),
    message: "setAt: 0.5 is not a whole number and the tensor is i32; cast it to f32 first",
  },
  {
    call: () => o.setAt(n23, [0], f32([3], 1)),
    message: "setAt: the tensor is i32, which does not take f32 elements; cast one of them",
  },
  {
    call: () => o.setAt(x23, [t23], 1),
    message: "setAt: a bool mask of shape 2×3 would give a result of unknown size; choose with " +
      "where(mask, a, b), or index with nonzero(mask, { size })",
  },
  { call: () => o.addAt(t23, [0], true), message: "addAt: takes numbers, not bool; cast it first, or use setAt" },
  { call: () => o.mulAt(t23, [0], true), message: "mulAt: takes numbers, not bool; cast it first, or use setAt" },
  { call: () => o.maxAt(t23, [0], true), message: "maxAt: takes numbers, not bool; cast it first, or use setAt" },
  { call: () => o.minAt(t23, [0], true), message: "minAt: takes numbers, not bool; cast it first, or use setAt" },
  { call: () => o.take([1], 0), message: "take: expected a tensor as argument, got an array; wrap it: tensor([…])" },
  { call: () => o.take(x23, 6), message: "take: index 6 is out of range for axis 0 of 6; use -6 to 5" },
  {
    call: () => o.take(x23, [0, 3], { axis: 1 }),
    message: "take: index 3 is out of range for axis 1 of 2×3; use -3 to 2",
  },
  {
    call: () => o.take(x23, 0.5),
    message: 'take: 0.5 is not an index; use whole numbers, or tensor([…], { dtype: "i32" })',
  },
  {
    call: () => o.take(x23, [0.5]),
    message: 'take: 0.5 is not an index; use whole numbers, or tensor([…], { dtype: "i32" })',
  },
  {
    call: () => o.take(x23, t23),
    message: "take: a bool mask of shape 2×3 would give a result of unknown size; choose with " +
      "where(mask, a, b), or index with nonzero(mask, { size })",
  },
  { call: () => o.take(x23, x4), message: "take: indices are integers, not f32; cast them to i32" },
  { call: () => o.take(x23, 0, { axis: 2 }), message: "take: axis 2 is out of range for rank 2; use -2 to 1" },
  {
    call: () => o.take(x23, 0, { axis: [0] }),
    message: "take: takes one axis, not [0]; use a number, such as 0 or -1",
  },
  {
    call: () => o.take(f32([0], 1), i32([1], [0])),
    message: "take: axis 0 of 0 is empty, so there is nothing to take",
  },
  {
    call: () => o.takeAlongAxis([1], n23),
    message: "takeAlongAxis: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  {
    call: () => o.takeAlongAxis(x23, [0]),
    message: "takeAlongAxis: expected a tensor as indices, got an array; wrap it: tensor([…])",
  },
  { call: () => o.takeAlongAxis(x23, x23), message: "takeAlongAxis: indices are integers, not f32; cast them to i32" },
  {
    call: () => o.takeAlongAxis(x23, i32([3], 1)),
    message: "takeAlongAxis: indices of shape 3 for a tensor of shape 2×3; ranks must be equal",
  },
  {
    call: () => o.takeAlongAxis(x23, i32([3, 1], 1)),
    message: "takeAlongAxis: cannot broadcast 2×1 with 3×1; sizes must be equal or 1, counted from the last axis",
  },
  {
    call: () => o.takeAlongAxis(x23, n23, { axis: 2 }),
    message: "takeAlongAxis: axis 2 is out of range for rank 2; use -2 to 1",
  },
  {
    call: () => o.takeAlongAxis(f32([2, 0], 1), i32([2, 1], 1)),
    message: "takeAlongAxis: axis 1 of 2×0 is empty, so there is nothing to take",
  },
  {
    call: () => o.takeAlongAxis(f32([], 1), i32([], 1)),
    message: "takeAlongAxis: axis -1 of a scalar, which has no axes",
  },
  {
    call: () => o.gather([1], n23),
    message: "gather: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  { call: () => o.gather(x23, x23), message: "gather: indices are integers, not f32; cast them to i32" },
  {
    call: () => o.gather(x23, t23),
    message: "gather: a bool mask of shape 2×3 would give a result of unknown size; choose with " +
      "where(mask, a, b), or index with nonzero(mask, { size })",
  },
  {
    call: () => o.gather(x23, i32([], 1)),
    message: "gather: scalar indices; their last axis holds an index for each axis",
  },
  {
    call: () => o.gather(x23, i32([2, 3], 1)),
    message: "gather: the last axis of indices of shape 2×3 holds 3 entries, for the 2 axes of 2×3",
  },
  {
    call: () => o.gather(x23, i32([2, 2], 1), { axes: [0] }),
    message: "gather: the last axis of indices of shape 2×2 holds 2 entries, for axes [0] of 2×3",
  },
  {
    call: () => o.gather(x23, i32([2, 2], 1), { axes: [0, 0] }),
    message: "gather: axes [0,0] name the same axis twice",
  },
  {
    call: () => o.gather(x23, i32([2, 1], 1), { axes: [2] }),
    message: "gather: axis 2 is out of range for rank 2; use -2 to 1",
  },
  { call: () => o.gather(x23, i32([2, 1], 1), { axes: "0" }), message: 'gather: an axis is "0", not a whole number' },
  {
    call: () => o.gather(f32([0, 2], 1), i32([2, 1], 1)),
    message: "gather: an axis of [0] of 0×2 is empty, so there is nothing to read",
  },
  {
    call: () => o.scatter([1], i32([1, 1], [0]), 1),
    message: "scatter: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  {
    call: () => o.scatter(x23, i32([1, 3], [0, 0, 0]), 1),
    message: "scatter: the last axis of indices of shape 1×3 holds 3 entries, for the 2 axes of 2×3",
  },
  {
    call: () => o.scatter(x23, i32([1, 1], [0]), x4),
    message: "scatter: cannot broadcast 4 to 1×3; sizes must be equal or 1, counted from the last axis",
  },
  {
    call: () => o.scatter(n23, i32([1, 1], [0]), f32([3], 1)),
    message: "scatter: the tensor is i32, which does not take f32 elements; cast one of them",
  },
  { call: () => o.scatter(x23, x23, 1), message: "scatter: indices are integers, not f32; cast them to i32" },
  {
    call: () => o.scatterAdd(t23, i32([1, 1], [0]), t23),
    message: "scatterAdd: takes numbers, not bool; cast it first, or use scatter",
  },
  {
    call: () => o.scatterMul(t23, i32([1, 1], [0]), t23),
    message: "scatterMul: takes numbers, not bool; cast it first, or use scatter",
  },
  {
    call: () => o.scatterMax(t23, i32([1, 1], [0]), t23),
    message: "scatterMax: takes numbers, not bool; cast it first, or use scatter",
  },
  {
    call: () => o.scatterMin(t23, i32([1, 1], [0]), t23),
    message: "scatterMin: takes numbers, not bool; cast it first, or use scatter",
  },
  {
    call: () => o.dynamicSlice([1], [0], [1]),
    message: "dynamicSlice: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  {
    call: () => o.dynamicSlice(x23, [0, 0], [3, 1]),
    message: "dynamicSlice: a block of 3×1 does not fit in 2×3; give a size for each axis",
  },
  {
    call: () => o.dynamicSlice(x23, [0, 0], [1]),
    message: "dynamicSlice: a block of 1 does not fit in 2×3; give a size for each axis",
  },
  {
    call: () => o.dynamicSlice(x23, [0], [1, 1]),
    message: "dynamicSlice: 1 starts for the 2 axes of 2×3; give one for each",
  },
  { call: () => o.dynamicSlice(x23, 0, [1, 1]), message: "dynamicSlice: starts are an array, one an axis, not 0" },
  { call: () => o.dynamicSlice(x23, [0, 0.5], [1, 1]), message: "dynamicSlice: a start is 0.5, not a whole number" },
  {
    call: () => o.dynamicSlice(x23, [0, x4], [1, 1]),
    message: "dynamicSlice: starts are integers, not f32; cast them to i32",
  },
  {
    call: () => o.dynamicSlice(x23, [0, i32([1], [0])], [1, 1]),
    message: "dynamicSlice: the start of axis 1 has shape 1, not scalar",
  },
  {
    call: () => o.dynamicSlice(x23, n23, [1, 1]),
    message: "dynamicSlice: starts of shape 2×3; give a vector with an element an axis, or an array",
  },
  {
    call: () => o.dynamicSlice(x23, [0, 0], [1, -1]),
    message: "dynamicSlice: a size is -1, not a whole number, 0 or more",
  },
  {
    call: () => o.dynamicUpdateSlice(x23, 1, [0, 0]),
    message: "dynamicUpdateSlice: expected a tensor as update, got the number 1",
  },
  {
    call: () => o.dynamicUpdateSlice(x23, x4, [0, 0]),
    message: "dynamicUpdateSlice: a block of 4 does not fit in 2×3; give a size for each axis",
  },
  {
    call: () => o.dynamicUpdateSlice(n23, f32([1, 1], 1), [0, 0]),
    message: "dynamicUpdateSlice: the tensor is i32, which does not take a f32 update; cast one of them",
  },
  {
    call: () => o.dynamicUpdateSlice(x23, f32([1, 1], 1), [0]),
    message: "dynamicUpdateSlice: 1 starts for the 2 axes of 2×3; give one for each",
  },
  {
    call: () => o.segmentSum([1], i32([1], [0]), 1),
    message: "segmentSum: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  { call: () => o.segmentSum(x23, x4, 2), message: "segmentSum: labels are integers, not f32; cast them to i32" },
  {
    call: () => o.segmentSum(x23, i32([3], 1), 2),
    message: "segmentSum: labels of shape 3 for a tensor of shape 2×3; give one for each of its first elements",
  },
  {
    call: () => o.segmentSum(x23, i32([], [0]), 2),
    message: "segmentSum: labels of shape scalar for a tensor of shape 2×3; give one for each of its " +
      "first elements",
  },
  {
    call: () => o.segmentSum(x23, i32([2], 1), -1),
    message: "segmentSum: the number of segments is -1, not a whole number, 0 or more",
  },
  {
    call: () => o.segmentSum(x23, i32([2], 1), 1.5),
    message: "segmentSum: the number of segments is 1.5, not a whole number, 0 or more",
  },
  { call: () => o.segmentSum(t23, i32([2], 1), 2), message: "segmentSum: takes numbers, not bool; cast it first" },
  { call: () => o.segmentMean(t23, i32([2], 1), 2), message: "segmentMean: takes numbers, not bool; cast it first" },
  { call: () => o.segmentMax(t23, i32([2], 1), 2), message: "segmentMax: takes numbers, not bool; cast it first" },
  { call: () => o.segmentMin(t23, i32([2], 1), 2), message: "segmentMin: takes numbers, not bool; cast it first" },
];

for (const { call, message } of indexingErrors) {
  Deno.test(`a wrong call says: ${message}`, () => {
    const error = assertThrows(call, AdjointError);
    if (error.message !== message) throw new Error(`it says: ${error.message}`);
  });
}
