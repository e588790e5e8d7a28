/**
 * Twenty steps of a training in one process, or ten and ten in two: `resume.ts FOLDER FROM TO` goes on from the folder's
 * checkpoint of step FROM, if that is not 0, saves the one of step TO and prints the digest of all that it holds.
 */
import { pipe } from "fp-ts/lib/function.js";
import { foldIn, jit, key, normal, type Tensor, tensor } from "../../mod.ts";
import { batches, encodeCheckpoint, loadCheckpoint, orThrow, saveCheckpoint } from "../../data/mod.ts";
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
} from "../../layers/mod.ts";
import { adam, trainingStep } from "../../optim/mod.ts";

const net = pipe(input([4]), dense(16), batchNorm(), act(relu), dropout(0.3), dense(2));
interface Examples {
  readonly x: Tensor<readonly [number, 4]>;
  readonly y: Tensor<readonly [number], "i32">;
}

const x = normal(key(1), [100, 4]);
const examples: Examples = { x, y: tensor(Int32Array.from(x.toArray(), ([a, b]) => a! * b! > 0 ? 1 : 0)) };
// 100 examples in sixteens make 7 batches, the last a short one: step 10 lies within the second pass.
const size = 16, perPass = 7;

const optimizer = adam(0.01);
const step = jit(trainingStep<ParamsOf<typeof net>, StateOf<typeof net>, Examples>(
  (params, state, batch, k) => {
    const [logits, after] = net.apply(params, state, batch.x, { key: k, mode: "train" });
    return [softmaxCrossEntropy(logits, batch.y), after] as const;
  },
  optimizer,
));

const { params, state } = net.init(key(0));
const start = {
  training: { params, state, opt: optimizer.init(params) },
  key: key(7),
  pass: 0,
  batch: 0,
  losses: [] as readonly number[],
};

const [folder, from, to] = [Deno.args[0]!, Number(Deno.args[1]), Number(Deno.args[2])];
let run = start;
if (from > 0) {
  const loaded = orThrow(await loadCheckpoint(folder, start)());
  if (loaded?.step !== from) throw new Error(`step ${loaded?.step} was found, not ${from}`);
  run = loaded.state;
}
for (let done = from; done < to;) {
  const root = foldIn(run.key, run.pass);
  for (const batch of batches(examples, size, { key: foldIn(root, 0), start: run.batch })) {
    const [training, loss] = step(run.training, batch, foldIn(root, run.batch + 1));
    const last = run.batch + 1 === perPass;
    run = {
      ...run,
      training,
      losses: [...run.losses, loss.item()],
      pass: run.pass + (last ? 1 : 0),
      batch: last ? 0 : run.batch + 1,
    };
    if (++done === to) break;
  }
}
orThrow(await saveCheckpoint(folder, to, run)());
const digest = await crypto.subtle.digest("SHA-256", await encodeCheckpoint(run) as Uint8Array<ArrayBuffer>);
console.log(to, Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join(""));
