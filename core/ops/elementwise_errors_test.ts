import { bool, f32, f64, i32, u8 } from "../../tests/laws/values.ts";
import { AdjointError } from "../errors.ts";
import { cbrt, floorDiv, mod, pow, reciprocal, rsqrt, sqrt, square } from "./arithmetic.ts";
import {
  and,
  clamp,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  minimum,
  not,
  notEqual,
  or,
  relu,
  where,
  xor,
} from "./compare.ts";
import { cast, stopGradient } from "./create.ts";
import {
  digamma,
  erf,
  erfc,
  erfInv,
  exp,
  exp2,
  expm1,
  i0,
  lgamma,
  log,
  log1p,
  log2,
  logAddExp,
  logit,
  logSigmoid,
  polygamma,
  sigmoid,
  softplus,
} from "./exponential.ts";
import {
  abs,
  bitAnd,
  bitNot,
  bitOr,
  bitXor,
  ceil,
  floor,
  isFinite,
  isInf,
  isNaN,
  nanToNum,
  round,
  shiftLeft,
  shiftRight,
  shiftRightLogical,
  sign,
  trunc,
} from "./rounding.ts";
import {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cos,
  cosh,
  hypot,
  sin,
  sinh,
  tan,
  tanh,
} from "./trigonometric.ts";
import { assertThrows } from "@std/assert";

/** A wrong call and the whole message it gives. */
interface WrongCall {
  readonly call: () => unknown;
  readonly message: string;
}

// deno-lint-ignore no-explicit-any -- the compiler rejects most of these calls; untyped code makes them
type Untyped = any;

const x23 = f32([2, 3], 1), x4 = f32([4], 2), n23 = i32([2, 3], 3), t23 = bool([2, 3], 4);

const unary = {
  ...{
    abs,
    sign,
    floor,
    ceil,
    round,
    trunc,
    exp,
    exp2,
    expm1,
    log,
    log2,
    log1p,
    sqrt,
    rsqrt,
    cbrt,
    square,
    reciprocal,
  },
  ...{ sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, sigmoid, logSigmoid, softplus, logit },
  ...{ erf, erfc, erfInv, lgamma, digamma, i0, relu, isNaN, isFinite, isInf, nanToNum, bitNot },
};
const numericUnary = { abs, sign, floor, ceil, round, trunc, relu };
const binary = {
  ...{ pow, floorDiv, mod, atan2, hypot, logAddExp, maximum, minimum },
  ...{ equal, notEqual, less, lessEqual, greater, greaterEqual },
};
const onBits = { bitAnd, bitOr, bitXor, shiftLeft, shiftRight, shiftRightLogical };
const logic = { and: [and, "bitAnd"], or: [or, "bitOr"], xor: [xor, "bitXor"] } as const;

const each = <F>(fs: Readonly<Record<string, F>>, rows: (f: Untyped, name: string) => readonly WrongCall[]) =>
  Object.entries(fs).flatMap(([name, f]) => rows(f, name));

