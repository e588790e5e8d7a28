/**
 * A small GPT that writes like Shakespeare: four transformer blocks of four heads, 128 wide, over 64 characters.
 *
 * `deno task gpt` trains, prints the loss on the last tenth of the text, and a sample made with a key-value cache.
 */
import {
  add,
  arange,
  at,
  categorical,
  div,
  foldIn,
  jit,
  type Key,
  key,
  matmul,
  reshape,
  scan,
  type Shape,
  split,
  swapAxes,
  type Tensor,
  tensor,
  valueAndGrad,
} from "@adjoint/adjoint";
import { loadShakespeare, orThrow, randomWindows, streams } from "@adjoint/adjoint/data";
import {
  type Embedding,
  embeddingInit,
  embeddingWith,
  learnedPositionsInit,
  normalInit,
  positionsWith,
  softmaxCrossEntropy,
  transformerCache,
  type TransformerEncoder,
  transformerEncoderInit,
  transformerEncoderStep,
  transformerEncoderWith,
  type TransformerOptions,
} from "@adjoint/adjoint/layers";
import {
  adamw,
  applyUpdates,
  chain,
  clipByGlobalNorm,
  cosineDecay,
  type OptState,
  warmup,
} from "@adjoint/adjoint/optim";
import { partsOf } from "./chars.ts";
import { command, looking, positive, run, secondsSince, seed, whole } from "./command.ts";

/** How large the network is. */
export interface Sizes {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly block: number;
}

/** Parameters: vectors of the characters, which also score them, vectors of the places, and the blocks between. */
export interface Params {
  readonly tokens: Embedding<number, number>;
  readonly places: Tensor<readonly [number, number]>;
  readonly blocks: TransformerEncoder<number, false>;
}
type Tokens = Tensor<readonly [number, number], "i32">;
type Line = Tensor<readonly [number], "i32">;

const optionsOf = (heads: number): TransformerOptions<false> => ({
  heads,
  causal: true,
  normFirst: true,
  activation: "gelu",
  dropout: 0,
  bias: false,
});

/** Fresh parameters for an alphabet of some symbols. */
export const init = (k: Key, symbols: number, { layers, heads, width, block }: Sizes): Params => ({
  tokens: embeddingInit(foldIn(k, 0), symbols, width, { weights: normalInit(0.02) }),
  places: learnedPositionsInit(foldIn(k, 1), block, width),
  blocks: transformerEncoderInit(foldIn(k, 2), width, layers, optionsOf(heads)),
});

/** Scores of every character: products with the characters' own vectors. */
const scores = (p: Params, hidden: Tensor): Tensor =>
  matmul(hidden, swapAxes(p.tokens.w as unknown as Tensor, 0, 1) as Tensor) as Tensor;

/** Scores of the next character at each place, `[batch, block, symbols]`. */
function logits(p: Params, heads: number, tokens: Tokens): Tensor<readonly [number, number, number]> {
  const placed = positionsWith(p.places)(embeddingWith(p.tokens)(tokens) as never);
  return scores(p, transformerEncoderWith(p.blocks, optionsOf(heads))(placed as never) as Tensor) as never;
}

/** How a run is set up. */
export interface Settings extends Sizes {
  readonly steps: number;
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
}

/** Trains from scratch; the same settings give the same parameters to the last bit. `report` is called after each step. */
export function train(
  tokens: Line,
  symbols: number,
  settings: Settings,
  report: (step: number, loss: () => number, params: Params) => void,
): Params {
  const { steps, batch, block, heads, rate } = settings, root = key(settings.seed);
  const schedule = warmup(Math.min(100, Math.ceil(steps / 10)), cosineDecay(rate, steps, { least: rate / 10 }));
  const optimizer = chain(clipByGlobalNorm(1), adamw(schedule, { beta2: 0.99, weightDecay: 0.1 }));
  type State = { readonly params: Params; readonly opt: OptState; readonly key: Key };
  const step = jit((s: State, text: Line) => {
    const [mine, next] = split(s.key) as readonly [Key, Key],
      { inputs, targets } = randomWindows(mine, text, batch, block);
    const loss = (p: Params) => softmaxCrossEntropy(logits(p, heads, inputs as unknown as Tokens), targets);
    const [l, gradient] = valueAndGrad(loss)(s.params);
    const [updates, opt] = optimizer.update(gradient, s.opt, s.params);
    return [{ params: applyUpdates(s.params, updates), opt, key: next }, l] as const;
  }, { name: "train step", donate: [0] });
  const params = init(foldIn(root, 0), symbols, settings);
  let state: State = { params, opt: optimizer.init(params), key: foldIn(root, 1) };
  for (let i = 0; i < steps; i++) {
    const [next, l] = step(state, tokens);
    state = next;
    report(i + 1, () => l.item(), state.params);
  }
  return state.params;
}

