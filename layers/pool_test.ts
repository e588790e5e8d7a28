/** Pools: against loops written out, each other, and what they say of mistakes. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";
import {
  add,
  grad,
  jit,
  jvp,
  key,
  mean,
  mul,
  normal,
  type Shape,
  split,
  sum,
  type Tensor,
  tensor,
  type Value,
  vmap,
  zeros,
} from "../mod.ts";
import { elementsOf, indicesOf, offset, wholes } from "../tests/laws/images.ts";
import {
  adaptiveAveragePool,
  adaptiveAveragePoolWith,
  adaptiveMaxPool,
  adaptiveMaxPoolWith,
  averagePool,
  averagePoolWith,
  globalAveragePool,
  globalAveragePoolWith,
  globalMaxPool,
  globalMaxPoolWith,
  input,
  lpPool,
  lpPoolWith,
  maxPool,
  maxPoolWith,
  type PoolOptions,
  stochasticPool,
  stochasticPoolMeanWith,
  stochasticPoolWith,
  sumPool,
  sumPoolWith,
} from "./mod.ts";

const evaluate = { mode: "eval" } as const;

interface Axis {
  readonly size: number;
  readonly window: number;
  readonly stride: number;
  readonly padding: [number, number];
}

/** The elements each window sees, and how many places it has within the padding. */
function plainWindows(
  x: Value,
  axes: readonly Axis[],
  ceilMode: boolean,
): { shape: number[]; seen: number[][]; places: number[] } {
  const counts = axes.map(({ size, window, stride, padding: [lo, hi] }) => {
    const room = size + lo + hi - window;
    let n = Math.floor(room / stride) + 1;
    // One more where it would begin inside the input or the padding before it.
    if (ceilMode && room % stride !== 0 && n * stride < size + lo) n++;
    return n;
  });
  const shape = [x.shape[0]!, ...counts, x.shape.at(-1)!],
    data = elementsOf(x),
    seen: number[][] = [],
    places: number[] = [];
  for (const at of indicesOf(shape)) {
    const here: number[] = [];
    let inside = 0;
    for (const e of indicesOf(axes.map((a) => a.window))) {
      const place = e.map((k, a) => at[1 + a]! * axes[a]!.stride + k - axes[a]!.padding[0]);
      if (place.some((p, a) => p >= axes[a]!.size + axes[a]!.padding[1])) continue;
      inside++;
      if (place.every((p, a) => p >= 0 && p < axes[a]!.size)) {
        here.push(data[offset(x.shape, [at[0]!, ...place, at.at(-1)!])]!);
      }
    }
    seen.push(here);
    places.push(inside);
  }
  return { shape, seen, places };
}

const total = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

Deno.test("pools are what their names say of every window, for every option, rank and size", () => {
  const axis: fc.Arbitrary<Axis> = fc.integer({ min: 1, max: 3 }).chain((window) =>
    fc.record({
      size: fc.integer({ min: 1, max: 6 }),
      window: fc.constant(window),
      stride: fc.integer({ min: 1, max: 3 }),
      padding: fc.tuple(fc.integer({ min: 0, max: window - 1 }), fc.integer({ min: 0, max: window - 1 })),
    })
  );
  const more = fc.record({
    batch: fc.integer({ min: 0, max: 2 }),
    channels: fc.integer({ min: 0, max: 2 }),
    ceilMode: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(axis, { minLength: 1, maxLength: 3 }), more, (axes, { batch, channels, ceilMode }) => {
      fc.pre(axes.every((a) => a.size + a.padding[0] + a.padding[1] >= a.window));
      const x = wholes([batch, ...axes.map((a) => a.size), channels], axes.length);
      const window = axes.map((a) => a.window);
      const options = { stride: axes.map((a) => a.stride), padding: axes.map((a) => a.padding), ceilMode };
      const { shape, seen, places } = plainWindows(x, axes, ceilMode);
      const hold = (y: Value, want: number[], what: string) => {
        assertEquals(y.shape, shape, what);
        // A quotient of whole numbers and a square root are rounded once, in f32.
        assertEquals(elementsOf(y).map((v) => v + 0), want.map((v) => Math.fround(v) + 0), what);
      };
      hold(maxPoolWith(window, options)(x), seen.map((s) => Math.max(...s)), "max");
      hold(sumPoolWith(window, options)(x), seen.map(total), "sum");
      hold(averagePoolWith(window, options)(x), seen.map((s, i) => total(s) / places[i]!), "average");
      const alone = averagePoolWith(window, { ...options, countIncludePad: false });
      hold(alone(x), seen.map((s) => total(s) / s.length), "average of the input alone");
      hold(lpPoolWith(1, window, options)(x), seen.map((s) => total(s.map(Math.abs))), "1-norm");
      hold(lpPoolWith(2, window, options)(x), seen.map((s) => Math.sqrt(total(s.map((v) => v * v)))), "2-norm");
      hold(lpPoolWith(Infinity, window, options)(x), seen.map((s) => Math.max(...s.map(Math.abs))), "∞-norm");
    }),
    { numRuns: 60 },
  );
});

