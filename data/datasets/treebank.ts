/** Sentences as trees with a label on every node, as the Stanford Sentiment Treebank has them. */
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { clip } from "../formats/excerpt.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";

/** Where `loadSentimentTreebank` has its sentences from. */
export const treebankSource: DataSource = {
  name: "Stanford Sentiment Treebank",
  origin: "Socher et al., Stanford University, 2013: https://nlp.stanford.edu/sentiment/",
  licence: "none stated",
  files: [
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
  ],
};

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
 * The files `train.txt`, `dev.txt` and `test.txt` are those of `trainDevTestTrees_PTB.zip`; their publisher states no
 * licence, so they are not fetched: put them into the folder `sst` of a folder of data.
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
 * const loaded = await loadSentimentTreebank()();
 * if (loaded._tag === "Right") assertEquals(loaded.right.train.length, 8544);
 * ```
 */
export const loadSentimentTreebank = (
  options: LoadOptions = {},
): TaskEither<DataError | FormatError, Treebank> =>
async () => {
  const parts: (readonly LabelledTree[])[] = [];
  for (const file of treebankSource.files) {
    const loaded = await loadFile(file, options)();
    if (loaded._tag === "Left") return loaded;
    const trees = decodeTreebank(loaded.right);
    if (trees._tag === "Left") return trees;
    parts.push(trees.right);
  }
  const [train, validation, test] = parts as [Treebank["train"], Treebank["validation"], Treebank["test"]];
  return { _tag: "Right", right: { train, validation, test } };
};

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
