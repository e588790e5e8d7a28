/** onnxruntime-web on its WebAssembly provider with two threads. */
import type { Implementations, Timed } from "../harness/case.ts";
import { type HostArray, sizeOf } from "../harness/host.ts";
import { type OnnxGraph, onnxModel, type OnnxNode } from "./onnx_model.ts";

/** A graph run on operands that stay where they are; inputs are named `x0`, `x1`, …, the result `y`. */
export const onnxFunction = (
  inputs: readonly HostArray[],
  nodes: readonly OnnxNode[],
  options: {
    readonly constants?: NonNullable<OnnxGraph["constants"]>;
    /** From its own order of elements to everybody's. */
    readonly reorder?: (y: Float32Array<ArrayBuffer>) => ArrayLike<number>;
  } = {},
): Implementations => ({
  onnxruntime: async (): Promise<Timed> => {
    const ort = await import("onnxruntime-web");
    ort.env.wasm.numThreads = 2;
    const shapes = Object.fromEntries(inputs.map((x, i) => [`x${i}`, x.shape]));
    const model = onnxModel({ inputs: shapes, constants: options.constants ?? {}, nodes, output: "y" });
    const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
    const feeds = Object.fromEntries(
      inputs.map((x, i) => [`x${i}`, new ort.Tensor("float32", x.data, [...x.shape])]),
    );
    const call = async () => (await session.run(feeds))["y"]!;
    return {
      run: async () => (await call()).dispose(),
      numbers: async () => {
        const y = await call();
        const data = (await y.getData()) as Float32Array<ArrayBuffer>;
        if (data.length !== sizeOf(y.dims)) throw new Error("the result is not whole");
        return (options.reorder ?? ((d) => d))(data);
      },
    };
  },
});
