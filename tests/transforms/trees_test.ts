/** Trees going in and out: what is written in another order, or holds other things than tensors. */
import { assertEquals } from "@std/assert";
import {
  add,
  checkpoint,
  customJvp,
  customVjp,
  grad,
  jacrev,
  jit,
  jvp,
  linearTranspose,
  mul,
  sub,
  sum,
  type Tensor,
  tensor,
  vjp,
  vmap,
} from "../../mod.ts";

type S = Tensor<readonly [], "f64">;
const s = (x: number): S => tensor(x, { dtype: "f64" });
interface Pair {
  readonly a: S;
  readonly b: S;
}
/** Keys not in their sorted order. */
const pair = (x: S): Pair => ({ b: mul(x, 2), a: mul(x, 10) });

Deno.test("cotangents go by key, in whatever order the keys were written", () => {
  const [y, pull] = vjp(pair, s(1));
  assertEquals([y.b.item(), y.a.item()], [2, 10]);
  assertEquals(pull({ a: s(0), b: s(1) })[0].item(), 2);
  assertEquals(pull({ b: s(1), a: s(0) })[0].item(), 2);
  assertEquals(linearTranspose(pair, s(1))({ a: s(1), b: s(0) })[0].item(), 10);
  const back = vjp((p: Pair) => sub(p.a, mul(p.b, p.b)), { b: s(3), a: s(4) })[1](s(1))[0];
  assertEquals([back.a.item(), back.b.item()], [1, -6]);
});

Deno.test("tangents and custom rules go by key, in whatever order the keys were written", () => {
  const [y, dy] = jvp(pair, [s(1)], [s(1)]);
  assertEquals([y.b.item(), y.a.item(), dy.b.item(), dy.a.item()], [2, 10, 2, 10]);
  const forward = customJvp(pair, ([x], [dx]) => {
    const { a, b } = pair(x);
    return [{ a, b }, { b: mul(dx, 2), a: mul(dx, 10) }];
  });
  const [z, dz] = jvp(forward, [s(1)], [s(1)]);
  assertEquals([z.b.item(), z.a.item(), dz.b.item(), dz.a.item()], [2, 10, 2, 10]);
  const reverse = customVjp(
    pair,
    (x: S) => {
      const { a, b } = pair(x);
      return [{ a, b }, null] as const;
    },
    (_, ct) => [add(mul(ct.b, 2), mul(ct.a, 10))],
  );
  const [w, pull] = vjp(reverse, s(1));
  assertEquals([w.b.item(), w.a.item(), pull({ a: s(0), b: s(1) })[0].item()], [2, 10, 2]);
});

Deno.test("jit, vmap, checkpoint and jacrev keep keys in the order they were written, and tensors by their key", () => {
  const shown = (p: Pair) => Object.entries(p).map(([k, x]) => `${k}${(x as S).item()}`).join();
  const swap = ({ a, b }: Pair) => ({ b: add(a, 1), a: b });
  assertEquals(shown(jit(swap)({ b: s(1), a: s(2) })), "b3,a1");
  assertEquals(shown(checkpoint(swap)({ b: s(1), a: s(2) })), "b3,a1");
  const xs = tensor([1, 2], { dtype: "f64" }), ys = tensor([5, 6], { dtype: "f64" });
  const mapped = vmap((p: Pair) => sub(p.a, p.b), { inAxes: [{ a: 0, b: null }] })({ b: s(1), a: xs } as never);
  assertEquals(mapped.toArray() as unknown, [0, 1]);
  const out = vmap((x: S, y: S) => ({ z: x, c: y }), { outAxes: { z: 0, c: 0 } })(xs as never, ys as never);
  assertEquals([out.z.toArray(), out.c.toArray()] as unknown, [[1, 2], [5, 6]]);
  const rows = jacrev(pair)(s(1));
  assertEquals([rows.b.item(), rows.a.item()], [2, 10]);
});

Deno.test("a jitted function that sees the order of its argument's keys is traced for each", () => {
  const first = jit((p: { readonly [k: string]: S }) => Object.values(p)[0]!);
  assertEquals([first({ a: s(1), b: s(2) }).item(), first({ b: s(2), a: s(1) }).item()], [1, 2]);
});

Deno.test("null, undefined, numbers and empty trees pass through every transform", () => {
  const f = (p: { readonly w: S; readonly none: null; readonly empty: readonly S[] }) => ({
    loss: sum(mul(p.w, p.w)) as unknown as S,
    none: p.none,
    empty: p.empty,
    undefined: undefined,
    label: "x",
  });
  const p = { w: s(3), none: null, empty: [] };
  const want = (r: ReturnType<typeof f>) =>
    assertEquals([r.loss.item(), r.none, r.empty, r.undefined, r.label], [9, null, [], undefined, "x"]);
  want(jit(f)(p));
  want(checkpoint(f)(p));
  want(jit(jit(f))(p));
  const g = grad((q: typeof p) => f(q).loss)(p);
  assertEquals([g.w.item(), g.none, g.empty], [6, null, []]);
});
