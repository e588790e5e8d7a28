/** Transforms of transforms: every order and mix, against closed forms. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  add,
  checkpoint,
  cos,
  div,
  exp,
  grad,
  hessian,
  hvp,
  jacfwd,
  jacrev,
  jit,
  jvp,
  linearize,
  linearTranspose,
  mul,
  sin,
  sub,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
  vmap,
} from "../../mod.ts";

type S = Tensor<readonly [], "f64">;
type V = Tensor<readonly [3], "f64">;
const s = (x: number): S => tensor(x, { dtype: "f64" });
const v = (...xs: readonly [number, number, number]): V => tensor(xs, { dtype: "f64" }) as unknown as V;

/** A derivative of a scalar function, in one mode or another. */
type D = (f: (x: S) => S) => (x: S) => S;
const modes: Readonly<Record<string, D>> = {
  jvp: (f) => (x) => jvp(f, [x], [s(1)])[1],
  grad: (f) => (x) => grad(f)(x),
  vjp: (f) => (x) => vjp(f, x)[1](s(1))[0],
  linearize: (f) => (x) => linearize(f, x)[1](s(1)),
  jacfwd: (f) => (x) => jacfwd(f)(x) as S,
  jacrev: (f) => (x) => jacrev(f)(x) as S,
  "jit of grad": (f) => jit((x: S) => grad(f)(x)),
  "grad of jit": (f) => (x) => grad(jit(f))(x),
  "jvp of jit": (f) => (x) => jvp(jit(f), [x], [s(1)])[1],
  "grad of checkpoint": (f) => (x) => grad(checkpoint(f))(x),
  "vmap of grad": (f) => (x) => sum(vmap((y: S) => grad(f)(y))(stackOf(x))) as unknown as S,
};
const stackOf = (x: S): Tensor<readonly [number], "f64"> => mul(tensor([1], { dtype: "f64" }), x) as never;
const names = Object.keys(modes);

/** A function, and its derivatives of every order in closed form. */
const functions: readonly (readonly [string, (x: S) => S, (n: number, x: number) => number])[] = [
  ["sin", (x) => sin(x) as S, (n, x) => [Math.sin(x), Math.cos(x), -Math.sin(x), -Math.cos(x)][n % 4]!],
  ["exp", (x) => exp(x) as S, (_, x) => Math.exp(x)],
  ["1/x", (x) => div(1, x) as S, (n, x) => (-1) ** n * [1, 1, 2, 6, 24, 120][n]! / x ** (n + 1)],
  ["x⁵", (x) => {
    const x2 = mul(x, x);
    return mul(mul(x2, x2), x);
  }, (n, x) => [1, 5, 20, 60, 120, 120][n]! * x ** (5 - n)],
];

for (const [name, f, derivative] of functions) {
  Deno.test(`the derivatives of ${name} up to the third are its closed forms, in every three modes nested`, () => {
    for (const a of names) {
      for (const b of names) {
        // Rounding: a handful of operations an order, each within 2⁻⁵³ of numbers up to a hundred times the result.
        assertAlmostEquals(modes[a]!(modes[b]!(f))(s(0.7)).item(), derivative(2, 0.7), 1e-12, `${a} of ${b}`);
      }
    }
    for (
      const [a, b, c] of [["grad", "jvp", "grad"], ["jvp", "grad", "jvp"], ["jit of grad", "grad of jit", "jacfwd"], [
        "grad of checkpoint",
        "vmap of grad",
        "grad",
      ], ["jacrev", "jacfwd", "jacrev"]] as const
    ) {
      assertAlmostEquals(
        modes[a]!(modes[b]!(modes[c]!(f)))(s(0.7)).item(),
        derivative(3, 0.7),
        1e-12,
        `${a} of ${b} of ${c}`,
      );
    }
  });
  Deno.test(`five gradients of ${name} nested, and five tangents, are its fifth derivative`, () => {
    for (const mode of ["grad", "jvp"]) {
      const d = modes[mode]!;
      assertAlmostEquals(d(d(d(d(d(f)))))(s(0.7)).item(), derivative(5, 0.7), 1e-10, mode);
    }
  });
}

Deno.test("no mode confuses the perturbations of another: Siskind and Pearlmutter's examples", () => {
  for (const [a, outer] of Object.entries(modes)) {
    for (const [b, inner] of Object.entries(modes)) {
      // d/dx x·(d/dy x·y) = 2x.
      const f = (x: S): S => mul(x, inner((y) => mul(x, y))(s(2)));
      assertAlmostEquals(outer(f)(s(3)).item(), 6, 1e-15, `${a} over ${b}`);
      // d/dx (x · d/dy (x + y)) = 1.
      const g = (x: S): S => mul(x, inner((y) => add(x, y))(s(1)));
      assertAlmostEquals(outer(g)(s(1)).item(), 1, 1e-15, `${a} over ${b}`);
      // The inner function ignores its argument: nothing of the outer perturbation may come back.
      const h = (x: S): S => mul(x, inner((_) => x)(s(0)));
      assertEquals(outer(h)(s(1)).item(), 0, `${a} over ${b}`);
    }
  }
});

const f = (x: V): S => sum(mul(exp(sin(x)), cos(x))) as unknown as S;
const x0 = v(0.3, -1.2, 2.1);

