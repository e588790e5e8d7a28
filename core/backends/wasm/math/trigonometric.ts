/** Sine, cosine and tangent: the angle reduced to |r| ≤ π/4, and minimax polynomials there. */
import { type Angle, reduceAngle } from "./angle_reduction.ts";
import type { Float, Lanes } from "./lanes.ts";

interface Series {
  /** sin r = r + r³·Σ cₖ r²ᵏ. */
  readonly sine: readonly number[];
  /** cos r = 1 − r²/2 + r⁴·Σ cₖ r²ᵏ. */
  readonly cosine: readonly number[];
}

/** By the numbers wanted: relative errors 2^-37.6 and 2^-32.5, and 2^-68.7 and 2^-63.1. */
const series: Readonly<Record<Float, Series>> = {
  f32: {
    sine: [-0.16666666641608327, 0.008333329383482456, -0.00019839334027384322, 2.7183036367131225e-6],
    cosine: [0.04166665126782017, -0.0013887540975025777, 2.4455148495899563e-5],
  },
  f64: {
    sine: [
      -0.16666666666666666,
      0.008333333333333325,
      -0.00019841269841256885,
      2.7557319214973547e-6,
      -2.5052105087258597e-8,
      1.6058386394187734e-10,
      -7.579579509575882e-13,
    ],
    cosine: [
      0.04166666666666666,
      -0.0013888888888882556,
      2.480158729403738e-5,
      -2.7557315517123876e-7,
      2.0875865808360127e-9,
      -1.1366378559453814e-11,
    ],
  },
};

interface Point {
  readonly sine: Lanes;
  readonly cosine: Lanes;
}

/** Sine and cosine of r + low, in f64 lanes. */
function near({ r, low }: Angle, wanted: Float): Point {
  const z = r.mul(r).keep(), { sine, cosine } = series[wanted];
  const s = z.polynomial(sine), c = z.polynomial(cosine), half = z.mul(0.5).keep();
  if (wanted === "f32") {
    return { sine: z.madd(s, 1).mul(r).keep(), cosine: z.mul(z).madd(c, r.number(1).sub(half)).keep() };
  }
  // The low part comes in to first order; what the rounding of 1 − z/2 lost is put back.
  const main = r.number(1).sub(half).keep(), lost = r.number(1).sub(main).sub(half);
  return {
    // The sum would make +0 of −0.
    sine: r.eq(0).choose(r, r.mul(z).madd(s, half.nmadd(low, low)).add(r)).keep(),
    cosine: z.mul(z).madd(c, r.nmadd(low, lost)).add(main).keep(),
  };
}

/** The sign bit where bit 1 is set. */
const flip = (quarters: Lanes): Lanes => quarters.shl(62).sign();
const isOdd = (quarters: Lanes): Lanes => quarters.and(quarters.bits(1n)).same(1n);

/** Sine, in f64 lanes, with the precision wanted. */
export const sin = (wanted: Float) => (x: Lanes): Lanes => {
  const angle = reduceAngle(x, wanted), { sine, cosine } = near(angle, wanted);
  return isOdd(angle.quarters).choose(cosine, sine).xor(flip(angle.quarters));
};

/** Cosine, in f64 lanes, with the precision wanted. */
export const cos = (wanted: Float) => (x: Lanes): Lanes => {
  const angle = reduceAngle(x, wanted), { sine, cosine } = near(angle, wanted);
  return isOdd(angle.quarters).choose(sine, cosine).xor(flip(angle.quarters.plus(1n)));
};

/** Tangent, in f64 lanes, with the precision wanted. */
export const tan = (wanted: Float) => (x: Lanes): Lanes => {
  const angle = reduceAngle(x, wanted), { sine, cosine } = near(angle, wanted);
  const odd = isOdd(angle.quarters).keep();
  return odd.choose(cosine, sine).div(odd.choose(sine.neg(), cosine));
};
