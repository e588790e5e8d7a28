/** Citation networks as Planetoid publishes them: NumPy's arrays, SciPy's sparse matrices and a dictionary, pickled. */
import type { Either, FormatError } from "../errors.ts";
import { clip } from "../formats/excerpt.ts";
import { type Pickled, PickledObject, readPickle } from "../formats/pickle.ts";
import { arrayOf, matrixOf, type PickledMatrix } from "../formats/pickled_arrays.ts";
import { Damage } from "../formats/damage.ts";
import { type CitationGraph, citationGraph } from "./citation_graph.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** The bytes of the files of a network, `ind.NAME.allx` and so on. */
export interface PlanetoidFiles {
  /** Features of all papers but those to test with. */
  readonly allx: Uint8Array;
  /** Their classes, one-hot. */
  readonly ally: Uint8Array;
  /** Features of the papers to test with. */
  readonly tx: Uint8Array;
  /** Their classes, one-hot. */
  readonly ty: Uint8Array;
  /** Classes of the papers to learn from, which are the first. */
  readonly y: Uint8Array;
  /** The neighbours of each paper. */
  readonly graph: Uint8Array;
  /** Which papers `tx` and `ty` are of, a line each. */
  readonly testIndex: Uint8Array;
}

/** The most features, zeros included, that files may ask for: they are 1 GiB. */
const most = 2 ** 28;

/** Papers to choose by: those behind the ones to learn from. */
const validated = 500;

/**
 * Reads a citation network as Planetoid publishes it. Papers that no file describes, as Citeseer has some, get no word and
 * the class −1. Edges have no direction and stand once; those from a paper to itself are left out.
 *
 * @param files The bytes of its files.
 * @returns The graph, or what is wrong with which file.
 * @see Yang et al., Revisiting semi-supervised learning with graph embeddings, 2016, https://arxiv.org/abs/1603.08861
 *
 * @example Bytes that are none
 * ```ts
 * import { decodePlanetoid } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const none = new Uint8Array(), files = { allx: none, ally: none, tx: none, ty: none, y: none, graph: none, testIndex: none };
 * assertEquals(decodePlanetoid(files)._tag, "Left");
 * ```
 */
export function decodePlanetoid(files: PlanetoidFiles): Either<FormatError, CitationGraph> {
  let reading: keyof PlanetoidFiles = "allx";
  const from = <A>(name: keyof PlanetoidFiles, decode: (x: Pickled) => A): A => {
    reading = name;
    return decode(readPickle(files[name]));
  };
  try {
    const allx = from("allx", matrixOf), ally = from("ally", classesOf), learned = from("y", classesOf).length;
    const tx = from("tx", matrixOf), ty = from("ty", classesOf);
    const neighbours = from("graph", (x) => x instanceof PickledObject ? x.items : fail("it is no dictionary"));
    reading = "testIndex";
    const tested = placesIn(files.testIndex), nodes = Math.max(allx.shape[0], ...tested.map((i) => i + 1));
    check(nodes * allx.shape[1] <= most, `there are ${nodes} × ${allx.shape[1]} features, more than ${most}`);
    check(
      tested.length === tx.shape[0] && tested.length === ty.length,
      `there are ${tested.length} papers, not ${ty.length}`,
    );
    check(new Set(tested).size === tested.length, "a paper comes twice");
    check(allx.shape[1] === tx.shape[1] && allx.shape[0] === ally.length, "files of features and classes do not fit");
    check(learned + validated <= ally.length, `there are ${ally.length} papers to learn from and to choose by`);
    const labels = new Int32Array(nodes).fill(-1);
    labels.set(ally.classes);
    tested.forEach((node, i) => labels[node] = ty.classes[i]!);
    reading = "graph";
    const range = (start: number, end: number) => Int32Array.from({ length: end - start }, (_, i) => start + i);
    return right(citationGraph(rowsOf(nodes, allx, tx, tested), {
      labels,
      classes: Math.max(ally.width, ty.width),
      edges: edgesOf(neighbours, nodes),
      train: range(0, learned),
      validation: range(learned, learned + validated),
      test: Int32Array.from(tested).sort(),
    }));
  } catch (e) {
    if (!(e instanceof Damage)) throw e;
    const message = `decodePlanetoid: ${reading}: ${clip(e.message)} (byte ${e.at})`;
    return left({ _tag: "FormatError", format: "graph", offset: e.at, message });
  }
}

const fail = (what: string): never => {
  throw new Damage(0, what);
};

function check(holds: boolean, what: string): void {
  if (!holds) fail(what);
}

/** The class of each row of a one-hot array; −1 where there is no 1. */
function classesOf(x: Pickled) {
  const { shape: [length = 0, width = 0, ...more], data } = arrayOf(x);
  if (more.length > 0) return fail("classes are no matrix");
  const classes = Int32Array.from({ length }, (_, i) => {
    for (let c = 0; c < width; c++) if (data[i * width + c] === 1) return c;
    return -1;
  });
  return { length, width, classes };
}

/** Places of papers, a line each. */
function placesIn(bytes: Uint8Array): number[] {
  const lines = new TextDecoder().decode(bytes).split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const i = Number(line);
    return Number.isInteger(i) && i >= 0 && i < 2 ** 24
      ? i
      : fail(`${JSON.stringify(clip(line))} is no place of a paper`);
  });
}

/** The rows of all papers; those of `tx` where they belong. */
function rowsOf(nodes: number, allx: PickledMatrix, tx: PickledMatrix, tested: readonly number[]): PickledMatrix {
  const own: (readonly [PickledMatrix, number] | undefined)[] = Array.from(
    { length: nodes },
    (_, i) => i < allx.shape[0] ? [allx, i] : undefined,
  );
  tested.forEach((node, i) => own[node] = [tx, i]);
  const indptr = [0], indices: number[] = [], data: number[] = [];
  for (const row of own) {
    if (row !== undefined) {
      const [m, r] = row, places: number[] = [];
      for (let i = m.indptr[r]!; i < m.indptr[r + 1]!; i++) if (m.data[i] !== 0) places.push(i);
      places.sort((a, b) => m.indices[a]! - m.indices[b]!);
      for (const i of places) {
        indices.push(m.indices[i]!);
        data.push(m.data[i]!);
      }
    }
    indptr.push(indices.length);
  }
  return { shape: [nodes, allx.shape[1]], indptr, indices, data };
}

/** Edges by their smaller end, then by the larger. */
function edgesOf(neighbours: ReadonlyMap<string | number, Pickled>, nodes: number): Int32Array {
  const isNode = (x: unknown): x is number => typeof x === "number" && Number.isInteger(x) && x >= 0 && x < nodes;
  const edges = new Set<number>();
  for (const [a, ends] of neighbours) {
    if (!isNode(a) || !Array.isArray(ends)) return fail(`${a} is no paper with a list of neighbours`);
    for (const b of ends as readonly unknown[]) {
      if (!isNode(b)) return fail(`a neighbour of paper ${a} is none of ${nodes}`);
      if (a !== b) edges.add(Math.min(a, b) * nodes + Math.max(a, b));
    }
  }
  const sorted = Float64Array.from(edges).sort();
  return Int32Array.from({ length: 2 * sorted.length }, (_, i) => {
    const edge = sorted[i >> 1]!;
    return i % 2 === 0 ? Math.floor(edge / nodes) : edge % nodes;
  });
}
