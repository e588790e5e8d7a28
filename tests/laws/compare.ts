/** How laws compare arrays: bit for bit, or within a bound worked out beforehand. */
import type { MaybeZero } from "../../core/primitive.ts";
import { zerosLike } from "../../core/primitives/create.ts";
import { arrayOf, Concrete, type NdArray, type Spec, type Value } from "../../core/tensor.ts";
import { assert, assertEquals } from "@std/assert";

/** A function of flat values, as transforms take them. */
export type Flat = (xs: readonly Value[]) => readonly Value[];

/** Unit roundoff of f64: half the distance from 1 to the next number. */
export const roundoff64: number = 2 ** -53;
/** Unit roundoff of f32. */
export const roundoff32: number = 2 ** -24;

/** The elements behind a concrete value. */
export function arrayIn(x: Value): NdArray {
  assert(x instanceof Concrete, "a tracer came out of a transform");
  return arrayOf(x);
}

/** The elements of a concrete value. */
export const elementsOf = (x: Value): NdArray["data"] => arrayIn(x).data;

/** Tangents with the symbolic zeros written out. */
export const materialized = (ts: readonly MaybeZero[], like: readonly Spec[]): Value[] =>
  like.map((s, i) => ts[i] ?? zerosLike(s));

/** Shape and dtype alone, as plain data. */
export const specOf = ({ shape, dtype }: Spec): Spec => ({ shape: [...shape], dtype });

/** Largest magnitude in some values; 0 of none. */
export function largest(xs: readonly Value[]): number {
  let m = 0;
  for (const x of xs) for (const v of elementsOf(x)) m = Math.max(m, Math.abs(v));
  return m;
}

/** Euclidean norm of all elements together. */
export const norm = (xs: readonly Value[]): number => Math.sqrt(inner(xs, xs));

/** Sum of products of corresponding elements. */
export function inner(xs: readonly Value[], ys: readonly Value[]): number {
  let sum = 0;
  xs.forEach((x, i) => {
    const a = elementsOf(x), b = elementsOf(ys[i]!);
    for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  });
  return sum;
}

/** The same dtype, shape and bits; NaN equals NaN. */
export function assertSame(actual: NdArray, expected: NdArray, what: string): void {
  assertEquals(specOf(actual), specOf(expected), `${what}: dtype or shape`);
  for (let i = 0; i < expected.data.length; i++) {
    if (!Object.is(actual.data[i], expected.data[i])) {
      throw new Error(`${what}: element ${i} is ${shown(actual.data[i]!)}, not ${shown(expected.data[i]!)}`);
    }
  }
}

/** `assertSame` on lists of values. */
export function assertAllSame(actual: readonly Value[], expected: readonly Value[], what: string): void {
  assertEquals(actual.length, expected.length, `${what}: number of outputs`);
  actual.forEach((a, i) => assertSame(arrayIn(a), arrayIn(expected[i]!), `${what}, output ${i}`));
}

/** The same dtype and shape, and every element within `bound`; infinities and NaN must agree, integers be equal. */
export function assertNear(
  actual: NdArray,
  expected: NdArray,
  bound: number | ((i: number) => number),
  what: string,
): void {
  assertEquals(specOf(actual), specOf(expected), `${what}: dtype or shape`);
  for (let i = 0; i < expected.data.length; i++) {
    const a = actual.data[i]!, b = expected.data[i]!;
    // −0 and 0 may differ here: sums of several zeros and one zero alone do.
    if (a === b || (a !== a && b !== b)) continue;
    const tolerance = typeof bound === "number" ? bound : bound(i);
    if (!(Math.abs(a - b) <= tolerance)) {
      throw new Error(`${what}: element ${i} is ${a}, not ${b}; they differ by ${Math.abs(a - b)}, bound ${tolerance}`);
    }
  }
}

/** `assertNear` on lists of values, each within `relative` of the largest element of its own array. */
export function assertAllNear(
  actual: readonly Value[],
  expected: readonly Value[],
  relative: number,
  what: string,
): void {
  assertEquals(actual.length, expected.length, `${what}: number of outputs`);
  const size = Math.max(largest(expected), Number.MIN_VALUE);
  actual.forEach((a, i) =>
    assertNear(
      arrayIn(a),
      arrayIn(expected[i]!),
      (Number.isFinite(size) ? size : 1) * relative,
      `${what}, output ${i}`,
    )
  );
}

const shown = (x: number): string => Object.is(x, -0) ? "-0" : String(x);
