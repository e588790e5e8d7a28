/** Graph layers: golden values, lists against matrices, permutations, closed forms and plain loops. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  cast,
  concat,
  eigh,
  grad,
  jit,
  key,
  matmul,
  normal,
  reshape,
  type Shape,
  square,
  stack,
  sum,
  swapAxes,
  take,
  type Tensor,
  tensor,
  tree,
  vmap,
  zeros,
} from "../mod.ts";
import { checkGoldenBoth, readGolden } from "../tests/golden/read.ts";
import * as layers from "./mod.ts";
import type { Adjacency, Graph } from "./mod.ts";

const {
  addSelfLoops,
  cayleyInit,
  cayleyWith,
  chebInit,
  chebWith,
  degrees,
  denseAdjacency,
  gatInit,
  gatWith,
  gcnAdjacency,
  gcnInit,
  gcnWith,
  ginInit,
  ginWith,
  graphFromEdges,
  graphPool,
  joinGraphs,
  laplacian,
  motifConvInit,
  motifConvWith,
  normalizeAdjacency,
  propagate,
  sageInit,
  sageWith,
  scaledLaplacian,
  segmentSoftmax,
  topKPoolWith,
} = layers;

type Edge = readonly [number, number];
/** A graph in f64, with weights of its own. */
function double(
  edges: readonly Edge[],
  nodes: number,
  weigh: (e: number) => number = () => 1,
  undirected = false,
): Graph {
  const g = graphFromEdges(edges, nodes, { undirected, weights: tensor(Float32Array.from(edges, (_, e) => weigh(e))) });
  return { ...g, weights: cast(g.weights, "f64") as unknown as Graph["weights"] };
}
const f64 = (x: unknown): Tensor => cast(x as Tensor, "f64") as unknown as Tensor;
const doubled = <P>(p: P): P => tree.map((x: unknown) => f64(x), p as never) as P;
const matrix = (seed: number, rows: number, columns: number): Tensor => f64(normal(key(seed), [rows, columns]));
const numbers = (x: unknown): number[] => [...(x as Tensor).dataSync() as Float64Array];

const table = (rows: number[][]): Tensor => tensor(rows, { dtype: "f64" }) as unknown as Tensor;
const transposed = (x: Tensor): Tensor => swapAxes(x, 0, 1) as Tensor;
const joined = (xs: readonly Tensor[]): Tensor => concat(xs) as Tensor;

/** Holds two arrays to each other, to `roundings` unit roundoffs of f64 of the largest of them. */
function assertSame(a: unknown, b: unknown, roundings = 1e4): void {
  const [x, y] = [numbers(a), numbers(b)], size = y.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
  assertEquals((a as Tensor).shape, (b as Tensor).shape);
  x.forEach((v, i) => assertAlmostEquals(v, y[i]!, size * roundings * 2 ** -53));
}

/** A layer of features [nodes, 3], as a function of parameters, of which derivatives are taken, and of the graph as it is. */
interface Case {
  readonly params: unknown;
  readonly apply: (p: never, x: Tensor, a: Adjacency) => Tensor;
}
const untyped = (f: unknown) => f as (p: never, x: Tensor, a: Adjacency) => Tensor;
const cases: Readonly<Record<string, Case>> = {
  gcn: {
    params: gcnInit(key(1), 3, 2),
    apply: untyped((p: never, x: never, a: Adjacency) => gcnWith(p)(x, gcnAdjacency(a))),
  },
  "gcn to more features": {
    params: gcnInit(key(1), 3, 5, { bias: false }),
    apply: untyped((p: never, x: never, a: Adjacency) => gcnWith(p)(x, normalizeAdjacency(a, { norm: "row" }))),
  },
  "sage mean": {
    params: sageInit(key(2), 3, 4),
    apply: untyped((p: never, x: never, a: Adjacency) => sageWith(p, { normalize: true })(x, a)),
  },
  "sage max": {
    params: sageInit(key(3), 3, 4, { aggregator: "max" }),
    apply: untyped((p: never, x: never, a: Adjacency) => sageWith(p)(x, a)),
  },
  gin: {
    params: ginInit(key(4), 3, 6, 2, { epsilon: 0.5 }),
    apply: untyped((p: never, x: never, a: Adjacency) => ginWith(p)(x, a)),
  },
  "gat concat": {
    params: gatInit(key(5), 3, 2, { heads: 3 }),
    apply: untyped((p: never, x: never, a: Adjacency) => gatWith(p)(x, a)),
  },
  "gat mean": {
    params: gatInit(key(6), 3, 4, { heads: 2, join: "mean" }),
    apply: untyped((p: never, x: never, a: Adjacency) => gatWith(p, { join: "mean" })(x, a)),
  },
  cheb: {
    params: chebInit(key(7), 3, 2, 4),
    apply: untyped((p: never, x: never, a: Adjacency) =>
      chebWith(p)(x, scaledLaplacian(laplacian(a), { largest: 1.7 }))
    ),
  },
  cayley: {
    params: cayleyInit(key(8), 3, 2, 2),
    apply: untyped((p: never, x: never, a: Adjacency) => cayleyWith(p)(x, laplacian(a, { norm: "row" }))),
  },
  "cayley by Jacobi": {
    params: cayleyInit(key(9), 3, 2, 2),
    apply: untyped((p: never, x: never, a: Adjacency) => cayleyWith(p, { iterations: 3 })(x, laplacian(a))),
  },
  motif: {
    params: motifConvInit(key(10), 3, 2, 2, 2),
    apply: untyped((p: never, x: never, a: Adjacency) =>
      motifConvWith(p)(x, [laplacian(layers.motifAdjacency(a, 9)), laplacian(a, { norm: "none" })])
    ),
  },
};

