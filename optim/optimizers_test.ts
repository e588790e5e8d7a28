/** What holds of every optimizer and transformation, whatever its rule. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  add,
  ArgumentError,
  cast,
  jit,
  key,
  mul,
  square,
  sub,
  type Tensor,
  tensor,
  tree,
  type Value,
  valueAndGrad,
  zeros,
} from "../mod.ts";
import {
  accumulate,
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamw,
  addDecayedWeights,
  addNoise,
  applyIfFinite,
  applyUpdates,
  centralize,
  chain,
  clipAdaptive,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  constrain,
  cosineDecay,
  decayWeights,
  emaParams,
  exponentialDecay,
  type GradientTransformation,
  identity,
  lamb,
  lars,
  lion,
  lookahead,
  masked,
  maxNorm,
  momentum,
  monoidTransformation,
  nadam,
  nonNegative,
  partition,
  proximalL1,
  radam,
  reduceOnPlateau,
  rmsprop,
  rprop,
  scale,
  scaleByAdam,
  scaleByLbfgs,
  scaleByLearningRate,
  scaleBySchedule,
  scaleByTrustRatio,
  setToZero,
  sgd,
  swaParams,
  withAverage,
} from "./mod.ts";

type Scalar = Tensor<readonly []>;

/** Optimizers with a step size for the parabola and one for Rosenbrock's valley, which they must get to the bottom of. */
const optimizers: Readonly<Record<string, (rate: number) => GradientTransformation>> = {
  sgd: (r) => sgd(r),
  "sgd, momentum": (r) => sgd(r / 10, { momentum: 0.9 }),
  "sgd, dampening": (r) => sgd(r, { momentum: 0.5, dampening: 0.5 }),
  "sgd, Nesterov": (r) => sgd(r / 10, { momentum: 0.9, nesterov: true }),
  adagrad: (r) => adagrad(100 * r),
  adadelta: (r) => adadelta(500 * r),
  rmsprop: (r) => rmsprop(exponentialDecay(2 * r, 0.995)),
  "rmsprop, centred, momentum": (r) => rmsprop(exponentialDecay(r, 0.995), { centered: true, momentum: 0.5 }),
  adam: (r) => adam(5 * r),
  amsgrad: (r) => adam(5 * r, { amsgrad: true }),
  adamw: (r) => adamw(5 * r, { weightDecay: 0 }),
  adamax: (r) => adamax(10 * r),
  nadam: (r) => nadam(5 * r),
  // Its first steps, where the variance of Adam's second moment is unbounded, are plain momentum: as long as the gradient,
  // hundreds of times Adam's on the valley's walls, so that unclipped they overshoot.
  radam: (r) => chain(clipByGlobalNorm(1), radam(5 * r)),
  adafactor: (r) => adafactor(cosineDecay(20 * r, 2000)),
  lion: (r) => lion(cosineDecay(r, 2000)),
  lamb: (r) => lamb(cosineDecay(2 * r, 2000)),
  lars: (r) => lars(cosineDecay(r, 2000), { trustCoefficient: 1, momentum: 0.5 }),
  rprop: (r) => rprop(r),
  lookahead: (r) => lookahead(adam(10 * r)),
  accumulate: (r) => accumulate(adam(10 * r), 2),
  "clipped, finite": (r) => applyIfFinite(chain(clipByGlobalNorm(10), adam(5 * r))),
  averaged: (r) => withAverage(adam(5 * r), emaParams(0.9)),
  plateau: (r) => reduceOnPlateau(adam(5 * r)),
  lbfgs: (r) => chain(scaleByLbfgs(), scaleByLearningRate(50 * r)),
  partition: (r) => partition((path) => path === "x" ? "one" : "two", { one: adam(5 * r), two: adam(5 * r) }),
};

/** Steps of a jitted loop; how often it was traced, and the last loss. */
function run<P>(optimizer: GradientTransformation, loss: (p: P) => Scalar, start: P, steps: number) {
  let traced = 0, params = start, state = optimizer.init(start), value = NaN;
  const step = jit((p: P, s: unknown) => {
    traced++;
    const [l, g] = valueAndGrad(loss)(p);
    const [updates, next] = optimizer.update(g as P, s, p);
    return [applyUpdates(p, updates), next, l] as const;
  }, { donate: [1] });
  for (let i = 0; i < steps; i++) {
    const [p, s, l] = step(params, state);
    params = p;
    state = s;
    value = l.item();
  }
  return { traced, params, value, first: loss(start).item() };
}

interface Point {
  readonly x: Scalar;
  readonly y: Scalar;
}

const parabola = ({ x, y }: Point): Scalar => add(square(sub(x, 1)), square(sub(y, 2)));

const rosenbrock = ({ x, y }: Point): Scalar => add(square(sub(1, x)), mul(square(sub(y, square(x))), 100));

