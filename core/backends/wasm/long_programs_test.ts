/** Programs of thousands of steps: they compile, in time that grows no faster than they do, and give what they must. */
import { add, concat, jit, mul, type Shape, stack, sum, type Tensor, tensor, zeros } from "../../../mod.ts";
import { assertEquals } from "@std/assert";

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
