/**
 * Whether a film review praises or not, read as a tree: a recursive net and a Tree-LSTM on the Stanford Sentiment
 * Treebank, trained on the labels of all phrases, from words of which it knows nothing but these trees.
 *
 * `deno task trees` trains both and prints how many of the test sentences that are not neutral they get right.
 */
import {
  add,
  cast,
  foldIn,
  jit,
  type Key,
  key,
  mul,
  permutation,
  split,
  sum,
  take,
  type Tensor,
  tensor,
  valueAndGrad,
} from "@adjoint/adjoint";
import { type LabelledTree, loadSentimentTreebank, orThrow } from "@adjoint/adjoint/data";
import {
  dropoutWith,
  type Embedding,
  embeddingInit,
  embeddingWith,
  encodeForest,
  type Forest,
  type Linear,
  linear,
  linearInit,
  normalInit,
  type Recursive,
  recursiveInit,
  recursiveWith,
  softmaxCrossEntropy,
  type TreeLstm,
  treeLstmInit,
  treeLstmWith,
} from "@adjoint/adjoint/layers";
import { adam, applyUpdates, chain, clipByGlobalNorm, type OptState } from "@adjoint/adjoint/optim";
import { asked, command, fraction, looking, percent, positive, run, secondsSince, seed, whole } from "./command.ts";

/** How much praise there is in a phrase: five classes, of which the middle one is neutral. */
const classes = 5, neutral = 2, nothing = -100;

/** Which network composes phrases. */
export type Kind = "recursive" | "treeLstm";

/** Parameters: vectors of the words, what composes phrases, and the scores of the classes. */
export interface Params {
  readonly words: Embedding<number, number>;
  readonly cell: Recursive<number> | TreeLstm<number, number>;
  readonly out: Linear<number, number>;
}

/** Some trees, encoded so that batches share few programs. */
export interface Batch {
  readonly forest: Forest;
  /** The word of each node, 0 for those that are none or not known. */
  readonly words: Tensor<readonly [number], "i32">;
  /** The class of each node; `nothing` for one that only pads. */
  readonly labels: Tensor<readonly [number], "i32">;
}

/** The words of some trees that occur at least twice, numbered from 1. */
export function wordsOf(trees: readonly LabelledTree[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const w of trees.flatMap((t) => t.words)) if (w !== null) counts.set(w, (counts.get(w) ?? 0) + 1);
  return new Map([...counts].filter(([, n]) => n > 1).map(([w], i) => [w, i + 1]));
}

const upTo = (n: number, of: number): number => Math.ceil(n / of) * of;

/** Trees as tensors. Sizes are rounded up, so that most batches are of the same. */
export function batchOf(trees: readonly LabelledTree[], words: ReadonlyMap<string, number>): Batch {
  const labels = trees.flatMap((t) => t.labels), nodes = upTo(labels.length, 512), width = nodes / 32;
  const children = trees.map((t) => t.children), least = encodeForest(children, { arity: 2, width });
  const forest = encodeForest(children, { arity: 2, width, nodes, steps: upTo(least.children.shape[0], 16) });
  const padded = (xs: readonly number[], rest: number) =>
    tensor(Int32Array.from({ length: nodes }, (_, i) => xs[i] ?? rest)) as Batch["words"];
  const ids = trees.flatMap((t) => t.words.map((w) => w === null ? 0 : words.get(w) ?? 0));
  return { forest: forest as unknown as Forest, words: padded(ids, 0), labels: padded(labels, nothing) };
}

const init = (k: Key, kind: Kind, words: number, units: number): Params => ({
  words: embeddingInit(foldIn(k, 0), words + 1, units, { weights: normalInit(kind === "recursive" ? 0.05 : 0.3) }),
  cell: kind === "recursive" ? recursiveInit(foldIn(k, 1), units) : treeLstmInit(foldIn(k, 1), units, units),
  out: linearInit(foldIn(k, 2), units, classes),
});

/** Scores of the classes at each node, `[nodes, 5]`. The key is for dropout; without one there is none. */
function logits(p: Params, { forest, words }: Batch, rate: number, k?: Key): Tensor {
  const keys = k === undefined ? undefined : split(k);
  const dropped = (i: 0 | 1, x: Tensor): Tensor => keys === undefined ? x : dropoutWith(keys[i], rate)(x);
  const vectors = dropped(0, embeddingWith(p.words)(words) as unknown as Tensor);
  const compose = "wx" in p.cell ? treeLstmWith(p.cell) : recursiveWith(p.cell);
  const states = compose(vectors as never, forest as never) as unknown as Tensor;
  return linear(p.out)(dropped(1, states) as never) as unknown as Tensor;
}

/** How a run is set up. */
export interface Settings {
  readonly kind: Kind;
  readonly epochs: number;
  readonly batch: number;
  readonly units: number;
  readonly rate: number;
  readonly dropout: number;
  readonly seed: number;
}

