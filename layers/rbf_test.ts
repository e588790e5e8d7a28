/** Radial layers: kernels against a plain loop, widths, starts, gradients, types and errors. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";
import { grad, jit, key, normal, ones, type Shape, sum, type Tensor, tensor, vmap, zeros } from "../mod.ts";
import { dense, input, kMeans, type RadialKernel, type Rbf, rbf, type RbfCenters, rbfInit, rbfWith } from "./mod.ts";

const kernels: Readonly<Record<RadialKernel, (t: number) => number>> = {
  gaussian: (t) => Math.exp(-t),
  multiquadric: (t) => Math.sqrt(1 + t),
  inverseMultiquadric: (t) => 1 / Math.sqrt(1 + t),
};

Deno.test("rbfWith() is the kernel of the distance over the width, for every kernel", () => {
  const x = [[0.5, -1], [2, 3], [0, 0]], centers = [[0, 0], [1, -2]], widths = [0.5, 3];
  for (const [kernel, phi] of Object.entries(kernels)) {
    const double = (v: unknown) => tensor(v as number[][], { dtype: "f64" }) as unknown;
    const p = { centers: double(centers), widths: double(widths) } as Rbf<2, 2>;
    const y = rbfWith(p, { kernel: kernel as RadialKernel })(double(x) as Tensor<readonly [3, 2]>);
    assertEquals(y.dtype, "f64" as "f32");
    y.toArray().forEach((row, i) =>
      row.forEach((v, k) => {
        const r2 = (x[i]![0]! - centers[k]![0]!) ** 2 + (x[i]![1]! - centers[k]![1]!) ** 2;
        assertAlmostEquals(v, phi(r2 / (2 * widths[k]! ** 2)), 1e-13);
      })
    );
  }
});

Deno.test("widths start from the spacing of the centres, or follow it without being parameters", () => {
  const centers = tensor([[0], [2], [5], [5]]);
  const start = rbfInit(key(0), 1, 4, { centers });
  // Squared distances to the two nearest: 4 and 25; 4 and 9; 0 and 9 twice.
  const want = [14.5, 6.5, 4.5, 4.5].map(Math.sqrt);
  start.widths.toArray().forEach((w, i) => assertAlmostEquals(w, want[i]!, 4 * 4 * 2 ** -24));
  const bare: RbfCenters<1, 4> = rbfInit(key(0), 1, 4, { centers, widths: "spacing" });
  assertEquals(Object.keys(bare), ["centers"]);
  const x = normal(key(1), [5, 1]), a = rbfWith(bare)(x).toArray().flat(), b = rbfWith(start)(x).toArray().flat();
  a.forEach((v, i) => assertAlmostEquals(v, b[i]!, 16 * 2 ** -24));
  // Alone, or on top of the others, a centre has width 1.
  assertEquals(rbfInit(key(0), 2, 1).widths.toArray(), [1]);
  assertEquals(rbfInit(key(0), 1, 3, { centers: ones([3, 1]) }).widths.toArray(), [1, 1, 1]);
  assertEquals(rbfInit(key(0), 1, 2, { centers: tensor([[0], [3]]), neighbors: 9 }).widths.toArray(), [3, 3]);
});

Deno.test("the gradients of centres and widths are the closed forms', and the spacing's agrees with differences", () => {
  const double = (v: unknown) => tensor(v as number[][], { dtype: "f64" }) as unknown;
  const x = double([[0.3]]) as Tensor<readonly [1, 1]>, c = -0.4, s = 0.8, r = 0.7;
  const p = { centers: double([[c]]), widths: double([s]) } as Rbf<1, 1>;
  const g = grad((q: Rbf<1, 1>) => sum(rbfWith(q)(x)))(p), y = Math.exp(-r * r / (2 * s * s));
  assertAlmostEquals(g.centers.toArray()[0]![0]!, y * r / s ** 2, 1e-14);
  assertAlmostEquals(g.widths.toArray()[0]!, y * r * r / s ** 3, 1e-14);
  const at0 = [[0], [1], [2.5]], h = 1e-5;
  const value = (q: RbfCenters<1, 3>) => sum(rbfWith(q)(x)) as Tensor<readonly []>;
  const of = (v: number[][]) => ({ centers: double(v) }) as RbfCenters<1, 3>;
  const slope = grad(value)(of(at0)).centers.toArray();
  at0.forEach((_, i) => {
    const moved = (by: number) => of(at0.map((row, j) => j === i ? [row[0]! + by] : row));
    // Central differences: h² of a third derivative below 100, and 2⁻⁵³ / h of rounding.
    assertAlmostEquals(slope[i]![0]!, (value(moved(h)).item() - value(moved(-h)).item()) / (2 * h), 1e-7);
  });
});

Deno.test("rbf() is a typed layer that starts from the centres of k-means", () => {
  const x = normal(key(0), [40, 3]), { centers } = kMeans(key(1), x, 6);
  const net = pipe(input([3]), rbf(6, { centers, kernel: "inverseMultiquadric" }), dense(2));
  const { params, state } = net.init(key(2)), first: Rbf<3, 6> = params[0];
  assertEquals(first.centers.toArray(), centers.toArray());
  const [y] = net.apply(params, state, x, { mode: "eval" }), shape: readonly [40, 2] = y.shape;
  assertEquals(shape, [40, 2]);
  const bare = pipe(input([7, 3]), rbf(6, { widths: "spacing" })).init(key(2)).params;
  const only: RbfCenters<3, 6> = bare[0];
  assertEquals(only.centers.shape, [6, 3]);
  // @ts-expect-error there are no widths
  assertEquals(bare[0].widths, undefined);
});

Deno.test("rbfWith() obeys its shape law, compiles, and is a loop under vmap", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { maxLength: 2 }), fc.nat(3), fc.integer({ min: 1, max: 4 }), (lead, n, k) => {
      const p = rbfInit(key(0), n, k), x: Tensor<Shape> = zeros([...lead, n]);
      assertEquals(rbfWith(p)(x as never).shape, [...lead, k]);
    }),
    { seed: 12, numRuns: 40 },
  );
  const p = rbfInit(key(0), 3, 4), x = normal(key(1), [5, 3]), f = rbfWith(p), want = f(x).toArray();
  const mapped = vmap((r: Tensor<readonly [3]>) => f(r))(x).toArray(), compiled = jit(f)(x).toArray() as number[][];
  // Sums of three squares of numbers up to 6, times a slope below 1.
  want.forEach((row, i) =>
    row.forEach((v, j) => {
      assertAlmostEquals(mapped[i]![j]!, v, 8 * 36 * 2 ** -24);
      assertAlmostEquals(compiled[i]![j]!, v, 8 * 36 * 2 ** -24);
    })
  );
});

Deno.test("radial layers say what is wrong", () => {
  const p = rbfInit(key(0), 2, 3);
  const kernel = "cubic" as "gaussian";
  const kernelMessage = 'rbf: kernel is "gaussian", "multiquadric" or "inverseMultiquadric", not "cubic"';
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => rbfWith(p, { kernel }), kernelMessage],
    [() => rbf(3, { kernel }), kernelMessage],
    [() => rbf(3, { widths: "fixed" as "spacing" }), 'rbf: widths is "learned" or "spacing", not "fixed"'],
    [() => rbfInit(key(0), 2, 0), "rbf: the number of units is a whole number, 1 or more, not 0"],
    [() => rbfInit(key(0), 2, 3, { neighbors: 0 }), "rbf: neighbors is a whole number, 1 or more, not 0"],
    [
      () => rbfInit(key(0), 2, 3, { centers: ones([2, 3]) }),
      "rbf: 3 units of 2 inputs want centres [3, 2], got [2, 3]",
    ],
    [
      () => rbfWith(p)(ones([5, 3]) as never),
      "rbf: centres are [3, 2], and the inputs [5, 3] do not end in 2",
    ],
    [
      () => rbf(3)(input([]) as never),
      "rbf: an example is a scalar, and has no axis to map; reshape it to [1]",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, Error).message, message);
});
