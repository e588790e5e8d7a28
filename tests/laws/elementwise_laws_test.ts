import type { Primitive } from "../../core/primitive.ts";
import {
  absP,
  ceilP,
  exp2P,
  expm1P,
  expP,
  floorDivP,
  floorP,
  log1pP,
  log2P,
  logP,
  maximumP,
  minimumP,
  modP,
  reluP,
  roundP,
  signP,
  truncP,
} from "../../core/primitives/arithmetic.ts";
import {
  andP,
  bitAndP,
  bitNotP,
  bitOrP,
  bitXorP,
  equalP,
  greaterEqualP,
  greaterP,
  isFiniteP,
  isInfP,
  isNaNP,
  lessEqualP,
  lessP,
  notEqualP,
  notP,
  orP,
  selectP,
  shiftLeftP,
  shiftRightLogicalP,
  shiftRightP,
  xorP,
} from "../../core/primitives/compare.ts";
import {
  acoshP,
  acosP,
  asinhP,
  asinP,
  atan2P,
  atanhP,
  atanP,
  besselIP,
  cbrtP,
  coshP,
  cosP,
  erfcP,
  erfInvP,
  erfP,
  hypotP,
  lgammaP,
  logAddExpP,
  logitP,
  logSigmoidP,
  polygammaP,
  powConstantP,
  powP,
  rsqrtP,
  sigmoidP,
  sinhP,
  sinP,
  softplusP,
  sqrtP,
  tanhP,
  tanP,
} from "../../core/primitives/elementary.ts";
import { stopGradientP } from "../../core/primitives/elementwise.ts";
import type { Shape } from "../../core/shape.ts";
import type { Value } from "../../core/tensor.ts";
import { type LawCase, laws } from "./laws.ts";
import { bool, f64, i32, integers, u32, u8, uniform } from "./values.ts";

/** Shapes of every rank up to 4, sizes 0, 1 and odd among them. */
const shapes: readonly Shape[] = [[], [0], [1], [5], [2, 3], [3, 0, 2], [2, 1, 3], [1, 2, 1, 3]];

let seed = 100;
const shapeAt = (i: number): Shape => shapes[i % shapes.length]!;

/** A case of one shape for a function of floats between bounds. The shape goes round from case to case. */
const between = (prim: Primitive<undefined>, lo: number, hi: number, shape: Shape): LawCase<undefined> => ({
  name: `${prim.name} between ${lo} and ${hi} on [${shape}]`,
  prim,
  params: undefined,
  inputs: [uniform(shape, lo, hi, seed++)],
});

/** On a rank that differs from function to function, on five elements, and on none. */
const unary = (prim: Primitive<undefined>, lo: number, hi: number): LawCase<undefined>[] => {
  const varied = shapeAt(seed);
  return [[5], [0], ...(varied.length === 1 ? [[]] : [varied])].map((s) => between(prim, lo, hi, s));
};

const on = <P>(name: string, prim: Primitive<P>, params: P, inputs: readonly Value[], more = {}): LawCase<P> => ({
  name: `${prim.name} ${name}`,
  prim,
  params,
  inputs,
  ...more,
});

/** Steps and integers: no derivatives to compare with. */
const flat = { smooth: false };

