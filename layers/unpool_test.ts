/** Unfolding, places of maxima, and pools undone. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";
import {
  grad,
  jit,
  matmul,
  mul,
  reshape,
  type Shape,
  sum,
  type Tensor,
  tensor,
  type Value,
  vmap,
  zeros,
} from "../mod.ts";
import { elementsOf, wholes } from "../tests/laws/images.ts";
import {
  averagePoolWith,
  averageUnpool,
  averageUnpoolWith,
  columnsToImage,
  convWith,
  imageToColumns,
  input,
  maxPoolIndices,
  maxPoolIndicesWith,
  type MaxPoolOptions,
  maxPoolWith,
  maxUnpool,
  maxUnpoolWith,
} from "./mod.ts";

const evaluate = { mode: "eval" } as const;

Deno.test("imageToColumns() and a matrix product are a convolution, and columnsToImage() is its adjoint", () => {
  const axis = fc.record({
    size: fc.integer({ min: 1, max: 5 }),
    window: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    padding: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
  });
  fc.assert(
    fc.property(fc.array(axis, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 2 }), (axes, batch) => {
      fc.pre(axes.every((a) => a.size + a.padding[0] + a.padding[1] > (a.window - 1) * a.dilation));
      const sizes = axes.map((a) => a.size), window = axes.map((a) => a.window), channels = 2;
      const options = {
        stride: axes.map((a) => a.stride),
        dilation: axes.map((a) => a.dilation),
        padding: axes.map((a) => a.padding),
      };
      const x = wholes([batch, ...sizes, channels], 1), w = wholes([...window, channels, 3], 2);
      const rows = imageToColumns(x, window, options) as unknown as Tensor, length = rows.shape.at(-1)!;
      const y = matmul(rows, reshape(w, [length, 3]) as unknown as Tensor) as Value;
      const want: Value = convWith({ w: w as never }, options)(x);
      assertEquals([y.shape, elementsOf(y)], [want.shape, elementsOf(want)]);
      const c = wholes(rows.shape, 3), back: Value = columnsToImage(c, sizes, window, options);
      assertEquals(back.shape, x.shape);
      const inner = (a: Value, b: Value) => elementsOf(a).reduce((s, v, i) => s + v * elementsOf(b)[i]!, 0);
      assertEquals(inner(rows, c), inner(x, back));
    }),
    { numRuns: 60 },
  );
});

Deno.test("columnsToImage() has derivatives, maps, and compiles", () => {
  const y = wholes([2, 3, 4], 1) as Tensor<readonly [2, 3, 4]>, weights = wholes([2, 4, 2], 2);
  const f = (z: Value): Value => columnsToImage(z as Tensor<readonly [number, 4]>, [4], [2]);
  const g = (z: typeof y) => sum(mul(f(z), weights) as Tensor) as Tensor<readonly []>;
  // The derivative of an adjoint is the map itself.
  assertEquals(elementsOf(grad(g)(y)), elementsOf(imageToColumns(weights as never, [2])));
  assertEquals(elementsOf(jit(grad(g))(y)), elementsOf(grad(g)(y)));
  assertEquals(elementsOf(vmap(f)(y as never) as Value), elementsOf(f(y)));
  const ints: Value = imageToColumns(tensor([[1], [2], [3]], { dtype: "i32" }), [2], { padding: [[1, 0]] });
  assertEquals([ints.dtype, elementsOf(ints)], ["i32", [0, 1, 1, 2, 2, 3]]);
});

Deno.test("maxPoolIndices() names the first place of each maximum, which maxUnpool() fills again", () => {
  const table: readonly (readonly [Shape, Shape, MaxPoolOptions])[] = [
    [[6], [2], {}],
    [[4, 6], [2, 3], {}],
    [[5, 7], [3, 3], { stride: 2, padding: 1 }],
    [[5, 5], [2, 2], { stride: 2, ceilMode: true }],
    [[4, 4, 4], [2, 2, 2], {}],
    [[7], [2], { dilation: 3, stride: 1 }],
  ];
  for (const [sizes, window, options] of table) {
    const x = wholes([2, ...sizes, 3], 1), [values, places] = maxPoolIndicesWith(window, options)(x);
    assertEquals(elementsOf(values), elementsOf(maxPoolWith(window, options)(x)));
    const [v, at] = [elementsOf(values), elementsOf(places)],
      plane = sizes.reduce((a, b) => a * b, 1),
      data = elementsOf(x);
    const each = v.length / 2;
    v.forEach((m, i) => assertEquals(data[(Math.floor(i / each) * plane + at[i]!) * 3 + i % 3], m));
    if (options.dilation !== undefined) continue;
    const { ceilMode: _, ...slide } = options;
    const back = elementsOf(maxUnpoolWith(window, { ...slide, outputSize: sizes })(values, places as never));
    const want = new Array<number>(data.length).fill(0);
    v.forEach((m, i) => want[(Math.floor(i / each) * plane + at[i]!) * 3 + i % 3] = m);
    assertEquals(back, want);
  }
});

Deno.test("maxPoolIndices() and maxUnpool() pass derivatives to the winners alone, under jit and vmap", () => {
  const x = tensor([[1, 4], [3, 4], [2, -1], [0, 5]]) as Tensor,
    weights = tensor([[1, 2], [3, 4], [5, 6], [7, 8]]) as Tensor;
  const there = (y: Value): Value => {
    const [values, places] = maxPoolIndicesWith([2])(y as Tensor);
    return maxUnpoolWith([2])(values as Tensor, places as never);
  };
  const f = (y: Tensor) => sum(mul(there(y), weights) as Tensor) as Tensor<readonly []>;
  const want = [0, 2, 3, 0, 5, 0, 0, 8];
  assertEquals(elementsOf(grad(f)(x)), want);
  assertEquals(elementsOf(jit(grad(f))(x)), want);
  const many = wholes([3, 4, 2], 1);
  assertEquals(elementsOf(vmap(there)(many as never) as Value), elementsOf(there(many)));
});

Deno.test("averagePool() undoes averageUnpool(), which takes means where windows overlap", () => {
  for (const [window, counts] of [[[2], [3]], [[2, 3], [2, 2]], [[1, 2, 1], [2, 1, 3]]] as const) {
    const y = wholes([2, ...counts, 2], 1), spread = averageUnpoolWith(window)(y) as Tensor;
    assertEquals(elementsOf(averagePoolWith(window)(spread) as Value), elementsOf(y));
  }
  const line = tensor([[2], [4]]);
  assertEquals(elementsOf(averageUnpoolWith([2], { stride: 1 })(line)), [2, 3, 4]);
  assertEquals(elementsOf(averageUnpoolWith([1], { stride: 2, outputSize: [4] })(line)), [2, 0, 4, 0]);
  assertEquals(elementsOf(averageUnpoolWith([2], { stride: 2, outputSize: [3] })(line)), [2, 2, 4]);
  const f = (y: typeof line) => sum(averageUnpoolWith([2])(y)) as Tensor<readonly []>;
  assertEquals(elementsOf(grad(f)(line)), [2, 2]);
});

Deno.test("unpooling layers give the size from before", () => {
  const net = pipe(input([7, 6, 2]), maxPoolIndices(2), maxUnpool(2, { outputSize: [7, 6] }));
  const [y] = net.apply([], [], wholes([3, 7, 6, 2], 1) as Tensor<readonly [3, 7, 6, 2]>, evaluate);
  const typed: readonly [3, number, number, 2] = y.shape;
  assertEquals(typed, [3, 7, 6, 2]);
  const pairs = pipe(input([4, 2]), maxPoolIndices(2)),
    [[values, places]] = pairs.apply([], [], zeros([1, 4, 2]), evaluate);
  assertEquals([values.dtype, places.dtype, places.shape], ["f32", "i32", [1, 2, 2]]);
  const means = pipe(input([4, 2]), averageUnpool(3));
  assertEquals(means.apply([], [], zeros([1, 4, 2]), evaluate)[0].shape, [1, 12, 2]);
});

Deno.test("unfolding and unpooling say what does not fit", () => {
  const places = zeros([2, 1], { dtype: "i32" }), line = zeros([2, 1]);
  const table: readonly (readonly [() => unknown, string])[] = [
    [
      () => imageToColumns(zeros([3, 1]), [4]),
      "imageToColumns: the window [4] is wider than the padded input [3]; add padding or use a smaller window",
    ],
    [
      () => imageToColumns(zeros([3, 1]), [2], { pad: 1 } as never),
      "imageToColumns: there is no option pad; it takes stride, padding, dilation",
    ],
    [
      () => columnsToImage(zeros([3, 4]), [5], [2]),
      "columnsToImage: rows [3, 4] are not those of windows [2] over [5]; expected [4, 2 · C]",
    ],
    [
      () => columnsToImage(zeros([4, 3]), [5], [2]),
      "columnsToImage: rows [4, 3] are not those of windows [2] over [5]; expected [4, 2 · C]",
    ],
    [
      () => maxUnpoolWith([2])(line, zeros([3, 1], { dtype: "i32" }) as never),
      "maxUnpool: elements [2, 1] and places [3, 1] differ in shape; give both as maxPoolIndices gave them",
    ],
    [
      () => maxUnpoolWith([2], { outputSize: [7] })(line, places),
      "maxUnpool: outputSize [7] does not pool to [2]; [4] does",
    ],
    [
      () => averageUnpoolWith([2], { padding: 2 })(line),
      "averageUnpool: nothing is left of the output, [0]",
    ],
    [
      () => maxPoolIndicesWith([5])(zeros([4, 1])),
      "maxPoolIndices: the window [5] is wider than the padded input [4]; add padding or use a smaller window",
    ],
    [
      () => maxPoolIndicesWith([1])(zeros([2 ** 24 + 1, 1])),
      "maxPoolIndices: 16777217 places are more than f32 counts; cast the input to f64",
    ],
    [
      () => averageUnpool(2, { size: 3 } as never)(input([4, 1])),
      "averageUnpool: there is no option size; it takes stride, padding, outputSize",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, Error).message, message);
});
