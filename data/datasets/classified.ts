/** Small tables of measurements with a class to each row, as scikit-learn carries them. */
import { type Tensor, tensor } from "../../mod.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { clip } from "../formats/excerpt.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";
import { linesOf, wrongLine } from "./rows.ts";

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

/** Where `loadBreastCancer` has its data from. */
export const breastCancerSource: DataSource = {
  name: "Breast cancer of Wisconsin (diagnostic)",
  origin: "Street, Wolberg and Mangasarian, 1993, UCI Machine Learning Repository; as in scikit-learn",
  licence: "BSD-3-Clause",
  files: [{
    path: "sklearn/breast_cancer.csv",
    urls: [`${published}/breast_cancer.csv`],
    bytes: 119913,
    sha256: "fed3eb72d0575ef6192293f5093c6e801b1476b577d0386bf4455504522172ed",
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

/**
 * Tumours of the breast, 212 malignant and 357 benign: 30 measurements of the nuclei of cells in each of 569 pictures, the
 * mean, the standard error and the mean of the three largest of ten quantities.
 *
 * @param options Where to look: see `loadFile`.
 * @returns `inputs`, `[569, 30]`, `labels` and `classes`, or why they cannot be had.
 * @see Street, Wolberg and Mangasarian, 1993, https://doi.org/10.1117/12.148698
 *
 * @example Where they are not
 * ```ts
 * import { loadBreastCancer } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadBreastCancer({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.inputs.shape, [569, 30] as never);
 * ```
 */
export const loadBreastCancer = (options: LoadOptions = {}): TaskEither<DataError | FormatError, Classified<30>> =>
  load(breastCancerSource, 30, options);

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
  const lines = linesOf(bytes), [head = "", ...rows] = lines;
  const [count, width, ...classes] = head.split(",");
  if (count !== String(rows.length) || width !== String(features) || classes.length === 0) {
    return wrong(
      lines,
      0,
      `"${clip(head)}" does not announce ${rows.length} examples of ${features} features and classes`,
    );
  }
  const inputs = new Float32Array(rows.length * features), labels = new Int32Array(rows.length);
  for (const [i, row] of rows.entries()) {
    const fields = row.split(","),
      numbers = fields.map((f) => f.trim() === "" ? NaN : Number(f)),
      label = numbers.at(-1)!;
    if (numbers.length !== features + 1 || !numbers.every(Number.isFinite) || classes[label] === undefined) {
      return wrong(lines, i + 1, `"${clip(row)}" is not ${features} numbers and a class below ${classes.length}`);
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

const wrong = (lines: readonly string[], line: number, what: string): Either<FormatError, never> =>
  wrongLine("decodeClassified", "csv", lines, line, what);