Deno.test("the Hessian is symmetric, and its product with a vector the same by every route", () => {
  const H = hessian(f)(x0).toArray() as number[][], d = v(1, 2, -1);
  H.forEach((row, i) => row.forEach((h, j) => assertAlmostEquals(h, H[j]![i]!, 1e-15)));
  const want = H.map((row) => row[0]! + 2 * row[1]! - row[2]!);
  const routes: Readonly<Record<string, V>> = {
    hvp: hvp(f, [x0], d),
    "reverse over reverse": grad((x: V) => sum(mul(grad(f)(x), d)) as unknown as S)(x0),
    "reverse over forward": grad((x: V) => jvp(f, [x], [d])[1])(x0),
    "forward over reverse": jvp(grad(f), [x0], [d])[1],
    "jitted": jit((x: V) => hvp(f, [x], d))(x0),
  };
  for (const [name, h] of Object.entries(routes)) {
    h.toArray().forEach((y, i) => assertAlmostEquals(y, want[i]!, 1e-14, name));
  }
});

Deno.test("jacfwd and jacrev give one Jacobian, for trees too", () => {
  const g = (p: { readonly a: V; readonly b: S }) => ({
    u: mul(p.a, p.b),
    w: [sum(p.a) as unknown as S, mul(p.b, p.b)] as const,
  });
  const p = { a: v(1, 2, 3), b: s(4) };
  const fwd = jacfwd(g)(p), rev = jacrev(g)(p);
  assertEquals(fwd.u.a.toArray(), [[4, 0, 0], [0, 4, 0], [0, 0, 4]]);
  assertEquals(fwd.u.b.toArray(), [1, 2, 3]);
  assertEquals([fwd.w[0].a.toArray(), fwd.w[0].b.item(), fwd.w[1].a.toArray(), fwd.w[1].b.item()], [[1, 1, 1], 0, [
    0,
    0,
    0,
  ], 8]);
  assertEquals(
    JSON.stringify([rev.u.a.toArray(), rev.u.b.toArray(), rev.w[1].b.item()]),
    JSON.stringify([fwd.u.a.toArray(), [1, 2, 3], 8]),
  );
});

Deno.test("gradients for each example are gradients one by one, batched and jitted in any order", () => {
  const number = fc.double({ min: -2, max: 2, noNaN: true });
  fc.assert(fc.property(fc.array(fc.tuple(number, number, number), { minLength: 1, maxLength: 4 }), (rows) => {
    const X = tensor(Float64Array.from(rows.flat()), { shape: [rows.length, 3] });
    const want = rows.map((r) => grad(f)(v(...r)).toArray());
    const each = vmap(grad(f));
    assertEquals(each(X).toArray() as number[][], want);
    assertEquals(jit(each)(X).toArray() as number[][], want);
    assertEquals(vmap(jit(grad(f)))(X).toArray() as number[][], want);
    const all = (Y: typeof X) => sum(vmap(f)(Y)) as unknown as S;
    assertEquals(grad(all)(X).toArray() as number[][], want);
  }));
});

Deno.test("grad takes several arguments by position, also from the end, and hands aux through", () => {
  const g = (x: S, y: V, k: number) => [mul(x, sum(mul(y, y)) as unknown as S), { k, y, label: "aux" }] as const;
  const [gradients, aux] = grad(g, { argnums: [1, 0], hasAux: true })(s(2), v(1, 2, 3), 7);
  assertEquals([gradients[0].toArray(), gradients[1].item()], [[4, 8, 12], 14]);
  assertEquals([aux.k, aux.label, aux.y.toArray()], [7, "aux", [1, 2, 3]]);
  const last = grad((x: S, y: S) => mul(x, mul(y, y)), { argnums: -1 })(s(3), s(5)) as S;
  assertEquals(last.item(), 30);
  const [[value, extra], slope] = valueAndGrad((x: S) => [mul(x, x), [x]] as const, { hasAux: true })(s(3));
  assertEquals([value.item(), extra[0]!.item(), slope.item()], [9, 3, 6]);
});

Deno.test("a parameter that is not used has a gradient of zeros", () => {
  const g = grad((p: { readonly used: S; readonly idle: V }) => mul(p.used, p.used))({ used: s(3), idle: v(1, 2, 3) });
  assertEquals([g.used.item(), g.idle.toArray()], [6, [0, 0, 0]]);
});

Deno.test("a host branch on real values is kept under grad and jvp", () => {
  const bent = (x: S): S => x.item() > 0 ? mul(x, x) : sub(0, x);
  assertEquals([grad(bent)(s(3)).item(), grad(bent)(s(-3)).item(), jvp(bent, [s(3)], [s(1)])[1].item()], [6, -1, 6]);
});

Deno.test("linearTranspose of a linear map is the map's adjoint", () => {
  const A = tensor([[1, 2, 3], [4, 5, 6]], { dtype: "f64" });
  const map = (x: V) => sum(mul(A, x), { axis: 1 });
  const [back] = linearTranspose(map, v(0, 0, 0))(tensor([1, -1], { dtype: "f64" }));
  assertEquals(back.toArray(), [-3, -3, -3]);
  assert(linearize(map, v(1, 1, 1))[1](v(1, 0, 0)).toArray()[1] === 4);
});
