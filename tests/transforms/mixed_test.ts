/**
 * Every kind of call and control flow, inside every other two, under every transform.
 *
 * All functions here are the same one, x ↦ sin(x)·e^{x/2}, computed in different ways, so that its derivatives of every
 * order are known: it is Im e^{(1/2 + i)x}, and each derivative is a multiplication by 1/2 + i.
 */
import { assertAlmostEquals } from "@std/assert";
import {
  add,
  associativeScan,
  checkpoint,
  cond,
  cos,
  customJvp,
  customVjp,
  exp,
  forLoop,
  grad,
  greater,
  jacfwd,
  jacrev,
  jit,
  jvp,
  less,
  linearize,
  map,
  mul,
  psum,
  reshape,
  scan,
  sin,
  slice,
  sum,
  switchCase,
  type Tensor,
  tensor,
  vjp,
  vmap,
} from "../../mod.ts";

type S = Tensor<readonly [], "f64">;
type V = Tensor<readonly [number], "f64">;
type F = (x: S) => S;
const s = (x: number): S => tensor(x, { dtype: "f64" });
const one = s(1);

const plain: F = (x) => mul(sin(x), exp(mul(x, 0.5)));
/** x as `n` numbers that sum to it. */
const parts = (x: S, n: number): V => mul(tensor(Array.from({ length: n }, () => 1 / n), { dtype: "f64" }), x) as V;

/** The function by other means. */
const bases: Readonly<Record<string, F>> = {
  plain,
  scan: (x) => {
    const [c, ys] = scan((c: S, p) => [add(c, p as S), mul(c, 0)] as const, s(0), parts(x, 4));
    return add(plain(c), sum(ys as V) as unknown as S);
  },
  "scan of constants": (x) =>
    scan((c: S, _: null) => [mul(c, exp(mul(x, 0.25))) as S, null] as const, sin(x) as S, null, { length: 2 })[0],
  "scan with a counter, backwards": (x) =>
    scan(
      (c: { readonly n: Tensor<readonly [], "i32">; readonly v: S }, p) =>
        [{ n: add(c.n, 1), v: mul(c.v, mul(exp(mul(p as S, 0.5)), c.n)) as S }, null] as const,
      { n: tensor(1, { dtype: "i32" }), v: mul(sin(x), 1 / 6) as S },
      parts(x, 3),
      { reverse: true },
    )[0].v,
  forLoop: (x) => forLoop(0, 5, (_, y: S) => mul(y, exp(mul(x, 0.1))) as S, sin(x) as S),
  map: (x) => mul(sin(x), exp(mul(sum(map((p) => mul(p as S, 0.5), parts(x, 3)) as V), 1)) as unknown as S),
  associativeScan: (x) => {
    const products = associativeScan((a: V, b: V) => mul(a, b) as V, exp(mul(parts(x, 5), 0.5)) as V);
    return mul(sin(x), reshape(slice(products, [4], [5]), [])) as unknown as S;
  },
  cond: (x) => cond(greater(x, -100), plain, (y: S) => mul(y, 7), x),
  "cond that closes over x": (x) => cond(less(x, -100), () => mul(x, x) as S, () => plain(x)),
  switchCase: (x) => switchCase(1, [(y: S) => y, plain, (y: S) => mul(y, x) as S], x),
  vmap: (x) =>
    sum(vmap((p: S) => mul(mul(p, 1 / 3), plain(x)))(tensor([1, 1, 1], { dtype: "f64" }) as never)) as unknown as S,
  "a named axis": (x) =>
    sum(vmap((p: S) => mul(plain(psum(p, "i")), 0.5), { axisName: "i" })(parts(x, 2) as never)) as unknown as S,
  customJvp: customJvp(
    (x: S) => plain(x),
    ([x], [dx]) => [plain(x), mul(dx, add(mul(cos(x), exp(mul(x, 0.5))), mul(0.5, plain(x))))],
  ),
};
const reverseOnly: Readonly<Record<string, F>> = {
  customVjp: customVjp(
    (x: S) => plain(x),
    (x: S) => [plain(x), x] as const,
    (x, ct) => [mul(ct, add(mul(cos(x), exp(mul(x, 0.5))), mul(0.5, plain(x))))],
  ),
};