/** Graphs of 1 to 5 nodes with positive weights, edges from a node to itself and none, but no edge twice. */
const graphs = fc.integer({ min: 1, max: 5 }).chain((nodes) =>
  fc.record({
    nodes: fc.constant(nodes),
    edges: fc.uniqueArray(fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1)), {
      maxLength: 9,
      selector: ([a, b]) => `${a} ${b}`,
    }),
    seed: fc.nat(99),
  })
);
const weigh = (seed: number) => (e: number) => 0.5 + ((e + seed) % 5) / 4;

for (const [name, { params, apply }] of Object.entries(cases)) {
  const p = doubled(params) as never;
  const gradients = (x: Tensor, a: Adjacency) =>
    grad((q: { p: never; x: Tensor }) => sum(square(apply(q.p, q.x, a))) as never)({ p, x } as never);
  Deno.test(`${name}: a list of edges gives what its matrix does, with the derivatives`, () => {
    fc.assert(
      fc.property(graphs, ({ nodes, edges, seed }) => {
        const list = double(edges, nodes, weigh(seed)), dense = denseAdjacency(list), x = matrix(seed, nodes, 3);
        assertSame(apply(p, x, list), apply(p, x, dense));
        const [a, b] = [gradients(x, list), gradients(x, dense)].map((g) => tree.leaves(g as never) as Tensor[]);
        a!.forEach((g, i) => {
          assert(numbers(g).every(Number.isFinite));
          assertSame(g, b![i]);
        });
      }),
      { seed: 3, numRuns: 12 },
    );
  });
  Deno.test(`${name}: nodes in another order give the same in that order`, () => {
    fc.assert(
      fc.property(graphs, ({ nodes, edges, seed }) => {
        const order = Array.from({ length: nodes }, (_, i) => (i * 7 + seed) % nodes);
        if (new Set(order).size < nodes) return;
        const x = matrix(seed, nodes, 3), moved = edges.map(([s, t]) => [order.indexOf(s), order.indexOf(t)] as const);
        const y = apply(p, take(x, order, { axis: 0 }) as Tensor, double(moved, nodes, weigh(seed)));
        assertSame(y, take(apply(p, x, double(edges, nodes, weigh(seed))), order, { axis: 0 }));
      }),
      { seed: 4, numRuns: 12 },
    );
  });
  Deno.test(`${name}: compiles with the graph as an argument, and without edges`, () => {
    const list = double([[0, 1], [2, 1], [1, 0]], 4), x = matrix(1, 4, 3);
    assertSame(jit((x: Tensor, a: Graph) => apply(p, x, a))(x, list), apply(p, x, list));
    const bare = apply(p, x, double([], 4)), [first] = bare.toArray() as number[][];
    assert(numbers(bare).every(Number.isFinite) && first!.length > 0);
    assertSame(apply(p, x, denseAdjacency(double([], 4))), bare);
  });
}

Deno.test("a padded list gives what it gives without the padding, with finite derivatives", () => {
  const list = double([[0, 1], [2, 1]], 3), x = matrix(2, 3, 3);
  const more = (xs: unknown, by: number, dtype: "i32" | "f64") => tensor([...numbers(xs), by, by], { dtype }) as never;
  const padded: Graph = {
    nodes: 3,
    sources: more(list.sources, 0, "i32"),
    targets: more(list.targets, 3, "i32"),
    weights: more(list.weights, 2, "f64"),
  };
  for (const { params, apply } of Object.values(cases)) {
    const p = doubled(params) as never;
    assertSame(apply(p, x, padded), apply(p, x, list));
    const slope = (a: Graph) => grad((v: Tensor) => sum(square(apply(p, v, a))) as never)(x);
    assertSame(slope(padded), slope(list));
  }
});

