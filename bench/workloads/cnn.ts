/** A train step of a small convolutional network on 64 images of 28×28, with Adam. */
import { add, convGeneral, matmul, reduceWindow, relu, reshape, type Tensor } from "../../mod.ts";
import { softmaxCrossEntropy } from "../../layers/mod.ts";
import type { Case } from "../harness/case.ts";
import { constant, oneHotLabels, permute, random, reshaped, weights } from "../harness/host.ts";
import { adjointTraining } from "../peers/adjoint.ts";
import { type JaxArray, jaxCrossEntropy, jaxJsTraining } from "../peers/jax_js.ts";
import { type Tf, tfjsTraining } from "../peers/tfjs.ts";

const batch = 64;
const params = {
  k1: weights([3, 3, 1, 16], 1, 9),
  b1: constant([16], 0),
  k2: weights([3, 3, 16, 32], 2, 144),
  b2: constant([32], 0),
  w: weights([1568, 10], 3),
  b: constant([10], 0),
};
const images = random([batch, 28, 28, 1], 4), labels = oneHotLabels(batch, 10);

// The same network with channels first: kernels OIHW, and the rows of the dense layer in the order of its pixels.
const channelsFirst = {
  ...params,
  k1: permute(params.k1, [3, 2, 0, 1]),
  b1: reshaped(params.b1, [16, 1, 1]),
  k2: permute(params.k2, [3, 2, 0, 1]),
  b2: reshaped(params.b2, [32, 1, 1]),
  w: reshaped(permute(reshaped(params.w, [7, 7, 32, 10]), [2, 0, 1, 3]), [1568, 10]),
};

const block = (x: Tensor, kernel: Tensor, bias: Tensor): Tensor => {
  const y = relu(add(convGeneral(x, kernel, { padding: "same" }), bias));
  return reduceWindow(y, { op: "max", window: [1, 2, 2, 1], strides: [1, 2, 2, 1] }) as unknown as Tensor;
};

/** The largest of each 2×2 window, channels first: by reshaping; its own pooling takes as long. */
const jaxPool = (x: JaxArray): JaxArray => {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return x.reshape([n, c, h / 2, 2, w / 2, 2]).max([3, 5]);
};

/** The cases. */
export const cnnCases: readonly Case[] = [{
  name: "CNN train step",
  // The gradient by the images is not needed.
  flops: 2 * batch * (2 * 28 * 28 * 9 * 16 + 3 * (14 * 14 * 9 * 16 * 32 + 1568 * 10)),
  implementations: {
    ...adjointTraining(params, [images, labels], ({ k1, b1, k2, b2, w, b }, x, y) => {
      const features = reshape(block(block(x!, k1, b1), k2, b2), [batch, 1568]) as unknown as Tensor;
      return softmaxCrossEntropy(add(matmul(features, w), b) as never, y!) as unknown as Tensor;
    }),
    ...jaxJsTraining(
      channelsFirst,
      [reshaped(images, [batch, 1, 28, 28]), labels],
      (jax) => ({ k1, b1, k2, b2, w, b }, x, y) => {
        const { lax, nn } = jax;
        const h1 = jaxPool(nn.relu(lax.conv(x!, k1, [1, 1], "SAME").add(b1)));
        const h2 = jaxPool(nn.relu(lax.conv(h1, k2, [1, 1], "SAME").add(b2)));
        return jaxCrossEntropy(jax, jax.numpy.matmul(h2.reshape([batch, 1568]), w).add(b), y!);
      },
    ),
    ...tfjsTraining(params, [images, labels], (tf) => ({ k1, b1, k2, b2, w, b }, x, y) => {
      const conv = (x: Tf.Tensor, k: Tf.Tensor) => tf.conv2d(x as Tf.Tensor4D, k as Tf.Tensor4D, 1, "same");
      const pool = (x: Tf.Tensor) => tf.maxPool(tf.relu(x) as Tf.Tensor4D, 2, 2, "valid");
      const h = pool(conv(pool(conv(x!, k1).add(b1)), k2).add(b2)).reshape([batch, 1568]);
      return tf.losses.softmaxCrossEntropy(y!, tf.matMul(h, w).add(b)) as Tf.Tensor;
    }),
  },
}];
