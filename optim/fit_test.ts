/** The training loop, early stopping and the range test, on losses whose course is known. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  add,
  ArgumentError,
  DonatedError,
  foldIn,
  jit,
  type Key,
  key,
  mul,
  normal,
  square,
  sub,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";
import { numbersOf, type Scalar } from "../tests/minima.ts";
import {
  adam,
  type BatchReport,
  earlyStopping,
  findLearningRate,
  fit,
  type FitOptions,
  type FitRun,
  fitStart,
  sgd,
  snapshot,
  type Training,
  trainingStep,
} from "./mod.ts";

type Count = Tensor<readonly [], "i32">;

/** (w − x)² with noise from the key, and a state that counts steps. */
const noisy = (w: Scalar, count: Count, x: Scalar, k: Key) =>
  [add(square(sub(w, x)), mul(mul(w, normal(k, [])), 0.1)) as Scalar, add(count, 1) as Count] as const;

/** Three batches an epoch, drawn with the epoch's key. */
const drawn = (epoch: number, k: Key): Scalar[] =>
  [0, 1, 2].map((i) => add(normal(foldIn(k, i), []), epoch % 2) as Scalar);

const noisyOptions = () => ({
  init: { params: tensor(2) as Scalar, state: zeros([], { dtype: "i32" }) as Count },
  loss: noisy,
  optimizer: adam(0.1),
  batches: drawn,
  epochs: 4,
  key: key(5),
});

Deno.test("fit() is the loop written out, to the last bit, and traces its step once", async () => {
  const options = noisyOptions();
  let traced = 0;
  const found = await fit({ ...options, loss: (...args: Parameters<typeof noisy>) => (traced++, noisy(...args)) });
  assertEquals(traced, 1);
  const step = jit(trainingStep(noisy, options.optimizer)), { params, state } = options.init;
  let training: Training<Scalar, Count> = { params, state, opt: options.optimizer.init(params) };
  const losses: number[] = [];
  for (let epoch = 0; epoch < 4; epoch++) {
    const root = foldIn(options.key, epoch);
    let i = 1, sum = 0;
    for (const x of drawn(epoch, foldIn(root, 0))) {
      const [next, loss] = step(training, x, foldIn(root, i++));
      training = next;
      sum += loss.item();
    }
    losses.push(sum / 3);
  }
  assertEquals(found.history, { loss: losses, validation: [] });
  assertEquals(
    numbersOf([found.params, found.state, found.opt]),
    numbersOf([training.params, training.state, training.opt]),
  );
  assertEquals(found.state.item(), 12);
  assertEquals(found.best, { epoch: losses.indexOf(Math.min(...losses)), metric: Math.min(...losses) });
});

Deno.test("fit() leaves what it was given readable, and gives the same again", async () => {
  const options = noisyOptions(), first = await fit(options), second = await fit(options);
  assertEquals(numbersOf([first.params, first.opt]), numbersOf([second.params, second.opt]));
  assertEquals(options.init.params.item(), 2);
  const kept = await fit({ ...options, donate: false });
  assertEquals(numbersOf(kept.opt), numbersOf(first.opt));
});

Deno.test("fit() gives the tensors of a run away with the next step, and says so", async () => {
  const runs: FitRun<Scalar, Count>[] = [], onEpoch = (run: FitRun<Scalar, Count>) => void runs.push(run);
  await fit({ ...noisyOptions(), onEpoch });
  assertThrows(() => runs[0]!.training.params.item(), DonatedError, "training step");
  runs.length = 0;
  await fit({ ...noisyOptions(), onEpoch, donate: false });
  assertEquals(runs.map((r) => r.training.state.item()), [3, 6, 9, 12]);
});

Deno.test("fit() goes on from a run as if it had not stopped, early stopping included", async () => {
  const options: FitOptions<Scalar, Count, Scalar> = { ...noisyOptions(), epochs: 9, earlyStopping: { patience: 4 } };
  const whole = await fit(options);
  for (let epochs = 0; epochs < 9; epochs++) {
    const part = await fit({ ...options, epochs }), rest = await fit(options, part.run);
    assertEquals(numbersOf([rest.params, rest.state, rest.opt]), numbersOf([whole.params, whole.state, whole.opt]));
    assertEquals([rest.history, rest.best, rest.run.stopping], [whole.history, whole.best, whole.run.stopping]);
    // The run that was gone on from is still there.
    numbersOf(part.run.training);
  }
});

/** One parameter that rises by 1 in each epoch, and a metric of it. */
const climbing = (metrics: readonly number[]) => ({
  init: { params: tensor(0) as Scalar, state: null, opt: null },
  step: (t: Training<Scalar, null>, x: Scalar) => [{ ...t, params: add(t.params, x) as Scalar }, t.params] as const,
  batches: () => [tensor(1) as Scalar],
  validate: (w: Scalar) => metrics[w.item() - 1]!,
  epochs: metrics.length,
  key: key(0),
});

