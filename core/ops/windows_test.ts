import { elementsOf } from "../../tests/laws/compare.ts";
import { f64, i32, integers, u8 } from "../../tests/laws/values.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { vjpFlat } from "../transforms/linearize.ts";
import { zeros } from "./fill.ts";
import { convGeneral, type ConvOptions, convTranspose, reduceWindow } from "./windows.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";

const nested = (x: Value): unknown => x.toArray();
const whole = (shape: number[], seed: number): Value => integers(shape, -3, 4, seed, "f64");

/** The definition, an output element at a time, for two spatial axes; whole numbers make every order of sums exact. */
function naive(x: Value, w: Value, counts: readonly number[], o: Required<ConvOptions>, pads: readonly number[]) {
  const [n, h, width, c] = x.shape as [number, number, number, number], groups = o.groups;
  const [kh, kw, per, out] = w.shape as [number, number, number, number], a = elementsOf(x), b = elementsOf(w);
  const [sy, sx] = o.strides as readonly [number, number], [dy, dx] = o.kernelDilation as readonly [number, number];
  const [iy, ix] = o.inputDilation as readonly [number, number], y: number[] = [];
  for (let e = 0; e < n; e++) {
    for (let i = 0; i < counts[0]!; i++) {
      for (let j = 0; j < counts[1]!; j++) {
        for (let q = 0; q < out; q++) {
          const g = Math.floor(q / (out / groups));
          let sum = 0;
          for (let k = 0; k < kh; k++) {
            for (let l = 0; l < kw; l++) {
              const p = (i * sy + k * dy - pads[0]!) / iy, r = (j * sx + l * dx - pads[2]!) / ix;
              if (!Number.isInteger(p) || !Number.isInteger(r) || p < 0 || r < 0 || p >= h || r >= width) continue;
              for (let m = 0; m < per; m++) {
                sum += a[((e * h + p) * width + r) * c + g * per + m]! * b[((k * kw + l) * per + m) * out + q]!;
              }
            }
          }
          y.push(sum);
        }
      }
    }
  }
  return y;
}

const small = fc.integer({ min: 1, max: 3 }), pairOf = <A>(x: fc.Arbitrary<A>) => fc.tuple(x, x);

Deno.test("convGeneral() is its definition, whatever the strides, paddings, dilations and groups", () => {
  fc.assert(fc.property(
    fc.record({
      size: pairOf(fc.integer({ min: 1, max: 5 })),
      kernel: pairOf(small),
      strides: pairOf(small),
      inputDilation: pairOf(small),
      kernelDilation: pairOf(small),
      pads: fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 4, maxLength: 4 }),
      groups: fc.constantFrom(1, 2, 3),
      channels: fc.constantFrom(1, 2),
      outputs: fc.constantFrom(1, 2, 5),
    }),
    fc.nat(),
    (c, seed) => {
      const room = c.size.map((d, a) => (d - 1) * c.inputDilation[a]! + 1 + c.pads[2 * a]! + c.pads[2 * a + 1]!);
      const need = c.kernel.map((d, a) => (d - 1) * c.kernelDilation[a]! + 1);
      fc.pre(room.every((r, a) => r >= need[a]!));
      const counts = room.map((r, a) => Math.floor((r - need[a]!) / c.strides[a]!) + 1);
      const x = whole([2, ...c.size, c.groups * c.channels], seed);
      const w = whole([...c.kernel, c.channels, c.groups * c.outputs], seed + 1);
      const padding = [[c.pads[0]!, c.pads[1]!], [c.pads[2]!, c.pads[3]!]] as const;
      const { strides, inputDilation, kernelDilation, groups } = c;
      const o = { ...c, padding }, y = convGeneral(x, w, { strides, inputDilation, kernelDilation, groups, padding });
      assertEquals(y.shape, [2, ...counts, c.groups * c.outputs]);
      assertEquals([...elementsOf(y)].map((v) => v + 0), naive(x, w, counts, o, c.pads).map((v) => v + 0));
    },
  ));
});

Deno.test("convGeneral() pads as much as it is told", () => {
  const x = f64([1, 5, 1], [1, 2, 3, 4, 5]), w = f64([2, 1, 1], [1, 1]), flat = (y: Value) => [...elementsOf(y)];
  assertEquals(flat(convGeneral(x, w)), [3, 5, 7, 9]);
  assertEquals(flat(convGeneral(x, w, { padding: "valid" })), [3, 5, 7, 9]);
  assertEquals(flat(convGeneral(x, w, { padding: "same" })), [3, 5, 7, 9, 5]);
  assertEquals(flat(convGeneral(x, w, { padding: "same", strides: 2 })), [3, 7, 5]);
  assertEquals(flat(convGeneral(x, w, { padding: 1 })), [1, 3, 5, 7, 9, 5]);
  assertEquals(flat(convGeneral(x, w, { padding: [[1, 0]] })), [1, 3, 5, 7, 9]);
  assertEquals(flat(convGeneral(x, w, { padding: [[-1, -2]] })), [5]);
});

Deno.test("convGeneral() and convTranspose() are data last in a pipe", () => {
  const x = f64([1, 2, 1], [1, 2]), w = f64([2, 1, 1], [1, 1]);
  assertEquals(nested(pipe(x, convGeneral(w))), [[[3]]]);
  assertEquals(nested(pipe(x, convGeneral(w, { padding: 1 }))), [[[1], [3], [2]]]);
  assertEquals(nested(pipe(x, convTranspose(w))), [[[1], [3], [2]]]);
});

