/** Scaling of features: what is fitted, there and back, constant features, and the layers. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";
import {
  add,
  jit,
  key,
  mean,
  mul,
  normal,
  reshape,
  ShapeError,
  std,
  type Tensor,
  tensor,
  uniform,
  zeros,
} from "../mod.ts";
import {
  dense,
  input,
  type Standardization,
  standardize,
  standardizeFit,
  standardizeInverse,
  standardizeWith,
  unitRange,
  unitRangeFit,
  unitRangeInverse,
  unitRangeWith,
} from "./mod.ts";

Deno.test("standardized training data have mean 0 and deviation 1, and come back", () => {
  const x = add(mul(normal(key(0), [200, 3], { dtype: "f64" }), tensor([1, 10, 0.1], { dtype: "f64" })), 5) as Tensor<
    readonly [200, 3],
    "f64"
  >;
  const s = standardizeFit(x as unknown as Tensor<readonly [200, 3]>), typed: Standardization<3> = s;
  const y = standardizeWith(typed)(x as unknown as Tensor<readonly [200, 3]>);
  assertEquals([y.dtype as string, y.shape], ["f64", [200, 3]]);
  // Sums of 200 terms of size 5 / 0.1 at most.
  mean(y, { axis: 0 }).toArray().forEach((m) => assertAlmostEquals(m, 0, 200 * 50 * 2 ** -53));
  (std(y, { axis: 0 }).toArray() as number[]).forEach((d) => assertAlmostEquals(d, 1, 200 * 50 * 2 ** -53));
  const back = standardizeInverse(s)(y).dataSync(), from = x.dataSync();
  back.forEach((v, i) => assertAlmostEquals(v, from[i]!, 4 * 64 * 2 ** -53));
});

Deno.test("data in the unit range touch both ends and come back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }), fc.nat(), (n, features, seed) => {
      const x = uniform(key(seed), [n, features], { min: -7, max: 9 }), s = unitRangeFit(x);
      const y = unitRangeWith(s)(x).toArray();
      for (let j = 0; j < features; j++) {
        const column = y.map((row) => row[j]!);
        assertEquals([Math.min(...column), Math.max(...column)], [0, n === 1 ? 0 : 1]);
      }
      // Three roundings of numbers up to 16.
      unitRangeInverse(s)(unitRangeWith(s)(x)).toArray().forEach((row, i) =>
        row.forEach((v, j) => assertAlmostEquals(v, x.toArray()[i]![j]!, 3 * 16 * 2 ** -24))
      );
    }),
    { seed: 8, numRuns: 30 },
  );
});

Deno.test("a constant feature is moved and not divided", () => {
  // The mean of three times 0.1 in f32 is not 0.1.
  const x = tensor([[0.1, 1], [0.1, 3], [0.1, 5]]);
  const s = standardizeFit(x), y = standardizeWith(s)(x).toArray();
  assertEquals([s.std.toArray()[0], y.map((r) => r[0])], [0, [0, 0, 0]]);
  assertEquals(unitRangeWith(unitRangeFit(x))(x).toArray().map((r) => r[0]), [0, 0, 0]);
  assertEquals(standardizeInverse(s)(standardizeWith(s)(x)).toArray()[1]![0], x.toArray()[1]![0]);
});

Deno.test("data of more axes are fitted over all but the last, and fitting compiles", () => {
  const x = normal(key(2), [4, 5, 3]), flat = reshape(x, [20, 3]);
  assertEquals(standardizeFit(x).mean.toArray(), standardizeFit(flat).mean.toArray());
  const compiled = jit((t: typeof x) => standardizeFit(t))(x).std.toArray(), eager = standardizeFit(x).std.toArray();
  compiled.forEach((v, i) => assertAlmostEquals(v, eager[i]!, 20 * 2 ** -24 * 4));
});

Deno.test("standardize() and unitRange() stand in front of a network and learn nothing", () => {
  const x = uniform(key(0), [10, 3], { min: 2, max: 4 });
  const net = pipe(input([3]), standardize(standardizeFit(x)), unitRange(unitRangeFit(x)), dense(2));
  const { params, state } = net.init(key(0));
  assertEquals([params.length, state.length], [1, 0]);
  const [y] = net.apply(params, state, x, { mode: "eval" }), shape: readonly [10, 2] = y.shape;
  assertEquals(shape, [10, 2]);
  assert(y.toArray().flat().every(Number.isFinite));
});

Deno.test("scaling says what is wrong", () => {
  const s = standardizeFit(zeros([2, 3])), r = unitRangeFit(zeros([2, 3]));
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => standardizeFit(zeros([0, 3])), "standardizeFit: there is no example in data of shape [0, 3]"],
    [() => unitRangeFit(tensor(1) as never), "unitRangeFit: there is no example in data of shape []"],
    [
      () => pipe(input([4]) as never, standardize(s) as never),
      "standardize: fitted on 3 features, and an example is [4]; fit it on data like it",
    ],
    [
      () => pipe(input([]) as never, unitRange(r) as never),
      "unitRange: fitted on 3 features, and an example is []; fit it on data like it",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, ShapeError).message, message);
});
