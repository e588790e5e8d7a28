/** What examples under a named axis say to one another. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  add,
  allGather,
  axisIndex,
  exp,
  grad,
  jit,
  jvp,
  mul,
  pmax,
  pmean,
  psum,
  sub,
  sum,
  type Tensor,
  tensor,
  TransformError,
  vmap,
} from "../../mod.ts";

type S = Tensor<readonly [], "f64">;
type V = Tensor<readonly [number], "f64">;
const f64 = (xs: readonly number[] | readonly (readonly number[])[]) =>
  tensor(xs as readonly number[], { dtype: "f64" }) as never;
const over = <R>(f: (x: S) => R, name = "i") => vmap(f, { axisName: name }) as unknown as (x: V) => V;

Deno.test("psum, pmean, pmax, allGather and axisIndex over a named axis, values that are mapped or not", () => {
  const x = f64([1, 2, 6]);
  assertEquals(over((v) => psum(v, "i"))(x).toArray(), [9, 9, 9]);
  assertEquals(over((v) => pmean(v, "i"))(x).toArray(), [3, 3, 3]);
  assertEquals(over((v) => pmax(v, "i"))(x).toArray(), [6, 6, 6]);
  assertEquals(over((v) => allGather(v, "i"))(x).toArray() as unknown, [[1, 2, 6], [1, 2, 6], [1, 2, 6]]);
  assertEquals(over((v) => add(v, axisIndex("i")))(x).toArray(), [1, 3, 8]);
  const shared = tensor(5, { dtype: "f64" });
  assertEquals(over((v) => add(v, psum(shared, "i")))(x).toArray(), [16, 17, 21]);
  assertEquals(over((v) => add(v, pmax(shared, "i")))(x).toArray(), [6, 7, 11]);
  assertEquals(over((v) => sum(mul(allGather(shared, "i"), v)))(x).toArray(), [15, 30, 90]);
});

Deno.test("nested axes are told apart by name, and either may be summed over", () => {
  const X = f64([[1, 2, 3], [4, 5, 6]]);
  const nest = (f: (x: S) => S) => vmap(vmap(f, { axisName: "j" }), { axisName: "i" })(X as never).toArray() as unknown;
  assertEquals(nest((v) => psum(v, "i")), [[5, 7, 9], [5, 7, 9]]);
  assertEquals(nest((v) => psum(v, "j")), [[6, 6, 6], [15, 15, 15]]);
  assertEquals(nest((v) => psum(psum(v, "i"), "j")), [[21, 21, 21], [21, 21, 21]]);
  assertEquals(nest((v) => add(mul(axisIndex("i"), 10), add(axisIndex("j"), mul(v, 0))) as S), [[0, 1, 2], [
    10,
    11,
    12,
  ]]);
  assertEquals(nest((v) => sum(allGather(v, "i")) as S), [[5, 7, 9], [5, 7, 9]]);
});

Deno.test("gradients outside the map are those of the function it computes", () => {
  const weights = f64([1, 2, 3]) as V, x = f64([0.1, 0.2, 0.3]) as V;
  // Σᵢ wᵢ·vᵢ·Σⱼ vⱼ², by hand: ∂/∂vₖ = wₖ·S + 2·vₖ·Σ wᵢvᵢ.
  const f = (v: V): S => sum(mul(weights, over((y) => mul(y, psum(mul(y, y), "i")))(v))) as unknown as S;
  const s = 0.14, wv = 1.4, want = [1 * s + 0.2 * wv, 2 * s + 0.4 * wv, 3 * s + 0.6 * wv];
  grad(f)(x).toArray().forEach((g, i) => assertAlmostEquals(g, want[i]!, 1e-15));
  jit(grad(f))(x).toArray().forEach((g, i) => assertAlmostEquals(g, want[i]!, 1e-15));
  const t = jvp(f, [x], [f64([1, 0, 0]) as V])[1];
  assertAlmostEquals(t.item(), want[0]!, 1e-15);
  const best = (v: V): S => sum(over((y) => exp(pmax(y, "i")))(v)) as unknown as S;
  assertAlmostEquals(grad(best)(x).toArray()[2]!, 3 * Math.exp(0.3), 1e-14);
  for (const g of grad(best)(f64([1, 1]) as V).toArray()) assertAlmostEquals(g, Math.E, 1e-15);
  const gathered = (v: V): S => sum(over((y) => sum(mul(allGather(y, "i"), weights)))(v)) as unknown as S;
  assertEquals(grad(gathered)(x).toArray(), [3, 6, 9]);
});

Deno.test("gradients inside the map are of the sum of all examples' losses: psum's transpose is psum", () => {
  const x = f64([1, 2, 3]) as V;
  // Each loss is S² with S = Σ v, so the sum of three has the slope 3·2·S = 36.
  const inside = over((v) => grad((y: S) => mul(psum(y, "i"), psum(y, "i")) as S)(v));
  assertEquals(inside(x).toArray(), [36, 36, 36]);
  const centred = over((v) => grad((y: S) => mul(sub(y, pmean(y, "i")), sub(y, pmean(y, "i"))) as S)(v));
  // Σⱼ (vⱼ − v̄)² has the slopes 2·(vₖ − v̄).
  centred(x).toArray().forEach((g, k) => assertAlmostEquals(g, 2 * (k - 1), 1e-15));
  const gathered = over((v) => grad((y: S) => sum(mul(allGather(y, "i"), allGather(y, "i"))) as unknown as S)(v));
  assertEquals(gathered(x).toArray(), [6, 12, 18]);
});

Deno.test("a jitted function inside a named map depends on the axis", () => {
  const f = jit((v: S) => psum(v, "i"));
  assertEquals(over(f)(f64([1, 2])).toArray(), [3, 3]);
  assertEquals(over(f)(f64([1, 2, 3])).toArray(), [6, 6, 6]);
  assertEquals(jit(over((v) => allGather(v, "i")))(f64([1, 2])).toArray() as unknown, [[1, 2], [1, 2]]);
});

Deno.test("a collective outside its axis says which name is missing", () => {
  const message = (op: string) => `${op}: no mapped axis is called "i" here; call it inside vmap(f, { axisName: "i" })`;
  const x = tensor(1, { dtype: "f64" });
  for (
    const [op, call] of [
      ["psum", () => psum(x, "i")],
      ["pmean", () => pmean(x, "i")],
      ["pmax", () => over((v) => pmax(v, "i"), "j")(f64([1]))],
      ["allGather", () => allGather(x, "i")],
      ["axisIndex", () => axisIndex("i")],
    ] as const
  ) assertEquals(assertThrows(call, TransformError).message, message(op));
});
