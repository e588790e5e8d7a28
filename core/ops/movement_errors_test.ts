import { f32, i32, u8 } from "../../tests/laws/values.ts";
import { AdjointError } from "../errors.ts";
import { concat, pad, reverse, roll, splitAxis, stack, unstack } from "./concat.ts";
import {
  broadcastTo,
  expandDims,
  flatten,
  moveAxis,
  repeat,
  reshape,
  squeeze,
  swapAxes,
  tile,
  transpose,
} from "./reshape.ts";
import { slice } from "./slice.ts";
import { assertThrows } from "@std/assert";

/** A wrong call and the whole message it gives. */
interface WrongCall {
  readonly call: () => unknown;
  readonly message: string;
}

// deno-lint-ignore no-explicit-any -- the compiler rejects most of these calls; untyped code makes them
type Untyped = any;

const o: Untyped = {
  broadcastTo,
  concat,
  expandDims,
  flatten,
  moveAxis,
  pad,
  repeat,
  reshape,
  reverse,
  roll,
  slice,
  splitAxis,
  squeeze,
  stack,
  swapAxes,
  tile,
  transpose,
  unstack,
};
const x23 = f32([2, 3], 1), x4 = f32([4], 2), n23 = i32([2, 3], 3);

/** Every movement operation called wrongly. */
export const movementErrors: readonly WrongCall[] = [
  {
    call: () => o.reshape([1, 2], [2]),
    message: "reshape: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  { call: () => o.reshape(x23, 6), message: "reshape: a shape is an array of sizes, not 6; write [2, 3]" },
  { call: () => o.reshape(x23), message: "reshape: a shape is an array of sizes, not undefined; write [2, 3]" },
  { call: () => o.reshape(x23, [4]), message: "reshape: cannot reshape 2×3 to 4; 6 elements against 4" },
  {
    call: () => o.reshape(x23, [-1, 4]),
    message: "reshape: cannot reshape 2×3 to -1×4; 6 elements do not divide by 4",
  },
  { call: () => o.reshape(x23, [-1, -1]), message: "reshape: cannot reshape 2×3 to -1×-1; only one size may be -1" },
  {
    call: () => o.reshape(x23, [1.5, 4]),
    message: "reshape: cannot reshape 2×3 to 1.5×4; every size is a whole number, or one -1",
  },
  { call: () => o.flatten([1]), message: "flatten: expected a tensor as argument, got an array; wrap it: tensor([…])" },
  { call: () => o.squeeze(3), message: "squeeze: expected a tensor as argument, got the number 3" },
  {
    call: () => o.squeeze(x23, { axis: 1 }),
    message: "squeeze: axis 1 of 2×3 is not 1; leave it out, or index it with at",
  },
  { call: () => o.squeeze(x23, { axis: 2 }), message: "squeeze: axis 2 is out of range for rank 2; use -2 to 1" },
  {
    call: () => o.squeeze(f32([1, 1], 1), { axis: [0, -2] }),
    message: "squeeze: axes [0,-2] name the same axis twice",
  },
  { call: () => o.squeeze(x23, 0), message: "squeeze: options are an object, not 0; write { axis: 0 }" },
  { call: () => o.expandDims(null, 0), message: "expandDims: expected a tensor as argument, got null" },
  { call: () => o.expandDims(x23, 3.5), message: "expandDims: axis is 3.5, not a whole number" },
  { call: () => o.expandDims(x23, 4), message: "expandDims: axis 4 is out of range for rank 3; use -3 to 2" },
  { call: () => o.expandDims(x23, [0, 0]), message: "expandDims: axes [0,0] name the same axis twice" },
  { call: () => o.expandDims(x23), message: "expandDims: axis is undefined, not a whole number" },
  {
    call: () => o.broadcastTo(x23, [3, 3]),
    message: "broadcastTo: cannot broadcast 2×3 with 3×3; sizes must be equal or 1, counted from the last axis",
  },
  {
    call: () => o.broadcastTo(x23, [3]),
    message: "broadcastTo: cannot broadcast 2×3 to 3; sizes must be equal or 1, counted from the last axis",
  },
  {
    call: () => o.broadcastTo(x23, [2, -3]),
    message: "broadcastTo: 2×-3 is not a shape; every size is a whole number, 0 or more",
  },
  { call: () => o.broadcastTo(x23, 3), message: "broadcastTo: a shape is an array of sizes, not 3; write [2, 3]" },
  { call: () => o.transpose("x"), message: "transpose: expected a tensor as argument, got the string x" },
  { call: () => o.transpose(x23, [0]), message: "transpose: [0] is not a permutation of the 2 axes" },
  { call: () => o.transpose(x23, [0, 0]), message: "transpose: [0,0] is not a permutation of the 2 axes" },
  { call: () => o.transpose(x23, [0, 2]), message: "transpose: axis 2 is out of range for rank 2; use -2 to 1" },
  { call: () => o.transpose(x23, 1), message: "transpose: the order is an array of axes, not 1; write [1, 0]" },
  { call: () => o.transpose(x23, [0, 0.5]), message: "transpose: an axis is 0.5, not a whole number" },
  { call: () => o.swapAxes(x23, 0, 2), message: "swapAxes: axis 2 is out of range for rank 2; use -2 to 1" },
  { call: () => o.swapAxes(x23, 0), message: "swapAxes: an axis is undefined, not a whole number" },
  {
    call: () => o.swapAxes([1], 0, 1),
    message: "swapAxes: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  { call: () => o.swapAxes(f32([], 1), 0, 0), message: "swapAxes: axis 0 of a scalar, which has no axes" },
  { call: () => o.moveAxis(x23, 2, 0), message: "moveAxis: axis 2 is out of range for rank 2; use -2 to 1" },
  { call: () => o.moveAxis(x23, [0, 1], 0), message: "moveAxis: 2 axes cannot move to 1 places; give as many" },
  { call: () => o.moveAxis(x23, [0, 0], [0, 1]), message: "moveAxis: axes [0,0] name the same axis twice" },
  { call: () => o.moveAxis(x23, "0", 1), message: 'moveAxis: an axis is "0", not a whole number' },
  { call: () => o.moveAxis(7, 0, 1), message: "moveAxis: expected a tensor as argument, got the number 7" },
  { call: () => o.concat(x23), message: "concat: takes an array of tensors; write concat([a, b])" },
  { call: () => o.concat([]), message: "concat: needs at least one tensor" },
  {
    call: () => o.concat([x23, [1]]),
    message: "concat: expected a tensor as element 1, got an array; wrap it: tensor([…])",
  },
  { call: () => o.concat([x23, x4]), message: "concat: shapes 2×3 and 4 differ outside axis 0" },
  { call: () => o.concat([x23, f32([2, 2], 1)]), message: "concat: shapes 2×3 and 2×2 differ outside axis 0" },
  {
    call: () => o.concat([x23, f32([3, 3], 1)], { axis: 1 }),
    message: "concat: shapes 2×3 and 3×3 differ outside axis 1",
  },
  { call: () => o.concat([x23], { axis: 2 }), message: "concat: axis 2 is out of range for rank 2; use -2 to 1" },
  { call: () => o.concat([f32([], 1)]), message: "concat: axis 0 of a scalar, which has no axes" },
  { call: () => o.concat([x23], 1), message: "concat: options are an object, not 1; write { axis: 0 }" },
  {
    call: () => o.concat([x23], { axis: [0, 1] }),
    message: "concat: takes one axis, not [0,1]; use a number, such as 0 or -1",
  },
  { call: () => o.stack([]), message: "stack: needs at least one tensor" },
  { call: () => o.stack(x23), message: "stack: takes an array of tensors; write stack([a, b])" },
  { call: () => o.stack([x23, x4]), message: "stack: shapes 2×3 and 4 differ; broadcast or pad one of them" },
  { call: () => o.stack([x4], { axis: 2 }), message: "stack: axis 2 is out of range for rank 2; use -2 to 1" },
  {
    call: () => o.splitAxis([1], 2),
    message: "splitAxis: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  {
    call: () => o.splitAxis(x4, 3),
    message: "splitAxis: axis 0 of 4 does not divide into 3 equal parts; give the positions to cut at",
  },
  { call: () => o.splitAxis(x4, 0), message: "splitAxis: the number of parts is 0, not a whole number, 1 or more" },
  { call: () => o.splitAxis(x4, 1.5), message: "splitAxis: the number of parts is 1.5, not a whole number, 1 or more" },
  { call: () => o.splitAxis(x4, [3, 1]), message: "splitAxis: positions [3,1] do not ascend; sort them" },
  { call: () => o.splitAxis(x4, [0.5]), message: "splitAxis: a position is 0.5, not a whole number" },
  { call: () => o.splitAxis(x4, 2, { axis: 1 }), message: "splitAxis: axis 1 is out of range for rank 1; use -1 to 0" },
  { call: () => o.splitAxis(f32([], 1), 1), message: "splitAxis: axis 0 of a scalar, which has no axes" },
  { call: () => o.unstack(x4, { axis: 1 }), message: "unstack: axis 1 is out of range for rank 1; use -1 to 0" },
  { call: () => o.unstack(f32([], 1)), message: "unstack: axis 0 of a scalar, which has no axes" },
  {
    call: () => o.unstack([1, 2]),
    message: "unstack: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  { call: () => o.slice(x23, [0, 0, 0]), message: "slice: 3 starts for 2×3, which has 2 axes" },
  { call: () => o.slice(x23, [0], [1, 1, 1]), message: "slice: 3 stops for 2×3, which has 2 axes" },
  { call: () => o.slice(x23, [0], 1), message: "slice: stops are an array of numbers, one an axis, not 1" },
  { call: () => o.slice(x23, [0.5]), message: "slice: the start of a range is 0.5, not a whole number" },
  { call: () => o.slice(x23, [0], [1], [0]), message: "slice: the step of a range is 0; use -1 to go backwards" },
  { call: () => o.reverse(x23, { axis: 2 }), message: "reverse: axis 2 is out of range for rank 2; use -2 to 1" },
  { call: () => o.reverse(x23, { axis: [0, 0] }), message: "reverse: axes [0,0] name the same axis twice" },
  { call: () => o.reverse(x23, [0]), message: "reverse: options are an object, not [0]; write { axis: 0 }" },
  { call: () => o.reverse([1]), message: "reverse: expected a tensor as argument, got an array; wrap it: tensor([…])" },
  { call: () => o.roll([1], 1), message: "roll: expected a tensor as argument, got an array; wrap it: tensor([…])" },
  { call: () => o.roll(x23, 0.5), message: "roll: a shift is 0.5, not a whole number" },
  { call: () => o.roll(x23), message: "roll: a shift is undefined, not a whole number" },
  {
    call: () => o.roll(x23, [1, 2, 3], { axis: [0, 1] }),
    message: "roll: 3 shifts for 2 axes; give one for all, or one each",
  },
  { call: () => o.roll(x23, 1, { axis: 2 }), message: "roll: axis 2 is out of range for rank 2; use -2 to 1" },
  { call: () => o.roll(x23, 1, 2), message: "roll: options are an object, not 2; write { axis: 0 }" },
  { call: () => o.tile([1], 2), message: "tile: expected a tensor as argument, got an array; wrap it: tensor([…])" },
  { call: () => o.tile(x23, -1), message: "tile: a number of times is -1, not a whole number, 0 or more" },
  { call: () => o.tile(x23, [1, 0.5]), message: "tile: a number of times is 0.5, not a whole number, 0 or more" },
  { call: () => o.tile(x23), message: "tile: a number of times is undefined, not a whole number, 0 or more" },
  {
    call: () => o.repeat([1], 2),
    message: "repeat: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  { call: () => o.repeat(x23, -1), message: "repeat: a number of times is -1, not a whole number, 0 or more" },
  {
    call: () => o.repeat(x23, [1, 2]),
    message: "repeat: 2 numbers for axis 0 of 6; give one number for all, or one each",
  },
  {
    call: () => o.repeat(x23, [1, 2, 3], { axis: 0 }),
    message: "repeat: 3 numbers for axis 0 of 2×3; give one number for all, or one each",
  },
  { call: () => o.repeat(x23, 2, { axis: 2 }), message: "repeat: axis 2 is out of range for rank 2; use -2 to 1" },
  {
    call: () => o.repeat(x23, 2, { axis: [0] }),
    message: "repeat: takes one axis, not [0]; use a number, such as 0 or -1",
  },
  { call: () => o.pad([1], 1), message: "pad: expected a tensor as argument, got an array; wrap it: tensor([…])" },
  {
    call: () => o.pad(x23, [[1, 1]]),
    message: "pad: widths for 1 axes, but 2×3 has 2; give a number or a pair for each",
  },
  { call: () => o.pad(x23, [1, [1, 2, 3]]), message: "pad: [1,2,3] is not a width; give a number, or [before, after]" },
  { call: () => o.pad(x23, 0.5), message: "pad: a width is 0.5, not a whole number" },
  { call: () => o.pad(x23, [[-3, 0], 0]), message: "pad: widths -3 and 0 take away more than axis 0 of 2×3 has" },
  { call: () => o.pad(x23, [[-2, -1], 0]), message: "pad: widths -2 and -1 take away more than axis 0 of 2×3 has" },
  {
    call: () => o.pad(x23, 1, { mode: "mirror" }),
    message: 'pad: "mirror" is not a mode; use "constant", "edge", "reflect", "symmetric" or "wrap"',
  },
  { call: () => o.pad(x23, 1, { mode: "edge", value: 1 }), message: 'pad: mode "edge" takes no value; leave it out' },
  { call: () => o.pad(x23, 1, { value: "0" }), message: 'pad: the value is "0", not a number or a boolean' },
  {
    call: () => o.pad(n23, 1, { value: 0.5 }),
    message: "pad: 0.5 is not a whole number and the tensor is i32; cast it to f32 first",
  },
  {
    call: () => o.pad(u8([1], 1), 1, { value: 256 }),
    message: "pad: 256 is out of range for u8, the tensor's dtype; cast it to f32 first",
  },
  {
    call: () => o.pad(f32([0], 1), 1, { mode: "edge" }),
    message: 'pad: axis 0 of 0 is empty, so mode "edge" has nothing to continue',
  },
  { call: () => o.pad(x23, 1, "edge"), message: 'pad: options are an object, not "edge"; write { mode: "edge" }' },
];

for (const { call, message } of movementErrors) {
  Deno.test(`a wrong call says: ${message}`, () => {
    const error = assertThrows(call, AdjointError);
    if (error.message !== message) throw new Error(`it says: ${error.message}`);
  });
}
