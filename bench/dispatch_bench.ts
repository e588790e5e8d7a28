/**
 * What it costs to say what is to be computed: one eager operation, the gradient of a small function, tracing a step.
 *
 * The arrays are tiny, so that the time is the library's own and not the arithmetic's. `deno task bench`.
 */
import { pipe } from "fp-ts/lib/function.js";
import {
  add,
  cos,
  exp,
  grad,
  jit,
  key,
  makeProgram,
  mul,
  ones,
  sin,
  sum,
  type Tensor,
  valueAndGrad,
  zeros,
} from "../mod.ts";
import { act, dense, input, type ParamsOf, relu, softmaxCrossEntropy } from "../layers/mod.ts";
import { adam, applyUpdates, type OptState } from "../optim/mod.ts";

type V = Tensor<readonly [10]>;
const x: V = ones([10]), y: V = zeros([10]);

Deno.bench("add, eager, 10 numbers", { group: "eager", baseline: true }, () => {
  add(x, y);
});

const loop = new Float32Array(10).fill(1);
Deno.bench("the same sum as a plain loop", { group: "eager" }, () => {
  const out = new Float32Array(10);
  for (let i = 0; i < 10; i++) out[i] = loop[i]! + loop[i]!;
});

/** Ten operations and a sum. */
const ten = (v: V): Tensor<readonly []> => {
  const a = sin(v), b = cos(a), c = mul(a, b), d = exp(c), e = add(d, v);
  return sum(mul(add(mul(e, e), c), d));
};
const gradient = grad(ten), jitted = jit(ten), jittedGradient = jit(gradient);
jitted(x);
jittedGradient(x);

Deno.bench("ten operations, eager", { group: "ten operations", baseline: true }, () => {
  ten(x);
});
Deno.bench("their gradient, eager", { group: "ten operations" }, () => {
  gradient(x);
});
Deno.bench("ten operations, jitted", { group: "ten operations" }, () => {
  jitted(x);
});
Deno.bench("their gradient, jitted", { group: "ten operations" }, () => {
  jittedGradient(x);
});

const net = pipe(input([784]), dense(512), act(relu), dense(256), act(relu), dense(10));
const optimizer = adam(1e-3), { params } = net.init(key(0)), opt = optimizer.init(params);
const step = (
  p: ParamsOf<typeof net>,
  o: OptState,
  images: Tensor<readonly [128, 784]>,
  labels: Tensor<readonly [128], "i32">,
) => {
  const loss = (q: ParamsOf<typeof net>) => softmaxCrossEntropy(net.apply(q, [], images, { mode: "train" })[0], labels);
  const [l, g] = valueAndGrad(loss)(p);
  const [updates, next] = optimizer.update(g, o, p);
  return [applyUpdates(p, updates), next, l] as const;
};
const images = zeros([128, 784]), labels = zeros([128], { dtype: "i32" });

Deno.bench("makeProgram of an MLP train step with Adam", { group: "tracing" }, () => {
  makeProgram(step)(params, opt, images, labels);
});
