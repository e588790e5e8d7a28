/** Loops and branches: values, derivatives in both modes, batching, nesting, and what they refuse. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  add,
  cond,
  type DType,
  exp,
  forLoop,
  grad,
  greater,
  jit,
  jvp,
  less,
  makeProgram,
  map,
  matmul,
  mul,
  ones,
  reshape,
  scan,
  type Shape,
  sin,
  sum,
  switchCase,
  tanh,
  type Tensor,
  tensor,
  TransformError,
  vmap,
  whileLoop,
  zeros,
} from "../../mod.ts";

type X = Tensor<Shape, DType>;
type S = Tensor<readonly [], "f64">;
const f64 = (x: number | readonly number[] | readonly (readonly number[])[]): X =>
  tensor(x as number, { dtype: "f64" });
const s = (x: number): S => tensor(x, { dtype: "f64" });

/** A loop step with everything in it: constants, carry and scanned values, none of them linear. */
const step = (w: X, c: X, x: X): readonly [X, X] => {
  const next = tanh(add(mul(w, c) as X, mul(x, sin(c) as X) as X) as X) as X;
  return [next, mul(next, exp(mul(x, 0.1) as X) as X) as X];
};

function scanned(w: X, init: X, xs: X, reverse = false): X {
  const [c, ys] = scan((c: X, x) => step(w, c, x as X), init, xs, { reverse });
  return add(sum(c) as X, sum(mul(ys as X, ys as X) as X) as X) as X;
}

/** The same as a plain loop. */
function unrolled(w: X, init: X, rows: readonly X[], reverse = false): X {
  let c = init, total: X = s(0);
  for (const x of reverse ? [...rows].reverse() : rows) {
    const [next, y] = step(w, c, x);
    c = next;
    total = add(total, sum(mul(y, y) as X) as X) as X;
  }
  return add(sum(c) as X, total) as X;
}

const close = (a: unknown, b: unknown, tolerance: number): void => {
  const flat = (x: unknown) => [...(x as X).dataSync()];
  const left = flat(a), right = flat(b);
  assertEquals(left.length, right.length);
  left.forEach((v, i) => assertAlmostEquals(v, right[i]!, tolerance));
};

Deno.test("scan() is the unrolled loop: values, gradients in all that goes in, tangents, second derivatives", () => {
  const row = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 0, maxLength: 4 }), row, row, fc.boolean(), (rows, w0, c0, reverse) => {
      const w = f64(w0), init = f64(c0);
      const xs = rows.length === 0 ? zeros([0, 2], { dtype: "f64" }) as X : f64(rows);
      const loop = (w: X, c: X, x: X): S => scanned(w, c, x, reverse) as S;
      const plain = (w: X, c: X): S => unrolled(w, c, rows.map((r) => f64(r)), reverse) as S;
      // At most four steps of a dozen operations on numbers below 2, and as many for each derivative.
      const tolerance = 1e-13;
      close(loop(w, init, xs), plain(w, init), tolerance);
      const g = grad(loop, { argnums: [0, 1] })(w, init, xs), h = grad(plain, { argnums: [0, 1] })(w, init);
      close(g[0], h[0], tolerance);
      close(g[1], h[1], tolerance);
      const jitted = jit(grad(loop, { argnums: [0, 1] }))(w, init, xs);
      close(jitted[0], g[0], 0);
      const along = (f: (w: X) => S) => jvp((w: X) => grad(f)(w) as X, [w], [f64([1, -1])])[1];
      close(along((w) => loop(w, init, xs)), along((w) => plain(w, init)), 1e-12);
    }),
    { numRuns: 40 },
  );
});

Deno.test("the gradient in what is scanned comes back in its place, also in reverse", () => {
  for (const reverse of [false, true]) {
    const xs = f64([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]), w = f64([0.7, -0.8]), init = f64([0.2, 0.3]);
    const g = grad((x: X) => scanned(w, init, x, reverse) as S)(xs) as X;
    const d = 1e-6, data = [...xs.dataSync()];
    data.forEach((_, i) => {
      const at = (delta: number) =>
        (scanned(w, init, reshape(f64(data.map((v, j) => j === i ? v + delta : v)), [3, 2]) as X, reverse) as S).item();
      assertAlmostEquals(g.dataSync()[i]!, (at(d) - at(-d)) / (2 * d), 1e-8);
    });
  }
});

Deno.test("a weight's cotangent leaves the loop: one contraction after it, no sum inside", () => {
  const rnn = (w: X, xs: X): S =>
    sum(
      scan(
        (h: X, x) => [tanh(add(matmul(h, w) as X, x as X) as X) as X, null] as const,
        zeros([4, 8], { dtype: "f64" }) as X,
        xs,
      )[0] as X,
    ) as unknown as S;
  const w = zeros([8, 8], { dtype: "f64" }) as X, xs = zeros([16, 4, 8], { dtype: "f64" }) as X;
  const text = makeProgram(grad(rnn))(w, xs).toString();
  const loops = text.split("= scan").slice(1), backward = loops.at(-1)!;
  const [inside, after] = [backward.slice(0, backward.indexOf("carry=")), backward.slice(backward.indexOf("carry="))];
  // Inside, one contraction moves the carry's cotangent back; the 8 × 8 one stands after the loop, over steps and rows.
  assertEquals((inside.match(/dotGeneral/g) ?? []).length, 1);
  assert(!/f64\[8,8\] = (add|dotGeneral)/.test(inside), inside);
  assertEquals((after.match(/dotGeneral/g) ?? []).length, 1);
});

