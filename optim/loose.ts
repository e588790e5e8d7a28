/**
 * The core's operations on tensors whose shapes are not in the types: optimizers take parameters of every shape and dtype,
 * so types could prove nothing here.
 */
import * as core from "../mod.ts";
import type { Value } from "../mod.ts";

/** A tensor, or a number that takes a tensor's dtype. */
export type Operand = Value | number;

type Unary = (x: Value) => Value;
type Binary = (a: Operand, b: Operand) => Value;

/** a + b. */
export const add = core.add as unknown as Binary;
/** a − b. */
export const sub = core.sub as unknown as Binary;
/** a · b. */
export const mul = core.mul as unknown as Binary;
/** a / b. */
export const div = core.div as unknown as Binary;
/** a to the power b. */
export const pow = core.pow as unknown as Binary;
/** The larger one. */
export const maximum = core.maximum as unknown as Binary;
/** The smaller one. */
export const minimum = core.minimum as unknown as Binary;
/** a < b. */
export const less = core.less as unknown as Binary;
/** a ≤ b. */
export const lessEqual = core.lessEqual as unknown as Binary;
/** a > b. */
export const greater = core.greater as unknown as Binary;
/** a ≥ b. */
export const greaterEqual = core.greaterEqual as unknown as Binary;
/** a = b. */
export const equal = core.equal as unknown as Binary;
/** The remainder of a / b. */
export const mod = core.mod as unknown as Binary;
/** The whole part of a / b. */
export const floorDiv = core.floorDiv as unknown as Binary;
/** a and b. */
export const and = core.and as unknown as Binary;
/** a or b. */
export const or = core.or as unknown as Binary;

/** −x. */
export const neg = core.neg as unknown as Unary;
/** |x|. */
export const abs = core.abs as unknown as Unary;
/** −1, 0 or 1. */
export const sign = core.sign as unknown as Unary;
/** x². */
export const square = core.square as unknown as Unary;
/** √x. */
export const sqrt = core.sqrt as unknown as Unary;
/** 1 / √x. */
export const rsqrt = core.rsqrt as unknown as Unary;
/** eˣ. */
export const exp = core.exp as unknown as Unary;
/** eˣ − 1. */
export const expm1 = core.expm1 as unknown as Unary;
/** cos x. */
export const cos = core.cos as unknown as Unary;
/** The largest whole number not above x. */
export const floor = core.floor as unknown as Unary;
/** Neither infinite nor NaN. */
export const isFinite = core.isFinite as unknown as Unary;
/** Not x. */
export const not = core.not as unknown as Unary;

/** `yes` where the test holds, else `no`. */
export const where = core.where as unknown as (test: Value, yes: Operand, no: Operand) => Value;
/** The sum of all elements, or along axes. */
export const sum = core.sum as unknown as Reduction;
/** The mean of all elements, or along axes. */
export const mean = core.mean as unknown as Reduction;
/** The largest element. */
export const max = core.max as unknown as Reduction;
/** Whether all elements are true. */
export const all = core.all as unknown as Unary;
/** Σ aᵢ·bᵢ of two vectors. */
export const dot = core.vdot as unknown as (a: Value, b: Value) => Value;
/** A matrix product. */
export const matmul = core.matmul as unknown as (a: Value, b: Value) => Value;

type Reduction = (x: Value, options?: { readonly axis?: readonly number[]; readonly keepDims?: boolean }) => Value;
