import { type Buffer, lowerProgram, takeovers } from "../../compiler/graph.ts";
import { printFused } from "../../compiler/print_fused.ts";
import { makeProgram } from "../../transforms/stage.ts";
import { grad } from "../../transforms/grad.ts";
import { add, div, matmul, mul, relu, sqrt, square, sub, sum, zeros } from "../../ops/mod.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { HostFunctions, Kernels } from "./kernels.ts";
import { type Piece, pieceOf } from "./piece.ts";
import { assertEquals } from "@std/assert";

type X = Tensor<Shape, "f32">;

const plan = (f: (...xs: X[]) => unknown, ...shapes: Shape[]): Piece =>
  pieceOf(lowerProgram(makeProgram(f)(...shapes.map((s) => zeros(s) as X))), {
    host: new HostFunctions(),
    kernels: new Kernels(),
    tile: {},
    threads: 1,
    tasks: [],
    shares: new Map(),
  });

/** A plan in text: temporaries `@` their addresses, results `@` the arguments that they may be written over. */
function shown(piece: Piece): string {
  const { graph } = piece.fused, from = takeovers(piece.lives, graph.inputs, graph.outputs);
  const results = graph.outputs.map((b, i) => [b, from[i]! < 0 ? "new" : String.fromCharCode(97 + from[i]!)] as const);
  return printFused(piece.fused, new Map<Buffer, number | string>([...piece.offsets, ...results]));
}

Deno.test("an optimizer's step writes its state over the old one", () => {
  const step = (p: X, m: X, v: X, x: X, y: X): unknown => {
    const g = grad((w: X) => sum(square(sub(matmul(x, w), y))))(p) as X;
    const m1 = add(mul(m, 0.5), mul(g, 0.5)), v1 = add(mul(v, 0.5), mul(square(g), 0.5));
    return [sub(p, div(m1, sqrt(v1))), m1, v1];
  };
  assertEquals(
    shown(plan(step, [8, 4], [8, 4], [8, 4], [16, 8], [16, 4])),
    [
      "t0@0[16,4] = sum[8] (d[((i0 * 8) + i2)] * a[((i2 * 4) + i1)])",
      "t1@0[64] = ((t0@0[i0] - e[i0]) + (t0@0[i0] - e[i0]))",
      "t2@256[8,4] = sum[16] (d[(i0 + (i2 * 8))] * t1@0[((i2 * 4) + i1)])",
      "t3@b[32] = ((b[i0] * 0.5) + (t2@256[i0] * 0.5))",
      "  and t4@c[32] = ((c[i0] * 0.5) + ((t2@256[i0] * t2@256[i0]) * 0.5))",
      "  and t5@a[32] = (a[i0] - (((b[i0] * 0.5) + (t2@256[i0] * 0.5)) / sqrt(((c[i0] * 0.5) + ((t2@256[i0] * t2@256[i0]) * 0.5)))))",
      "-> t5@a t3@b t4@c",
    ].join("\n"),
  );
});

Deno.test("layers one after another need the memory of two", () => {
  const deep = (x: X, w: X): X => {
    let h = x;
    for (let i = 0; i < 3; i++) h = add(relu(matmul(h, w)), 1) as X;
    return sum(h, { axis: 0 }) as X;
  };
  assertEquals(
    shown(plan(deep, [16, 16], [16, 16])),
    [
      "t0@0[16,16] = sum[16] (a[((i0 * 16) + i2)] * b[((i2 * 16) + i1)])",
      "t1@0[256] = (relu(t0@0[i0]) + 1)",
      "t2@1024[16,16] = sum[16] (t1@0[((i0 * 16) + i2)] * b[((i2 * 16) + i1)])",
      "t3@1024[256] = (relu(t2@1024[i0]) + 1)",
      "t4@0[16,16] = sum[16] (t3@1024[((i0 * 16) + i2)] * b[((i2 * 16) + i1)])",
      "t5@new[16] = sum[16] (relu(t4@0[(i0 + (i1 * 16))]) + 1)",
      "-> t5@new",
    ].join("\n"),
  );
});