Deno.test("fit() stops early and gives the best epoch's parameters back", async () => {
  const metrics = [5, 3, 4, NaN, 3, 2], options = climbing(metrics);
  const found = await fit({ ...options, earlyStopping: { patience: 3 } });
  assertEquals([found.params.item(), found.best], [2, { epoch: 1, metric: 3 }]);
  assertEquals(found.history, { loss: [0, 1, 2, 3, 4], validation: [5, 3, 4, NaN, 3] });
  // The run is at its end, where more epochs do not lead on.
  assertEquals([found.run.training.params.item(), found.run.epoch], [5, 5]);
  assertEquals((await fit({ ...options, epochs: 99, earlyStopping: { patience: 3 } }, found.run)).run.epoch, 5);
  const patient = await fit({ ...options, earlyStopping: { patience: 4 } });
  assertEquals([patient.params.item(), patient.best], [6, { epoch: 5, metric: 2 }]);
  const rising = await fit({ ...options, earlyStopping: { patience: 3, mode: "max" } });
  assertEquals([rising.params.item(), rising.run.epoch], [1, 4]);
  const demanding = await fit({ ...options, earlyStopping: { patience: 3, minDelta: 2 } });
  assertEquals([demanding.params.item(), demanding.run.epoch], [1, 4]);
  const without = await fit(options);
  assertEquals([without.params.item(), without.best], [6, { epoch: 5, metric: 2 }]);
  const never = await fit({ ...climbing([NaN, NaN]), earlyStopping: {} });
  assertEquals([never.params.item(), never.best], [0, { epoch: -1, metric: Infinity }]);
});

Deno.test("fit() tells hooks of each batch and each epoch, waits for them, and ends where they say", async () => {
  const seen: string[] = [], pause = () => new Promise((done) => setTimeout(done, 1));
  const kept: Scalar[] = [];
  const found = await fit({
    ...climbing([3, 2, 1, 0]),
    onBatch: async ({ epoch, batch, loss }: BatchReport) => {
      await pause();
      seen.push(`batch ${epoch}.${batch} ${loss.item()}`);
    },
    onEpoch: async (run: FitRun<Scalar, null>) => {
      await pause();
      seen.push(`epoch ${run.epoch} ${run.history.validation.at(-1)} ${run.training.params.item()}`);
      kept.push((await snapshot(run.training)).params);
      return run.epoch < 3;
    },
  });
  assertEquals(seen, ["batch 0.0 0", "epoch 1 3 1", "batch 1.0 1", "epoch 2 2 2", "batch 2.0 2", "epoch 3 1 3"]);
  assertEquals(found.run.epoch, 3);
  assertEquals(kept.map((w) => w.item()), [1, 2, 3]);
  await assertRejects(
    () => fit({ ...climbing([1]), onEpoch: () => Promise.reject(new RangeError("disk full")) }),
    RangeError,
    "disk full",
  );
});

Deno.test("fit() takes asynchronous batches and metrics in tensors", async () => {
  async function* later(): AsyncGenerator<Scalar> {
    await Promise.resolve();
    yield tensor(1);
    yield tensor(2);
  }
  const found = await fit({
    ...climbing([0]),
    batches: later,
    validate: (w: Scalar) => Promise.resolve(mul(w, 2)),
    epochs: 2,
  });
  assertEquals([found.params.item(), found.history.validation], [6, [6, 12]]);
});

Deno.test("snapshot() copies every dtype and shape", async () => {
  const values = {
    a: [tensor([true, false]), null],
    b: zeros([2, 0]),
    c: tensor([1, 255], { dtype: "u8" }),
    d: key(3),
  };
  const copy = await snapshot(values);
  assertEquals(numbersOf(copy), numbersOf(values));
  assertEquals([copy.a[0]!.dtype, copy.b.shape, copy.c.dtype, copy.d.dtype] as unknown[], [
    "bool",
    [2, 0],
    "u8",
    "u32",
  ]);
});

Deno.test("earlyStopping() knows the best of any metrics, and stops when patience is at an end", () => {
  const metrics = fc.array(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constant(NaN)), { maxLength: 30 });
  fc.assert(fc.property(metrics, fc.integer({ min: 1, max: 5 }), fc.boolean(), (ms, patience, rising) => {
    const { start, observe } = earlyStopping({ patience, mode: rising ? "max" : "min" });
    const end = ms.reduce(observe, start), real = ms.filter((m) => !Number.isNaN(m));
    const best = rising ? Math.max(...real) : Math.min(...real), at = ms.indexOf(best);
    assertEquals([end.best, end.bestAt, end.observed], [best, at, ms.length]);
    assertEquals(end.waited, at < 0 ? ms.length : ms.length - 1 - at);
    assertEquals([end.stopped, end.improved], [end.waited >= patience, ms.length > 0 && end.waited === 0]);
  }));
});

