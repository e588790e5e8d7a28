/** Least squares held to NIST's certified values and to Moré, Garbow & Hillstrom's test problems. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  add,
  ArgumentError,
  atan2,
  cast,
  div,
  DTypeError,
  exp,
  type FloatDType,
  log,
  mul,
  neg,
  sqrt,
  square,
  stack,
  sub,
  type Tensor,
  tensor,
  type Value,
} from "../mod.ts";
import { levenbergMarquardt } from "./mod.ts";
import { counted, numbersOf, type Scalar } from "../tests/minima.ts";

type Vector = Tensor<readonly [number], "f64">;
type Number = Scalar<"f64">;
const vector = (...xs: readonly number[]) => tensor(Float64Array.from(xs)) as unknown as Vector;
const number = (x: number): Number => tensor(x, { dtype: "f64" });

/** NIST StRD Misra1a, https://www.itl.nist.gov/div898/strd/nls/data/misra1a.shtml: y = b₁·(1 − e^(−b₂·x)). */
const misra = {
  x: vector(77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0),
  y: vector(10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78),
  certified: [2.3894212918e2, 5.5015643181e-4],
  sumOfSquares: 1.2455138894e-1,
};

/** NIST StRD MGH09 (Kowalik & Osborne), https://www.itl.nist.gov/div898/strd/nls/data/mgh09.shtml. */
const mgh09 = {
  x: vector(4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625),
  y: vector(0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246),
  certified: [1.9280693458e-1, 1.9128232873e-1, 1.2305650693e-1, 1.3606233068e-1],
  sumOfSquares: 3.0750560385e-4,
};

interface Misra {
  readonly b: readonly [Number, Number];
}
const misraResiduals = ({ b: [b1, b2] }: Misra) => sub(mul(b1, sub(1, exp(neg(mul(b2, misra.x))))), misra.y);

/** Certified values have eleven digits: half a unit of the last, and as much for the search. */
const certified = (got: number, want: number) => assertAlmostEquals(got, want, 1e-10 * Math.abs(want));

for (const jacobian of ["forward", "reverse"] as const) {
  Deno.test(`levenbergMarquardt() finds Misra1a's certified values from both starts, J by ${jacobian} mode, traced once`, () => {
    const fit = counted((b1: Number, b2: Number) =>
      levenbergMarquardt(misraResiduals, { b: [b1, b2] }, { jacobian, tolerance: 1e-12 })
    );
    for (const [b1, b2] of [[500, 1e-4], [250, 5e-4]] as const) {
      const found = fit.call(number(b1), number(b2));
      assert(found.converged.item());
      numbersOf(found.params).forEach((b, i) => certified(b, misra.certified[i]!));
      certified(2 * found.value.item(), misra.sumOfSquares);
      const r = numbersOf(found.residuals);
      assertEquals(r.length, 14);
      assertAlmostEquals(r.reduce((s, x) => s + x * x, 0), 2 * found.value.item(), 1e-15);
    }
    assertEquals(fit.traced(), 1);
  });
}

Deno.test("levenbergMarquardt() finds MGH09's certified values, a hard one", () => {
  const { x, y } = mgh09;
  const residuals = ([b1, b2, b3, b4]: readonly [Number, Number, Number, Number]) =>
    sub(div(mul(b1, add(square(x), mul(b2, x))), add(add(square(x), mul(b3, x)), b4)), y);
  const start = [number(0.25), number(0.39), number(0.415), number(0.39)] as const;
  const found = levenbergMarquardt(residuals, start, { tolerance: 1e-13 });
  assert(found.converged.item());
  certified(2 * found.value.item(), mgh09.sumOfSquares);
  numbersOf(found.params).forEach((b, i) => certified(b, mgh09.certified[i]!));
});

const sum = (...xs: readonly (Number | number)[]): Number =>
  xs.reduce((a, x) => add(a as Number, x as Number)) as Number;
const times = (k: number, x: Number): Number => mul(x, k);

Deno.test("levenbergMarquardt() solves Moré's problems without residuals: Rosenbrock, helical valley, Powell", () => {
  interface Problem {
    readonly residuals: (x: readonly Number[]) => readonly Number[];
    readonly start: readonly number[];
    readonly solution: readonly number[];
    readonly within: number;
    readonly gradientTolerance?: number;
  }
  const problems: Readonly<Record<string, Problem>> = {
    Rosenbrock: {
      residuals: ([x, y]) => [times(10, sub(y!, square(x!))), sub(1, x!)],
      start: [-1.2, 1],
      solution: [1, 1],
      within: 1e-9,
    },
    "helical valley": {
      residuals: ([x, y, z]) => [
        times(10, sub(z!, times(10 / (2 * Math.PI), atan2(y!, x!) as Number))),
        times(10, sub(sqrt(sum(square(x!), square(y!))), 1)),
        z!,
      ],
      // From (−1, 0, 0) the angle begins on its cut, half a turn either way; this is a little beside it.
      start: [-1, 0.1, 0],
      solution: [1, 0, 0],
      within: 1e-9,
    },
    // J is singular at the solution, and the gradient falls with the cube of the distance: 1e-12 is 1e-4 away.
    "Powell, singular": {
      residuals: ([a, b, c, d]) => [
        sum(a!, times(10, b!)),
        times(Math.sqrt(5), sub(c!, d!)),
        square(sub(b!, times(2, c!))),
        times(Math.sqrt(10), square(sub(a!, d!))),
      ],
      start: [3, -1, 0, 1],
      solution: [0, 0, 0, 0],
      within: 1e-3,
      gradientTolerance: 1e-12,
    },
  };
  for (const [name, { residuals, start, solution, within, gradientTolerance = 1e-14 }] of Object.entries(problems)) {
    const found = levenbergMarquardt((x: readonly Number[]) => residuals(x), start.map(number), { gradientTolerance });
    assert(found.converged.item(), `${name}: ${found.gradientNorm.item()} after ${found.steps.item()}`);
    numbersOf(found.params).forEach((x, i) => assertAlmostEquals(x, solution[i]!, within, name));
  }
});