laws([
  ...unary(expP, -2, 2),
  ...unary(exp2P, -2, 2),
  ...unary(expm1P, -2, 2),
  ...unary(logP, 0.3, 4),
  ...unary(log2P, 0.3, 4),
  ...unary(log1pP, 0.2, 4),
  ...unary(sqrtP, 0.3, 4),
  ...unary(rsqrtP, 0.3, 4),
  ...unary(cbrtP, 0.3, 4),
  ...unary(cbrtP, -4, -0.3),
  ...unary(sinP, -3, 3),
  ...unary(cosP, -3, 3),
  ...unary(tanP, -1, 1),
  ...unary(asinP, -0.7, 0.7),
  ...unary(acosP, -0.7, 0.7),
  ...unary(atanP, -3, 3),
  ...unary(sinhP, -2, 2),
  ...unary(coshP, -2, 2),
  ...unary(tanhP, -2, 2),
  ...unary(asinhP, -3, 3),
  ...unary(acoshP, 1.5, 4),
  ...unary(atanhP, -0.7, 0.7),
  ...unary(sigmoidP, -3, 3),
  ...unary(softplusP, -3, 3),
  ...unary(logSigmoidP, -3, 3),
  ...unary(logitP, 0.1, 0.9),
  ...unary(erfP, -2, 2),
  ...unary(erfcP, -2, 2),
  ...unary(erfInvP, -0.8, 0.8),
  ...unary(lgammaP, 0.5, 12),
  ...unary(reluP, 0.2, 2),
  ...unary(reluP, -2, -0.2),
  ...unary(absP, 0.2, 2),
  ...unary(absP, -2, -0.2),
]);

laws([
  ...[0, 1, 2, 3].map((order) => on(`of order ${order}`, polygammaP, { order }, [uniform([5], 0.5, 6, seed++)])),
  on("of order 1 left of 0", polygammaP, { order: 1 }, [f64([3], [-0.6, -1.4, -2.5])]),
  ...[0, 1, 2, 4].map((order) => on(`of order ${order}`, besselIP, { order }, [uniform([2, 3], -3, 3, seed++)])),
  on("0 of large numbers", besselIP, { order: 0 }, [f64([2], [35, -40])]),
  ...[0, 1, 2, 3, 0.5, -1, -1.5].map((exponent) =>
    on(`${exponent}`, powConstantP, { exponent }, [uniform([2, 1, 3], 0.5, 2, seed++)])
  ),
  on("3 of negative numbers", powConstantP, { exponent: 3 }, [uniform([4], -2, -0.5, seed++)]),
  on("5 of integers", powConstantP, { exponent: 5 }, [i32([5], seed++)], flat),
  on("of no elements", powConstantP, { exponent: 2 }, [f64([0], [])]),
]);

const pairs = (prim: Primitive<undefined>, lo: number, hi: number): LawCase<undefined>[] =>
  [[], [3], [2, 0], [2, 1, 3]].map((s) =>
    on(`between ${lo} and ${hi} on [${s}]`, prim, undefined, [uniform(s, lo, hi, seed++), uniform(s, lo, hi, seed++)])
  );

laws([
  ...pairs(powP, 0.5, 2),
  ...pairs(atan2P, 0.3, 2),
  ...pairs(hypotP, 0.3, 2),
  ...pairs(logAddExpP, -2, 2),
  on("with each operand larger", maximumP, undefined, [f64([2, 2], [1, -2, 0.5, 3]), f64([2, 2], [2, -3, 0.1, 3.5])]),
  on("with each operand smaller", minimumP, undefined, [f64([2, 2], [1, -2, 0.5, 3]), f64([2, 2], [2, -3, 0.1, 3.5])]),
  on("at ties", maximumP, undefined, [f64([3], [1, 0, -2]), f64([3], [1, 0, 2])], flat),
  on("at ties", minimumP, undefined, [f64([3], [1, 0, -2]), f64([3], [1, 0, 2])], flat),
  on("of integers", maximumP, undefined, [i32([7], seed++), i32([7], seed++)], flat),
  on("of booleans", minimumP, undefined, [bool([7], seed++), bool([7], seed++)], flat),
  on("at 0", reluP, undefined, [f64([3], [0, -0, 1])], flat),
  on("of integers", reluP, undefined, [i32([3], seed++)], flat),
  on("of both signs", modP, undefined, [f64([4], [5.3, -5.3, 5.3, -5.3]), f64([4], [2, 2, -2, -2])]),
  on("of no elements", modP, undefined, [f64([0], []), f64([0], [])]),
  on("of integers and zeros", modP, undefined, [i32([2, 9], seed++), i32([2, 9], seed++)], flat),
  on("of both signs", floorDivP, undefined, [f64([4], [5.3, -5.3, 5.3, -5.3]), f64([4], [2, 2, -2, -2])]),
  on("of integers and zeros", floorDivP, undefined, [i32([2, 9], seed++), i32([2, 9], seed++)], flat),
]);

