/** Activations that a later module names, composed here of the core's operations: their values and gradients are PyTorch's. */
import { assertEquals } from "@std/assert";
import {
  abs,
  add,
  at,
  clamp,
  div,
  type DType,
  erf,
  exp,
  expm1,
  greater,
  less,
  lessEqual,
  logSumExp,
  max,
  mul,
  neg,
  reshape,
  type Shape,
  sigmoid,
  softplus,
  square,
  stopGradient,
  sub,
  sum,
  tanh,
  type Tensor,
  type Value,
  where,
} from "../../mod.ts";
import { casesOf, checkGolden, type GoldenCase, readGolden } from "./read.ts";

type X = Tensor<Shape, DType>;
const when = (test: Value, yes: unknown, no: unknown): X =>
  where(test as Tensor<Shape, "bool">, yes as X, no as X) as X;
/** x above zero, and something else up to it. */
const bent = (x: X, below: X): X => when(greater(x, 0), x, below);
const times = (x: X, k: number): X => mul(x, k) as X;
/** With the largest taken off first: the logarithm of the sum would round at the logits' own size. */
function softmax(x: X, axis: number): X {
  const e = exp(sub(x, stopGradient(max(x, { axis, keepDims: true }) as X)) as X) as X;
  return div(e, sum(e, { axis, keepDims: true }) as X) as X;
}
const seluScale = 1.0507009873554805, seluAlpha = 1.6732632423543772;
const selu = (x: X): X => times(bent(x, times(expm1(x) as X, seluAlpha)), seluScale);
/** x between two bounds, where alone it has a gradient: at a bound there is none. */
const between = (x: X, low: number, high: number): X => when(lessEqual(x, low), low, when(less(x, high), x, high));
/** The quadratic within 1 of zero and a line outside it. */
const huber = (x: X): X => when(less(abs(x) as X, 1), times(square(x) as X, 0.5), sub(abs(x) as X, 0.5));

/** PyTorch's functions, written with ours; the attributes choose among cases of one name. */
const activations: Readonly<Record<string, (attrs: Readonly<Record<string, unknown>>, x: X, w: X) => X>> = {
  leaky_relu: (_, x) => bent(x, times(x, 0.01)),
  elu: (_, x) => bent(x, expm1(x) as X),
  selu: (_, x) => selu(x),
  hardswish: (_, x) => div(mul(x, clamp(add(x, 3) as X, { min: 0, max: 6 }) as X) as X, 6) as X,
  gelu: ({ approximate }, x) =>
    approximate === "none" ? mul(x, times(add(erf(times(x, Math.SQRT1_2)) as X, 1) as X, 0.5)) as X : mul(
      times(x, 0.5),
      add(tanh(times(add(x, times(mul(x, square(x)) as X, 0.044715)) as X, Math.sqrt(2 / Math.PI))) as X, 1) as X,
    ) as X,
  mish: (_, x) => mul(x, tanh(softplus(x) as X) as X) as X,
  softsign: (_, x) => div(x, add(abs(x) as X, 1) as X) as X,
  softmax: (_, x) => softmax(x, 0),
  softmin: (_, x) => softmax(neg(x) as X, -1),
  glu: (_, x) => mul(at(x, "...", "0:2") as X, sigmoid(at(x, "...", "2:4") as X) as X) as X,
  prelu: (_, x, w) => bent(x, mul(x, reshape(w, [4, 1]) as X) as X),
  softmax_large: (_, x) => softmax(x, -1),
  log_softmax_large: (_, x) => sub(x, logSumExp(x, { axis: -1, keepDims: true }) as X) as X,
  rbf_gaussian: (_, x) => exp(times(square(sub(x, 0.3) as X) as X, -0.7)) as X,
};

/** Those whose gradients come from kernels that hold a constant in float32. */
const singleGradients: typeof activations = {
  celu: (_, x) => bent(x, times(expm1(div(x, 1.3) as X) as X, 1.3)),
  hardsigmoid: (_, x) => div(clamp(add(x, 3) as X, { min: 0, max: 6 }) as X, 6) as X,
};

// Chains of at most a dozen operations, each within a few roundings of a size no larger than the largest element.
const roundings = 128;
// The same with one factor of the gradients rounded to float32, half a unit of 2⁻²³.
const singleRoundings = 2 ** -24 / 2 ** -53;

for (const [name, f] of Object.entries(activations)) {
  Deno.test(`${name}, composed of core operations, has PyTorch's values and gradients`, () => {
    for (const c of casesOf(readGolden("activations"), name)) {
      checkGolden(c, (...xs) => f(c.attrs, xs[0] as X, xs[1] as X) as Value, roundings);
    }
  });
}

for (const [name, f] of Object.entries(singleGradients)) {
  Deno.test(`${name}, composed of core operations, has PyTorch's values, and its gradients to float32`, () => {
    for (const c of casesOf(readGolden("activations"), name)) {
      const values: GoldenCase = { ...c, grads: {} };
      checkGolden(values, (...xs) => f(c.attrs, xs[0] as X, xs[1] as X) as Value, roundings);
      checkGolden(c, (...xs) => f(c.attrs, xs[0] as X, xs[1] as X) as Value, roundings + singleRoundings);
    }
  });
}

/** At the kinks themselves: which side a branch takes is the convention. */
const kinks: Readonly<Record<string, (x: X) => X>> = {
  leaky_relu: (x) => bent(x, times(x, 0.01)),
  elu: (x) => bent(x, expm1(x) as X),
  selu,
  hardtanh: (x) => between(x, -1, 1),
  relu6: (x) => between(x, 0, 6),
  softshrink: (x) => sub(x, clamp(x, { min: -1, max: 1 }) as X) as X,
  hardshrink: (x) => when(greater(abs(x) as X, 1), x, 0),
  huber_at_delta: huber,
  smooth_l1_at_beta: huber,
  hinge_at_margin: (x) => clamp(sub(1, x) as X, { min: 0 }) as X,
};

for (const [name, f] of Object.entries(kinks)) {
  Deno.test(`${name}, composed of core operations, has PyTorch's gradient at its kink`, () => {
    const cases = casesOf(readGolden("kinks"), name);
    assertEquals(cases.length, 1);
    checkGolden(cases[0]!, (...xs) => f(xs[0] as X) as Value, roundings);
  });
}