/** The function inside something else that changes nothing. */
const around: Readonly<Record<string, (f: F) => F>> = {
  jit: (f) => jit(f),
  checkpoint: (f) => checkpoint(f),
  "a scan": (f) => (x) =>
    scan(
      (c: S, p) => [add(c, mul(f(x), p as S)) as S, null] as const,
      s(0),
      tensor([0.25, 0.75], { dtype: "f64" }),
    )[0],
  "a scan's carry": (f) => (x) =>
    scan(
      (c: readonly [S, S], _: null) => [[c[0], f(c[0])] as const, null] as const,
      [x, s(0)] as const,
      null,
      { length: 2 },
    )[0][1],
  "a branch": (f) => (x) => cond(less(x, 100), f, (y: S) => y, x),
  "a map": (f) => (x) => mul(sum(vmap(f)(mul(tensor([1, 1], { dtype: "f64" }), x) as never)), 0.5) as unknown as S,
  "a gradient": (f) => (x) => grad((y: S) => mul(y, f(x)) as S)(one),
  "a tangent": (f) => (x) => jvp((y: S) => mul(y, f(x)) as S, [one], [one])[1],
  "a linear map": (f) => (x) => linearize((y: S) => mul(y, f(x)) as S, one)[1](one),
};

/** First derivatives. */
const derivatives: Readonly<Record<string, (f: F) => F>> = {
  grad: (f) => (x) => grad(f)(x),
  jvp: (f) => (x) => jvp(f, [x], [one])[1],
  "jit of grad": (f) => jit((x: S) => grad(f)(x)),
  "grad of jit": (f) => (x) => grad(jit(f))(x),
  "vmap of grad": (f) => (x) =>
    sum(vmap((y: S) => grad(f)(y))(mul(tensor([1], { dtype: "f64" }), x) as never)) as never,
  "grad of vmap": (f) => (x) =>
    grad((y: S) => sum(vmap(f)(mul(tensor([1], { dtype: "f64" }), y) as never)) as unknown as S)(x),
  "jit of vmap of jvp": (f) => (x) =>
    sum(jit(vmap((y: S) => jvp(f, [y], [one])[1]))(mul(tensor([1], { dtype: "f64" }), x) as never)) as never,
  jacfwd: (f) => (x) => jacfwd(f)(x) as S,
  jacrev: (f) => (x) => jacrev(f)(x) as S,
  vjp: (f) => (x) => vjp(f, x)[1](one)[0],
};
/** All of them in `deno task soak`; else those that differ most. */
const soak = Deno.env.get("ADJOINT_SOAK") !== undefined;
const chosen = Object.entries(derivatives).filter(([name]) =>
  soak || ["jvp", "jit of grad", "vmap of grad", "grad of jit"].includes(name)
);
const forward = new Set(["jvp", "jit of vmap of jvp", "jacfwd"]);

const at = 0.7;
const [value, first, second, third] = [0, 1, 2, 3].map((n) => {
  let [re, im] = [Math.exp(at / 2) * Math.cos(at), Math.exp(at / 2) * Math.sin(at)];
  for (let i = 0; i < n; i++) [re, im] = [re / 2 - im, im / 2 + re];
  return im;
}) as [number, number, number, number];

// Some dozens of operations in each, on numbers around one, each within 2⁻⁵³; each derivative triples them at most.
const tolerance = 1e-13;
const agree = (y: S, want: number, what: string) => assertAlmostEquals(y.item(), want, tolerance, what);

for (const [name, base] of Object.entries({ ...bases, ...reverseOnly })) {
  Deno.test(`${name}, within any other two, has its value and first derivative under every transform`, () => {
    for (const [a, outer] of Object.entries(around)) {
      for (const [b, inner] of Object.entries(around)) {
        const f = outer(inner(base)), what = `${a} around ${b} around ${name}`;
        agree(f(s(at)), value, what);
        for (const [d, derivative] of chosen) {
          if (name in reverseOnly && forward.has(d)) continue;
          agree(derivative(f)(s(at)), first, `${d} of ${what}`);
        }
      }
    }
  });
  Deno.test(`${name}, within any other, has its second derivative under every two transforms`, () => {
    for (const [a, outer] of Object.entries(around)) {
      const f = outer(base);
      for (const [d, one] of chosen) {
        for (const [e, two] of chosen) {
          // What goes forward through a rule for reverse mode only is refused; checkpoint keeps it for later as it is.
          if (name in reverseOnly && (forward.has(e) || (forward.has(d) && a === "checkpoint"))) continue;
          agree(one(two(f))(s(at)), second, `${d} of ${e} of ${a} around ${name}`);
        }
      }
      if (!(name in reverseOnly)) agree(grad(grad(grad(f)))(s(at)), third, `the third of ${a} around ${name}`);
    }
  });
}
