/** The course of diabetes, as scikit-learn carries it: a small set for regression. */
import { type Tensor, tensor } from "../../mod.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";
import { decodeRows } from "./rows.ts";
import { left, right } from "fp-ts/lib/Either.js";

const published = "https://raw.githubusercontent.com/scikit-learn/scikit-learn/1.5.2/sklearn/datasets/data";

/** Where `loadDiabetes` has its data from. */
export const diabetesSource: DataSource = {
  name: "Diabetes",
  origin: "Efron, Hastie, Johnstone and Tibshirani, Least angle regression, 2004; as in scikit-learn",
  licence: "BSD-3-Clause",
  files: [{
    path: "sklearn/diabetes_data_raw.csv",
    urls: [`${published}/diabetes_data_raw.csv.gz`],
    bytes: 19733,
    sha256: "ec2683754c379fdffc39f53922c475eff67e2fb9c94c7c27207b7c4371d51726",
  }, {
    path: "sklearn/diabetes_target.csv",
    urls: [`${published}/diabetes_target.csv.gz`],
    bytes: 11050,
    sha256: "244713a551f62a291a354212d8a048adec6cb1244b2bc44e66a0698f5006d26d",
  }],
};

/** What is measured of each patient, in order: `s1` to `s6` are measurements of the blood serum. */
export const diabetesFeatures = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"] as const;

/** Patients with diabetes. */
export interface Diabetes {
  /** Measurements as they were taken, not scaled, `[patients, 10]`, columns as in `diabetesFeatures`. */
  readonly inputs: Tensor<readonly [number, 10]>;
  /** How far the illness went within a year, `[patients]`. */
  readonly values: Tensor<readonly [number]>;
}

/**
 * 442 patients with diabetes: age, sex, body mass index, blood pressure and six measurements of the blood serum, and how
 * far the illness went a year later. The measurements are not scaled, as they are in scikit-learn by default.
 *
 * @param options Where to look: see `loadFile`.
 * @returns `inputs`, `[442, 10]`, and `values`, or why they cannot be had.
 * @see Efron et al., 2004, https://doi.org/10.1214/009053604000000067
 *
 * @example Where they are not
 * ```ts
 * import { loadDiabetes } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadDiabetes({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.inputs.shape, [442, 10] as never);
 * ```
 */
export const loadDiabetes = (options: LoadOptions = {}): TaskEither<DataError | FormatError, Diabetes> => async () => {
  const [inputs, values] = diabetesSource.files;
  const measured = await loadFile(inputs!, options)();
  if (measured._tag === "Left") return measured;
  const progress = await loadFile(values!, options)();
  return progress._tag === "Left" ? progress : decodeDiabetes(measured.right, progress.right);
};

/**
 * Reads the two files: a line of ten measurements with spaces between them for each patient, and a line of one number.
 *
 * @param measured The file of measurements, UTF-8. @param progress The file of what is to be foretold, UTF-8.
 * @returns `inputs`, `[patients, 10]`, and `values`, or the first line that is not as it should be.
 *
 * @example One patient
 * ```ts
 * import { decodeDiabetes, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const encode = (text: string) => new TextEncoder().encode(text);
 * const { values } = orThrow(decodeDiabetes(encode("59 2 32.1 101 157 93.2 38 4 4.8598 87\n"), encode("1.51e+02\n")));
 * assertEquals(values.toArray(), [151]);
 * ```
 */
export function decodeDiabetes(measured: Uint8Array, progress: Uint8Array): Either<FormatError, Diabetes> {
  const op = "decodeDiabetes", columns = diabetesFeatures.length, separator = " ";
  const inputs = decodeRows(measured, { op, columns, separator });
  if (inputs._tag === "Left") return inputs;
  const values = decodeRows(progress, { op, columns: 1, separator });
  if (values._tag === "Left") return values;
  const patients = inputs.right.length / columns;
  if (patients !== values.right.length) {
    const message = `${op}: ${patients} patients are measured, but ${values.right.length} values are given`;
    return left({ _tag: "FormatError", format: "csv", offset: progress.length, message });
  }
  return right({
    inputs: tensor(Float32Array.from(inputs.right), { shape: [patients, columns] }) as Diabetes["inputs"],
    values: tensor(Float32Array.from(values.right)) as Diabetes["values"],
  });
}
