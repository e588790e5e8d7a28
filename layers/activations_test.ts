/** Activations: far out, at NaN, under transformations, their shapes, and what each family promises. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";
import {
  type DType,
  type FloatOf,
  grad,
  jacfwd,
  jacrev,
  jit,
  key,
  mul,
  normal,
  ones,
  type Shape,
  sum,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "../mod.ts";
import {
  act,
  bilinearGlu,
  celu,
  elu,
  gaussian,
  geglu,
  gelu,
  glu,
  hardshrink,
  hardSigmoid,
  hardSwish,
  hardTanh,
  input,
  inverseMultiquadric,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  mish,
  multiquadric,
  reglu,
  relu,
  relu6,
  rreluWith,
  selu,
  sigmoid,
  sign,
  silu,
  snake,
  softmax,
  softmin,
  softplus,
  softshrink,
  softsign,
  sparsemax,
  step,
  swiglu,
  swish,
  tanh,
} from "./mod.ts";

type Activation = <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, FloatOf<D>>;

const geluTanh: Activation = (x) => gelu(x, { approximate: "tanh" });
const elementwise: Readonly<Record<string, Activation>> = {
  celu: (x) => celu(x, { alpha: 2 }),
  elu: (x) => elu(x),
  gaussian: (x) => gaussian(x),
  gelu: (x) => gelu(x),
  geluTanh,
  hardshrink: (x) => hardshrink(x),
  hardSigmoid,
  hardSwish,
  hardTanh: (x) => hardTanh(x),
  inverseMultiquadric: (x) => inverseMultiquadric(x),
  leakyRelu: (x) => leakyRelu(x),
  logSigmoid,
  mish,
  multiquadric: (x) => multiquadric(x),
  relu6,
  rrelu: (x) => rreluWith(key(0))(x),
  selu,
  sigmoid,
  silu,
  snake: (x) => snake(x),
  softplus: (x) => softplus(x, { beta: 2, threshold: 20 }),
  softshrink: (x) => softshrink(x),
  softsign,
  step,
  swish,
  tanh,
};
const alongAxis: Readonly<Record<string, Activation>> = {
  softmax: (x) => softmax(x),
  logSoftmax: (x) => logSoftmax(x),
  softmin: (x) => softmin(x),
  sparsemax: (x) => sparsemax(x),
};
const all = { ...elementwise, ...alongAxis };

const far = [-1e4, -100, 0, 100, 1e4];

Deno.test("every activation and its first two derivatives are finite at ±100 and ±1e4, in f32 and f64", () => {
  for (const [name, f] of Object.entries(all)) {
    for (const dtype of ["f32", "f64"] as const) {
      const x = tensor(far, { dtype }) as unknown as Tensor<Shape, typeof dtype> as Tensor;
      const first = grad((t: Tensor) => sum(f(t)) as Tensor<readonly []>);
      const second = grad((t: Tensor) => sum(mul(first(t), first(t)) as Tensor) as Tensor<readonly []>);
      for (const [what, y] of Object.entries({ value: f(x), first: first(x), second: jit(second)(x) })) {
        assert([...y.dataSync()].every(Number.isFinite), `${name}, ${dtype}: ${what} is ${y}`);
        assertEquals([y.shape, y.dtype], [[5], dtype], name);
      }
    }
  }
});

Deno.test("what rises without bound is x far right and a constant or zero far left", () => {
  const left: Readonly<Record<string, number>> = {
    gelu: 0,
    geluTanh: 0,
    hardSwish: 0,
    mish: 0,
    silu: 0,
    swish: 0,
    softplus: 0,
    elu: -1,
    celu: -2,
  };
  for (const [name, limit] of Object.entries(left)) {
    for (const dtype of ["f32", "f64"] as const) {
      // From −1e4 the exponentials are below half an ulp of any limit, or 0.
      assertEquals(all[name as "elu"]!(tensor([-1e4, 1e4], { dtype })).toArray().map((v) => v + 0), [limit, 1e4], name);
    }
  }
});

Deno.test("the tails of gelu keep their digits", () => {
  // −10·Φ(−10) and 1e-5 of it more at −10.000001…: Φ(−10) = 7.619853024160526e-24, Φ(−5) = 2.866515718791939e-7.
  const y = gelu(tensor([-10, -5], { dtype: "f64" })).toArray();
  assertAlmostEquals(y[0]! / -7.619853024160526e-23, 1, 1e-13);
  assertAlmostEquals(y[1]! / (-5 * 2.866515718791939e-7), 1, 1e-13);
  // In f32 the argument of erfc is off by up to an ulp, 2⁻²⁴ relative, which the slope −x²/2·2 = 25 at −5 magnifies.
  assertAlmostEquals(gelu(tensor(-5)).item() / (-5 * 2.866515718791939e-7), 1, (2 * 25 + 8) * 2 ** -24);
  const u = Math.sqrt(2 / Math.PI) * (-8 + 0.044715 * -512);
  assertAlmostEquals(geluTanh(tensor(-8, { dtype: "f64" })).item() / (-8 / (1 + Math.exp(-2 * u))), 1, 1e-13);
});

Deno.test("second derivatives are the closed forms'", () => {
  const xs = [-3, -0.7, 0, 0.4, 2.5], x = tensor(xs, { dtype: "f64" });
  const second = (f: Activation) =>
    grad((t: typeof x) => sum(grad((s: typeof x) => sum(f(s)))(t)) as Tensor<readonly [], "f64">)(x).toArray();
  const phi = (v: number) => Math.exp(-v * v / 2) / Math.sqrt(2 * Math.PI), s = (v: number) => 1 / (1 + Math.exp(-v));
  const forms: readonly (readonly [Activation, (v: number) => number])[] = [
    [(t) => gelu(t), (v) => phi(v) * (2 - v * v)],
    [silu, (v) => s(v) * s(-v) * (2 + v * (1 - 2 * s(v)))],
    [(t) => gaussian(t, { beta: 0.5 }), (v) => (v * v - 1) * Math.exp(-v * v / 2)],
    [(t) => multiquadric(t), (v) => (1 + v * v) ** -1.5],
    [(t) => inverseMultiquadric(t), (v) => (2 * v * v - 1) * (1 + v * v) ** -2.5],
    [(t) => snake(t, { alpha: 2 }), (v) => 4 * Math.cos(4 * v)],
    [(t) => celu(t, { alpha: 2 }), (v) => v > 0 ? 0 : Math.exp(v / 2) / 2],
    [(t) => softplus(t, { beta: 3 }), (v) => 3 * s(3 * v) * s(-3 * v)],
  ];
  for (const [f, want] of forms) second(f).forEach((y, i) => assertAlmostEquals(y, want(xs[i]!), 1e-14));
});

Deno.test("NaN goes through every activation", () => {
  for (const [name, f] of Object.entries(all)) {
    assertEquals([...f(tensor([NaN, NaN])).dataSync()], [NaN, NaN], name);
    if (name in elementwise) assertEquals(f(tensor([1, NaN])).toArray()[1], NaN, name);
    else assertEquals(f(tensor([1, NaN])).toArray(), [NaN, NaN], name);
  }
});

Deno.test("activations keep shapes and float dtypes, sizes 0 and 1 included, and take integers as f32", () => {
  const sizes = fc.array(fc.nat(3), { maxLength: 3 }), dtypes = fc.constantFrom<DType>("f32", "f64", "i32");
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(all)), sizes, dtypes, (name, shape, dtype) => {
      fc.pre(name in elementwise || shape.length > 0);
      const y = all[name as "elu"]!(zeros(shape, { dtype }));
      assertEquals([y.shape, y.dtype], [shape, dtype === "f64" ? "f64" : "f32"], name);
    }),
    { seed: 4, numRuns: 150 },
  );
});

Deno.test("jit and vmap of an activation give what it gives", () => {
  const x = mul(normal(key(1), [4, 6]), 3);
  for (const [name, f] of Object.entries(all)) {
    const want = [...f(x).dataSync()];
    // Random slopes are one to an element of what the function sees.
    const mapped = name === "rrelu" ? want : [...vmap((r: Tensor<readonly [6]>) => f(r))(x).dataSync()];
    const compiled = [...jit((t: typeof x) => f(t))(x).dataSync()];
    want.forEach((w, i) => {
      // A dozen steps of 2⁻²⁴ each, of numbers up to 12.
      assertAlmostEquals(compiled[i]!, w, 12 * 12 * 2 ** -24, name);
      assertAlmostEquals(mapped[i]!, w, 12 * 12 * 2 ** -24, name);
    });
  }
});

Deno.test("act() takes every activation, and its options through a function", () => {
  const curved = pipe(input([3]), act(silu), act(gelu), act(mish), act(elu), act(selu), act(celu), act(softsign));
  const net = pipe(
    curved,
    act(relu),
    act(softplus),
    act(sigmoid),
    act(tanh),
    act(sign),
    act(step),
    act(relu6),
    act(hardTanh),
    act(snake),
    act(softmax),
    act(sparsemax),
    act(gaussian),
    act((x) => leakyRelu(x, { negativeSlope: 0.2 })),
  );
  const [y] = net.apply([], [], ones([2, 3]), { mode: "eval" }), shape: readonly [2, 3] = y.shape;
  assertEquals(shape, [2, 3]);
});

Deno.test("step() is 1 from 0 on and has no slope", () => {
  assertEquals(step(tensor([-0, 0, -1e-30, 5], { dtype: "f64" })).toArray(), [1, 1, 0, 1]);
  assertEquals(grad((x: Tensor<readonly [2]>) => sum(step(x)))(tensor([-1, 1])).toArray(), [0, 0]);
});

Deno.test("hardSigmoid() and hardSwish() have the slopes of their outer lines at ±3", () => {
  const slope = (f: Activation) => grad((x: Tensor<readonly [2]>) => sum(f(x)))(tensor([-3, 3])).toArray();
  assertEquals([slope(hardSigmoid), slope(hardSwish)], [[0, 0], [0, 1]]);
});

Deno.test("softplus() with options is the formula, and the line above its threshold", () => {
  const xs = [-2, -0.1, 0, 0.3, 9, 12], x = tensor(xs, { dtype: "f64" });
  softplus(x, { beta: 2 }).toArray().forEach((y, i) =>
    assertAlmostEquals(y, Math.log1p(Math.exp(2 * xs[i]!)) / 2, 1e-15 * 16)
  );
  assertEquals(softplus(x, { beta: 2, threshold: 20 }).toArray().slice(-1), [12]);
  assertEquals(grad((t: typeof x) => sum(softplus(t, { threshold: 5 })))(x).toArray().slice(-2), [1, 1]);
});

Deno.test("softmax(), logSoftmax() and softmin() are one function, along any axis and for any size of number", () => {
  const x = mul(normal(key(3), [3, 4, 2], { dtype: "f64" }), 500);
  for (const axis of [0, 1, 2, -1]) {
    const p = softmax(x, { axis });
    // Each of up to 4 terms rounds once, and the division.
    [...sum(p, { axis }).dataSync()].forEach((s) => assertAlmostEquals(s, 1, 8 * 2 ** -53));
    const q = softmin(mul(x, -1), { axis }).dataSync(), l = logSoftmax(x, { axis }).dataSync();
    [...p.dataSync()].forEach((v, i) => {
      assertEquals(q[i], v);
      // exp magnifies the rounding of a logarithm by its size, and below e⁻⁷⁰⁰ nothing is left to compare.
      assertAlmostEquals(Math.exp(l[i]!), v, 8 * 2 ** -53 * Math.max(1, v * Math.abs(l[i]!)));
    });
  }
  assertEquals(softmax(tensor([0, -Infinity])).toArray(), [1, 0]);
  assertEquals(softmax(tensor([-Infinity, -Infinity])).toArray(), [NaN, NaN]);
  assertEquals(softmax(zeros([2, 0])).shape, [2, 0]);
});

/** The projection on the simplex by bisection of its threshold: Σ max(z − τ, 0) falls from above 1 to 0. */
function projected(z: readonly number[]): number[] {
  let low = Math.max(...z) - 1, high = Math.max(...z);
  for (let i = 0; i < 200; i++) {
    const tau = (low + high) / 2;
    if (z.reduce((a, v) => a + Math.max(v - tau, 0), 0) > 1) low = tau;
    else high = tau;
  }
  return z.map((v) => Math.max(v - high, 0));
}

