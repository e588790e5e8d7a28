/** Conjugate gradients, linear and not, on problems whose solutions are known. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  ArgumentError,
  type DType,
  hvp,
  log,
  matmul,
  mul,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  vdot,
  zeros,
} from "../mod.ts";
import { type ConjugateFormula, conjugateGradient, nonlinearConjugateGradient } from "./mod.ts";
import { counted, numbersOf, pointOf, rosenbrock, type Scalar } from "../tests/minima.ts";

type Vector<D extends DType = "f64"> = Tensor<readonly [number], D>;
type Matrix = Tensor<readonly [number, number], "f64">;
const formulas: readonly ConjugateFormula[] = ["fletcherReeves", "polakRibiere", "hestenesStiefel", "daiYuan"];

/** D + u·uᵀ, positive definite, with five different eigenvalues. */
const rows = [1, 2, 4, 7, 11].map((d, i) =>
  [0.5, -1, 2, 1, -0.5].map((u, j) => (i === j ? d : 0) + u * [0.5, -1, 2, 1, -0.5][i]!)
);
const a = tensor(Float64Array.from(rows.flat()), { shape: [5, 5] }) as unknown as Matrix;
const solution = [3, -1, 0.5, 2, -4];
const b = tensor(
  Float64Array.from(rows.map((r) => r.reduce((s, x, i) => s + x * solution[i]!, 0))),
) as unknown as Vector;

for (const formula of formulas) {
  Deno.test(`${formula}: a quadratic of five curvatures takes five steps with good line searches`, () => {
    const quadratic = (x: Vector) => sub(mul(vdot(x, matmul(a, x)), 0.5), vdot(b, x)) as unknown as Scalar<"f64">;
    const start = tensor(new Float64Array(5)) as unknown as Vector;
    const options = { formula, curvature: 1e-9, decrease: 1e-10, maxEvaluations: 40, tolerance: 1e-6 };
    const found = nonlinearConjugateGradient(quadratic, start, options);
    assert(found.converged.item());
    assertEquals(found.steps.item(), 5);
    // The least eigenvalue is above 1: D + u·uᵀ is D and more.
    numbersOf(found.params).forEach((x, i) => assertAlmostEquals(x, solution[i]!, Math.sqrt(5) * 1e-6));
  });

  Deno.test(`${formula} goes down Rosenbrock's valley in f64 and f32, traced once`, () => {
    const run = counted((x: Scalar<"f64">, y: Scalar<"f64">) =>
      nonlinearConjugateGradient(rosenbrock<"f64">, { x, y: [y, null] }, { formula, tolerance: 1e-8, maxSteps: 1000 })
    );
    for (const [x, y] of [[-1.2, 1], [2, 2], [0, -3]] as const) {
      const start = pointOf(x, y, "f64"), found = run.call(start.x, start.y[0]);
      assert(found.converged.item(), `from ${x}, ${y}: ${found.gradientNorm.item()}`);
      // The least curvature at the bottom is 0.4.
      numbersOf(found.params).forEach((p) => assertAlmostEquals(p, 1, 4e-8));
    }
    assertEquals(run.traced(), 1);
    const narrow = nonlinearConjugateGradient(rosenbrock<"f32">, pointOf(-1.2, 1, "f32"), { formula, tolerance: 1e-3 });
    assert(narrow.converged.item());
    numbersOf(narrow.params).forEach((p) => assertAlmostEquals(p, 1, 4e-3));
  });
}

Deno.test("nonlinearConjugateGradient() steps back from where the loss is not finite", () => {
  const wall = (x: Scalar<"f64">) => sub(x, log(x)) as unknown as Scalar<"f64">;
  for (const lineSearch of ["strongWolfe", "backtracking"] as const) {
    const found = nonlinearConjugateGradient(wall, tensor(20, { dtype: "f64" }), { lineSearch, tolerance: 1e-7 });
    assert(found.converged.item());
    assertAlmostEquals(found.params.item(), 1, 1e-7);
    const nowhere = nonlinearConjugateGradient(wall, tensor(-1, { dtype: "f64" }), { lineSearch });
    assertEquals([nowhere.converged.item(), nowhere.steps.item()], [false, 0]);
  }
});

