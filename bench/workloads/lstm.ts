/**
 * A train step of an LSTM of 128 units on 32 sequences of 64 inputs, with Adam; a dense layer reads its last state. Ours
 * scans; the peers have no scan and are unrolled. All project the inputs of every moment at once.
 */
import { add, matmul, mul, scan, sigmoid, splitAxis, tanh, type Tensor, zeros } from "../../mod.ts";
import { softmaxCrossEntropy } from "../../layers/mod.ts";
import type { Case } from "../harness/case.ts";
import { constant, oneHotLabels, random, weights } from "../harness/host.ts";
import { adjointTraining } from "../peers/adjoint.ts";
import { type JaxArray, jaxCrossEntropy, jaxJsTraining } from "../peers/jax_js.ts";
import { type Tf, tfjsTraining } from "../peers/tfjs.ts";

const batch = 32, inputs = 64, units = 128, classes = 10;
// Forget gates start open, as of Jozefowicz, Zaremba and Sutskever (ICML 2015): else gradients would vanish along 512 moments,
// and what is timed would be how slow a processor is with denormal numbers.
const gates = constant([4 * units], 0);
gates.data.fill(1, units, 2 * units);
const params = {
  wx: weights([inputs, 4 * units], 1),
  wh: weights([units, 4 * units], 2),
  b: gates,
  w: weights([units, classes], 3),
  c: constant([classes], 0),
};

/** The train step for sequences of a length. */
export function lstm(length: number): Case {
  const examples = [random([length, batch, inputs], 4), oneHotLabels(batch, classes)];
  return {
    name: length === 64 ? "LSTM train step" : `LSTM train step, length ${length}`,
    // The gradient by the inputs is not needed.
    flops: 2 * batch * (length * 4 * units * (2 * inputs + 3 * units) + 3 * units * classes),
    implementations: {
      ...adjointTraining(params, examples, ({ wx, wh, b, w, c }, xs, y) => {
        const cell = ([h, s]: readonly [Tensor, Tensor], x: Tensor) => {
          const gates = add(x, matmul(h, wh) as unknown as Tensor) as Tensor;
          const [i, f, g, o] = splitAxis(gates, 4, { axis: -1 }) as unknown as [Tensor, Tensor, Tensor, Tensor];
          const next = add(mul(sigmoid(f), s), mul(sigmoid(i), tanh(g))) as Tensor;
          return [[mul(sigmoid(o), tanh(next)) as Tensor, next], null] as const;
        };
        const start = zeros([batch, units]) as unknown as Tensor;
        const projected = add(matmul(xs!, wx), b) as unknown as Tensor;
        const [[h]] = scan(cell as never, [start, start] as const, projected) as unknown as [[Tensor, Tensor]];
        return softmaxCrossEntropy(add(matmul(h, w), c) as never, y!) as unknown as Tensor;
      }),
      ...jaxJsTraining(params, examples, (jax) => ({ wx, wh, b, w, c }, xs, y) => {
        const { numpy: np, nn } = jax, projected = np.matmul(xs!, wx).add(b);
        let h: JaxArray = np.zeros([batch, units]), s: JaxArray = np.zeros([batch, units]);
        for (let t = 0; t < length; t++) {
          const gates = projected.ref.slice(t).add(np.matmul(h, wh.ref));
          const [i, f, g, o] = np.split(gates, 4, 1) as [JaxArray, JaxArray, JaxArray, JaxArray];
          s = nn.sigmoid(f).mul(s).add(nn.sigmoid(i).mul(np.tanh(g)));
          h = nn.sigmoid(o).mul(np.tanh(s.ref));
        }
        for (const x of [projected, wh, s]) x.dispose();
        return jaxCrossEntropy(jax, np.matmul(h, w).add(c), y!);
      }),
      ...tfjsTraining(params, examples, (tf) => ({ wx, wh, b, w, c }, xs, y) => {
        const projected = tf.matMul(xs!.reshape([length * batch, inputs]), wx).add(b);
        let h: Tf.Tensor = tf.zeros([batch, units]), s: Tf.Tensor = tf.zeros([batch, units]);
        for (const x of tf.unstack(projected.reshape([length, batch, 4 * units]))) {
          const gates = x.add(tf.matMul(h, wh));
          const [i, f, g, o] = tf.split(gates, 4, 1) as [Tf.Tensor, Tf.Tensor, Tf.Tensor, Tf.Tensor];
          s = tf.sigmoid(f).mul(s).add(tf.sigmoid(i).mul(tf.tanh(g)));
          h = tf.sigmoid(o).mul(tf.tanh(s));
        }
        return tf.losses.softmaxCrossEntropy(y!, tf.matMul(h, w).add(c)) as Tf.Tensor;
      }),
    },
  };
}

/** The cases. */
export const lstmCases: readonly Case[] = [lstm(64)];
