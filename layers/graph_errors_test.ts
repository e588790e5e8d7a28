/** What graph layers say of mistakes. */
import { assertEquals, assertThrows } from "@std/assert";
import { key, ones, type Tensor, tensor, zeros } from "../mod.ts";
import * as layers from "./mod.ts";
import type { Graph } from "./mod.ts";

const graph = layers.graphFromEdges([[0, 1]], 4), x = ones([5, 3]), wide = ones([4, 2]) as never, good = ones([4, 3]);
const oblong = ones([3, 4]) as never, w = ones([2, 3, 2]) as never, labels = tensor([0, 1], { dtype: "i32" });
const rows = "values [5, 3] for a graph of 4 nodes; give a row for each node";
const inputs = "features [4, 2] for parameters of 3 inputs; make parameters for 2";
const square = "the matrix of a graph is [nodes, nodes], not [3, 4]";

/** Layers by the name that their messages begin with, of 3 inputs. */
const maps: Readonly<Record<string, (x: never, a: never) => unknown>> = {
  gcn: layers.gcnWith(layers.gcnInit(key(0), 3, 2)) as never,
  sage: layers.sageWith(layers.sageInit(key(0), 3, 2)) as never,
  gin: layers.ginWith(layers.ginInit(key(0), 3, 2, 2)) as never,
  gat: layers.gatWith(layers.gatInit(key(0), 3, 2)) as never,
  cheb: layers.chebWith(layers.chebInit(key(0), 3, 2, 2)) as never,
  cayley: layers.cayleyWith(layers.cayleyInit(key(0), 3, 2, 1)) as never,
  topKPool: layers.topKPoolWith(layers.topKPoolInit(key(0), 3), 2) as never,
  motifConv: ((v: never, a: never) => layers.motifConvWith(layers.motifConvInit(key(0), 3, 2, 1, 1))(v, [a])) as never,
};

Deno.test("every graph layer says what is wrong with features and graphs", () => {
  for (const [name, f] of Object.entries(maps)) {
    const table: readonly (readonly [unknown, unknown, string])[] = [
      [x, graph, rows],
      [x, ones([4, 4]), rows],
      [wide, graph, inputs],
      [good, oblong, square],
      [ones([4]), graph, "features of nodes are [nodes, features], not [4]; reshape them"],
      [[[1]], graph, "expected a tensor, got an array; wrap it: tensor([…])"],
    ];
    for (const [v, a, message] of table) {
      assertEquals(assertThrows(() => f(v as never, a as never), Error).message, `${name}: ${message}`);
    }
  }
});