/** Sums of squares of all weights but the words' own, for the usual penalty. */
const weightsOf = (p: Params): Tensor =>
  [p.cell.b, p.out.w, ...("wx" in p.cell ? [p.cell.wx, p.cell.wh] : [p.cell.w])]
    .map((w) => sum(mul(w as Tensor, w as Tensor) as Tensor) as unknown as Tensor)
    .reduce((a, b) => add(a, b) as Tensor);

/** Trains from scratch; the same settings give the same parameters to the last bit. `report` is called after each epoch. */
export function train(
  trees: readonly LabelledTree[],
  words: ReadonlyMap<string, number>,
  settings: Settings,
  report: (epoch: number, params: Params) => void,
): Params {
  const { kind, epochs, batch, units, rate, dropout } = settings, root = key(settings.seed);
  const optimizer = chain(clipByGlobalNorm(5), adam(rate));
  type State = { readonly params: Params; readonly opt: OptState; readonly key: Key };
  const step = jit((s: State, b: Batch) => {
    const [mine, next] = split(s.key) as readonly [Key, Key];
    const loss = (p: Params) => {
      const fit = softmaxCrossEntropy(logits(p, b, dropout, mine) as never, b.labels) as unknown as Tensor;
      return add(fit, mul(weightsOf(p), 1e-5)) as Tensor<readonly []>;
    };
    const [l, gradient] = valueAndGrad(loss)(s.params);
    const [updates, opt] = optimizer.update(gradient, s.opt, s.params);
    return [{ params: applyUpdates(s.params, updates), opt, key: next }, l] as const;
  }, { name: "train step", donate: [0] });
  const params = init(foldIn(root, 0), kind, words.size, units);
  let state: State = { params, opt: optimizer.init(params), key: foldIn(root, epochs + 1) };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = permutation(foldIn(root, epoch), trees.length).dataSync() as Int32Array;
    for (let i = 0; i + batch <= order.length; i += batch) {
      const some = Array.from(order.subarray(i, i + batch), (n) => trees[n]!);
      [state] = step(state, batchOf(some, words));
    }
    report(epoch, state.params);
  }
  return state.params;
}

const scoresOf = jit((p: Params, b: Batch, roots: Tensor<readonly [number], "i32">) =>
  take(logits(p, b, 0), roots, { axis: 0 }) as unknown as Tensor
);

/** How many of the trees that are not neutral are given the right side: more of both classes below the middle, or above. */
export function binaryAccuracy(
  params: Params,
  trees: readonly LabelledTree[],
  words: ReadonlyMap<string, number>,
): number {
  const clear = trees.filter((t) => t.labels.at(-1) !== neutral);
  let right = 0;
  for (let i = 0; i < clear.length; i += 50) {
    const some = clear.slice(i, i + 50), b = batchOf(some, words);
    const scores = scoresOf(params, b, cast(b.forest.roots as never, "i32") as Batch["words"])
      .toArray() as unknown as number[][];
    some.forEach((t, k) => {
      const [a, b, , d, e] = scores[k]!.map(Math.exp) as [number, number, number, number, number];
      if ((d + e > a + b) === (t.labels.at(-1)! > neutral)) right++;
    });
  }
  return right / clear.length;
}

const trees = command("trees", "read film reviews as trees, with a recursive net and a Tree-LSTM", {
  epochs: whole(4, "passes over the sentences"),
  batch: whole(25, "sentences a step"),
  units: whole(100, "size of a phrase's state"),
  rate: positive(0.002, "Adam's step size"),
  dropout: fraction(0.4, "what part of vectors and states is dropped"),
  "only-lstm": asked("leave out the recursive net"),
  seed,
});

if (import.meta.main) {
  await run(trees, async (options) => {
    const { train: seen, validation, test } = orThrow(await loadSentimentTreebank(looking)()), words = wordsOf(seen);
    console.log(`${seen.length} sentences, ${words.size} words that occur at least twice`);
    for (const kind of options["only-lstm"] ? ["treeLstm"] as const : ["recursive", "treeLstm"] as const) {
      const begun = performance.now(), best = { at: 0, accuracy: 0, test: 0 };
      train(seen, words, { ...options, kind }, (epoch, params) => {
        const accuracy = binaryAccuracy(params, validation, words);
        if (accuracy > best.accuracy) {
          Object.assign(best, { at: epoch, accuracy, test: binaryAccuracy(params, test, words) });
        }
        console.log(
          `${kind}, epoch ${epoch}: ${percent(accuracy)} of the validation sentences, ${secondsSince(begun)} s`,
        );
      });
      console.log(
        `${kind}: ${percent(best.test)} of the test sentences, after epoch ${best.at}, which validated best\n`,
      );
    }
  });
}
