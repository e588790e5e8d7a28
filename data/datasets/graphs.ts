/** Citation networks: papers that cite each other, each with the words it uses and a subject. */
import { left, right } from "fp-ts/lib/Either.js";
import { type Tensor, tensor } from "../../mod.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { gunzip } from "../gunzip.ts";
import { clip, excerpt } from "../formats/excerpt.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";

/** A graph of `N` nodes with features and classes, and the public split of its nodes. */
export interface CitationGraph {
  /** What each node is described by, `[nodes, features]`: 1 for a word that the paper uses, otherwise 0. */
  readonly features: Tensor<readonly [number, number]>;
  /** Node and feature of each 1 among the features, i32 `[2, ones]`, node after node: few of the features are not 0. */
  readonly nonzeros: Tensor<readonly [2, number], "i32">;
  /** The class of each node, i32 `[nodes]`; −1 for none. */
  readonly labels: Tensor<readonly [number], "i32">;
  /** How many classes there are. */
  readonly classes: number;
  /** The two ends of each edge, i32 `[2, edges]`. An edge has no direction and stands once, the smaller end first. */
  readonly edges: Tensor<readonly [2, number], "i32">;
  /** The nodes to learn from, i32. */
  readonly train: Tensor<readonly [number], "i32">;
  /** The nodes to choose by, i32. */
  readonly validation: Tensor<readonly [number], "i32">;
  /** The nodes to report on, i32. */
  readonly test: Tensor<readonly [number], "i32">;
}

const origin =
  "Sen et al., Collective classification in network data, 2008; split of Yang et al., 2016, as in tkipf/gcn";

/** Where `loadCora` has its data from. */
export const coraSource: DataSource = {
  name: "Cora",
  origin,
  licence: "MIT",
  files: [{
    path: "graph/cora.json.gz",
    urls: [],
    bytes: 101435,
    sha256: "e78c34b241ba30ec61722d1c3d495969d2db430af31d79e6faa827ba5e8ae606",
  }],
};

/** Where `loadCiteseer` has its data from. */
export const citeseerSource: DataSource = {
  name: "Citeseer",
  origin,
  licence: "MIT",
  files: [{
    path: "graph/citeseer.json.gz",
    urls: [],
    bytes: 203332,
    sha256: "98197437969566561e71a7f26e500caebde60cca842cd376bce9966c4ee1dd30",
  }],
};

/**
 * Cora: 2,708 papers on machine learning in 7 classes, described by which of 1,433 words they use, and 5,278 citations;
 * 140 papers to learn from, 500 to choose by and 1,000 to report on.
 *
 * @param options Where to look: see `loadFile`. No address publishes the file in this form.
 * @returns The graph, or why it cannot be had.
 * @see Yang et al., Revisiting semi-supervised learning with graph embeddings, 2016, https://arxiv.org/abs/1603.08861
 *
 * @example Where it is not
 * ```ts
 * import { loadCora } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadCora()();
 * if (loaded._tag === "Right") assertEquals(loaded.right.features.shape, [2708, 1433] as never);
 * ```
 */
export const loadCora = (options: LoadOptions = {}): TaskEither<DataError | FormatError, CitationGraph> =>
  load(coraSource, options);

/**
 * Citeseer: 3,327 papers in 6 classes, described by which of 3,703 words they use, and 4,552 citations; 120 papers to
 * learn from, 500 to choose by and 1,000 to report on. 15 papers have no edge, no word and no class.
 *
 * @param options Where to look: see `loadFile`. No address publishes the file in this form.
 * @returns The graph, or why it cannot be had.
 * @see Yang et al., Revisiting semi-supervised learning with graph embeddings, 2016, https://arxiv.org/abs/1603.08861
 *
 * @example Where it is not
 * ```ts
 * import { loadCiteseer } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadCiteseer()();
 * if (loaded._tag === "Right") assertEquals(loaded.right.features.shape, [3327, 3703] as never);
 * ```
 */
export const loadCiteseer = (options: LoadOptions = {}): TaskEither<DataError | FormatError, CitationGraph> =>
  load(citeseerSource, options);

function load(source: DataSource, options: LoadOptions): TaskEither<DataError | FormatError, CitationGraph> {
  return async () => {
    const loaded = await loadFile(source.files[0]!, options)();
    if (loaded._tag === "Left") return loaded;
    const unpacked = await gunzip(loaded.right, { limit: 2 ** 26 })();
    return unpacked._tag === "Left" ? unpacked : decodeCitations(unpacked.right);
  };
}

/** The most features, zeros included, that a file may ask for: they are 1 GiB. */
const most = 2 ** 28;

