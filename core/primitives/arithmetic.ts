/** Arithmetic, exponentials and logarithms, extremes of two, rounding. */
import { type DType, isFloat, kindOf } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import { type Application, applied, is, madeBy, type MaybeZero, type Operand, type Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { equal, greater, less, select } from "./compare.ts";
import { cast, fullLike, zerosLike } from "./create.ts";
import { anyKind, elementwise, floating, numeric, type Scalar, unary } from "./elementwise.ts";

// Sums, products and their kin: what derivatives are written with.

/** −x. */
export const negP: Primitive<undefined> = elementwise("neg", {
  again: 0,
  arity: 1,
  scalar: () => (x) => -x,
  accepts: numeric,
  tangent: (_, [dx]) => neg(dx!),
  transpose: (ct) => [neg(ct)],
  simplify: ([x]) => madeBy(x!, negP)?.inputs[0] ?? null,
});

/** x + y. */
export const addP: Primitive<undefined> = elementwise("add", {
  again: 0,
  arity: 2,
  scalar: () => (a, b) => a + b,
  accepts: numeric,
  tangent: (_, [dx, dy]) => dx && dy ? add(dx, dy) : dx ?? dy!,
  transpose: (ct) => [ct, ct],
  simplify: ([x, y]) => {
    // Among floats only −0 leaves every sum as it is: −0 + 0 is 0. a + (−b) is a − b.
    const nothing = isFloat(x!.dtype) ? -0 : 0;
    return is(y!, nothing) ? x! : is(x!, nothing) ? y! : negatedIn(subP, x!, y!) ?? negatedIn(subP, y!, x!);
  },
});

/** `prim` of a and b, if the second operand is −b. */
function negatedIn(prim: Primitive<undefined>, a: Operand, second: Operand): Application | null {
  const b = madeBy(second, negP)?.inputs[0];
  return b === undefined ? null : applied(prim, [a, b], undefined);
}

/** x − y. */
export const subP: Primitive<undefined> = elementwise("sub", {
  again: 0,
  arity: 2,
  scalar: () => (a, b) => a - b,
  accepts: numeric,
  tangent: (_, [dx, dy]) => dx && dy ? sub(dx, dy) : dx ?? neg(dy!),
  transpose: (ct, _, [lx, ly]) => [lx ? ct : null, ly ? neg(ct) : null],
  // a − (−b) is a + b.
  simplify: ([x, y]) => is(y!, 0) ? x! : negatedIn(addP, x!, y!),
});

/** How two numbers of a dtype are multiplied: integers wrap around, which f64 alone would do wrongly beyond 2⁵³. */
export const product = (dtype: DType): (a: number, b: number) => number =>
  kindOf(dtype) === "int" ? Math.imul : (a, b) => a * b;

/** x · y; integers wrap around. */
export const mulP: Primitive<undefined> = elementwise("mul", {
  again: 0,
  arity: 2,
  scalar: product,
  accepts: numeric,
  tangent: ([x, y], [dx, dy]) => {
    const l = dx ? mul(dx, y!) : null, r = dy ? mul(x!, dy) : null;
    return l && r ? add(l, r) : l ?? r;
  },
  transpose: (ct, [x, y], [lx]) => lx ? [mul(ct, y!), null] : [null, mul(x!, ct)],
  simplify: ([x, y]) => is(y!, 1) ? x! : is(x!, 1) ? y! : null,
});

/** x / y on floats. */
export const divP: Primitive<undefined> = elementwise("div", {
  again: 1 / 4,
  arity: 2,
  scalar: () => (a, b) => a / b,
  accepts: ["float"],
  tangent: ([, y], [dx, dy], q) => {
    const l = dx ? div(dx, y!) : null, r = dy ? neg(mul(div(q, y!), dy)) : null;
    return l && r ? add(l, r) : l ?? r;
  },
  transpose: (ct, [, y]) => [div(ct, y!), null],
  simplify: ([x, y]) => is(y!, 1) ? x! : null,
});

/** −x. */
export const neg = (x: Value): Value => bind1(negP, [x], undefined);
/** x + y. */
export const add = (x: Value, y: Value): Value => bind1(addP, [x, y], undefined);
/** x − y. */
export const sub = (x: Value, y: Value): Value => bind1(subP, [x, y], undefined);
/** x · y. */
export const mul = (x: Value, y: Value): Value => bind1(mulP, [x, y], undefined);
/** x / y. */
export const div = (x: Value, y: Value): Value => bind1(divP, [x, y], undefined);
/** x · c. */
export const scale = (x: Value, c: number): Value => mul(x, fullLike(x, c));
/** x + c. */
export const shift = (x: Value, c: number): Value => add(x, fullLike(x, c));
/** The sum of two contributions to one cotangent. */
export const addTangents: (x: Value, y: Value) => Value = add;

// Division with a remainder, by Python's convention: the quotient is rounded down, the remainder has the divisor's sign.

/** The remainder; a zero one has the divisor's sign too. `%` is exact. */
function floatRemainder(a: number, b: number): number {
  const r = a % b;
  if (r === 0) return b < 0 ? -0 : 0;
  return (r < 0) !== (b < 0) ? r + b : r;
}

/** ⌊a/b⌋ from the exact remainder, so that a quotient that rounds up to a whole number is not one too large. */
function floatQuotient(a: number, b: number): number {
  if (b === 0) return a / b;
  const r = a % b, q = (a - r) / b, whole = Math.round(q);
  if (r !== 0 && (r < 0) !== (b < 0)) return whole - 1;
  return whole === 0 ? a / b * 0 : whole;
}

/** Integers have no infinity: anything divided by 0 is 0, as in NumPy. */
const integerQuotient: Scalar = (a, b) => b === 0 ? 0 : Math.floor(a / b);
const integerRemainder: Scalar = (a, b) => b === 0 ? 0 : floatRemainder(a, b);

/** ⌊x / y⌋. */
export const floorDivP: Primitive<undefined> = elementwise("floorDiv", {
  arity: 2,
  scalar: (d: DType) => isFloat(d) ? floatQuotient : integerQuotient,
  accepts: numeric,
});

/** x − y·⌊x / y⌋. */
export const modP: Primitive<undefined> = elementwise("mod", {
  arity: 2,
  scalar: (d: DType) => isFloat(d) ? floatRemainder : integerRemainder,
  accepts: numeric,
  tangent: ([x, y], [dx, dy]) => {
    const r = dy ? mul(dy, floorDiv(x!, y!)) : null;
    return dx && r ? sub(dx, r) : dx ?? neg(r!);
  },
});

/** ⌊x / y⌋. */
export const floorDiv = (x: Value, y: Value): Value => bind1(floorDivP, [x, y], undefined);
/** x − y·⌊x / y⌋. */
export const mod = (x: Value, y: Value): Value => bind1(modP, [x, y], undefined);

// a · b + c with one rounding.

/**
 * a · b + c, for f32 rounded once: the product is exact in f64 (24 + 24 bits), the sum is rounded there and then to f32.
 * On f64 it is a product and a sum. Scaling a random number must round the same way on every backend, whether or not its
 * compiler contracts the two.
 */
export const fusedMultiplyAddP: Primitive<undefined> = elementwise("fusedMultiplyAdd", {
  again: 0,
  arity: 3,
  scalar: () => (a, b, c) => a * b + c,
  accepts: floating,
  tangent: ([a, b], [da, db, dc]) => {
    const terms = [da ? mul(da, b!) : null, db ? mul(a!, db) : null, dc!].filter((t) => t !== null);
    return terms.reduce(add);
  },
});

/** a · b + c. */
export const fusedMultiplyAdd = (a: Value, b: Value, c: Value): Value => bind1(fusedMultiplyAddP, [a, b, c], undefined);

// Exponentials and logarithms.

/** eˣ. */
export const expP: Primitive<undefined> = unary("exp", Math.exp, (_, y) => y, mul, { again: 1 / 4 });
/** 2ˣ. */
export const exp2P: Primitive<undefined> = unary("exp2", (x) => 2 ** x, (_, y) => scale(y, Math.LN2), mul, {
  again: 1 / 4,
});
/** eˣ − 1. Its derivative is eˣ itself and not y + 1, which is 0 long before eˣ is. */
export const expm1P: Primitive<undefined> = unary("expm1", Math.expm1, (x) => exp(x), mul, { again: 1 / 2 });
/** Natural logarithm. */
export const logP: Primitive<undefined> = unary("log", Math.log, (x) => x, div, { again: 1 / 2 });
/** Logarithm of base 2. */
export const log2P: Primitive<undefined> = unary("log2", Math.log2, (x) => scale(x, Math.LN2), div);
/** log(1 + x). */
export const log1pP: Primitive<undefined> = unary("log1p", Math.log1p, (x) => shift(x, 1), div, { again: 1 / 2 });

/** eˣ. */
export const exp = (x: Value): Value => bind1(expP, [x], undefined);
/** 2ˣ. */
export const exp2 = (x: Value): Value => bind1(exp2P, [x], undefined);
/** eˣ − 1. */
export const expm1 = (x: Value): Value => bind1(expm1P, [x], undefined);
/** Natural logarithm. */
export const log = (x: Value): Value => bind1(logP, [x], undefined);
/** Logarithm of base 2. */
export const log2 = (x: Value): Value => bind1(log2P, [x], undefined);
/** log(1 + x). */
export const log1p = (x: Value): Value => bind1(log1pP, [x], undefined);

// The larger and the smaller of two, and the part above zero.

/** The share of x in the derivative: 1 where it wins, ½ where both are equal. */
const share = (x: Value, y: Value, wins: (x: Value, y: Value) => Value): Value =>
  select(equal(x, y), fullLike(x, 0.5), cast(wins(x, y), x.dtype));

const extremum = (name: string, f: Scalar, wins: (x: Value, y: Value) => Value): Primitive<undefined> =>
  elementwise(name, {
    again: 0,
    arity: 2,
    scalar: () => f,
    accepts: anyKind,
    tangent: ([x, y], [dx, dy]): MaybeZero => {
      const l = dx ? mul(dx, share(x!, y!, wins)) : null, r = dy ? mul(dy, share(y!, x!, wins)) : null;
      return l && r ? add(l, r) : l ?? r;
    },
  });

/** The larger of two; NaN if either is. */
export const maximumP: Primitive<undefined> = extremum("maximum", Math.max, (x, y) => greater(x, y));
/** The smaller of two; NaN if either is. */
export const minimumP: Primitive<undefined> = extremum("minimum", Math.min, (x, y) => less(x, y));
/** x where it is above 0, else 0; its derivative at 0 is 0. */
export const reluP: Primitive<undefined> = elementwise("relu", {
  again: 0,
  arity: 1,
  scalar: () => (x) => x <= 0 ? 0 : x,
  accepts: numeric,
  tangent: ([x], [dx]) => select(greater(x!, zerosLike(x!)), dx!, zerosLike(x!)),
});

/** The larger of two. */
export const maximum = (x: Value, y: Value): Value => bind1(maximumP, [x, y], undefined);
/** The smaller of two. */
export const minimum = (x: Value, y: Value): Value => bind1(minimumP, [x, y], undefined);
/** x where it is above 0, else 0. */
export const relu = (x: Value): Value => bind1(reluP, [x], undefined);

// Magnitude, sign, and whole numbers near a number: piecewise linear functions.

/** To the nearest whole number, halves to the even one, the sign of zero kept. */
function roundHalfEven(x: number): number {
  // From 2^52 on there are no fractions; NaN and infinities stay too.
  if (!(Math.abs(x) < 2 ** 52)) return x;
  const low = Math.floor(x), over = x - low;
  const y = over < 0.5 || (over === 0.5 && low % 2 === 0) ? low : low + 1;
  return y === 0 ? x * 0 : y;
}

/** |x|; its derivative at 0 is 0. */
export const absP: Primitive<undefined> = unary("abs", Math.abs, (x) => sign(x), mul, { accepts: numeric, again: 0 });
/** −1, 0 or 1. */
export const signP: Primitive<undefined> = unary("sign", Math.sign, null, mul, { accepts: numeric, again: 0 });
/** The largest whole number not above x. */
export const floorP: Primitive<undefined> = unary("floor", Math.floor, null, mul, { accepts: numeric, again: 0 });
/** The smallest whole number not below x. */
export const ceilP: Primitive<undefined> = unary("ceil", Math.ceil, null, mul, { accepts: numeric, again: 0 });
/** The nearest whole number, halves to the even one. */
export const roundP: Primitive<undefined> = unary("round", roundHalfEven, null, mul, { accepts: numeric, again: 0 });
/** x without its fraction. */
export const truncP: Primitive<undefined> = unary("trunc", Math.trunc, null, mul, { accepts: numeric, again: 0 });

/** |x|. */
export const abs = (x: Value): Value => bind1(absP, [x], undefined);
/** −1, 0 or 1. */
export const sign = (x: Value): Value => bind1(signP, [x], undefined);
/** The largest whole number not above x. */
export const floor = (x: Value): Value => bind1(floorP, [x], undefined);
/** The smallest whole number not below x. */
export const ceil = (x: Value): Value => bind1(ceilP, [x], undefined);
/** The nearest whole number, halves to the even one. */
export const round = (x: Value): Value => bind1(roundP, [x], undefined);
/** x without its fraction. */
export const trunc = (x: Value): Value => bind1(truncP, [x], undefined);
