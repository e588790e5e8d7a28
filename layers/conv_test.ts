/** Convolutions: against plain loops, each other, and what they say of mistakes. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";
import {
  add,
  grad,
  jit,
  jvp,
  key,
  makeProgram,
  mul,
  normal,
  ones,
  type Shape,
  ShapeError,
  square,
  stack,
  std,
  sum,
  type Tensor,
  tensor,
  tree,
  type Value,
  vmap,
  zeros,
} from "../mod.ts";
import {
  act,
  conv,
  convInit,
  type Convolution,
  type ConvolutionOptions,
  convTransposed,
  convTransposedInit,
  convTransposedWith,
  convWith,
  depthwiseConv,
  depthwiseConvInit,
  depthwiseConvWith,
  type DepthwiseOptions,
  input,
  type Kernel,
  relu,
  residual,
  separableConv,
  separableConvInit,
  separableConvWith,
  type TransposedOptions,
} from "./mod.ts";
import { elementsOf as flat, indicesOf, offset, wholes } from "../tests/laws/images.ts";

const sizeOf = (s: Shape): number => s.reduce((a, b) => a * b, 1);
const evaluate = { mode: "eval" } as const;

interface Plain {
  readonly stride: number[];
  readonly dilation: number[];
  readonly padding: [number, number][];
  readonly groups: number;
}

/** Σ over the window and the group's channels, written out. */
function plainConv(x: Value, w: Value, b: readonly number[], o: Plain): { shape: number[]; data: number[] } {
  const [n, ...rest] = x.shape as number[], channels = rest.pop()!, sizes = rest;
  const window = w.shape.slice(0, -2), [per, outputs] = w.shape.slice(-2) as [number, number];
  const counts = sizes.map((d, a) =>
    Math.floor((d + o.padding[a]![0] + o.padding[a]![1] - (window[a]! - 1) * o.dilation[a]! - 1) / o.stride[a]!) + 1
  );
  const xs = flat(x), ws = flat(w), shape = [n!, ...counts, outputs], data: number[] = [];
  for (const at of indicesOf(shape)) {
    const group = Math.floor(at.at(-1)! / (outputs / o.groups));
    let total = b[at.at(-1)!]!;
    for (const e of indicesOf(window)) {
      const place = e.map((k, a) => at[1 + a]! * o.stride[a]! + k * o.dilation[a]! - o.padding[a]![0]);
      if (place.some((p, a) => p < 0 || p >= sizes[a]!)) continue;
      for (let c = 0; c < per; c++) {
        total += xs[offset(x.shape, [at[0]!, ...place, group * per + c])]! *
          ws[offset(w.shape, [...e, c, at.at(-1)!])]!;
      }
    }
    data.push(total);
  }
  assertEquals(channels, per * o.groups);
  return { shape, data };
}

Deno.test("convWith() is the sum over windows written out, for every option, rank and size", () => {
  const axis = fc.record({
    size: fc.integer({ min: 1, max: 5 }),
    window: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    padding: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
  });
  const counts = fc.record({
    batch: fc.integer({ min: 0, max: 2 }),
    groups: fc.integer({ min: 1, max: 2 }),
    per: fc.integer({ min: 0, max: 2 }),
    own: fc.integer({ min: 1, max: 2 }),
  });
  fc.assert(fc.property(fc.array(axis, { minLength: 1, maxLength: 3 }), counts, (axes, { batch, groups, per, own }) => {
    const need = axes.map((a) => (a.window - 1) * a.dilation + 1);
    fc.pre(axes.every((a, i) => a.size + a.padding[0] + a.padding[1] >= need[i]!));
    const x = wholes([batch, ...axes.map((a) => a.size), per * groups], 1);
    const w = wholes([...axes.map((a) => a.window), per, own * groups], 2), b = wholes([own * groups], 3);
    const options = {
      stride: axes.map((a) => a.stride),
      dilation: axes.map((a) => a.dilation),
      padding: axes.map((a) => a.padding),
      groups,
    };
    const y: Value = convWith({ w: w as never, b }, options)(x), want = plainConv(x, w, flat(b), options);
    assertEquals(y.shape, want.shape);
    assertEquals(flat(y).map((v) => v + 0), want.data.map((v) => v + 0));
  }));
});

