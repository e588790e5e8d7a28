/** A whole process to its first operation, with TensorFlow.js. */
import { add, setBackend, tensor } from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

setWasmPaths(new URL("../node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url).pathname);
await setBackend("wasm");
add(tensor([1, 2, 3]), 1).dataSync();
