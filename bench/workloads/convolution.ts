/** Convolutions with a 3×3 kernel, and both their gradients. Ours and TensorFlow's are NHWC, the others' NCHW. */
import { convGeneral, type Tensor, vjp, zeros } from "../../mod.ts";
import type { Case } from "../harness/case.ts";
import { type HostArray, permute, random } from "../harness/host.ts";
import { adjointFunction } from "../peers/adjoint.ts";
import { type JaxArray, jaxJsFunction } from "../peers/jax_js.ts";
import { onnxFunction } from "../peers/onnx.ts";
import { type Tf, tfjsRun } from "../peers/tfjs.ts";

const toChannelsFirst = [0, 3, 1, 2] as const, toChannelsLast = [0, 2, 3, 1] as const;
// From HWIO to OIHW and back.
const toKernelFirst = [3, 2, 0, 1] as const, toKernelLast = [2, 3, 1, 0] as const;

/** Examples, side of the image, channels in and out. */
type Size = readonly [n: number, side: number, from: number, to: number];

const conv = (x: Tensor, w: Tensor): Tensor => convGeneral(x, w, { padding: "same" }) as Tensor;
const pads = [1, 1, 1, 1];

function forward(name: string, flops: number, x: HostArray, w: HostArray): Case {
  const inputs = [permute(x, toChannelsFirst), permute(w, toKernelFirst)];
  const [n, side, , to] = [...x.shape.slice(0, 3), w.shape[3]!] as [number, number, number, number];
  const back = (y: Float32Array<ArrayBuffer>) => permute({ shape: [n, to, side, side], data: y }, toChannelsLast).data;
  return {
    name: `${name}, forward`,
    flops,
    implementations: {
      ...adjointFunction([x, w], (x, w) => conv(x!, w!)),
      ...jaxJsFunction(inputs, ({ lax }) => (x, w) => lax.conv(x!, w!, [1, 1], "SAME"), toChannelsLast),
      ...tfjsRun([x, w], (tf) => (x, w) => tf.conv2d(x as Tf.Tensor4D, w as Tf.Tensor4D, 1, "same")),
      ...onnxFunction(inputs, [{ op: "Conv", inputs: ["x0", "x1"], output: "y", attributes: { pads } }], {
        reorder: back,
      }),
    },
  };
}

function inputGradient(name: string, flops: number, dy: HostArray, w: HostArray, shape: readonly number[]): Case {
  const inputs = [permute(dy, toChannelsFirst), permute(w, toKernelFirst)];
  return {
    name: `${name}, input gradient`,
    flops,
    implementations: {
      ...adjointFunction(
        [dy, w],
        (dy, w) => (vjp((x: Tensor) => conv(x, w!), zeros(shape) as unknown as Tensor)[1] as Pullback)(dy!)[0],
      ),
      ...jaxJsFunction(inputs, (jax) => (dy, w) => {
        const x = jax.numpy.zeros(toChannelsFirst.map((a) => shape[a]!));
        const [y, pull] = jax.vjp((x: JaxArray) => jax.lax.conv(x, w!, [1, 1], "SAME"), [x]);
        y.dispose();
        return pull(dy!)[0] as JaxArray;
      }, toChannelsLast),
      ...tfjsRun(
        [dy, w],
        (tf) => (dy, w) =>
          tf.conv2dTranspose(dy as Tf.Tensor4D, w as Tf.Tensor4D, shape as [number, number, number, number], 1, "same"),
      ),
    },
  };
}

function filterGradient(name: string, flops: number, x: HostArray, dy: HostArray, shape: readonly number[]): Case {
  const inputs = [permute(x, toChannelsFirst), permute(dy, toChannelsFirst)];
  return {
    name: `${name}, filter gradient`,
    flops,
    implementations: {
      ...adjointFunction(
        [x, dy],
        (x, dy) => (vjp((w: Tensor) => conv(x!, w), zeros(shape) as unknown as Tensor)[1] as Pullback)(dy!)[0],
      ),
      ...jaxJsFunction(inputs, (jax) => (x, dy) => {
        const w = jax.numpy.zeros(toKernelFirst.map((a) => shape[a]!));
        const [y, pull] = jax.vjp((w: JaxArray) => jax.lax.conv(x!, w, [1, 1], "SAME"), [w]);
        y.dispose();
        return pull(dy!)[0] as JaxArray;
      }, toKernelLast),
      ...tfjsRun([x, dy], (tf) => (x, dy) => {
        const w = tf.zeros(shape as [number, number, number, number]);
        return tf.grad((w) => tf.conv2d(x as Tf.Tensor4D, w as Tf.Tensor4D, 1, "same"))(w, dy);
      }),
    },
  };
}

type Pullback = (dy: Tensor) => readonly [Tensor];

function casesOf(name: string, [n, side, from, to]: Size): Case[] {
  const flops = 2 * n * side * side * 9 * from * to;
  const x = random([n, side, side, from], 1), w = random([3, 3, from, to], 2), dy = random([n, side, side, to], 3);
  return [
    forward(name, flops, x, w),
    inputGradient(name, flops, dy, w, x.shape),
    filterGradient(name, flops, x, dy, w.shape),
  ];
}

/** The cases. */
export const convolutionCases: readonly Case[] = [
  ...casesOf("conv 16→32 at 14×14", [64, 14, 16, 32]),
  ...casesOf("conv 64→64 at 32×32", [8, 32, 64, 64]),
];
