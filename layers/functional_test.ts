/** Folds, unfolds and maps, over sequences and over trees. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  add,
  ArgumentError,
  cast,
  grad,
  jit,
  key,
  matmul,
  mul,
  normal,
  reverse,
  scan,
  type Shape,
  ShapeError,
  stack,
  sum,
  take,
  tanh,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "../mod.ts";
import { bidirectionalMap, encodeForest, fold, type TreeChildren, treeFold, treeUnfold, unfold } from "./mod.ts";

type X = Tensor<Shape>;

/** Any tree: every node but the last is the child of one after it, while there is room. */
const treeOf = (size: number, arity: number, seed: readonly number[]): TreeChildren => {
  const children: number[][] = Array.from({ length: size }, () => []);
  for (let child = 0, s = 0; child < size - 1; child++) {
    const open = Array.from({ length: size - 1 - child }, (_, i) => child + 1 + i).filter((p) =>
      children[p]!.length < arity
    );
    if (open.length > 0) children[open[seed[s++ % seed.length]! % open.length]!]!.push(child);
  }
  return children;
};
const trees = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(fc.nat(50), { minLength: 1, maxLength: 9 })),
  { minLength: 1, maxLength: 4 },
).map((ts) => ts.map(([n, seed]) => treeOf(n, 3, seed)));

Deno.test("encodeForest() puts every node in one slot, after its children, whatever the width", () => {
  fc.assert(fc.property(trees, fc.integer({ min: 1, max: 5 }), (ts, width) => {
    const forest = encodeForest(ts, { width }), [steps, , arity] = forest.children.shape, free = steps * width;
    const slots = forest.slots.toArray(), nodes = forest.nodes.toArray().flat();
    assertEquals(new Set(slots).size, slots.length);
    slots.forEach((slot, node) => assertEquals(nodes[slot], node));
    let offset = 0;
    const roots: number[] = [];
    for (const t of ts) {
      t.forEach((children, i) => {
        const slot = slots[offset + i]!, kids = forest.children.toArray().flat()[slot]!;
        assertEquals(
          kids,
          Array.from({ length: arity }, (_, k) => k < children.length ? slots[offset + children[k]!]! : free),
        );
        for (const c of children) assert(Math.floor(slots[offset + c]! / width) < Math.floor(slot / width));
      });
      roots.push((offset += t.length) - 1);
    }
    assertEquals(forest.roots.toArray(), roots);
  }));
});

Deno.test("encodeForest() takes the fewest steps", () => {
  // A chain of 5 beside 5 leaves under one root: 6 levels of path, 11 nodes, so 6 steps of 2 hold them.
  const chain: TreeChildren = [[], [0], [1], [2], [3], [], [], [], [], [], [4, 5, 6, 7, 8, 9]];
  assertEquals(encodeForest([chain], { width: 2 }).nodes.shape, [6, 2]);
  assertEquals(encodeForest([chain], { width: 1 }).nodes.shape, [11, 1]);
  assertEquals(encodeForest([chain]).nodes.shape, [6, 2]);
});

/** tanh of a node's data and its children's states times a weight each, node by node: the oracle. */
const recursive = (ts: readonly TreeChildren[], xs: readonly number[], w: readonly number[]): number[] => {
  const out: number[] = [];
  for (const t of ts) {
    const offset = out.length;
    t.forEach((children, i) =>
      out.push(Math.tanh(xs[offset + i]! + children.reduce((s, c, k) => s + w[k]! * out[offset + c]!, 0)))
    );
  }
  return out;
};
const weighed = (w: X) => (x: X, children: X): X => tanh(add(x, matmul(children, w) as X) as X) as X;

