/** Activations against PyTorch's values and gradients, at points anywhere and at their kinks. */
import { at, type DType, reshape, type Shape, swapAxes, type Tensor, type Value } from "../mod.ts";
import { casesOf, checkGoldenBoth, type GoldenCase, readGolden } from "../tests/golden/read.ts";
import {
  celu,
  elu,
  gaussian,
  gelu,
  glu,
  hardshrink,
  hardSigmoid,
  hardSwish,
  hardTanh,
  leakyRelu,
  logSoftmax,
  mish,
  preluWith,
  relu,
  relu6,
  selu,
  sigmoid,
  sign,
  silu,
  softmax,
  softmin,
  softplus,
  softshrink,
  softsign,
} from "./mod.ts";
import { assertEquals } from "@std/assert";

type X = Tensor<Shape, DType>;
type Attrs = Readonly<Record<string, unknown>>;

/** PyTorch's functions by their names there; the attributes choose among cases of one name. */
const activations: Readonly<Record<string, (attrs: Attrs, x: X, w: X) => X>> = {
  relu: (_, x) => relu(x),
  leaky_relu: ({ negative_slope }, x) => leakyRelu(x, { negativeSlope: negative_slope as number }),
  elu: ({ alpha }, x) => elu(x, { alpha: alpha as number }),
  selu: (_, x) => selu(x),
  gelu: ({ approximate }, x) => gelu(x, { approximate: approximate as "none" | "tanh" }),
  mish: (_, x) => mish(x),
  softsign: (_, x) => softsign(x),
  sigmoid: (_, x) => sigmoid(x),
  hardtanh: (_, x) => hardTanh(x),
  hardswish: (_, x) => hardSwish(x),
  relu6: (_, x) => relu6(x),
  softmax: ({ dim }, x) => softmax(x, { axis: dim as number }),
  softmin: ({ dim }, x) => softmin(x, { axis: dim as number }),
  // The file halves the first four of five columns.
  glu: (_, x) => glu(at(x, "...", "0:4")),
  // PyTorch's channels are axis 1, ours the last.
  prelu: (_, x, w) => swapAxes(preluWith({ slope: w as Tensor<readonly [4]> })(swapAxes(x as Tensor, 1, 2)), 1, 2) as X,
  softmax_large: (_, x) => softmax(x),
  log_softmax_large: (_, x) => logSoftmax(x),
  rbf_gaussian: ({ beta, x0 }, x) => gaussian(x, { beta: beta as number, center: x0 as number }),
};

/** Those whose gradients come from kernels that hold a constant in float32. */
const singleGradients: typeof activations = {
  celu: ({ alpha }, x) => celu(x, { alpha: alpha as number }),
  hardsigmoid: (_, x) => hardSigmoid(x),
};

// Chains of at most a dozen operations, each within a few roundings of a size no larger than the largest element.
const roundings = 128;
// The same with one factor of the gradients rounded to float32, half a unit of 2⁻²³.
const singleRoundings = 2 ** -24 / 2 ** -53;

for (const [name, f] of Object.entries(activations)) {
  Deno.test(`${name} has PyTorch's values and gradients`, () => {
    for (const c of casesOf(readGolden("activations"), name)) {
      checkGoldenBoth(c, (...xs) => f(c.attrs, xs[0] as X, xs[1] as X) as Value, roundings);
    }
  });
}

for (const [name, f] of Object.entries(singleGradients)) {
  Deno.test(`${name} has PyTorch's values, and its gradients to float32`, () => {
    for (const c of casesOf(readGolden("activations"), name)) {
      const values: GoldenCase = { ...c, grads: {} };
      checkGoldenBoth(values, (...xs) => f(c.attrs, xs[0] as X, xs[1] as X) as Value, roundings);
      checkGoldenBoth(c, (...xs) => f(c.attrs, xs[0] as X, xs[1] as X) as Value, roundings + singleRoundings);
    }
  });
}

Deno.test("every golden activation has its function here", () => {
  const known = new Set([...Object.keys(activations), ...Object.keys(singleGradients)]);
  assertEquals(readGolden("activations").cases.map((c) => c.name).filter((n) => !known.has(n)), []);
});

/** At the kinks themselves: which side a branch takes is the convention. */
const kinks: Readonly<Record<string, (x: X) => X>> = {
  relu: (x) => relu(x),
  leaky_relu: (x) => leakyRelu(x),
  elu: (x) => elu(x),
  selu: (x) => selu(x),
  sign: (x) => sign(x),
  hardtanh: (x) => hardTanh(x),
  relu6: (x) => relu6(x),
  softshrink: (x) => softshrink(x, { lambda: 1 }),
  hardshrink: (x) => hardshrink(x, { lambda: 1 }),
  softplus: (x) => softplus(x),
};

for (const [name, f] of Object.entries(kinks)) {
  Deno.test(`${name} has PyTorch's gradient at its kink`, () => {
    const cases = casesOf(readGolden("kinks"), name);
    assertEquals(cases.length, 1);
    checkGoldenBoth(cases[0]!, (...xs) => f(xs[0] as X) as Value, roundings);
  });
}

Deno.test("silu is x times PyTorch's sigmoid", () => {
  for (const c of casesOf(readGolden("activations"), "sigmoid")) {
    const x = c.inputs["x"]!.data, y = c.outputs[0]!;
    const product = { ...y, data: y.data.map((s, i) => Number(s) * Number(x[i])) };
    checkGoldenBoth({ ...c, outputs: [product], grads: {} }, (v) => silu(reshape(v!, [3, 5])) as Value, roundings);
  }
});
