/** The radial example, on points of its own. */
import { assert, assertEquals } from "@std/assert";
import { key, tensor } from "@adjoint/adjoint";
import { classify, fitTarget, targets } from "./rbf.ts";

Deno.test("fitTarget() explains both targets", () => {
  for (const t of targets) {
    const r2 = fitTarget(t, key(1));
    assert(r2 > 0.95, `${t.name}: ${r2}`);
  }
});

Deno.test("classify() tells clusters apart", () => {
  const at = (n: number) => ({
    inputs: tensor(Array.from({ length: n }, (_, i) => [10 * (i % 3) + Math.sin(i), Math.cos(7 * i)])) as never,
    labels: tensor(Int32Array.from({ length: n }, (_, i) => i % 3)) as never,
  });
  assertEquals(classify(at(60), at(30), 3, 6, 100, key(0)), 1);
});
