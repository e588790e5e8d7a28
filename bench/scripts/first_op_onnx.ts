/** A whole process to its first operation, with onnxruntime-web. */
import { env, InferenceSession, Tensor } from "onnxruntime-web";
import { constant } from "../harness/host.ts";
import { onnxModel } from "../peers/onnx_model.ts";

env.wasm.numThreads = 1;
const session = await InferenceSession.create(onnxModel({
  inputs: { x: [3] },
  constants: { one: constant([], 1) },
  nodes: [{ op: "Add", inputs: ["x", "one"], output: "y" }],
  output: "y",
}));
await session.run({ x: new Tensor("float32", new Float32Array([1, 2, 3]), [3]) });
Deno.exit(0);
