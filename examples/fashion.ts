/**
 * Clothes told apart: a convolutional network with batch normalisation and dropout on Fashion-MNIST, whose pictures are
 * turned and moved at random while it trains.
 *
 * `deno task fashion` trains and prints the accuracy on the 10,000 test pictures, and the kinds that are mixed up most.
 */
import { pipe } from "fp-ts/lib/function.js";
import { add, cast, div, foldIn, jit, type Key, key, split, type Tensor, valueAndGrad } from "@adjoint/adjoint";
import {
  batches,
  fashionClasses,
  type LabelledImages,
  loadFashionMnist,
  orThrow,
  randomFlip,
  randomShift,
} from "@adjoint/adjoint/data";
import {
  accuracy,
  act,
  batchNorm,
  combineMetrics,
  confusionMatrix,
  conv,
  dense,
  dropout,
  flatten,
  heNormal,
  input,
  maxPool,
  measure,
  type ParamsOf,
  relu,
  softmaxCrossEntropy,
  type StateOf,
} from "@adjoint/adjoint/layers";
import { adamw, applyUpdates, oneCycle, type OptState } from "@adjoint/adjoint/optim";
import { command, looking, percent, positive, run, secondsSince, seed, whole } from "./command.ts";

const weights = { weights: heNormal }, plain = { weights: heNormal, bias: false } as const;

/** The network: three convolutions of 3 × 3, each normalised, and two dense layers. */
export const net = pipe(
  input([28, 28, 1]),
  conv(3, 32, plain),
  batchNorm(),
  act(relu),
  maxPool(2),
  conv(3, 64, plain),
  batchNorm(),
  act(relu),
  maxPool(2),
  conv(3, 128, plain),
  batchNorm(),
  act(relu),
  maxPool(2),
  flatten(),
  dense(128, weights),
  act(relu),
  dropout(0.3),
  dense(10),
);
type Params = ParamsOf<typeof net>;
type State = StateOf<typeof net>;
type Bytes = LabelledImages["images"];
type Labels = LabelledImages["labels"];
type Images = Tensor<readonly [number, 28, 28, 1]>;

/** Pixels from 0 to 1, less their mean over the pictures and over their deviation. */
const scaled = (images: Bytes): Images => div(add(div(cast(images, "f32"), 255), -0.286), 0.353) as Images;

/** What is trained: parameters, and the running statistics of the normalisations. */
export interface Model {
  readonly params: Params;
  readonly state: State;
}

/** How a run is set up. */
export interface Settings {
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
}

/** Trains from scratch; the same settings give the same parameters to the last bit. `report` is called after each epoch. */
export function train(data: LabelledImages, settings: Settings, report: (epoch: number, model: Model) => void): Model {
  const { epochs, batch, rate } = settings, root = key(settings.seed);
  const each = Math.floor(data.labels.shape[0] / batch),
    optimizer = adamw(oneCycle(rate, epochs * each), { weightDecay: 1e-3 });
  type Train = Model & { readonly opt: OptState; readonly key: Key };
  const step = jit((s: Train, bytes: Bytes, labels: Labels) => {
    const [flips, shifts, drops, next] = split(s.key, 4) as readonly [Key, Key, Key, Key];
    const images = scaled(randomShift(shifts, randomFlip(flips, bytes), 1));
    const loss = (p: Params) => {
      const [logits, state] = net.apply(p, s.state, images, { mode: "train", key: drops });
      return [softmaxCrossEntropy(logits, labels), state] as const;
    };
    const [[l, state], gradient] = valueAndGrad(loss, { hasAux: true })(s.params);
    const [updates, opt] = optimizer.update(gradient, s.opt, s.params);
    return [{ params: applyUpdates(s.params, updates), state, opt, key: next }, l] as const;
  }, { name: "train step", donate: [0] });
  const { params, state } = net.init(foldIn(root, 0));
  let s: Train = { params, state, opt: optimizer.init(params), key: foldIn(root, epochs + 1) };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const { images, labels } of batches(data, batch, { key: foldIn(root, epoch), dropLast: true })) {
      [s] = step(s, images, labels);
    }
    report(epoch, s);
  }
  return s;
}

const logitsOf = jit((params: Params, state: State, images: Bytes) =>
  net.apply(params, state, scaled(images), { mode: "eval" })[0]
);

/** The part that a model gets right, and how often a picture of each kind (rows) is taken for each (columns). */
export function evaluate({ params, state }: Model, data: LabelledImages, batch = 500): Evaluation {
  const metric = combineMetrics({ right: accuracy(), taken: confusionMatrix(fashionClasses.length) });
  function* judged() {
    for (const { images, labels } of batches(data, batch)) yield [logitsOf(params, state, images), labels] as const;
  }
  const { right, taken } = measure(metric, judged());
  return { right: right.item(), taken: taken.toArray() as number[][] };
}

/** What `evaluate` gives. */
export interface Evaluation {
  readonly right: number;
  readonly taken: readonly (readonly number[])[];
}

const fashion = command("fashion", "train a convolutional network on Fashion-MNIST and test it", {
  epochs: whole(5, "passes over the training pictures"),
  batch: whole(64, "pictures a step", 2, 60000),
  rate: positive(0.003, "the largest step size; it rises and falls in one cycle"),
  seed,
});

if (import.meta.main) {
  await run(fashion, async (options) => {
    const { train: seen, test } = orThrow(await loadFashionMnist({ ...looking, directory: "/usr/share/datasets" })());
    const begun = performance.now();
    const model = train(seen, options, (epoch, now) => {
      console.log(
        `epoch ${epoch}: ${percent(evaluate(now, test).right)} of the test pictures, ${secondsSince(begun)} s`,
      );
    });
    const { right, taken } = evaluate(model, test);
    console.log(`test accuracy ${percent(right)} over ${test.labels.shape[0]} pictures\n`);
    const mixed = taken.flatMap((row, i) => row.flatMap((n, j) => i === j ? [] : [{ n, i, j }]));
    for (const { n, i, j } of mixed.sort((a, b) => b.n - a.n).slice(0, 5)) {
      console.log(`${String(n).padStart(4)} of 1000: ${fashionClasses[i]}, taken for ${fashionClasses[j]}`);
    }
  });
}
