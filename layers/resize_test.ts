/** Resizing, padding, cropping and shuffling of images. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";
import { grad, jit, type Shape, square, sum, type Tensor, tensor, type Value, vmap, zeros } from "../mod.ts";
import { elementsOf, indicesOf, offset, wholes } from "../tests/laws/images.ts";
import {
  averagePoolWith,
  crop,
  cropWith,
  input,
  padSpatial,
  padSpatialWith,
  pixelShuffle,
  pixelShuffleWith,
  pixelUnshuffle,
  pixelUnshuffleWith,
  resize,
  type ResizeOptions,
  resizeWith,
  upsample,
} from "./mod.ts";

const evaluate = { mode: "eval" } as const;

/** A value between the elements of a line, as the definition has it: borders hold beyond the ends. */
function plainAt(line: readonly number[], p: number, mode: "linear" | "cubic"): number {
  const at = (i: number) => line[Math.min(Math.max(i, 0), line.length - 1)]!, i = Math.floor(p), t = p - i;
  if (mode === "linear") return (1 - t) * at(i) + t * at(i + 1);
  const a = -0.75, near = (d: number) => (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  const far = (d: number) => a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a;
  return far(1 + t) * at(i - 1) + near(t) * at(i) + near(1 - t) * at(i + 1) + far(2 - t) * at(i + 2);
}

Deno.test("resize() along a line is the interpolation written out, to any size", () => {
  const sizes = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(
      sizes,
      sizes,
      fc.constantFrom("linear" as const, "cubic" as const),
      fc.boolean(),
      (from, to, mode, corners) => {
        const x = wholes([from, 1], from),
          line = elementsOf(x),
          y = elementsOf(resizeWith([to], { mode, alignCorners: corners })(x));
        assertEquals(y.length, to);
        y.forEach((v, i) => {
          const p = corners ? (to === 1 ? 0 : i * (from - 1) / (to - 1)) : (i + 0.5) * from / to - 0.5;
          const inside = mode === "linear" ? Math.min(Math.max(p, 0), from - 1) : p;
          // Four weights below 1.6, products with elements of 4 and their sum, each rounded once in f32.
          assertAlmostEquals(v, plainAt(line, inside, mode), 4 * 4 * 1.6 * 4 * 2 ** -24);
        });
      },
    ),
  );
});

Deno.test("resize() by whole factors repeats, and nothing changes at the same size", () => {
  const x = wholes([2, 3, 2], 1), big: Value = resizeWith([4, 9])(x);
  assertEquals(elementsOf(averagePoolWith([2, 3])(big as Tensor) as Value), elementsOf(x));
  for (const mode of ["nearest", "linear", "cubic"] as const) {
    assertEquals(elementsOf(resizeWith([2, 3], { mode })(x) as Value), elementsOf(x));
  }
});

Deno.test("resize() works on any leading axes, under vmap, grad and jit", () => {
  const x = wholes([2, 2, 3, 4, 1], 1);
  for (const options of [{}, { mode: "linear" }, { mode: "cubic", alignCorners: true }] as ResizeOptions[]) {
    const f = (y: Value): Value => resizeWith([5, 2], options)(y as Tensor);
    const all = f(x), mapped = vmap(vmap(f))(x as never) as Value;
    assertEquals([all.shape, elementsOf(mapped)], [[2, 2, 5, 2, 1], elementsOf(all)]);
    const loss = (y: Tensor) => sum(square(f(y) as Tensor)) as Tensor<readonly []>;
    const [eager, jitted] = [grad(loss)(x), jit(grad(loss))(x)].map(elementsOf);
    // Sums of at most 35 products of weights below 1.6, elements of 4 · 1.6² · 4² terms, on each side.
    eager!.forEach((g, i) => assertAlmostEquals(g, jitted![i]!, 2 * 45 * 2 ** -24 * 2 * 35 * 1.6 ** 4 * 4));
  }
});

Deno.test("resizing layers give the sizes asked for", () => {
  const net = pipe(input([7, 5, 2]), resize([3, 4], { mode: "linear" }), upsample([2, 1.5]), resize(2));
  const shape: readonly [2, 2, 2] = net.output.shape;
  assertEquals(shape, [2, 2, 2]);
  assertEquals(net.apply([], [], zeros([3, 7, 5, 2]), evaluate)[0].shape, [3, 2, 2, 2]);
  assertEquals(pipe(input([7, 5, 2]), upsample(2)).output.shape as Shape, [14, 10, 2]);
});

