/** L-BFGS on losses whose minima are known. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  add,
  ArgumentError,
  DTypeError,
  exp,
  jit,
  log,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "../mod.ts";
import { lbfgs, type LbfgsOptions, scaleByLbfgs } from "./mod.ts";
import { counted, numbersOf, pointOf, rosenbrock, type Scalar } from "../tests/minima.ts";

const searches: readonly LbfgsOptions[] = [{}, { lineSearch: "backtracking" }];

for (const options of searches) {
  const named = options.lineSearch ?? "strongWolfe";
  Deno.test(`lbfgs() with ${named} goes down Rosenbrock's valley in f64 and f32, in jit with one trace`, () => {
    const run = counted((x: Scalar<"f64">, y: Scalar<"f64">) =>
      lbfgs(rosenbrock<"f64">, { x, y: [y, null] }, { ...options, tolerance: 1e-9 })
    );
    for (const [x, y] of [[-1.2, 1], [2, 2], [0, -3], [1, 1]] as const) {
      const start = pointOf(x, y, "f64"), found = run.call(start.x, start.y[0]);
      assert(found.converged.item(), `from ${x}, ${y}`);
      assert(found.steps.item() < 100, `${found.steps.item()} steps`);
      // The least curvature of the valley's bottom is 0.4: a gradient of 1e-9 is 2.5e-9 away, times √2 for the norm.
      numbersOf(found.params).forEach((p) => assertAlmostEquals(p, 1, 4e-9));
      assertEquals(found.value.item(), rosenbrock(found.params).item());
      assertEquals([found.value.dtype, found.params.x.dtype as string], ["f64", "f64"]);
    }
    assertEquals(run.traced(), 1);
    const narrow = lbfgs(rosenbrock<"f32">, pointOf(-1.2, 1, "f32"), { ...options, tolerance: 1e-3 });
    assert(narrow.converged.item());
    numbersOf(narrow.params).forEach((p) => assertAlmostEquals(p, 1, 4e-3));
  });
}

Deno.test("lbfgs() is the same jitted and step by step", () => {
  const run = (x: Scalar<"f64">) => lbfgs(rosenbrock<"f64">, { x, y: [mul(x, 2), null] }, { maxSteps: 5 });
  const x = tensor(-1, { dtype: "f64" }), eager = run(x), compiled = jit(run)(x);
  assertEquals(numbersOf(eager.steps), [5]);
  assert(!eager.converged.item());
  // Five steps of some hundred roundings, on numbers up to 10.
  numbersOf(compiled).forEach((v, i) => assertAlmostEquals(v, numbersOf(eager)[i]!, 1e-11));
});

Deno.test("lbfgs() solves Moré's variably dimensioned function and a logistic regression", () => {
  // Moré, Garbow & Hillstrom 1981, number 25: f = Σ(xᵢ − 1)² + s² + s⁴ with s = Σ i·(xᵢ − 1), 0 at ones.
  const n = 12, weights = tensor(Float64Array.from({ length: n }, (_, i) => i + 1));
  const varied = (x: Tensor<readonly [number], "f64">) => {
    const d = sub(x, 1), s = sum(mul(weights, d));
    return add(add(sum(square(d)), square(s)), square(square(s))) as unknown as Scalar<"f64">;
  };
  const found = lbfgs(varied, tensor(Float64Array.from({ length: n }, (_, i) => 1 - (i + 1) / n)), {
    tolerance: 1e-10,
  });
  assert(found.converged.item());
  // Curvatures are 2 and more: a gradient of 1e-10 is within 1e-10 of the minimum in each coordinate, times √n.
  numbersOf(found.params).forEach((x) => assertAlmostEquals(x, 1, 4e-10));
  // log(1 + e^−w) + log(1 + e^2w)/3: its slope is 0 where e^−w / (1 + e^−w) = (2/3)·e^2w / (1 + e^2w), and t = e^w solves
  // 3·(1 + t²) = 2·t²·(1 + t).
  const two = (w: Scalar<"f64">) =>
    add(log(add(1, exp(mul(w, -1)))), mul(log(add(1, exp(mul(w, 2)))), 1 / 3)) as unknown as Scalar<"f64">;
  const t = Math.exp(lbfgs(two, tensor(0, { dtype: "f64" }), { tolerance: 1e-10 }).params.item());
  assertAlmostEquals(3 * (1 + t * t), 2 * t * t * (1 + t), 1e-8);
});

Deno.test("lbfgs() steps back from where the loss is not finite", () => {
  // x − log x is +∞ or NaN left of 0 and lowest at 1; √ and log give NaN there.
  const wall = (x: Scalar<"f64">) => sub(x, log(x)) as unknown as Scalar<"f64">;
  for (const options of searches) {
    for (const start of [0.001, 40]) {
      const found = lbfgs(wall, tensor(start, { dtype: "f64" }), { ...options, tolerance: 1e-8 });
      assert(found.converged.item());
      assertAlmostEquals(found.params.item(), 1, 1e-8);
    }
    const nowhere = lbfgs(
      (x: Scalar<"f64">) => sqrt(x) as unknown as Scalar<"f64">,
      tensor(-1, { dtype: "f64" }),
      options,
    );
    assertEquals([nowhere.converged.item(), nowhere.steps.item(), nowhere.params.item()], [false, 0, -1]);
    const endless = lbfgs((x: Scalar) => x, tensor(0), { ...options, maxSteps: 20 });
    assertEquals(endless.converged.item(), false);
    const flat = lbfgs((x: Scalar) => mul(x, 0), tensor(3), options);
    assertEquals([flat.converged.item(), flat.steps.item(), flat.params.item()], [true, 0, 3]);
  }
});

Deno.test("lbfgs() takes trees of both dtypes, and many starts at once", () => {
  const target = tensor(Float64Array.of(3, -4), { shape: [2] });
  const found = lbfgs(
    ({ a, b }: { readonly a: Tensor<readonly [2], "f64">; readonly b: Scalar }) =>
      add(sum(square(sub(a, target))), square(sub(b, 2))) as unknown as Scalar<"f64">,
    { a: tensor(Float64Array.of(0, 0), { shape: [2] }), b: tensor(0) },
  );
  assertEquals([found.params.a.dtype, found.params.b.dtype] as string[], ["f64", "f32"]);
  numbersOf(found.params).forEach((v, i) => assertAlmostEquals(v, [3, -4, 2][i]!, 1e-5));
  const many = vmap((x: Scalar) => lbfgs((w: Scalar) => square(sub(square(w), 1)), x, { tolerance: 1e-4 }).params);
  // From −2 it is −1 and from 3 it is 1; the curvature there is 8.
  (many(tensor([-2, 3])) as Tensor<readonly [2]>).toArray().forEach((w, i) => assertAlmostEquals(w, [-1, 1][i]!, 1e-4));
});

Deno.test("lbfgs() refuses what it cannot use", () => {
  const f = (x: Scalar) => square(x), x = tensor(1);
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => lbfgs(f, x, { historySize: 0 }), "lbfgs: historySize is a whole number from 1, not 0"],
    [() => lbfgs(f, x, { tolerance: -1 }), "lbfgs: tolerance is 0 or more, not -1"],
    [() => lbfgs(f, x, { maxSteps: 1.5 }), "lbfgs: maxSteps is a whole number from 0, not 1.5"],
    [() => lbfgs(f, x, { curvature: 1 }), "lbfgs: curvature is 0 or more and below 1, not 1"],
    [() => lbfgs(f, x, { decrease: 0.5, curvature: 0.5 }), "lbfgs: curvature is above decrease (0.5), not 0.5"],
    [() => lbfgs(f, x, { maxEvaluations: 0 }), "lbfgs: maxEvaluations is a whole number from 1, not 0"],
    [
      () => lbfgs(f, x, { lineSearch: "exact" as never }),
      "lbfgs: lineSearch is one of strongWolfe, backtracking, not exact",
    ],
    [() => lbfgs(() => tensor(1), zeros([0])), "lbfgs: there is no number among the parameters; give at least one"],
    [() => scaleByLbfgs({ historySize: -1 }), "scaleByLbfgs: historySize is a whole number from 1, not -1"],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, ArgumentError).message, message);
  const whole = assertThrows(() => lbfgs(() => tensor(1), tensor(1, { dtype: "i32" })), DTypeError);
  assertEquals(whole.message, "lbfgs: the parameters are floats, not i32; cast them to f32");
});
