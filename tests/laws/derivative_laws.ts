/** Tangents against differences, transposes against tangents, and both again for the gradient. */
import { isFloat } from "../../core/dtype.ts";
import type { Value } from "../../core/tensor.ts";
import { jvpFlat, vjpFlat } from "../../core/transforms/linearize.ts";
import {
  type Checked,
  chosen,
  cotangent,
  direction,
  floatPart,
  gradientMap,
  replaced,
  roundings,
  subsets,
  tangentMap,
} from "./checked.ts";
import {
  arrayIn,
  assertAllNear,
  assertAllSame,
  assertNear,
  elementsOf,
  type Flat,
  inner,
  largest,
  materialized,
  norm,
  roundoff64,
} from "./compare.ts";
import { make } from "./values.ts";
import { assert, assertEquals } from "@std/assert";

/** A smooth function of float inputs at a point. */
interface Point {
  readonly f: Flat;
  readonly xs: readonly Value[];
  readonly scale: number;
  readonly step: number;
}

/** Every law of first and second derivatives. */
export function derivativeLaws<P>(c: Checked<P>): void {
  const { f, inputs, active, scale } = c;
  if (!active.includes(true)) return;
  inputs.forEach((x, i) => assert(!active[i] || x.dtype === "f64", `active input ${i} is ${x.dtype}; give it in f64`));
  outputsLaw(c);
  absenceLaw(c);
  const xs = chosen(inputs, active), g = floatPart(f, inputs, active);
  const point: Point = { f: g, xs, scale, step: c.step ?? 2 ** -8 };
  adjointLaw(point, "⟨ct, J·t⟩ = ⟨Jᵀ·ct, t⟩");
  if (!c.smooth) return;
  differenceLaw(point, "J·t and differences");
  if (!c.order2) return;
  const cts = g(xs).map((y, i) => cotangent(y, 70 + i));
  if (cts.length === 0) return;
  const gradient: Point = { ...point, f: gradientMap(g, xs.length), xs: [...xs, ...cts] };
  differenceLaw(gradient, "order 2, forward over reverse and differences of the gradient");
  adjointLaw(gradient, "order 2, reverse over reverse = forward over reverse");
  forwardOverForwardLaw(point, cts);
}

/** Differentiating a function does not change what it computes; what is not float has no tangent. */
function outputsLaw<P>({ f, inputs, active }: Checked<P>): void {
  const expected = f(inputs);
  const [ys, dys] = jvpFlat(f, inputs, inputs.map((x, i) => active[i] ? direction(x, i) : null));
  assertAllSame(ys, expected, "outputs under jvp");
  dys.forEach((d, i) => {
    if (d === null) return;
    assert(isFloat(ys[i]!.dtype), `output ${i} is ${ys[i]!.dtype} and has a tangent`);
    assertEquals([d.shape, d.dtype], [ys[i]!.shape, ys[i]!.dtype], `shape and dtype of tangent ${i}`);
  });
  const [zs] = vjpFlat(f, inputs, active);
  assertAllSame(zs, expected, "outputs under vjp");
}

/** A tangent left out is a tangent of zeros, forwards and backwards, for inputs and for outputs. */
function absenceLaw<P>(c: Checked<P>): void {
  const { f, inputs, active, scale } = c;
  const bound = roundings(inputs) * roundoff64 * scale;
  const count = active.filter(Boolean).length;
  const [ys, pullback] = vjpFlat(f, inputs, active);
  const cts = ys.map((y, i) => isFloat(y.dtype) ? cotangent(y, 40 + i) : null);
  const whole = materialized(pullback(cts), inputs);
  if (count > 1) {
    for (const mask of subsets(count)) {
      const some = replaced(active, active, mask);
      const ts = inputs.map((x, i) => some[i] ? direction(x, i) : null);
      const [, absent] = jvpFlat(f, inputs, ts);
      const [, zeros] = jvpFlat(
        f,
        inputs,
        ts.map((t, i) => t ?? (active[i] ? make(inputs[i]!.shape, "f64", () => 0) : null)),
      );
      const [, part] = vjpFlat(f, inputs, some);
      assertAllNear(materialized(absent, ys), materialized(zeros, ys), bound, `jvp by inputs ${text(some)} alone`);
      assertAllNear(
        chosen(materialized(part(cts), inputs), some),
        chosen(whole, some),
        bound,
        `vjp by inputs ${text(some)} alone`,
      );
    }
  }
  if (cts.filter((ct) => ct !== null).length > 1) {
    cts.forEach((ct, k) => {
      if (ct === null) return;
      const zeros = cts.map((o, i) => o === null || i === k ? o : make(o.shape, "f64", () => 0));
      assertAllNear(
        chosen(materialized(pullback(cts.map((o, i) => i === k ? o : null)), inputs), active),
        chosen(materialized(pullback(zeros), inputs), active),
        bound,
        `vjp from output ${k} alone`,
      );
    });
  }
  assert(pullback(ys.map(() => null)).every((t) => t === null), "no cotangent came in, but one came out");
}

const text = (mask: readonly boolean[]): string => `[${mask.flatMap((m, i) => m ? [i] : [])}]`;

/**
 * ⟨ct, J·t⟩ = ⟨Jᵀ·ct, t⟩. Both sides are sums of rounded terms; by Cauchy and Schwarz their errors stay within
 * k·u·(‖ct‖·‖J·t‖ + ‖Jᵀ·ct‖·‖t‖).
 */