for (const c of readGolden("graph").cases) {
  Deno.test(`${c.name} is PyTorch's, with its gradients, from a list and from a matrix`, () => {
    const { edges, nodes, lambda_max: largest } = c.attrs as { edges: Edge[]; nodes: number; lambda_max: number };
    for (const dense of [false, true]) {
      checkGoldenBoth(c, (...inputs) => {
        const [x, ...ws] = inputs as unknown as Tensor[];
        const list = graphFromEdges(edges, nodes, { undirected: true });
        const weights = cast(list.weights, x!.dtype) as Graph["weights"], typed = { ...list, weights };
        const a = (dense ? denseAdjacency(typed) : typed) as Graph;
        if (c.name.startsWith("gcn")) {
          return layers.relu(gcnWith({ w: ws[0] } as never)(x as never, gcnAdjacency(a))) as never;
        }
        return chebWith({ w: stack(ws) } as never)(x as never, scaledLaplacian(laplacian(a), { largest })) as never;
        // Sums of at most 9 products of at most 5 neighbours, twice over, of terms up to 4 times as large.
      }, 200);
    }
  });
}

Deno.test("a layer's normalized graph and scaled Laplacian are those of the golden file", () => {
  const { norm, edges, nodes } = readGolden("graph").cases[0]!.attrs as {
    norm: number[][];
    edges: Edge[];
    nodes: number;
  };
  const { Lscaled, lambda_max: largest } = readGolden("graph").cases[1]!.attrs as {
    Lscaled: number[][];
    lambda_max: number;
  };
  const list = double(edges, nodes, undefined, true), as64 = (x: number[][]) => tensor(x, { dtype: "f64" });
  assertSame(denseAdjacency(gcnAdjacency(list)), as64(norm));
  assertSame(denseAdjacency(scaledLaplacian(laplacian(list), { largest })), as64(Lscaled));
});

Deno.test("Laplacians of a path: rows sum to 0 or the constant is kept, and a node alone has 1 or 0", () => {
  const path = double([[0, 1], [1, 2]], 4, undefined, true),
    of = (norm: "none" | "row" | "symmetric") => numbers(denseAdjacency(laplacian(path, { norm })));
  assertEquals(of("none"), [1, -1, 0, 0, -1, 2, -1, 0, 0, -1, 1, 0, 0, 0, 0, 0]);
  assertEquals(of("row"), [1, -1, 0, 0, -0.5, 1, -0.5, 0, 0, -1, 1, 0, 0, 0, 0, 1]);
  const r = -Math.SQRT1_2;
  of("symmetric").forEach((v, i) => assertAlmostEquals(v, [1, r, 0, 0, r, 1, r, 0, 0, r, 1, 0, 0, 0, 0, 1][i]!, 1e-15));
  assertEquals(numbers(degrees(path)), [1, 2, 1, 0]);
  assertEquals(numbers(degrees(denseAdjacency(path))), [1, 2, 1, 0]);
});

Deno.test("graphFromEdges() keeps directions, weights, loops and edges that stand twice", () => {
  const g = graphFromEdges([[0, 1], [1, 1], [0, 1]], 2, { undirected: true, weights: tensor([1, 2, 4]) });
  assertEquals(denseAdjacency(g).toArray(), [[0, 5], [5, 2]]);
  const same = graphFromEdges(tensor([[0, 1, 0], [1, 1, 1]], { dtype: "i32" }) as Tensor<readonly [2, 3], "i32">, 2);
  assertEquals(denseAdjacency(same).toArray(), [[0, 0], [2, 1]]);
  const none = graphFromEdges([], 2, { undirected: true });
  assertEquals(propagate(none, tensor([[1], [2]])).toArray(), [[0], [0]]);
  assertEquals(
    propagate(graphFromEdges([], 0), zeros([0, 3])).shape,
    [0, 3],
  );
});