Deno.test("conv() keeps the size unless told otherwise, in types too", () => {
  const net = pipe(input([9, 8, 1]), conv(3, 4), act(relu), conv([3, 5], 6, { padding: "same" }), conv(1, 2));
  const { params } = net.init(key(0));
  const first: Convolution<readonly [3, 3, 1, 4], 4> = params[0];
  const second: Convolution<readonly [3, 5, 4, 6], 6> = params[1];
  const [y] = net.apply(params, [], zeros([5, 9, 8, 1]), evaluate), shape: readonly [5, 9, 8, 2] = y.shape;
  assertEquals([first.w.shape, second.b.shape, shape], [[3, 3, 1, 4], [6], [5, 9, 8, 2]]);
  // @ts-expect-error the kernel is 3 × 3
  const wrong: Convolution<readonly [5, 5, 1, 4], 4> = params[0];
  assertEquals(wrong.w.shape as Shape, [3, 3, 1, 4]);
});

Deno.test("conv() takes its rank from the example, and gives every size by the law of its padding", () => {
  const table: readonly (readonly [Shape, ConvolutionOptions, Shape])[] = [
    [[10, 2], {}, [10, 3]],
    [[10, 2], { stride: 3 }, [4, 3]],
    [[10, 2], { padding: "valid" }, [8, 3]],
    [[10, 7, 2], { padding: "valid", stride: 2 }, [4, 3, 3]],
    [[10, 7, 2], { padding: 2 }, [12, 9, 3]],
    [[10, 7, 2], { padding: [[1, 0], 2] }, [9, 9, 3]],
    [[10, 7, 2], { dilation: [1, 2], padding: "valid" }, [8, 3, 3]],
    [[4, 5, 6, 2], { stride: [1, 2, 3] }, [4, 3, 2, 3]],
    [[1, 1, 2], {}, [1, 1, 3]],
    [[4, 4, 2], { padding: [[-1, 0], [0, -1]], dilation: 1 }, [1, 1, 3]],
  ];
  for (const [shape, options, want] of table) {
    const net = pipe(input(shape as readonly [number, number]), conv(3, 3, options)), { params } = net.init(key(1));
    assertEquals(net.output.shape as Shape, want);
    assertEquals(net.apply(params, [], zeros([2, ...shape]) as never, evaluate)[0].shape as Shape, [2, ...want]);
  }
});

Deno.test("conv() without bias has none, in types too", () => {
  const net = pipe(input([4, 2]), conv(3, 5, { bias: false }), conv(3, 2, { groups: 1, bias: true }));
  const { params } = net.init(key(0)), first: Kernel<readonly [3, 2, 5]> = params[0];
  const second: Convolution<readonly [3, number, 2], 2> = params[1];
  assertEquals([Object.keys(first), Object.keys(second)], [["w"], ["w", "b"]]);
  // @ts-expect-error there are no biases
  assertEquals(params[0].b, undefined);
  const asked: boolean = params.length > 5;
  const maybe = pipe(input([4, 2]), conv(3, 5, { bias: asked })).init(key(0)).params[0];
  const b: Tensor<readonly [5]> | undefined = maybe.b;
  assertEquals(b, undefined);
});

Deno.test("layers of images work on any leading axes, none to two", () => {
  const p = convInit(key(0), [3, 3], 2, 3), x = normal(key(1), [2, 5, 4, 4, 2]), all = convWith(p)(x);
  assertEquals(all.shape as Shape, [2, 5, 4, 4, 3]);
  const typed: readonly [2, 5, number, number, number] = all.shape;
  const last: Value = convWith(p)(tensor(x.toArray()[1]![4]!));
  assertEquals(flat(last), flat(all).slice(-sizeOf(last.shape)));
  assertEquals([typed.length, convWith(p)(zeros([0, 4, 4, 2])).shape as Shape], [5, [0, 4, 4, 3]]);
  const scale = depthwiseConvInit(key(0), [2], 3, { multiplier: 2 });
  assertEquals(depthwiseConvWith(scale, { multiplier: 2 })(zeros([7, 3])).shape as Shape, [7, 6]);
  const mixed = separableConvInit(key(0), [2], 3, 5);
  assertEquals(separableConvWith(mixed)(zeros([2, 2, 7, 3])).shape as Shape, [2, 2, 7, 5]);
  const up = convTransposedInit(key(0), [2], 3, 5);
  assertEquals(convTransposedWith(up, { stride: 2 })(zeros([2, 2, 7, 3])).shape as Shape, [2, 2, 14, 5]);
});

