/** Comparisons, truth values, choices, tests of finiteness and bits. */
import { elements, indices, load, select as choose } from "../compiler/kernel.ts";
import { bytesOf, type DType, type Kind } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import { is, madeBy, type Primitive, type Rule } from "../primitive.ts";
import { emptyArray, type Value } from "../tensor.ts";
import { zerosLike } from "./create.ts";
import { align, anyKind, elementwise, inferDType, inferShape, type Scalar } from "./elementwise.ts";

// Comparisons: bool results, no derivatives.

const comparison = (name: string, f: Scalar): Primitive<undefined> =>
  elementwise(name, { again: 0, arity: 2, scalar: () => f, accepts: anyKind, output: () => "bool" });

/** x = y. */
export const equalP: Primitive<undefined> = comparison("equal", (a, b) => +(a === b));
/** x ≠ y; NaN differs from everything. */
export const notEqualP: Primitive<undefined> = comparison("notEqual", (a, b) => +(a !== b));
/** x < y. */
export const lessP: Primitive<undefined> = comparison("less", (a, b) => +(a < b));
/** x ≤ y. */
export const lessEqualP: Primitive<undefined> = comparison("lessEqual", (a, b) => +(a <= b));
/** x > y. */
export const greaterP: Primitive<undefined> = comparison("greater", (a, b) => +(a > b));
/** x ≥ y. */
export const greaterEqualP: Primitive<undefined> = comparison("greaterEqual", (a, b) => +(a >= b));

/** x = y. */
export const equal = (x: Value, y: Value): Value => bind1(equalP, [x, y], undefined);
/** x ≠ y. */
export const notEqual = (x: Value, y: Value): Value => bind1(notEqualP, [x, y], undefined);
/** x < y. */
export const less = (x: Value, y: Value): Value => bind1(lessP, [x, y], undefined);
/** x ≤ y. */
export const lessEqual = (x: Value, y: Value): Value => bind1(lessEqualP, [x, y], undefined);
/** x > y. */
export const greater = (x: Value, y: Value): Value => bind1(greaterP, [x, y], undefined);
/** x ≥ y. */
export const greaterEqual = (x: Value, y: Value): Value => bind1(greaterEqualP, [x, y], undefined);

// Truth values among themselves.

const truth: readonly Kind[] = ["bool"];
const logical = (name: string, arity: 1 | 2, f: Scalar, simplify: Rule<undefined>): Primitive<undefined> =>
  elementwise(name, { again: 0, arity, scalar: () => f, accepts: truth, simplify });
/** The other operand beside one that changes nothing. */
const without = (nothing: 0 | 1): Rule<undefined> => ([x, y]) => is(y!, nothing) ? x! : is(x!, nothing) ? y! : null;

/** x ∧ y. */
export const andP: Primitive<undefined> = logical("and", 2, (a, b) => a & b, without(1));
/** x ∨ y. */
export const orP: Primitive<undefined> = logical("or", 2, (a, b) => a | b, without(0));
/** x ≠ y. */
export const xorP: Primitive<undefined> = logical("xor", 2, (a, b) => a ^ b, without(0));
/** ¬x. */
export const notP: Primitive<undefined> = logical("not", 1, (a) => 1 - a, ([x]) => madeBy(x!, notP)?.inputs[0] ?? null);

/** x ∧ y. */
export const and = (x: Value, y: Value): Value => bind1(andP, [x, y], undefined);
/** x ∨ y. */
export const or = (x: Value, y: Value): Value => bind1(orP, [x, y], undefined);
/** x ≠ y. */
export const xor = (x: Value, y: Value): Value => bind1(xorP, [x, y], undefined);
/** ¬x. */
export const not = (x: Value): Value => bind1(notP, [x], undefined);

// A choice between two values, element by element.

/** `yes` where `test` holds, `no` elsewhere. The side not chosen has no part in derivatives, whatever it holds. */
export const selectP: Primitive<undefined> = {
  name: "select",
  again: 0,
  infer: ([test, yes, no]) => {
    if (test!.dtype !== "bool") {
      throw new DTypeError(`select: the condition is ${test!.dtype}, not bool; compare it first`);
    }
    return [{ shape: inferShape("select", [test!, yes!, no!]), dtype: inferDType("select", [yes!, no!], anyKind) }];
  },
  reference: ([test, yes, no]) => {
    const y = emptyArray(yes!.shape, yes!.dtype), c = test!.data, a = yes!.data, b = no!.data, out = y.data;
    for (let i = 0; i < out.length; i++) out[i] = c[i] !== 0 ? a[i]! : b[i]!;
    return [y];
  },
  jvp: ([test, yes, no], [, da, db]) => {
    const tangent = da || db ? select(test!, da ?? zerosLike(yes!), db ?? zerosLike(no!)) : null;
    return [[select(test!, yes!, no!)], [tangent]];
  },
  transpose: ([ct], [test], [, la, lb]) => [
    null,
    la ? select(test!, ct!, zerosLike(ct!)) : null,
    lb ? select(test!, zerosLike(ct!), ct!) : null,
  ],
  batch: (xs, mapped, _, axis) => ({ outputs: [bind1(selectP, align(xs, mapped, axis), undefined)], mapped: [true] }),
  simplify: ([test, yes, no]) => {
    if (test!.constant !== null) return test!.constant !== 0 ? yes! : no!;
    return yes === no ? yes! : null;
  },
  lower: ([test, yes, no]) => {
    const at = indices(test!.shape.length);
    return elements(test!.shape, choose(load(0, at, "bool"), load(1, at, yes!.dtype), load(2, at, no!.dtype)));
  },
};

