/** Programs of thousands of steps: they compile, in time that grows no faster than they do, and give what they must. */
import {
  add,
  clearCaches,
  concat,
  exp,
  jit,
  key,
  matmul,
  memoryStats,
  mul,
  normal,
  relu,
  type Shape,
  sin,
  stack,
  sum,
  tanh,
  type Tensor,
  tensor,
  zeros,
} from "../../../mod.ts";
import { assert, assertEquals } from "@std/assert";

type X = Tensor<Shape, "f32">;

Deno.test("a chain of 2000 steps on numbers, and on vectors, is compiled", () => {
  const steps = 2000;
  const f = (x: X): X => {
    let y = x;
    for (let i = 0; i < steps; i++) y = add(mul(y, 0.5), i) as X;
    return y;
  };
  let want = 1;
  for (let i = 0; i < steps; i++) want = Math.fround(Math.fround(want * 0.5) + i);
  assertEquals(jit(f)(tensor(1) as X).item(), want);
  assertEquals(jit(f)(add(zeros([5]), 1) as X).toArray(), [want, want, want, want, want]);
});

Deno.test("a thousand and more tensors are joined", () => {
  const n = 1500,
    f = (x: X): readonly X[] => {
      const parts = Array.from({ length: n }, (_, i) => add(x, i) as X);
      return [stack(parts.map((p) => sum(p) as X)) as X, concat(parts) as X];
    };
  const [sums, joined] = jit(f)(zeros([2]) as X);
  assertEquals(sums!.toArray(), Array.from({ length: n }, (_, i) => 2 * i));
  assertEquals(joined!.toArray(), Array.from({ length: 2 * n }, (_, i) => i >> 1));
});

/** What a program gives, and the bytes of its code. */
function compiled(f: (x: X) => X, x: X): readonly [Float32Array, number] {
  clearCaches();
  const y = jit(f)(x).dataSync() as Float32Array;
  return [y, memoryStats().codeBytes];
}

Deno.test("a thousand kernels that differ in numbers share their code", () => {
  const different = (n: number) => (x: X): X =>
    stack(Array.from({ length: n }, (_, i) => sum(mul(add(x, i), exp(mul(x, 1 / (i + 1))))) as X)) as X;
  const x = normal(key(1), [1003]) as X, [ys, bytes] = compiled(different(1000), x);
  assert(bytes < 256 * 1024, `${bytes} bytes`);
  // Ten of them have code of their own.
  assertEquals(ys.slice(0, 10), compiled(different(10), x)[0]);
});

Deno.test("a program full of long functions calls them", () => {
  const steps = Array.from({ length: 200 }, (_, i) => (x: X): X => mul(sin(add(tanh(x), 0.1 * i)), 1.5) as X);
  const x = normal(key(1), [1003]) as X, [y, bytes] = compiled((x) => steps.reduce((y, step) => step(y), x), x);
  assert(bytes < 128 * 1024, `${bytes} bytes`);
  assertEquals(y, steps.reduce((y, step) => jit(step)(y), x).dataSync());
});

Deno.test("products of many sizes share their inner loops", () => {
  const layers = Array.from({ length: 80 }, (_, i) => {
    const w = mul(normal(key(i), [33 + i, 34 + i]), 0.2) as X;
    return (x: X): X => relu(matmul(x, w)) as X;
  });
  const x = normal(key(1), [50, 33]) as X, [y, bytes] = compiled((x) => layers.reduce((y, layer) => layer(y), x), x);
  assert(bytes < 256 * 1024, `${bytes} bytes`);
  assertEquals(y, layers.reduce((y, layer) => jit(layer)(y), x).dataSync());
});
