/** Sharpness-aware minimisation against its definition, written out. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { add, ArgumentError, grad, jit, mul, square, sub, sum, type Tensor, tensor, tree } from "../mod.ts";
import { samValueAndGrad } from "./mod.ts";

type Vector = Tensor<readonly [2], "f64">;
interface Params {
  readonly a: Vector;
  readonly b: readonly [Vector, null];
}
const f64 = (...xs: readonly [number, number]): Vector => tensor(Float64Array.from(xs), { shape: [2] });
const params: Params = { a: f64(1, -2), b: [f64(0.5, 3), null] };

/** Σ (a² − b)² + a·b·k, of which every derivative differs. */
const loss = ({ a, b: [b] }: Params, k: Vector): Tensor<readonly [], "f64"> =>
  sum(add(square(sub(square(a), b)), mul(mul(a, b), k)));

const flat = (p: unknown): number[] => tree.leaves(p).flatMap((l) => [...l.dataSync()].map(Number));

/** ∇L(w + ρ·e/‖s‖) with e = g, or in units of the parameters e = w²·g and s = |w|·g: equation 2 of the papers. */
function byDefinition(k: Vector, rho: number, adaptive: boolean): number[] {
  const w = flat(params), g = flat(grad(loss)(params, k));
  const s = g.map((x, i) => adaptive ? Math.abs(w[i]!) * x : x), norm = Math.hypot(...s);
  const worst = w.map((x, i) => x + rho * s[i]! * (adaptive ? Math.abs(x) : 1) / norm);
  const [a0, a1, b0, b1] = worst as [number, number, number, number];
  return flat(grad(loss)({ a: f64(a0, a1), b: [f64(b0, b1), null] }, k));
}

for (const adaptive of [false, true]) {
  Deno.test(`samValueAndGrad() is its definition${adaptive ? ", in units of the parameters" : ""}, traced once`, () => {
    const k = f64(0.25, -1), rho = 0.3, want = byDefinition(k, rho, adaptive);
    let traced = 0;
    const sam = samValueAndGrad(loss, { rho, adaptive });
    const jitted = jit((p: Params, k: Vector) => (traced++, sam(p, k)));
    for (const [value, gradient] of [sam(params, k), jitted(params, k), jitted(params, k)]) {
      assertEquals(value.item(), loss(params, k).item());
      // Numbers up to 100 and two dozen roundings; the norm's guard against 0 is 1e-12 of norms near 30, and curvatures near 40.
      flat(gradient).forEach((x, i) => assertAlmostEquals(x, want[i]!, 1e-11));
    }
    assertEquals(traced, 1);
  });
}

Deno.test("samValueAndGrad() hands out what was computed at the parameters themselves", () => {
  const withAux = samValueAndGrad((p: Params, k: Vector) => [loss(p, k), p.a] as const, { hasAux: true });
  const [[value, aux], gradient] = withAux(params, f64(1, 1));
  assertEquals([value.item(), aux.toArray()], [loss(params, f64(1, 1)).item(), [1, -2]]);
  assertEquals(flat(gradient), flat(samValueAndGrad(loss)(params, f64(1, 1))[1]));
});

Deno.test("samValueAndGrad() at a flat place stays there, and takes trees without tensors", () => {
  assertEquals(samValueAndGrad((w: Vector) => sum(square(w)))(f64(0, 0))[1].toArray(), [0, 0]);
  const [value, gradient] = samValueAndGrad(() => tensor(1))({});
  assertEquals([value.item(), gradient], [1, {}]);
});

Deno.test("samValueAndGrad() refuses settings out of range", () => {
  const message = assertThrows(() => samValueAndGrad(loss, { rho: 0 }), ArgumentError).message;
  assertEquals(message, "samValueAndGrad: rho is positive, not 0");
});