/** `yes` where `test` holds, `no` elsewhere. */
export const select = (test: Value, yes: Value, no: Value): Value => bind1(selectP, [test, yes, no], undefined);

// Which numbers are numbers.

const question = (name: string, f: (x: number) => boolean): Primitive<undefined> =>
  elementwise(name, { again: 0, arity: 1, scalar: () => (x) => +f(x), accepts: anyKind, output: () => "bool" });

/** Whether x is NaN. */
export const isNaNP: Primitive<undefined> = question("isNaN", Number.isNaN);
/** Whether x is neither NaN nor infinite. */
export const isFiniteP: Primitive<undefined> = question("isFinite", Number.isFinite);
/** Whether x is ∞ or −∞. */
export const isInfP: Primitive<undefined> = question("isInf", (x) => Math.abs(x) === Infinity);

/** Whether x is NaN. */
export const isNaN = (x: Value): Value => bind1(isNaNP, [x], undefined);
/** Whether x is neither NaN nor infinite. */
export const isFinite = (x: Value): Value => bind1(isFiniteP, [x], undefined);
/** Whether x is ∞ or −∞. */
export const isInf = (x: Value): Value => bind1(isInfP, [x], undefined);

// The bits of integers. Results wrap around to the dtype when they are stored.

const integers: readonly Kind[] = ["int"];
const bitwise = (name: string, arity: 1 | 2, scalar: (d: DType) => Scalar): Primitive<undefined> =>
  elementwise(name, { arity, scalar, accepts: integers });

/**
 * A shift by n places. JavaScript takes n modulo 32; here a shift by the width or more, or by a negative number (a large
 * one, read without sign), gives what shifting one place at a time would: `beyond`.
 */
const shifting = (shift: Scalar, beyond: (x: number) => number) => (d: DType): Scalar => {
  const width = 8 * bytesOf(d);
  return (x, n) => n! >= 0 && n! < width ? shift(x!, n!) : beyond(x!);
};

/** Bits set in both. */
export const bitAndP: Primitive<undefined> = bitwise("bitAnd", 2, () => (a, b) => a & b);
/** Bits set in either. */
export const bitOrP: Primitive<undefined> = bitwise("bitOr", 2, () => (a, b) => a | b);
/** Bits that differ. */
export const bitXorP: Primitive<undefined> = bitwise("bitXor", 2, () => (a, b) => a ^ b);
/** Every bit turned over. */
export const bitNotP: Primitive<undefined> = bitwise("bitNot", 1, () => (a) => ~a);
/** Bits moved up, zeros moved in. */
export const shiftLeftP: Primitive<undefined> = bitwise("shiftLeft", 2, shifting((x, n) => x << n, () => 0));
/** Bits moved down, zeros moved in. */
export const shiftRightLogicalP: Primitive<undefined> = bitwise(
  "shiftRightLogical",
  2,
  shifting((x, n) => x >>> n, () => 0),
);
/** Bits moved down, the sign moved in; integers without a sign take in zeros. */
export const shiftRightP: Primitive<undefined> = bitwise(
  "shiftRight",
  2,
  (d) => d === "i32" ? shifting((x, n) => x >> n, (x) => x >> 31)(d) : shifting((x, n) => x >>> n, () => 0)(d),
);

/** Bits set in either. */
export const bitOr = (x: Value, y: Value): Value => bind1(bitOrP, [x, y], undefined);
/** Bits that differ. */
export const bitXor = (x: Value, y: Value): Value => bind1(bitXorP, [x, y], undefined);
/** x · 2ⁿ, modulo the width. */
export const shiftLeft = (x: Value, n: Value): Value => bind1(shiftLeftP, [x, n], undefined);
/** Bits moved down, zeros moved in. */
export const shiftRightLogical = (x: Value, n: Value): Value => bind1(shiftRightLogicalP, [x, n], undefined);
