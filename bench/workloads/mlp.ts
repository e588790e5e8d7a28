/** A train step of a perceptron 784-512-256-10 on 128 examples, with Adam. */
import { pipe } from "fp-ts/lib/function.js";
import { act, dense, input, type ParamsOf, relu, softmaxCrossEntropy } from "../../layers/mod.ts";
import type { Tensor } from "../../mod.ts";
import type { Case } from "../harness/case.ts";
import { constant, oneHotLabels, random, weights } from "../harness/host.ts";
import { adjointTraining } from "../peers/adjoint.ts";
import { jaxCrossEntropy, jaxJsTraining } from "../peers/jax_js.ts";
import { type Tf, tfjsTraining } from "../peers/tfjs.ts";

const batch = 128;
const layer = (inputs: number, outputs: number, seed: number) => ({
  w: weights([inputs, outputs], seed),
  b: constant([outputs], 0),
});
const params = [layer(784, 512, 1), layer(512, 256, 2), layer(256, 10, 3)] as const;
const examples = [random([batch, 784], 4), oneHotLabels(batch, 10)];

const net = pipe(input([784]), dense(512), act(relu), dense(256), act(relu), dense(10));

/** The cases. */
export const mlpCases: readonly Case[] = [{
  name: "MLP train step",
  // The gradient by the images is not needed.
  flops: 2 * batch * (3 * (784 * 512 + 512 * 256 + 256 * 10) - 784 * 512),
  implementations: {
    ...adjointTraining(params, examples, (p, x, y) => {
      const images = x as unknown as Tensor<readonly [number, 784]>;
      const [logits] = net.apply(p as unknown as ParamsOf<typeof net>, [], images, { mode: "train" });
      return softmaxCrossEntropy(logits, y!) as unknown as Tensor;
    }),
    ...jaxJsTraining(params, examples, (jax) => ([l1, l2, l3], x, y) => {
      const { numpy: np, nn } = jax;
      const h1 = nn.relu(np.matmul(x!, l1.w).add(l1.b)), h2 = nn.relu(np.matmul(h1, l2.w).add(l2.b));
      return jaxCrossEntropy(jax, np.matmul(h2, l3.w).add(l3.b), y!);
    }),
    ...tfjsTraining(params, examples, (tf) => ([l1, l2, l3], x, y) => {
      const h1 = tf.relu(tf.matMul(x!, l1.w).add(l1.b)), h2 = tf.relu(tf.matMul(h1, l2.w).add(l2.b));
      return tf.losses.softmaxCrossEntropy(y!, tf.matMul(h2, l3.w).add(l3.b)) as Tf.Tensor;
    }),
  },
}];