Deno.test("treeFold() is the recursion node by node, with its gradient, and padding changes nothing", () => {
  fc.assert(
    fc.property(trees, fc.integer({ min: 1, max: 4 }), (ts, width) => {
      const plain = encodeForest(ts, { width, arity: 3 }), count = plain.slots.shape[0];
      const padded = encodeForest(ts, { width, arity: 3, nodes: count + 3, steps: plain.nodes.shape[0] + 2 });
      const w = tensor([0.5, -0.3, 0.8], { dtype: "f64" }) as unknown as X;
      const xs = Array.from({ length: count }, (_, i) => Math.sin(i + 1));
      const run = (forest: typeof plain, w: X, x: X) =>
        treeFold(weighed(w) as never, zeros([], { dtype: "f64" }), x, forest) as unknown as X;
      const x = tensor(xs, { dtype: "f64" }) as unknown as X,
        long = tensor([...xs, 0, 0, 0], { dtype: "f64" }) as unknown as X;
      const y = run(plain, w, x).toArray() as number[], want = recursive(ts, xs, w.toArray() as number[]);
      // At most three products and four sums a node, then tanh: 10 roundings a node, carried up no more than 9 of them.
      y.forEach((v, i) => assertAlmostEquals(v, want[i]!, 90 * 2 ** -53));
      assertEquals(run(padded, w, long).toArray(), [...y, 0, 0, 0]);
      const loss = (forest: typeof plain, x: X) => (w: X) => sum(take(run(forest, w, x), forest.roots, { axis: 0 }));
      const g = grad(loss(plain, x) as never)(w as never) as X;
      assertEquals((grad(loss(padded, long) as never)(w as never) as X).toArray(), g.toArray());
      const step = 1e-6, roots = plain.roots.toArray();
      (g.toArray() as number[]).forEach((d, k) => {
        const at = (e: number) => {
          const near = (w.toArray() as number[]).map((v, i) => i === k ? v + e : v), out = recursive(ts, xs, near);
          return roots.reduce((s, r) => s + out[r]!, 0);
        };
        // Central differences: 1e-12 of third derivatives, and 2^-52 / 1e-6 of rounding; both times what 9 nodes sum to.
        assertAlmostEquals(d, (at(step) - at(-step)) / (2 * step), 1e-7);
      });
    }),
    { numRuns: 25 },
  );
});

Deno.test("treeFold() compiles to one loop, whatever the trees, and is mapped by vmap", () => {
  const a = encodeForest([[[], [], [0, 1]], [[], [0]]], { width: 2, steps: 4 });
  const b = encodeForest([[[], [0], [1], [2]], [[]]], { width: 2, steps: 4, arity: 2 });
  const x = normal(key(0), [5, 3]) as X, w = normal(key(1), [2]) as X;
  const f = (w: X, x: X, forest: typeof a) =>
    treeFold(
      (x, kids) => tanh(add(x, sum(mul(kids, expand(w)), { axis: 1 })) as X) as never,
      zeros([3]),
      x as never,
      forest,
    ) as X;
  const expand = (w: X) => stack([w, w, w], { axis: 1 }) as never;
  const compiled = jit(f);
  for (const forest of [a, b]) assertEquals(compiled(w, x, forest).toArray(), f(w, x, forest).toArray());
  const many = normal(key(2), [4, 5, 3]) as X;
  const mapped = vmap(((x: X) => f(w, x, a)) as never)(many as never) as X;
  (many.toArray() as number[][][]).forEach((one, i) =>
    assertEquals((mapped.toArray() as number[][][])[i], f(w, tensor(one) as X, a).toArray())
  );
});

Deno.test("treeFold() says which children there are", () => {
  const forest = encodeForest([[[], [0], [0, 1]]]);
  const counts = treeFold((_, __, there) => sum(cast(there, "f32"), { axis: 1 }), zeros([]), null, forest);
  assertEquals(counts.toArray(), [0, 1, 2]);
});

Deno.test("treeUnfold() hands states down, with gradients, and undoes what treeFold() climbs", () => {
  const trees: TreeChildren[] = [[[], [], [0, 1], [], [2, 3]], [[]], [[], [0]]];
  for (const width of [1, 2, 3]) {
    const forest = encodeForest(trees, { width, nodes: 10, steps: 9 });
    const down = (root: X, gain: X) =>
      treeUnfold(
        (s: X, x: X) => {
          const next = mul(s, gain) as X;
          return [stack([next, mul(next, 2) as X], { axis: 1 }), add(s, x)] as never;
        },
        root,
        zeros([10]) as X,
        forest as never,
      ) as X;
    const y = down(tensor([1, 10, 100]) as X, tensor(3) as X);
    // Left children are 3 times, right ones 6 times their parent.
    assertEquals(y.toArray(), [9, 18, 3, 6, 1, 10, 300, 100, 0, 0]);
    // d/dg of (g² + 2g² + g + 2g + 1) + 10 + 100g + 100 at 3.
    const slope = grad(((g: X) => sum(down(tensor([1, 10, 100]) as X, g))) as never)(tensor(3) as never) as X;
    assertEquals(slope.toArray(), 6 * 3 + 3 + 100);
  }
});

