/** Numbers to try functions at, and how far results are from what they should be: for the tests beside this. */
import type { Float } from "./lanes.ts";

/** Arrays of floats. */
export type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

const least: Readonly<Record<Float, number>> = { f32: 2 ** -126, f64: 2 ** -1022 };
const digits: Readonly<Record<Float, number>> = { f32: 23, f64: 52 };

/** The distance of neighbours around a number. */
function unit(x: number, dtype: Float): number {
  const size = Math.max(Math.abs(x), least[dtype]);
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--;
  return 2 ** (exponent - digits[dtype]);
}

/** How many units in the last place a result is off; ∞ where one of both is NaN, or a zero of the other sign. */
export function unitsOff(got: number, exact: number, dtype: Float): number {
  const round = dtype === "f32" ? Math.fround : (x: number) => x, rounded = round(exact);
  if (Object.is(got, rounded)) return 0;
  if (got === 0 && rounded === 0) return Infinity;
  const step = unit(Number.isFinite(rounded) ? exact : round(Number.MAX_VALUE), dtype);
  // Infinity stands for the number after the largest.
  const limit = dtype === "f32" ? 2 ** 128 : Infinity;
  const number = (x: number): number => Number.isFinite(x) ? x : Math.sign(x) * limit;
  const off = Math.abs(number(got) - number(exact)) / (Number.isFinite(rounded) ? step : 2 ** 104);
  return Number.isNaN(off) ? Infinity : off;
}

const edges = [
  ...[0, 1, 2, 3, 0.5, 0.25, 0.75, 1.5, Infinity, 1e-45, 5e-324, 2 ** -126, 2 ** -1022, 3.4028234663852886e38],
  ...[Number.MAX_VALUE, 88.5, 88.72283, 88.72284, 87.5, 103.9, 104, 709.5, 710, 745, 746, 16777217, 2 ** 53, 1e22],
];

/** Edges of both signs, numbers of every exponent, and numbers of usual size between −range and range. */
export function samples(dtype: Float, count: number, range: number): Floats {
  const some = [...edges, ...edges.map((x) => -x), NaN];
  const xs = dtype === "f32" ? new Float32Array(count) : new Float64Array(count);
  const words = new Uint32Array(xs.buffer), perNumber = words.length / count;
  // Weyl's sequence is even, and the same in every run.
  for (let i = 0; i < count; i++) {
    if (i < some.length) xs[i] = some[i]!;
    else if (i % 2 === 0) {
      for (let w = 0; w < perNumber; w++) words[i * perNumber + w] = Math.imul(i * (w + 1), 0x9e3779b1);
    } else xs[i] = range * (2 * (i * 0.6180339887498949 % 1) - 1);
  }
  return xs;
}