Deno.test("propagate() takes values of any rank, and is a loop under vmap", () => {
  const list = double([[0, 1], [2, 1], [1, 0]], 3), dense = denseAdjacency(list), x = f64(normal(key(0), [4, 3, 2, 2]));
  for (const a of [list, dense]) {
    const f = (v: Tensor) => propagate(a, v as never) as Tensor, mapped = vmap(f as never)(x as never) as Tensor;
    assertEquals(mapped.shape, [4, 3, 2, 2]);
    for (let i = 0; i < 4; i++) assertSame(take(mapped, i, { axis: 0 }), f(take(x, i, { axis: 0 }) as Tensor));
  }
  assertSame(
    vmap(((v: Tensor) => propagate(list, v as never)) as never)(x as never),
    vmap(((v: Tensor) => propagate(dense, v as never)) as never)(x as never),
  );
});

Deno.test("cayleyWith() is the filter of the eigenvalues, and Jacobi's iterations come to it", () => {
  const l = laplacian(double([[0, 1], [1, 2], [2, 3], [0, 3], [1, 3]], 5, undefined, true)), x = matrix(3, 5, 2);
  const p = doubled({ ...cayleyInit(key(4), 2, 3, 3), zoom: tensor(0.75) }),
    { values, vectors } = eigh(denseAdjacency(l));
  const h = 0.75, w = p.w.toArray() as number[][][], spectrum = numbers(values);
  // (h·λ − i) / (h·λ + i) = e^(−2i·atan(1 / hλ)): its powers' real and imaginary parts are a cosine and a sine.
  const u = vectors as unknown as Tensor, hat = matmul(transposed(u), x).toArray() as number[][];
  const filtered = spectrum.map((lambda, n) =>
    [0, 1, 2].map((o) =>
      [0, 1].reduce((total, i) => {
        let response = w[0]![i]![o]!;
        for (let j = 1; j <= 3; j++) {
          const angle = -2 * j * Math.atan2(1, h * lambda);
          response += 2 * (w[2 * j - 1]![i]![o]! * Math.cos(angle) - w[2 * j]![i]![o]! * Math.sin(angle));
        }
        return total + response * hat[n]![i]!;
      }, 0)
    )
  );
  const want = matmul(u, table(filtered));
  assertSame(cayleyWith(p)(x as never, l), want);
  // The Jacobi matrix has norm h / √(h² + 1) = 0.6 at most, and 0.6⁸⁰ is below 2⁻⁵³.
  assertSame(cayleyWith(p, { iterations: 80 })(x as never, l), want);
});

Deno.test("gatWith() is the attention of a plain loop over neighbours", () => {
  const p = doubled(gatInit(key(5), 3, 2, { heads: 2 })), x = matrix(6, 4, 3);
  const edges: readonly Edge[] = [[0, 1], [2, 1], [3, 1], [1, 0], [2, 2]], y = gatWith(p)(x as never, double(edges, 4));
  const w = p.w.toArray() as number[][][], rows = x.toArray() as number[][];
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((s, v, i) => s + v * b[i]!, 0);
  const h = rows.map((r) => [0, 1].map((k) => [0, 1].map((o) => r.reduce((s, v, i) => s + v * w[i]![k]![o]!, 0))));
  const [source, target] = [p.source.toArray() as number[][], p.target.toArray() as number[][]];
  const want = rows.map((_, i) =>
    [0, 1].flatMap((k) => {
      const from = edges.filter(([, t]) => t === i).map(([s]) => s);
      const scores = from.map((j) => dot(target[k]!, h[i]![k]!) + dot(source[k]!, h[j]![k]!)).map((e) =>
        e > 0 ? e : 0.2 * e
      );
      const powers = scores.map(Math.exp), total = powers.reduce((a, b) => a + b, 0);
      return [0, 1].map((o) => from.reduce((s, j, n) => s + powers[n]! / total * h[j]![k]![o]!, 0));
    })
  );
  assertSame(y, table(want));
  const kept = gatWith(p, { dropout: (a) => layers.dropoutWith(key(1), 0)(a) })(x as never, double(edges, 4));
  assertSame(kept, y);
});

Deno.test("gatWith() with an edge from each node to itself leaves no node without an answer", () => {
  const p = doubled(gatInit(key(5), 3, 2, { heads: 2 })), x = matrix(6, 3, 3), list = double([[0, 1]], 3);
  const y = gatWith(p)(x as never, addSelfLoops(list));
  assertSame(y, gatWith(p)(x as never, addSelfLoops(denseAdjacency(list))));
  // Alone, a node attends to itself only.
  assertSame(take(y, [0, 2], { axis: 0 }), take(matmul(x, reshape(p.w, [3, 4]) as Tensor), [0, 2], { axis: 0 }));
});

