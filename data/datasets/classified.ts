/** Small tables of measurements with a class to each row, as scikit-learn carries them. */
import { type Tensor, tensor } from "../../mod.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";

/** Examples with a class each. */
export interface Classified<F extends number> {
  /** Measurements, `[examples, F]`. */
  readonly inputs: Tensor<readonly [number, F]>;
  /** Classes, `[examples]`, counted from 0. */
  readonly labels: Tensor<readonly [number], "i32">;
  /** What the classes are called. */
  readonly classes: readonly string[];
}

const published = "https://raw.githubusercontent.com/scikit-learn/scikit-learn/1.5.2/sklearn/datasets/data";

/** Where `loadIris` has its data from. */
export const irisSource: DataSource = {
  name: "Iris",
  origin: "Fisher, The use of multiple measurements in taxonomic problems, 1936; as in scikit-learn",
  licence: "BSD-3-Clause",
  files: [{
    path: "sklearn/iris.csv",
    urls: [`${published}/iris.csv`],
    bytes: 2734,
    sha256: "f13ffa8fdd56fd8e6c8d16d4081a3fbd3114bcd0aae4256c43205169cd9d1449",
  }],
};

/** Where `loadWine` has its data from. */
export const wineSource: DataSource = {
  name: "Wine",
  origin: "Forina et al., PARVUS, 1988, UCI Machine Learning Repository; as in scikit-learn",
  licence: "BSD-3-Clause",
  files: [{
    path: "sklearn/wine_data.csv",
    urls: [`${published}/wine_data.csv`],
    bytes: 11157,
    sha256: "10e8a802908b34f86e5da8ce962f3c806694bc98450a18f61851af59f324bede",
  }],
};

/**
 * Fisher's irises: sepal length, sepal width, petal length and petal width in centimetres of 150 flowers, 50 of each of
 * three kinds. The first kind is linearly separable from the others.
 *
 * @param options Where to look: see `loadFile`.
 * @returns `inputs`, `[150, 4]`, `labels` and `classes`, or why they cannot be had.
 * @see Fisher, 1936, https://doi.org/10.1111/j.1469-1809.1936.tb02137.x
 *
 * @example Where they are not
 * ```ts
 * import { loadIris } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadIris({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.inputs.shape, [150, 4] as never);
 * ```
 */
export const loadIris = (options: LoadOptions = {}): TaskEither<DataError | FormatError, Classified<4>> =>
  load(irisSource, 4, options);

/**
 * Wines of three growers: 13 chemical measurements of each of 178 wines.
 *
 * @param options Where to look: see `loadFile`.
 * @returns `inputs`, `[178, 13]`, `labels` and `classes`, or why they cannot be had.
 * @see Forina et al., 1988, https://archive.ics.uci.edu/dataset/109/wine
 *
 * @example Where they are not
 * ```ts
 * import { loadWine } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadWine({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.inputs.shape, [178, 13] as never);
 * ```
 */
export const loadWine = (options: LoadOptions = {}): TaskEither<DataError | FormatError, Classified<13>> =>
  load(wineSource, 13, options);

function load<F extends number>(
  source: DataSource,
  features: F,
  options: LoadOptions,
): TaskEither<DataError | FormatError, Classified<F>> {
  return async () => {
    const loaded = await loadFile(source.files[0]!, options)();
    return loaded._tag === "Left" ? loaded : decodeClassified(loaded.right, features);
  };
}

/**
 * Reads scikit-learn's tables of classified examples: a line `examples,features,class,…`, then a line of measurements and
 * the number of a class for each example.
 *
 * @param bytes The file, UTF-8. @param features How many measurements an example has.
 * @returns `inputs`, `[examples, features]`, `labels` and `classes`, or the first line that is not as it should be.
 *
 * @example A table of two examples
 * ```ts
 * import { decodeClassified, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("2,1,short,long\n0.5,0\n9,1\n");
 * assertEquals(orThrow(decodeClassified(bytes, 1)).labels.toArray(), [0, 1]);
 * ```
 */
export function decodeClassified<const F extends number>(
  bytes: Uint8Array,
  features: F,
): Either<FormatError, Classified<F>> {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/), [head = "", ...rest] = lines;
  const [count, width, ...classes] = head.split(",");
  const rows = rest.at(-1) === "" ? rest.slice(0, -1) : rest;
  if (count !== String(rows.length) || width !== String(features) || classes.length === 0) {
    return wrong(lines, 0, `"${head}" does not announce ${rows.length} examples of ${features} features and classes`);
  }
  const inputs = new Float32Array(rows.length * features), labels = new Int32Array(rows.length);
  for (const [i, row] of rows.entries()) {
    const fields = row.split(","),
      numbers = fields.map((f) => f.trim() === "" ? NaN : Number(f)),
      label = numbers.at(-1)!;
    if (numbers.length !== features + 1 || !numbers.every(Number.isFinite) || classes[label] === undefined) {
      return wrong(lines, i + 1, `"${row}" is not ${features} numbers and a class below ${classes.length}`);
    }
    inputs.set(numbers.slice(0, -1), i * features);
    labels[i] = label;
  }
  return {
    _tag: "Right",
    right: {
      inputs: tensor(inputs, { shape: [rows.length, features] }) as Tensor<readonly [number, F]>,
      labels: tensor(labels) as Tensor<readonly [number], "i32">,
      classes,
    },
  };
}

/** What is wrong with a line, and how many bytes stand before it, line ends as one byte each. */
function wrong(lines: readonly string[], line: number, what: string): Either<FormatError, never> {
  const before = lines.slice(0, line).map((l) => new TextEncoder().encode(l).length + 1).reduce((a, b) => a + b, 0);
  return {
    _tag: "Left",
    left: {
      _tag: "FormatError",
      format: "csv",
      offset: before,
      message: `decodeClassified: line ${line + 1}, ${what}`,
    },
  };
}
