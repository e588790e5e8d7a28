import { derivative, v } from "../../tests/laws/points.ts";
import type { Value } from "../tensor.ts";
import { digamma, i0, lgamma, polygamma } from "./exponential.ts";
import { assertAlmostEquals, assertEquals } from "@std/assert";

Deno.test("derivatives of lgamma() go on: digamma, trigamma, and every order after", () => {
  // ψ⁽ⁿ⁾(1) = (−1)ⁿ⁺¹ n! ζ(n + 1): ζ(2) = π²/6 and ζ(4) = π⁴/90. Each is good to 8 units in the last place.
  const near = (a: Value, b: number) => assertAlmostEquals(a.dataSync()[0]!, b, Math.abs(b) * 2 ** -49);
  near(derivative((x) => lgamma(x), 2)(v(1)), Math.PI ** 2 / 6);
  near(derivative((x) => digamma(x), 3)(v(1)), Math.PI ** 4 / 15);
  near(polygamma(v(1), { order: 3 }) as Value, Math.PI ** 4 / 15);
  // ψ(x + 1) = ψ(x) + 1/x, differentiated twice.
  near(
    derivative((x) => digamma(x), 2)(v(3.25)),
    derivative((x) => digamma(x), 2)(v(2.25)).dataSync()[0]! + 2 / 2.25 ** 3,
  );
});

Deno.test("polygamma() has its limits at poles and at infinities, and NaN of NaN", () => {
  const at = v(NaN, -Infinity, -2, 0, Infinity);
  assertEquals([...(polygamma(at, { order: 1 }) as Value).dataSync()], [NaN, NaN, Infinity, Infinity, 0]);
  assertEquals([...(polygamma(at, { order: 2 }) as Value).dataSync()], [NaN, NaN, NaN, NaN, 0]);
});

Deno.test("i0() satisfies Bessel's equation x·y″ + y′ = x·y through its derivatives", () => {
  const at = v(0.5, 3, 35), f = (x: Value) => i0(x);
  const [y, d1, d2] = [0, 1, 2].map((n) => derivative(f, n)(at).dataSync());
  // Three terms, each good to some 16 units in the last place, of which the right side is the largest.
  at.dataSync().forEach((x, i) => assertAlmostEquals((x * d2![i]! + d1![i]!) / (x * y![i]!), 1, 48 * 2 ** -52));
});

Deno.test("polygamma() of NaN is NaN at every order", () => {
  for (const order of [0, 1, 2, 7]) assertEquals(polygamma(v(NaN), { order }).dataSync()[0], NaN);
});