function adjointLaw({ f, xs, scale }: Point, what: string): void {
  const ts = xs.map((x, i) => direction(x, i));
  const [ys, dys] = jvpFlat(f, xs, ts), [, pullback] = vjpFlat(f, xs, xs.map(() => true));
  const cts = ys.map((y, i) => cotangent(y, 20 + i));
  const forward = materialized(dys, ys), backward = materialized(pullback(cts), xs);
  backward.forEach((b, i) =>
    assertEquals([b.shape, b.dtype], [xs[i]!.shape, xs[i]!.dtype], `${what}: shape and dtype of cotangent ${i}`)
  );
  const left = inner(cts, forward), right = inner(backward, ts);
  const bound = scale * roundings(xs) * roundoff64 * (norm(cts) * norm(forward) + norm(backward) * norm(ts));
  // Where the point lies on a pole both sides are NaN or infinite alike.
  if (Object.is(left, right) || left === right) return;
  assert(
    Math.abs(left - right) <= bound,
    `${what}: ${left} and ${right} differ by ${Math.abs(left - right)}, bound ${bound}`,
  );
}

/**
 * J·t against central differences D(h) = (f(x + h·t) − f(x − h·t)) / 2h, extrapolated to h = 0.
 *
 * D(h) = J·t + a·h² + b·h⁴ + …, so R(h) = (4·D(h/2) − D(h)) / 3 has lost the h² and S = (16·R(h/2) − R(h)) / 15 the h⁴
 * term (Richardson). The truncation error of the level below, |S − R(h/2)|, bounds that of S generously, except where b
 * happens to vanish: to it is added what it would be for b = a.
 *
 * A backward stable f errs by k·u·(|f| + Σ|Jⱼ·xⱼ|) at each point, k roundings of unit u. With t as large as min(|x|, 1),
 * |J·x| is about |J·t| times max(1, |x|). The differences divide the error by h/4, the smallest step; the weights of the
 * extrapolation multiply it by less than 2.
 */
function differenceLaw({ f, xs, scale, step }: Point, what: string): void {
  const ts = xs.map((x, i) => direction(x, 100 + i));
  const [ys, dys] = jvpFlat(f, xs, ts), tangents = materialized(dys, ys);
  const values = largest(ys), slopes = largest(tangents), at = Math.max(1, largest(xs));
  const size = Math.max(values, slopes);
  assert(Number.isFinite(values) && Number.isFinite(slopes), `${what}: the function or its slope is not finite here`);
  const [d1, d2, d4] = [1, 2, 4].map((n) => differences(f, xs, ts, step / n));
  const rounding = scale * 2 * roundings(xs) * roundoff64 * (values + at * slopes) / (step / 4);
  tangents.forEach((t, k) => {
    const n = t.size, limits = new Float64Array(n), bounds = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const a = d1![k]![i]!, b = d2![k]![i]!, c = d4![k]![i]!;
      const r1 = (4 * b - a) / 3, r2 = (4 * c - b) / 3;
      const truncation = (Math.abs(r2 - r1) + step ** 2 * Math.abs(c - b)) / 15;
      limits[i] = (16 * r2 - r1) / 15;
      bounds[i] = truncation + rounding;
      // A bound as large as what it bounds would let everything pass.
      assert(
        truncation <= scale * 1e-6 * size && bounds[i]! <= scale * 1e-3 * size,
        `${what}: differences do not settle at element ${i} of output ${k} (truncation ${truncation}, rounding ${rounding}); move the point or give another step`,
      );
    }
    assertNear(arrayIn(t), { shape: t.shape, dtype: "f64", data: limits }, (i) => bounds[i]!, `${what}, output ${k}`);
  });
}

function differences(f: Flat, xs: readonly Value[], ts: readonly Value[], h: number): Float64Array[] {
  const moved = (s: number) =>
    f(xs.map((x, j) => {
      const at = elementsOf(x), t = elementsOf(ts[j]!);
      return make(x.shape, "f64", (i) => at[i]! + s * t[i]!);
    })).map(elementsOf);
  const above = moved(h), below = moved(-h);
  return above.map((y, k) => Float64Array.from(y, (v, i) => (v - below[k]![i]!) / (2 * h)));
}

/** ⟨ct, f″·t·s⟩ computed forward over forward, and as ⟨(Jᵀ·ct)′·s, t⟩, forward over reverse. */
function forwardOverForwardLaw({ f, xs, scale }: Point, cts: readonly Value[]): void {
  const ts = xs.map((x, i) => direction(x, 200 + i)), ss = xs.map((x, i) => direction(x, 300 + i));
  const push: Flat = (at) => tangentMap(f, xs.length)([...at, ...ts]).slice(cts.length);
  const [dys, ddys] = jvpFlat(push, xs, ss);
  const pull: Flat = (at) => gradientMap(f, xs.length)([...at, ...cts]);
  const [gs, dgs] = jvpFlat(pull, xs, ss);
  const twice = materialized(ddys, dys), mixed = materialized(dgs, gs);
  const left = inner(cts, twice), right = inner(mixed, ts);
  const bound = scale * roundings(xs) * roundoff64 *
    (norm(cts) * (norm(twice) + norm(dys)) + (norm(mixed) + norm(gs)) * norm(ts));
  assert(
    Math.abs(left - right) <= bound,
    `order 2, forward over forward: ${left} and ${right} differ by ${Math.abs(left - right)}, bound ${bound}`,
  );
}
