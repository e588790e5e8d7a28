/**
 * TensorFlow.js with its WebAssembly backend, as shipped: one thread. It trains only if imported through the union
 * package, which brings the gradients.
 */
import type * as Tf from "@tensorflow/tfjs";
import type { Implementations, Timed } from "../harness/case.ts";
import { type HostArray, type Like, mapHost } from "../harness/host.ts";

export type { Tf };

const binaries = new URL("../node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url);

async function load(): Promise<typeof Tf> {
  const tf = await import("@tensorflow/tfjs");
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(binaries.pathname);
  await tf.setBackend("wasm");
  await tf.ready();
  if (tf.getBackend() !== "wasm") throw new Error("the wasm backend does not start");
  return tf;
}

const placer = (tf: typeof Tf) => (x: HostArray): Tf.Tensor => tf.tensor(x.data, [...x.shape], "float32");

/** A function of operands that stay where they are. */
export const tfjsRun = (
  inputs: readonly HostArray[],
  f: (tf: typeof Tf) => (...xs: Tf.Tensor[]) => Tf.Tensor,
): Implementations => ({
  tfjs: async (): Promise<Timed> => {
    const tf = await load(), xs = inputs.map(placer(tf)), g = f(tf);
    const call = () => tf.tidy(() => g(...xs));
    return { run: () => call().dispose(), numbers: () => call().dataSync() };
  },
});

/** A training step with Adam. */
export const tfjsTraining = <P>(
  params: P,
  batch: readonly HostArray[],
  loss: (tf: typeof Tf) => (params: Like<P, Tf.Tensor>, ...batch: Tf.Tensor[]) => Tf.Tensor,
): Implementations => ({
  tfjs: async (): Promise<Timed> => {
    const tf = await load(), place = placer(tf), xs = batch.map(place), f = loss(tf);
    const variables = mapHost(params, (x) => tf.variable(place(x))) as Like<P, Tf.Tensor>;
    const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
    const run = (): Tf.Scalar => optimizer.minimize(() => tf.tidy(() => f(variables, ...xs)) as Tf.Scalar, true)!;
    return { run: () => run().dispose(), numbers: () => [run(), run(), run()].map((l) => l.dataSync()[0]!) };
  },
});
