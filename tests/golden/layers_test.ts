/** Recurrence is PyTorch's, with its gradients. */
import { matmul, reshape, stack, swapAxes, tensor } from "../../mod.ts";
import {
  bidirectionalWith,
  gruFromTorch,
  gruWith,
  lstmFromTorch,
  lstmWith,
  rnnFromTorch,
  rnnWith,
  stackedWith,
} from "../../layers/mod.ts";
import { checkGoldenBoth, type Computation, type GoldenCase, readGolden } from "./read.ts";

// Wrappers of many types are called alike here.
// deno-lint-ignore no-explicit-any -- the cases' types are known at run time only
type Loose = any;

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

// Sums of at most 24 products through five moments, each rounded once a step, and as many for a gradient.
const roundings = 400;

for (const c of readGolden("rnn").cases) {
  Deno.test(`${c.name} ${JSON.stringify(c.attrs).slice(0, 60)} is PyTorch's, with its gradients`, () =>
    checkGoldenBoth(c, recurrent(c), roundings));
}
