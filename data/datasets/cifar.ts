/** CIFAR-10: small pictures in colour of ten kinds of things. */
import { type Tensor, tensor } from "../../mod.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { decodeTar } from "../formats/tar.ts";
import { gunzip } from "../gunzip.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** Pictures in colour with a class each. */
export interface ColourImages {
  /** Red, green and blue of each pixel, from 0 to 255, `[count, 32, 32, 3]`. */
  readonly images: Tensor<readonly [number, 32, 32, 3], "u8">;
  /** Classes, i32 `[count]`: places in `cifarClasses`. */
  readonly labels: Tensor<readonly [number], "i32">;
}

/** A data set of pictures in colour. */
export interface ColourImageSets {
  /** To train with. */
  readonly train: ColourImages;
  /** To test with. */
  readonly test: ColourImages;
}

/** What the ten classes of CIFAR-10 are called. */
export const cifarClasses = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
] as const;

/** Where `loadCifar10` has its pictures from: one packed archive, which is also what a folder of data holds. */
export const cifarSource: DataSource = {
  name: "CIFAR-10",
  origin: "Krizhevsky, Learning multiple layers of features from tiny images, 2009",
  licence: "none stated; its author asks to be cited",
  files: [{
    path: "cifar-10-binary.tar.gz",
    urls: ["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"],
    bytes: 170052171,
    sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
  }],
};

/** The archive unpacked has about 184 million bytes. */
const limit = 2 ** 28;

/**
 * 50,000 and 10,000 pictures in colour, 32 × 32 pixels, of ten kinds: `cifarClasses`.
 *
 * The archive has 170 MB and is unpacked in memory, which takes about 1 GB for as long as it lasts.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The pictures, or why they cannot be had.
 * @see Krizhevsky, 2009, https://www.cs.toronto.edu/~kriz/cifar.html
 *
 * @example Where they are not
 * ```ts
 * import { loadCifar10 } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadCifar10({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.test.images.shape, [10000, 32, 32, 3] as never);
 * ```
 */
export const loadCifar10 =
  (options: LoadOptions = {}): TaskEither<DataError | FormatError, ColourImageSets> => async () => {
    const loaded = await loadFile(cifarSource.files[0]!, options)();
    return loaded._tag === "Left" ? loaded : await decodeCifarArchive(loaded.right)();
  };

/**
 * Reads the archive of CIFAR-10's binary version: its files `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`.
 *
 * @param bytes The archive, `.tar.gz`.
 * @returns The pictures, or what is wrong with the bytes.
 *
 * @example Bytes that are none
 * ```ts
 * import { decodeCifarArchive } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await decodeCifarArchive(new Uint8Array(10))())._tag, "Left");
 * ```
 */
export const decodeCifarArchive = (bytes: Uint8Array): TaskEither<FormatError, ColourImageSets> => async () => {
  const unpacked = await gunzip(bytes, { limit })();
  if (unpacked._tag === "Left") return unpacked;
  const files = decodeTar(unpacked.right);
  if (files._tag === "Left") return files;
  const batches: Uint8Array[] = [];
  for (const name of [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`).concat("test_batch.bin")) {
    const found = files.right.find(({ path }) => path === name || path.endsWith(`/${name}`));
    if (found === undefined) return wrong("decodeCifarArchive", 0, `the archive has no ${name}`);
    batches.push(found.bytes);
  }
  const train = decodeCifar(batches.slice(0, 5));
  if (train._tag === "Left") return train;
  const test = decodeCifar(batches.slice(5));
  return test._tag === "Left" ? test : right({ train: train.right, test: test.right });
};

const side = 32, plane = side * side, record = 1 + 3 * plane;

/**
 * Reads pictures of CIFAR-10's binary version: for each, a byte that is its class, then 1,024 bytes of red, of green and of
 * blue, row after row.
 *
 * @param batches The bytes of one or more files.
 * @returns The pictures of all, one file after the other; or what is wrong with the bytes.
 *
 * @example A picture that is red
 * ```ts
 * import { decodeCifar, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const { images, labels } = orThrow(decodeCifar([new Uint8Array(3073).fill(255, 1, 1025).fill(6, 0, 1)]));
 * assertEquals([labels.toArray(), images.toArray()[0]?.[0]?.[0]], [[6], [255, 0, 0]]);
 * ```
 */
export function decodeCifar(batches: readonly Uint8Array[]): Either<FormatError, ColourImages> {
  for (const [i, { length }] of batches.entries()) {
    if (length % record === 0) continue;
    return wrong("decodeCifar", length, `batch ${i} has ${length} bytes, which is no multiple of ${record}`);
  }
  const count = batches.reduce((sum, b) => sum + b.length, 0) / record;
  const images = new Uint8Array(count * 3 * plane), labels = new Int32Array(count);
  let picture = 0;
  for (const [i, batch] of batches.entries()) {
    for (let at = 0; at < batch.length; at += record, picture++) {
      const label = batch[at]!;
      if (label >= cifarClasses.length) {
        return wrong("decodeCifar", at, `picture ${at / record} of batch ${i} is of class ${label}, not below 10`);
      }
      labels[picture] = label;
      const to = picture * 3 * plane;
      for (let pixel = 0; pixel < plane; pixel++) {
        for (let colour = 0; colour < 3; colour++) {
          images[to + 3 * pixel + colour] = batch[at + 1 + colour * plane + pixel]!;
        }
      }
    }
  }
  return right({
    images: tensor(images, { shape: [count, side, side, 3] }) as ColourImages["images"],
    labels: tensor(labels) as ColourImages["labels"],
  });
}

const wrong = (op: string, offset: number, what: string): Either<FormatError, never> =>
  left({ _tag: "FormatError", format: "cifar", offset, message: `${op}: ${what}` });