Deno.test("pools of a net take their rank from the example", () => {
  const table: readonly (readonly [ReturnType<typeof maxPool>, Shape, Shape])[] = [
    [maxPool(2), [7, 3], [3, 3]],
    [maxPool(2, { ceilMode: true }), [7, 3], [4, 3]],
    [maxPool([2, 3]), [8, 9, 3], [4, 3, 3]],
    [maxPool(3, { stride: 1, padding: "same" }), [8, 9, 3], [8, 9, 3]],
    [maxPool(2, { dilation: 2, stride: 1 }), [8, 9, 3], [6, 7, 3]],
    [averagePool(2), [4, 6, 8, 3], [2, 3, 4, 3]],
    [averagePool(2, { padding: 1, countIncludePad: false }), [4, 4, 3], [3, 3, 3]],
    [sumPool(2, { stride: 2 }), [5, 1], [2, 1]],
    [lpPool(2, 2), [4, 4, 2], [2, 2, 2]],
    [stochasticPool(2), [4, 4, 2], [2, 2, 2]],
  ];
  for (const [layer, shape, want] of table) {
    const net = pipe(input(shape as readonly [number, number]), layer);
    assertEquals(net.output.shape as Shape, want);
    assertEquals(net.apply([], [], zeros([0, ...shape]) as never, evaluate)[0].shape as Shape, [0, ...want]);
    assertEquals(net.apply([], [], zeros([1, ...shape]) as never, evaluate)[0].shape as Shape, [1, ...want]);
  }
  const typed = pipe(input([8, 8, 3]), maxPool(2)), shape: readonly [number, number, 3] = typed.output.shape;
  assertEquals(shape as Shape, [4, 4, 3]);
  // @ts-expect-error channels stay 3
  assertEquals(typed.output.shape satisfies readonly [number, number, 4], [4, 4, 3]);
});

Deno.test("pools work on any leading axes, under vmap and in f64", () => {
  const x = wholes([2, 3, 4, 4, 2], 1),
    pools: readonly ((x: Tensor) => Value)[] = [
      maxPoolWith([2, 2]),
      averagePoolWith([3, 2], { stride: 1, padding: 1 }),
      sumPoolWith([2, 2]),
      lpPoolWith(3, [2, 2]),
      stochasticPoolMeanWith([2, 2]),
      globalMaxPoolWith(2),
      globalAveragePoolWith(2),
      adaptiveMaxPoolWith([3, 3]),
      adaptiveAveragePoolWith([3, 2]),
    ];
  for (const pool of pools) {
    const all = pool(x), mapped = vmap(vmap(pool as (x: Value) => Value))(x as never) as Value;
    assertEquals([mapped.shape, elementsOf(mapped)], [all.shape, elementsOf(all)]);
    const wide = pool(tensor(Float64Array.from(elementsOf(x)), { shape: x.shape, dtype: "f64" }) as never);
    assertEquals([wide.shape, wide.dtype], [all.shape, "f64"]);
  }
});

Deno.test("globalMaxPool() and globalAveragePool() leave one number a channel; equals give the first the derivative", () => {
  const x = tensor([[[1], [5]], [[5], [2]]]), f = globalMaxPoolWith(2) as (x: Value) => Value;
  assertEquals(elementsOf(grad((y: Value) => sum(f(y)) as Tensor<readonly []>)(x) as Value), [0, 1, 0, 0]);
  const net = pipe(input([2, 2, 1]), globalMaxPool()), means = pipe(input([2, 2, 1]), globalAveragePool());
  const batch = tensor([x.toArray()]), typed: readonly [1] = net.output.shape;
  assertEquals([typed, net.apply([], [], batch as never, evaluate)[0].toArray()], [[1], [[5]]]);
  assertEquals(means.apply([], [], batch as never, evaluate)[0].toArray(), [[3.25]]);
});

