/**
 * Matrices brought to magnitudes near 1, for methods that sum squares: those would overflow, or vanish, from about the
 * square root of a dtype's range on. Powers of two change no digit.
 */
import type { Value } from "../tensor.ts";
import { div } from "./arithmetic.ts";
import { greater } from "./compare.ts";
import { fullLike, onesLike, zerosLike } from "./create.ts";
import { exp2, log2 } from "./exponential.ts";
import { minimum } from "./extremes.ts";
import { isFinite } from "./finite.ts";
import { everywhere } from "./linalg_matrix.ts";
import { and } from "./logic.ts";
import { reduceMax } from "./reduce_extreme.ts";
import { abs, floor } from "./rounding.ts";
import { select } from "./select.ts";

// The largest exponents: the logarithm of the largest numbers rounds up to the next.
const most = { f32: 127, f64: 1023 } as const;

/** Divides a matrix, in place, by the power of two next to its largest magnitude, which is returned; 1 if there is none. */
export function normalize(x: Float64Array): number {
  const largest = x.reduce((m, e) => Math.max(m, Math.abs(e)), 0);
  if (!(largest > 0 && largest < Infinity)) return 1;
  const size = 2 ** Math.min(Math.floor(Math.log2(largest)), most.f64);
  for (let i = 0; i < x.length; i++) x[i]! /= size;
  return size;
}

/** The same for every matrix of a stack: the quotients, and one divisor a matrix. */
export function normalized(x: Value): readonly [quotients: Value, size: Value] {
  const n = x.shape.length, largest = reduceMax(abs(x), [n - 2, n - 1]);
  const exponent = minimum(floor(log2(largest)), fullLike(largest, x.dtype === "f32" ? most.f32 : most.f64));
  const ok = and(greater(largest, zerosLike(largest)), isFinite(largest));
  const size = select(ok, exp2(exponent), onesLike(largest));
  return [div(x, everywhere(size, x.shape)), size];
}
