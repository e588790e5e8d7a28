/** Turned and moved pictures: the maps behind them, read off pictures of which each pixel holds its own place. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  cast,
  grad,
  jit,
  type Key,
  key,
  mul,
  normal,
  ones,
  reverse,
  sum,
  type Tensor,
  tensor,
  transpose,
} from "../../mod.ts";
import { assertUniform, mapsOf, type Pictures, placesOf } from "../../tests/places.ts";
import { randomAffine, type RandomAffineOptions, randomRotate, rotate } from "./mod.ts";

const side = 17, places = (n: number): Pictures => placesOf(n, side, side);

Deno.test("rotate() by quarter turns rearranges squares exactly, whole turns being nothing", () => {
  for (const n of [1, 2, 5]) {
    const x = normal(key(n), [1, n, n, 2]) as Pictures,
      flipped = (a: number) => (y: Pictures) => reverse(y, { axis: a }) as Pictures;
    const transposed = transpose(x, [0, 2, 1, 3]) as unknown as Pictures;
    const expected = [x, flipped(1)(transposed), flipped(1)(flipped(2)(x)), flipped(2)(transposed)];
    for (let quarters = -4; quarters <= 8; quarters++) {
      for (const mode of ["bilinear", "nearest"] as const) {
        assertEquals(rotate(x, 90 * quarters, { mode }).toArray(), expected[(quarters + 4) % 4]!.toArray());
      }
    }
  }
});

Deno.test("rotate() turns each picture by its own angle, counter-clockwise", () => {
  const angles = [30, -100, 200, 0.5];
  mapsOf(rotate(places(4), tensor(angles) as never)).forEach(({ a, b, c, d, e, f }, i) => {
    const [cos, sin] = [Math.cos(angles[i]! * Math.PI / 180), Math.sin(angles[i]! * Math.PI / 180)];
    // Places up to 8 in f32 are good to 2^-21 or so.
    [[a, cos], [b, -sin], [c, 0], [d, sin], [e, cos], [f, 0]].forEach(([is, be]) => assertAlmostEquals(is!, be!, 1e-5));
  });
});

Deno.test("rotate() turns f64 pictures by angles in f64", () => {
  const x = cast(places(1), "f64"), [, right] = rotate(x, 30).toArray()[0]![8]!.slice(8);
  // f32 would be 1e-8 off.
  assertAlmostEquals(right![0]!, Math.cos(Math.PI / 6), 1e-14);
});

Deno.test("rotate() has a derivative for angles", () => {
  const [x, u] = [3, 4].map((seed) => cast(normal(key(seed), [1, 5, 4, 1]), "f64"));
  const weights = (t: Tensor<readonly [number], "f64">) => sum(mul(rotate(x!, t), u!));
  const at = (t: number) => tensor([t], { dtype: "f64" }) as unknown as Tensor<readonly [number], "f64">;
  const g = (grad(weights as never)(at(33) as never) as unknown as Tensor<readonly [number], "f64">).toArray()[0]!;
  const h = 1e-4;
  assertAlmostEquals(g, (Number(weights(at(33 + h)).item()) - Number(weights(at(33 - h)).item())) / (2 * h), 1e-7);
});

Deno.test("randomRotate() draws every angle of its range, and nothing of an empty one", () => {
  const turn = jit((k: Key, x: Pictures) => randomRotate(k, x, 40));
  const angles = mapsOf(turn(key(5), places(500))).map(({ a, d }) => Math.atan2(d, a) * 180 / Math.PI);
  assertUniform(angles, -40, 40);
  assertEquals(randomRotate(key(0), places(2), 0).toArray(), places(2).toArray());
});

Deno.test("randomAffine() draws every amount of its ranges, apart from each other", () => {
  const options: RandomAffineOptions = { degrees: [-5, 35], scale: [1, 1.5], shear: 20, translate: [0.05, 0.1] };
  const found = mapsOf(jit((k: Key, x: Pictures) => randomAffine(k, x, options))(key(6), places(500)));
  // The inverse is [[c − k s, −s − k c], [s, c]] / scale, of turn, then lean k, and takes what was moved back.
  const turns = found.map(({ d, e }) => Math.atan2(d, e)), scales = found.map(({ d, e }) => 1 / Math.hypot(d, e));
  const leans = found.map(({ a, b, d, e }) => -(a * d + b * e) / (d * d + e * e));
  const moved = found.map(({ a, b, c, d, e, f }) => {
    const det = a * e - b * d;
    return [(-e * c + b * f) / det, (d * c - a * f) / det];
  });
  assertUniform(turns.map((t) => t * 180 / Math.PI), -5, 35);
  assertUniform(scales, 1, 1.5);
  assertUniform(leans.map((k) => Math.atan(k) * 180 / Math.PI), -20, 20);
  assertUniform(moved.map(([x]) => x!), -0.05 * side, 0.05 * side);
  assertUniform(moved.map(([, y]) => y!), -0.1 * side, 0.1 * side);
});

Deno.test("randomAffine() without ranges leaves pictures as they are", () => {
  assertEquals(randomAffine(key(0), places(2)).toArray(), places(2).toArray());
  const bytes = cast(ones([2, 3, 3, 1]), "u8");
  assertEquals(randomAffine(key(0), bytes, { degrees: 9, mode: "nearest", fill: 1 }).toArray(), bytes.toArray());
});

Deno.test("rotations refuse what are no angles, ranges or floats, in their own name", () => {
  const x = ones([2, 3, 3, 1]), bytes = cast(x, "u8");
  assertThrows(() => rotate(x, tensor([1]) as never), Error, "rotate: expected angles [2], one a picture, got [1]");
  assertThrows(() => rotate(x, tensor([1, 2], { dtype: "i32" }) as never), Error, "rotate: takes floats, not i32");
  assertThrows(() => randomRotate(key(0), bytes, 5), Error, "randomRotate: takes floats, not u8; cast to f32 first");
  assertThrows(() => randomAffine(key(0), bytes), Error, "randomAffine: takes floats, not u8");
  assertThrows(() => randomRotate(key(0), x, -1), Error, "randomRotate: degrees is a number from 0, not -1");
  assertThrows(() => randomRotate(key(0), x, [2, 1]), Error, "degrees is a number, or a range [low, high], not [2, 1]");
  assertThrows(
    () => randomAffine(key(0), x, { scale: [0, 1] }),
    Error,
    "randomAffine: scale is a range [low, high] above 0, not [0, 1]",
  );
  assertThrows(
    () => randomAffine(key(0), x, { translate: [0, -1] }),
    Error,
    "a share to translate by is a number from 0",
  );
});
