/** Sets of small graphs with a class each, as those of molecules. */
import { type Tensor, tensor } from "../../mod.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { clip } from "../formats/excerpt.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";
import { linesOf, wrongLine } from "./rows.ts";
import { right } from "fp-ts/lib/Either.js";

/** A graph whose nodes are of some kinds. */
export interface TaggedGraph {
  /** The kind of each node, i32 `[nodes]`, counted from 0. */
  readonly tags: Tensor<readonly [number], "i32">;
  /** The two ends of each edge, i32 `[2, edges]`. An edge has no direction and stands once, the smaller end first. */
  readonly edges: Tensor<readonly [2, number], "i32">;
}

/** Graphs with a class each. */
export interface GraphSet {
  /** The graphs. */
  readonly graphs: readonly TaggedGraph[];
  /** The class of each graph, i32 `[graphs]`, counted from 0 in the order of the numbers that the file calls them by. */
  readonly labels: Tensor<readonly [number], "i32">;
  /** How many classes there are. */
  readonly classes: number;
  /** How many kinds of nodes there are: one more than the greatest tag. */
  readonly tags: number;
}

/** Where `loadMutag` has its molecules from. */
export const mutagSource: DataSource = {
  name: "MUTAG",
  origin: "Debnath et al., Structure-activity relationship of mutagenic aromatic and heteroaromatic nitro compounds, " +
    "1991; as in pytorch_DGCNN",
  licence: "MIT",
  files: [{
    path: "graph/MUTAG.txt",
    urls: ["https://raw.githubusercontent.com/muhanzhang/pytorch_DGCNN/master/data/MUTAG/MUTAG.txt"],
    bytes: 32377,
    sha256: "5897dae243f6c773aab54ec99e86551c3b1e8601acef254714073042c632d30e",
  }],
};

/**
 * MUTAG: 188 molecules of 10 to 28 atoms of 7 kinds, with hydrogen left away. 125 change the genes of a bacterium, class 1,
 * and 63 do not.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The molecules, or why they cannot be had.
 * @see Debnath et al., 1991, https://doi.org/10.1021/jm00106a046
 *
 * @example Where they are not
 * ```ts
 * import { loadMutag } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadMutag({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.graphs.length, 188);
 * ```
 */
export const loadMutag = (options: LoadOptions = {}): TaskEither<DataError | FormatError, GraphSet> => async () => {
  const loaded = await loadFile(mutagSource.files[0]!, options)();
  return loaded._tag === "Left" ? loaded : decodeGraphs(loaded.right);
};

/**
 * Reads a set of graphs: a line of how many there are; then for each, a line of how many nodes it has and its class, and for
 * each node a line of its tag, how many neighbours it has and which, counted from 0. Features of nodes are not read.
 *
 * @param bytes The file, UTF-8.
 * @returns The graphs, or the first line that is not as it should be.
 *
 * @example One graph of two nodes
 * ```ts
 * import { decodeGraphs, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const { graphs } = orThrow(decodeGraphs(new TextEncoder().encode("1\n2 0\n5 1 1\n6 1 0\n")));
 * assertEquals([graphs[0]?.tags.toArray(), graphs[0]?.edges.toArray()], [[5, 6], [[0], [1]]]);
 * ```
 */
export function decodeGraphs(bytes: Uint8Array): Either<FormatError, GraphSet> {
  const lines = linesOf(bytes), numbersIn = (line: number) => (lines[line] ?? "").trim().split(" ").map(wholeOf);
  const wrong = (line: number, what: string) =>
    wrongLine("decodeGraphs", "graph", lines, line, `"${clip(lines[line] ?? "")}" ${what}`);
  const [count, ...rest] = numbersIn(0);
  // A graph takes a line at least, and a node another: what a count announces must be there before it is believed.
  if (!(count! < lines.length) || rest.length > 0) return wrong(0, "is not how many graphs follow");
  const graphs: TaggedGraph[] = [], given: number[] = [];
  let line = 1, tags = 0;
  for (let g = 0; g < count!; g++) {
    const [nodes, label, ...more] = numbersIn(line);
    if (!(nodes! <= lines.length - line - 1) || Number.isNaN(label ?? NaN) || more.length > 0) {
      return wrong(line, "is not how many nodes follow and a class");
    }
    line++;
    const kinds = new Int32Array(nodes!), ends: [number, number][] = [], seen = new Set<number>();
    for (let node = 0; node < nodes!; node++) {
      const [tag, degree, ...neighbours] = numbersIn(line + node);
      if (!(tag! >= 0) || degree !== neighbours.length || !neighbours.every((n) => n < nodes! && n !== node)) {
        return wrong(line + node, `is not a tag, how many neighbours follow and others of ${nodes} nodes`);
      }
      kinds[node] = tag!;
      tags = Math.max(tags, tag! + 1);
      for (const n of neighbours) {
        if (seen.has(node * nodes! + n)) return wrong(line + node, `names node ${n} twice`);
        seen.add(node * nodes! + n);
        if (n > node) ends.push([node, n]);
        else if (!seen.has(n * nodes! + node)) {
          return wrong(line + node, `names node ${n}, which does not name ${node}`);
        }
      }
    }
    if (seen.size !== 2 * ends.length) return wrong(line - 1, "begins a graph with an edge that only one end names");
    const edges = Int32Array.from([...ends.map(([a]) => a), ...ends.map(([, b]) => b)]);
    graphs.push({ tags: tensor(kinds), edges: tensor(edges, { shape: [2, ends.length] }) });
    given.push(label!);
    line += nodes!;
  }
  if (line !== lines.length) return wrong(line, `follows the last of ${count} graphs`);
  const names = [...new Set(given)].sort((a, b) => a - b), places = new Map(names.map((n, i) => [n, i]));
  return right({ graphs, labels: tensor(Int32Array.from(given, (n) => places.get(n)!)), classes: names.length, tags });
}

/** A whole number from 0 in digits, as far as an i32 goes; NaN otherwise. */
function wholeOf(text: string): number {
  const x = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  return x < 2 ** 31 ? x : NaN;
}
