/** Products of matrices: large, odd, thin, transposed, batched, and one with a vector. */
import { matmul, swapAxes, type Tensor } from "../../mod.ts";
import type { Case } from "../harness/case.ts";
import { random, sizeOf } from "../harness/host.ts";
import { adjointFunction } from "../peers/adjoint.ts";
import { jaxJsFunction } from "../peers/jax_js.ts";
import { onnxFunction } from "../peers/onnx.ts";
import { tfjsRun } from "../peers/tfjs.ts";
import { fmaLoop } from "../reference/fma.ts";
import { readLoop } from "../reference/read.ts";

/** What one product is made of: `a` is `[batch…, m, k]` and `b` `[batch…, k, n]`, or either the other way round. */
interface Product {
  readonly name: string;
  readonly size: readonly [m: number, k: number, n: number];
  readonly batch?: readonly number[];
  readonly transposed?: "a" | "b";
  /** Beside our implementation of one thread, and loops that only compute. */
  readonly limits?: boolean;
}

function product({ name, size: [m, k, n], batch = [], transposed, limits = false }: Product): Case {
  const ta = transposed === "a", tb = transposed === "b";
  const inputs = [random([...batch, ...ta ? [k, m] : [m, k]], 1), random([...batch, ...tb ? [n, k] : [k, n]], 2)];
  const turn = (x: Tensor) => swapAxes(x, -1, -2) as unknown as Tensor;
  const flops = 2 * sizeOf(batch) * m * k * n;
  return {
    name,
    flops,
    implementations: {
      ...adjointFunction(
        inputs,
        (a, b) => matmul(ta ? turn(a!) : a!, tb ? turn(b!) : b!) as unknown as Tensor,
        { oneThread: limits },
      ),
      ...jaxJsFunction(inputs, ({ numpy: np }) => (a, b) => {
        return np.matmul(ta ? np.swapaxes(a!, -1, -2) : a!, tb ? np.swapaxes(b!, -1, -2) : b!);
      }),
      ...tfjsRun(inputs, (tf) => (a, b) => tf.matMul(a!, b!, ta, tb)),
      ...onnxFunction(inputs, [
        transposed === undefined
          ? { op: "MatMul", inputs: ["x0", "x1"], output: "y" }
          : { op: "Gemm", inputs: ["x0", "x1"], output: "y", attributes: { transA: Number(ta), transB: Number(tb) } },
      ]),
      ...limits ? { ...fmaLoop(flops, 1), ...fmaLoop(flops, 2) } : {},
      ...m === 1 ? readLoop(4 * k * n, 2) : {},
    },
  };
}

const square = (n: number) => [n, n, n] as const;

/** The cases. */
export const matmulCases: readonly Case[] = [
  product({ name: "matmul 512", size: square(512), limits: true }),
  product({ name: "matmul 1024", size: square(1024), limits: true }),
  product({ name: "matmul 2048", size: square(2048), limits: true }),
  product({ name: "matmul 510", size: square(510) }),
  product({ name: "matmul 1023", size: square(1023) }),
  product({ name: "matmul 128×784×10", size: [128, 784, 10] }),
  product({ name: "matmul 128×784×16", size: [128, 784, 16] }),
  product({ name: "matmul A·Bᵀ 1024", size: square(1024), transposed: "b" }),
  product({ name: "matmul Aᵀ·B 1024", size: square(1024), transposed: "a" }),
  product({ name: "matmul 64 × (128×64×128)", size: [128, 64, 128], batch: [64] }),
  product({ name: "matmul 128×64×128", size: [128, 64, 128] }),
  product({ name: "matmul 1×1024×1024", size: [1, 1024, 1024] }),
];
