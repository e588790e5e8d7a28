/** Scores, masks, attention with a score and scaled dot-product attention. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  add,
  AdjointError,
  and,
  cast,
  type DType,
  grad,
  jit,
  jvp,
  key,
  mul,
  normal,
  type Shape,
  sum,
  swapAxes,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "../mod.ts";
import { casesOf, checkGoldenBoth, type Computation, readGolden } from "../tests/golden/read.ts";
import type { Value } from "../core/tensor.ts";
import { headWeights, mixHeads } from "./heads.ts";
import {
  additiveScore,
  additiveScoreInit,
  attention,
  bilinearScore,
  bilinearScoreInit,
  causalMask,
  dotScore,
  type Mask,
  maskedSoftmax,
  paddingMask,
  scaledDotProductAttention,
  scaledDotScore,
} from "./mod.ts";

type X = Tensor;
const turned = (w: Value): X => swapAxes(w as X, 0, 1) as X;
const both = ({ values, weights }: { readonly values: unknown; readonly weights: unknown }): readonly Value[] =>
  [values, weights] as readonly Value[];

// Steps of rounding on the way to an element: at most 4 · 4 terms in projections and scores, tanh, the exponential (whose
// argument, below 8, carries its error over), 6 terms each in the softmax's sum and the mixture. As many again for a
// gradient, and both sides round.
const roundings = 2 * 2 * (16 + 8 + 12);

const scores: Readonly<Record<string, Computation>> = {
  additive: (y, c, v, w, u) =>
    both(
      attention(additiveScore({ w: turned(w!) as never, u: turned(u!) as never, v: v as never }))(
        c as never,
        y as never,
      ),
    ),
  dot: (y, c) => both(attention(dotScore())(c as never, y as never)),
  bilinear: (y, c, w) => both(attention(bilinearScore({ w: w as never }))(c as never, y as never)),
};

for (const [name, f] of Object.entries(scores)) {
  casesOf(readGolden("attention"), name).forEach((c) =>
    Deno.test(`attention() with the ${name} score is PyTorch's, with its gradients`, () =>
      checkGoldenBoth(c, f, roundings))
  );
}

casesOf(readGolden("transformer"), "scaled_dot_product").forEach((c) => {
  const scale = c.attrs["scale"] === null ? {} : { scale: c.attrs["scale"] as number }, groups = c.attrs["groups"];
  const grouped: Computation = (q, k, v, mask) => {
    const weights = headWeights("test", q as X, k as X, scale, mask as Mask | undefined);
    return mixHeads(weights, v as X, {}, undefined) as Value;
  };
  Deno.test(`attention of 4 heads over ${groups} of keys is PyTorch's, with its gradients`, () => {
    checkGoldenBoth(c, grouped, roundings);
    if (groups !== 4) return;
    checkGoldenBoth(c, (q, k, v) => scaledDotProductAttention(q as never, k as never, v as never) as Value, roundings);
  });
});

/** Attention by loops, of one sequence. */
function byLoops(q: number[][], k: number[][], v: number[][], scale: number, seen: (i: number, j: number) => boolean) {
  return q.map((qi, i) => {
    const s = k.map((kj, j) => seen(i, j) ? scale * kj.reduce((a, x, d) => a + x * qi[d]!, 0) : -Infinity);
    const e = s.map((x) => Math.exp(x)), total = e.reduce((a, b) => a + b, 0);
    return v[0]!.map((_, d) => total === 0 ? 0 : e.reduce((a, w, j) => a + w / total * v[j]![d]!, 0));
  });
}

const f64 = (seed: number, shape: Shape): X => cast(normal(key(seed), shape) as X, "f64") as unknown as X;
const near = (a: unknown, b: unknown, tolerance: number) => {
  const x = [a].flat(9) as number[], y = [b].flat(9) as number[];
  assertEquals(x.length, y.length);
  x.forEach((v, i) => assertAlmostEquals(v, y[i]!, tolerance));
};

