/** Zachary's karate club: the smallest social network that everybody knows. */
import { type Tensor, tensor } from "../../mod.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { clip, excerpt } from "../formats/excerpt.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** Where `loadKarate` has its graph from. */
export const karateSource: DataSource = {
  name: "Zachary's karate club",
  origin: "Zachary, An information flow model for conflict and fission in small groups, 1977; as in NetworkX",
  licence: "BSD-3-Clause",
  files: [{
    path: "graph/karate.json",
    urls: [],
    bytes: 917,
    sha256: "b0c4e0bcbdf1ef88b1c1a2c1952f06a32b557e1caf6cde36ca93e6e28813c14e",
  }],
};

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

/**
 * A karate club of 34 members and the 78 pairs who met outside of it, weighted by in how many places; the classes are the
 * two clubs it fell into, about the teacher, node 0, and about the president, node 33. The published table disagrees with
 * itself about seven of the weights; each is the larger one here.
 *
 * @param options Where to look: see `loadFile`. No address publishes the file in this form.
 * @returns The graph, or why it cannot be had.
 * @see Zachary, 1977, https://doi.org/10.1086/jar.33.4.3629752
 *
 * @example Where it is not
 * ```ts
 * import { loadKarate } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadKarate()();
 * if (loaded._tag === "Right") assertEquals(loaded.right.edges.shape, [2, 78] as never);
 * ```
 */
export const loadKarate =
  (options: LoadOptions = {}): TaskEither<DataError | FormatError, WeightedGraph> => async () => {
    const loaded = await loadFile(karateSource.files[0]!, options)();
    return loaded._tag === "Left" ? loaded : decodeWeightedGraph(loaded.right);
  };

/**
 * Reads a graph with weights: a JSON object of the count `nodes`, `edges` of two ends and a weight each, `label`, a class
 * for each node, and `labelNames`.
 *
 * @param bytes The file, UTF-8.
 * @returns The graph, or the first entry that is not as it should be.
 *
 * @example Two nodes and an edge
 * ```ts
 * import { decodeWeightedGraph, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const json = { nodes: 2, edges: [[0, 1, 3]], label: [0, 1], labelNames: ["left", "right"] };
 * const graph = orThrow(decodeWeightedGraph(new TextEncoder().encode(JSON.stringify(json))));
 * assertEquals([graph.edges.toArray(), graph.weights.toArray()], [[[0], [1]], [3]]);
 * ```
 */
export function decodeWeightedGraph(bytes: Uint8Array): Either<FormatError, WeightedGraph> {
  let text = "", json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (e) {
    return wrong(bytes.length, `the bytes are no JSON: ${clip((e as Error).message)}`);
  }
  if (typeof json !== "object" || json === null) return wrong(0, "the JSON is no object");
  const entries = new Map(Object.entries(json));
  const { nodes, edges, label, classes } = {
    nodes: entries.get("nodes") as unknown,
    edges: entries.get("edges") as unknown,
    label: entries.get("label") as unknown,
    classes: entries.get("labelNames") as unknown,
  };
  const bad = (name: string, what: string) => wrong(Math.max(0, text.indexOf(`"${name}"`)), `"${name}" ${what}`);
  const whole = (x: unknown, high: number): x is number =>
    Number.isInteger(x) && (x as number) >= 0 && (x as number) < high;
  if (!whole(nodes, 2 ** 31)) return bad("nodes", "is not a count");
  if (!Array.isArray(classes) || !classes.every((c) => typeof c === "string")) {
    return bad("labelNames", "is not a list of names");
  }
  if (!Array.isArray(label) || label.length !== nodes || !label.every((c) => whole(c, classes.length))) {
    return bad("label", `is not a class below ${classes.length} for each of ${nodes} nodes`);
  }
  if (!Array.isArray(edges)) return bad("edges", "is not a list");
  const odd = edges.findIndex((e) =>
    !(Array.isArray(e) && e.length === 3 && whole(e[0], e[1]) && whole(e[1], nodes) && Number.isFinite(e[2]))
  );
  if (odd >= 0) {
    return bad("edges", `has ${excerpt(edges[odd])}, not a node, a greater one below ${nodes} and a weight`);
  }
  const list = edges as readonly (readonly [number, number, number])[];
  return right({
    nodes,
    edges: tensor(Int32Array.from([...list.map((e) => e[0]), ...list.map((e) => e[1])]), { shape: [2, list.length] }),
    weights: tensor(Float32Array.from(list, (e) => e[2])),
    labels: tensor(Int32Array.from(label as number[])),
    classes: classes as string[],
  });
}

const wrong = (offset: number, what: string): Either<FormatError, never> =>
  left({ _tag: "FormatError", format: "json", offset, message: `decodeWeightedGraph: ${what}` });