/**
 * Reads a citation network: a JSON object of the counts `nodes`, `features` and `classes` and the lists of integers
 * `indptr` and `indices` (which features of each node are 1, by compressed rows), `labels`, `edges` (two ends after each
 * other), `train`, `val` and `test`.
 *
 * @param bytes The file, UTF-8.
 * @returns The graph, or the first entry that is not as it should be.
 *
 * @example Two nodes and an edge
 * ```ts
 * import { decodeCitations, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const counts = { nodes: 2, features: 3, classes: 2 }, split = { train: [0], val: [], test: [1] };
 * const json = { ...counts, ...split, indptr: [0, 1, 3], indices: [2, 0, 1], labels: [0, 1], edges: [0, 1] };
 * const graph = orThrow(decodeCitations(new TextEncoder().encode(JSON.stringify(json))));
 * assertEquals(graph.features.toArray(), [[0, 0, 1], [1, 1, 0]]);
 * ```
 */
export function decodeCitations(bytes: Uint8Array): Either<FormatError, CitationGraph> {
  let text = "", json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (e) {
    const said = (e as Error).message, at = /position (\d+)/.exec(said);
    return wrong(at === null ? bytes.length : Number(at[1]), `the bytes are no JSON: ${clip(said)}`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) return wrong(0, "the JSON is no object");
  const entries = json as Readonly<Record<string, unknown>>;
  let problem: { readonly name: string; readonly what: string } | undefined;
  const note = (name: string, what: string): void => void (problem ??= { name, what });
  const count = (name: string): number => {
    const n = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (typeof n === "number" && Number.isInteger(n) && n >= 0 && n < 2 ** 31) return n;
    note(name, "is not a count");
    return 0;
  };
  /** Integers from `low` up to, not including, `high`; empty once something is wrong. */
  const list = (name: string, low: number, high: number, length?: number): Int32Array => {
    const xs = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (!Array.isArray(xs)) note(name, "is not a list");
    else if (length !== undefined && xs.length !== length) note(name, `has ${xs.length} entries, not ${length}`);
    else {
      const bad = xs.findIndex((x) => !(Number.isInteger(x) && x >= low && x < high));
      if (bad < 0) return Int32Array.from(xs as number[]);
      note(name, `is not of whole numbers from ${low} to ${high - 1}: entry ${bad} is ${excerpt(xs[bad])}`);
    }
    return new Int32Array();
  };
  const nodes = count("nodes"), width = count("features"), classes = count("classes");
  if (nodes * width > most) note("features", `make ${nodes} × ${width} numbers, more than ${most}`);
  const indices = list("indices", 0, width), indptr = list("indptr", 0, indices.length + 1, nodes + 1);
  const labels = list("labels", -1, classes, nodes), edges = list("edges", 0, nodes);
  const [train, validation, test] = ["train", "val", "test"].map((name) => list(name, 0, nodes));
  if (edges.length % 2 !== 0) note("edges", `has ${edges.length} entries, not two for each edge`);
  if (indptr[0] !== 0 || indptr.at(-1) !== indices.length || indptr.some((p, i) => i > 0 && p < indptr[i - 1]!)) {
    note("indptr", `does not ascend from 0 to ${indices.length}`);
  }
  // A feature named twice would be one 1 among the features and two among their places.
  const twice = problem !== undefined ? -1 : indptr.subarray(1).findIndex((end, node) => {
    const row = indices.subarray(indptr[node], end);
    return row.some((f, i) => i > 0 && f <= row[i - 1]!);
  });
  if (twice >= 0) note("indices", `of node ${twice} do not ascend`);
  if (problem !== undefined) {
    return wrong(Math.max(0, text.indexOf(`"${problem.name}"`)), `"${problem.name}" ${problem.what}`);
  }
  return right({
    ...featuresOf(indptr, indices, nodes, width),
    labels: tensor(labels),
    classes,
    edges: pairs(edges),
    train: tensor(train!),
    validation: tensor(validation!),
    test: tensor(test!),
  });
}

/** The features as a matrix, and where they are 1. */
function featuresOf(indptr: Int32Array, indices: Int32Array, nodes: number, width: number) {
  const features = new Float32Array(nodes * width), nonzeros = new Int32Array(2 * indices.length);
  for (let node = 0; node < nodes; node++) {
    for (let i = indptr[node]!; i < indptr[node + 1]!; i++) {
      features[node * width + indices[i]!] = 1;
      nonzeros[i] = node;
    }
  }
  nonzeros.set(indices, indices.length);
  return {
    features: tensor(features, { shape: [nodes, width] }),
    nonzeros: tensor(nonzeros, { shape: [2, indices.length] }),
  };
}

/** `[2, n]` of n pairs that stand after each other. */
function pairs(flat: Int32Array): Tensor<readonly [2, number], "i32"> {
  const n = flat.length / 2, both = Int32Array.from(flat, (_, i) => flat[i < n ? 2 * i : 2 * (i - n) + 1]!);
  return tensor(both, { shape: [2, n] });
}

const wrong = (offset: number, what: string): Either<FormatError, never> =>
  left({ _tag: "FormatError", format: "json", offset, message: `decodeCitations: ${what}` });
