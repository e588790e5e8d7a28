import { logSumExp, sub, tensor, zerosLike } from "../../mod.ts";
import * as layers from "../../layers/mod.ts";
import type { Value } from "../../core/tensor.ts";
import { casesOf, checkGoldenBoth, type Computation, type GoldenCase, readGolden } from "./read.ts";

type Loss = (...args: readonly unknown[]) => Value;
const loss = (name: string): Loss => (layers as unknown as Readonly<Record<string, Loss>>)[name]!;

/**
 * From inputs to the loss or a gradient no element passes more than 16 steps (logarithms, softmaxes, divisions, the
 * cotangent), each off by at most two units in the last place on both sides, and the values on the way are at most twice
 * the largest at the end; sums have at most 24 terms, one rounding each: 16 · 2 · 2 · 2 + 24.
 */
const roundings = 152;
/** The recursion of CTC passes through two log-sums of three steps each and an addition, in every one of 6 frames. */
const recursion = roundings + 6 * 7 * 2 * 2 * 2;

const logSoftmax = (x: Value): Value => sub(x, logSumExp(x, { axis: -1, keepDims: true })) as Value;
const labelsOf = (c: GoldenCase): Value => tensor(c.attrs["target"] as number[], { dtype: "i32" });
const weightsOf = (c: GoldenCase): Value => tensor(c.attrs["weight"] as number[], { dtype: "f64" });
const plain = (name: string, ...options: readonly string[]) => (c: GoldenCase): Computation => (...xs) =>
  loss(name)(...xs, Object.fromEntries(["reduction", ...options].map((o) => [o, c.attrs[o]])));
const classes =
  (options: (c: GoldenCase) => Readonly<Record<string, unknown>>) => (c: GoldenCase): Computation => (x) =>
    loss("softmaxCrossEntropy")(x, labelsOf(c), { reduction: c.attrs["reduction"], ...options(c) });

/** `losses.json`, whose names are PyTorch's. */
const table: Readonly<Record<string, (c: GoldenCase) => Computation>> = {
  mse: plain("mse"),
  l1: plain("mae"),
  smooth_l1: plain("smoothL1", "beta"),
  huber: plain("huber", "delta"),
  cross_entropy: classes(() => ({})),
  cross_entropy_weight: classes((c) => ({ weights: weightsOf(c) })),
  cross_entropy_smooth: classes((c) => ({ labelSmoothing: c.attrs["label_smoothing"] })),
  cross_entropy_ignore: classes((c) => ({ ignoreIndex: c.attrs["ignore_index"] })),
  cross_entropy_soft_target: plain("softmaxCrossEntropy"),
  nll: (c) => (x) => loss("negativeLogLikelihood")(logSoftmax(x!), labelsOf(c)),
  bce: plain("binaryCrossEntropy"),
  bce_with_logits_posweight: () => (x, t, posWeight) => loss("binaryCrossEntropyWithLogits")(x, t, { posWeight }),
  kl_div: (c) => (x, t) => loss("klDivergence")(logSoftmax(x!), t, { reduction: c.attrs["reduction"] }),
  hinge_embedding: plain("hingeEmbedding", "margin"),
  multi_margin: (c) => (x) => loss("multiMargin")(x, labelsOf(c), { p: c.attrs["p"], margin: c.attrs["margin"] }),
  soft_margin: plain("softMargin"),
  poisson_nll: (c) => (x, t) => loss("poissonNll")(x, t, { logInput: c.attrs["log_input"] }),
};

for (const name of new Set(readGolden("losses").cases.map((c) => c.name))) {
  Deno.test(`losses agree with PyTorch: ${name}`, () => {
    for (const c of casesOf(readGolden("losses"), name)) checkGoldenBoth(c, table[name]!(c), roundings);
  });
}

const options = ["weights", "posWeight", "inputLengths", "labelLengths"];

for (const name of new Set(readGolden("losses_more").cases.map((c) => c.name))) {
  Deno.test(`options and extremes of losses agree with PyTorch: ${name}()`, () => {
    for (const c of casesOf(readGolden("losses_more"), name)) {
      const names = Object.keys(c.inputs), isOption = names.map((n) => options.includes(n));
      const f: Computation = (...xs) => {
        const named = Object.fromEntries(names.map((n, i) => [n, xs[i]]).filter((_, i) => isOption[i]));
        return loss(name)(...xs.filter((_, i) => !isOption[i]), { ...c.attrs, ...named });
      };
      checkGoldenBoth(c, f, name === "ctc" ? recursion : roundings);
    }
  });
}

/** `kinks.json`: losses as functions of the error or the score. */
const kinks: Readonly<Record<string, (x: Value) => Value>> = {
  l1: (x) => loss("mae")(x, zerosLike(x), { reduction: "none" }),
  huber_at_delta: (x) => loss("huber")(x, zerosLike(x), { reduction: "none" }),
  smooth_l1_at_beta: (x) => loss("smoothL1")(x, zerosLike(x), { reduction: "none" }),
  hinge_at_margin: (x) => loss("hinge")(x, tensor([1, 1, 1]), { reduction: "none" }),
};

for (const [name, f] of Object.entries(kinks)) {
  Deno.test(`losses agree with PyTorch where they have no derivative: ${name}`, () => {
    for (const c of casesOf(readGolden("kinks"), name)) checkGoldenBoth(c, (x) => f(x!), roundings);
  });
}
