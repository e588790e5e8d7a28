import { bool, f32 } from "../../tests/laws/values.ts";
import { AdjointError } from "../errors.ts";
import { convGeneral, convTranspose, reduceWindow } from "./windows.ts";
import { assertThrows } from "@std/assert";

/** A wrong call and the whole message it gives. */
interface WrongCall {
  readonly call: () => unknown;
  readonly message: string;
}

// deno-lint-ignore no-explicit-any -- the compiler rejects most of these calls; untyped code makes them
type Untyped = any;

const x = f32([2, 5, 4, 3], 1), w = f32([2, 2, 3, 6], 2), t = bool([1, 2, 1], 3), v = f32([4], 4);
const pool: Untyped = reduceWindow;

/** Every operation of this family called wrongly. */
export const windowsErrors: readonly WrongCall[] = [
  ...Object.entries({ convGeneral, convTranspose } as Record<string, Untyped>).flatMap(([op, f]) => [
    {
      call: () => f(x, [1]),
      message: `${op}: expected a tensor as second operand, got an array; wrap it: tensor([…])`,
    },
    { call: () => f(w)(null), message: `${op}: expected a tensor as first operand, got null` },
    { call: () => f(t, t), message: `${op}: takes numbers, not bool; cast one of the operands first` },
    {
      call: () => f(x, f32([2, 3, 6], 1)),
      message: `${op}: ranks do not fit, 2×5×4×3 * 2×3×6; ` +
        "the input is [N, …spatial, C], the kernel […window, C / groups, O]",
    },
    {
      call: () => f(v, v),
      message: `${op}: ranks do not fit, 4 * 4; the input is [N, …spatial, C], the kernel […window, C / groups, O]`,
    },
    {
      call: () => f(x, f32([2, 2, 4, 6], 1)),
      message: `${op}: channels differ, 2×5×4×3 * 2×2×4×6 in 1 group: the input has 3, the kernel takes 4`,
    },
    {
      call: () => f(x, w, { groups: 3 }),
      message: `${op}: channels differ, 2×5×4×3 * 2×2×3×6 in 3 groups: the input has 3, the kernel takes 9`,
    },
    {
      call: () => f(x, w, { groups: 4 }),
      message: `${op}: 6 output channels of 2×5×4×3 * 2×2×3×6 do not divide into 4 groups`,
    },
    {
      call: () => f(x, w, { groups: 0 }),
      message: `${op}: 6 output channels of 2×5×4×3 * 2×2×3×6 do not divide into 0 groups`,
    },
    {
      call: () => f(x, w, { strides: [1] }),
      message: `${op}: strides [1] must be a whole number, 1 or more, or a list of 2 of them`,
    },
    {
      call: () => f(x, w, { strides: 0 }),
      message: `${op}: strides 0 must be a whole number, 1 or more, or a list of 2 of them`,
    },
    {
      call: () => f(x, w, { kernelDilation: 1.5 }),
      message: `${op}: kernelDilation 1.5 must be a whole number, 1 or more, or a list of 2 of them`,
    },
    {
      call: () => f(x, w, { padding: "full" }),
      message: `${op}: padding "full" must be "same", "valid", a whole number, or a list of 2 numbers or pairs`,
    },
    {
      call: () => f(x, w, { padding: [[1, 2]] }),
      message: `${op}: padding [[1,2]] must be "same", "valid", a whole number, or a list of 2 numbers or pairs`,
    },
  ]),
  {
    call: () => convGeneral(x, w, { inputDilation: [1, -1] }),
    message: "convGeneral: inputDilation [1,-1] must be a whole number, 1 or more, or a list of 2 of them",
  },
  {
    call: () => convGeneral(x, f32([6, 2, 3, 1], 1)),
    message:
      "convGeneral: the kernel is wider than the padded input, 6×2 over 5×4; add padding or use a smaller kernel",
  },
  {
    call: () => convGeneral(x, w, { kernelDilation: 4 }),
    message: "convGeneral: the kernel is wider than the padded input, 5×5 over 5×4 with dilation; " +
      "add padding or use a smaller kernel",
  },
  {
    call: () => convGeneral(x, f32([0, 2, 3, 1], [])),
    message: "convGeneral: the kernel 0×2 must have 1 or more elements on each of the 2 axes of 5×4",
  },
  {
    call: () => convTranspose(x, w, { strides: 2, outputPadding: 2 }),
    message: "convTranspose: outputPadding 2 must be a whole number from 0 to below the stride, " +
      "for each of the strides [2,2]",
  },
  {
    call: () => convGeneral(x, w, { stride: 2 } as Untyped),
    message: "convGeneral: there is no option stride; it takes strides, padding, inputDilation, kernelDilation, groups",
  },
  {
    call: () => convTranspose(x, w, { outputPadding: [0] }),
    message: "convTranspose: outputPadding [0] must be a whole number from 0 to below the stride, " +
      "for each of the strides [1,1]",
  },
  {
    call: () => pool([1], { op: "max", window: [1] }),
    message: "reduceWindow: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  {
    call: () => pool(v),
    message: 'reduceWindow: options are an object, not undefined; write { op: "max", window: [2, 2] }',
  },
  {
    call: () => pool(v, { op: "mean", window: [1] }),
    message: 'reduceWindow: op "mean" must be "max", "min" or "sum"',
  },
  {
    call: () => pool(bool([2], 1), { op: "max", window: [1] }),
    message: "reduceWindow: takes numbers, not bool; cast it first",
  },
  {
    call: () => pool(x, { op: "max", window: [2, 2] }),
    message: "reduceWindow: window [2,2] must have a size for each of the 4 axes of 2×5×4×3",
  },
  {
    call: () => pool(x, { op: "max", window: 2 }),
    message: "reduceWindow: window 2 must have a size for each of the 4 axes of 2×5×4×3",
  },
  {
    call: () => pool(v, { op: "max", window: [0] }),
    message: "reduceWindow: window [0] must be a whole number, 1 or more, or a list of 1 of them",
  },
  {
    call: () => pool(v, { op: "max", window: [5] }),
    message: "reduceWindow: the window is wider than the padded input, 5 over 4; add padding or use a smaller window",
  },
  {
    call: () => pool(v, { op: "max", window: [1], strides: [1, 1] }),
    message: "reduceWindow: strides [1,1] must be a whole number, 1 or more, or a list of 1 of them",
  },
  {
    call: () => pool(v, { op: "max", window: [1], padding: 0.5 }),
    message: 'reduceWindow: padding 0.5 must be "same", "valid", a whole number, or a list of 1 numbers or pairs',
  },
];

for (const { call, message } of windowsErrors) {
  Deno.test(`a wrong call says: ${message}`, () => {
    const error = assertThrows(call, AdjointError);
    if (error.message !== message) throw new Error(`it says: ${error.message}`);
  });
}
