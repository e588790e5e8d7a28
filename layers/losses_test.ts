/** Values of losses against plain loops, at their extremes, and their types. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type DType,
  expandDims,
  grad,
  hessian,
  jit,
  type Shape,
  type Tensor,
  tensor,
  valueAndGrad,
  vmap,
  zeros,
} from "../mod.ts";
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  contrastive,
  cosineEmbedding,
  cosineSimilarity,
  dice,
  epsilonInsensitive,
  gaussianNll,
  hinge,
  huber,
  infoNce,
  jaccard,
  klDivergence,
  logCosh,
  mae,
  mse,
  negativeLogLikelihood,
  ntXent,
  pinball,
  poissonNll,
  sigmoidFocal,
  softMargin,
  softmaxCrossEntropy,
  softmaxFocal,
  squaredHinge,
  tripletMargin,
  tukeyBiweight,
} from "./mod.ts";

type F64 = Tensor<Shape, "f64">;
const f64 = (x: number | readonly unknown[]): F64 => tensor(x as number[], { dtype: "f64" }) as unknown as F64;
const f32 = (x: number | readonly unknown[]): Tensor => tensor(x as number[]) as unknown as Tensor;
const i32 = (x: readonly unknown[]): Tensor<Shape, "i32"> => tensor(x as number[], { dtype: "i32" }) as never;
const none = { reduction: "none" } as const;
const real = fc.double({ min: -20, max: 20, noNaN: true });

/** Within the roundings of ten steps, of two units each, on the scale of the arguments. */
const near = (actual: number, expected: number) =>
  assertAlmostEquals(actual, expected, 20 * 2 ** -52 * Math.max(1, Math.abs(expected), 20));

/** Losses of an error or of a score, as the textbooks write them. */
const formulas: Readonly<Record<string, readonly [(x: F64, t: F64) => F64, (x: number, t: number) => number]>> = {
  "tukeyBiweight()": [(x, t) => tukeyBiweight(x, t, { ...none, delta: 3 }), (x, t) => {
    const u = Math.min(((x - t) / 3) ** 2, 1);
    return 1.5 * (1 - (1 - u) ** 3);
  }],
  "logCosh()": [(x, t) => logCosh(x, t, none), (x, t) => Math.log(Math.cosh(x - t))],
  "pinball()": [
    (x, t) => pinball(x, t, { ...none, quantile: 0.2 }),
    (x, t) => t >= x ? 0.2 * (t - x) : 0.8 * (x - t),
  ],
  "epsilonInsensitive()": [
    (x, t) => epsilonInsensitive(x, t, { ...none, epsilon: 2 }),
    (x, t) => Math.max(0, Math.abs(x - t) - 2),
  ],
  "hinge()": [(x, t) => hinge(x, sign(t), { ...none, margin: 2 }), (x, t) => Math.max(0, 2 - (t < 0 ? -x : x))],
  "squaredHinge()": [(x, t) => squaredHinge(x, sign(t), none), (x, t) => Math.max(0, 1 - (t < 0 ? -x : x)) ** 2],
};
const sign = (t: F64): F64 => f64([...t.dataSync()].map((v) => v < 0 ? -1 : 1));