Deno.test("conjugateGradient() solves five equations in five steps, traced once, with a start and a preconditioner", () => {
  const times = (x: Vector): Vector => matmul(a, x) as unknown as Vector;
  const run = counted((b: Vector) => conjugateGradient(times, b, { tolerance: 1e-12 }));
  for (const right of [b, mul(b, 2) as unknown as Vector]) {
    const { x, steps, converged, residualNorm } = run.call(right), size = right === b ? 1 : 2;
    assertEquals([converged.item(), steps.item(), residualNorm.dtype as string], [true, 5, "f64"]);
    // ‖b‖ is below 100·size and the least eigenvalue above 1.
    numbersOf(x).forEach((v, i) => assertAlmostEquals(v, size * solution[i]!, 1e-10));
  }
  assertEquals(run.traced(), 1);
  const start = tensor(Float64Array.from(solution)) as unknown as Vector;
  const there = conjugateGradient(times, b, { start, tolerance: 1e-10 });
  assertEquals([there.steps.item(), there.converged.item()], [0, true]);
  // Divided by the diagonal of D, the identity and a matrix of rank 1 are left: two different eigenvalues.
  const inverse = tensor(Float64Array.from([1, 2, 4, 7, 11], (d) => 1 / d)) as unknown as Vector;
  const preconditioner = (r: Vector) => mul(r, inverse) as unknown as Vector;
  const two = conjugateGradient(times, b, { preconditioner, tolerance: 1e-12 });
  assertEquals([two.steps.item(), two.converged.item()], [2, true]);
});

Deno.test("conjugateGradient() takes trees, zeros, and operators that are not positive definite", () => {
  const right = { u: tensor([2, 4]), v: [tensor(6)] as const };
  const { x } = conjugateGradient((t: typeof right) => ({ u: mul(t.u, 2), v: [mul(t.v[0], 3)] as const }), right);
  numbersOf(x).forEach((v, i) => assertAlmostEquals(v, [1, 2, 2][i]!, 1e-5));
  const nothing = conjugateGradient((x: Tensor<readonly [2]>) => x, zeros([2]));
  assertEquals([nothing.x.toArray(), nothing.steps.item(), nothing.converged.item()], [[0, 0], 0, true]);
  const saddle = conjugateGradient((x: Tensor<readonly [2]>) => mul(x, tensor([1, -1])), tensor([1, 1]));
  assertEquals([saddle.converged.item(), saddle.x.toArray()], [false, [0, 0]]);
  const broken = conjugateGradient((x: Tensor<readonly [2]>) => mul(x, NaN), tensor([1, 1]));
  assertEquals([broken.converged.item(), broken.x.toArray()], [false, [0, 0]]);
});

Deno.test("conjugateGradient() of hvp is Newton's step", () => {
  const f = (w: Tensor<readonly [2], "f64">) => sum(square(square(w)));
  const w = tensor(Float64Array.of(1, 2), { shape: [2] }), gradient = tensor(Float64Array.of(4, 32), { shape: [2] });
  const { x } = conjugateGradient((v: typeof w) => hvp(f, [w], v), gradient, { tolerance: 1e-12 });
  // g/H = 4w³/12w² = w/3.
  x.toArray().forEach((s, i) => assertAlmostEquals(s, (i + 1) / 3, 1e-11));
});

Deno.test("conjugate gradients refuse what they cannot use", () => {
  const f = (x: Scalar) => square(x), x = tensor(1), same = (x: Scalar) => x;
  const table: readonly (readonly [() => unknown, string])[] = [
    [
      () => nonlinearConjugateGradient(f, x, { formula: "newton" as never }),
      "nonlinearConjugateGradient: formula is one of fletcherReeves, polakRibiere, hestenesStiefel, daiYuan, not newton",
    ],
    [
      () => nonlinearConjugateGradient(f, x, { restartEvery: 0 }),
      "nonlinearConjugateGradient: restartEvery is a whole number from 1, not 0",
    ],
    [() => conjugateGradient(same, x, { tolerance: -1 }), "conjugateGradient: tolerance is 0 or more, not -1"],
    [
      () => conjugateGradient(same, x, { absoluteTolerance: NaN }),
      "conjugateGradient: absoluteTolerance is 0 or more, not NaN",
    ],
    [
      () => conjugateGradient(same, x, { maxSteps: -1 }),
      "conjugateGradient: maxSteps is a whole number from 0, not -1",
    ],
    [
      () => conjugateGradient(() => ({}), {}),
      "conjugateGradient: there is no number among the right-hand side; give at least one",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, ArgumentError).message, message);
});