Deno.test("vmap over parameters and inputs of conv() is a loop", () => {
  const kernels = [1, 2, 3].map((i) => wholes([2, 2, 3, 4], i)), biases = [1, 2, 3].map((i) => wholes([4], i));
  const xs = [4, 5, 6].map((i) => wholes([5, 5, 3], i)), options = { stride: 2, paddingMode: "reflect" } as const;
  const f = (w: Value, b: Value, x: Value): Value => convWith({ w: w as never, b: b as Tensor }, options)(x as Tensor);
  const all = vmap(f)(stack(kernels) as never, stack(biases) as never, stack(xs) as never) as Value;
  const one = vmap(f, { inAxes: [0, null, null] })(stack(kernels) as never, biases[0]!, xs[0]!) as Value;
  assertEquals(flat(all), kernels.flatMap((w, i) => flat(f(w, biases[i]!, xs[i]!))));
  assertEquals(flat(one), kernels.flatMap((w) => flat(f(w, biases[0]!, xs[0]!))));
});

Deno.test("second derivatives of conv() are the same whichever mode is outside", () => {
  const p = { w: wholes([2, 2, 2, 3], 1), b: wholes([3], 2) }, v = { w: wholes([2, 2, 2, 3], 3), b: wholes([3], 4) };
  const x = wholes([2, 4, 3, 2], 5);
  type P = typeof p;
  const loss = (q: P) => sum(square(convWith(q as never, { stride: [1, 2], padding: 1 })(x) as Tensor));
  const [, forward] = jvp(grad(loss), [p], [v]);
  const along = (g: P) => add(sum(mul(g.w, v.w)), sum(mul(g.b, v.b))) as Tensor<readonly []>;
  const reverse = grad((q: P) => along(grad(loss)(q)))(p);
  assertEquals([flat(forward.w), flat(forward.b)], [flat(reverse.w), flat(reverse.b)]);
  assert(flat(forward.w).some((g) => g !== 0));
});

Deno.test("depthwiseConv() is a convolution in as many groups as channels", () => {
  const w = wholes([3, 3, 1, 6], 1), b = wholes([6], 2), x = wholes([2, 5, 4, 3], 3);
  const table: readonly DepthwiseOptions[] = [{}, { stride: 2, padding: 1 }, { dilation: 2, paddingMode: "circular" }];
  for (const options of table) {
    const y: Value = depthwiseConvWith({ w: w as never, b }, options)(x);
    const z: Value = convWith({ w: w as never, b }, { ...options, groups: 3 })(x);
    assertEquals([y.shape, flat(y)], [z.shape, flat(z)]);
  }
  const net = pipe(input([5, 4, 3]), depthwiseConv(3, { multiplier: 2, bias: false }), depthwiseConv([1, 2]));
  const { params } = net.init(key(0));
  assertEquals([params[0].w.shape as Shape, net.output.shape as Shape], [[3, 3, 1, 6], [5, 4, 6]]);
  assertEquals(Object.keys(params[0]), ["w"]);
});

Deno.test("separableConv() is a depthwise convolution and one of single elements", () => {
  const depthwise = wholes([2, 2, 1, 6], 1),
    pointwise = wholes([6, 5], 2),
    b = wholes([5], 3),
    x = wholes([2, 5, 4, 3], 4);
  const y: Value = separableConvWith({ depthwise: depthwise as never, pointwise, b }, { stride: 2 })(x);
  const between: Value = convWith({ w: depthwise as never }, { stride: 2, groups: 3 })(x);
  const kernel = tensor(Float32Array.from(flat(pointwise)), { shape: [1, 1, 6, 5] });
  const z: Value = convWith({ w: kernel, b })(between as Tensor);
  assertEquals([y.shape, flat(y)], [z.shape, flat(z)]);
  const net = pipe(input([6, 6, 2]), separableConv(3, 4, { stride: 2, bias: false, multiplier: 3 }));
  const { params } = net.init(key(0));
  assertEquals(Object.keys(params[0]), ["depthwise", "pointwise"]);
  assertEquals(net.apply(params, [], zeros([1, 6, 6, 2]), evaluate)[0].shape as Shape, [1, 3, 3, 4]);
});

