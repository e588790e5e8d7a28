/** Trees: taken apart and put together, changed in one place, computed with. */
import { ArgumentError } from "./errors.ts";
import { add } from "./ops/arithmetic.ts";
import { tensor } from "./ops/create.ts";
import { ones, zeros } from "./ops/fill.ts";
import type { Value } from "./tensor.ts";
import { jit } from "./transforms/jit.ts";
import * as tree from "./tree_ops.ts";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";

const item = (x: unknown): number => (x as Value).item() as number;
const t = (x: number) => tensor(x);
const params = () => ({ layers: [{ w: t(1), b: t(2) }, { w: t(3), b: null }] as const, scale: t(4) });

const { tree: anyTree } = fc.letrec((self) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: -9, max: 9 }).map(t),
    fc.constant(null),
    fc.array(self("tree"), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 3 }).filter((k) => k !== "__proto__"), self("tree"), { maxKeys: 3 }),
  ),
}));

Deno.test("flatten() and unflatten() undo each other, whatever the tree", () => {
  fc.assert(fc.property(anyTree, (x) => {
    const [leaves, structure] = tree.flatten(x), back = tree.unflatten(structure, leaves);
    assert(tree.same(x, back));
    assertEquals(tree.structure(back), structure);
    tree.leaves(back).forEach((l, i) => assertStrictEquals(l, leaves[i]));
    const paths = tree.paths(x);
    assertEquals(paths.length, leaves.length);
    paths.forEach((p, i) => assertStrictEquals(tree.at(x, p).get(), leaves[i]));
  }));
});

Deno.test("map() obeys the laws of a functor and keeps the structure", () => {
  const f = (x: Value) => add(x as never, 1) as Value, g = (x: Value) => add(x as never, x as never) as Value;
  fc.assert(fc.property(anyTree, (x) => {
    assert(tree.same(tree.map((l) => l, x), x));
    tree.leaves(tree.map((l) => l, x)).forEach((l, i) => assertStrictEquals(l, tree.leaves(x)[i]));
    const once = tree.map((l) => f(g(l)), x), twice = tree.map(f, tree.map(g, x));
    assertEquals(tree.leaves(once).map(item), tree.leaves(twice).map(item));
  }));
});

Deno.test("leaves come by sorted key, however the object was written", () => {
  const one = { b: t(1), a: [t(2), t(3)] }, other = { a: [t(2), t(3)], b: t(1) };
  assertEquals(tree.leaves(one).map(item), [2, 3, 1]);
  assertEquals(tree.leaves(other).map(item), [2, 3, 1]);
  assertEquals(tree.paths(one), [["a", 0], ["a", 1], ["b"]]);
  assert(tree.same(one, other));
  assertEquals(tree.leaves(tree.map((x, y) => add(x as never, y as never), one, other)).map(item), [4, 6, 2]);
});

Deno.test("a key called __proto__ is a key like any other", () => {
  const odd = Object.fromEntries([["__proto__", t(1)], ["a", t(2)]]);
  const doubled = tree.map((x) => add(x as never, x as never), odd);
  assertEquals(Object.keys(doubled), ["__proto__", "a"]);
  assertEquals(tree.leaves(doubled).map(item), [2, 4]);
  const f = jit((p: typeof odd) => tree.map((x) => add(x as never, 1), p));
  assertEquals(tree.leaves(f(odd)).map(item), [2, 3]);
});

Deno.test("at() reads a place, and changes it in a tree of its own", () => {
  const p = params(), before = tree.leaves(p);
  assertEquals(item(tree.at(p, ["layers", 1, "w"]).get()), 3);
  assertStrictEquals(tree.at(p, []).get(), p);
  const set = tree.at(p, ["layers", 1, "w"]).set(t(9));
  assertEquals(tree.leaves(set).map(item), [2, 1, 9, 4]);
  assertStrictEquals(set.layers[0], p.layers[0]); // what is not on the path is shared
  const modified = tree.at(p, ["layers", 0]).modify((l: { w: Value; b: Value }) => ({ w: l.b, b: l.w }));
  assertEquals(tree.leaves(modified).map(item), [1, 2, 3, 4]);
  const subtree = tree.at(p, ["layers", 1, "b"]).set({ deep: [t(7)] });
  assertEquals(tree.paths(subtree)[2], ["layers", 1, "b", "deep", 0]);
  tree.leaves(p).forEach((l, i) => assertStrictEquals(l, before[i]));
});

