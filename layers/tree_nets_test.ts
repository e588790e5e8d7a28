/** Networks over trees: each against its definition, node by node, whatever the trees. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { cast, concat, grad, jit, key, normal, slice, sum, type Tensor, tensor, tree } from "../mod.ts";
import {
  childSumTreeLstmInit,
  childSumTreeLstmWith,
  encodeForest,
  recursiveInit,
  recursiveWith,
  rntnInit,
  rntnWith,
  type TreeChildren,
  treeLstmInit,
  treeLstmWith,
} from "./mod.ts";

type Rows = Tensor<readonly [number, number], "f64">;
const wide = <T>(x: T): T => tree.map((t) => cast(t, "f64"), x) as T;
const lists = (x: unknown) => (x as Tensor).toArray() as unknown as number[][];
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const product = (x: readonly number[], w: readonly (readonly number[])[]) =>
  w[0]!.map((_, j) => x.reduce((s, v, i) => s + v * w[i]![j]!, 0));
const plus = (...xs: readonly (readonly number[])[]) => xs[0]!.map((_, i) => xs.reduce((s, x) => s + x[i]!, 0));

/** Binary trees and leaves of some nodes, each node's children before it. */
const binary: fc.Arbitrary<TreeChildren> = fc.array(fc.nat(), { maxLength: 6 }).map((choices) => {
  const nodes: number[][] = [[]], roots = [0];
  for (const c of choices) {
    nodes.push([]);
    const leaf = nodes.length - 1, at = c % roots.length, other = roots[at]!;
    nodes.push(c % 2 === 0 ? [other, leaf] : [leaf, other]);
    roots[at] = nodes.length - 1;
  }
  return nodes;
});
const count = (trees: readonly TreeChildren[]) => trees.reduce((n, t) => n + t.length, 0);

/** A fold by recursion over plain lists. */
function plainFold<S>(
  trees: readonly TreeChildren[],
  xs: readonly number[][],
  f: (x: number[], kids: readonly S[]) => S,
): S[] {
  const states: S[] = [];
  for (const t of trees) {
    const before = states.length;
    for (const kids of t) states.push(f(xs[states.length]!, kids.map((k) => states[before + k]!)));
  }
  return states;
}

function close(got: unknown, want: readonly (readonly number[])[]): void {
  // Sums of at most a dozen products of numbers near 1, a few levels deep, in f64.
  lists(got).forEach((row, i) => row.forEach((v, j) => assertAlmostEquals(v, want[i]![j]!, 1e-12)));
}

const tensorOf = (data: Float64Array, shape: readonly number[]) => tensor(data, { shape });

/** The rows of `xs`, and then others. */
const padTo = (xs: Rows, others: unknown) =>
  concat([xs, slice(others as never, [xs.shape[0], 0], [9, 3])] as never, { axis: 0 });

const forests = fc.array(binary, { minLength: 1, maxLength: 3 });

Deno.test("recursiveWith() and rntnWith() are their recursions", () => {
  const p = wide(rntnInit(key(1), 3)),
    [w, b, v] = [lists(p.w), p.b.toArray() as number[], p.v.toArray() as number[][][]];
  fc.assert(
    fc.property(forests, (trees) => {
      const n = count(trees),
        xs = cast(normal(key(n), [n, 3]), "f64") as unknown as Rows,
        forest = encodeForest(trees, { arity: 2 });
      const linear = (c: readonly number[]) => plus(product(c, w), b);
      const plain = plainFold<number[]>(
        trees,
        lists(xs),
        (x, kids) => kids.length === 0 ? x : linear(kids.flat()).map(Math.tanh),
      );
      close(recursiveWith(p as never)(xs as never, forest as never), plain);
      const bent = plainFold<number[]>(trees, lists(xs), (x, kids) => {
        const c = kids.flat();
        const forms = v.map((m) => product(c, m).reduce((s, r, i) => s + r * c[i]!, 0));
        return kids.length === 0 ? x : plus(linear(c), forms).map(Math.tanh);
      });
      close(rntnWith(p as never)(xs as never, forest as never), bent);
    }),
    { numRuns: 25 },
  );
});