Deno.test("scaledDotScore() divides by √d, or by d as the guide has it", () => {
  const q = f64(1, [3, 4]), k = f64(2, [5, 4]), v = f64(3, [5, 2]);
  for (const [divisor, scale] of [["squareRoot", 1 / 2], ["size", 1 / 4]] as const) {
    const { values } = attention(scaledDotScore({ divisor }))(q as never, k as never, { values: v as never });
    const want = byLoops(q.toArray() as never, k.toArray() as never, v.toArray() as never, scale, () => true);
    near((values as X).toArray(), want, 1e-14);
  }
});

Deno.test("scaledDotProductAttention() is attention by loops, under every kind of mask", () => {
  const q = f64(1, [3, 4]), k = f64(2, [5, 4]), v = f64(3, [5, 2]);
  const table: boolean[][] = [[true, false, true, true, false], [false, true, true, false, true], [
    false,
    false,
    false,
    false,
    false,
  ]];
  const seen = (i: number, j: number) => table[i]![j]!;
  const want = byLoops(q.toArray() as never, k.toArray() as never, v.toArray() as never, 1 / 2, seen);
  const bool = tensor(table) as Tensor<Shape, "bool">;
  const additive = tensor(table.map((r) => r.map((s) => s ? 0 : -Infinity))) as Tensor;
  for (const mask of [bool, additive]) {
    const f = (q: X) => scaledDotProductAttention(q as never, k as never, v as never, { mask }) as X;
    near(f(q).toArray(), want, 1e-14);
    near(jit(f)(q).toArray(), want, 1e-14);
    // Nothing is seen by the last query: zeros, and derivatives that are zeros too.
    assertEquals((f(q).toArray() as unknown as number[][])[2], [0, 0]);
    const slope = grad((q: X) => sum(mul(f(q), f(q))) as never)(q).toArray() as unknown as number[][];
    assert(slope.flat().every(Number.isFinite));
    assertEquals(slope[2], [0, 0, 0, 0]);
  }
});

Deno.test("masks: what is hidden behind padding is as if it were not there", () => {
  const q = f64(1, [2, 3, 4]), k = f64(2, [2, 5, 4]), v = f64(3, [2, 5, 4]);
  const mask = paddingMask(tensor([2, 4], { dtype: "i32" }), 5);
  const y = scaledDotProductAttention(q as never, k as never, v as never, { mask })
    .toArray() as unknown as number[][][];
  [2, 4].forEach((n, b) => {
    const part = (x: X) => (x.toArray() as unknown as number[][][])[b]!;
    near(y[b], byLoops(part(q), part(k).slice(0, n), part(v).slice(0, n), 1 / 2, () => true), 1e-14);
  });
});

Deno.test("causalMask() sees back as far as its window, and combines with paddingMask()", () => {
  assertEquals(causalMask(4, { window: 2 }).toArray(), [
    [true, false, false, false],
    [true, true, false, false],
    [false, true, true, false],
    [false, false, true, true],
  ]);
  const mask = and(causalMask(2), paddingMask(tensor([1], { dtype: "u8" }), 2));
  assertEquals(mask.toArray() as unknown, [[[true, false], [true, false]]]);
  assertEquals([causalMask(0).shape, paddingMask(zeros([], { dtype: "i32" }), 3).shape], [[0, 0], [1, 3]] as never);
});

Deno.test("attention() of one query is that of a single one of many", () => {
  const memory = normal(key(0), [2, 5, 3]), q = normal(key(1), [2, 4]);
  const p = additiveScoreInit(key(2), 4, 3, 6),
    mask = tensor([[true, true, false, true, true], [
      true,
      true,
      true,
      false,
      false,
    ]]);
  const one = attention(additiveScore(p))(q, memory, { mask });
  const shape: readonly [2, 3] = one.values.shape, weights: readonly [2, 5] = one.weights.shape;
  assertEquals([shape, weights], [[2, 3], [2, 5]]);
  const many = attention(additiveScore(p))(
    tensor(q.dataSync(), { shape: [2, 1, 4] }) as Tensor<readonly [2, 1, 4]>,
    memory,
    {
      mask: tensor(mask.dataSync(), { shape: [2, 1, 5], dtype: "bool" }) as unknown as Mask,
    },
  );
  assertEquals([...many.values.dataSync()], [...one.values.dataSync()]);
  assertEquals([...many.weights.dataSync()], [...one.weights.dataSync()]);
  assertEquals(one.weights.toArray()[0]![2], 0);
});