Deno.test("at() puts back what it reads", () => {
  fc.assert(fc.property(anyTree, (x) => {
    for (const path of tree.paths(x)) {
      const view = tree.at(x, path), mark = t(100);
      assertStrictEquals(tree.at(view.set(mark), path).get(), mark);
      tree.leaves(view.set(view.get())).forEach((l, i) => assertStrictEquals(l, tree.leaves(x)[i]));
    }
  }));
});

Deno.test("arithmetic goes leaf by leaf, and broadcasts in each", () => {
  const a = { w: tensor([6, 8]), b: t(4) }, b = { w: t(2), b: t(8) };
  const shown = (x: { readonly w: Value; readonly b: Value }) => [x.w.toArray(), x.b.toArray()] as unknown;
  assertEquals(shown(tree.add(a, b as never)), [[8, 10], 12]);
  assertEquals(shown(tree.sub(a, b as never)), [[4, 6], -4]);
  assertEquals(shown(tree.mul(a, b as never)), [[12, 16], 32]);
  assertEquals(shown(tree.div(a, b as never)), [[3, 4], 0.5]);
  assertEquals(shown(tree.scale(a, 0.5)), [[3, 4], 2]);
  assertEquals(shown(tree.scale(a, t(2))), [[12, 16], 8]);
  assertEquals(shown(tree.zeros(a)), [[0, 0], 0]);
  assertEquals(shown(tree.ones(a)), [[1, 1], 1]);
});

Deno.test("size(), reduce() and globalNorm() see every leaf", () => {
  const p = { w: ones([3, 4]), b: [zeros([2]), null, tensor(2)] };
  assertEquals(tree.size(p), 15);
  assertEquals(tree.size(null), 0);
  assertEquals(tree.reduce((names: string, l) => names + l.rank, "", p), "102");
  assertEquals(tree.globalNorm(p).item(), 4); // √(2² + 12·1²)
  assertEquals(tree.globalNorm({ a: tensor([3], { dtype: "f64" }), b: tensor([4], { dtype: "i32" }) }).item(), 5);
});

const wrong: readonly (readonly [string, () => unknown, string])[] = [
  [
    "a number among the leaves",
    () => tree.leaves({ a: [t(1), 3] }),
    "tree.leaves: the number 3 at .a[1] is no tree; trees are plain objects, arrays and null, with tensors at the leaves",
  ],
  [
    "a class instance",
    () => tree.map((x) => x, new Map()),
    "tree.map: a Map at the root is no tree; trees are plain objects, arrays and null, with tensors at the leaves",
  ],
  [
    "a function",
    () => tree.size({ f: item }),
    "tree.size: a function at .f is no tree; trees are plain objects, arrays and null, with tensors at the leaves",
  ],
  [
    "trees of different keys",
    () => tree.map((x) => x, { a: t(1) }, { b: t(1) }),
    'tree.map: the trees differ in structure, {"a": *} against {"b": *}',
  ],
  [
    "a leaf against null",
    () => tree.add({ a: t(1) }, { a: null } as never),
    'tree.add: the trees differ in structure, {"a": *} against {"a": null}',
  ],
  [
    "too few leaves",
    () => tree.unflatten(tree.structure([t(1), { a: t(2) }]), [1]),
    'tree.unflatten: 1 leaves for a structure of 2, [*, {"a": *}]',
  ],
  [
    "a path that leads nowhere",
    () => tree.at(params(), ["layers", 2]).get(),
    "tree.at: no 2 at [layers], which has 0, 1",
  ],
  [
    "a path through a leaf",
    () => tree.at(params(), ["scale", "w"]).set(t(1)),
    'tree.at: no "w" at [scale], which is a leaf',
  ],
  ["the norm of nothing", () => tree.globalNorm({ a: null }), "tree.globalNorm: the tree has no leaves"],
];

for (const [name, call, message] of wrong) {
  Deno.test(`trees: ${name}`, () => {
    assertEquals(assertThrows(call, ArgumentError).message, message);
  });
}

Deno.test("map() and a training step keep the order in which keys were written, so that the step is traced once", () => {
  const p = { w: t(1), b: t(2) };
  assertEquals(Object.keys(tree.map((x) => x, p)), ["w", "b"]);
  assertEquals(tree.leaves(p).map(item), [2, 1]);
  assert(tree.same(p, { b: t(0), w: t(0) }));
  let traced = 0;
  const step = jit((q: typeof p) => (traced++, tree.map((x) => add(x as never, 1), q)));
  assertEquals(item(step(step(step(p))).w), 4);
  assertEquals(traced, 1);
});
