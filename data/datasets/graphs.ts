/** Citation networks: papers that cite each other, each with the words it uses and a subject. */
import { left, right } from "fp-ts/lib/Either.js";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { gunzip } from "../gunzip.ts";
import { clip, excerpt } from "../formats/excerpt.ts";
import { type DataFile, type DataSource, loadFile, type LoadOptions } from "../source.ts";
import { type CitationGraph, citationGraph } from "./citation_graph.ts";
import { decodePlanetoid } from "./planetoid.ts";

const origin =
  "Sen et al., Collective classification in network data, 2008; split of Yang et al., 2016, as in Planetoid";

const published = "https://raw.githubusercontent.com/kimiyoung/planetoid/af6abf468a772cc055bec88c52e4d6f51b7c37e3/data";

/** A file of Planetoid; its size and SHA-256. */
const planetoid = (name: string, bytes: number, sha256: string): DataFile => ({
  path: `graph/${name}`,
  urls: [`${published}/${name}`],
  bytes,
  sha256,
});

/** Where `loadCora` has its data from. */
export const coraSource: DataSource = {
  name: "Cora",
  origin,
  licence: "MIT",
  files: [
    planetoid("ind.cora.allx", 257305, "9419ba2f26f5c35243db64aba110e0f35a04851609e0dc5433450676ca6b8543"),
    planetoid("ind.cora.ally", 47959, "2b998f5cc7fedc86e7f97ca2498f47a1ffc1462c29e2d578b23bf3f62b6e7d71"),
    planetoid("ind.cora.tx", 148025, "b9afbaa4a400df991f6f02ef677e1e44da55ffc04801fd02f9e673987829226a"),
    planetoid("ind.cora.ty", 28135, "41f5ac76596a1699cc33f53084a2419e92961c42bb75f36fc38e616d348532ad"),
    planetoid("ind.cora.y", 4054, "94465c14eb53e04ca262198dcbb2521ee8af60fb3f3d546cd6ca24a511b0e7d1"),
    planetoid("ind.cora.graph", 59847, "58f13302f39dde8852dad6fe6d15b89b077b6d7f837626bce671ef80344b383d"),
    planetoid("ind.cora.test.index", 5000, "297ce89af2b51a6a194181c7dbe1796c6a1cf9cd9349a88383b1b1e227867875"),
  ],
};

/** Where `loadCiteseer` has its data from. */
export const citeseerSource: DataSource = {
  name: "Citeseer",
  origin,
  licence: "MIT",
  files: [
    planetoid("ind.citeseer.allx", 595021, "2ac30345d95c9ec933a817ee0bdd6a5f077f8c184a20e696910192d534414668"),
    planetoid("ind.citeseer.ally", 55623, "f704b2d986dde6c2669934de1f3ae5696a6cf9455c0f6b2646a2d135ea0a1c95"),
    planetoid("ind.citeseer.tx", 260321, "539a8906a2da97628d212f2fdd668c109a8b3f0d36574b59e5d3fd5b5303da21"),
    planetoid("ind.citeseer.ty", 24135, "55e5bd1ba1e733a04598753ad1a8d57957f4b8f89e74519f41f4f4938767e4ce"),
    planetoid("ind.citeseer.y", 3014, "8ba87e515d8e3ee3cf52f6d2c5b86aa73f11ecad825a808455209ec26cd54924"),
    planetoid("ind.citeseer.graph", 61987, "d79a4ef9d3e7169aee8946145f6b7306e35bc79bffad26346cfb94e10e9912a7"),
    planetoid("ind.citeseer.test.index", 5000, "2af990671580b6b2df5d158d1038f8292e30c9cd821b5453f399659b25b723d4"),
  ],
};

/** Where `loadPubmed` has its data from. */
export const pubmedSource: DataSource = {
  name: "Pubmed",
  origin,
  licence: "MIT",
  files: [
    planetoid("ind.pubmed.allx", 7578385, "508e538e2abdccdd54c4d3e9f49d638b4af7107d85845f66ddea5a5152658b7e"),
    planetoid("ind.pubmed.ally", 224739, "0c37bbe3b5014ec365e9d393cf4791925e5ed94fb194305d74f064a8d7b50f0e"),
    planetoid("ind.pubmed.tx", 405505, "4eb5f5d0f30f26497eb0ac6ac9719d09c67e284f1ed0385c93f3ef27a671da3d"),
    planetoid("ind.pubmed.ty", 12135, "ee2e0d4819d9fbcc403689c3bf2e49face401b605932f093bc58ab6461130fdd"),
    planetoid("ind.pubmed.y", 854, "e6c807633307a07ed659249006536a147c7999c797f11a2560752990181b41b3"),
    planetoid("ind.pubmed.graph", 471808, "5b89f0036ca22909471f1e6558eb42fa06e0c730a577bde5b058b40638f81dc9"),
    planetoid("ind.pubmed.test.index", 6000, "b101d421688bbaecbd82e8a18f1e282378d6830f3a37666f28ebc47f844341b5"),
  ],
};

