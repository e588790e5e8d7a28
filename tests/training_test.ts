/** Training from end to end: a net with dropout and batch normalization, checkpoints, folds. */
import { assert, assertEquals } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";
import { argmax, cast, equal, jit, key, mean, normal, type Tensor, tensor, type Value } from "../mod.ts";
import { batches, crossValidate, decodeCheckpoint, encodeCheckpoint, orThrow } from "../data/mod.ts";
import {
  act,
  batchNorm,
  dense,
  dropout,
  input,
  type ParamsOf,
  relu,
  softmaxCrossEntropy,
  type StateOf,
} from "../layers/mod.ts";
import { adamw, fit, type FitOptions, fitStart } from "../optim/mod.ts";
import { numbersOf } from "./minima.ts";

const net = pipe(input([2]), dense(16), batchNorm(), act(relu), dropout(0.1), dense(2));
type Params = ParamsOf<typeof net>;
type State = StateOf<typeof net>;
interface Examples {
  readonly x: Tensor<readonly [number, 2]>;
  readonly y: Tensor<readonly [number], "i32">;
}

/** Points within and without a circle. */
function circle(count: number, seed: number): Examples {
  const x = normal(key(seed), [count, 2]), data = x.toArray();
  return { x, y: tensor(Int32Array.from(data, ([a, b]) => a! ** 2 + b! ** 2 < 1.4 ? 1 : 0)) };
}

const accuracy = jit((params: Params, state: State, { x, y }: Examples) => {
  const [logits] = net.apply(params, state, x, { mode: "eval" });
  return mean(cast(equal(argmax(logits as Tensor, { axis: 1 }) as Value, y as Value), "f32")) as Tensor<readonly []>;
});

const training = circle(256, 1), validation = circle(128, 2);

const optionsFor = (train: Examples, test: Examples, epochs: number): FitOptions<Params, State, Examples> => ({
  init: net.init(key(0)),
  loss: (params, state, { x, y }, k) => {
    const [logits, after] = net.apply(params, state, x, { key: k, mode: "train" });
    return [softmaxCrossEntropy(logits, y), after] as const;
  },
  optimizer: adamw(0.02),
  batches: (_, k) => batches(train, 32, { key: k }),
  validate: (params, state) => accuracy(params, state, test),
  earlyStopping: { patience: 10, mode: "max" },
  epochs,
  key: key(7),
});

Deno.test("a net learns a circle, and what is kept is its best epoch", async () => {
  const found = await fit(optionsFor(training, validation, 30));
  assert(found.best.metric > 0.9, `${found.best.metric}`);
  assertEquals(accuracy(found.params, found.state, validation).item(), found.best.metric);
  assertEquals(found.best.metric, Math.max(...found.history.validation));
});

Deno.test("training that is saved and restored goes on to the same bits", async () => {
  const options = optionsFor(training, validation, 6), whole = await fit(options);
  const saved: Uint8Array[] = [];
  await fit({
    ...options,
    epochs: 3,
    onEpoch: async (run) => {
      saved.push(await encodeCheckpoint(run));
    },
  });
  assertEquals(saved.length, 3);
  for (const bytes of saved) {
    const restored = orThrow(await decodeCheckpoint(bytes, fitStart(options))), rest = await fit(options, restored);
    assertEquals(await encodeCheckpoint(rest.run), await encodeCheckpoint(whole.run));
    assertEquals(numbersOf([rest.params, rest.state, rest.opt]), numbersOf([whole.params, whole.state, whole.opt]));
    assertEquals([rest.history, rest.best], [whole.history, whole.best]);
  }
});

Deno.test("cross-validation trains a net for each fold", async () => {
  const { scores, mean } = await crossValidate(training, 3, key(3), async (train, test, k) => {
    const { best } = await fit({ ...optionsFor(train, test, 8), key: k });
    return best.metric;
  });
  assertEquals(scores.length, 3);
  assert(mean > 0.8, `${scores}`);
});
