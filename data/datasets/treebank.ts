/** Sentences as trees with a label on every node, as the Stanford Sentiment Treebank has them. */
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { clip } from "../formats/excerpt.ts";
import { readZip, unzipped } from "../formats/zip.ts";
import { type DataFile, type DataSource, loadFile, type LoadOptions } from "../source.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** Where `loadSentimentTreebank` has its sentences from. */
export const treebankSource: DataSource = {
  name: "Stanford Sentiment Treebank",
  origin: "Socher et al., Stanford University, 2013: https://nlp.stanford.edu/sentiment/",
  licence: "none stated",
  files: [{
    path: "sst/trainDevTestTrees_PTB.zip",
    urls: ["https://nlp.stanford.edu/sentiment/trainDevTestTrees_PTB.zip"],
    bytes: 789539,
    sha256: "5c613a4f673fc74097d523a2c83f38e0cc462984d847b82c7aaf36b01cbbbfcc",
  }],
};

/** The archive's files, where a folder has them. */
const unpacked: readonly DataFile[] = [
  {
    path: "sst/train.txt",
    urls: [],
    bytes: 2160058,
    sha256: "e2f3f41b0b1e6d4dddc0effe3bfc2d27ed8928079aa9a03d652311614fc5feb7",
  },
  {
    path: "sst/dev.txt",
    urls: [],
    bytes: 280825,
    sha256: "0e9336aed6e4730e19f58d00a77b3f0297efdb755f7b5e598c98a05e3f97ea40",
  },
  {
    path: "sst/test.txt",
    urls: [],
    bytes: 559614,
    sha256: "6e54806dee95cf80cd918e7dfb3f6770f6df24bf826f289a4d1f709e1c8f6761",
  },
];

/** A tree with a label on each node and a word on each leaf. Children stand before their parents, the root is the last. */
export interface LabelledTree {
  /** The places of each node's children; none of a leaf. */
  readonly children: readonly (readonly number[])[];
  /** Each node's label. */
  readonly labels: readonly number[];
  /** Each leaf's word; `null` for a node that has children. */
  readonly words: readonly (string | null)[];
}

/** Sentences to train with, to choose by, and to test with. */
export interface Treebank {
  /** To train with. */
  readonly train: readonly LabelledTree[];
  /** To choose settings by. */
  readonly validation: readonly LabelledTree[];
  /** To test with. */
  readonly test: readonly LabelledTree[];
}

/**
 * 8,544, 1,101 and 2,210 sentences of film reviews as binary trees; people said of each phrase how favourable it is, from
 * 0 (very negative) over 2 (neutral) to 4 (very positive).
 *
 * They are read from `trainDevTestTrees_PTB.zip`, or from its files `train.txt`, `dev.txt` and `test.txt` where the folder
 * `sst` of a folder of data has them. Their publisher states no licence.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The sentences, or why they cannot be had.
 * @see Socher et al., Recursive deep models for semantic compositionality over a sentiment treebank, 2013,
 * https://aclanthology.org/D13-1170
 *
 * @example Where they are not
 * ```ts
 * import { loadSentimentTreebank } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadSentimentTreebank({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.train.length, 8544);
 * ```
 */
export const loadSentimentTreebank = (
  options: LoadOptions = {},
): TaskEither<DataError | FormatError, Treebank> =>
async () => {
  const files: Uint8Array[] = [];
  for (const file of unpacked) {
    const loaded = await loadFile(file, { ...options, fetch: false })();
    if (loaded._tag === "Right") files.push(loaded.right);
    else if (loaded.left.reason !== "absent") return loaded;
  }
  if (files.length === unpacked.length) return treebankOf(files);
  const loaded = await loadFile(treebankSource.files[0]!, options)();
  return loaded._tag === "Left" ? loaded : await decodeTreebankArchive(loaded.right)();
};

/** The sentences of the three files. */
function treebankOf(files: readonly Uint8Array[]): Either<FormatError, Treebank> {
  const parts: (readonly LabelledTree[])[] = [];
  for (const bytes of files) {
    const trees = decodeTreebank(bytes);
    if (trees._tag === "Left") return trees;
    parts.push(trees.right);
  }
  const [train, validation, test] = parts;
  return right({ train: train!, validation: validation!, test: test! });
}