Deno.test("scan() takes trees, nothing to scan with a length, and no steps at all", () => {
  const [last, ys] = scan(
    (c: { readonly n: S; readonly acc: readonly [S] }, x: { readonly a: S; readonly b: S }) =>
      [{ n: add(c.n, 1) as S, acc: [add(c.acc[0], mul(x.a, x.b) as S) as S] as const }, {
        both: add(x.a, x.b) as S,
      }] as const,
    { n: s(0), acc: [s(0)] as const },
    { a: f64([1, 2]), b: f64([3, 4]) } as never,
  );
  assertEquals([last.n.item(), last.acc[0].item(), (ys.both as X).toArray()], [2, 11, [4, 6]]);
  const [doubled] = scan((c: S, _: null) => [mul(c, 2) as S, null] as const, s(1), null, { length: 10 });
  assertEquals(doubled.item(), 1024);
  const [same, none] = scan(
    (c: S, x) => [add(c, x as S) as S, x as S] as const,
    s(5),
    zeros([0], { dtype: "f64" }) as X,
  );
  assertEquals([same.item(), (none as X).shape], [5, [0]]);
});

Deno.test("forLoop() with known bounds is differentiable both ways; with computed ones it is a whileLoop", () => {
  const power = (x: S): S => forLoop(0, 5, (_, y: S) => mul(y, x) as S, s(1));
  assertEquals([power(s(2)).item(), grad(power)(s(2)).item(), grad(grad(power))(s(2)).item()], [32, 80, 160]);
  const total = forLoop(3, 7, (i, y: Tensor<readonly [], "i32">) => add(y, i), tensor(0, { dtype: "i32" }));
  assertEquals([total.item(), forLoop(5, 2, (_, y: S) => mul(y, 2) as S, s(1)).item()], [18, 1]);
  const n = tensor(5, { dtype: "i32" });
  const dynamic = (x: S): S => forLoop(0, n, (_, y: S) => mul(y, x) as S, s(1));
  assertEquals([dynamic(s(2)).item(), jvp(dynamic, [s(2)], [s(1)])[1].item()], [32, 80]);
  assertThrows(() => grad(dynamic)(s(2)), TransformError, "whileLoop: reverse mode needs to know the number of steps");
});

Deno.test("whileLoop() batches examples that stop at different steps, constants of test and body mapped or not", () => {
  const f = (x: S, limit: S): S => whileLoop((c) => less(c, limit), (c) => mul(c, x) as S, x);
  assertEquals(vmap(f)(f64([3, 2, 50]) as never, f64([100, 10, 1]) as never).toArray(), [243, 16, 50]);
  assertEquals(vmap(f, { inAxes: [0, null] })(f64([3, 2, 50]) as never, s(100)).toArray(), [243, 128, 2500]);
  assertEquals(vmap(f, { inAxes: [null, 0] })(s(2), f64([5, 10, 1]) as never).toArray(), [8, 16, 2]);
  const slopes = vmap((x: S) => jvp((y: S) => f(y, s(100)), [x], [s(1)])[1]);
  assertEquals(slopes(f64([3, 10]) as never).toArray(), [5 * 81, 2 * 10]);
  assertEquals(jit(slopes)(f64([3, 10]) as never).toArray(), [405, 20]);
});

const branchy = (x: S, w: S): S => cond(greater(x, 0), (y: S) => mul(mul(y, y), w) as S, (y: S) => sin(y) as S, x);

Deno.test("cond() has derivatives through the branch that was taken, and through what branches close over", () => {
  assertEquals([branchy(s(3), s(2)).item(), grad(branchy)(s(3), s(2)).item()], [18, 12]);
  assertAlmostEquals(grad(branchy)(s(-1), s(2)).item(), Math.cos(-1), 1e-15);
  const both = grad(branchy, { argnums: [0, 1] });
  assertEquals(both(s(3), s(2)).map((g) => (g as S).item()), [12, 9]);
  assertEquals(both(s(-1), s(2)).map((g) => (g as S).item())[1], 0);
  assertEquals(jit(grad(grad(branchy)))(s(3), s(2)).item(), 4);
  assertEquals(jvp(branchy, [s(3), s(2)], [s(1), s(1)])[1].item(), 21);
});