for (const [name, make] of Object.entries(optimizers)) {
  Deno.test(`${name} goes down a parabola and Rosenbrock's valley, traced once`, () => {
    // Layerwise step sizes are as long as the parameter, so that no coordinate can cross 0: none has to.
    const bowl = run(make(0.02), parabola, { x: tensor(3), y: tensor(1) }, 300);
    assert(bowl.value < bowl.first / 100, `parabola: ${bowl.value}`);
    const valley = run(make(0.002), rosenbrock, { x: tensor(0.2), y: tensor(2) }, 2000);
    assert(valley.value < valley.first / 20, `Rosenbrock: ${valley.value}`);
    assertEquals([bowl.traced, valley.traced], [1, 1]);
  });
}

const transformations: readonly GradientTransformation[] = [
  ...Object.values(optimizers).map((make) => make(0.01)),
  addDecayedWeights(0.1),
  addNoise(key(3)),
  centralize,
  clipAdaptive(),
  clipByGlobalNorm(1),
  clipByNorm(1),
  clipByValue(1),
  constrain((w) => w),
  decayWeights(0.1),
  identity,
  masked(sgd(0.5), (path) => path.endsWith("0")),
  maxNorm(1),
  momentum(0.5),
  nonNegative,
  proximalL1(0.1, 0.1),
  scale(-2),
  scaleByAdam({ amsgrad: true }),
  scaleByLearningRate(0.1),
  scaleByLbfgs({ historySize: 2 }),
  scaleBySchedule(exponentialDecay(1, 0.5)),
  scaleByTrustRatio(),
  setToZero,
  withAverage(sgd(0.1), swaParams({ start: 2 })),
  // Dtypes of step sizes do not spread.
  adam(tensor(0.1), { weightDecay: 0.1 }),
  adamw(exponentialDecay(0.1, 0.9)),
  adafactor(0.1, { momentum: 0.5, relativeStep: false, scaleParameters: false, weightDecay: 0.1 }),
];

/** A tree with records, arrays, null, a scalar, an empty tensor and two dtypes. */
const nested = {
  layers: [{ w: tensor([[1, -2], [0.5, 3]]), b: tensor([0, 1]) }, { w: tensor(Float64Array.of(1, 2)), b: null }],
  scale: tensor(2),
  none: zeros([0, 3]),
};
const nestedGradient = tree.map((p) => add(mul(p, 0.5) as Value, 0.1), nested);

const flat = (t: unknown): number[][] => tree.leaves(t).map((l) => [...l.dataSync()].map(Number));

/** The second of two updates, which shows the state too. */
function twice<P>(t: GradientTransformation, g: P, p: P): number[][] {
  const [, s] = t.update(g, t.init(p), p);
  return flat(t.update(tree.map((x) => mul(x, 0.5), g), s, p)[0]);
}

Deno.test("gradient transformations obey the laws of a Monoid", () => {
  const { concat, empty } = monoidTransformation, any = fc.constantFrom(...transformations);
  fc.assert(
    fc.property(any, any, any, (a, b, c) => {
      const of = (t: GradientTransformation) => twice(t, nestedGradient, nested);
      assertEquals(of(concat(concat(a, b), c)), of(concat(a, concat(b, c))));
      assertEquals(of(concat(empty, a)), of(a));
      assertEquals(of(concat(a, empty)), of(a));
    }),
    { numRuns: 40 },
  );
});

Deno.test("gradients in f64 of parameters in f32 leave dtypes of parameters and states as they are", () => {
  const wide = tree.map((g) => cast(g, "f64"), nestedGradient);
  for (const [i, t] of transformations.entries()) {
    const state = t.init(nested), [updates, next] = t.update(wide, state, nested);
    assertEquals(tree.leaves(next).map((l) => l.dtype), tree.leaves(state).map((l) => l.dtype), `${i}`);
    assertEquals(
      tree.leaves(applyUpdates(nested, updates)).map((l) => l.dtype),
      tree.leaves(nested).map((l) => l.dtype),
    );
  }
});

Deno.test("updates and states keep the structure, shapes and dtypes of trees of any form", () => {
  const shape = (t: unknown) => tree.leaves(t).map((l) => `${l.dtype} ${l.shape.join()}`);
  for (const t of transformations) {
    const state = t.init(nested), [updates, next] = t.update(nestedGradient, state, nested);
    assert(tree.same(updates, nested));
    assertEquals(shape(updates), shape(nested));
    assert(tree.same(state, next));
    assertEquals(shape(next), shape(state));
  }
});

Deno.test("trees without tensors are updated to themselves", () => {
  for (const empty of [[], {}, null, { a: [null] }]) {
    for (const t of transformations) assertEquals(t.update(empty, t.init(empty), empty)[0], empty);
  }
});

