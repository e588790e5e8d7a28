/** Motifs: every formula against a count of all sets of three nodes. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { denseAdjacency, graphFromEdges, type Motif, motifAdjacency } from "./mod.ts";

type Edge = readonly [number, number];

/** The edges of each motif among nodes 0, 1 and 2, as the documentation lists them. */
const patterns: Readonly<Record<Motif, readonly Edge[]>> = {
  1: [[0, 1], [1, 2], [2, 0]],
  2: [[0, 1], [1, 0], [1, 2], [2, 0]],
  3: [[0, 1], [1, 0], [1, 2], [2, 1], [2, 0]],
  4: [[0, 1], [1, 0], [1, 2], [2, 1], [2, 0], [0, 2]],
  5: [[0, 1], [1, 2], [0, 2]],
  6: [[0, 1], [1, 2], [2, 1], [0, 2]],
  7: [[1, 0], [1, 2], [2, 1], [2, 0]],
  8: [[0, 1], [0, 2]],
  9: [[0, 1], [1, 2]],
  10: [[1, 0], [2, 0]],
  11: [[0, 1], [1, 0], [0, 2]],
  12: [[0, 1], [1, 0], [2, 0]],
  13: [[0, 1], [1, 0], [0, 2], [2, 0]],
};
const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] as const;
const text = (edges: readonly Edge[]): string => edges.map((e) => e.join(">")).sort().join();

/** For each pair how many sets of three nodes with both have exactly the motif's edges, in some order. */
function counted(edges: readonly Edge[], nodes: number, motif: Motif): number[][] {
  const counts = Array.from({ length: nodes }, () => new Array<number>(nodes).fill(0));
  const has = new Set(edges.map((e) => e.join(">")));
  for (let i = 0; i < nodes; i++) {
    for (let j = 0; j < i; j++) {
      for (let k = 0; k < j; k++) {
        const fits = orders.some((order) => {
          const three = order.map((o) => [i, j, k][o]!);
          const found: Edge[] = [];
          for (const a of [0, 1, 2]) {
            for (const b of [0, 1, 2]) {
              if (a !== b && has.has(`${three[a]}>${three[b]}`)) found.push([a, b]);
            }
          }
          return text(found) === text(patterns[motif]);
        });
        if (!fits) continue;
        for (const a of [i, j, k]) for (const b of [i, j, k]) if (a !== b) counts[a]![b]!++;
      }
    }
  }
  return counts;
}

Deno.test("motifAdjacency() counts the instances that two nodes are in, of every motif", () => {
  for (let m = 1; m <= 13; m++) {
    const motif = m as Motif;
    // The pattern itself, and random graphs with loops and weights, which do not count.
    assertEquals(motifAdjacency(graphFromEdges(patterns[motif], 3), motif).toArray(), [[0, 1, 1], [1, 0, 1], [
      1,
      1,
      0,
    ]]);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 20, selector: ([a, b]) => `${a} ${b}` }),
        (edges) => {
          const graph = graphFromEdges(edges, 6), want = counted(edges, 6, motif);
          assertEquals(motifAdjacency(graph, motif).toArray(), want);
          assertEquals(motifAdjacency(denseAdjacency(graph), motif).toArray(), want);
        },
      ),
      { seed: m, numRuns: 15 },
    );
  }
});