/** The same graph in one file, where a folder has it: nobody publishes it. */
const inOneFile: ReadonlyMap<DataSource, DataFile> = new Map([
  [coraSource, {
    path: "graph/cora.json.gz",
    urls: [],
    bytes: 101435,
    sha256: "e78c34b241ba30ec61722d1c3d495969d2db430af31d79e6faa827ba5e8ae606",
  }],
  [citeseerSource, {
    path: "graph/citeseer.json.gz",
    urls: [],
    bytes: 203332,
    sha256: "98197437969566561e71a7f26e500caebde60cca842cd376bce9966c4ee1dd30",
  }],
]);

/**
 * Cora: 2,708 papers on machine learning in 7 classes, described by which of 1,433 words they use, and 5,278 citations;
 * 140 papers to learn from, 500 to choose by and 1,000 to report on.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The graph, or why it cannot be had.
 * @see Yang et al., Revisiting semi-supervised learning with graph embeddings, 2016, https://arxiv.org/abs/1603.08861
 *
 * @example Where it is not
 * ```ts
 * import { loadCora } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadCora({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.features.shape, [2708, 1433] as never);
 * ```
 */
export const loadCora = (options: LoadOptions = {}): TaskEither<DataError | FormatError, CitationGraph> =>
  load(coraSource, options);

/**
 * Citeseer: 3,327 papers in 6 classes, described by which of 3,703 words they use, and 4,552 citations; 120 papers to
 * learn from, 500 to choose by and 1,000 to report on. 15 papers have no edge, no word and no class.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The graph, or why it cannot be had.
 * @see Yang et al., Revisiting semi-supervised learning with graph embeddings, 2016, https://arxiv.org/abs/1603.08861
 *
 * @example Where it is not
 * ```ts
 * import { loadCiteseer } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadCiteseer({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.features.shape, [3327, 3703] as never);
 * ```
 */
export const loadCiteseer = (options: LoadOptions = {}): TaskEither<DataError | FormatError, CitationGraph> =>
  load(citeseerSource, options);

/**
 * Pubmed: 19,717 papers on diabetes in 3 classes, described by how much 500 words mean in them (TF-IDF), and 44,324
 * citations; 60 papers to learn from, 500 to choose by and 1,000 to report on.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The graph, or why it cannot be had.
 * @see Yang et al., Revisiting semi-supervised learning with graph embeddings, 2016, https://arxiv.org/abs/1603.08861
 *
 * @example Where it is not
 * ```ts
 * import { loadPubmed } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadPubmed({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.features.shape, [19717, 500] as never);
 * ```
 */
export const loadPubmed = (options: LoadOptions = {}): TaskEither<DataError | FormatError, CitationGraph> =>
  load(pubmedSource, options);

function load(source: DataSource, options: LoadOptions): TaskEither<DataError | FormatError, CitationGraph> {
  return async () => {
    const whole = inOneFile.get(source);
    if (whole !== undefined) {
      const loaded = await loadFile(whole, { ...options, fetch: false })();
      if (loaded._tag === "Right") {
        const unpacked = await gunzip(loaded.right, { limit: 2 ** 26 })();
        return unpacked._tag === "Left" ? unpacked : decodeCitations(unpacked.right);
      }
      if (loaded.left.reason !== "absent") return loaded;
    }
    const parts: Uint8Array[] = [];
    for (const file of source.files) {
      const loaded = await loadFile(file, options)();
      if (loaded._tag === "Left") return loaded;
      parts.push(loaded.right);
    }
    const [allx, ally, tx, ty, y, graph, testIndex] = parts;
    return decodePlanetoid({
      allx: allx!,
      ally: ally!,
      tx: tx!,
      ty: ty!,
      y: y!,
      graph: graph!,
      testIndex: testIndex!,
    });
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
  const rows = { shape: [nodes, width], indptr, indices, data: null } as const;
  return right(citationGraph(rows, { labels, classes, edges, train: train!, validation: validation!, test: test! }));
}

const wrong = (offset: number, what: string): Either<FormatError, never> =>
  left({ _tag: "FormatError", format: "json", offset, message: `decodeCitations: ${what}` });
