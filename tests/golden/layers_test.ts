/** Normalisation, recurrence and attention are PyTorch's, with their gradients. */
import { assert } from "@std/assert";
import { matmul, moveAxis, reshape, stack, swapAxes, type Tensor, tensor, type Value } from "../../mod.ts";
import {
  additiveScore,
  attention,
  batchNormWith,
  bidirectionalWith,
  bilinearScore,
  cosineSimilarity,
  dotScore,
  groupNormWith,
  gruFromTorch,
  gruWith,
  instanceNormWith,
  layerNormWith,
  localResponseNormWith,
  lstmFromTorch,
  lstmWith,
  rnnFromTorch,
  rnnWith,
  stackedWith,
  weightNormOf,
} from "../../layers/mod.ts";
import { checkGoldenBoth, type Computation, type GoldenCase, readGolden } from "./read.ts";

/** Channels to the end, and back to the second axis. */
const last = (x: Value): Tensor => moveAxis(x, 1, -1) as unknown as Tensor;
const second = (x: unknown): Value => moveAxis(x as Value, -1, 1) as unknown as Value;
// Wrappers of many types are called alike here.
// deno-lint-ignore no-explicit-any -- the cases' types are known at run time only
type Loose = any;

const norms: Readonly<Record<string, (a: Loose) => Computation>> = {
  batch_norm_train: (a) => (x, w, b) => {
    // The running statistics are constants of the case, in the inputs' precision.
    const of = (data: number[]) => tensor(data, { dtype: x!.dtype }) as Loose;
    const state = { mean: of(a.running_mean), variance: of(a.running_var), count: tensor(0, { dtype: "i32" }) };
    const options = { mode: "train", momentum: a.momentum, epsilon: a.eps } as const;
    const [y, next] = batchNormWith({ scale: w, bias: b } as Loose, state as Loose, options)(
      last(x!) as Loose,
    ) as Loose;
    return [second(y), next.mean, next.variance];
  },
  batch_norm_eval: (a) => (x, w, b) => {
    const of = (data: number[]) => tensor(data, { dtype: x!.dtype }) as Loose;
    const state = { mean: of(a.running_mean), variance: of(a.running_var), count: tensor(0, { dtype: "i32" }) };
    const options = { mode: "eval", epsilon: a.eps } as const;
    return second(
      (batchNormWith({ scale: w, bias: b } as Loose, state as Loose, options)(last(x!) as Loose) as Loose)[0],
    );
  },
  layer_norm: (a) => (x, w, b) =>
    layerNormWith({ scale: w, bias: b } as Loose, { axes: w!.shape.length, epsilon: a.eps } as Loose)(
      x as Loose,
    ) as Value,
  group_norm: (a) => (x, w, b) =>
    second(groupNormWith({ scale: w, bias: b } as Loose, a.num_groups, { epsilon: a.eps })(last(x!))),
  instance_norm: (a) => (x, w, b) =>
    second(instanceNormWith({ scale: w, bias: b } as Loose, { epsilon: a.eps })(last(x!))),
  local_response_norm: (a) => (x) => second(localResponseNormWith(a.size, a)(last(x!))),
  weight_norm: () => (v, g, x) => {
    // PyTorch's weights are [outputs, inputs], with a gain for each output.
    const w = weightNormOf({ v: swapAxes(v as Loose, 0, 1), g: reshape(g!, [g!.size]) } as Loose);
    return matmul(x as Loose, w as Loose) as Value;
  },
  cosine_similarity: () => (a, b) => cosineSimilarity(a as Loose, b as Loose) as Value,
};

/** The computation of a case of rnn.json: time first, initial states stacked, weights by PyTorch's names. */
function recurrent(c: GoldenCase): Computation {
  const names = Object.keys(c.inputs), kind = c.name.split("_")[0]!, lstm = kind === "lstm";
  const { bidirectional = false, num_layers: layers = 1 } = c.attrs as Loose;
  const make = (w: Loose, options: Loose): Loose =>
    lstm
      ? lstmWith(lstmFromTorch(w, options) as Loose)
      : kind === "gru"
      ? gruWith(gruFromTorch(w, options) as Loose)
      : rnnWith(rnnFromTorch(w, options) as Loose);
  return (...inputs) => {
    const given: Loose = Object.fromEntries(names.map((n, i) => [n, inputs[i]]));
    const part = (x: Loose, i: number): Loose => reshape(takeRow(x, i), x.shape.slice(1));
    const carryAt = (i: number): Loose => lstm ? { h: part(given.h0, i), c: part(given.c0, i) } : part(given.h0, i);
    const xs = swapAxes(given.x, 0, 1) as Loose;
    let carries: Loose[], ys: Loose;
    if (bidirectional) {
      const both = bidirectionalWith(make(given, {}), make(given, { reverse: true })) as Loose;
      [carries, ys] = both(xs, { carry: [carryAt(0), carryAt(1)] });
    } else if (layers > 1) {
      const deep = stackedWith([make(given, { layer: 0 }), make(given, { layer: 1 })] as Loose) as Loose;
      [carries, ys] = deep(xs, { carry: [carryAt(0), carryAt(1)] });
    } else {
      const [carry, out] = make(given, {})(xs, { carry: carryAt(0) });
      [carries, ys] = [[carry], out];
    }
    const states = lstm ? [carries.map((s) => s.h), carries.map((s) => s.c)] : [carries];
    return [swapAxes(ys, 0, 1), ...states.map((s) => stack(s as Loose))] as Loose;
  };
}

const takeRow = (x: Loose, i: number): Loose => {
  const rows = Array.from({ length: x.shape[0] }, (_, k) => (k === i ? 1 : 0));
  return matmul(tensor([rows], { dtype: x.dtype }) as Loose, reshape(x, [x.shape[0], -1]) as Loose) as Loose;
};

const scores: Readonly<Record<string, (w: Loose) => Loose>> = {
  additive: ({ v, W, U }) => additiveScore({ v, w: swapAxes(W, 0, 1), u: swapAxes(U, 0, 1) } as Loose),
  dot: () => dotScore(),
  bilinear: ({ W }) => bilinearScore({ w: W } as Loose),
};

const attended = (c: GoldenCase): Computation => (...inputs) => {
  const given: Loose = Object.fromEntries(Object.keys(c.inputs).map((n, i) => [n, inputs[i]]));
  const { values, weights } = attention(scores[c.name]!(given))(given.c, given.y) as Loose;
  return [values, weights];
};

// Sums of at most 24 products through five moments, or of 12 elements twice and a root, each rounded once a step; the
// attention mixes six values of four after an exponential.
const roundings: Readonly<Record<string, number>> = { norm: 400, rnn: 400, attention: 200 };

for (const group of ["norm", "rnn", "attention"]) {
  for (const c of readGolden(group).cases) {
    Deno.test(`${c.name} ${JSON.stringify(c.attrs).slice(0, 60)} is PyTorch's, with its gradients`, () => {
      const f = group === "norm" ? norms[c.name]!(c.attrs) : group === "rnn" ? recurrent(c) : attended(c);
      assert(f !== undefined);
      // Running statistics have no cotangents: they are held to their values alone.
      const some = (c.cotangents ?? []).filter((t) => t !== null).length, first = c.outputs.slice(0, some);
      checkGoldenBoth(
        { ...c, outputs: first },
        (...xs) => [f(...xs)].flat().slice(0, some) as Value[],
        roundings[group]!,
      );
      const { grads: _, cotangents: __, ...values } = c;
      checkGoldenBoth(values, f, roundings[group]!);
    });
  }
}
