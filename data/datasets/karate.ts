/** Zachary's karate club: the smallest social network that everybody knows. */
import { type Tensor, tensor } from "../../mod.ts";

/** A graph whose edges have weights and whose nodes have classes. */
export interface WeightedGraph {
  /** How many nodes there are. */
  readonly nodes: number;
  /** The two ends of each edge, i32 `[2, edges]`. An edge has no direction and stands once, the smaller end first. */
  readonly edges: Tensor<readonly [2, number], "i32">;
  /** The weight of each edge, `[edges]`. */
  readonly weights: Tensor<readonly [number]>;
  /** The class of each node, i32 `[nodes]`: a place in `classes`. */
  readonly labels: Tensor<readonly [number], "i32">;
  /** What the classes are called. */
  readonly classes: readonly string[];
}

/** Each member's partners of a greater number, and in how many places they met: the paper's table, as NetworkX has it. */
const meetings = `
0: 1×4 2×5 3×3 4×3 5×3 6×3 7×2 8×2 10×2 11×3 12×2 13×3 17×2 19×2 21×2 31×2
1: 2×6 3×3 7×4 13×5 17×1 19×2 21×2 30×2
2: 3×3 7×4 8×5 9×1 13×3 27×2 28×2 32×3
3: 7×3 12×3 13×3
4: 6×2 10×3
5: 6×5 10×3 16×3
6: 16×3
8: 30×3 32×4 33×4
9: 33×2
13: 33×3
14: 32×3 33×2
15: 32×3 33×4
18: 32×1 33×2
19: 33×1
20: 32×3 33×1
22: 32×2 33×3
23: 25×5 27×4 29×3 32×5 33×4
24: 25×2 27×3 31×2
25: 31×7
26: 29×4 33×2
27: 33×4
28: 31×2 33×2
29: 32×4 33×2
30: 32×3 33×3
31: 32×4 33×4
32: 33×5`;

/** Those who stayed with the teacher. */
const teachers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 16, 17, 19, 21];

/**
 * A karate club of 34 members and the 78 pairs who met outside of it, weighted by in how many places; the classes are the
 * two clubs it fell into, about the teacher, node 0, and about the president, node 33. The published table disagrees with
 * itself about seven of the weights; each is the larger one here.
 *
 * @returns The graph. It is so small that it is part of the library, and no file is read.
 * @see Zachary, An information flow model for conflict and fission in small groups, 1977,
 *   https://doi.org/10.1086/jar.33.4.3629752
 *
 * @example How large it is
 * ```ts
 * import { karateClub } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const { nodes, edges } = karateClub();
 * assertEquals([nodes, edges.shape as unknown], [34, [2, 78]]);
 * ```
 */
export function karateClub(): WeightedGraph {
  const pairs = meetings.trim().split("\n").flatMap((line) => {
    const [from, rest] = line.split(": ");
    return rest!.split(" ").map((pair) => [Number(from), ...pair.split("×").map(Number)]);
  });
  const column = (i: number): number[] => pairs.map((pair) => pair[i]!);
  const labels = new Int32Array(34).fill(1);
  for (const member of teachers) labels[member] = 0;
  return {
    nodes: labels.length,
    edges: tensor(Int32Array.from([...column(0), ...column(1)]), { shape: [2, pairs.length] }),
    weights: tensor(Float32Array.from(column(2))),
    labels: tensor(labels),
    classes: ["Mr. Hi", "Officer"],
  };
}
