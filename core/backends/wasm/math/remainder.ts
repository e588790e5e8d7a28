/** Division with a remainder, by Python's convention, in f64: what core/primitives/division.ts has for numbers. */
import type { Func, Local } from "../function.ts";
import { eachLane } from "./each_lane.ts";
import type { Lanes } from "./lanes.ts";

/** |x| less the greatest multiple of |y| in it, exactly, with the sign of x; NaN for infinite x and y = 0. */
function remainder(x: Lanes, y: Lanes): Lanes {
  const { code } = x, f = code.func, [a, b] = [code.local(), code.local()];
  for (const [to, value] of [[a, x.abs()], [b, y.abs()]] as const) {
    value.push();
    f.set(to);
  }
  const p = f.local("f64"), q = f.local("f64");
  eachLane(f, [a, b], () => {
    f.get(a).lane("f64x2.extract_lane", 0).set(p).get(b).lane("f64x2.extract_lane", 0).set(q);
    f.get(a);
    scalarRemainder(f, p, q);
    f.lane("f64x2.replace_lane", 0).set(a);
  });
  f.free(p, q);
  const defined = x.abs().lt(Infinity).and(y.abs().gt(0));
  return defined.choose(code.of(a, "f64").or(x.sign()), NaN);
}

/** Leaves the remainder of positive finite numbers: that of the significands, the exponents' difference shifted in. */
function scalarRemainder(f: Func, a: Local, b: Local): void {
  const locals = Array.from({ length: 5 }, () => f.local("i64"));
  const [exponent, left, rest, divisor, step] = locals as [Local, Local, Local, Local, Local];
  /** Sets the exponent and the significand, which are those of the smallest normal number's for what is below. */
  const parts = (x: Local, e: Local, m: Local): void => {
    f.get(x).op("i64.reinterpret_f64").tee(m).i64(52n).op("i64.shr_u").tee(e).op("i64.eqz").if(
      () => f.i64(1n).set(e),
      () => f.get(m).i64((1n << 52n) - 1n).op("i64.and").i64(1n << 52n).op("i64.or").set(m),
    );
  };
  parts(a, left, rest);
  parts(b, exponent, divisor);
  f.get(left).get(exponent).op("i64.sub").set(left);
  f.get(left).i64(0n).op("i64.ge_s").get(divisor).i64(0n).op("i64.ne", "i32.and").if(
    () => {
      f.get(rest).get(divisor).op("i64.rem_u").set(rest);
      f.block((end) => {
        f.loop((again) => {
          f.get(left).op("i64.eqz").brIf(end);
          // A remainder has 53 bits; the word has room for 11 more.
          f.get(left).i64(11n).get(left).i64(11n).op("i64.lt_u", "select").set(step);
          f.get(rest).get(step).op("i64.shl").get(divisor).op("i64.rem_u").set(rest);
          f.get(left).get(step).op("i64.sub").set(left).br(again);
        });
      });
      f.get(rest).op("f64.convert_i64_s").f64(2 ** -52).op("f64.mul");
      f.get(exponent).i64(52n).op("i64.shl", "f64.reinterpret_i64", "f64.mul");
    },
    () => f.get(a),
    "f64",
  );
  f.free(...locals);
}

/** Whether a remainder has not the sign of the divisor. */
const opposed = (r: Lanes, y: Lanes): Lanes => r.ne(0).and(r.lt(0).xor(y.lt(0)));

/** x − y·⌊x / y⌋; a zero one has the divisor's sign too. */
export function mod(x: Lanes, y: Lanes): Lanes {
  const a = x.keep(), b = y.keep(), r = remainder(a, b).keep();
  const zero = b.sign().and(b.lt(0));
  return r.eq(0).choose(zero, opposed(r, b).choose(r.add(b), r));
}

/** ⌊x / y⌋ from the exact remainder, so that a quotient that rounds up to a whole number is not one too large. */
export function floorDiv(x: Lanes, y: Lanes): Lanes {
  const a = x.keep(), b = y.keep(), r = remainder(a, b).keep();
  // Halves go up, as Math.round has it: between 2⁵¹ and 2⁵² a rounded quotient may be one.
  const near = a.sub(r).div(b).keep(), below = near.floor().keep();
  const whole = near.sub(below).lt(0.5).choose(below, below.add(1)).keep(), quotient = a.div(b).keep();
  const exact = whole.eq(0).choose(quotient.mul(0), whole);
  return b.eq(0).choose(quotient, opposed(r, b).choose(whole.sub(1), exact));
}
