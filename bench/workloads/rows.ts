/** Softmax, layer norm and max-pooling. */
import { reduceWindow, type Tensor } from "../../mod.ts";
import type { Case } from "../harness/case.ts";
import { permute, random } from "../harness/host.ts";
import { adjointFunction } from "../peers/adjoint.ts";
import { jaxJsFunction } from "../peers/jax_js.ts";
import { onnxFunction } from "../peers/onnx.ts";
import { type Tf, tfjsRun } from "../peers/tfjs.ts";
import { maxPoolStudy } from "../reference/max_pool.ts";
import { layerNormStudy, softmaxStudy } from "../reference/rows.ts";
import { layerNorm, softmax } from "./formulas.ts";

function softmaxCase(): Case {
  const x = random([128, 1024], 1, 4);
  return {
    name: "softmax 128×1024",
    bytes: 8 * x.data.length,
    implementations: {
      ...adjointFunction([x], (x) => softmax(x!)),
      ...jaxJsFunction([x], ({ nn }) => (x) => nn.softmax(x!, -1)),
      ...tfjsRun([x], (tf) => (x) => tf.softmax(x!, -1)),
      ...onnxFunction([x], [{ op: "Softmax", inputs: ["x0"], output: "y", attributes: { axis: -1 } }]),
      ...softmaxStudy(x),
    },
  };
}

function layerNormCase(): Case {
  const x = random([1024, 1024], 1, 4), scale = random([1024], 2), shift = random([1024], 3);
  const inputs = [x, scale, shift];
  return {
    name: "layer norm 1024×1024",
    bytes: 8 * x.data.length,
    implementations: {
      ...adjointFunction(inputs, (x, scale, shift) => layerNorm(x!, scale!, shift!)),
      ...jaxJsFunction(inputs, ({ nn }) => (x, scale, shift) => {
        return nn.standardize(x!, -1, { epsilon: 1e-5 }).mul(scale!).add(shift!);
      }),
      ...tfjsRun(inputs, (tf) => (x, scale, shift) => {
        const { mean, variance } = tf.moments(x!, -1, true);
        return x!.sub(mean).mul(tf.rsqrt(variance.add(1e-5))).mul(scale!).add(shift!);
      }),
      ...onnxFunction(inputs, [
        { op: "LayerNormalization", inputs: ["x0", "x1", "x2"], output: "y", attributes: { epsilon: 1e-5 } },
      ]),
      ...layerNormStudy(x, scale, shift),
    },
  };
}

function maxPoolCase(): Case {
  const x = random([32, 28, 28, 16], 1), channelsFirst = permute(x, [0, 3, 1, 2]);
  const window = [1, 2, 2, 1];
  return {
    name: "max-pool 32×28×28×16",
    bytes: 5 * x.data.length,
    implementations: {
      ...adjointFunction(
        [x],
        (x) => reduceWindow(x!, { op: "max", window, strides: window }) as unknown as Tensor,
      ),
      ...jaxJsFunction([x], () => (x) => x!.reshape([32, 14, 2, 14, 2, 16]).max([2, 4])),
      ...tfjsRun([x], (tf) => (x) => tf.maxPool(x as Tf.Tensor4D, 2, 2, "valid")),
      ...onnxFunction([channelsFirst], [
        { op: "MaxPool", inputs: ["x0"], output: "y", attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
      ], { reorder: (data) => permute({ shape: [32, 16, 14, 14], data }, [0, 2, 3, 1]).data }),
      ...maxPoolStudy(x),
    },
  };
}

/** The cases. */
export const rowCases: readonly Case[] = [softmaxCase(), layerNormCase(), maxPoolCase()];
