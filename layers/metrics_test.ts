/** Metrics: the laws of a Monoid, any split into batches, and values counted by hand or by plain loops. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { concatAll } from "fp-ts/lib/Monoid.js";
import {
  AdjointError,
  cast,
  type FloatDType,
  jit,
  type Shape,
  slice,
  sqrt,
  sub,
  type Tensor,
  tensor,
  tree,
  zeros,
} from "../mod.ts";
import {
  accuracy,
  combineMetrics,
  confusionMatrix,
  expectedCalibrationError,
  f1,
  mapMetric,
  meanAbsoluteError,
  meanMetric,
  meanSquaredError,
  measure,
  type Metric,
  perplexity,
  precision,
  recall,
  rocAuc,
  rSquared,
  topKAccuracy,
} from "./mod.ts";

type Floats = Tensor<Shape, FloatDType>;
type Ints = Tensor<Shape, "i32">;
const ints = (...xs: readonly number[]): Ints => tensor(Int32Array.from(xs)) as unknown as Ints;
const floats = (...xs: readonly number[]): Floats => tensor(Float32Array.from(xs)) as unknown as Floats;
const numbersOf = (t: unknown): number[] => tree.leaves(t).flatMap((l) => [...l.dataSync()].map(Number));

const classes = 3;

/** Examples, all kinds of them: logits with many ties, labels with −100 among them, scores and targets. */
interface Examples {
  readonly logits: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly targets: readonly number[];
}
const examples: fc.Arbitrary<Examples> = fc.array(
  fc.record({
    logits: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: classes, maxLength: classes }),
    label: fc.constantFrom(0, 1, 2, 0, 1, 2, -100),
    target: fc.integer({ min: -8, max: 8 }).map((x) => x / 4),
  }),
  { maxLength: 12 },
).map((rows) => ({
  logits: rows.map((r) => r.logits),
  labels: rows.map((r) => r.label),
  targets: rows.map((r) => r.target),
}));

interface Batch {
  readonly logits: Floats;
  readonly labels: Ints;
  readonly scores: Floats;
  readonly positive: Tensor<Shape, "bool">;
  readonly targets: Floats;
}
const batchOf = ({ logits, labels, targets }: Examples): Batch => ({
  logits: tensor(Float32Array.from(logits.flat()), { shape: [labels.length, classes] }),
  labels: ints(...labels),
  scores: floats(...logits.map((l) => l[0]!)),
  positive: cast(ints(...labels.map((l) => l === 0 ? 1 : 0)), "bool"),
  targets: floats(...targets),
});

type OfBatch = Metric<readonly [Batch], never, Tensor<Shape, "f64" | "i32">>;
const taking = <A extends readonly unknown[], K, V>(metric: Metric<A, K, V>, args: (b: Batch) => A): OfBatch =>
  ({ ...metric, of: (b: Batch) => metric.of(...args(b)) }) as unknown as OfBatch;
const byClass = (b: Batch) => [b.logits, b.labels] as const, byNumber = (b: Batch) => [b.scores, b.targets] as const;

const metrics: Readonly<Record<string, OfBatch>> = {
  accuracy: taking(accuracy(), byClass),
  topKAccuracy: taking(topKAccuracy(2), byClass),
  confusionMatrix: taking(confusionMatrix(classes), byClass),
  precision: taking(precision(classes), byClass),
  recall: taking(recall(classes, { average: "none" }), byClass),
  f1: taking(f1(classes, { average: "micro" }), byClass),
  perplexity: taking(perplexity(), byClass),
  expectedCalibrationError: taking(expectedCalibrationError({ bins: 4 }), byClass),
  rocAuc: taking(rocAuc(), (b) => [b.scores, b.positive] as const),
  meanMetric: taking(meanMetric(), (b) => [b.targets] as const),
  meanAbsoluteError: taking(meanAbsoluteError(), byNumber),
  meanSquaredError: taking(meanSquaredError(), byNumber),
  rSquared: taking(rSquared(), byNumber),
};

/**
 * Numbers that sums of at most 36 terms, up to 100 each, may differ by in f64: 36 roundings, twice, of 2⁻⁵³, and as much
 * again for what a quotient of them magnifies.
 */