Deno.test("attention() of a query that sees nothing gives zeros", () => {
  const { values, weights } = attention(dotScore())(tensor([1, 2]), tensor([[1, 2], [3, 4]]), {
    mask: tensor([false, false]),
  });
  assertEquals([values.toArray(), weights.toArray()], [[0, 0], [0, 0]]);
});

Deno.test("shapes: scaledDotProductAttention() gives [...L, M, E], for sizes of zero too", () => {
  const size = fc.integer({ min: 0, max: 3 });
  fc.assert(
    fc.property(fc.array(size, { maxLength: 2 }), size, size, size, size, fc.boolean(), (l, m, t, d, e, masked) => {
      const make = (...s: number[]) => normal(key(1), [...l, ...s]) as X;
      const mask = masked ? { mask: tensor(new Uint8Array(t), { shape: [t], dtype: "bool" }) as unknown as Mask } : {};
      const y = scaledDotProductAttention(make(m, d) as never, make(t, d) as never, make(t, e) as never, mask) as X;
      assertEquals(y.shape, [...l, m, e]);
      if (masked) assert(y.dataSync().every((v) => v === 0));
    }),
    { numRuns: 60 },
  );
});

Deno.test("vmap of attention is attention with a leading axis", () => {
  const q = normal(key(1), [3, 2, 4]), k = normal(key(2), [3, 5, 4]), p = additiveScoreInit(key(2), 4, 4, 6);
  const f = (q: Tensor<readonly [2, 4]>, k: Tensor<readonly [5, 4]>) => attention(additiveScore(p))(q, k).values;
  near(vmap(f)(q, k).toArray(), attention(additiveScore(p))(q, k).values.toArray(), 1e-6);
});

Deno.test("second derivatives of masked attention agree with differences of first ones", () => {
  const k = f64(2, [5, 4]), v = f64(3, [5, 2]), direction = f64(4, [3, 4]);
  const mask = causalMask(5), q = f64(5, [3, 4]);
  const first = grad((q: X) =>
    sum(mul(
      scaledDotProductAttention(q as never, k as never, v as never, {
        mask: tensor(mask.dataSync().slice(0, 15), { shape: [3, 5], dtype: "bool" }) as unknown as Mask,
      }) as X,
      2,
    )) as never
  );
  const [, exact] = jvp((q: X) => first(q), [q], [direction]);
  // A central difference of step h errs by h² f‴/6 and ε/h: with h = 1e-5 below 1e-9 here.
  const at = (h: number) => first(add(q, mul(direction, h)) as X).dataSync();
  const [up, down] = [at(1e-5), at(-1e-5)];
  exact.dataSync().forEach((v, i) => assertAlmostEquals(v, (up[i]! - down[i]!) / 2e-5, 1e-8));
});

Deno.test("dropout of weights keeps the mean, is drawn by its key, and does nothing without", () => {
  const q = zeros([1, 2]), k = zeros([4000, 2]), v = zeros([4000, 1]), all = add(v, 1) as typeof v;
  const y = scaledDotProductAttention(q, k, all, { dropout: 0.5, key: key(1) }).item();
  // The mean of 4,000 numbers that are 0 or 2: standard deviation 1/√4000 = 0.016, six of them.
  assertAlmostEquals(y, 1, 0.095);
  assert(y !== 1);
  assertEquals(scaledDotProductAttention(q, k, all, { dropout: 0.5, key: key(1) }).item(), y);
  assertAlmostEquals(scaledDotProductAttention(q, k, all, { dropout: 0.5 }).item(), 1, 1e-5);
});

