/** Small handwritten digits, as scikit-learn carries them. */
import { type Tensor, tensor } from "../../mod.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";
import type { Classified } from "./classified.ts";
import { decodeRows, linesOf, wrongLine } from "./rows.ts";
import { right } from "fp-ts/lib/Either.js";

/** Where `loadDigits` has its data from. */
export const digitsSource: DataSource = {
  name: "Digits",
  origin: "Alpaydin and Kaynak, Optical recognition of handwritten digits, 1998, UCI Machine Learning Repository; " +
    "its test set, as in scikit-learn",
  licence: "BSD-3-Clause",
  files: [{
    path: "sklearn/digits.csv",
    urls: ["https://raw.githubusercontent.com/scikit-learn/scikit-learn/1.5.2/sklearn/datasets/data/digits.csv.gz"],
    bytes: 264712,
    sha256: "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
  }],
};

/**
 * 1,797 handwritten digits of 8 × 8 pixels from 0 to 16, row after row: small enough to try an idea in a second.
 * `reshape(inputs, [1797, 8, 8, 1])` makes pictures of them.
 *
 * @param options Where to look: see `loadFile`.
 * @returns `inputs`, `[1797, 64]`, `labels` and `classes`, or why they cannot be had.
 * @see Alpaydin and Kaynak, 1998, https://doi.org/10.24432/C50P49
 *
 * @example Where they are not
 * ```ts
 * import { loadDigits } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadDigits({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.inputs.shape, [1797, 64] as never);
 * ```
 */
export const loadDigits =
  (options: LoadOptions = {}): TaskEither<DataError | FormatError, Classified<64>> => async () => {
    const loaded = await loadFile(digitsSource.files[0]!, options)();
    return loaded._tag === "Left" ? loaded : decodeDigits(loaded.right);
  };

const pixels = 64, classes = Array.from("0123456789");

/**
 * Reads digits of 64 pixels: a line of the pixels and the digit for each, with commas between them.
 *
 * @param bytes The file, UTF-8.
 * @returns `inputs`, `[digits, 64]`, `labels` and `classes`, or the first line that is not as it should be.
 *
 * @example An empty sheet, called 7
 * ```ts
 * import { decodeDigits, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const { labels } = orThrow(decodeDigits(new TextEncoder().encode(`${"0,".repeat(64)}7\n`)));
 * assertEquals(labels.toArray(), [7]);
 * ```
 */
export function decodeDigits(bytes: Uint8Array): Either<FormatError, Classified<64>> {
  const width = pixels + 1, rows = decodeRows(bytes, { op: "decodeDigits", columns: width, separator: "," });
  if (rows._tag === "Left") return rows;
  const count = rows.right.length / width;
  const inputs = new Float32Array(count * pixels), labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const row = rows.right.slice(i * width, (i + 1) * width), label = row[pixels]!;
    if (classes[label] === undefined) {
      return wrongLine("decodeDigits", "csv", linesOf(bytes), i, `shows ${label}, which is no digit`);
    }
    inputs.set(row.slice(0, pixels), i * pixels);
    labels[i] = label;
  }
  return right({
    inputs: tensor(inputs, { shape: [count, pixels] }) as Tensor<readonly [number, 64]>,
    labels: tensor(labels) as Tensor<readonly [number], "i32">,
    classes,
  });
}