/** Wrong calls of elementwise operations. */
export const elementwiseErrors: readonly WrongCall[] = [
  ...each(unary, (f, op) => [
    { call: () => f([1, 2]), message: `${op}: expected a tensor as argument, got an array; wrap it: tensor([…])` },
    { call: () => f(3), message: `${op}: expected a tensor as argument, got the number 3` },
  ]),
  ...each(numericUnary, (f, op) => [
    { call: () => f(t23), message: `${op}: takes f32 or f64, integers, not bool; cast it first` },
  ]),
  ...each(binary, (f, op) => [
    {
      call: () => f(x23, x4),
      message: `${op}: cannot broadcast 2×3 with 4; sizes must be equal or 1, counted from the last axis`,
    },
    {
      call: () => f(x23)(x4),
      message: `${op}: cannot broadcast 4 with 2×3; sizes must be equal or 1, counted from the last axis`,
    },
    {
      call: () => f(x23, [1, 2]),
      message: `${op}: expected a tensor as second operand, got an array; wrap it: tensor([…])`,
    },
    { call: () => f(null, x23), message: `${op}: expected a tensor as first operand, got null` },
    {
      call: () => f(n23, 0.5),
      message: `${op}: 0.5 is not a whole number and the other operand is i32; cast it to f32 first`,
    },
  ]),
  ...each({ pow, floorDiv, mod }, (f, op) => [
    { call: () => f(t23, t23), message: `${op}: takes f32 or f64, integers, not bool; cast it first` },
    {
      call: () => f(n23, 2 ** 31),
      message: `${op}: 2147483648 is out of range for i32, the other operand's dtype; cast it to f32 first`,
    },
  ]),
  ...each(onBits, (f, op) => [
    { call: () => f(x23, 1), message: `${op}: takes integers, not f32; cast it first` },
    { call: () => f(t23, t23), message: `${op}: takes integers, not bool; cast it first` },
    {
      call: () => f(n23, 0.5),
      message: `${op}: 0.5 is not a whole number and the other operand is i32; cast it to f32 first`,
    },
    {
      call: () => f(n23, i32([4], 5)),
      message: `${op}: cannot broadcast 2×3 with 4; sizes must be equal or 1, counted from the last axis`,
    },
  ]),
  { call: () => bitNot(f32([2], 1)), message: "bitNot: takes integers, not f32; cast it first" },
  ...each(logic, ([f, bits]: Untyped, op) => [
    {
      call: () => f(n23, t23),
      message: `${op}: takes bool, not i32; compare it, as in notEqual(x, 0), or use ${bits} on integers`,
    },
    { call: () => f(t23, 1), message: `${op}: expected a tensor as second operand, got the number 1` },
    {
      call: () => f(t23, bool([4], 5)),
      message: `${op}: cannot broadcast 2×3 with 4; sizes must be equal or 1, counted from the last axis`,
    },
  ]),
  {
    call: () => not(x23 as Untyped),
    message: "not: takes bool, not f32; compare it, as in notEqual(x, 0), or use bitNot on integers",
  },
  {
    call: () => square(t23),
    message: "square: takes numbers, not bool; cast it first",
  },
  { call: () => clamp(x4, { min: NaN }), message: "clamp: min is NaN; give a number, or leave it out" },
  {
    call: () => polygamma(x4, { order: -1 }),
    message: "polygamma: the order is -1; give a whole number, 0 or more: { order: 1 }",
  },
  {
    call: () => polygamma(x4, undefined as Untyped),
    message: "polygamma: the order is undefined; give a whole number, 0 or more: { order: 1 }",
  },
  {
    call: () => polygamma([1] as Untyped, { order: 1 }),
    message: "polygamma: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  { call: () => clamp(x4, {}), message: "clamp: neither min nor max is given; pass { min }, { max } or both" },
  {
    call: () => clamp(x4, undefined as Untyped),
    message: "clamp: neither min nor max is given; pass { min }, { max } or both",
  },
  { call: () => clamp(x4, { min: 2, max: 1 }), message: "clamp: min 2 is above max 1; exchange them" },
  { call: () => clamp(t23, { min: 0 }), message: "clamp: takes numbers, not bool; cast it first" },
  {
    call: () => clamp(n23, { min: 0.5 }),
    message: "clamp: min 0.5 is no i32; round it into the range, leave it out, or cast x first",
  },
  {
    call: () => clamp(u8([2], 1), { max: 300 }),
    message: "clamp: max 300 is no u8; round it into the range, leave it out, or cast x first",
  },
  {
    call: () => clamp(x4, { max: f64([4], 1) }),
    message: "clamp: max is f64 and x is f32; cast one of them",
  },
  {
    call: () => clamp(x4, { min: x23 }),
    message: "clamp: cannot broadcast 4 with 2×3; sizes must be equal or 1, counted from the last axis",
  },
  {
    call: () => clamp(f32([3], 1), { min: x23 }),
    message: "clamp: min of shape 2×3 does not broadcast to 3; broadcast x first",
  },
  {
    call: () => clamp(x4, { min: "0" as Untyped }),
    message: "clamp: expected a tensor as min, got the string 0",
  },
  {
    call: () => where(x23 as Untyped, x23, 0),
    message: "where: takes bool, not f32, as its condition; compare it, as in notEqual(x, 0)",
  },
  {
    call: () => where(true as Untyped, x23, 0),
    message: "where: expected a tensor as condition, got the boolean true",
  },
  {
    call: () => (where as Untyped)(t23, x4, 0),
    message: "where: cannot broadcast 2×3 with 4 with scalar; sizes must be equal or 1, counted from the last axis",
  },
  {
    call: () => where(t23, [1] as Untyped, 0),
    message: "where: expected a tensor as first operand, got an array; wrap it: tensor([…])",
  },
  {
    call: () => where(t23, n23, 0.5),
    message: "where: 0.5 is not a whole number and the other operand is i32; cast it to f32 first",
  },
  {
    call: () => cast(x4, "f16" as Untyped),
    message: "cast: f16 is not a dtype; use f32, f64, i32, u32, u8 or bool",
  },
  {
    call: () => cast([1] as Untyped, "f32"),
    message: "cast: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  {
    call: () => stopGradient({ a: 1 }),
    message:
      "stopGradient: the number 1 at .a is no tree; trees are plain objects, arrays and null, with tensors at the leaves",
  },
];

for (const { call, message } of elementwiseErrors) {
  Deno.test(`a wrong call says: ${message}`, () => {
    const error = assertThrows(call, AdjointError);
    if (error.message !== message) throw new Error(`it says: ${error.message}`);
  });
}