const close = (got: unknown, want: unknown, what: string, bound = 1e-11): void => {
  const [a, b] = [numbersOf(got), numbersOf(want)];
  assertEquals(a.length, b.length, what);
  a.forEach((x, i) => Number.isFinite(b[i]!) ? assertAlmostEquals(x, b[i]!, bound, what) : assertEquals(x, b[i], what));
};

/** NaN and ±∞ of a constant target depend on rounding alone. */
const spread = (e: Examples) => ({ ...e, targets: e.targets.map((t, i) => t + i) });

for (const [name, metric] of Object.entries(metrics)) {
  Deno.test(`${name} obeys the laws of a Monoid, and how examples are split makes no difference`, () => {
    const { of, concat, empty, value } = metric, all = concatAll(metric);
    fc.assert(
      fc.property(examples, examples, examples, (a, b, c) => {
        const parts = [a, b, c].map(spread), [x, y, z] = parts.map((p) => of(batchOf(p))) as [never, never, never];
        close(concat(concat(x, y), z), concat(x, concat(y, z)), name);
        close(concat(empty, x), x, name);
        close(concat(x, empty), x, name);
        const whole: Examples = {
          logits: parts.flatMap((p) => p.logits),
          labels: parts.flatMap((p) => p.labels),
          targets: parts.flatMap((p) => p.targets),
        };
        if (whole.labels.length < 2) return;
        close(value(all([x, y, z])), value(of(batchOf(whole))), name);
      }),
      { numRuns: 25 },
    );
  });
}

Deno.test("metrics of classifiers are their definitions by plain loops", () => {
  fc.assert(
    fc.property(examples.filter((e) => e.labels.some((l) => l >= 0)), (e) => {
      const { logits, labels } = batchOf(e),
        kept = e.labels.flatMap((l, i) => l < 0 ? [] : [[e.logits[i]!, l] as const]);
      const first = (l: readonly number[]) => l.indexOf(Math.max(...l));
      const of = <K, V>(m: Metric<readonly [Floats, Ints], K, V>): V => measure(m, [[logits, labels]]);
      const right = kept.filter(([l, y]) => first(l) === y).length;
      assertAlmostEquals(of(accuracy()).item(), right / kept.length, 1e-15);
      const ranked = (l: readonly number[]) => [...l.keys()].sort((i, j) => l[j]! - l[i]! || i - j);
      const among2 = kept.filter(([l, y]) => ranked(l).indexOf(y) < 2).length;
      assertAlmostEquals(of(topKAccuracy(2)).item(), among2 / kept.length, 1e-15);
      assertEquals(of(topKAccuracy(classes)).item(), 1);
      const matrix = [0, 1, 2].map((y) =>
        [0, 1, 2].map((p) => kept.filter(([l, t]) => t === y && first(l) === p).length)
      );
      assertEquals(of(confusionMatrix(classes)).toArray(), matrix);
      const each = [0, 1, 2].map((k) => {
        const hit = matrix[k]![k]!, taken = matrix.reduce((s, r) => s + r[k]!, 0);
        const real = matrix[k]!.reduce((s, x) => s + x, 0);
        return { hit, taken, real, seen: taken + real > 0 };
      });
      const share = (part: number, whole: number) => whole === 0 ? 0 : part / whole;
      const shares = {
        precision: [precision, each.map((k) => share(k.hit, k.taken))],
        recall: [recall, each.map((k) => share(k.hit, k.real))],
        f1: [f1, each.map((k) => share(2 * k.hit, k.taken + k.real))],
      } as const;
      for (const [metric, want] of Object.values(shares)) {
        close(of(metric(classes, { average: "none" })), tensor(Float64Array.from(want)), "none", 1e-15);
        assertAlmostEquals(of(metric(classes, { average: "micro" })).item(), right / kept.length, 1e-15);
        const seen = want.filter((_, k) => each[k]!.seen);
        assertAlmostEquals(of(metric(classes)).item(), seen.reduce((s, x) => s + x, 0) / seen.length, 1e-15);
      }
      const sums = kept.map(([l, y]) => Math.log(l.reduce((s, x) => s + Math.exp(x - l[y]!), 0)));
      // A dozen roundings of numbers up to 5 for each.
      const mean = sums.reduce((s, x) => s + x, 0) / kept.length;
      assertAlmostEquals(of(perplexity()).item(), Math.exp(mean), Math.exp(mean) * 12 * 5 * 2 ** -53);
    }),
    { numRuns: 40 },
  );
});

