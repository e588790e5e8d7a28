/** A pre-norm transformer block on 8 sequences of length 128: width 256, 4 heads, feed-forward 1024, gelu by erf. */
import { add, matmul, mean, mul, reshape, square, sub, swapAxes, type Tensor, transpose, unstack } from "../../mod.ts";
import type { Case } from "../harness/case.ts";
import { constant, type HostArray, type Like, random, weights } from "../harness/host.ts";
import { adjointFunction, adjointTraining } from "../peers/adjoint.ts";
import { type JaxArray, type JaxJs, jaxJsFunction, jaxJsTraining } from "../peers/jax_js.ts";
import { onnxFunction } from "../peers/onnx.ts";
import type { OnnxNode } from "../peers/onnx_model.ts";
import { type Tf, tfjsRun, tfjsTraining } from "../peers/tfjs.ts";
import { geluErf, layerNorm, softmax } from "./formulas.ts";

const batch = 8, length = 128, width = 256, heads = 4, inner = 1024, part = width / heads, tokens = batch * length;
const params = {
  scale1: constant([width], 1),
  shift1: constant([width], 0),
  qkv: weights([width, 3 * width], 1),
  out: weights([width, width], 2),
  scale2: constant([width], 1),
  shift2: constant([width], 0),
  up: weights([width, inner], 3),
  upBias: constant([inner], 0),
  down: weights([inner, width], 4),
  downBias: constant([width], 0),
};
type Params = typeof params;
const x = random([batch, length, width], 5), target = random([batch, length, width], 6);
// Products with weights, and the two of attention.
const flops = 2 * tokens * (4 * width * width + 2 * width * inner + 2 * length * width);
/** Parameters in the order of their names, for functions of a list of operands. */
const names = Object.keys(params) as (keyof Params)[];
const operands: readonly HostArray[] = [x, ...Object.values(params)];
const named = <A>(list: readonly A[]) => Object.fromEntries(names.map((n, i) => [n, list[i]!])) as Like<Params, A>;

function ours(p: Like<Params, Tensor>, x: Tensor): Tensor {
  const heads5 = reshape(matmul(layerNorm(x, p.scale1, p.shift1), p.qkv), [batch, length, 3, heads, part]);
  const [q, k, v] = unstack(transpose(heads5, [2, 0, 3, 1, 4])) as unknown as [Tensor, Tensor, Tensor];
  const scores = mul(matmul(q, swapAxes(k, -1, -2)), 1 / Math.sqrt(part)) as unknown as Tensor;
  const mixed = reshape(transpose(matmul(softmax(scores), v), [0, 2, 1, 3]), [batch, length, width]);
  const y = add(x, matmul(mixed, p.out)) as unknown as Tensor;
  const hidden = geluErf(add(matmul(layerNorm(y, p.scale2, p.shift2), p.up), p.upBias) as unknown as Tensor);
  return add(y, add(matmul(hidden, p.down), p.downBias)) as unknown as Tensor;
}

const jaxBlock = ({ numpy: np, nn }: typeof JaxJs) => (p: Like<Params, JaxArray>, x: JaxArray): JaxArray => {
  const norm = (x: JaxArray, scale: JaxArray, shift: JaxArray) =>
    nn.standardize(x, -1, { epsilon: 1e-5 }).mul(scale).add(shift);
  const projected = np.matmul(norm(x.ref, p.scale1, p.shift1), p.qkv);
  const [q, k, v] = np.split(projected, 3, -1).map((y) =>
    y.reshape([batch, length, heads, part]).transpose([0, 2, 1, 3])
  ) as [JaxArray, JaxArray, JaxArray];
  const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(part));
  const mixed = np.matmul(nn.softmax(scores, -1), v).transpose([0, 2, 1, 3]).reshape([batch, length, width]);
  const y = x.add(np.matmul(mixed, p.out));
  const hidden = nn.gelu(np.matmul(norm(y.ref, p.scale2, p.shift2), p.up).add(p.upBias), { approximate: false });
  return y.add(np.matmul(hidden, p.down).add(p.downBias));
};