Deno.test("segmentSoftmax() has no overflow, weights nothing 0 and leaves labels out of range out", () => {
  const labels = tensor([0, 0, 1, 5, -1, 2], { dtype: "i32" });
  const scores = tensor([1000, 1000, -1000, 9, 9, -Infinity], { dtype: "f64" }) as unknown as Tensor<readonly [6]>;
  assertEquals(numbers(segmentSoftmax(scores, labels, 3)), [0.5, 0.5, 1, 0, 0, 0]);
  const slope = grad((s: Tensor<readonly [6]>) => sum(square(segmentSoftmax(s, labels, 3))) as never)(scores);
  assert(numbers(slope).every((g) => g === 0));
});

Deno.test("graphs joined give what each gives by itself, padded or not", () => {
  const parts = [double([[0, 1]], 2), double([], 1), double([[0, 2], [2, 2]], 3, weigh(1))];
  const xs = parts.map((g, i) => matrix(i, g.nodes, 3)), all = joined(xs);
  for (const { params, apply } of Object.values(cases)) {
    const p = doubled(params) as never, want = joined(parts.map((g, i) => apply(p, xs[i]!, g)));
    assertSame(apply(p, all, joinGraphs(parts).graph), want);
  }
  const { graph, owners } = joinGraphs(parts, { nodes: 8, edges: 5 });
  assertEquals([graph.nodes, graph.weights.size, owners.toArray()], [8, 5, [0, 0, 1, 2, 2, 2, 3, 3]]);
  const padded = joined([all, matrix(9, 2, 3)]), pooled = graphPool(padded as never, owners, 3, { mode: "max" });
  xs.forEach((x, i) => {
    const columns = transposed(x).toArray() as number[][];
    assertEquals((pooled.toArray() as number[][])[i], columns.map((c) => Math.max(...c)));
  });
  assertEquals(joinGraphs([]).graph.nodes, 0);
  assertEquals(joinGraphs([graphFromEdges([[0, 0]], 1)]).graph.weights.dtype, "f32");
});

Deno.test("graphPool() does not see the order of nodes, and gives 0 for a graph without any", () => {
  const x = matrix(1, 5, 2), owners = [0, 2, 0, 2, 2], order = [3, 1, 4, 0, 2];
  for (const mode of ["sum", "mean", "max"] as const) {
    const at = (o: number[]) => tensor(o, { dtype: "i32" }) as Tensor<readonly [number], "i32">;
    const y = graphPool(x as never, at(owners), 3, { mode });
    const moved = graphPool(take(x, order, { axis: 0 }) as never, at(order.map((i) => owners[i]!)), 3, { mode });
    assertSame(moved, y);
    assertEquals((y.toArray() as number[][])[1], [0, 0]);
  }
});

Deno.test("topKPoolWith() keeps the same of a list and of a matrix, and its scores have derivatives", () => {
  fc.assert(
    fc.property(graphs, ({ nodes, edges, seed }) => {
      const list = double(edges, nodes, weigh(seed)), x = matrix(seed, nodes, 3), k = Math.ceil(nodes / 2);
      const pool = topKPoolWith(doubled(layers.topKPoolInit(key(seed), 3)), k);
      const [a, b] = [pool(x as never, list), pool(x as never, denseAdjacency(list))];
      assertSame(a.x, b.x);
      assertEquals(numbers(a.kept), numbers(b.kept));
      assertSame(denseAdjacency(a.graph as Graph), b.graph);
    }),
    { seed: 6, numRuns: 20 },
  );
  const slope = grad((w: Tensor) =>
    sum(topKPoolWith({ w } as never, 2)(matrix(1, 4, 3) as never, double([], 4)).x) as never
  )(f64(normal(key(0), [3])));
  assert(numbers(slope).some((g) => g !== 0));
});

Deno.test("graph layers have the types of what they give", () => {
  const graph = graphFromEdges([[0, 1]], 3), x: Tensor<readonly [3, 5]> = normal(key(0), [3, 5]);
  const a: readonly [3, 2] = gcnWith(gcnInit(key(0), 5, 2))(x, graph).shape;
  const b: readonly [3, 2] =
    gatWith(gatInit(key(0), 5, 2, { heads: 4, join: "mean" }), { join: "mean" })(x, graph).shape;
  const c: readonly [3, number] = gatWith(gatInit(key(0), 5, 2, { heads: 4 }))(x, graph).shape;
  assertEquals([a, b, c] as unknown[], [[3, 2], [3, 2], [3, 8]]);
  const shape: Shape = topKPoolWith(layers.topKPoolInit(key(0), 5), 2)(x, graph).x.shape;
  assertEquals(shape, [2, 5]);
  // @ts-expect-error features of another size
  assertThrows(() => gcnWith(gcnInit(key(0), 4, 2))(x, graph));
});