Deno.test("adaptive pools cover the input with windows of sizes that differ by one at most", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (size, to) => {
    const x = wholes([size, 1], size), data = elementsOf(x);
    const windows = Array.from(
      { length: to },
      (_, i) => data.slice(Math.floor(i * size / to), Math.ceil((i + 1) * size / to)),
    );
    assertEquals(elementsOf(adaptiveMaxPoolWith([to])(x)), windows.map((w) => Math.max(...w)));
    const means = elementsOf(adaptiveAveragePoolWith([to])(x));
    // Weights, products and sums of at most 9 elements of magnitude 4, each rounded once.
    windows.forEach((w, i) => assertAlmostEquals(means[i]!, total(w) / w.length, 4 * (9 + 2) * 2 ** -24));
  }));
  const net = pipe(input([7, 5, 3]), adaptiveMaxPool([3, 2]), adaptiveAveragePool(2));
  const shape: readonly [2, 2, 3] = net.output.shape;
  assertEquals(shape, [2, 2, 3]);
  assertEquals(net.apply([], [], zeros([2, 7, 5, 3]), evaluate)[0].shape, [2, 2, 2, 3]);
});

Deno.test("stochasticPool() draws each element as often as its share", () => {
  const n = 4000,
    x = tensor([[1], [0], [3], [4]]),
    pool = (k: Value) => stochasticPoolWith(k as never, [4])(x) as Value;
  const drawn = elementsOf(vmap(pool)(split(key(5), [n]) as never) as Value);
  for (const [v, p] of [[1, 1 / 8], [3, 3 / 8], [4, 1 / 2], [0, 0]] as const) {
    const share = drawn.filter((d) => d === v).length / n;
    // Six standard errors of a share.
    assertAlmostEquals(share, p, 6 * Math.sqrt(p * (1 - p) / n));
  }
  assertAlmostEquals(total(drawn) / n, elementsOf(stochasticPoolMeanWith([4])(x))[0]!, 6 * 0.97 / Math.sqrt(n));
});

Deno.test("stochasticPool() draws in training, means in evaluation, and asks for its key", () => {
  const net = pipe(input([4, 4, 2]), stochasticPool([2, 2], { stride: 1 })),
    x = wholes([3, 4, 4, 2], 2) as Tensor<readonly [3, 4, 4, 2]>;
  const draw = (k: number) => elementsOf(net.apply([], [], x, { mode: "train", key: key(k) })[0]);
  assertEquals(draw(0), draw(0));
  assertEquals(elementsOf(net.apply([], [], x, { mode: "eval", noise: true, key: key(0) })[0]), draw(0));
  assert(JSON.stringify(draw(0)) !== JSON.stringify(draw(1)));
  assertEquals(
    elementsOf(net.apply([], [], x, evaluate)[0]),
    elementsOf(stochasticPoolMeanWith([2, 2], { stride: 1 })(x)),
  );
  assertEquals(
    assertThrows(() => net.apply([], [], x, { mode: "train" }), Error).message,
    'stochasticPool: it draws at random and needs a key; apply the net with { key, mode: "train" }',
  );
  // The derivative goes to what was drawn: per window one 1, times what stands there.
  const slope = grad((y: Tensor) => sum(stochasticPoolWith(key(0), [2])(y)) as Tensor<readonly []>)(
    tensor([[1], [3], [0], [0]]) as Tensor,
  );
  assertEquals(total(elementsOf(slope)), 1);
  assertEquals(elementsOf(stochasticPoolWith(key(0), [2])(tensor([[-1], [-2]]))), [0]);
});

Deno.test("lpPool() and the weighted mean have derivative 0 where there is nothing", () => {
  const nothing = zeros([4, 1]) as Tensor;
  for (const pool of [lpPoolWith(2, [2]), lpPoolWith(3, [2]), stochasticPoolMeanWith([2])]) {
    const f = (x: Tensor) => sum(pool(x)) as Tensor<readonly []>;
    assertEquals(elementsOf(grad(f)(nothing)).map(Math.abs), [0, 0, 0, 0]);
    assertEquals(elementsOf(jit(grad(f))(nothing)).map(Math.abs), [0, 0, 0, 0]);
  }
});