Deno.test("convTransposed() is the adjoint of conv(), and undoes it in size", () => {
  const table: readonly (readonly [ConvolutionOptions & { readonly padding: number | number[] }, Shape])[] = [
    [{ padding: 0 }, [4, 5]],
    [{ padding: 1, stride: 2 }, [5, 7]],
    [{ padding: [0, 1], stride: [2, 1], dilation: [1, 2] }, [6, 5]],
  ];
  for (const [options, sizes] of table) {
    // Channels exchange places: [kh, kw, 2, 3] becomes [kh, kw, 3, 2].
    const w = wholes([3, 2, 2, 3], 1), x = wholes([2, ...sizes, 2], 2);
    const swapped = tensor(
      Float32Array.from(
        [...indicesOf([3, 2, 3, 2])].map(([h, v, o, i]) => flat(w)[offset(w.shape, [h!, v!, i!, o!])]!),
      ),
      { shape: [3, 2, 3, 2] },
    );
    const y: Value = convWith({ w: w as never }, options)(x), c = wholes(y.shape, 3);
    const rounded = sizes.map((d, a) => {
      const at = <T>(n: T | readonly T[] | undefined, one: T): T => Array.isArray(n) ? n[a]! : n as T ?? one;
      return (d + 2 * at(options.padding as number, 0) - [2, 1][a]! * at(options.dilation as number, 1) - 1) %
        at(options.stride as number, 1);
    });
    const back: Value = convTransposedWith({ w: swapped }, { ...options, outputPadding: rounded })(c);
    assertEquals(back.shape, x.shape);
    const inner = (a: Value, b: Value) => flat(a).reduce((s, v, i) => s + v * flat(b)[i]!, 0);
    assertEquals(inner(y, c), inner(x, back));
  }
  const net = pipe(
    input([8, 6, 2]),
    conv(3, 4, { stride: 2 }),
    convTransposed(3, 2, { stride: 2 }),
    convTransposed(4, 1),
  );
  const { params } = net.init(key(0)), third: Convolution<readonly [4, 4, 2, 1], 1> = params[2];
  assertEquals([net.output.shape as Shape, third.w.shape], [[8, 6, 1], [4, 4, 2, 1]]);
  assertEquals(net.apply(params, [], zeros([2, 8, 6, 2]), evaluate)[0].shape as Shape, [2, 8, 6, 1]);
});

Deno.test("a kernel in groups starts at the scale of one group", () => {
  const { w } = depthwiseConvInit(key(3), [3, 3], 256), deviation = Math.sqrt(2 / 18);
  // Six standard errors of a standard deviation over 2304 draws of kurtosis below 3.
  assertAlmostEquals(std(w).item() as number, deviation, 6 * deviation / Math.sqrt(2 * 2304));
  const grouped = convInit(key(3), [3], 8, 4, { groups: 4 });
  assertEquals(grouped.w.shape as Shape, [3, 2, 4]);
  assertEquals(new Set(flat(grouped.w)).size, 24);
});

Deno.test("conv() on a batch is the convolution, its bias and nothing that moves elements", () => {
  const net = pipe(input([8, 8, 1]), conv(3, 4), act(relu)), { params } = net.init(key(0));
  const program = makeProgram((p: typeof params, x: Tensor<readonly [2, 8, 8, 1]>) => net.apply(p, [], x, evaluate)[0]);
  const names = [...program(params, zeros([2, 8, 8, 1])).toString().matchAll(/= (\w+)/g)].map(([, name]) => name);
  assertEquals(names.filter((n) => !["convGeneral", "broadcast", "add"].includes(n!)).length, 1, names.join(" "));
});

Deno.test("a residual block of conv() layers trains under grad and jit", () => {
  const net = pipe(input([6, 6, 3]), residual((x) => pipe(x, conv(3, 3), act(relu), conv(3, 3))));
  const { params: drawn, state } = net.init(key(0)), x = wholes([4, 6, 6, 3], 1) as Tensor<readonly [4, 6, 6, 3]>;
  // Whole numbers, so that nothing is rounded in whichever order sums are taken.
  const params = tree.map((t: Value) => wholes(t.shape, t.shape.length), drawn) as typeof drawn;
  const loss = (p: typeof params) => sum(net.apply(p, state, x, evaluate)[0] as Tensor);
  const eager = grad(loss)(params), jitted = jit(grad(loss))(params);
  const [a, b] = [eager, jitted].map((g) => flat(g[0][0].w));
  assert(a!.some((g) => g !== 0));
  assertEquals(a, b);
});