Deno.test("sizes are typed: mismatched vectors and lengths are compile-time errors", () => {
  const q = zeros([2, 3, 4]), k = zeros([2, 5, 4]), v = zeros([2, 5, 6]);
  const shape: readonly [2, 3, 6] = scaledDotProductAttention(q, k, v).shape;
  assertEquals(shape, [2, 3, 6]);
  assertThrows(() => scaledDotProductAttention(q, zeros([2, 5, 3]), v), AdjointError);
  assertThrows(() => scaledDotProductAttention(q, k, zeros([2, 4, 6])), AdjointError);
  const score = bilinearScore(bilinearScoreInit(key(0), 4, 6));
  // @ts-expect-error the weights are for keys of 6
  assertThrows(() => score(q, k), AdjointError);
});

Deno.test("attention says what does not fit", () => {
  const q = zeros([3, 4]), k = zeros([5, 4]), any = (x: unknown) => x as never;
  const p = additiveScoreInit(key(0), 4, 3, 6), i32 = { dtype: "i32" } as const;
  const table: readonly (readonly [() => unknown, string])[] = [
    [
      () => scaledDotProductAttention(q, any(zeros([5, 3])), any(zeros([5, 3]))),
      "scaledDotProductAttention: queries [3, 4] and keys [5, 3] have vectors of different sizes; project one of them",
    ],
    [
      () => scaledDotProductAttention(q, any(zeros([2, 5, 4])), any(zeros([2, 5, 4]))),
      "scaledDotProductAttention: queries [3, 4] and a memory [2, 5, 4] differ before their last two axes; broadcast one of them",
    ],
    [
      () => scaledDotProductAttention(q, k, any(zeros([4, 4]))),
      "scaledDotProductAttention: keys [5, 4] and values [4, 4] are not of one length, or differ before it; there is one value for each key",
    ],
    [
      () => scaledDotProductAttention(q, k, k, { mask: any(tensor([true, false])) }),
      "scaledDotProductAttention: a mask [2] does not broadcast to scores [3, 5]; its last axes are queries and keys",
    ],
    [
      () => scaledDotProductAttention(q, k, k, { mask: any(zeros([3, 5], i32)) }),
      "scaledDotProductAttention: a mask is bool (true for what is seen) or floats to be added, not i32; cast it",
    ],
    [
      () => scaledDotProductAttention(q, k, k, { dropout: 1, key: key(0) }),
      "dropout: the rate is a probability below 1, not 1",
    ],
    [() => maskedSoftmax(tensor(1)), "maskedSoftmax: scores need an axis, got a scalar; reshape them to [1]"],
    [
      () => attention(dotScore())(q, any(zeros([2, 5, 4]))),
      "attention: queries [3, 1, 4] and a memory [2, 5, 4] differ before their last two axes; broadcast one of them",
    ],
    [
      () => attention(dotScore())(q, any(zeros([5, 3]))),
      "dotScore: queries [3, 4] and keys [5, 3] have vectors of different sizes; project one of them, or use bilinearScore or additiveScore",
    ],
    [
      () => scaledDotScore({ divisor: "d" as never }),
      'scaledDotScore: divisor is "squareRoot" or "size", not "d"',
    ],
    [
      () => additiveScore(p)(q, any(zeros([5, 4]))),
      "additiveScore: keys [5, 4] have vectors of 4, the weights are for 3",
    ],
    [
      () => bilinearScore(bilinearScoreInit(key(0), 3, 4))(any(q), k),
      "bilinearScore: queries [3, 4] have vectors of 4, the weights are for 3",
    ],
    [() => causalMask(-1), "causalMask: length is a whole number, 0 or more, not -1"],
    [() => causalMask(2, { window: 0 }), "causalMask: window is a whole number, 1 or more, not 0"],
    [
      () => paddingMask(tensor([1.5]) as Tensor<Shape, DType>, 3),
      "paddingMask: lengths are whole numbers, not f32; cast them to i32",
    ],
    [() => paddingMask(tensor([1], i32), 1.5), "paddingMask: length is a whole number, 0 or more, not 1.5"],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, AdjointError).message, message);
});