Deno.test("levenbergMarquardt() of a linear model is least squares, in f32 and f64, whatever the units", () => {
  const x = [0, 1, 2, 3, 4], y = [1, 3, 2, 5, 4];
  // Slope Σ(x−2)(y−3)/Σ(x−2)² = 8/10, intercept 3 − 2·0.8.
  const run = <D extends FloatDType>(dtype: D, unit: number, bound: number): void => {
    const [xs, ys] = [x, y].map((v) => cast(tensor(v), dtype) as unknown as Tensor<readonly [5], D>);
    const line = ({ a, b }: { readonly a: Scalar<D>; readonly b: Scalar<D> }) =>
      sub(add(mul(mul(b, unit) as Value, xs! as Value) as Value, a as Value) as Value, ys! as Value);
    const scalar = (v: number) => cast(tensor(v), dtype) as unknown as Scalar<D>;
    const found = levenbergMarquardt(line, { a: scalar(0), b: scalar(0) });
    assertEquals([found.converged.item(), found.value.dtype as string, found.params.a.dtype as string], [
      true,
      dtype,
      dtype,
    ]);
    numbersOf(found.params).forEach((v, i) => assertAlmostEquals(v * [1, unit][i]!, [1.4, 0.8][i]!, bound));
    assertAlmostEquals(found.value.item() as number, 1.8, bound);
  };
  // A step that is a share of 1e-5 (1e-10) of the parameters is the last; damping leaves a thousandth, or less, of it.
  for (const unit of [1, 1e6, 1e-6]) {
    run("f32", unit, 2e-5);
    run("f64", unit, 1e-9);
  }
});

Deno.test("levenbergMarquardt() rejects steps to where residuals are not finite", () => {
  // log x − 1 is NaN left of 0, where Gauss–Newton's first step from 10 would lead: to 10 − 10·1.3.
  const found = levenbergMarquardt((x: Number) => sub(log(x), 1), number(10));
  assert(found.converged.item());
  assertAlmostEquals(found.params.item(), Math.E, 1e-9);
  const nowhere = levenbergMarquardt((x: Number) => log(x), number(-1));
  assertEquals([nowhere.converged.item(), nowhere.steps.item(), nowhere.params.item()], [false, 0, -1]);
  const idle = levenbergMarquardt((x: Number) => stack([x, mul(x, 0)]), number(0));
  assertEquals([idle.converged.item(), idle.steps.item()], [true, 0]);
  // A parameter that nothing depends on stays.
  const one = levenbergMarquardt(([x]: readonly [Number, Number]) => sub(x, 3), [number(1), number(7)] as const);
  assertAlmostEquals(one.params[0].item(), 3, 1e-9);
  assertEquals(one.params[1].item(), 7);
});

Deno.test("levenbergMarquardt() refuses what it cannot use", () => {
  const f = (x: Number) => x, x = number(1);
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => levenbergMarquardt(f, x, { tolerance: -1 }), "levenbergMarquardt: tolerance is 0 or more, not -1"],
    [
      () => levenbergMarquardt(f, x, { gradientTolerance: -1 }),
      "levenbergMarquardt: gradientTolerance is 0 or more, not -1",
    ],
    [() => levenbergMarquardt(f, x, { maxSteps: -1 }), "levenbergMarquardt: maxSteps is a whole number from 0, not -1"],
    [() => levenbergMarquardt(f, x, { damping: 0 }), "levenbergMarquardt: damping is positive, not 0"],
    [
      () => levenbergMarquardt(f, x, { jacobian: "both" as never }),
      "levenbergMarquardt: jacobian is one of forward, reverse, not both",
    ],
    [
      () => levenbergMarquardt(() => [], x),
      "levenbergMarquardt: there is no number among the residuals; give at least one",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, ArgumentError).message, message);
  const whole = assertThrows(() => levenbergMarquardt(f, tensor(1, { dtype: "i32" }) as never), DTypeError);
  assertEquals(whole.message, "levenbergMarquardt: the parameters are floats, not i32; cast them to f32");
});