Deno.test("padSpatial() puts what its mode says around, and crop() takes it off again", () => {
  const x = tensor([[1], [2], [3]]),
    lines = {
      constant: [9, 9, 1, 2, 3, 9],
      reflect: [3, 2, 1, 2, 3, 2],
      replicate: [1, 1, 1, 2, 3, 3],
      circular: [2, 3, 1, 2, 3, 1],
    } as const;
  for (const [mode, line] of Object.entries(lines)) {
    const options = mode === "constant" ? { value: 9 } : { mode: mode as "reflect" };
    const y: Value = padSpatialWith([[2, 1]], options)(x);
    assertEquals([elementsOf(y), elementsOf(cropWith([[2, 1]])(y as Tensor))], [[...line], [1, 2, 3]]);
  }
  const net = pipe(input([4, 3, 2]), padSpatial([1, [0, 2]], { mode: "circular" }), crop(1));
  assertEquals(net.apply([], [], zeros([2, 4, 3, 2]), evaluate)[0].shape as Shape, [2, 4, 3, 2]);
  assertEquals(padSpatialWith([1, 1])(zeros([0, 2, 2, 1])).shape as Shape, [0, 4, 4, 1]);
  assertEquals(cropWith([2])(zeros([5, 4, 1])).shape as Shape, [5, 0, 1]);
});

Deno.test("pixelShuffle() moves channel (c, i, j) to pixel (i, j), in any number of axes", () => {
  for (const [sizes, factors, channels] of [[[3], [2], 2], [[2, 3], [2, 3], 2], [[2, 1, 2], [1, 2, 2], 3]] as const) {
    const per = factors.reduce((a: number, b: number) => a * b, 1), x = wholes([2, ...sizes, channels * per], 1);
    const y: Value = pixelShuffleWith(factors)(x), data = elementsOf(x), got = elementsOf(y);
    assertEquals(y.shape, [2, ...sizes.map((d, a) => d * factors[a]!), channels]);
    let n = 0;
    for (const at of indicesOf(y.shape)) {
      const pixel = at.slice(1, -1), block = pixel.map((p, a) => Math.floor(p / factors[a]!));
      const within = offset(factors, pixel.map((p, a) => p % factors[a]!));
      assertEquals(got[n++], data[offset(x.shape, [at[0]!, ...block, at.at(-1)! * per + within])]);
    }
    assertEquals(elementsOf(pixelUnshuffleWith(factors)(y as Tensor)), data);
    assertEquals(
      elementsOf(vmap((z: Value) => pixelShuffleWith(factors)(z as Tensor) as Value)(x as never) as Value),
      got,
    );
  }
  const net = pipe(input([4, 6, 3]), pixelUnshuffle([2, 3]), pixelShuffle([2, 3]));
  const x = wholes([1, 4, 6, 3], 2) as Tensor<readonly [1, 4, 6, 3]>;
  assertEquals(elementsOf(net.apply([], [], x, evaluate)[0]), elementsOf(x));
});

Deno.test("resizing, padding, cropping and shuffling say what does not fit", () => {
  const image = input([4, 6, 3]), x = zeros([4, 6, 3]);
  const table: readonly (readonly [() => unknown, string])[] = [
    [
      () => pipe(image, resize([3])),
      "resize: size [3] must be a whole number, 1 or more, or a list of 2 of them, one for each spatial axis",
    ],
    [
      () => resizeWith([2, 2], { mode: "bilinear" as never }),
      'resize: mode "bilinear" must be "nearest", "linear" or "cubic"',
    ],
    [() => resizeWith([2, 2], { alignCorners: true }), 'resize: alignCorners is for mode "linear" or "cubic"'],
    [() => resizeWith([2])(zeros([0, 1])), "resize: no elements on a spatial axis of [0]"],
    [() => pipe(image, upsample(-1)), "upsample: scale -1 must be a number above 0, or a list of 2 of them"],
    [() => pipe(image, upsample(0.1)), "upsample: nothing is left of [4, 6]; use a larger scale"],
    [
      () => pipe(image, padSpatial(-1)),
      "padSpatial: widths -1 must be a whole number, 0 or more, for both ends of every spatial axis, or a list of 2 numbers or pairs",
    ],
    [
      () => padSpatialWith([]),
      "padSpatial: widths [] must be a list of numbers, whole and 0 or more, or pairs of them, one for each spatial axis",
    ],
    [
      () => padSpatialWith([1], { mode: "edge" as never }),
      'padSpatial: mode "edge" must be "constant", "reflect", "replicate" or "circular"',
    ],
    [() => padSpatialWith([1], { mode: "reflect", value: 1 }), 'padSpatial: a value is for mode "constant"'],
    [() => pipe(image, crop([2, 4])), "crop: widths [[2,2],[4,4]] take away more than [4, 6] has"],
    [() => cropWith([1, 2, 3])(x), "crop: 3 spatial axes need a tensor [..., D, H, W, C], got [4, 6, 3]"],
    [() => pipe(image, pixelShuffle(2)), "pixelShuffle: 3 channels do not divide into [2, 2] pixels, 4 of them"],
    [() => pixelUnshuffleWith([3, 3])(x), "pixelUnshuffle: sizes [4, 6] do not divide into blocks of [3, 3] pixels"],
    [
      () => pipe(image, pixelUnshuffle([2])),
      "pixelUnshuffle: factor [2] must be a whole number, 1 or more, or a list of 2 of them, one for each spatial axis",
    ],
    [
      () => pipe(input([4]), crop(1)),
      "crop: an example [4] has no spatial axis; it takes [L, C], [H, W, C] or [D, H, W, C]",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, Error).message, message);
});