Deno.test("findLearningRate() tries rates in a geometric series until the loss goes up, and suggests the steepest", async () => {
  const options = {
    init: { params: tensor(0) as Scalar, state: null },
    loss: (w: Scalar, state: null, x: Scalar) => [square(sub(w, x)) as Scalar, state] as const,
    optimizer: sgd,
    batches: () => [tensor(3) as Scalar],
    key: key(0),
    from: 1e-3,
    steps: 50,
  };
  const { rates, losses, smoothed, suggestion } = await findLearningRate(options);
  rates.forEach((r, t) => assertAlmostEquals(r, 1e-3 * 1e4 ** (t / 49), 1e-12 * r * 50));
  // Gradient descent on (w − 3)² multiplies the distance by 1 − 2·η at each step: η of all steps is known.
  let distance = 3, average = 0, off = 0;
  for (const [t, r] of rates.entries()) {
    assertAlmostEquals(losses[t]!, distance ** 2, 2 * Math.abs(distance) * off + off ** 2 + distance ** 2 * 2 ** -22);
    average = 0.9 * average + 0.1 * losses[t]!;
    assertAlmostEquals(smoothed[t]!, average / (1 - 0.9 ** (t + 1)), 1e-12 * 10);
    // How far the distance in f32 may be off: a rate carries t roundings (schedules_test.ts), w and the update one each.
    off = Math.abs(1 - 2 * r) * off + 2 * r * Math.abs(distance) * (t + 8) * 2 ** -23 +
      (3 + Math.abs(distance)) * 2 ** -22;
    distance *= 1 - 2 * r;
  }
  assert(rates.length < 50 && smoothed.at(-1)! > 4 * Math.min(...smoothed));
  const falls = smoothed.slice(1).map((s, i) => smoothed[i]! - s);
  assertEquals(suggestion, rates[falls.indexOf(Math.max(...falls))]);
  assert(suggestion > 0.01 && suggestion < 0.5);
  assertEquals(options.init.params.item(), 0);
  await assertRejects(
    () => findLearningRate({ ...options, loss: (w: Scalar, s: null) => [mul(w, NaN) as Scalar, s] as const }),
    ArgumentError,
    "findLearningRate: the loss is not finite after 0 steps; begin from a smaller step size",
  );
});

Deno.test("training refuses settings out of range", async () => {
  const options = climbing([1]), range = { ...noisyOptions(), optimizer: sgd };
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => fit({ ...options, epochs: -1 }), "fit: epochs is a whole number from 0, not -1"],
    [
      () => fit({ ...options, batches: () => [] }),
      "fit: epoch 0 has no batches; batches(epoch, key) must give new ones each time it is called",
    ],
    [
      () => fit({ ...options, earlyStopping: { patience: 0 } }),
      "earlyStopping: patience is a whole number from 1, not 0",
    ],
    [() => fit({ ...options, earlyStopping: { minDelta: -1 } }), "earlyStopping: minDelta is 0 or more, not -1"],
    [
      () => fit({ ...options, earlyStopping: { mode: "up" as never } }),
      "earlyStopping: mode is one of min, max, not up",
    ],
    [() => findLearningRate({ ...range, from: 0 }), "findLearningRate: from is positive, not 0"],
    [() => findLearningRate({ ...range, from: 1, to: 1 }), "findLearningRate: to is finite and above from (1), not 1"],
    [() => findLearningRate({ ...range, steps: 1 }), "findLearningRate: steps is a whole number from 2, not 1"],
    [() => findLearningRate({ ...range, smoothing: 1 }), "findLearningRate: smoothing is 0 or more and below 1, not 1"],
    [() => findLearningRate({ ...range, divergence: 1 }), "findLearningRate: divergence is above 1, not 1"],
    [
      () => findLearningRate({ ...range, batches: () => [] }),
      "findLearningRate: epoch 0 has no batches; batches(epoch, key) must give new ones each time it is called",
    ],
  ];
  for (const [call, message] of table) {
    const error = await assertRejects(async () => void await call(), ArgumentError);
    assertEquals(error.message, message);
  }
  assertEquals(fitStart(options).best, null);
});

Deno.test("fit() refuses a metric that is no number", async () => {
  const settings = { init: { params: tensor(0) as Scalar, state: null, opt: null }, epochs: 1, key: key(0) };
  const step = (t: Training<Scalar, null>, _: Scalar) => [t, t.params] as const;
  for (
    const [metric, what] of [[{ accuracy: 1 }, "object"], [zeros([2]), "a tensor [2]"], [
      undefined,
      "undefined",
    ]]
  ) {
    const run = fit({ ...settings, step, batches: () => [tensor(1)], validate: () => metric as never });
    await assertRejects(() => run, ArgumentError, `or a scalar tensor, but this is ${what}`);
  }
});