/**
 * Reads the archive of the treebank: its files `trees/train.txt`, `trees/dev.txt` and `trees/test.txt`.
 *
 * @param bytes The archive, `.zip`.
 * @returns The sentences, or what is wrong with the bytes.
 *
 * @example Bytes that are none
 * ```ts
 * import { decodeTreebankArchive } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await decodeTreebankArchive(new Uint8Array(10))())._tag, "Left");
 * ```
 */
export const decodeTreebankArchive = (bytes: Uint8Array): TaskEither<FormatError, Treebank> => async () => {
  const wrong = (offset: number, what: string): Either<FormatError, never> =>
    left({ _tag: "FormatError", format: "tree", offset, message: `decodeTreebankArchive: ${what}` });
  const archive = readZip(bytes), files: Uint8Array[] = [];
  if (archive._tag === "Left") return wrong(archive.left.offset, archive.left.what);
  for (const part of ["train", "dev", "test"]) {
    const path = `trees/${part}.txt`, entry = archive.right.find(({ name }) => name === path);
    if (entry === undefined) return wrong(0, `the archive has no ${path}`);
    if (entry.size > mostBytes) return wrong(entry.start, `${path} has ${entry.size} bytes, more than ${mostBytes}`);
    const file = await unzipped(entry);
    if (file._tag === "Left") return wrong(file.left.offset, file.left.what);
    files.push(file.right);
  }
  return treebankOf(files);
};

/** The largest of the files has two million bytes. */
const mostBytes = 2 ** 26;

/**
 * Reads trees written with brackets, one a line: `(label word)` is a leaf, `(label child child)` a node.
 *
 * @param bytes The file, UTF-8. @param labels How many labels there are: they are whole numbers from 0; 5 if left out.
 * @returns The trees, or the first place that is not as it should be.
 *
 * @example A phrase
 * ```ts
 * import { decodeTreebank, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const [tree] = orThrow(decodeTreebank(new TextEncoder().encode("(4 (2 a) (3 smile))\n")));
 * assertEquals(tree, { children: [[], [], [0, 1]], labels: [2, 3, 4], words: ["a", "smile", null] });
 * ```
 */
export function decodeTreebank(bytes: Uint8Array, labels = 5): Either<FormatError, readonly LabelledTree[]> {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/), trees: LabelledTree[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const tree = treeOf(line, labels);
    if (typeof tree !== "string") trees.push(tree);
    else {
      const offset = new TextEncoder().encode(lines.slice(0, i).map((l) => `${l}\n`).join("")).length;
      const message = `decodeTreebank: line ${i + 1}, ${JSON.stringify(clip(line))}, ${tree}`;
      return { _tag: "Left", left: { _tag: "FormatError", format: "tree", offset, message } };
    }
  }
  return { _tag: "Right", right: trees };
}

/** The tree of a line, or what is wrong with it. A stack in place of recursion: no depth is too deep. */
function treeOf(line: string, most: number): LabelledTree | string {
  const tokens = line.match(/[()]|[^ \t()]+/g) ?? []; // A word may hold a non-breaking space.
  const open: { readonly label: number; readonly kids: number[]; word: string | null }[] = [];
  const children: number[][] = [], labels: number[] = [], words: (string | null)[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!, top = open.at(-1);
    if (token === "(") {
      const label = Number(tokens[++i]);
      if (!(Number.isInteger(label) && label >= 0 && label < most)) {
        return `has "${clip(tokens[i] ?? "")}" where a label from 0 to ${most - 1} should be`;
      }
      if (top === undefined && labels.length > 0) return "goes on behind its root";
      if (top?.word != null) return `has a node beside the word "${clip(top.word)}"`;
      open.push({ label, kids: [], word: null });
    } else if (token === ")") {
      if (top === undefined) return "closes a bracket that is not open";
      if (top.word === null && top.kids.length === 0) return "has a node without children and word";
      open.pop();
      open.at(-1)?.kids.push(labels.length);
      children.push(top.kids);
      labels.push(top.label);
      words.push(top.word);
    } else {
      if (top === undefined) return `has "${clip(token)}" outside of brackets`;
      if (top.kids.length > 0 || top.word !== null) return `has the word "${clip(token)}" beside another or a node`;
      top.word = token;
    }
  }
  return open.length > 0 ? `leaves ${open.length} brackets open` : { children, labels, words };
}
