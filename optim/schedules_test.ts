/** Schedules against PyTorch's (tests/golden/README.md) and against their definitions, written out in f64. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, jit, type Tensor, tensor } from "../mod.ts";
import golden from "../tests/golden/schedules.json" with { type: "json" };
import {
  constantSchedule,
  cosineDecay,
  cosineRestarts,
  cyclicRate,
  exponentialDecay,
  inverseSquareRoot,
  joinSchedules,
  linearSchedule,
  multiStepDecay,
  oneCycle,
  piecewiseConstant,
  piecewiseLinear,
  polynomialDecay,
  type Schedule,
  stepDecay,
  type StepSchedule,
  warmup,
} from "./mod.ts";

type Step = Tensor<readonly [], "i32">;
const stepOf = (t: number): Step => tensor(t, { dtype: "i32" });

/**
 * How far a rate in f32 may be off at step t, for rates up to `peak`: constants round once and a power of t carries its
 * base's error t times; eight more roundings are room for all that is added and multiplied.
 */
const boundAt = (t: number, peak: number): number => (t + 8) * 2 ** -23 * peak;

/** Compares a schedule with its definition: steps as tensors, as numbers, and inside `jit`, which traces it once. */
function compare(
  name: string,
  rate: StepSchedule,
  want: (t: number) => number,
  peak: number,
  steps: readonly number[],
) {
  let traced = 0;
  const jitted = jit((t: Step) => (traced++, rate(t)));
  for (const t of steps) {
    for (const got of [rate(stepOf(t)), rate(t), jitted(stepOf(t))]) {
      assertEquals([got.shape, got.dtype as string], [[], "f32"]);
      assertAlmostEquals(got.item(), want(t), boundAt(t, peak), `${name}, step ${t}`);
    }
  }
  assertEquals(traced, 1);
}

type Settings = Readonly<Record<string, number>>;

/** PyTorch's schedulers, by their names and settings there. */
const ours: Readonly<Record<string, (s: Settings, milestones: readonly number[]) => StepSchedule>> = {
  MultiStepLR: (s, milestones) => multiStepDecay(s.optimizer_lr!, milestones, s.gamma!),
  ExponentialLR: (s) => exponentialDecay(s.optimizer_lr!, s.gamma!),
  CosineAnnealingLR: (s) => cosineDecay(s.optimizer_lr!, s.T_max!, { least: s.eta_min!, periodic: true }),
  CosineAnnealingWarmRestarts: (s) => cosineRestarts(s.optimizer_lr!, s.T_0!, { factor: s.T_mult!, least: s.eta_min! }),
  LinearLR: (s) => linearSchedule(s.optimizer_lr! * s.start_factor!, s.optimizer_lr!, s.total_iters!),
  PolynomialLR: (s) => polynomialDecay(s.optimizer_lr!, s.total_iters!, { power: s.power! }),
  CyclicLR: (s) => cyclicRate(s.base_lr!, s.max_lr!, s.step_size_up!, { mode: "triangular2" }),
};

for (const { name, attrs, lr } of golden.cases) {
  Deno.test(`PyTorch's ${name} is followed for ${lr.length} steps`, () => {
    const { milestones = [], ...settings } = attrs as unknown as { readonly milestones?: readonly number[] };
    compare(name, ours[name]!(settings as Settings, milestones), (t) => lr[t]!, 0.1, lr.map((_, t) => t));
  });
}

const through = (points: readonly (readonly [number, number])[]) => (t: number): number => {
  const after = points.findIndex(([step]) => step > t);
  if (after === 0) return points[0]![1];
  if (after < 0) return points.at(-1)![1];
  const [[t0, a], [t1, b]] = [points[after - 1]!, points[after]!];
  return a + (b - a) * (t - t0) / (t1 - t0);
};

