/** Affine sampling against closed forms, against the layers' resampling, and its derivatives against their laws. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  arange,
  cast,
  grad,
  jit,
  key,
  mul,
  normal,
  ones,
  reshape,
  reverse,
  sub,
  sum,
  tensor,
  transpose,
  zeros,
} from "../../mod.ts";
import type { Tensor } from "../../mod.ts";
import { resizeWith } from "../../layers/mod.ts";
import { affine } from "./mod.ts";

type Pictures = Tensor<readonly [number, number, number, number]>;
type Maps = Tensor<readonly [number, 2, 3]>;
const maps = (n: number, ...m: number[]): Maps =>
  tensor(Array.from({ length: n }, () => [m.slice(0, 3), m.slice(3)])) as unknown as Maps;
const draw = (seed: number, n: number, h: number, w: number, c = 1): Pictures => normal(key(seed), [n, h, w, c]);
const sizes = fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }));

Deno.test("affine() with the identity is the picture, bit for bit, in every mode, eager and in jit", () => {
  fc.assert(
    fc.property(
      sizes,
      fc.constantFrom("bilinear" as const, "nearest" as const),
      fc.constantFrom(7, "edge" as const),
      ([n, h, w], mode, fill) => {
        const x = draw(n + h, n, h, w, 2), m = n === 0 ? zeros([0, 2, 3]) : maps(n, 1, 0, 0, 0, 1, 0);
        assertEquals(affine(x, m as Maps, { mode, fill }).toArray(), x.toArray());
        assertEquals(jit((a: Pictures, b: Maps) => affine(a, b, { mode, fill }))(x, m as Maps).toArray(), x.toArray());
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("affine() by whole pixels moves the picture, and fills with a number or the edge", () => {
  const x = tensor([[[[1], [2], [3]], [[4], [5], [6]]]]), left = maps(1, 1, 0, 1, 0, 1, 0);
  const flat = (fill: number | "edge", mode: "bilinear" | "nearest") => [...affine(x, left, { fill, mode }).dataSync()];
  for (const mode of ["bilinear", "nearest"] as const) {
    assertEquals(flat(0, mode), [2, 3, 0, 5, 6, 0]);
    assertEquals(flat(-1, mode), [2, 3, -1, 5, 6, -1]);
    assertEquals(flat("edge", mode), [2, 3, 3, 5, 6, 6]);
  }
  assertEquals([...affine(x, maps(1, 1, 0, 0, 0, 1, -1)).dataSync()], [0, 0, 0, 1, 2, 3]);
});

Deno.test("affine() reads nothing but fill far beyond the picture", () => {
  for (const far of [3e9, -3e9, 1e38]) {
    const m = maps(1, 1, 0, far, 0, 1, 0);
    assertEquals([...affine(ones([1, 2, 2, 1]), m, { fill: 5 }).dataSync()], [5, 5, 5, 5]);
    assertEquals([...affine(ones([1, 2, 2, 1]), m, { fill: "edge" }).dataSync()], [1, 1, 1, 1]);
  }
});

Deno.test("affine() by a quarter turn is a transposed reverse, exactly, of odd and even squares", () => {
  for (const side of [1, 2, 3, 4]) {
    const x = draw(side, 2, side, side, 3), turned = reverse(transpose(x, [0, 2, 1, 3]), { axis: 1 });
    // A quarter turn to the left reads the pixel at (x, y) from (−y, x).
    assertEquals(affine(x, maps(2, 0, -1, 0, 1, 0, 0)).toArray(), turned.toArray() as never);
  }
});

Deno.test("affine() that only scales agrees with the layers' bilinear resampling", () => {
  fc.assert(
    fc.property(sizes, sizes, ([, h, w], [, toH, toW]) => {
      const x = draw(3, 1, h, w), m = maps(1, w / toW, 0, 0, 0, h / toH, 0);
      const ours = affine(x, m, { size: [toH, toW], fill: "edge" }).dataSync();
      const theirs = resizeWith([toH, toW], { mode: "linear" })(x).dataSync();
      // Positions up to 5 are rounded to half of 2^-22 a few times, and neighbours differ by less than 8.
      ours.forEach((v, i) => assertAlmostEquals(v, theirs[i]!, 1e-5));
    }),
    { numRuns: 40 },
  );
});

Deno.test("affine() is linear in the pictures, and its derivative is its transpose", () => {
  const x = draw(1, 2, 3, 4), u = draw(2, 2, 3, 4), m = maps(2, 0.9, 0.3, 0.4, -0.2, 1.1, -0.6);
  const along = (a: Pictures) => sum(mul(affine(a, m), u));
  const g = grad(along as never)(x as never) as unknown as Pictures;
  assertAlmostEquals(Number(sum(mul(g, x)).item()), Number(along(x).item()), 1e-5);
});

Deno.test("affine() gives maps the derivative of the difference quotient", () => {
  const x = cast(draw(4, 1, 4, 5), "f64"), u = cast(draw(5, 1, 4, 5), "f64");
  const loss = (m: Tensor<readonly [number, 2, 3], "f64">) => sum(mul(affine(x, m), u));
  const at = [0.83, 0.31, 0.23, -0.27, 1.13, -0.41], step = 1e-6;
  const map = (a: number[]) =>
    tensor([[a.slice(0, 3), a.slice(3)]], { dtype: "f64" }) as unknown as Tensor<readonly [number, 2, 3], "f64">;
  const g = [
    ...(grad(loss as never)(map(at) as never) as unknown as Tensor<readonly [number, 2, 3], "f64">).dataSync(),
  ];
  at.forEach((_, i) => {
    const moved = (by: number) => Number(loss(map(at.map((v, j) => j === i ? v + by : v))).item());
    // Bilinear pieces have no third derivative along one entry, so only rounding is left: 1e-16 over the step.
    assertAlmostEquals(g[i]!, (moved(step) - moved(-step)) / (2 * step), 1e-7);
  });
});

Deno.test("affine() samples bytes to the nearest pixel, and refuses what does not fit", () => {
  const bytes = cast(reshape(arange(4), [1, 2, 2, 1]), "u8"), m = maps(1, 1, 0, 0, 0, 1, 0);
  const near = affine(bytes, m, { mode: "nearest" });
  assertEquals([near.dtype, near.toArray()], ["u8", bytes.toArray()]);
  assertThrows(() => affine(bytes, m), Error, "affine: takes floats, not u8; cast to f32 first");
  assertThrows(
    () => affine(ones([2, 2, 2, 1]), m),
    Error,
    "affine: expected matrices [2, 2, 3], one a picture, got [1, 2, 3]",
  );
  assertThrows(() => affine(ones([2, 2]) as never, m), Error, "affine: expected pictures");
  assertThrows(
    () => affine(ones([1, 2, 2, 1]), m, { mode: "cubic" as never }),
    Error,
    'mode is "bilinear" or "nearest"',
  );
  assertThrows(() => affine(ones([1, 2, 2, 1]), m, { fill: "wrap" as never }), Error, 'fill is a number or "edge"');
  assertThrows(() => affine(ones([1, 0, 2, 1]), m, { size: [1, 1] }), Error, "affine: pictures of 0 × 2 have no pixel");
  assert(affine(ones([1, 0, 2, 1]), m).size === 0);
  assertEquals(sub(affine(ones([1, 2, 2, 1]), m, { size: [1, 1] }), 1).toArray(), [[[[0]]]]);
});
