/** What holds of every loss, by a table of their names: a loss that is missing in it fails the first test. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as layers from "../layers/mod.ts";
import {
  abs,
  bernoulli,
  cast,
  type DType,
  exp,
  grad,
  hvp,
  jit,
  jvp,
  type Key,
  key,
  logSumExp,
  max,
  mul,
  normal,
  permutation,
  randint,
  type Shape,
  sigmoid,
  split,
  stack,
  sub,
  sum,
  take,
  type Tensor,
  tree,
  vmap,
} from "../mod.ts";

type X = Tensor<Shape, DType>;
type Draw = (key: Key, ...shape: readonly number[]) => X;
type Loss = (...args: readonly unknown[]) => X;

const features = 3, classes = 4, frames = 5;

const numbers: Draw = (k, ...s) => normal(k, s, { dtype: "f64" });
const positive: Draw = (k, ...s) => exp(numbers(k, ...s));
const inside: Draw = (k, ...s) => sigmoid(numbers(k, ...s));
const yes: Draw = (k, ...s) => cast(bernoulli(k, 0.5, s), "f64");
const signs: Draw = (k, ...s) => sub(mul(yes(k, ...s), 2), 1);
const counts: Draw = (k, ...s) => cast(randint(k, s, 0, 9), "f64");
const labels: Draw = (k, ...s) => randint(k, s, 0, classes);
const logProbabilities: Draw = (k, ...s) => {
  const x = numbers(k, ...s);
  return sub(x, logSumExp(x, { axis: -1, keepDims: true }));
};
const probabilities: Draw = (k, ...s) => exp(logProbabilities(k, ...s));

/** How an argument is drawn, and its shape without the batch. */
type Argument = readonly [Draw, ...readonly number[]];

interface Row {
  readonly inputs: readonly Argument[];
  readonly options?: Readonly<Record<string, unknown>>;
  /** Options that are drawn too, and follow the batch. */
  readonly drawn?: Readonly<Record<string, Argument>>;
  /** Each example's loss depends on the whole batch: the sum of two batches' losses is not that of both together. */
  readonly whole?: true;
  /** The second derivative is 0 or jumps. */
  readonly kinked?: true;
}

const regression = { inputs: [[numbers, features], [numbers, features]] } as const satisfies Row;
const sides = { inputs: [[numbers, features], [signs, features]] } as const satisfies Row;
const vectors = [[numbers, features], [numbers, features]] as const;

const table: Readonly<Record<string, Row>> = {
  mse: { ...regression, drawn: { weights: [positive, features] } },
  mae: { ...regression, kinked: true },
  huber: regression,
  smoothL1: { ...regression, drawn: { weights: [positive, 1] } },
  logCosh: regression,
  tukeyBiweight: regression,
  pinball: { ...regression, options: { quantile: 0.3 }, kinked: true },
  epsilonInsensitive: { ...regression, kinked: true },
  binaryCrossEntropy: { inputs: [[inside, features], [inside, features]], drawn: { weights: [positive, 1] } },
  binaryCrossEntropyWithLogits: { inputs: [[numbers, features], [inside, features]] },
  sigmoidFocal: { inputs: [[numbers, features], [yes, features]] },
  softmaxFocal: { inputs: [[numbers, classes], [labels]] },
  softmaxCrossEntropy: { inputs: [[numbers, 2, classes], [labels, 2]], options: { labelSmoothing: 0.1 } },
  negativeLogLikelihood: { inputs: [[logProbabilities, classes], [labels]], kinked: true },
  klDivergence: { inputs: [[logProbabilities, classes], [probabilities, classes]], kinked: true },
  poissonNll: { inputs: [[numbers, features], [counts, features]] },
  gaussianNll: { inputs: [[numbers, features], [numbers, features], [positive, features]] },
  hinge: { ...sides, kinked: true },
  squaredHinge: sides,
  hingeEmbedding: { ...sides, kinked: true },
  softMargin: sides,
  marginRanking: { inputs: [[numbers, features], [numbers, features], [signs, features]], kinked: true },
  multiMargin: { inputs: [[numbers, classes], [labels]], options: { p: 2 } },
  cosineEmbedding: { inputs: [...vectors, [signs]] },
  tripletMargin: { inputs: [...vectors, [numbers, features]] },
  contrastive: { inputs: [...vectors, [yes]] },
  infoNce: { inputs: vectors, options: { symmetric: true, temperature: 0.5 }, whole: true },
  ntXent: { inputs: vectors, whole: true },
  dice: { inputs: [[inside, features], [yes, features]] },
  jaccard: { inputs: [[inside, features], [yes, features]] },
  ctc: { inputs: [[numbers, frames, classes + 1], [labels, 2]], options: { blank: classes } },
};

/** Functions in the files of losses that are none. */
const others: readonly string[] = ["cosineSimilarity"];

Deno.test("every loss is in the table", async () => {
  const found = new Set<string>();
  for await (const { name } of Deno.readDir(new URL("../layers/", import.meta.url))) {
    if (!/^losses_.*(?<!_test)\.ts$/.test(name)) continue;
    const exported = Object.entries(await import(new URL(`../layers/${name}`, import.meta.url).href));
    for (const [n, f] of exported) if (typeof f === "function" && n in layers && !others.includes(n)) found.add(n);
  }
  assertEquals(Object.keys(table).sort(), [...found].sort());
});

interface Drawn {
  readonly inputs: readonly X[];
  readonly options: Readonly<Record<string, X>>;
}

