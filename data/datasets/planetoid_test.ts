/** Networks are read as Planetoid wrote them; pickles are put together here as Python 2 wrote them. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { hostile } from "../../tests/hostile.ts";
import { decodePlanetoid, type PlanetoidFiles } from "./planetoid.ts";

const text = (s: string): number[] => [...s].map((c) => c.charCodeAt(0));
const int32 = (x: number): number[] => [x & 255, x >> 8 & 255, x >> 16 & 255, x >> 24 & 255];
const integer = (x: number): number[] => x < 256 ? [0x4b, x] : [0x4a, ...int32(x)];
const name = (s: string): number[] => [0x55, s.length, ...text(s)];
const global = (module: string, of: string): number[] => [0x63, ...text(`${module}\n${of}\n`)];
const pickle = (...parts: readonly number[][]): Uint8Array => Uint8Array.from([0x80, 2, ...parts.flat(), 0x2e]);
const none = [0x4e];

/** An array of i4 or f8. */
function array(shape: readonly number[], kind: "i4" | "f8", data: readonly number[]): number[] {
  const bytes = [...new Uint8Array((kind === "i4" ? Int32Array : Float64Array).from(data).buffer)];
  return [
    ...global("numpy.core.multiarray", "_reconstruct"),
    ...global("numpy", "ndarray"),
    ...integer(0),
    0x85,
    ...name("b"),
    0x87,
    0x52,
    0x28,
    ...integer(1),
    0x28,
    ...shape.flatMap(integer),
    0x74,
    ...global("numpy", "dtype"),
    ...[...name(kind), ...integer(0), ...integer(1), 0x87, 0x52],
    ...[0x28, ...integer(3), ...name("<"), ...none, ...none, ...none, ...integer(255), ...integer(255), ...integer(0)],
    ...[0x74, 0x62, 0x89, 0x54, ...int32(bytes.length), ...bytes, 0x74, 0x62],
  ];
}

/** A sparse matrix of compressed rows. */
function matrix(rows: readonly (readonly number[])[]): number[] {
  const places = rows.map((row) => row.flatMap((x, i) => x === 0 ? [] : [i])), width = rows[0]!.length;
  const indptr = places.reduce((ends, p) => [...ends, ends.at(-1)! + p.length], [0]);
  const data = rows.flatMap((row) => row.filter((x) => x !== 0));
  return [
    ...global("scipy.sparse.csr", "csr_matrix"),
    ...[0x29, 0x81, 0x7d, 0x28],
    ...[...name("_shape"), ...integer(rows.length), ...integer(width), 0x86],
    ...[...name("indptr"), ...array([rows.length + 1], "i4", indptr)],
    ...[...name("indices"), ...array([data.length], "i4", places.flat())],
    ...[...name("data"), ...array([data.length], "f8", data), 0x75, 0x62],
  ];
}

/** A dictionary of lists. */
const graph = (neighbours: readonly (readonly number[])[]): number[] => [
  ...[...global("collections", "defaultdict"), ...global("__builtin__", "list"), 0x85, 0x52, 0x28],
  ...neighbours.flatMap((xs, i) => [...integer(i), 0x5d, 0x28, ...xs.flatMap(integer), 0x65]),
  0x75,
];

const many = 502, ones = Array.from({ length: many }, (_, i) => [i % 2, 1 - i % 2]);
const files: PlanetoidFiles = {
  allx: pickle(matrix(Array.from({ length: many }, (_, i) => [0, i + 1, 0.5]))),
  ally: pickle(array([many, 2], "i4", ones.flat())),
  // The papers 505 and 503; nobody describes 502 and 504.
  tx: pickle(matrix([[7, 0, 0], [0, 0, 8]])),
  ty: pickle(array([2, 2], "i4", [0, 1, 1, 0])),
  y: pickle(array([2, 2], "i4", [0, 1, 1, 0])),
  graph: pickle(graph([[1, 1, 505], [0, 1], [], [2]])),
  testIndex: new TextEncoder().encode("505\n503\n"),
};

Deno.test("decodePlanetoid() puts papers to test with where they belong, and knows those that no file describes", () => {
  const read = decodePlanetoid(files);
  assert(read._tag === "Right", JSON.stringify(read));
  const { features, nonzeros, labels, classes, edges, train, validation, test } = read.right;
  assertEquals([features.shape as unknown, classes], [[506, 3], 2]);
  const rows = features.toArray() as number[][];
  assertEquals([rows[1], rows[502], rows[503], rows[504], rows[505]], [[0, 2, 0.5], [0, 0, 0], [0, 0, 8], [0, 0, 0], [
    7,
    0,
    0,
  ]]);
  assertEquals(nonzeros.shape as unknown, [2, 2 * many + 2]);
  assertEquals([...labels.dataSync()].slice(500), [1, 0, -1, 0, -1, 1]);
  assertEquals(edges.toArray() as unknown, [[0, 0, 2], [1, 505, 3]]);
  assertEquals([train.toArray() as unknown, validation.shape, test.toArray()], [[0, 1], [500], [503, 505]]);
});

Deno.test("decodePlanetoid() says which file is wrong", () => {
  const table: readonly (readonly [Partial<PlanetoidFiles>, string])[] = [
    [{ allx: files.ally }, "decodePlanetoid: allx: it is no sparse matrix of compressed rows"],
    [{ ally: new Uint8Array() }, "decodePlanetoid: ally: the bytes end too early"],
    [{ ty: pickle(array([1, 2], "i4", [1, 0])) }, "decodePlanetoid: testIndex: there are 2 papers, not 1"],
    [{ testIndex: new TextEncoder().encode("5\nx\n") }, 'decodePlanetoid: testIndex: "x" is no place of a paper'],
    [{ testIndex: new TextEncoder().encode("5\n5\n") }, "decodePlanetoid: testIndex: a paper comes twice"],
    [
      { testIndex: new TextEncoder().encode("5\n16000000\n"), allx: wide(), tx: wide(2) },
      "decodePlanetoid: testIndex: there are",
    ],
    [{ graph: pickle(graph([[506]])) }, "decodePlanetoid: graph: a neighbour of paper 0 is none of 506"],
    [{ graph: pickle([0x49]) }, "decodePlanetoid: graph: there is an instruction 0x49, which is not known"],
  ];
  for (const [change, message] of table) {
    const read = decodePlanetoid({ ...files, ...change });
    assert(read._tag === "Left");
    assertEquals(read.left.message.slice(0, message.length), message);
  }
});

/** Wide rows of zeros but for one number. */
function wide(rows = many): Uint8Array {
  return pickle(matrix(Array.from({ length: rows }, () => Array.from({ length: 40 }, (_, i) => i === 0 ? 1 : 0))));
}

Deno.test("decodePlanetoid() gives an error or a graph whatever the bytes", () => {
  const names = ["allx", "ally", "tx", "ty", "y", "graph", "testIndex"] as const;
  const broken = fc.constantFrom(...names).chain((n) => hostile(files[n]).map((bytes) => ({ ...files, [n]: bytes })));
  fc.assert(fc.property(broken, (some) => {
    const read = decodePlanetoid(some);
    if (read._tag === "Left") assert(read.left.message.startsWith("decodePlanetoid: "));
  }));
});