Deno.test("gradients of zero move nothing, and give nothing that is not finite", () => {
  const still = [
    ...Object.entries(optimizers).map(([name, make]) => [name, make(0.1)] as const),
    ["clips", chain(clipAdaptive(), clipByNorm(1), clipByGlobalNorm(1))] as const,
    ["trust ratio", scaleByTrustRatio()] as const,
    ["epsilon 0", adamax(0.1, { epsilon: 0 })] as const,
  ];
  for (const params of [nested, tree.zeros(nested)]) {
    for (const [name, t] of still) {
      for (const part of twice(t, tree.zeros(nested), params)) {
        assertEquals(
          part.map(Math.abs),
          part.map(() => 0),
          name,
        );
      }
    }
  }
});

Deno.test("what is jitted is what is computed one by one", () => {
  for (const t of transformations) {
    const state = t.init(nested), args = [nestedGradient, state, nested] as const;
    const eager = flat(t.update(...args)), compiled = flat(jit((...a: typeof args) => t.update(...a))(...args));
    // Both round a few dozen times to 2⁻²⁴; moments near the rounding of a number are compared with that number.
    eager.forEach((row, i) =>
      row.forEach((v, j) => assertAlmostEquals(compiled[i]![j]!, v, 1e-5 * Math.max(1, Math.abs(v))))
    );
  }
});

Deno.test("Nesterov's momentum is momentum looked ahead: two steps by hand", () => {
  const optimizer = sgd(0.1, { momentum: 0.5, nesterov: true }), p = [tensor([1])];
  const [u1, s1] = optimizer.update([tensor([2])], optimizer.init(p), p);
  const [u2] = optimizer.update([tensor([4])], s1, p);
  // v₁ = 2, u₁ = −0.1·(2 + 0.5·2); v₂ = 0.5·2 + 4 = 5, u₂ = −0.1·(4 + 0.5·5).
  assertAlmostEquals(u1[0]!.toArray()[0]!, -0.3, 1e-7);
  assertAlmostEquals(u2[0]!.toArray()[0]!, -0.65, 1e-7);
});

Deno.test("a learning rate may be a tensor or a schedule, read at each step", () => {
  const p = [tensor([0])], g = [tensor([1])];
  const scheduled = sgd((step) => add(step, 1) as unknown as Scalar);
  const [u1, s1] = scheduled.update(g, scheduled.init(p), p);
  const [u2] = scheduled.update(g, s1, p);
  assertEquals([u1[0]!.toArray(), u2[0]!.toArray()], [[-1], [-2]]);
  const fixed = sgd(tensor(0.5));
  assertEquals(fixed.update(g, fixed.init(p), p)[0][0]!.toArray(), [-0.5]);
});

Deno.test("lars() takes the steps of its definition", () => {
  // Algorithm 1 of You et al. with a constant step size, by plain loops.
  const optimizer = lars(0.1, { momentum: 0.9, weightDecay: 0.01, trustCoefficient: 0.02 });
  const norm = (v: readonly number[]) => Math.hypot(...v);
  let w = [3, 4],
    velocity = [0, 0],
    params: Tensor<readonly [2], "f64"> = tensor(Float64Array.of(3, 4), { shape: [2] });
  let state = optimizer.init(params);
  for (const g of [[1, 2], [-3, 0.5], [0.1, 0.1]]) {
    const local = 0.02 * norm(w) / (norm(g) + 0.01 * norm(w));
    velocity = velocity.map((v, i) => 0.9 * v + local * (g[i]! + 0.01 * w[i]!));
    w = w.map((x, i) => x - 0.1 * velocity[i]!);
    const [updates, next] = optimizer.update(tensor(Float64Array.from(g), { shape: [2] }), state, params);
    params = applyUpdates(params, updates);
    state = next;
    // A dozen roundings a step.
    params.toArray().forEach((x, i) => assertAlmostEquals(x, w[i]!, 1e-14));
  }
});

Deno.test("rprop() steps back from nothing: where the sign turns it waits, with half the step", () => {
  const optimizer = rprop(0.1), p = tensor([0]);
  let state = optimizer.init(p);
  const lengths = [1, 1, -1, -1, 1].map((g) => {
    const [updates, next] = optimizer.update(tensor([g]), state, p);
    state = next;
    return updates.toArray()[0]!;
  });
  // Lengths 0.1, 0.12, then 0.06 and no step, then 0.06 (nothing to compare with), then turned again.
  [-0.1, -0.12, 0, 0.06, 0].forEach((want, i) => assertAlmostEquals(lengths[i]!, want, 1e-7));
});