/** The mean loss over a text, in nats a character, in windows of a block, each begun anew. */
export function lossOver(params: Params, heads: number, tokens: Line, batch = 16): number {
  const parts = streams(tokens, batch, params.places.shape[0]);
  const score = jit((p: Params, inputs: Tokens, targets: Tokens) =>
    softmaxCrossEntropy(logits(p, heads, inputs), targets)
  );
  let total = 0;
  for (const { inputs, targets } of parts) {
    total += score(params, inputs as unknown as Tokens, targets as unknown as Tokens).item();
  }
  return total / parts.length;
}

/**
 * Characters drawn one after the other behind a prompt. The keys and values of what stands before are kept, so that each
 * costs one place; when the block is full, the later half of what is written is read again into an empty cache.
 */
export function sample(
  params: Params,
  heads: number,
  prompt: readonly number[],
  length: number,
  k: Key,
  temperature = 0.8,
): readonly number[] {
  const block = params.places.shape[0],
    symbols = params.tokens.w.shape[0],
    run = transformerEncoderStep(params.blocks, optionsOf(heads));
  const hidden = (cache: unknown, tokens: Line, offset: number | Tensor<readonly [], "i32">) => {
    const placed = positionsWith(params.places, { offset })(embeddingWith(params.tokens)(tokens) as never);
    const [after, y] = run(cache as never, placed as never);
    return [after, scores(params, y as unknown as Tensor)] as const;
  };
  const write = (count: number) =>
    jit((given: Line, start: Key) => {
      const [cache, first] = hidden(transformerCache(params.blocks, block, { heads }), given, 0);
      const begin = { cache, scores: reshape(at(first, [-1]) as Tensor, [symbols]) as Tensor, key: start };
      const [, drawn] = scan(
        (s: typeof begin, i: Tensor<readonly [], "i32">) => {
          const [mine, next] = split(s.key) as readonly [Key, Key];
          const token = categorical(mine, div(s.scores, temperature) as never) as unknown as Tensor<Shape, "i32">;
          const [after, y] = hidden(s.cache, reshape(token, [1]) as Line, add(i, given.shape[0]) as never);
          return [{ cache: after, scores: reshape(y, [symbols]) as Tensor, key: next }, token] as const;
        },
        begin,
        arange(0, count, 1, { dtype: "i32" }) as never,
      );
      return drawn as unknown as Line;
    });
  const half = block >> 1, written = [...prompt], programs = new Map<string, ReturnType<typeof write>>();
  for (let round = 0; written.length < prompt.length + length; round++) {
    const given = written.slice(-half), count = block - given.length, name = `${given.length}`;
    const program = programs.get(name) ?? write(count);
    programs.set(name, program);
    const line = tensor(Int32Array.from(given)) as Line;
    written.push(...program(line, foldIn(k, round)).dataSync());
  }
  return written.slice(0, prompt.length + length);
}

const gpt = command("gpt", "train a small transformer on Shakespeare, character by character, and let it write", {
  steps: whole(2000, "steps of training"),
  layers: whole(4, "blocks"),
  heads: whole(4, "heads of a block"),
  width: whole(128, "size of the vectors"),
  block: whole(64, "characters it sees", 2),
  batch: whole(12, "stretches of text a step"),
  rate: positive(0.002, "the largest step size, which falls to a tenth along half a cosine"),
  sample: whole(400, "characters to write", 0),
  seed,
});

if (import.meta.main) {
  await run(gpt, async (options) => {
    const { symbols, encode, decode, train: tokens, test } = partsOf(orThrow(await loadShakespeare(looking)()));
    const begun = performance.now();
    const params = train(tokens, symbols, options, (step, loss, now) => {
      if (step % 500 !== 0 && step !== options.steps) return;
      const held = lossOver(now, options.heads, test).toFixed(3);
      console.log(`step ${step}: loss ${loss().toFixed(3)}, on the last tenth ${held}, ${secondsSince(begun)} s`);
    });
    const prompt = [...encode("ROMEO:\n").dataSync()] as number[];
    console.log(`\n${decode(sample(params, options.heads, prompt, options.sample, foldIn(key(options.seed), 2)))}`);
  });
}
