/**
 * An encoder and a decoder with attention that learn to write a sequence backwards, once with each score function: the
 * inner product, scaled, bilinear, and additive.
 *
 * `deno task attention` trains all four, prints how many unseen sequences each writes without a mistake, and draws where
 * one of them looks.
 */
import {
  all,
  argmax,
  cast,
  concat,
  equal,
  foldIn,
  full,
  jit,
  type Key,
  key,
  mean,
  randint,
  reshape,
  reverse,
  scan,
  slice,
  split,
  swapAxes,
  type Tensor,
  valueAndGrad,
  zeros,
} from "@adjoint/adjoint";
import {
  additiveScore,
  additiveScoreInit,
  attention,
  bidirectionalWith,
  bilinearScore,
  bilinearScoreInit,
  dotScore,
  type Embedding,
  embeddingInit,
  embeddingWith,
  type Gru,
  gruCell,
  gruInit,
  gruWith,
  type Linear,
  linear,
  linearInit,
  scaledDotScore,
  type Score,
  softmaxCrossEntropy,
} from "@adjoint/adjoint/layers";
import { adam, applyUpdates, chain, clipByGlobalNorm, cosineDecay, type OptState } from "@adjoint/adjoint/optim";
import { command, percent, positive, run, secondsSince, seed, whole } from "./command.ts";

/** The score functions. */
export const scores = ["dot", "scaledDot", "bilinear", "additive"] as const;
/** One of them. */
export type ScoreName = typeof scores[number];

/** How large the task and the network are. */
export interface Sizes {
  readonly symbols: number;
  readonly length: number;
  readonly units: number;
}

/** Parameters: vectors of the symbols, a recurrent layer from each end, the writer, what it scores by, and its scores. */
export interface Params {
  readonly words: Embedding<number, number>;
  readonly ahead: Gru<number, number>;
  readonly behind: Gru<number, number>;
  readonly writer: Gru<number, number>;
  readonly score: unknown;
  readonly out: Linear<number, number>;
}
type Tokens = Tensor<readonly [number, number], "i32">;

/** Fresh parameters. The writer has as many units as both readers, so that inner products of the two exist. */
export function init(k: Key, name: ScoreName, { symbols, units }: Sizes): Params {
  const both = 2 * units, at = (i: number) => foldIn(k, i);
  const score = name === "bilinear"
    ? bilinearScoreInit(at(4), both, both)
    : name === "additive"
    ? additiveScoreInit(at(4), both, both, units)
    : null;
  return {
    // One more symbol, that a sequence to be written begins with.
    words: embeddingInit(at(0), symbols + 1, units),
    ahead: gruInit(at(1), units, units),
    behind: gruInit(at(2), units, units),
    writer: gruInit(at(3), 3 * units, both),
    score,
    out: linearInit(at(5), 2 * both, symbols),
  };
}

const scoreOf = (name: ScoreName, p: unknown): Score =>
  name === "dot"
    ? dotScore()
    : name === "scaledDot"
    ? scaledDotScore()
    : name === "bilinear"
    ? bilinearScore(p as never) as unknown as Score
    : additiveScore(p as never) as unknown as Score;

/** What is read of sequences, `[batch, length, 2·units]`. */
const read = (p: Params, source: Tokens): Tensor =>
  bidirectionalWith(gruWith(p.ahead), gruWith(p.behind))(
    embeddingWith(p.words)(source) as never,
  )[1] as unknown as Tensor;

/** The carry of the writer, and what it attended to last. */
interface Writing {
  readonly h: Tensor;
  readonly context: Tensor;
}

/** One symbol further: the writer sees the last one and what it attended to, looks again, and scores the next. */
function write(
  p: Params,
  name: ScoreName,
  memory: Tensor,
  { h, context }: Writing,
  last: Tensor,
): readonly [Writing, Tensor, Tensor] {
  const x = concat([embeddingWith(p.words)(last as never), context] as never, { axis: 1 }) as unknown as Tensor;
  const [next] = gruCell(p.writer)(h as never, x as never) as unknown as readonly [Tensor];
  const { values, weights } = attention(scoreOf(name, p.score))(next as never, memory as never) as unknown as {
    readonly values: Tensor;
    readonly weights: Tensor;
  };
  const scored = linear(p.out)(concat([next, values] as never, { axis: 1 }) as never) as unknown as Tensor;
  return [{ h: next, context: values }, scored, weights];
}

/** What writing begins with. */
function begin(memory: Tensor, sizes: Sizes): { readonly state: Writing; readonly last: Tensor } {
  const batch = memory.shape[0]!, zero = zeros([batch, 2 * sizes.units]) as Tensor;
  return { state: { h: zero, context: zero }, last: startSymbol(batch, sizes.symbols) };
}

/** The symbol that stands for the beginning, once for each sequence. */
const startSymbol = (batch: number, symbols: number): Tensor =>
  full([batch], symbols, { dtype: "i32" }) as unknown as Tensor;

/** Scores of each symbol to be written, where what stands before it is given: `[batch, length, symbols]`. */
function taught(p: Params, name: ScoreName, sizes: Sizes, source: Tokens, target: Tokens): Tensor {
  const memory = read(p, source), { state, last } = begin(memory, sizes), [batch, length] = target.shape;
  const shifted = concat([reshape(last, [batch, 1]), slice(target, [0, 0], [batch, length - 1])] as never, { axis: 1 });
  const [, scored] = scan(
    (s: Writing, x: Tensor) => {
      const [after, y] = write(p, name, memory, s, x);
      return [after, y] as const;
    },
    state,
    swapAxes(shifted as unknown as Tensor, 0, 1) as never,
  ) as unknown as readonly [unknown, Tensor];
  return swapAxes(scored, 0, 1) as Tensor;
}

