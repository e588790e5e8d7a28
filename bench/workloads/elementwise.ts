/** Elementwise work over 1e6 numbers: gelu(a·x + b)·y + z in one pass, and single functions. */
import { add, exp, log, mul, tanh, type Tensor } from "../../mod.ts";
import type { Case } from "../harness/case.ts";
import { constant, type HostArray, random } from "../harness/host.ts";
import { adjointFunction } from "../peers/adjoint.ts";
import { jaxJsFunction } from "../peers/jax_js.ts";
import { onnxFunction } from "../peers/onnx.ts";
import { type Tf, tfjsRun } from "../peers/tfjs.ts";
import { geluErf, geluTanh } from "./formulas.ts";

const size = 1_000_000, a = 1.5, b = 0.25;
const operands = [random([size], 1, 3), random([size], 2), random([size], 3)];

function chain(form: "erf" | "tanh"): Case {
  const gelu = form === "erf" ? geluErf : geluTanh, attributes = { approximate: form === "erf" ? "none" : "tanh" };
  const tfGelu = (tf: typeof Tf, x: Tf.Tensor) => {
    const inner = form === "erf"
      ? tf.erf(x.mul(Math.SQRT1_2))
      : tf.tanh(x.square().mul(x).mul(0.044715).add(x).mul(Math.sqrt(2 / Math.PI)));
    return x.mul(0.5).mul(inner.add(1));
  };
  return {
    name: `gelu chain, ${form}`,
    bytes: 16 * size,
    implementations: {
      ...adjointFunction(
        operands,
        (x, y, z) => add(mul(gelu(add(mul(x!, a), b) as Tensor), y!), z!) as Tensor,
      ),
      ...jaxJsFunction(
        operands,
        ({ nn }) => (x, y, z) => nn.gelu(x!.mul(a).add(b), { approximate: form === "tanh" }).mul(y!).add(z!),
      ),
      ...tfjsRun(operands, (tf) => (x, y, z) => tfGelu(tf, x!.mul(a).add(b)).mul(y!).add(z!)),
      ...onnxFunction(operands, [
        { op: "Mul", inputs: ["x0", "a"], output: "ax" },
        { op: "Add", inputs: ["ax", "b"], output: "axb" },
        { op: "Gelu", inputs: ["axb"], output: "g", attributes },
        { op: "Mul", inputs: ["g", "x1"], output: "gy" },
        { op: "Add", inputs: ["gy", "x2"], output: "y" },
      ], { constants: { a: constant([], a), b: constant([], b) } }),
    },
  };
}

function single(name: "exp" | "tanh" | "log", op: string, ours: (x: Tensor) => Tensor, x: HostArray): Case {
  return {
    name,
    bytes: 8 * size,
    implementations: {
      ...adjointFunction([x], (x) => ours(x!)),
      ...jaxJsFunction([x], ({ numpy }) => (x) => numpy[name](x!)),
      ...tfjsRun([x], (tf) => (x) => tf[name](x!)),
      ...onnxFunction([x], [{ op, inputs: ["x0"], output: "y" }]),
    },
  };
}

const positive = { shape: [size], data: random([size], 4, 10).data.map((x) => Math.abs(x) + 1e-3) };

/** The cases. */
export const elementwiseCases: readonly Case[] = [
  chain("erf"),
  chain("tanh"),
  single("exp", "Exp", exp, random([size], 1, 5)),
  single("tanh", "Tanh", tanh, random([size], 1, 3)),
  single("log", "Log", log, positive),
];
