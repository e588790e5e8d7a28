/** Series with noise, masks, shifts and warps: what is drawn, read off what comes out. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { arange, cast, jit, type Key, key, normal, ones, reshape, type Tensor, zeros } from "../../mod.ts";
import { frequencyMask, magnitudeWarp, randomNoise, randomScaling, timeMask, timeShift, windowSlice } from "./mod.ts";

type Series = Tensor<readonly [number, number, number]>;
const blank = (n: number, time: number, channels = 1): Series => ones([n, time, channels]);
const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
const deviation = (xs: readonly number[], middle: number) => Math.sqrt(mean(xs.map((x) => (x - middle) ** 2)));

/** Mean and deviation of n normal numbers, within five standard errors: σ/√n, and σ/√2n of the deviation. */
function assertNormal(xs: readonly number[], middle: number, sigma: number): void {
  assertAlmostEquals(mean(xs), middle, 5 * sigma / Math.sqrt(xs.length));
  assertAlmostEquals(deviation(xs, middle), sigma, 5 * sigma / Math.sqrt(2 * xs.length));
}

Deno.test("randomNoise() adds to each element, by one deviation or each example's own", () => {
  const noisy = jit((k: Key, x: Series) => randomNoise(k, x, 0.3))(key(1), blank(20, 50, 2));
  assertNormal([...noisy.dataSync()], 1, 0.3);
  const each = randomNoise(key(2), zeros([200, 500]), [0.1, 0.5]).toArray().map((row) => deviation(row, 0));
  // Uniform from 0.1 to 0.5, each known to within 5/√1000 of itself.
  assert(each.every((s) => s > 0.08 && s < 0.58));
  assertAlmostEquals(mean(each), 0.3, 5 * (0.4 / Math.sqrt(12 * 200) + 0.5 / Math.sqrt(1000 * 200)));
  assertEquals(randomNoise(key(0), cast(ones([2]), "f64"), 0).dtype, "f64");
});

Deno.test("randomScaling() multiplies each channel by a number of its own at all times", () => {
  const x = blank(400, 3, 2), scaled = jit((k: Key, y: Series) => randomScaling(k, y, 0.2))(key(3), x).toArray();
  scaled.forEach((s) => assert(s.every((row) => row[0] === s[0]![0] && row[1] === s[0]![1]) && s[0]![0] !== s[0]![1]));
  assertNormal(scaled.flatMap((s) => s[0]!), 1, 0.2);
});

Deno.test("timeMask() and frequencyMask() mask stretches of every length up to the most, at every place", () => {
  const masked = jit((k: Key, x: Series) => timeMask(k, x, 2, { fill: -1 }))(key(4), blank(1500, 4, 2)).toArray();
  const seen = new Map<string, number>();
  masked.forEach((s) => {
    assert(s.every((row) => row[0] === row[1]));
    const stretch = s.map((row) => row[0] === -1 ? "x" : ".").join("");
    seen.set(stretch, (seen.get(stretch) ?? 0) + 1);
  });
  // Three lengths in 500 each; one step at four places, two at three. Five deviations of 500 in 1500 are 91, of 167 61.
  const expected: Readonly<Record<string, number>> = {
    ...{ "....": 500, "x...": 125, ".x..": 125, "..x.": 125, "...x": 125, "xx..": 167, ".xx.": 167, "..xx": 167 },
  };
  assertEquals([...seen.keys()].sort(), Object.keys(expected).sort());
  seen.forEach((count, stretch) => assertAlmostEquals(count, expected[stretch]!, expected[stretch] === 500 ? 91 : 61));
  const bands = frequencyMask(key(5), blank(50, 3, 4), 3).toArray();
  assert(bands.some((s) => s[0]!.includes(0)) && bands.every((s) => s.every((row) => `${row}` === `${s[0]}`)));
});

Deno.test("timeMask() masks no more than there is, several times, or never", () => {
  const bytes = cast(blank(3, 2), "u8");
  assertEquals(timeMask(key(0), bytes, 9, { masks: 60 }).toArray(), cast(zeros([3, 2, 1]), "u8").toArray());
  assertEquals(timeMask(key(0), bytes, 9, { masks: 0 }).toArray(), bytes.toArray());
  assertEquals(timeMask(key(0), bytes, 0).toArray(), bytes.toArray());
  assertEquals(timeMask(key(0), blank(0, 2), 1).shape, [0, 2, 1]);
  assertEquals(timeMask(key(0), blank(2, 0), 1).shape, [2, 0, 1]);
});

Deno.test("timeShift() moves series whole, by every way within reach", () => {
  const x = reshape(arange(1, 301), [100, 3, 1]) as unknown as Series, before = x.toArray().map((s) => s.flat());
  const after = jit((k: Key, y: Series) => timeShift(k, y, 2))(key(6), x).toArray().map((s) => s.flat());
  const ways = after.map((s, i) => {
    const found = [-2, -1, 0, 1, 2].filter((by) => s.every((v, t) => v === (before[i]![t + by] ?? 0)));
    assertEquals(found.length, 1);
    return found[0]!;
  });
  assertEquals(new Set(ways).size, 5);
});