const tfBlock = (tf: typeof Tf) => (p: Like<Params, Tf.Tensor>, x: Tf.Tensor): Tf.Tensor => {
  const norm = (x: Tf.Tensor, scale: Tf.Tensor, shift: Tf.Tensor) => {
    const { mean, variance } = tf.moments(x, -1, true);
    return x.sub(mean).mul(tf.rsqrt(variance.add(1e-5))).mul(scale).add(shift);
  };
  const rows = x.reshape([tokens, width]);
  const [q, k, v] = tf.split(tf.matMul(norm(rows, p.scale1, p.shift1), p.qkv), 3, -1).map((y) =>
    y.reshape([batch, length, heads, part]).transpose([0, 2, 1, 3])
  ) as [Tf.Tensor, Tf.Tensor, Tf.Tensor];
  const scores = tf.matMul(q, k, false, true).mul(1 / Math.sqrt(part));
  const mixed = tf.matMul(tf.softmax(scores), v).transpose([0, 2, 1, 3]).reshape([tokens, width]);
  const y = rows.add(tf.matMul(mixed, p.out));
  const h = tf.matMul(norm(y, p.scale2, p.shift2), p.up).add(p.upBias);
  const hidden = h.mul(0.5).mul(tf.erf(h.mul(Math.SQRT1_2)).add(1));
  return y.add(tf.matMul(hidden, p.down).add(p.downBias)).reshape([batch, length, width]);
};

const op = (op: string, inputs: string, output: string, attributes: NonNullable<OnnxNode["attributes"]> = {}) => ({
  op,
  inputs: inputs.split(" "),
  output: output.includes(" ") ? output.split(" ") : output,
  attributes,
});
const onnxBlock: readonly OnnxNode[] = [
  op("LayerNormalization", "x0 scale1 shift1", "n1", { epsilon: 1e-5 }),
  op("MatMul", "n1 qkv", "p"),
  op("Split", "p", "q0 k0 v0", { axis: -1, num_outputs: 3 }),
  ...["q", "k", "v"].flatMap((n) => [
    op("Reshape", `${n}0 apart`, `${n}1`),
    op("Transpose", `${n}1`, n, { perm: n === "k" ? [0, 2, 3, 1] : [0, 2, 1, 3] }),
  ]),
  op("MatMul", "q k", "s0"),
  op("Mul", "s0 scale", "s"),
  op("Softmax", "s", "a", { axis: -1 }),
  op("MatMul", "a v", "m0"),
  op("Transpose", "m0", "m1", { perm: [0, 2, 1, 3] }),
  op("Reshape", "m1 together", "m"),
  op("MatMul", "m out", "o"),
  op("Add", "x0 o", "r"),
  op("LayerNormalization", "r scale2 shift2", "n2", { epsilon: 1e-5 }),
  op("MatMul", "n2 up", "h0"),
  op("Add", "h0 upBias", "h1"),
  op("Gelu", "h1", "h"),
  op("MatMul", "h down", "d0"),
  op("Add", "d0 downBias", "d"),
  op("Add", "r d", "y"),
];
const onnxConstants = {
  ...params,
  scale: constant([], 1 / Math.sqrt(part)),
  apart: new Int32Array([batch, length, heads, part]),
  together: new Int32Array([batch, length, width]),
};

/** The cases. */
export const transformerCases: readonly Case[] = [{
  name: "transformer forward",
  flops,
  implementations: {
    ...adjointFunction(operands, (x, ...p) => ours(named(p), x!)),
    ...jaxJsFunction(operands, (jax) => (x, ...p) => jaxBlock(jax)(named(p), x!)),
    ...tfjsRun(operands, (tf) => (x, ...p) => tfBlock(tf)(named(p), x!)),
    ...onnxFunction([x], onnxBlock, { constants: onnxConstants }),
  },
}, {
  name: "transformer train step",
  // The first norm's parameters need the gradient by its result, so every product has both of its gradients.
  flops: 3 * flops,
  implementations: {
    ...adjointTraining(params, [x, target], (p, x, y) => mean(square(sub(ours(p, x!), y!))) as unknown as Tensor),
    ...jaxJsTraining(
      params,
      [x, target],
      (jax) => (p, x, y) => jax.numpy.square(jaxBlock(jax)(p, x!).sub(y!)).mean(),
    ),
    ...tfjsTraining(params, [x, target], (tf) => (p, x, y) => tf.losses.meanSquaredError(y!, tfBlock(tf)(p, x!))),
  },
}];
