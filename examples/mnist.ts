/**
 * A digit recogniser: 784-128-10, trained on the 60,000 images of MNIST with Adam and tried on the 10,000 test images.
 *
 * `deno task mnist` trains, draws ten predictions and writes the parameters; `deno task mnist --predict` reads them back.
 */
import { pipe } from "fp-ts/lib/function.js";
import {
  argmax,
  cast,
  div,
  equal,
  foldIn,
  jit,
  type Key,
  key,
  mean,
  permutation,
  reshape,
  type Shape,
  sum,
  take,
  type Tensor,
  tensor,
  type Value,
  valueAndGrad,
} from "@adjoint/adjoint";
import {
  decodeSafetensors,
  encodeSafetensors,
  type LabelledImages,
  loadMnist,
  orThrow,
  treeFromTensors,
  treeToTensors,
} from "@adjoint/adjoint/data";
import { act, dense, input, type ParamsOf, relu, softmaxCrossEntropy } from "@adjoint/adjoint/layers";
import { adam, applyUpdates, type OptState } from "@adjoint/adjoint/optim";
import {
  asked,
  command,
  installed,
  percent,
  positive,
  run,
  secondsSince,
  seed,
  terminalColumns,
  text,
  whole,
} from "./command.ts";
import { captionOf, drawDigits } from "./digits_text.ts";
import { progressLine } from "./progress.ts";

/** Pixels an image, 28 rows of 28. */
const size = 784;

/** The network: one hidden layer of 128 rectified units. */
export const net = pipe(input([size]), dense(128), act(relu), dense(10));
type Params = ParamsOf<typeof net>;

/** Images as rows of 784 numbers from 0 to 1, and labels. */
export interface Examples {
  readonly images: Tensor<readonly [number, 784]>;
  readonly labels: Tensor<readonly [number], "i32">;
}

/** Bytes as rows of numbers. */
export function examplesOf({ images, labels }: LabelledImages): Examples {
  return { images: div(cast(reshape(images, [images.shape[0], size]), "f32"), 255), labels };
}

const logitsOf = (params: Params, images: Examples["images"]): Tensor<readonly [number, 10]> =>
  net.apply(params, [], images, { mode: "eval" })[0];

/** How a run is set up. */
export interface Settings {
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
}

/** What a step leaves behind. */
interface Train {
  readonly params: Params;
  readonly opt: OptState;
}

/** What a step reports: its loss, and how many of its batch were right before it. */
interface Report {
  readonly step: number;
  readonly total: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly images: number;
}

/** Trains from scratch; the same settings give the same parameters to the last bit. */
export function train(data: Examples, settings: Settings, report: (r: Report) => void): Params {
  const { epochs, batch, rate, seed } = settings;
  const optimizer = adam(rate), root = key(seed);
  const step = jit((s: Train, images: Examples["images"], labels: Examples["labels"]) => {
    const loss = (p: Params) => {
      const logits = logitsOf(p, images);
      return [softmaxCrossEntropy(logits, labels), logits] as const;
    };
    const [[l, logits], g] = valueAndGrad(loss, { hasAux: true })(s.params);
    const [updates, opt] = optimizer.update(g, s.opt, s.params);
    return [{ params: applyUpdates(s.params, updates), opt }, l, rightOf(logits, labels)] as const;
  }, { name: "train step", donate: [0] });
  const count = data.images.shape[0], each = Math.floor(count / batch), total = epochs * each;
  const start = net.init(foldIn(root, 0)).params;
  let state: Train = { params: start, opt: optimizer.init(start) }, n = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = orderOf(foldIn(root, epoch + 1), count);
    for (let i = 0; i < each; i++) {
      const rows = tensor(order.slice(i * batch, (i + 1) * batch));
      const images = take(data.images, rows, { axis: 0 }) as unknown as Examples["images"];
      const labels = take(data.labels, rows, { axis: 0 }) as unknown as Examples["labels"];
      const [next, loss, right] = step(state, images, labels);
      state = next;
      n++;
      report({ step: n, total, loss: loss.item(), accuracy: right.item() / batch, images: n * batch });
    }
  }
  return state.params;
}

/** A shuffled order of all examples. */
const orderOf = (k: Key, count: number): Int32Array => permutation(k, count).dataSync() as Int32Array;

/** How many predictions are right. */
function rightOf(logits: Tensor<readonly [number, 10]>, labels: Examples["labels"]): Tensor<readonly []> {
  const right = equal(argmax(logits as Tensor, { axis: 1 }) as Tensor<Shape, "i32">, labels as Tensor<Shape, "i32">);
  return sum(cast(right as Value, "f32")) as unknown as Tensor<readonly []>;
}

/** The digits a network sees in images. */
export const predict: (params: Params, images: Examples["images"]) => Tensor<readonly [number], "i32"> = jit((
  params: Params,
  images: Examples["images"],
) => argmax(logitsOf(params, images) as Tensor, { axis: 1 }) as unknown as Tensor<readonly [number], "i32">);

/** The fraction of test images a network gets right. */
export function accuracyOf(params: Params, data: Examples): number {
  const right = equal(predict(params, data.images), data.labels);
  return (mean(cast(right as Value, "f32")) as unknown as Tensor<readonly []>).item();
}

/** The command line. */
export const mnist = command("mnist", "train 784-128-10 on MNIST with Adam and test it", {
  epochs: whole(8, "passes over the training images"),
  batch: whole(128, "images a step", 1, 60000),
  rate: positive(0.001, "Adam's step size"),
  seed,
  file: text("mnist.safetensors", "where the parameters are written and read"),
  predict: asked("no training: read the parameters and draw ten predictions"),
});

/** Ten test images as text, each with its label and what the network takes it for. */
function draw(params: Params, digits: LabelledImages, data: Examples, columns: number): string {
  const guesses = predict(params, data.images).dataSync(), labels = digits.labels.dataSync();
  const pixels = digits.images.dataSync() as Uint8Array;
  return drawDigits(
    Array.from({ length: 10 }, (_, i) => ({
      pixels: pixels.subarray(i * size, (i + 1) * size),
      caption: captionOf(labels[i]!, guesses[i]!),
    })),
    { margin: 2, columns },
  );
}

function readParams(file: string): Params {
  let bytes: Uint8Array;
  try {
    bytes = Deno.readFileSync(file);
  } catch (e) {
    throw new Error(`no parameters at ${file} (${(e as Error).message}); train first: deno task mnist`);
  }
  return orThrow(treeFromTensors(net.init(key(0)).params, orThrow(decodeSafetensors(bytes)).tensors));
}

if (import.meta.main) {
  await run(mnist, async (options) => {
    const { train: digits, test: unseen } = orThrow(await loadMnist(installed)()), test = examplesOf(unseen);
    let params: Params;
    if (options.predict) params = readParams(options.file);
    else {
      const line = progressLine(), begun = performance.now();
      params = train(examplesOf(digits), options, (r) => line.show(r));
      line.end();
      console.log(`trained ${options.epochs} epochs in ${secondsSince(begun)} s`);
      Deno.writeFileSync(options.file, encodeSafetensors(treeToTensors(params)));
      console.log(`parameters written to ${options.file}`);
    }
    console.log(`test accuracy ${percent(accuracyOf(params, test))} over ${test.images.shape[0]} images\n`);
    console.log(draw(params, unseen, test, terminalColumns()));
  });
}