laws([
  ...[signP, floorP, ceilP, roundP, truncP].flatMap((prim) => [
    on("away from steps", prim, undefined, [f64([2, 3], [-2.3, -0.7, 0.2, 0.8, 1.3, 40.6])]),
    on("of integers", prim, undefined, [i32([3, 1], seed++)], flat),
    on("of no elements", prim, undefined, [f64([0], [])]),
  ]),
  on("of integers", absP, undefined, [i32([5], seed++)], flat),
  ...[isNaNP, isFiniteP, isInfP].flatMap((prim) => [
    on("of special numbers", prim, undefined, [f64([2, 2], [NaN, Infinity, -Infinity, 0])], flat),
    on("of integers", prim, undefined, [u8([], seed++)], flat),
  ]),
  on("of floats", stopGradientP, undefined, [uniform([2, 3], -1, 1, seed++)], flat),
  on("of booleans", stopGradientP, undefined, [bool([3], seed++)], flat),
  ...[equalP, notEqualP, lessP, lessEqualP, greaterP, greaterEqualP].flatMap((prim, i) => [
    on("of floats", prim, undefined, [uniform(shapeAt(i), -1, 1, seed++), uniform(shapeAt(i), -1, 1, seed++)]),
    on("of integers", prim, undefined, [i32([2, 9], seed++), i32([2, 9], seed++)], flat),
    on("of booleans", prim, undefined, [bool([7], seed++), bool([7], seed++)], flat),
  ]),
  ...[andP, orP, xorP].flatMap((prim, i) => [
    on("of booleans", prim, undefined, [bool([7], seed++), bool([7], seed++)], flat),
    on(`on [${shapeAt(i)}]`, prim, undefined, [bool(shapeAt(i), seed++), bool(shapeAt(i), seed++)], flat),
  ]),
  on("of booleans", notP, undefined, [bool([2, 1, 3], seed++)], flat),
  ...[bitAndP, bitOrP, bitXorP].flatMap((prim) => [
    on("of i32", prim, undefined, [i32([2, 5], seed++), i32([2, 5], seed++)], flat),
    on("of u32", prim, undefined, [u32([], [4294967295]), u32([], [2863311530])], flat),
    on("of u8", prim, undefined, [u8([5], seed++), u8([5], seed++)], flat),
  ]),
  on("of i32", bitNotP, undefined, [i32([5], seed++)], flat),
  on("of u8", bitNotP, undefined, [u8([5], seed++)], flat),
  ...[shiftLeftP, shiftRightP, shiftRightLogicalP].flatMap((prim) => [
    on("of i32", prim, undefined, [i32([2, 5], seed++), integers([2, 5], -1, 34, seed++)], flat),
    on("of u8", prim, undefined, [u8([5], [255, 1, 7, 9, 128]), u8([5], [1, 7, 8, 3, 200])], flat),
    on("of u32", prim, undefined, [u32([3], [4294967295, 7, 2147483648]), u32([3], [31, 32, 1])], flat),
  ]),
]);

laws([
  ...shapes.map((s) =>
    on(`of floats on [${s}]`, selectP, undefined, [
      bool(s, seed++),
      uniform(s, -1, 1, seed++),
      uniform(s, -1, 1, seed++),
    ])
  ),
  on("of integers", selectP, undefined, [bool([5], seed++), i32([5], seed++), i32([5], seed++)], flat),
  on("of booleans", selectP, undefined, [bool([5], seed++), bool([5], seed++), bool([5], seed++)], flat),
]);