/** A definition in plain JavaScript beside each schedule; all rates are at most 1. */
const defined: Readonly<Record<string, readonly [StepSchedule, (t: number) => number]>> = {
  constantSchedule: [constantSchedule(0.3), () => 0.3],
  stepDecay: [stepDecay(0.8, 7, 0.5), (t) => 0.8 * 0.5 ** Math.floor(t / 7)],
  multiStepDecay: [multiStepDecay(1, [0, 3, 4], 0.5), (t) => 0.5 ** (t < 3 ? 1 : t < 4 ? 2 : 3)],
  exponentialDecay: [exponentialDecay(0.7, 0.5, 10), (t) => 0.7 * 0.5 ** (t / 10)],
  polynomialDecay: [
    polynomialDecay(1, 12, { power: 1.5, end: 0.25 }),
    (t) => 0.25 + 0.75 * (1 - Math.min(t / 12, 1)) ** 1.5,
  ],
  linearSchedule: [linearSchedule(1, 0.5, 9), (t) => 1 - 0.5 * Math.min(t / 9, 1)],
  inverseSquareRoot: [inverseSquareRoot(1, 5), (t) => Math.min((t + 1) / 5, Math.sqrt(5 / (t + 1)))],
  piecewiseConstant: [piecewiseConstant([1, 0.5, 0.75], [4, 9]), (t) => t < 4 ? 1 : t < 9 ? 0.5 : 0.75],
  piecewiseLinear: [
    piecewiseLinear([[2, 0.25], [6, 1], [16, 0.5]]),
    through([[2, 0.25], [6, 1], [16, 0.5]]),
  ],
  joinSchedules: [
    joinSchedules([linearSchedule(0, 1, 5), constantSchedule(0.5), exponentialDecay(1, 0.5)], [5, 8]),
    (t) => t < 5 ? t / 5 : t < 8 ? 0.5 : 0.5 ** (t - 8),
  ],
  warmup: [
    warmup(4, polynomialDecay(1, 10), { from: 0.2 }),
    (t) => t < 4 ? 0.2 + 0.2 * t : 1 - Math.min(t - 4, 10) / 10,
  ],
  "warmup to a number": [warmup(8, 1), (t) => Math.min(t / 8, 1)],
  cosineDecay: [
    cosineDecay(1, 12, { least: 0.1 }),
    (t) => 0.1 + 0.9 * (1 + Math.cos(Math.PI * Math.min(t / 12, 1))) / 2,
  ],
  "cosineRestarts of equal periods": [cosineRestarts(1, 6), (t) => (1 + Math.cos(Math.PI * (t % 6) / 6)) / 2],
  oneCycle: [oneCycle(1, 21, { warmupShare: 0.25 }), (t) => {
    const top = 0.25 * 21 - 1, half = (s: number) => (1 + Math.cos(Math.PI * s)) / 2;
    const last = 1 / 25e4, down = last + (1 - last) * half(Math.min((t - top) / (20 - top), 1));
    return t < top ? 1 + (1 / 25 - 1) * half(t / top) : down;
  }],
  "oneCycle in lines": [
    oneCycle(1, 21, { warmupShare: 1 / 3, divFactor: 10, finalDivFactor: 2, anneal: "linear" }),
    through([[0, 0.1], [6, 1], [20, 0.05]]),
  ],
  cyclicRate: [cyclicRate(0.1, 1, 4, { down: 2 }), (t) => 0.1 + 0.9 * (t % 6 < 4 ? t % 6 / 4 : (6 - t % 6) / 2)],
  "cyclicRate, expRange": [
    cyclicRate(0.1, 1, 4, { mode: "expRange", gamma: 0.9 }),
    (t) => 0.1 + 0.9 * (1 - Math.abs(t % 8 - 4) / 4) * 0.9 ** t,
  ],
};

for (const [name, [rate, want]] of Object.entries(defined)) {
  Deno.test(`${name} is its definition, for steps as tensors and numbers, and inside jit`, () => {
    compare(name, rate, want, 1, [...Array.from({ length: 26 }, (_, t) => t), 40]);
  });
}