Deno.test("adafactor() of a rank-1 square matrix has the second moments of the matrix", () => {
  // Where g² is an outer product, its rows and columns say all of it: the update is g over its own size, before clipping.
  const g = tensor([[1, 2], [3, 6]]), optimizer = adafactor(1, { relativeStep: false, scaleParameters: false });
  const [updates] = optimizer.update(g, optimizer.init(g), g);
  updates.toArray().flat().forEach((u) => assertAlmostEquals(u, -1, 1e-6));
});

Deno.test("optimizers refuse settings out of range", () => {
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => sgd(-1), "sgd: the learning rate is a number of 0 or more, a scalar tensor or a schedule, not -1"],
    [
      () => sgd("fast" as never),
      "sgd: the learning rate is a number of 0 or more, a scalar tensor or a schedule, not fast",
    ],
    [() => sgd(0.1, { momentum: 1 }), "sgd: momentum is 0 or more and below 1, not 1"],
    [() => sgd(0.1, { nesterov: true }), "sgd: Nesterov's method needs a momentum above 0"],
    [
      () => sgd(0.1, { nesterov: true, momentum: 0.5, dampening: 0.5 }),
      "sgd: Nesterov's method goes without dampening, not with 0.5",
    ],
    [() => sgd(0.1, { momentum: 0.5, dampening: 2 }), "sgd: dampening is from 0 to 1, not 2"],
    [() => sgd(0.1, { weightDecay: -1 }), "sgd: weightDecay is 0 or more, not -1"],
    [() => momentum(1), "momentum: momentum is 0 or more and below 1, not 1"],
    [() => adam(NaN), "adam: the learning rate is a number of 0 or more, a scalar tensor or a schedule, not NaN"],
    [() => adam(0.1, { beta1: 1.5 }), "adam: beta1 is 0 or more and below 1, not 1.5"],
    [() => adam(0.1, { beta2: -1 }), "adam: beta2 is 0 or more and below 1, not -1"],
    [() => adam(0.1, { epsilon: -1 }), "adam: epsilon is 0 or more, not -1"],
    [() => adam(0.1, { weightDecay: Infinity }), "adam: weightDecay is 0 or more, not Infinity"],
    [() => adamw(0.1, { weightDecay: -1 }), "adamw: weightDecay is 0 or more, not -1"],
    [() => scaleByAdam({ beta1: 2 }), "scaleByAdam: beta1 is 0 or more and below 1, not 2"],
    [() => adamax(0.1, { beta2: 1 }), "adamax: beta2 is 0 or more and below 1, not 1"],
    [() => nadam(0.1, { momentumDecay: -1 }), "nadam: momentumDecay is 0 or more, not -1"],
    [() => radam(0.1, { weightDecay: -1 }), "radam: weightDecay is 0 or more, not -1"],
    [() => adagrad(0.1, { rateDecay: -1 }), "adagrad: rateDecay is 0 or more, not -1"],
    [() => adagrad(0.1, { initialAccumulator: -1 }), "adagrad: initialAccumulator is 0 or more, not -1"],
    [() => adadelta(1, { rho: 1 }), "adadelta: rho is 0 or more and below 1, not 1"],
    [() => rmsprop(1, { alpha: 1 }), "rmsprop: alpha is 0 or more and below 1, not 1"],
    [() => rmsprop(1, { momentum: -1 }), "rmsprop: momentum is 0 or more and below 1, not -1"],
    [() => adafactor(1, { beta2Decay: 1 }), "adafactor: beta2Decay is negative, not 1"],
    [() => adafactor(1, { clip: 0 }), "adafactor: clip is positive, not 0"],
    [() => adafactor(1, { leastScale: -1 }), "adafactor: leastScale is 0 or more, not -1"],
    [() => lion(1, { beta1: 1 }), "lion: beta1 is 0 or more and below 1, not 1"],
    [() => rprop(0), "rprop: the first step is positive, not 0"],
    [() => rprop(1, { shrink: 1 }), "rprop: shrink is 0 or more and below 1, not 1"],
    [() => rprop(1, { grow: 1 }), "rprop: grow is above 1, not 1"],
    [() => rprop(1, { largestStep: 1e-9 }), "rprop: largestStep is leastStep (0.000001) or more, not 1e-9"],
    [() => lamb(1, { epsilon: -1 }), "lamb: epsilon is 0 or more, not -1"],
    [() => lars(1, { trustCoefficient: 0 }), "lars: trustCoefficient is positive, not 0"],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, ArgumentError).message, message);
});

Deno.test("gradients that are no tree like the parameters are refused", () => {
  const optimizer = adam(), p = { w: tensor(1), b: tensor(1) }, state = optimizer.init(p);
  const message = assertThrows(
    () => optimizer.update({ w: tensor(1) } as unknown as typeof p, state, p),
    ArgumentError,
  );
  assertEquals(message.message, 'tree.map: the trees differ in structure, {"w": *} against {"b": *, "w": *}');
});