Deno.test("treeLstmWith() is equations 9 to 14 of its paper, childSumTreeLstmWith() equations 2 to 8", () => {
  type S = { readonly h: number[]; readonly c: number[] };
  const h = 2, zero: S = { h: [0, 0], c: [0, 0] };
  const part = (x: readonly number[], k: number) => x.slice(k * h, (k + 1) * h);
  const state = (i: number[], o: number[], u: number[], kept: number[]): S => {
    const c = plus(i.map((x, k) => sigmoid(x) * Math.tanh(u[k]!)), kept);
    return { h: o.map((x, k) => sigmoid(x) * Math.tanh(c[k]!)), c };
  };
  const p = wide(treeLstmInit(key(2), 3, h)), q = wide(childSumTreeLstmInit(key(3), 3, h));
  fc.assert(
    fc.property(forests, (trees) => {
      const n = count(trees),
        xs = cast(normal(key(n), [n, 3]), "f64") as unknown as Rows,
        forest = encodeForest(trees, { arity: 2 });
      const ordered = plainFold<S>(trees, lists(xs), (x, kids) => {
        const both = [kids[0] ?? zero, kids[1] ?? zero], own = plus(product(x, lists(p.wx)), p.b.toArray() as number[]);
        const below = product(both.flatMap((s) => s.h), lists(p.wh)),
          at = (k: number) => plus(part(own, k), part(below, k));
        const kept = both.map((s, k) => plus(part(own, 3), part(below, 3 + k)).map((g, j) => sigmoid(g) * s.c[j]!));
        return state(at(0), at(1), at(2), plus(...kept));
      });
      close(treeLstmWith(p as never)(xs as never, forest as never), ordered.map((s) => s.h));
      const summed = plainFold<S>(trees, lists(xs), (x, kids) => {
        const own = plus(product(x, lists(q.wx)), q.b.toArray() as number[]);
        const below = product(plus(...kids.map((s) => s.h), [0, 0]), lists(q.wh)),
          at = (k: number) => plus(part(own, k), part(below, k));
        const kept = kids.map((s) =>
          plus(part(own, 3), part(product(s.h, lists(q.wh)), 3)).map((g, j) => sigmoid(g) * s.c[j]!)
        );
        return state(at(0), at(1), at(2), plus(...kept, [0, 0]));
      });
      close(childSumTreeLstmWith(q as never)(xs as never, forest as never), summed.map((s) => s.h));
    }),
    { numRuns: 25 },
  );
});

Deno.test("networks over trees have the gradients of central differences, compiled as eager, and padding changes nothing", () => {
  const trees: TreeChildren[] = [[[], [], [0, 1], [], [2, 3]], [[]]], n = count(trees);
  const forest = encodeForest(trees, { arity: 2 }),
    roomy = encodeForest(trees, { arity: 2, nodes: 9, steps: 8, width: 3 });
  const xs = cast(normal(key(5), [n, 3]), "f64") as unknown as Rows, more = cast(normal(key(5), [9, 3]), "f64");
  const nets = {
    recursive: [recursiveInit(key(0), 3), recursiveWith],
    rntn: [rntnInit(key(1), 3), rntnWith],
    treeLstm: [treeLstmInit(key(2), 3, 3), treeLstmWith],
    childSum: [childSumTreeLstmInit(key(3), 3, 3), childSumTreeLstmWith],
  } as const;
  type Make = (p: unknown) => (xs: unknown, forest: unknown) => Tensor;
  for (const [name, [init, of]] of Object.entries(nets)) {
    const make = of as unknown as Make;
    const p = wide(init),
      f = (q: unknown) => sum(make(q)(xs, forest)) as unknown as Tensor<readonly [], "f64">;
    const slopes = tree.leaves(jit(grad(f as never))(p as never)) as Tensor[],
      leaves = tree.leaves(p) as Tensor[],
      step = 1e-5;
    leaves.forEach((leaf, l) => {
      const moved = (d: number) => {
        const data = Float64Array.from(leaf.dataSync());
        data[0] = data[0]! + d;
        const there = leaves.map((x, i) => i === l ? tensorOf(data, leaf.shape) as never : x);
        return f(tree.unflatten(tree.structure(p), there as never)).item();
      };
      // Central differences err by step² · f‴/6 and by 2⁻⁵³·f/step, both below 1e-9 here.
      assertAlmostEquals(slopes[l]!.dataSync()[0]!, (moved(step) - moved(-step)) / (2 * step), 1e-8, name);
    });
    const states = lists(make(p)(xs, forest));
    assertEquals(lists(jit(make(p) as never)(xs as never, forest as never)), states);
    const padded = lists(make(p)(padTo(xs, more), roomy)).slice(0, n);
    close({ toArray: () => padded }, states);
    assert(states.flat().every(Number.isFinite));
  }
});

Deno.test("networks over trees say what does not fit", () => {
  const forest = encodeForest([[[], [], [0, 1]]], { arity: 2 }), three = encodeForest([[[], [], [0, 1]]], { arity: 3 });
  const xs = normal(key(0), [3, 4]);
  for (
    const [call, message] of [
      [
        () => recursiveWith(recursiveInit(key(0), 3))(xs as never, forest),
        "recursive: expected a vector of 3 for each node, [nodes, 3], got [3, 4]",
      ],
      [
        () => treeLstmWith(treeLstmInit(key(0), 3, 2))(xs as never, forest),
        "treeLstm: expected a vector of 3 for each node",
      ],
      [
        () => treeLstmWith(treeLstmInit(key(0), 4, 2))(xs as never, three),
        "treeLstm: the forest is encoded for 3 children a node and the weights are for 2; give encodeForest { arity: 2 }",
      ],
      [() => rntnWith(rntnInit(key(0), 4))(xs as never, three), "rntn: the forest is encoded for 3 children a node"],
      [() => treeLstmInit(key(0), 0, 2), "treeLstm: inputs is a whole number, 1 or more, not 0"],
      [() => recursiveInit(key(0), 2, { arity: 0 }), "recursive: arity is a whole number, 1 or more, not 0"],
    ] as const
  ) assertThrows(call, Error, message);
});
