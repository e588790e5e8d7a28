/** Small pictures with a class each, as MNIST and its kin are published: IDX files. */
import { cast, type Tensor, tensor } from "../../mod.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { decodeIdx } from "../formats/idx.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";

/** Pixels and classes, as bytes. */
interface ImageBytes {
  /** How many pictures. */
  readonly count: number;
  /** `count × 28 × 28` pixels, row after row. */
  readonly images: Uint8Array;
  /** `count` classes. */
  readonly labels: Uint8Array;
}

/** Pictures with a class each. */
export interface LabelledImages {
  /** Pixels from 0 to 255, `[count, 28, 28, 1]`. */
  readonly images: Tensor<readonly [number, 28, 28, 1], "u8">;
  /** Classes, `[count]`. */
  readonly labels: Tensor<readonly [number], "i32">;
}

/** A data set of pictures. */
export interface ImageSets {
  /** To train with. */
  readonly train: LabelledImages;
  /** To test with. */
  readonly test: LabelledImages;
}

/** What the ten classes of Fashion-MNIST are called. */
export const fashionClasses = [
  "T-shirt",
  "trouser",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
] as const;

const fashionFile = (name: string, bytes: number, sha256: string) => ({
  path: `fashion-mnist/${name}`,
  urls: [
    `https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/${name}.gz`,
    `http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/${name}.gz`,
  ],
  bytes,
  sha256,
});

/** Where `loadFashionMnist` has its pictures from. */
export const fashionSource: DataSource = {
  name: "Fashion-MNIST",
  origin: "Xiao, Rasul and Vollgraf, Zalando Research, 2017",
  licence: "MIT",
  files: [
    fashionFile(
      "train-images-idx3-ubyte",
      47040016,
      "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ),
    fashionFile("train-labels-idx1-ubyte", 60008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
    fashionFile("t10k-images-idx3-ubyte", 7840016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
    fashionFile("t10k-labels-idx1-ubyte", 10008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
  ],
};

/**
 * 60,000 and 10,000 pictures of clothes, 28 × 28 pixels in grey, of ten kinds: harder than MNIST's digits, and as large.
 *
 * @param options Where to look: see `loadFile`. Debian's package `dataset-fashion-mnist` puts the files into the folder
 * `/usr/share/datasets`.
 * @returns The pictures, or why they cannot be had.
 * @see Xiao et al., 2017, https://arxiv.org/abs/1708.07747
 *
 * @example Where they are not
 * ```ts
 * import { loadFashionMnist } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadFashionMnist({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.test.images.shape, [10000, 28, 28, 1] as never);
 * ```
 */
export const loadFashionMnist = (options: LoadOptions = {}): TaskEither<DataError | FormatError, ImageSets> =>
  loadImageSets("loadFashionMnist", fashionSource, options);

/** Both sets of a source whose four files are pictures and classes to train with, and those to test with. */
export function loadImageSets(
  op: string,
  source: DataSource,
  options: LoadOptions,
): TaskEither<DataError | FormatError, ImageSets> {
  return async () => {
    const read: Uint8Array[] = [];
    for (const file of source.files) {
      const loaded = await loadFile(file, options)();
      if (loaded._tag === "Left") return loaded;
      read.push(loaded.right);
    }
    const train = decodeImageBytes(op, "train", read[0]!, read[1]!);
    if (train._tag === "Left") return train;
    const test = decodeImageBytes(op, "t10k", read[2]!, read[3]!);
    if (test._tag === "Left") return test;
    return { _tag: "Right", right: { train: asTensors(train.right), test: asTensors(test.right) } };
  };
}

const asTensors = ({ count, images, labels }: ImageBytes): LabelledImages => ({
  images: tensor(images, { shape: [count, 28, 28, 1] }) as LabelledImages["images"],
  labels: cast(tensor(labels), "i32") as LabelledImages["labels"],
});

/** Pixels and classes of two IDX files, which messages call `prefix-images-idx3-ubyte` and `prefix-labels-idx1-ubyte`. */
export function decodeImageBytes(
  op: string,
  prefix: string,
  imageBytes: Uint8Array,
  labelBytes: Uint8Array,
): Either<FormatError, ImageBytes> {
  const images = decodeAs(op, `${prefix}-images-idx3-ubyte`, imageBytes, [-1, 28, 28]);
  if (images._tag === "Left") return images;
  const count = images.right.length / (28 * 28), file = `${prefix}-labels-idx1-ubyte`;
  const labels = decodeAs(op, file, labelBytes, [count]);
  if (labels._tag === "Left") return labels;
  const strange = labels.right.findIndex((label) => label > 9);
  if (strange >= 0) {
    return wrong(op, file, 8 + strange, `says that image ${strange} shows ${labels.right[strange]}`);
  }
  return { _tag: "Right", right: { count, images: images.right, labels: labels.right } };
}

const wrong = (op: string, file: string, offset: number, what: string): Either<FormatError, never> => ({
  _tag: "Left",
  left: { _tag: "FormatError", format: "idx", offset, message: `${op}: ${file} ${what} (byte ${offset})` },
});

/** The array in `bytes` if it has elements of one byte and `expected`'s sizes, where a negative one is any size. */
function decodeAs(
  op: string,
  file: string,
  bytes: Uint8Array,
  expected: readonly number[],
): Either<FormatError, Uint8Array> {
  const decoded = decodeIdx(bytes);
  if (decoded._tag === "Left") {
    return { _tag: "Left", left: { ...decoded.left, message: `${op}: ${file}: ${decoded.left.message}` } };
  }
  const { shape, dtype, data } = decoded.right;
  const words = expected.map((d) => d < 0 ? "any" : d).join("×");
  if (dtype !== "u8") return wrong(op, file, 2, `holds ${dtype}, not u8`);
  if (shape.length !== expected.length) return wrong(op, file, 3, `has ${shape.length} axes, not ${words}`);
  const axis = expected.findIndex((d, i) => d >= 0 && d !== shape[i]);
  if (axis >= 0) return wrong(op, file, 4 + 4 * axis, `is ${shape.join("×")}, not ${words}`);
  return { _tag: "Right", right: data };
}