Deno.test("second derivatives of pools are the same whichever mode is outside", () => {
  const x = add(normal(key(0), [2, 4, 4, 2], { dtype: "f64" }), 3), v = normal(key(1), [2, 4, 4, 2], { dtype: "f64" });
  type X = typeof x;
  const pools = [lpPoolWith(3, [2, 2]), lpPoolWith(2, [3, 2], { stride: 1 }), stochasticPoolMeanWith([2, 2])];
  for (const pool of pools) {
    const f = (y: X) => mean(pool(y) as X) as Tensor<readonly [], "f64">;
    const [, forward] = jvp(grad(f), [x], [v]);
    const reverse = grad((y: X) => sum(mul(grad(f)(y), v)) as Tensor<readonly [], "f64">)(x);
    const [a, b] = [elementsOf(forward), elementsOf(reverse)];
    assert(a.some((t) => t !== 0));
    // Elements between 1 and 6: a few dozen operations on each side, and sums over six windows.
    a.forEach((t, i) => assertAlmostEquals(t, b[i]!, 100 * 2 ** -53));
  }
});

Deno.test("pools say what does not fit", () => {
  const image = input([4, 4, 2]),
    x = zeros([1, 4, 4, 2]),
    both = "a whole number, 1 or more, or a list of 2 of them, one for each spatial axis";
  const table: readonly (readonly [() => unknown, string])[] = [
    [
      () => pipe(image, maxPool(5)),
      "maxPool: the window [5, 5] is wider than the padded input [4, 4]; add padding or use a smaller window",
    ],
    [() => pipe(image, maxPool(2, { stride: -2 })), `maxPool: stride -2 must be ${both}`],
    [() => pipe(image, maxPool([2])), `maxPool: window [2] must be ${both}`],
    [
      () => pipe(input([4]), maxPool(2)),
      "maxPool: an example [4] has no spatial axis; it takes [L, C], [H, W, C] or [D, H, W, C]",
    ],
    [
      () => pipe(image, averagePool(2, { padding: 2 })),
      "averagePool: padding [[2,2],[2,2]] leaves windows [2, 2] over [4, 4] that see nothing else; pad by less than the window",
    ],
    [
      () => pipe(image, sumPool(2, { padding: "full" as never })),
      'sumPool: padding "full" must be "same", "valid", a whole number, or a list of 2 numbers or pairs',
    ],
    [
      () => maxPoolWith([2], { strides: 1 } as PoolOptions),
      "maxPool: there is no option strides; it takes stride, padding, ceilMode, dilation",
    ],
    [
      () => maxPoolWith(2 as never),
      "maxPool: window 2 must be a list of whole numbers, 1 or more, one for each spatial axis",
    ],
    [() => maxPoolWith([2, 2])(zeros([4, 4])), "maxPool: 2 spatial axes need a tensor [..., H, W, C], got [4, 4]"],
    [() => maxPoolWith([2])(zeros([4])), "maxPool: 1 spatial axis needs a tensor [..., L, C], got [4]"],
    [() => lpPool(0.5, 2), "lpPool: p 0.5 must be 1 or more, or Infinity"],
    [
      () => adaptiveMaxPoolWith([0, 1]),
      "adaptiveMaxPool: size [0,1] must be a list of whole numbers, 1 or more, one for each spatial axis",
    ],
    [() => adaptiveAveragePoolWith([2])(zeros([0, 1])), "adaptiveAveragePool: no elements on a spatial axis of [0]"],
    [() => globalMaxPoolWith(1)(zeros([0, 3])), "globalMaxPool: nothing to pool in [0, 3]"],
    [
      () => pipe(image, globalAveragePool(), maxPool(2) as never),
      "maxPool: an example [2] has no spatial axis; it takes [L, C], [H, W, C] or [D, H, W, C]",
    ],
    [
      () => averagePoolWith([2, 2], { count: true } as never)(x),
      "averagePool: there is no option count; it takes stride, padding, ceilMode, countIncludePad",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, Error).message, message);
});