Deno.test("schedules count late steps exactly, where f32 has no odd numbers", () => {
  const late = 2 ** 30;
  // 2³⁰ = 1 mod 7 and 4 mod 6; half periods begin where the whole number says.
  assertEquals(stepDecay(1, late, 0.5)(late - 1).item(), 1);
  assertEquals(stepDecay(1, late, 0.5)(late).item(), 0.5);
  assertAlmostEquals(cosineRestarts(1, 6)(late).item(), (1 + Math.cos(Math.PI * 4 / 6)) / 2, boundAt(0, 1));
  assertAlmostEquals(cyclicRate(0, 1, 3, { down: 4 })(late).item(), 1 / 3, boundAt(0, 1));
  assertEquals(piecewiseConstant([1, 0.5], [late + 1])(late).item(), 1);
});

Deno.test("schedules refuse settings out of range", () => {
  const one: Schedule = constantSchedule(1);
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => constantSchedule(-1), "constantSchedule: the rate is 0 or more, not -1"],
    [() => constantSchedule(1)(-1), "schedule: the step is a whole number from 0, not -1"],
    [() => constantSchedule(1)(0.5), "schedule: the step is a whole number from 0, not 0.5"],
    [() => stepDecay(1, 0), "stepDecay: every is a whole number from 1, not 0"],
    [() => stepDecay(1, 1, 0), "stepDecay: gamma is positive, not 0"],
    [() => multiStepDecay(1, [3, 3]), "multiStepDecay: a milestone is a whole number from 4, not 3"],
    [
      () => multiStepDecay(1, [2 ** 31]),
      "multiStepDecay: steps are counted to 2^31, which a milestone 2147483648 is above",
    ],
    [() => exponentialDecay(1, -1), "exponentialDecay: gamma is positive, not -1"],
    [() => polynomialDecay(1, 5, { power: 0 }), "polynomialDecay: power is positive, not 0"],
    [() => polynomialDecay(1, 1.5), "polynomialDecay: steps is a whole number from 1, not 1.5"],
    [() => linearSchedule(1, NaN, 5), "linearSchedule: the last rate is 0 or more, not NaN"],
    [() => inverseSquareRoot(1, 0), "inverseSquareRoot: warmup is a whole number from 1, not 0"],
    [
      () => piecewiseConstant([1], [5]),
      "piecewiseConstant: there is one more of values than of boundaries, not 1 for 1",
    ],
    [() => piecewiseConstant([1, -2], [5]), "piecewiseConstant: a value is 0 or more, not -2"],
    [() => piecewiseLinear([]), "piecewiseLinear: there is at least one point, not none"],
    [() => piecewiseLinear([[0, Infinity]]), "piecewiseLinear: a point's rate is 0 or more, not Infinity"],
    [() => joinSchedules([one], [1]), "joinSchedules: there is one more of schedules than of boundaries, not 1 for 1"],
    [() => warmup(0, 1), "warmup: steps is a whole number from 1, not 0"],
    [() => warmup(5, 1, { from: -1 }), "warmup: from is 0 or more, not -1"],
    [() => cosineDecay(1, 10, { least: -1 }), "cosineDecay: least is 0 or more, not -1"],
    [() => cosineRestarts(1, 10, { factor: 0.5 }), "cosineRestarts: factor is 1 or more, not 0.5"],
    [() => oneCycle(1, 1), "oneCycle: steps is a whole number from 2, not 1"],
    [() => oneCycle(1, 10, { warmupShare: 2 }), "oneCycle: warmupShare is from 0 to 1, not 2"],
    [() => oneCycle(1, 10, { anneal: "round" as never }), "oneCycle: anneal is one of cosine, linear, not round"],
    [() => cyclicRate(0, 1, 0), "cyclicRate: up is a whole number from 1, not 0"],
    [
      () => cyclicRate(0, 1, 5, { mode: "up" as never }),
      "cyclicRate: mode is one of triangular, triangular2, expRange, not up",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, ArgumentError).message, message);
});
