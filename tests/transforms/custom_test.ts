/** Rules of the user's own, and looking without computing. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  add,
  ArgumentError,
  checkNaN,
  customJvp,
  customVjp,
  evalShape,
  exp,
  grad,
  jit,
  jvp,
  log,
  makeProgram,
  matmul,
  mul,
  NonFiniteError,
  scan,
  sigmoid,
  sqrt,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tensor,
  TransformError,
  vmap,
  zeros,
} from "../../mod.ts";

type S = Tensor<readonly [], "f64">;
const s = (x: number): S => tensor(x, { dtype: "f64" });
const f64 = (xs: readonly number[]) => tensor(xs, { dtype: "f64" }) as unknown as Tensor<readonly [number], "f64">;

/** log(1 + eˣ) whose derivative does not overflow. */
const softplus: (x: S) => S = customJvp(
  (x: S): S => log(add(1, exp(x))) as S,
  ([x], [dx]) => [softplus(x), mul(sigmoid(x), dx) as S],
);

Deno.test("customJvp() rules every transform: both modes, second order, vmap, jit, scan", () => {
  assertEquals(grad(softplus)(s(800)).item(), 1);
  const want = (x: number) => 1 / (1 + Math.exp(-x));
  for (
    const d of [
      (x: S) => grad(softplus)(x),
      (x: S) => jvp(softplus, [x], [s(1)])[1],
      jit((x: S) => grad(softplus)(x)),
      (x: S) => grad(jit(softplus))(x),
      (x: S) => sum(vmap(grad(softplus))(f64([x.item()]) as never)) as unknown as S,
    ]
  ) assertAlmostEquals(d(s(0.3)).item(), want(0.3), 1e-15);
  const second = want(0.3) * (1 - want(0.3));
  assertAlmostEquals(grad(grad(softplus))(s(0.3)).item(), second, 1e-15);
  assertAlmostEquals(jit(grad(grad(softplus)))(s(0.3)).item(), second, 1e-15);
  const loop = (x: S): S => scan((c: S, _: null) => [softplus(c), null] as const, x, null, { length: 2 })[0];
  const inner = Math.log(1 + Math.exp(0.3));
  assertAlmostEquals(grad(loop)(s(0.3)).item(), want(inner) * want(0.3), 1e-15);
  assertAlmostEquals(vmap(grad(loop))(f64([0.3]) as never).toArray()[0]!, want(inner) * want(0.3), 1e-15);
});

/** The identity with its gradients halved, counting the runs of its forward rule. */
let forwards = 0;
const halved = customVjp(
  (x: S): S => mul(x, 1) as S,
  (x: S) => {
    forwards++;
    return [x, { x, note: "kept" }] as const;
  },
  ({ x, note }, ct) => {
    assertEquals(note, "kept");
    return [add(mul(x, 0), mul(ct, 0.5))];
  },
);

Deno.test("customVjp() rules reverse mode: values, vmap, jit, scan, and grad of its gradient", () => {
  assertEquals(halved(s(3)).item(), 3);
  assertEquals(forwards, 0);
  const f = (x: S): S => mul(halved(x), 4) as S;
  assertEquals(grad(f)(s(3)).item(), 2);
  assertEquals(forwards, 1);
  assertEquals(jit(grad(f))(s(3)).item(), 2);
  assertEquals(grad(jit(f))(s(3)).item(), 2);
  assertEquals(vmap(grad(f))(f64([1, 2, 3]) as never).toArray(), [2, 2, 2]);
  assertEquals(
    grad((xs: Tensor<readonly [number], "f64">) => sum(vmap(f)(xs as never)) as unknown as S)(f64([1, 2])).toArray(),
    [2, 2],
  );
  const loop = (x: S): S => scan((c: S, _: null) => [f(c), null] as const, x, null, { length: 3 })[0];
  assertEquals(grad(loop)(s(1)).item(), 8);
  assertEquals(jit(vmap(grad(loop)))(f64([1, 2]) as never).toArray(), [8, 8]);
  // Half the square's slope: 0.5·2x; the rule itself is differentiated for the second derivative.
  const square = customVjp((x: S): S => mul(x, x), (x: S) => [mul(x, x), x] as const, (x, ct) => [mul(x, ct)]);
  assertEquals([grad(square)(s(5)).item(), grad(grad(square))(s(5)).item()], [5, 1]);
});

Deno.test("forward mode over a customVjp's reverse mode goes through its rules", () => {
  assertEquals(jvp((x: S) => grad((y: S): S => mul(halved(y), halved(y)))(x), [s(3)], [s(1)])[1].item(), 1);
});