Deno.test("cond() under vmap chooses for each example, or once for all", () => {
  assertEquals(vmap(branchy, { inAxes: [0, null] })(f64([3, 1]) as never, s(2)).toArray(), [18, 2]);
  const g = vmap(grad(branchy), { inAxes: [0, null] })(f64([3, -1]) as never, s(2)).toArray();
  assertEquals(g[0], 12);
  assertAlmostEquals(g[1]!, Math.cos(-1), 1e-15);
  assertEquals(vmap(branchy, { inAxes: [null, 0] })(s(3), f64([1, 2]) as never).toArray(), [9, 18]);
});

Deno.test("switchCase() clamps its index and batches over it", () => {
  const f = (i: Tensor<readonly [], "i32">, x: S): S =>
    switchCase(i, [(y: S) => y, (y: S) => mul(y, y) as S, (y: S) => mul(y, 10) as S], x);
  const at = (i: number) => f(tensor(i, { dtype: "i32" }), s(3)).item();
  assertEquals([-5, 0, 1, 2, 9].map(at), [3, 3, 9, 30, 30]);
  const indices = tensor([0, 1, 2], { dtype: "i32" });
  assertEquals(vmap(f, { inAxes: [0, null] })(indices, s(3)).toArray(), [3, 9, 30]);
  assertEquals(vmap(grad(f, { argnums: 1 }), { inAxes: [0, null] })(indices, s(3)).toArray(), [1, 6, 10]);
});

Deno.test("map() is vmap, one slice at a time", () => {
  const f = (x: X) => sum(mul(x, x) as X) as X, xs = f64([[1, 2], [3, 4]]);
  assertEquals((map((x) => f(x as X), xs) as X).toArray(), [5, 25]);
  assertEquals((grad((y: X) => sum(map((x) => f(x as X), y) as X) as unknown as S)(xs) as X).toArray(), [[2, 4], [
    6,
    8,
  ]]);
});

Deno.test("loops and branches nest in one another, under grad, vmap and jit", () => {
  // Σ over rows of a loop over columns with a branch inside: columns above zero are squared, the others tripled.
  const f = (m: X, k: S): S =>
    scan(
      (total: S, row) => {
        const [inner] = scan(
          (c: S, x) =>
            [
              add(c, cond(greater(x as S, 0), (y: S) => mul(mul(y, y), k) as S, (y: S) => mul(y, 3) as S, x as S)) as S,
              null,
            ] as const,
          s(0),
          row as X,
        );
        return [add(total, mul(inner, inner) as S) as S, null] as const;
      },
      s(0),
      m,
    )[0];
  const plain = (rows: readonly (readonly number[])[], k: number) =>
    rows.reduce((t, r) => t + r.reduce((c, x) => c + (x > 0 ? x * x * k : 3 * x), 0) ** 2, 0);
  const rows = [[1, -2, 0.5], [-1, 2, 3]], m = f64(rows), k = s(0.5), d = 1e-6;
  const slope = (plain(rows, 0.5 + d) - plain(rows, 0.5 - d)) / (2 * d);
  assertAlmostEquals(f(m, k).item(), plain(rows, 0.5), 1e-12);
  const gk = grad(f, { argnums: 1 });
  assertAlmostEquals((gk(m, k) as S).item(), slope, 1e-6);
  assertAlmostEquals((jit(gk)(m, k) as S).item(), slope, 1e-6);
  const each = vmap(gk as (m: X, k: S) => S, { inAxes: [null, 0] })(m, f64([0.5, 1]) as never).toArray();
  assertAlmostEquals(each[0]!, slope, 1e-6);
  const second = jvp((k: S) => gk(m, k) as S, [k], [s(1)])[1].item();
  // Inner sums are a + b·k, so the second derivative is Σ 2·b²: b = 1.25 and 13.
  assertAlmostEquals(second, 2 * (1.25 ** 2 + 13 ** 2), 1e-10);
});

Deno.test("a while loop inside a scan has tangents, and no gradient", () => {
  const f = (x: S): S =>
    scan(
      (c: S, _: null) => [whileLoop((v: S) => less(v, 10), (v: S) => mul(v, x) as S, c), null] as const,
      x,
      null,
      { length: 2 },
    )[0];
  // From 2 by doubling to 16 = x⁴, which is past 10 already when the second step begins.
  assertEquals([f(s(2)).item(), jvp(f, [s(2)], [s(1)])[1].item()], [16, 32]);
  assertThrows(() => grad(f)(s(2)), TransformError, "whileLoop: reverse mode needs to know the number of steps");
});

Deno.test("scan() keeps for reverse mode what cheap work cannot make of the rest", () => {
  const f = (xs: Tensor): Tensor => {
    // The derivative of tanh is made of its value: one array is kept, not two.
    const [h] = scan((h: Tensor, x: Tensor) => [tanh(add(h, x)) as Tensor, null] as const, zeros([3]) as Tensor, xs);
    return sum(h);
  };
  const { equations } = makeProgram(grad(f))(ones([5, 3]));
  const forward = equations.find((e) => e.prim.name === "scan")!;
  assertEquals(forward.outputs.map((v) => v.shape), [[3], [5, 3]]);
});