/** What is written when each symbol is the one that scored best, `[batch, length]`, and where the writer looked. */
export interface Written {
  readonly symbols: Tokens;
  /** `[batch, length written, length read]`. */
  readonly weights: Tensor<readonly [number, number, number]>;
}

/** Writes what sequences are turned into. */
export function writeOut(p: Params, name: ScoreName, sizes: Sizes, source: Tokens): Written {
  const memory = read(p, source), start = begin(memory, sizes);
  const [, [symbols, weights]] = scan(
    (s: typeof start, _: null) => {
      const [state, scored, looked] = write(p, name, memory, s.state, s.last);
      const last = argmax(scored, { axis: 1 }) as unknown as Tensor;
      return [{ state, last }, [last, looked]] as const;
    },
    start,
    null,
    { length: sizes.length },
  ) as unknown as readonly [unknown, readonly [Tensor, Tensor]];
  return { symbols: swapAxes(symbols, 0, 1) as never, weights: swapAxes(weights, 0, 1) as never };
}

/** Sequences of symbols drawn at random. */
export const draw = (k: Key, count: number, { symbols, length }: Sizes): Tokens =>
  randint(k, [count, length], 0, symbols) as unknown as Tokens;

/** The task: the same sequence backwards. */
export const answer = (source: Tokens): Tokens => reverse(source, { axis: 1 }) as Tokens;

/** How a run is set up. */
export interface Settings extends Sizes {
  readonly steps: number;
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
}

/** Trains from scratch; the same settings give the same parameters to the last bit. */
export function train(name: ScoreName, settings: Settings): Params {
  const { steps, batch, rate } = settings, root = key(settings.seed);
  const optimizer = chain(clipByGlobalNorm(1), adam(cosineDecay(rate, steps)));
  type State = { readonly params: Params; readonly opt: OptState; readonly key: Key };
  const step = jit((s: State) => {
    const [mine, next] = split(s.key) as readonly [Key, Key],
      source = draw(mine, batch, settings),
      target = answer(source);
    const loss = (p: Params) =>
      softmaxCrossEntropy(taught(p, name, settings, source, target) as never, target) as Tensor<readonly []>;
    const [, gradient] = valueAndGrad(loss)(s.params);
    const [updates, opt] = optimizer.update(gradient, s.opt, s.params);
    return { params: applyUpdates(s.params, updates), opt, key: next };
  }, { name: "train step", donate: [0] });
  const params = init(foldIn(root, 0), name, settings);
  let state: State = { params, opt: optimizer.init(params), key: foldIn(root, 1) };
  for (let i = 0; i < steps; i++) state = step(state);
  return state.params;
}

/** How many of some sequences are written without a mistake. */
export function accuracyOf(p: Params, name: ScoreName, sizes: Sizes, source: Tokens): number {
  const program = jit((p: Params, source: Tokens) => {
    const right = equal(writeOut(p, name, sizes, source).symbols, answer(source));
    return mean(cast(all(right as never, { axis: 1 }) as never, "f32"));
  });
  return (program(p, source) as unknown as Tensor<readonly []>).item();
}

/** A matrix of weights as text: a row for each symbol written, darker where it looks. */
export function drawWeights(
  weights: readonly (readonly number[])[],
  rows: readonly string[],
  columns: readonly string[],
): string {
  const shades = " ░▒▓█", shade = (w: number) => shades[Math.min(4, Math.floor(w * 5))]!.repeat(2);
  const head = `   ${columns.map((c) => c.padStart(2)).join("")}`;
  return [head, ...weights.map((r, i) => `${rows[i]!.padStart(2)} ${r.map(shade).join("")}`)].join("\n");
}

const attentionCommand = command("attention", "learn to write sequences backwards, once with each score function", {
  symbols: whole(10, "kinds of symbols", 2, 26),
  length: whole(10, "symbols of a sequence"),
  units: whole(32, "units of each reader"),
  steps: whole(1500, "steps of training"),
  batch: whole(64, "sequences a step"),
  rate: positive(0.005, "Adam's first step size, which falls along half a cosine"),
  seed,
});

if (import.meta.main) {
  await run(attentionCommand, (options) => {
    const unseen = draw(foldIn(key(options.seed), 2), 1000, options);
    let last: Params | undefined;
    for (const name of scores) {
      const begun = performance.now(), params = train(name, options);
      const right = percent(accuracyOf(params, name, options, unseen), 1);
      console.log(`${name.padEnd(9)}: ${right} of 1000 unseen sequences without a mistake, ${secondsSince(begun)} s`);
      last = params;
    }
    const one = draw(foldIn(key(options.seed), 3), 1, options),
      letters = (x: Tokens) => Array.from(x.dataSync(), (n) => String.fromCharCode(97 + n));
    const { symbols, weights } = writeOut(last!, "additive", options, one);
    console.log(`\nWhere the additive one looks (columns) while it writes (rows):\n`);
    console.log(drawWeights(weights.toArray()[0]!, letters(symbols), letters(one)));
    return Promise.resolve();
  });
}