Deno.test("customVjp() sums the cotangent of what all examples share", () => {
  const scale = customVjp(
    (w: S, x: S): S => mul(w, x),
    (w: S, x: S) => [mul(w, x), [w, x]] as const,
    ([w, x], ct) => [mul(x!, ct), mul(w!, ct)],
  );
  const f = (w: S) => sum(vmap(scale, { inAxes: [null, 0] })(w, f64([1, 2, 3]) as never)) as unknown as S;
  assertEquals(grad(f)(s(2)).item(), 6);
});

Deno.test("custom rules say what is wrong with them", () => {
  const table: readonly (readonly [() => unknown, new (message?: string) => Error, string])[] = [
    [
      () => jvp(halved, [s(1)], [s(1)]),
      TransformError,
      "customVjp: the function has a reverse-mode rule only, so jvp and jacfwd cannot go through it",
    ],
    [
      () => grad((w: S) => customJvp((x: S) => mul(x, w), ([x], [dx]) => [x, dx])(s(1)))(s(2)),
      TransformError,
      "customJvp: the function closes over a value that is being differentiated, which its rule cannot see; pass it as an argument",
    ],
    [
      () => grad((w: S) => customVjp((x: S) => mul(x, w), (x: S) => [x, null] as const, (_, ct) => [ct])(s(1)))(s(2)),
      TransformError,
      "customVjp: the function closes over a value that is being differentiated, which its rule cannot see; pass it as an argument",
    ],
    [
      () =>
        grad(customVjp((x: S) => x, (x: S) => [x, null] as const, (_, ct) => [f64([1, 2]) as never, ct] as never))(
          s(1),
        ),
      ArgumentError,
      "customVjp: the backward rule of the function must return an array of 1 cotangents, one for each argument",
    ],
    [
      () => grad(customVjp((x: S) => x, (x: S) => [x, null] as const, () => [f64([1, 2]) as never]))(s(1)),
      ArgumentError,
      "customVjp: the backward rule of the function gives a cotangent of shape 2 for an argument of shape scalar",
    ],
    [
      () => grad(customJvp((x: S) => x, ([x], _) => [x, f64([1]) as never]))(s(1)),
      Error,
      "customJvp: the result and the tangent of the function's rule differ, f64 scalar against f64 1",
    ],
  ];
  for (const [call, type, message] of table) {
    const e = assertThrows(call, type);
    assert(e.message.startsWith(message), e.message);
  }
});

Deno.test("stopGradient() lets values through and derivatives not, in trees too", () => {
  const f = (x: S): S => mul(x, stopGradient(x)) as S;
  assertEquals([f(s(3)).item(), grad(f)(s(3)).item(), jvp(f, [s(3)], [s(1)])[1].item()], [9, 3, 3]);
  const g = (p: { readonly a: S; readonly b: S }): S => {
    const { a, b } = stopGradient(p);
    return add(mul(p.a, b), mul(a, b));
  };
  const d = grad(g)({ a: s(2), b: s(5) });
  assertEquals([d.a.item(), d.b.item()], [5, 0]);
});

Deno.test("evalShape() and makeProgram() compute nothing", () => {
  let ran = 0;
  const f = (x: Tensor<readonly [1000, 2000]>, w: Tensor<readonly [2000, 3]>) => {
    ran++;
    return { y: matmul(x, w), n: 3 };
  };
  const x = zeros([1000, 2000]), w = zeros([2000, 3]);
  assertEquals(evalShape(f, x, w), { y: { shape: [1000, 3], dtype: "f32" }, n: 3 });
  assertEquals(
    makeProgram(f)(x, w).toString(),
    "{ a:f32[1000,2000] b:f32[2000,3] ->\n  c:f32[1000,3] = dotGeneral[contract=((1),(0)) batch=((),())] a b\n  -> c }",
  );
  assertEquals(ran, 2);
});

Deno.test("checkNaN() names the primitive that gave NaN first and the line that called it, in jit and scan too", () => {
  const f = (x: Tensor) => sum(sqrt(sub(x, 2)));
  const bad = tensor([1, 5]) as Tensor;
  for (const g of [f, jit(f), (x: Tensor) => grad((y: Tensor) => f(y))(x)]) {
    const e = assertThrows(() => checkNaN(g)(bad), NonFiniteError);
    assert(e.message.startsWith("checkNaN: sqrt gave NaN from f32 2, at "), e.message);
    assert(e.message.includes("custom_test."), e.message);
  }
  const loop = (x: Tensor) =>
    scan((c: Tensor, _: null) => [log(sub(c, 1)) as Tensor, null] as const, x, null, { length: 5 })[0];
  const e = assertThrows(() => checkNaN(loop)(tensor([3]) as Tensor), NonFiniteError);
  assert(e.message.includes("log gave NaN"), e.message);
  assertEquals((checkNaN(f)(tensor([3, 6]) as Tensor) as Tensor).item(), 3);
});