Deno.test("convGeneral() keeps examples and output channels in types, and the common dtype", () => {
  const x = zeros([8, 28, 28, 1]), w = zeros([3, 3, 1, 16], { dtype: "f64" });
  const y: Tensor<readonly [8, number, number, 16], "f64"> = convGeneral(x, w, { padding: "same" });
  assertEquals(y.shape as readonly number[], [8, 28, 28, 16]);
  assertEquals(convGeneral(u8([1, 2, 1], 1), i32([1, 1, 1], 2)).dtype, "i32");
});

Deno.test("convTranspose() is the adjoint of the convolution", () => {
  const o = { strides: [2, 1], padding: [[1, 0], [0, 2]], kernelDilation: [1, 2], groups: 2 } as const;
  const x = whole([2, 7, 5, 4], 1), w = whole([3, 2, 2, 6], 2);
  const [[y], pullback] = vjpFlat(([v]) => [convGeneral(v!, w, o)], [x], [true]);
  const ct = whole([...y!.shape], 3), expected = pullback([ct])[0]!;
  // Of each group, the kernel with inputs and outputs exchanged: [3, 2, 2, (g, 3)] to [3, 2, 3, (g, 2)].
  const from = elementsOf(w), at = stridesOf([3, 2, 2, 2, 3]);
  const swapped = f64([3, 2, 3, 4], (i: number) => {
    const m = i % 2, g = Math.floor(i / 2) % 2, q = Math.floor(i / 4) % 3, k = Math.floor(i / 12);
    return from[k * at[1]! + m * at[2]! + g * at[3]! + q]!;
  });
  assertEquals(convTranspose(ct, swapped, { ...o, outputPadding: [1, 0] }).toArray(), expected.toArray() as unknown);
});

Deno.test("convTranspose() leaves size times stride where padding is same", () => {
  for (const [k, s] of [[3, 2], [2, 2], [4, 1], [1, 3]] as const) {
    assertEquals(convTranspose(f64([1, 4, 1], 1), f64([k, 1, 1], 2), { strides: s, padding: "same" }).shape[1], 4 * s);
  }
});

Deno.test("reduceWindow() takes sums and extremes of every window", () => {
  const x = f64([2, 4], [1, 5, 2, 0, 3, -1, 4, 4]), window = [1, 2];
  assertEquals(nested(reduceWindow(x, { op: "max", window })), [[5, 5, 2], [3, 4, 4]]);
  assertEquals(nested(reduceWindow(x, { op: "min", window, strides: [1, 2] })), [[1, 0], [-1, 4]]);
  assertEquals(nested(reduceWindow(x, { op: "sum", window, dilation: [1, 2] })), [[3, 5], [7, 3]]);
  assertEquals(nested(reduceWindow(x, { op: "max", window: [2, 4] })), [[5]]);
  assertEquals(nested(reduceWindow(x, { op: "sum", window, padding: "same" })), [[6, 7, 2, 0], [2, 3, 8, 4]]);
  assertEquals(nested(reduceWindow(f64([], [3]), { op: "max", window: [] })), 3);
});

Deno.test("reduceWindow() begins extremes with the end of the range, and lets NaN win", () => {
  const x = f64([3], [NaN, -1, -2]), padding = [[2, 0]] as const;
  assertEquals(nested(reduceWindow(x, { op: "max", window: [2], padding })), [-Infinity, NaN, NaN, -1]);
  const ends = (v: Value) =>
    (["max", "min"] as const).map((op) => nested(reduceWindow(v, { op, window: [1], padding })));
  assertEquals(ends(i32([1], [5])), [[-(2 ** 31), -(2 ** 31), 5], [2 ** 31 - 1, 2 ** 31 - 1, 5]]);
  assertEquals(ends(u8([1], [5])), [[0, 0, 5], [255, 255, 5]]);
});

Deno.test("reduceWindow() sums u8 in u32", () => {
  const y = reduceWindow(u8([2], [200, 200]), { op: "sum", window: [2] });
  assertEquals([y.dtype, nested(y)], ["u32", [400]]);
});

Deno.test("reduceWindow() gives the derivative of an extreme to its first element, windows adding up", () => {
  const x = f64([5], [2, 2, 1, 3, 3]);
  const gradient = (op: "max" | "min") => {
    const [[y], pullback] = vjpFlat(([v]) => [reduceWindow(v!, { op, window: [2] })], [x], [true]);
    return nested(pullback([f64(y!.shape, (i: number) => 10 ** i)])[0]!);
  };
  assertEquals(gradient("max"), [1, 10, 0, 1100, 0]);
  assertEquals(gradient("min"), [1, 0, 110, 1000, 0]);
});

Deno.test("reduceWindow() over windows that do not overlap adds up to the whole", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), small, fc.nat(), (windows, size, seed) => {
    const x = whole([3, windows * size, 2], seed);
    const y = reduceWindow(x, { op: "sum", window: [1, size, 1], strides: [1, size, 1] });
    const total = (v: Value) => [...elementsOf(v)].reduce((a, b) => a + b, 0);
    assertEquals([y.size, total(y)], [sizeOf([3, windows, 2]), total(x)]);
  }));
});