function draw(row: Row, seed: Key, batch: number): Drawn {
  const all = [...row.inputs.map((a, i) => [String(i), a] as const), ...Object.entries(row.drawn ?? {})];
  const made = all.map(([n, [f, ...shape]], i) => [n, f(split(seed, all.length)[i]!, batch, ...shape)] as const);
  return {
    inputs: made.slice(0, row.inputs.length).map(([, x]) => x),
    options: Object.fromEntries(made.slice(row.inputs.length)),
  };
}

const lossOf = (name: string, row: Row, reduction: string) => ({ inputs, options }: Drawn): X =>
  (layers as unknown as Readonly<Record<string, Loss>>)[name]!(...inputs, { ...row.options, ...options, reduction });

/** Within as many roundings as there are elements and steps, of the largest number: 32 steps of two units and the sums. */
function near(actual: X, expected: X, what: string): void {
  assertEquals([actual.dtype, actual.shape], [expected.dtype, expected.shape], what);
  const bound = (64 + expected.size + 100) * 2 ** -53 * Math.max(1, Number((max(abs(expected)) as X).item()));
  const a = actual.dataSync(), b = expected.dataSync();
  a.forEach((v, i) => assert(Math.abs(v - b[i]!) <= bound, `${what}: ${v} and ${b[i]} at ${i}, bound ${bound}`));
}

const batch = 5;

for (const [name, row] of Object.entries(table)) {
  Deno.test(`${name}(): the order of the batch does not matter, compiled is as it is, mapped is as one by one`, () => {
    for (const reduction of ["none", "mean", "sum"]) {
      const f = lossOf(name, row, reduction), compiled = jit(f as never) as typeof f;
      const mapped = vmap(f as never) as unknown as typeof f;
      fc.assert(
        fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), (seed, size) => {
          const [first, second, third, fourth] = split(key(seed), 4) as unknown as readonly Key[];
          const data = draw(row, first!, size), order = permutation(second!, size) as X, y = f(data);
          const reordered = tree.map((x) => take(x, order as Tensor<Shape, "i32">, { axis: 0 }), data);
          if (reduction !== "none") near(f(reordered), y, `${reduction}, reordered`);
          near(compiled(data), y, `${reduction}, compiled`);
          const more = [data, draw(row, third!, size), draw(row, fourth!, size)] as const;
          const stacked = tree.map((...xs) => stack(xs), ...more);
          near(mapped(stacked), stack(more.map(f)) as X, `${reduction}, mapped`);
        }),
        { numRuns: 4 },
      );
    }
  });

  Deno.test(`${name}(): derivatives are those of differences, compiled too`, () => {
    const data = draw(row, key(3), batch),
      f = lossOf(name, row, "sum"),
      direction = numbers(key(4), ...data.inputs[0]!.shape);
    const [first, ...rest] = data.inputs, along = (x: X) => f({ ...data, inputs: [x, ...rest] });
    const slope = (x: X) => (jvp(along as never, [x] as never, [direction] as never) as readonly [X, X])[1];
    const h = 1e-5, moved = (s: number) => sub(first!, mul(direction, -s * h)) as X;
    const difference = (g: (x: X) => X) => (Number(g(moved(1)).item()) - Number(g(moved(-1)).item())) / (2 * h);
    // Of a central difference the truncation is h²/6 times a third derivative, and the rounding that of the sum over h.
    const bound = (scale: number) => (h * h * 1e3 + 1e-14 / h) * Math.max(1, scale);
    const forward = Number(slope(first!).item()), size = Math.abs(Number(along(first!).item()));
    assert(Math.abs(forward - difference(along)) <= bound(size), `slope ${forward}, difference ${difference(along)}`);
    const reverse = grad(along as never) as (x: X) => X;
    for (const g of [reverse, jit(reverse as never) as typeof reverse]) {
      const back = Number((sum(mul(g(first!), direction)) as X).item());
      assert(
        Math.abs(back - forward) <= 1e-12 * Math.max(1, Math.abs(forward), size),
        `reverse ${back}, forward ${forward}`,
      );
    }
    if (row.kinked) return;
    const product = hvp(along as never, [first] as never, direction as never) as X;
    const curve = Number((sum(mul(product, direction)) as X).item()), want = difference(slope);
    assert(
      Math.abs(curve - want) <= bound(Math.max(Math.abs(forward), Math.abs(curve))),
      `curvature ${curve}, difference ${want}`,
    );
  });

  Deno.test(`${name}(): batches of 0 and 1, and f32`, () => {
    const single = (d: Drawn) => tree.map((x) => x.dtype === "f64" ? cast(x, "f32") : x, d);
    for (const size of [0, 1]) {
      const data = draw(row, key(5), size);
      const none = lossOf(name, row, "none")(data), total = Number(lossOf(name, row, "sum")(data).item());
      if (!row.whole) assertEquals(none.shape[0], size);
      if (size === 0) assertEquals([total, Number.isNaN(Number(lossOf(name, row, "mean")(data).item()))], [0, true]);
      if (size === 1 && row.drawn === undefined) {
        const mean = lossOf(name, row, "mean")(data);
        if (name !== "ctc") near(mul(mean, none.size) as X, lossOf(name, row, "sum")(data), "mean times number");
      }
    }
    const data = draw(row, key(6), batch), y = lossOf(name, row, "mean")(single(data));
    assertEquals(y.dtype, "f32");
    // 200 roundings of f32.
    const want = Number(lossOf(name, row, "mean")(data).item());
    assert(
      Math.abs(Number(y.item()) - want) <= 200 * 2 ** -24 * Math.max(1, Math.abs(want)),
      `${y.item()} and ${want}`,
    );
  });
}
