/**
 * Rosenblatt's perceptron: it learns to tell one kind of iris from the others in finitely many steps, it cannot learn
 * XOR however long it is trained, and a network with one hidden layer can.
 *
 * `deno task perceptron` prints all three.
 */
import { pipe } from "fp-ts/lib/function.js";
import { equal, jit, key, type Tensor, tensor, valueAndGrad } from "@adjoint/adjoint";
import { loadIris, orThrow } from "@adjoint/adjoint/data";
import {
  act,
  binaryCrossEntropyWithLogits,
  dense,
  input,
  type ParamsOf,
  perceptronInit,
  perceptronTrain,
  perceptronWith,
  tanh,
} from "@adjoint/adjoint/layers";
import { adam, applyUpdates, type OptState } from "@adjoint/adjoint/optim";
import { command, looking, run, seed } from "./command.ts";

/** What training a perceptron came to. */
export interface Learned {
  readonly converged: boolean;
  /** Passes over the examples. */
  readonly passes: number;
  /** How many examples it answers wrong afterwards. */
  readonly wrong: number;
}

/** Trains a perceptron until it answers every example, or has gone over them `limit` times. */
export function learn<I extends number>(
  inputs: Tensor<readonly [number, I]>,
  answers: Tensor<readonly [number]>,
  limit: number,
): Learned {
  const size = inputs.shape[1], start = perceptronInit(key(0), size);
  const { params, converged, steps } = perceptronTrain(start, inputs, answers, { limit });
  const given = perceptronWith(params)(inputs as Tensor<readonly [number, I]>);
  return {
    converged: converged.item(),
    passes: steps.item(),
    wrong: equal(given as Tensor, answers as Tensor).dataSync().filter((same) => !same).length,
  };
}

/** The four questions of XOR. */
export const xorInputs = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
/** Their answers. */
export const xorAnswers = tensor([0, 1, 1, 0]);

const net = pipe(input([2]), dense(4), act(tanh), dense(1));

/** What a network of four hidden units answers to XOR's questions after some steps: probabilities of a 1. */
export function learnXor(steps: number, start: number): readonly number[] {
  const optimizer = adam(0.1);
  type State = { readonly params: ParamsOf<typeof net>; readonly opt: OptState };
  const step = jit((s: State) => {
    const loss = (p: State["params"]) => {
      const [logits] = net.apply(p, [], xorInputs, { mode: "train" });
      return binaryCrossEntropyWithLogits(logits, tensor([[0], [1], [1], [0]]));
    };
    const [, gradient] = valueAndGrad(loss)(s.params);
    const [updates, opt] = optimizer.update(gradient, s.opt, s.params);
    return { params: applyUpdates(s.params, updates), opt };
  });
  const { params } = net.init(key(start));
  let state: State = { params, opt: optimizer.init(params) };
  for (let i = 0; i < steps; i++) state = step(state);
  const [logits] = net.apply(state.params, [], xorInputs, { mode: "eval" });
  return Array.from(logits.dataSync(), (x) => 1 / (1 + Math.exp(-x)));
}

const perceptron = command("perceptron", "train perceptrons on irises and XOR, and a network on XOR", { seed });

if (import.meta.main) {
  await run(perceptron, async (options) => {
    const { inputs, labels, classes } = orThrow(await loadIris(looking)());
    const first = tensor(Float32Array.from(labels.dataSync(), (l) => l === 0 ? 1 : 0)) as Tensor<readonly [number]>;
    const iris = learn(inputs, first, 1000);
    console.log(
      `iris: ${classes[0]} told from the others after ${iris.passes} passes over ${inputs.shape[0]} flowers, ` +
        `${iris.wrong} wrong`,
    );
    const xor = learn(xorInputs as Tensor<readonly [number, 2]>, xorAnswers as Tensor<readonly [number]>, 1000);
    console.log(`xor:  a perceptron still has ${xor.wrong} of 4 wrong after ${xor.passes} passes: no line parts them`);
    const answers = learnXor(300, options.seed);
    const right = answers.filter((p, i) => (p > 0.5 ? 1 : 0) === xorAnswers.dataSync()[i]).length;
    console.log(
      `xor:  a network of 4 hidden units has ${right} of 4 right after 300 steps: ${
        answers.map((p) => p.toFixed(3)).join(", ")
      }`,
    );
  });
}