Deno.test("fold(), unfold() and bidirectionalMap() are scans", () => {
  const xs = normal(key(0), [6, 2]) as X, zero = zeros([2]) as X;
  const cell = (s: X, x: X) => tanh(add(mul(s, 0.5) as X, x) as X) as X;
  const both = (s: X, x: X) => [cell(s, x), cell(s, x)] as const;
  const [last, ys] = scan(both as never, zero, xs) as unknown as [X, X];
  assertEquals((fold(cell as never, zero, xs) as X).toArray(), last.toArray());
  const [, back] = scan(both as never, zero, reverse(xs, { axis: 0 }) as X) as unknown as [X, X];
  const [lasts, pair] = bidirectionalMap(both as never, both as never, (a, b) => [a, b] as const, [zero, zero], xs);
  assertEquals(pair.map((t) => (t as X).toArray()), [ys.toArray(), (reverse(back, { axis: 0 }) as X).toArray()]);
  assertEquals((lasts[0] as X).toArray(), last.toArray());
  const [end, powers] = unfold((x: X) => [mul(x, 2) as X, x] as const, tensor(1) as X, 4);
  assertEquals([end.toArray(), (powers as X).toArray()], [16, [1, 2, 4, 8]]);
  assertEquals((unfold((x: X) => [x, x] as const, tensor(1) as X, 0)[1] as X).shape, [0]);
});

Deno.test("forests and tree combinators say what does not fit", () => {
  const forest = encodeForest([[[], [0]]]), one = zeros([2]);
  const table: readonly (readonly [() => unknown, typeof ArgumentError | typeof ShapeError, string])[] = [
    [() => encodeForest([]), ArgumentError, "encodeForest: there is no tree; give one or more"],
    [() => encodeForest([[[]], []]), ArgumentError, "encodeForest: tree 1 has no node; a tree has a root at least"],
    [
      () => encodeForest([[[1], []]]),
      ArgumentError,
      "encodeForest: node 0 of tree 0 has the child 1; children are numbers below their parent's",
    ],
    [() => encodeForest([[[]]], { width: 1.5 }), ArgumentError, "encodeForest: width is a whole number, not 1.5"],
    [
      () => encodeForest([[[], [], [0, 1]]], { arity: 1 }),
      ShapeError,
      "encodeForest: arity is 1, but there are 2 children of a node; give that many",
    ],
    [
      () => encodeForest([[[], [0]]], { steps: 1, width: 2 }),
      ShapeError,
      "encodeForest: steps is 1, but there are 2 steps of 2 nodes; give that many",
    ],
    [
      () => encodeForest([[[], [0]]], { nodes: 1 }),
      ShapeError,
      "encodeForest: nodes is 1, but there are 2 nodes; give that many",
    ],
    [
      () => treeFold((x) => x, one, zeros([3, 2]), forest),
      ShapeError,
      "treeFold: the forest has 2 nodes, but the data are of shape [3, 2]; give one row a node",
    ],
    [
      () => treeFold(() => zeros([1, 3]) as never, one, zeros([2, 2]), forest),
      ShapeError,
      "treeFold: expected states f32[1, 2] from the function, got f32[1, 3]",
    ],
    [
      () => treeFold(() => [] as never, one, zeros([2, 2]), forest),
      ArgumentError,
      "treeFold: the function gives states of another structure than the first",
    ],
    [
      () => treeUnfold((s) => [s as never, s] as const, zeros([1, 2]), null, forest),
      ShapeError,
      "treeUnfold: expected states f32[1, 1, 2] from the function, got f32[1, 2]",
    ],
    [
      () => treeUnfold((s) => [s as never, s] as const, zeros([2, 2]), null, forest),
      ShapeError,
      "treeUnfold: 1 trees want as many first states, got a tensor of shape [2, 2]",
    ],
  ];
  for (const [call, kind, message] of table) {
    assertEquals(assertThrows(call, kind as typeof ShapeError).message, message);
  }
});