Deno.test("sparsemax() is the projection on the simplex, with the derivative of its face", () => {
  const entry = fc.oneof(fc.double({ min: -2, max: 2, noNaN: true }), fc.constantFrom(-1, -0.5, 0, 0.5, 1));
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 7 }), (z) => {
      const x = tensor(z, { dtype: "f64" }), p = sparsemax(x).toArray(), want = projected(z);
      // Sorting, a running sum and a division: a rounding of numbers up to 14 a step.
      p.forEach((v, i) => assertAlmostEquals(v, want[i]!, 14 * 10 * 2 ** -53));
      const inside = p.map((v) => v > 0 ? 1 : 0), size = inside.reduce<number>((a, b) => a + b, 0);
      const f = (t: typeof x) => sparsemax(t);
      for (const jacobian of [jacfwd(f)(x), jacrev(f)(x)]) {
        (jacobian.toArray() as number[][]).forEach((row, i) =>
          row.forEach((v, j) => assertAlmostEquals(v, inside[i]! * ((i === j ? 1 : 0) - inside[j]! / size), 2 ** -50))
        );
      }
    }),
    { seed: 5, numRuns: 60 },
  );
});

Deno.test("sparsemax() shares between equals, counts the threshold as outside, and takes any axis and size", () => {
  assertEquals(sparsemax(tensor([2, 2, 1])).toArray(), [0.5, 0.5, 0]);
  // At (1, 0) the threshold is 0: the second has no share in value or slope.
  const jacobian = jacrev((x: Tensor<readonly [2]>) => sparsemax(x))(tensor([1, 0])).toArray();
  assertEquals(jacobian, [[0, 0], [0, 0]]);
  assertEquals(jacrev((x: Tensor<readonly [2]>) => sparsemax(x))(tensor([1, 1])).toArray(), [[0.5, -0.5], [-0.5, 0.5]]);
  assertEquals(sparsemax(tensor([[1e6, 0], [1e6, 0.5]]), { axis: 0 }).toArray(), [[0.5, 0.25], [0.5, 0.75]]);
  assertEquals(sparsemax(tensor([0, -Infinity])).toArray(), [1, 0]);
  assertEquals([sparsemax(zeros([2, 0])).shape, sparsemax(zeros([0, 2])).shape], [[2, 0], [0, 2]]);
});