Deno.test("windowSlice() stretches a window of a ramp to a ramp", () => {
  const x = reshape(arange(0, 50, 1, { dtype: "f32" }), [1, 50, 1]) as unknown as Series, starts = new Set<number>();
  for (let seed = 0; seed < 40; seed++) {
    const s = windowSlice(key(seed), x, 0.9).toArray().flat(2), start = Math.round(s[0]!);
    starts.add(start);
    // 45 steps on 50 times; numbers up to 50 in f32 are good to 2^-18.
    s.forEach((v, t) => assertAlmostEquals(v, start + t * 44 / 49, 2e-5));
  }
  assertEquals([...starts].sort(), [0, 1, 2, 3, 4, 5]);
  assertEquals(windowSlice(key(0), x, 1).toArray(), x.toArray());
  for (const shape of [[0, 5, 1], [2, 0, 1], [2, 1, 1]] as const) {
    assertEquals(windowSlice(key(0), zeros(shape)).shape, shape);
  }
});

Deno.test("magnitudeWarp() goes smoothly through normal numbers at its knots", () => {
  const warped = jit((k: Key, x: Series) => magnitudeWarp(k, x, 0.2, 4))(key(7), blank(300, 31, 2)).toArray();
  const curves = warped.flatMap((s) => [0, 1].map((c) => s.map((row) => row[c]!)));
  // Knots at 0, 10, 20 and 30.
  assertNormal(curves.flatMap((y) => [y[0]!, y[10]!, y[20]!, y[30]!]), 1, 0.2);
  for (const y of curves.slice(0, 50)) {
    // The bends m of a natural spline solve 4·m(1) + m(2) = 6·(y(0) − 2·y(1) + y(2)) and its mirror image, and its middle
    // is (y(1) + y(2)) / 2 − (m(1) + m(2)) / 16.
    const [a, b, c, d] = [y[0]!, y[10]!, y[20]!, y[30]!];
    assertAlmostEquals(y[15]!, (b + c) / 2 - 6 / 80 * (a - b - c + d), 2e-6);
    // Cubic between knots: fourth differences are 0 there. Natural: second differences fall to 0 towards the ends.
    const fourth = [0, 3, 10, 22].map((t) => y[t]! - 4 * y[t + 1]! + 6 * y[t + 2]! - 4 * y[t + 3]! + y[t + 4]!);
    fourth.forEach((x) => assertAlmostEquals(x, 0, 1e-5));
    const bend = (t: number) => y[t - 1]! - 2 * y[t]! + y[t + 1]!;
    assertAlmostEquals(2 * bend(1) - bend(2), 0, 1e-5);
    assertAlmostEquals(2 * bend(29) - bend(28), 0, 1e-5);
  }
  const x = normal(key(8), [2, 1, 3]) as Series;
  assertEquals([magnitudeWarp(key(0), x, 0).toArray(), magnitudeWarp(key(0), x, 0.1, 2).shape], [x.toArray(), [
    2,
    1,
    3,
  ]]);
  assertEquals(magnitudeWarp(key(0), blank(0, 3), 1).shape, [0, 3, 1]);
});

Deno.test("series refuse axes, amounts and dtypes that do not serve", () => {
  const x = blank(1, 3), flat = ones([2, 2]) as unknown as Series, bytes = cast(x, "u8");
  const axes = "expected series [batch, time, channels], got [2, 2]";
  assertThrows(() => timeMask(key(0), flat, 1), Error, `timeMask: ${axes}`);
  assertThrows(() => timeShift(key(0), flat, 1), Error, `timeShift: ${axes}`);
  assertThrows(() => timeMask(key(0), x, 1.5), Error, "timeMask: the most to mask is a whole number from 0, not 1.5");
  assertThrows(() => frequencyMask(key(0), x, 1, { masks: -1 }), Error, "frequencyMask: the number of masks is");
  assertThrows(() => timeShift(key(0), x, -1), Error, "timeShift: the farthest way is a whole number from 0, not -1");
  assertThrows(() => windowSlice(key(0), x, 0), Error, "windowSlice: the share is above 0 and up to 1, not 0");
  assertThrows(() => magnitudeWarp(key(0), x, 1, 1), Error, "the number of knots is a whole number from 2, not 1");
  assertThrows(() => randomNoise(key(0), bytes, 1), Error, "randomNoise: takes floats, not u8; cast to f32 first");
  assertThrows(() => randomNoise(key(0), x, -1), Error, "randomNoise: the standard deviation is a number from 0");
  assertThrows(() => randomScaling(key(0), x, [2, 1]), Error, "standard deviations are a range [low, high] from 0 up");
  assertThrows(
    () => randomNoise(key(0), ones([]), 1),
    Error,
    "randomNoise: expected examples [batch, ...], got a scalar",
  );
});
