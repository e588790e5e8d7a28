import {
  add,
  div,
  exp,
  jit,
  matmul,
  max,
  mean,
  mul,
  relu,
  reshape,
  type Shape,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  zeros,
} from "../../mod.ts";
import type { Value } from "../tensor.ts";
import { fuse } from "./fuse.ts";
import { lowerProgram } from "./graph.ts";
import { printFused } from "./print_fused.ts";
import { trace } from "./program.ts";
import { assert, assertEquals } from "@std/assert";

type X = Tensor<Shape, "f32">;

/** The kernels of a function of arrays of these shapes. */
function kernels(f: (...xs: X[]) => Value | readonly Value[], ...shapes: Shape[]): string {
  const program = trace("f", (xs) => [f(...xs as X[])].flat() as Value[], shapes.map((s) => zeros(s) as Value));
  return printFused(fuse(lowerProgram(program)));
}

Deno.test("elementwise work is one walk, whatever its shape", () => {
  const f = (x: X, y: X): X => add(mul(relu(x), y), exp(x)) as X;
  assertEquals(kernels(f, [8, 16], [8, 16]), "t0[128] = ((relu(a[i0]) * b[i0]) + exp(a[i0]))\n-> t0");
});

Deno.test("movement costs nothing where it is read: transposes, slices and broadcasts are addresses", () => {
  const f = (x: X, y: X): X => add(slice(transpose(x) as X, [1, 0], [3, 4]), y) as X;
  assertEquals(kernels(f, [4, 5], [4]), "t0[2,4] = (a[(((i1 * 5) + i0) + 1)] + b[i1])\n-> t0");
});

Deno.test("reshapes are no kernels", () => {
  const f = (x: X): X => reshape(exp(reshape(x, [6, 4]) as X), [2, 12]) as X;
  assertEquals(kernels(f, [24]), "t0[24] = exp(a[i0])\n-> t0");
});

Deno.test("a reduction takes in what is computed for it, and a quotient is computed once for all that need it", () => {
  const f = (x: X): X => sum(square(sub(x, mean(x, { axis: 1, keepDims: true }) as X) as X) as X, { axis: 1 }) as X;
  assertEquals(
    kernels(f, [8, 16]),
    [
      "t0[8] = sum[16] a[((i0 * 16) + i1)]",
      "t1[8] = (t0[i0] / 16)",
      "t2[8] = sum[16] ((a[((i0 * 16) + i1)] - t1[i0]) * (a[((i0 * 16) + i1)] - t1[i0]))",
      "-> t2",
    ].join("\n"),
  );
});

Deno.test("what is dear is stored when it is needed twice", () => {
  const f = (x: X): X => {
    const e = exp(sub(x, max(x, { axis: 1, keepDims: true }) as X) as X) as X;
    return div(e, sum(e, { axis: 1, keepDims: true }) as X) as X;
  };
  assertEquals(
    kernels(f, [8, 16]),
    [
      "t0[8] = max[16] a[((i0 * 16) + i1)]",
      "t1[8,16] = exp((a[((i0 * 16) + i1)] - t0[i0]))",
      "t2[8] = sum[16] t1[((i0 * 16) + i1)]",
      "t3[8,16] = (t1[((i0 * 16) + i1)] / t2[i0])",
      "-> t3",
    ].join("\n"),
  );
});

Deno.test("a product reads its operands in place, transposed too, and a bias and relu are one walk after it", () => {
  const f = (x: X, w: X, b: X): readonly X[] => {
    const h = add(matmul(x, transpose(w) as X), b) as X;
    return [h, relu(h) as X];
  };
  assertEquals(
    kernels(f, [4, 6], [5, 6], [5]),
    [
      "t0[4,5] = sum[6] (a[((i0 * 6) + i2)] * b[((i1 * 6) + i2)])",
      "t1[4,5] = (t0[(i1 + (i0 * 5))] + c[i1])",
      "  and t2[4,5] = relu((t0[(i1 + (i0 * 5))] + c[i1]))",
      "-> t1 t2",
    ].join("\n"),
  );
});

Deno.test("an optimizer's update is one walk with several results", () => {
  const f = (p: X, m: X, v: X, g: X): readonly X[] => {
    const m1 = add(mul(m, 0.5), mul(g, 0.5)) as X, v1 = add(mul(v, 0.5), mul(square(g) as X, 0.5)) as X;
    return [sub(p, div(m1, sqrt(v1) as X)) as X, m1, v1];
  };
  assertEquals(kernels(f, [32], [32], [32], [32]).split("\n").filter((l) => !l.startsWith("  and")).length, 2);
});

Deno.test("a long sum to one element is cut in parts, whatever the number of threads", () => {
  assertEquals(
    kernels((x) => sum(x) as X, [1 << 18]),
    "t0[64] = sum[4096] a[((i0 * 4096) + i1)]\nt1[] = sum[64] t0[i0]\n-> t1",
  );
});

Deno.test("jitted calls are inlined: nothing is stored at their borders", () => {
  const inner = jit((x: X) => exp(x) as X);
  assertEquals(kernels((x) => mul(inner(x), 2) as X, [8]), "t0[8] = (exp(a[i0]) * 2)\n-> t0");
});

Deno.test("a long chain is cut into walks of bounded size, each with the one result that is read", () => {
  const f = (x: X): X => {
    let y = x;
    for (let i = 0; i < 1000; i++) y = add(mul(y, 0.5), i) as X;
    return y;
  };
  const lines = kernels(f, [64]).split("\n");
  assertEquals(lines.map((l) => l.slice(0, l.indexOf("]") + 1)).slice(0, 3), ["t0[64]", "t1[64]", "t2[64]"]);
  assert(lines.length < 12 && lines.every((l) => l.length < 4000));
});

Deno.test("what only walks read that have joined its own is not stored", () => {
  const f = (x: X): X => {
    const e = exp(x) as X;
    return add(mul(e, e), relu(e)) as X;
  };
  assertEquals(kernels(f, [8]), "t0[8] = ((exp(a[i0]) * exp(a[i0])) + relu(exp(a[i0])))\n-> t0");
});

Deno.test("what takes an operation on an operand and little beside is computed wherever it is read", () => {
  const f = (x: X): X => {
    const d = sub(x, mean(x, { axis: 1, keepDims: true }) as X) as X;
    return div(d, sqrt(mean(square(d) as X, { axis: 1, keepDims: true }) as X) as X) as X;
  };
  assertEquals(
    kernels(f, [8, 16]),
    [
      "t0[8] = sum[16] a[((i0 * 16) + i1)]",
      "t1[8] = (t0[i0] / 16)",
      "t2[8] = sum[16] ((a[((i0 * 16) + i1)] - t1[i0]) * (a[((i0 * 16) + i1)] - t1[i0]))",
      "t3[8] = sqrt((t2[i0] / 16))",
      "t4[8,16] = ((a[((i0 * 16) + i1)] - t1[i0]) / t3[i0])",
      "-> t4",
    ].join("\n"),
  );
});
