import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  add,
  associativeScan,
  type DType,
  grad,
  jit,
  matmul,
  mul,
  type Shape,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "../../mod.ts";

type X = Tensor<Shape, DType>;

Deno.test("associativeScan() is the loop, for an operation that is not commutative, of any length and direction", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 17 }), fc.boolean(), (xs, reverse) => {
    // Affine maps x ↦ a·x + b as pairs: composing them depends on the order.
    const a = xs.map((x) => x + 1), b = xs.map((x) => 2 * x - 1);
    type P = { readonly a: X; readonly b: X };
    const compose = (p: P, q: P): P => ({ a: mul(q.a, p.a) as X, b: add(mul(q.a, p.b) as X, q.b) as X });
    const f64 = (v: readonly number[]): X => tensor(Float64Array.from(v));
    const got = associativeScan(compose, { a: f64(a), b: f64(b) }, { reverse });
    const order = xs.map((_, i) => reverse ? xs.length - 1 - i : i), want = xs.map(() => [0, 0]);
    let [A, B] = [1, 0];
    for (const i of order) {
      [A, B] = [a[i]! * A, a[i]! * B + b[i]!];
      want[i] = [A, B];
    }
    // Whole numbers below 4¹⁷·8: exact.
    assertEquals([...got.a.dataSync()].map((x) => x + 0), want.map(([x]) => x! + 0));
    assertEquals([...got.b.dataSync()].map((x) => x + 0), want.map(([, x]) => x! + 0));
  }));
});

Deno.test("associativeScan() combines along any axis, and is transformed like what it is made of", () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]], { dtype: "f64" });
  const sums = (y: typeof x) => associativeScan((a, b) => add(a, b) as never, y, { axis: -1 });
  assertEquals(sums(x).toArray(), [[1, 3, 6], [4, 9, 15]]);
  assertEquals(jit(sums)(x).toArray(), sums(x).toArray());
  assertEquals(grad((y: typeof x) => sum(sums(y)))(x).toArray(), [[3, 2, 1], [3, 2, 1]]);
  const rows = vmap((r: Tensor<readonly [3], "f64">) => associativeScan((a, b) => mul(a, b) as never, r));
  assertEquals(rows(x).toArray(), [[1, 2, 6], [4, 20, 120]]);
  const slope = grad((r: Tensor<readonly [4], "f64">) => sum(associativeScan((a, b) => mul(a, b) as never, r)))(
    tensor([1, 2, 3, 4], { dtype: "f64" }),
  );
  // Σ of 1, 1·2, 1·2·3, 1·2·3·4 by each factor.
  [33, 16, 10, 6].forEach((g, i) => assertAlmostEquals(slope.toArray()[i]!, g, 1e-13));
  assertEquals(associativeScan((a, b) => matmul(a, b) as never, zeros([0, 2, 2])).shape, [0, 2, 2]);
});

Deno.test("associativeScan() says what does not fit", () => {
  const v = tensor([1, 2, 3]);
  assertThrows(
    () => associativeScan((a) => a, [v, zeros([2])] as never),
    ShapeError,
    "associativeScan: sizes differ, 3 against 2 (shape 2, axis 0)",
  );
  assertThrows(
    () => associativeScan((a) => sum(a as never) as never, v),
    ShapeError,
    "associativeScan: the operation turns 1 into scalar; it must keep shapes",
  );
});