Deno.test("convolutions say what does not fit", () => {
  const image = input([4, 4, 6]), kernel = ones([3, 3, 6, 2]), x = zeros([1, 4, 4, 6]);
  const both = "a whole number, 1 or more, or a list of 2 of them, one for each spatial axis";
  const table: readonly (readonly [() => unknown, string])[] = [
    [
      () => pipe(image, conv(5, 2, { padding: "valid" })),
      "conv: the kernel [5, 5] is wider than the padded input [4, 4]; add padding or use a smaller kernel",
    ],
    [
      () => convWith({ w: kernel }, { dilation: 2, padding: 0 })(x),
      "conv: the kernel [3, 3], with dilation [5, 5], is wider than the padded input [4, 4]; add padding or use a smaller kernel",
    ],
    [() => pipe(image, conv(3, 8, { groups: 4 })), "conv: 6 input and 8 output channels do not divide into 4 groups"],
    [() => pipe(image, conv(3, 8, { groups: 0 })), "conv: 6 input and 8 output channels do not divide into 0 groups"],
    [
      () => pipe(input([6]), conv(3, 8)),
      "conv: an example [6] has no spatial axis; it takes [L, C], [H, W, C] or [D, H, W, C]",
    ],
    [() => pipe(image, conv(3, 8, { stride: -1 })), `conv: stride -1 must be ${both}`],
    [() => pipe(image, conv(3, 8, { stride: [1, 1, 1] })), `conv: stride [1,1,1] must be ${both}`],
    [() => pipe(image, conv(3, 8, { dilation: 0 })), `conv: dilation 0 must be ${both}`],
    [() => pipe(image, conv([3], 8)), `conv: kernel [3] must be ${both}`],
    [() => pipe(image, conv(0, 8)), `conv: kernel 0 must be ${both}`],
    [() => pipe(image, conv(3, 0)), "conv: features 0 must be a whole number, 1 or more"],
    [
      () => pipe(image, conv(3, 8, { padding: "smae" as never })),
      'conv: padding "smae" must be "same", "valid", a whole number, or a list of 2 numbers or pairs',
    ],
    [
      () => convWith({ w: kernel }, { paddingMode: "mirror" as never })(x),
      'conv: paddingMode "mirror" must be "zeros", "reflect", "replicate" or "circular"',
    ],
    [
      () => conv(3, 8, { strides: 2 } as never),
      "conv: there is no option strides; it takes stride, padding, paddingMode, dilation, groups, bias, weights, biases",
    ],
    [
      () => convWith({ w: kernel })(zeros([1, 4, 4, 5])),
      "conv: channels differ, the kernel [3, 3, 6, 2] takes 6 and the input has 5",
    ],
    [
      () => convWith({ w: kernel }, { groups: 2 })(zeros([1, 4, 4, 6])),
      "conv: channels differ, the kernel [3, 3, 6, 2] in 2 groups takes 12 and the input has 6",
    ],
    [() => convWith({ w: kernel })(zeros([4, 6])), "conv: 2 spatial axes need a tensor [..., H, W, C], got [4, 6]"],
    [
      () => convWith({ w: zeros([6, 2]) }),
      "conv: a kernel is […window, C / groups, O] with 1 or more axes of window, got [6,2]",
    ],
    [
      () => convInit(key(0), 3 as never, 1, 2),
      "conv: kernel 3 must be a list of whole numbers, 1 or more, one for each spatial axis",
    ],
    [
      () => depthwiseConvWith({ w: kernel })(x),
      "depthwiseConv: a kernel for 6 channels is [3, 3, 1, 6 · multiplier], got [3, 3, 6, 2]",
    ],
    [() => depthwiseConv(3, { multiplier: 0 }), "depthwiseConv: multiplier 0 must be a whole number, 1 or more"],
    [() => separableConv(3, 1.5), "separableConv: features 1.5 must be a whole number, 1 or more"],
    [
      () => separableConv(3, 1, { groups: 2 } as never),
      "separableConv: there is no option groups; it takes stride, padding, paddingMode, dilation, multiplier, bias, weights, biases",
    ],
    [
      () => pipe(image, convTransposed(3, 2, { padding: 3 })),
      "convTransposed: nothing is left of the output, [0, 0] from [4, 4]; cut off less padding",
    ],
    [
      () => pipe(image, convTransposed(3, 2, { stride: 2, outputPadding: 2 })),
      "convTransposed: outputPadding [2, 2] must be below the stride [2, 2]",
    ],
    [
      () => convTransposedWith({ w: kernel })(zeros([1, 4, 4, 5])),
      "convTransposed: channels differ, the kernel [3, 3, 6, 2] takes 6 and the input has 5",
    ],
    [
      () => pipe(image, convTransposed(3, 4, { groups: 4 } as TransposedOptions)),
      "convTransposed: 6 input and 4 output channels do not divide into 4 groups",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, Error).message, message);
  assertThrows(() => pipe(image, conv(5, 2, { padding: "valid" })), ShapeError);
});