for (const [name, [loss, formula]] of Object.entries(formulas)) {
  Deno.test(`${name} is its formula`, () => {
    fc.assert(fc.property(fc.array(fc.tuple(real, real), { minLength: 1 }), (pairs) => {
      const x = f64(pairs.map((p) => p[0])), t = f64(pairs.map((p) => p[1]));
      loss(x, t).dataSync().forEach((l, i) => near(Number(l), formula(...pairs[i]!)));
    }));
  });
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((s, v, i) => s + v * b[i]!, 0);
const cosine = (a: readonly number[], b: readonly number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
const logSum = (xs: readonly number[]) => Math.log(xs.map(Math.exp).reduce((a, b) => a + b, 0));

Deno.test("infoNce() and ntXent() are their formulas", () => {
  const vector = fc.tuple(fc.double({ min: 0.1, max: 2, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true }));
  fc.assert(fc.property(fc.array(fc.tuple(vector, vector), { minLength: 1, maxLength: 5 }), (pairs) => {
    const a = pairs.map((p) => p[0]), b = pairs.map((p) => p[1]), [q, k] = [f64(a), f64(b)] as unknown as [M, M];
    const one = (xs: typeof a, ys: typeof a) =>
      xs.map((x, i) => logSum(ys.map((y) => cosine(x, y) / 0.2)) - cosine(x, ys[i]!) / 0.2);
    const [forth, back] = [one(a, b), one(b, a)];
    infoNce(q, k, { ...none, temperature: 0.2 }).toArray().forEach((l, i) => near(l, forth[i]!));
    infoNce(q, k, { ...none, temperature: 0.2, symmetric: true }).toArray()
      .forEach((l, i) => near(l, (forth[i]! + back[i]!) / 2));
    const all = [...a, ...b], n = a.length;
    ntXent(q, k, none).toArray().forEach((l, i) => {
      const others = all.filter((_, j) => j !== i).map((y) => 2 * cosine(all[i]!, y));
      near(l, logSum(others) - 2 * cosine(all[i]!, all[(i + n) % (2 * n)]!));
    });
  }));
});
type M = Tensor<readonly [number, number], "f64">;

Deno.test("softmaxFocal() is its formula, weights and an ignored label included", () => {
  const x = [[1, 2, 0.5], [-1, 0, 3], [2, 2, 2]], labels = [1, 0, 2], w = [1, 0.5, 2];
  const want = x.map((row, i) => {
    const p = Math.exp(row[labels[i]!]! - logSum(row));
    return -w[labels[i]!]! * (1 - p) ** 1.5 * Math.log(p);
  });
  const options = { gamma: 1.5, weights: f64(w), ignoreIndex: 2 };
  const loss = softmaxFocal(f64(x) as M, i32(labels), { ...options, ...none }).toArray();
  near(loss[0]!, want[0]!);
  near(loss[1]!, want[1]!);
  assertEquals(loss[2], 0);
  near(softmaxFocal(f64(x) as M, i32(labels), options).item(), (want[0]! + want[1]!) / 2);
  const plain = softmaxCrossEntropy(f64(x) as M, i32(labels));
  near(softmaxFocal(f64(x) as M, i32(labels), { gamma: 0 }).item(), plain.item());
  // One class only is right whatever the logit.
  assertEquals(softmaxFocal(f32([[3]]) as never, i32([0])).item(), 0);
});

Deno.test("dice() and jaccard() sum over the axes of a region", () => {
  const p = tensor([[[0.5, 1], [0, 1]], [[0, 0], [0, 0]]]), t = tensor([[[1, 0], [0, 1]], [[0, 0], [0, 0]]]);
  // Of the first class 0.5 of 0.5 and 1 are shared, of the second 1 of 2 and 1; nothing against nothing agrees.
  const shares = [2 * 0.5 / 1.5, 2 / 3, 1, 1], iou = [0.5 / 1, 1 / 2, 1, 1];
  const options = { ...none, axis: 1, smooth: 1e-12 } as const;
  dice(p, t, options).toArray().flat().forEach((v, i) => assertAlmostEquals(v, 1 - shares[i]!, 1e-6));
  jaccard(p, t, options).toArray().flat().forEach((v, i) => assertAlmostEquals(v, 1 - iou[i]!, 1e-6));
  const whole: Tensor<readonly [2]> = dice(p, t, { ...none, axis: [1, 2], squared: true, smooth: 0.5 });
  assertAlmostEquals(whole.toArray()[0]!, 1 - (2 * 1.5 + 0.5) / (0.25 + 1 + 1 + 2 + 0.5), 1e-6);
});

Deno.test("contrastive() and tripletMargin() have derivatives where vectors are equal", () => {
  const same = f32([[1, 2]]),
    slopes = (f: (x: Tensor) => Tensor<readonly []>) => grad(f as never)(same as never) as Tensor;
  assertEquals(slopes((x) => contrastive(x, same, f32([0]))).toArray(), [[0, 0]] as never);
  const g = slopes((x) => tripletMargin(x, same, same)).dataSync();
  assert([...g].every(Number.isFinite));
});

Deno.test("cosineSimilarity() broadcasts, takes any axis, and gives 0 for the zero vector", () => {
  const x = tensor([[1, 0], [0, 2]]), y = tensor([3, 3]);
  const c: Tensor<readonly [2]> = cosineSimilarity(x, y);
  c.toArray().forEach((v) => assertAlmostEquals(v, Math.SQRT1_2, 1e-6));
  const pairs: Tensor<readonly [2, 2]> = cosineSimilarity(expandDims(x, 1), expandDims(x, 0));
  assertEquals(pairs.toArray(), [[1, 0], [0, 1]]);
  assertEquals(cosineSimilarity(x, x, { axis: 0 }).toArray(), [1, 1]);
  assertEquals(cosineSimilarity(tensor([0, 0]), y).item(), 0);
  // A length of 1 is divided by 4 instead.
  assertEquals(cosineSimilarity(tensor([1, 0]), tensor([8, 0]), { epsilon: 4 }).item(), 0.25);
  const zero = cosineEmbedding(tensor([[0, 0]]), tensor([[1, 0]]), tensor([1]));
  assertEquals(zero.item(), 1);
});

Deno.test("losses and their derivatives are finite at extremes, in f32", () => {
  const far = [-1e4, -100, 0, 100, 1e4], x = f32(far), t01 = f32([1, 0, 1, 0, 1]), t = f32([1, -1, 1, -1, 1]);
  const zero = zeros([5]) as Tensor, rows = f32([far, far]), labels = i32([0, 4]);
  const p = f32([0, 0, 1, 1, 0.5]), certain = f32([[0, 1], [1, 0]]);
  const table: Readonly<Record<string, readonly [Tensor, (x: Tensor) => Tensor<readonly []>]>> = {
    binaryCrossEntropyWithLogits: [x, (x) => binaryCrossEntropyWithLogits(x, t01)],
    binaryCrossEntropy: [p, (p) => binaryCrossEntropy(p, f32([0, 1, 0, 1, 1]))],
    sigmoidFocal: [x, (x) => sigmoidFocal(x, t01)],
    softmaxFocal: [rows, (x) => softmaxFocal(x as never, labels)],
    softmaxCrossEntropy: [rows, (x) => softmaxCrossEntropy(x as never, labels, { labelSmoothing: 0.1 })],
    softMargin: [x, (x) => softMargin(x, t)],
    logCosh: [x, (x) => logCosh(x, zero)],
    huber: [x, (x) => huber(x, zero)],
    tukeyBiweight: [x, (x) => tukeyBiweight(x, zero)],
    klDivergence: [f32([[-1e4, 0], [0, -1e4]]), (x) => klDivergence(x, certain)],
    "klDivergence of logarithms": [
      certain,
      (x) => klDivergence(x, f32([[-Infinity, 0], [0, -Infinity]]), { logTarget: true }),
    ],
    poissonNll: [p, (x) => poissonNll(x, zero, { logInput: false })],
    gaussianNll: [x, (x) => gaussianNll(x, zero, zero)],
  };
  for (const [name, [at, loss]] of Object.entries(table)) {
    const [value, slope] = valueAndGrad(loss as never)(at as never) as unknown as readonly [Tensor, Tensor];
    assert([...value.dataSync(), ...slope.dataSync()].every(Number.isFinite), `${name}: ${value}, ${slope}`);
  }
  // A class that is impossible costs nothing where it is not asked for.
  assertEquals(softmaxCrossEntropy(tensor([[-Infinity, 0]]), tensor([1], { dtype: "i32" })).item(), 0);
  assertEquals(klDivergence(tensor([-Infinity, 0]), tensor([0, 1])).item(), 0);
});

Deno.test("logCosh() and tukeyBiweight() lose no digits in small errors", () => {
  for (const e of [1e-3, 1e-8]) {
    // ½e² − e⁴/12 and ½e² − e⁴/(2δ²): the next terms are below a rounding.
    const l = logCosh(f64([e]), f64([0]), none).dataSync()[0]!,
      b = tukeyBiweight(f64([e]), f64([0]), none).dataSync()[0]!;
    assertAlmostEquals(Number(l) / (e * e / 2 - e ** 4 / 12), 1, 1e-12);
    assertAlmostEquals(Number(b) / (e * e / 2 - e ** 4 / (2 * 4.685 ** 2)), 1, 1e-12);
  }
  const bent = hessian((x: Tensor<readonly []>) => logCosh(x, tensor(0)))(tensor(0));
  assertEquals(bent.item(), 1);
});

Deno.test("weights of regression losses divide the mean, those of binary cross entropy do not", () => {
  const x = tensor([1, 2, 5]), t = tensor([0, 0, 0]), weights = tensor([1, 3, 0]);
  assertEquals(mse(x, t, { weights }).item(), (1 + 12) / 4);
  assertEquals(mae(x, t, { weights }).item(), (1 + 6) / 4);
  assertEquals(mae(x, t, { weights, reduction: "sum" }).item(), 7);
  // A weight for all counts for each of them.
  assertAlmostEquals(mae(x, t, { weights: tensor([2]) }).item(), 8 / 3, 1e-6);
  const half = tensor([0.5, 0.5]), w = tensor([2, 0]);
  assertAlmostEquals(binaryCrossEntropy(half, half, { weights: w }).item(), Math.LN2, 1e-6);
});

Deno.test("targets may be of any dtype, and ignored labels anything", () => {
  assertEquals(mse(tensor([1, 2]), tensor([0, 4], { dtype: "i32" })).item(), 2.5);
  assertEquals(mse(tensor([1, 2], { dtype: "f64" }), tensor([0, 4])).dtype, "f64");
  assertEquals(hinge(tensor([0.5]), tensor([1], { dtype: "i32" })).item(), 0.5);
  assertAlmostEquals(binaryCrossEntropyWithLogits(tensor([0]), tensor([true])).item(), Math.LN2, 1e-6);
  const logits = tensor([[1, 2], [3, 4]]), u8 = tensor([1, 255], { dtype: "u8" });
  const l = negativeLogLikelihood(logits, u8, { ignoreIndex: 255 });
  assertEquals(l.item(), -2);
  assertEquals(softmaxCrossEntropy(logits, i32([-100, -100]), { reduction: "sum" }).item(), 0);
  assert(Number.isNaN(softmaxCrossEntropy(logits, i32([-100, -100])).item()));
});

Deno.test("a wrong label in a compiled program makes the loss and its derivative NaN", () => {
  const x = tensor([[1, 2], [3, 4]]), labels = i32([0, 2]);
  const each = jit((x: Square, l: Tensor<Shape, "i32">) => softmaxCrossEntropy(x, l, none))(x, labels).toArray();
  assert(Number.isFinite(each[0]) && Number.isNaN(each[1]));
  const mean = jit((x: Square, l: Tensor<Shape, "i32">) => grad((x: Square) => softmaxCrossEntropy(x, l))(x))(
    x,
    labels,
  );
  assert(mean.toArray()[0]!.every(Number.isNaN));
});
type Square = Tensor<readonly [2, 2]>;

Deno.test("the types of losses say their shapes", () => {
  const x = zeros([4, 3]), labels = zeros([4], { dtype: "i32" });
  const scalar: Tensor<readonly []> = mse(x, x);
  const full: Tensor<readonly [4, 3]> = huber(x, x, { reduction: "none" });
  const lines: Tensor<readonly [4]> = softmaxCrossEntropy(x, labels, { reduction: "none" });
  const pairs: Tensor<readonly [4]> = tripletMargin(x, x, x, { reduction: "none" });
  const double: Tensor<readonly [], "f64"> = mae(zeros([2], { dtype: "f64" }), zeros([2]));
  const batch: Tensor<readonly [4]> = infoNce(x, x, { reduction: "none" });
  const open: Tensor<Shape, DType> = zeros([4]);
  void [scalar, full, lines, pairs, double, batch, open];
  const wrong = () => {
    // @ts-expect-error -- [4] is not [4, 3]
    mse(x, zeros([4]));
    // @ts-expect-error -- labels are no predictions
    mse(labels, labels);
    // @ts-expect-error -- no such reduction
    mse(x, x, { reduction: "average" });
    // @ts-expect-error -- a scalar is no vector of losses
    const l: Tensor<readonly [4]> = softmaxCrossEntropy(x, labels);
    void l;
  };
  void wrong;
  const mapped = vmap((a: Tensor<readonly [3]>) => mse(a, a))(x);
  assertEquals(mapped.shape, [4]);
});