Deno.test("rocAuc() is the share of pairs in order, ties counting half", () => {
  fc.assert(
    fc.property(examples, (e) => {
      const { scores, positive } = batchOf(e), s = numbersOf(scores), p = numbersOf(positive);
      const pairs = s.flatMap((a, i) =>
        s.flatMap((b, j) => p[i] === 1 && p[j] === 0 ? [a > b ? 1 : a === b ? 0.5 : 0] : [])
      );
      const want = pairs.reduce<number>((sum, x) => sum + x, 0) / pairs.length;
      const got = measure(rocAuc(), [[scores, positive]]).item();
      if (pairs.length === 0) assert(Number.isNaN(got));
      // Half numbers below 2⁵³ over a whole one: exact but for the division, in both.
      else assertEquals(got, want);
      const labels = cast(positive, "i32");
      assertEquals(measure(rocAuc(), [[scores, labels]]).item(), got);
    }),
    { numRuns: 60 },
  );
  assert(Number.isNaN(measure(rocAuc(), [[floats(1, NaN), cast(ints(1, 0), "bool")]]).item()));
  // f32 scores that differ in the last place stay apart from those in f64 between them.
  const fine = tensor(Float64Array.of(1, 1 + 2 ** -40)) as unknown as Floats;
  assertEquals(measure(rocAuc(), [[fine, cast(ints(0, 1), "bool")]]).item(), 1);
});

Deno.test("expectedCalibrationError() is a mean of gaps: three bins by hand", () => {
  // Confidences 0.6, 0.6 (one of two right), 0.9 (right) and 0.5 (wrong); bins of thirds: (1/3, 2/3] and (2/3, 1].
  const logit = (p: number) => [Math.log(p), Math.log(1 - p)];
  const rows = [0.6, 0.6, 0.9, 0.5].map(logit), logits = tensor(Float64Array.from(rows.flat()), { shape: [4, 2] });
  const got = measure(expectedCalibrationError({ bins: 3 }), [[logits, ints(0, 1, 0, 1)]]).item();
  // (3/4)·|1/3 − 1.7/3| + (1/4)·|1 − 0.9| = 0.175 + 0.025.
  assertAlmostEquals(got, 0.2, 1e-14);
  const sure = measure(expectedCalibrationError(), [[tensor([[100, 0]]), ints(0)]]).item();
  assertEquals(sure, 0);
});

Deno.test("metrics of numbers: by hand, and far from 0", () => {
  const p = floats(1, 2, 4),
    t = floats(2, 2, 1),
    of = <K, V>(m: Metric<readonly [Floats, Floats], K, V>) => measure(m, [[p, t]]);
  assertAlmostEquals(of(meanAbsoluteError()).item(), 4 / 3, 1e-15);
  assertAlmostEquals(of(meanSquaredError()).item(), 10 / 3, 1e-15);
  assertAlmostEquals(of(mapMetric(meanSquaredError(), (m) => sqrt(m))).item(), Math.sqrt(10 / 3), 1e-15);
  // Σ(t − 5/3)² = 1/9 + 1/9 + 4/9.
  assertAlmostEquals(of(rSquared()).item(), 1 - 10 / (6 / 9), 1e-13);
  const far = (xs: readonly number[]) => tensor(Float64Array.from(xs, (x) => x + 1e9)) as unknown as Floats;
  const split = [[far([1, 2]), far([2, 2])], [far([4]), far([1])]] as const;
  // Differences are exact there, but means round to 1e9·2⁻⁵² of numbers whose squares are below 1.
  assertAlmostEquals(measure(rSquared(), split).item(), 1 - 15, 1e-5);
  assertEquals(measure(rSquared(), [[floats(3, 3), floats(2, 2)]]).item(), -Infinity);
});

