/** x·y + z, whose time is that of moving four arrays. */
import { add, mul, type Tensor } from "../../mod.ts";
import type { Case } from "../harness/case.ts";
import { random } from "../harness/host.ts";
import { adjointFunction } from "../peers/adjoint.ts";
import { jaxJsFunction } from "../peers/jax_js.ts";
import { onnxFunction } from "../peers/onnx.ts";
import { tfjsRun } from "../peers/tfjs.ts";
import { triad } from "../reference/triad.ts";

function triadOf(name: string, size: number): Case {
  const operands = [1, 2, 3].map((seed) => random([size], seed));
  return {
    name,
    bytes: 16 * size,
    implementations: {
      ...adjointFunction(operands, (x, y, z) => add(mul(x!, y!), z!) as Tensor),
      ...jaxJsFunction(operands, () => (x, y, z) => x!.mul(y!).add(z!)),
      ...tfjsRun(operands, () => (x, y, z) => x!.mul(y!).add(z!)),
      ...onnxFunction(operands, [
        { op: "Mul", inputs: ["x0", "x1"], output: "p" },
        { op: "Add", inputs: ["p", "x2"], output: "y" },
      ]),
      ...triad(operands),
    },
  };
}

/** The cases. */
export const triadCases: readonly Case[] = [triadOf("x·y + z, 1e6", 1_000_000), triadOf("x·y + z, 1e7", 10_000_000)];