Deno.test("graph functions say what is wrong", () => {
  const { gatInit, gatWith, graphFromEdges, joinGraphs, laplacian, motifConvInit, motifConvWith, segmentSoftmax } =
    layers;
  const norm = "rows" as "row", gat = gatInit(key(0), 3, 2, { heads: 4 });
  const motif = motifConvInit(key(0), 3, 2, 2, 1),
    one = tensor(1),
    scores = ones([3, 2]) as Tensor<readonly [number, number]>;
  const table: readonly (readonly [() => unknown, string])[] = [
    [
      () => graphFromEdges([[0, 1], [2, 0]], 2),
      "graphFromEdges: edge 1 names node 2, and there are 2; nodes are whole numbers from 0",
    ],
    [
      () => graphFromEdges([[0, -1]], 2),
      "graphFromEdges: edge 0 names node -1, and there are 2; nodes are whole numbers from 0",
    ],
    [
      () => graphFromEdges([[0.5, 1]], 2),
      "graphFromEdges: edge 0 names node 0.5, and there are 2; nodes are whole numbers from 0",
    ],
    [() => graphFromEdges([], 1.5), "graphFromEdges: the number of nodes is a whole number, 0 or more, not 1.5"],
    [
      () => graphFromEdges(zeros([3, 2], { dtype: "i32" }) as never, 2),
      "graphFromEdges: edges are [2, edges], sources and then targets, not [3, 2]; transpose them",
    ],
    [
      () => graphFromEdges([[0, 1]], 2, { weights: ones([2]) }),
      "graphFromEdges: weights [2] for 1 edges; give [1]",
    ],
    [() => layers.propagate(graph as Graph, x), `propagate: ${rows}`],
    [() => layers.propagate(oblong, x), `propagate: ${square}`],
    [() => layers.degrees(oblong), `degrees: ${square}`],
    [() => layers.addSelfLoops(oblong), `addSelfLoops: ${square}`],
    [() => layers.addSelfLoops(graph, { weight: NaN }), "addSelfLoops: weight is a finite number, not NaN"],
    [() => layers.normalizeAdjacency(oblong), `normalizeAdjacency: ${square}`],
    [
      () => layers.normalizeAdjacency(graph, { norm }),
      'normalizeAdjacency: norm is "symmetric" or "row", not "rows"',
    ],
    [() => layers.gcnAdjacency(oblong), `gcnAdjacency: ${square}`],
    [() => laplacian(oblong), `laplacian: ${square}`],
    [() => laplacian(graph, { norm }), 'laplacian: norm is "symmetric", "row" or "none", not "rows"'],
    [() => layers.scaledLaplacian(oblong), `scaledLaplacian: ${square}`],
    [
      () => layers.scaledLaplacian(graph, { largest: 0 }),
      "scaledLaplacian: largest is a finite number above 0, not 0",
    ],
    [
      () => layers.sageInit(key(0), 3, 2, { aggregator: "sum" as "max" }),
      'sage: aggregator is "mean" or "max", not "sum"',
    ],
    [() => layers.ginInit(key(0), 3, 2, 2, { epsilon: NaN }), "gin: epsilon is a finite number, not NaN"],
    [() => gatInit(key(0), 3, 2, { heads: 0 }), "gat: heads is a whole number, 1 or more, not 0"],
    [() => gatInit(key(0), 3, 2, { join: "sum" as "mean" }), 'gat: join is "concat" or "mean", not "sum"'],
    [() => gatWith(gat, { join: "sum" as "mean" }), 'gat: join is "concat" or "mean", not "sum"'],
    [
      () => gatWith(gat, { join: "mean" }),
      'gat: biases [8] for 4 heads of 2 with join: "mean"; make them [2]',
    ],
    [
      () => segmentSoftmax(scores, labels, 2),
      "segmentSoftmax: labels [2] for scores [3, 2]; give one for each of the first elements",
    ],
    [
      () => segmentSoftmax(scores, ones([3]) as never, 2),
      "segmentSoftmax: labels are i32, not f32; cast them",
    ],
    [
      () => segmentSoftmax(scores, labels, -1),
      "segmentSoftmax: the number of groups is a whole number, 0 or more, not -1",
    ],
    [() => layers.chebInit(key(0), 3, 2, 0), "cheb: the number of terms is a whole number, 1 or more, not 0"],
    [
      () => layers.chebWith({ w: ones([3, 2]) as never }),
      "cheb: weights are [terms, inputs, outputs], not [3, 2]",
    ],
    [() => layers.cayleyInit(key(0), 3, 2, 0), "cayley: the order is a whole number, 1 or more, not 0"],
    [
      () => layers.cayleyWith({ zoom: one, w }),
      "cayley: weights [2, 3, 2] are of 2 filters; give 2·order + 1: one real, and two for each power",
    ],
    [
      () => layers.cayleyWith({ zoom: one, w: ones([3, 2]) as never }),
      "cayley: weights are [2·order + 1, inputs, outputs], not [3, 2]",
    ],
    [
      () => layers.cayleyWith(layers.cayleyInit(key(0), 3, 2, 1), { iterations: -1 }),
      "cayley: iterations is a whole number, 0 or more, not -1",
    ],
    [
      () => layers.motifAdjacency(graph, 14 as 1),
      "motifAdjacency: motifs are numbered from 1 to 13, not 14",
    ],
    [() => layers.motifAdjacency(oblong, 1), `motifAdjacency: ${square}`],
    [() => motifConvInit(key(0), 3, 2, 0, 1), "motifConv: the number of motifs is a whole number, 1 or more, not 0"],
    [() => motifConvInit(key(0), 3, 2, 1, 0), "motifConv: the order is a whole number, 1 or more, not 0"],
    [
      () => motifConvWith(motif)(good, [graph]),
      "motifConv: 1 Laplacians for attention [1, 2]; give one for each of 2 motifs",
    ],
    [
      () => motifConvWith({ ...motif, attention: ones([3, 2]) }),
      "motifConv: attention is [order, motifs], not [3, 2]; weights [2, 3, 2] make the order 1",
    ],
    [
      () => motifConvWith({ ...motif, w: ones([1, 3, 2]) as never }),
      "motifConv: weights are [order + 1, inputs, outputs], not [1, 3, 2]",
    ],
    [() => joinGraphs([graph], { nodes: 3 }), "joinGraphs: there are 4 nodes, and room for 3; give 4 or more"],
    [() => joinGraphs([graph], { edges: 0 }), "joinGraphs: there are 1 edges, and room for 0; give 1 or more"],
    [
      () => layers.graphPool(x, labels, 2),
      "graphPool: owners [2] for features [5, 3]; give the graph of each node",
    ],
    [
      () => layers.graphPool(wide, labels, 2, { mode: "min" as "max" }),
      'graphPool: mode is "sum", "mean" or "max", not "min"',
    ],
    [
      () => layers.graphPool(wide, labels, 0.5),
      "graphPool: the number of graphs is a whole number, 0 or more, not 0.5",
    ],
    [
      () => layers.topKPoolWith(layers.topKPoolInit(key(0), 3), 5)(good, graph),
      "topKPool: k is 5, and the graph has 4 nodes; keep fewer",
    ],
    [
      () => layers.topKPoolWith(layers.topKPoolInit(key(0), 3), -1),
      "topKPool: k is a whole number, 0 or more, not -1",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, Error).message, message);
});