Deno.test("metrics of no examples are NaN, and of empty batches too", () => {
  const none: Batch = batchOf({ logits: [], labels: [], targets: [] });
  for (const [name, { of, empty, value }] of Object.entries(metrics)) {
    for (const known of [empty, of(none)]) {
      const got = numbersOf(value(known));
      if (name === "confusionMatrix" || name === "recall") assertEquals(got, got.map(() => 0));
      else assertEquals(got, [NaN], name);
    }
  }
  const ignored = [[zeros([2, 3]), ints(-100, -100)]] as const;
  assert(Number.isNaN(measure(accuracy(), ignored).item()));
  assertEquals(measure(accuracy({ ignoreIndex: 1 }), [[zeros([2, 3]), ints(0, 1)]]).item(), 1);
});

Deno.test("metrics take any leading axes, f64 logits, and are the same inside jit, traced once", () => {
  const values = Float32Array.from({ length: 24 }, (_, i) => (i * 7) % 11 - i / 8);
  const logits = tensor(values, { shape: [2, 4, 3] }),
    labels = tensor(Int32Array.of(0, 1, 2, 0, -100, 1, 2, 2), { shape: [2, 4] });
  const all = combineMetrics({
    accuracy: accuracy(),
    f1: f1(3),
    perplexity: perplexity(),
    calibration: expectedCalibrationError(),
  });
  let traced = 0;
  const step = jit((known: typeof all.empty, x: Floats, y: Ints) => (traced++, all.concat(known, all.of(x, y))));
  let known = all.empty;
  for (const i of [0, 1]) {
    known = step(known, slice(logits, [i], [i + 1]) as Floats, slice(labels, [i], [i + 1]) as Ints);
  }
  assertEquals(traced, 1);
  const whole = all.value(all.of(logits, labels));
  close(jit(all.value)(known), whole, "jit");
  close(all.value(all.of(cast(logits, "f64"), labels)), whole, "f64");
  assertEquals(Object.keys(whole), ["accuracy", "f1", "perplexity", "calibration"]);
  assertEquals(whole.accuracy.dtype, "f64");
  const doubled = mapMetric(all, ({ accuracy }) => sub(1, accuracy));
  assertAlmostEquals(doubled.value(known).item(), 1 - whole.accuracy.item(), 1e-15);
});

Deno.test("metrics refuse what they cannot count", () => {
  const x = zeros([2, 3]);
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => topKAccuracy(0), "topKAccuracy: k is a whole number from 1, not 0"],
    [() => accuracy({ ignoreIndex: 0.5 }), "accuracy: ignoreIndex is a whole number, not 0.5"],
    [() => accuracy().of(x, ints(0, 3)), "accuracy: label 3 is not one of the 3 classes, 0 to 2"],
    [() => accuracy().of(x, ints(0)), "accuracy: logits [2, 3] want labels of shape [2], got [1]"],
    [() => accuracy().of(x, floats(0, 1) as never), "accuracy: labels are class indices, not f32; cast them to i32"],
    [() => accuracy().of(ints(1) as never, ints(0)), "accuracy: logits are floats, not i32; cast them to f32"],
    [() => confusionMatrix(0), "confusionMatrix: classes are a whole number from 1, not 0"],
    [() => confusionMatrix(2).of(x, ints(0, 1)), "confusionMatrix: logits have 3 classes, not 2; name as many"],
    [() => f1(2, { average: "all" as never }), 'f1: average is "macro", "micro" or "none", not "all"'],
    [() => precision(3).of(x, ints(0, 5)), "precision: label 5 is not one of the 3 classes, 0 to 2"],
    [() => perplexity({ ignoreIndex: NaN }), "perplexity: ignoreIndex is a whole number, not NaN"],
    [() => expectedCalibrationError({ bins: 0 }), "expectedCalibrationError: bins are a whole number from 1, not 0"],
    [
      () => rocAuc().of(floats(1), floats(1) as never),
      "rocAuc: labels are bool or integers, not f32; compare them first: greater(labels, 0.5)",
    ],
    [() => rocAuc().of(floats(1), ints(1, 0)), "rocAuc: scores [1] want labels of that shape, got [2]"],
    [() => meanMetric().of(ints(1) as never), "meanMetric: values are floats, not i32; cast them to f32"],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, AdjointError).message, message);
  assertThrows(() => meanAbsoluteError().of(floats(1), floats(1, 2)), AdjointError, "meanAbsoluteError: ");
});
