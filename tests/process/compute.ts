/** Computes on every thread, then ends as its argument says; the process must end with it. */
import { jit, key, matmul, normal, type Shape, sum, type Tensor } from "../../mod.ts";

type X = Tensor<Shape, "f32">;
const x = normal(key(1), [512, 512]) as unknown as X;
const f = jit((v: X) => sum(matmul(v, v) as X) as X);
if (!Number.isFinite(f(x).item())) throw new Error("wrong");
if (Deno.args[0] === "throws") throw new Error("not caught");
if (Deno.args[0] === "works on") setTimeout(() => f(x), 1);