Deno.test("the gated functions are a times a function of b", () => {
  const a = [1.5, -2], b = [0.3, -0.8], x = tensor([[...a, ...b]], { dtype: "f64" });
  const gates: readonly (readonly [
    (x: Tensor<readonly [1, number], "f64">) => Tensor<readonly [1, number], "f64">,
    (b: number) => number,
  ])[] = [
    [glu, (v) => 1 / (1 + Math.exp(-v))],
    [reglu, (v) => Math.max(v, 0)],
    [geglu, (v) => gelu(tensor(v, { dtype: "f64" })).item()],
    [swiglu, (v) => v / (1 + Math.exp(-v))],
    [bilinearGlu, (v) => v],
  ];
  for (const [f, gate] of gates) {
    f(x).toArray()[0]!.forEach((y, i) => assertAlmostEquals(y, a[i]! * gate(b[i]!), 1e-15));
  }
  assertEquals(glu(zeros([2, 0])).shape, [2, 0]);
});

Deno.test("activations say what is wrong with their arguments", () => {
  const x = tensor([1, 2, 3]);
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => elu([1] as never), "elu: expected a tensor, got an array; wrap it: tensor([…])"],
    [() => silu(3 as never), "silu: expected a tensor, got number"],
    [() => elu(x, { alpha: NaN }), "elu: alpha is a finite number, not NaN"],
    [() => leakyRelu(x, { negativeSlope: Infinity }), "leakyRelu: negativeSlope is a finite number, not Infinity"],
    [() => celu(x, { alpha: 0 }), "celu: alpha is a finite number above 0, not 0"],
    [() => snake(x, { alpha: 0 }), "snake: alpha is a finite number other than 0, not 0"],
    [() => gelu(x, { approximate: "tan" as "tanh" }), 'gelu: approximate is "none" or "tanh", not "tan"'],
    [() => hardTanh(x, { min: 1, max: 1 }), "hardTanh: min 1 is not below max 1"],
    [() => softshrink(x, { lambda: -1 }), "softshrink: lambda is a finite number, 0 or more, not -1"],
    [() => hardshrink(x, { lambda: -1 }), "hardshrink: lambda is a finite number, 0 or more, not -1"],
    [() => gaussian(x, { beta: 0 }), "gaussian: beta is a finite number above 0, not 0"],
    [() => multiquadric(x, { center: NaN }), "multiquadric: center is a finite number, not NaN"],
    [() => softplus(x, { beta: 0 }), "softplus: beta is 0, not a finite number above 0"],
    [() => softplus(x, { threshold: NaN }), "softplus: threshold is NaN, not a number"],
    [() => softmax(x, { axis: 1 }), "softmax: axis 1 is out of range for shape [3]"],
    [() => logSoftmax(x, { axis: -2 }), "logSoftmax: axis -2 is out of range for shape [3]"],
    [() => sparsemax(tensor(1)), "sparsemax: axis -1 is out of range for shape []"],
    [() => rreluWith(key(0), { lower: 1, upper: 0 }), "rrelu: lower 1 is above upper 0"],
    [
      () => glu(x),
      "glu: the last axis of [3] has no two halves; give it an even size, as dense(2 * n) does",
    ],
    [
      () => swiglu(tensor(1)),
      "swiglu: the last axis of [] has no two halves; give it an even size, as dense(2 * n) does",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, Error).message, message);
});
