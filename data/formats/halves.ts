/**
 * Floats of 16 bits: IEEE's binary16 and bfloat16, out of f32 and into it.
 *
 * @see IEEE 754-2019, section 3.4
 */

const word = new Float32Array(1), wordBits = new Uint32Array(word.buffer);

const infinity = 0x7f800000;

/** The bits of an f32 from those of a binary16: exact, and NaNs keep their payload. */
export function fromHalfBits(h: number): number {
  const sign = (h & 0x8000) << 16, exponent = h >>> 10 & 31, fraction = h & 0x3ff;
  if (exponent === 31) return (sign | infinity | fraction << 13) >>> 0;
  if (exponent > 0) return (sign | (exponent + 112) << 23 | fraction << 13) >>> 0;
  // Zero or subnormal: a multiple of 2^−24, and normal in f32.
  word[0] = fraction * 2 ** -24;
  return (sign | wordBits[0]!) >>> 0;
}

/** The bits of the binary16 nearest to an f32, even if two are; above 65519 that is infinity. */
export function halfBits(u: number): number {
  const sign = u >>> 16 & 0x8000, a = u & 0x7fffffff;
  if (a > infinity) return sign | 0x7e00 | a >>> 13 & 0x3ff;
  // 65520, halfway between the greatest binary16 and the next, which there is not.
  if (a >= 0x477ff000) return sign | 0x7c00;
  if (a >= 0x38800000) return sign | (a + 0xfff + (a >>> 13 & 1) - 0x38000000) >>> 13;
  // Below 2^−14 a binary16 is a multiple of 2^−24; above 2^52 f64 has whole numbers only, and rounds to even.
  wordBits[0] = a;
  return sign | (word[0]! * 2 ** 24 + 2 ** 52) - 2 ** 52;
}

/** The bits of the bfloat16 nearest to an f32, even if two are. */
export function bfloatBits(u: number): number {
  // A NaN must not be rounded to infinity.
  if ((u & 0x7fffffff) > infinity) return u >>> 16 | 0x40;
  return (u + 0x7fff + (u >>> 16 & 1)) >>> 16 & 0xffff;
}

/** Fills `to` with numbers of binary16. */
export function readHalves(from: DataView, little: boolean, to: Float32Array): void {
  const bits = new Uint32Array(to.buffer, to.byteOffset, to.length);
  for (let i = 0; i < bits.length; i++) bits[i] = fromHalfBits(from.getUint16(2 * i, little));
}

/** Fills `to` with numbers of bfloat16. */
export function readBfloats(from: DataView, little: boolean, to: Float32Array): void {
  const bits = new Uint32Array(to.buffer, to.byteOffset, to.length);
  for (let i = 0; i < bits.length; i++) bits[i] = from.getUint16(2 * i, little) << 16;
}
