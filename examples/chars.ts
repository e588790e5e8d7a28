/**
 * A recurrent network that writes like Shakespeare: an LSTM of 128 units that guesses the next character, trained by
 * backpropagation through time truncated to 64 characters, in 32 streams through the text.
 *
 * `deno task chars` trains, prints the loss on the last tenth of the text and a sample.
 */
import {
  at,
  bernoulli,
  cast,
  categorical,
  div,
  foldIn,
  jit,
  type Key,
  key,
  mul,
  oneHot,
  reshape,
  scan,
  type Shape,
  split,
  stopGradient,
  type Tensor,
  tensor,
  tree,
  valueAndGrad,
} from "@adjoint/adjoint";
import { charactersOf, loadShakespeare, orThrow, streams } from "@adjoint/adjoint/data";
import {
  type Linear,
  linear,
  linearInit,
  type Lstm,
  lstmCell,
  lstmInit,
  lstmWith,
  softmaxCrossEntropy,
} from "@adjoint/adjoint/layers";
import { adam, applyUpdates, chain, clipByGlobalNorm, cosineDecay, type OptState } from "@adjoint/adjoint/optim";
import { command, looking, positive, run, secondsSince, seed, whole } from "./command.ts";

/** The network: characters as unit vectors, an LSTM, and a linear layer to the scores of the next character. */
export interface Params {
  readonly lstm: Lstm<number, number>;
  readonly out: Linear<number, number>;
}
type Tokens = Tensor<readonly [number, number], "i32">;
/** What is carried from stretch to stretch, for each stream. */
export interface Carry {
  readonly h: Tensor<readonly [number, number]>;
  readonly c: Tensor<readonly [number, number]>;
}

/** Fresh parameters for an alphabet of some symbols. */
export const init = (k: Key, symbols: number, units: number): Params => ({
  lstm: lstmInit(foldIn(k, 0), symbols, units),
  out: linearInit(foldIn(k, 1), units, symbols),
});

/** The carry that sequences begin with. */
const carryOf = (units: number, streams: number): Carry => {
  const zero = tensor(new Float32Array(streams * units), { shape: [streams, units] }) as Carry["h"];
  return { h: zero, c: zero };
};

/** Scores of the next character at each place, and the carry behind the last. */
function logits(p: Params, carry: Carry, tokens: Tokens): readonly [Carry, Tensor<readonly [number, number, number]>] {
  const vectors = oneHot(tokens, p.lstm.wx.shape[0]) as unknown as Tensor<readonly [number, number, number]>;
  const [after, hidden] = lstmWith(p.lstm)(vectors as never, { carry } as never);
  return [after as unknown as Carry, linear(p.out)(hidden as never) as never];
}

/** How a run is set up. */
export interface Settings {
  readonly steps: number;
  readonly units: number;
  readonly batch: number;
  readonly length: number;
  readonly rate: number;
  readonly seed: number;
}

/** Trains from scratch; the same settings give the same parameters to the last bit. `report` is called after each step. */
export function train(
  tokens: Tensor<readonly [number], "i32">,
  symbols: number,
  settings: Settings,
  report: (step: number, loss: () => number, params: Params) => void,
): Params {
  const { steps, units, batch, length, rate } = settings, parts = streams(tokens, batch, length);
  const optimizer = chain(clipByGlobalNorm(1), adam(cosineDecay(rate, steps, { least: rate / 10 })));
  type State = { readonly params: Params; readonly opt: OptState; readonly carry: Carry; readonly key: Key };
  const step = jit((s: State, inputs: Tokens, targets: Tokens) => {
    const [mine, next] = split(s.key) as readonly [Key, Key];
    // Some streams begin anew, or what it learns holds only for the one carry that it has had all along.
    const goesOn = cast(bernoulli(mine, 0.9, [batch, 1]) as Tensor<Shape, "bool">, "f32") as Tensor;
    const before = tree.map((x) => mul(x as Tensor, goesOn) as typeof x, stopGradient(s.carry));
    const loss = (p: Params) => {
      const [carry, scores] = logits(p, before, inputs);
      return [softmaxCrossEntropy(scores, targets), carry] as const;
    };
    const [[l, carry], gradient] = valueAndGrad(loss, { hasAux: true })(s.params);
    const [updates, opt] = optimizer.update(gradient, s.opt, s.params);
    return [{ params: applyUpdates(s.params, updates), opt, carry, key: next }, l] as const;
  }, { name: "train step", donate: [0] });
  const root = key(settings.seed), params = init(foldIn(root, 0), symbols, units);
  let state: State = { params, opt: optimizer.init(params), carry: carryOf(units, batch), key: foldIn(root, 1) };
  for (let i = 0; i < steps; i++) {
    const { inputs, targets } = parts[i % parts.length]!;
    // Behind the end of a stream stands its beginning, which no character before it foretells.
    if (i > 0 && i % parts.length === 0) state = { ...state, carry: carryOf(units, batch) };
    const [next, l] = step(state, inputs as unknown as Tokens, targets as unknown as Tokens);
    state = next;
    report(i + 1, () => l.item(), state.params);
  }
  return state.params;
}

/** The mean loss over a text, in nats a character, read in some streams. */
export function lossOver(params: Params, tokens: Tensor<readonly [number], "i32">, batch = 32, length = 64): number {
  const parts = streams(tokens, batch, length), units = params.lstm.wh.shape[0];
  const score = jit((p: Params, carry: Carry, inputs: Tokens, targets: Tokens) => {
    const [after, scores] = logits(p, carry, inputs);
    return [after, softmaxCrossEntropy(scores, targets)] as const;
  });
  let carry = carryOf(units, batch), total = 0;
  for (const { inputs, targets } of parts) {
    const [after, l] = score(params, carry, inputs as unknown as Tokens, targets as unknown as Tokens);
    carry = after;
    total += l.item();
  }
  return total / parts.length;
}

/** Characters drawn one after the other, the likelier ones more often the lower the temperature. */
export function sample(
  params: Params,
  prompt: Tensor<readonly [number], "i32">,
  length: number,
  k: Key,
  temperature = 0.8,
): Int32Array {
  const cell = lstmCell(params.lstm), symbols = params.lstm.wx.shape[0], units = params.lstm.wh.shape[0];
  const draw = jit((p: Tensor<readonly [number], "i32">, start: Key) => {
    const [carry, scores] = logits(params, carryOf(units, 1), reshape(p, [1, p.shape[0]]) as Tokens);
    const first = reshape(scores, [p.shape[0], symbols] as never) as unknown as Tensor;
    const last = { scores: reshape(at(first, [-1]) as Tensor, [symbols]) as Tensor, carry, key: start };
    const [, drawn] = scan(
      (s: typeof last, _: null) => {
        const [mine, next] = split(s.key) as readonly [Key, Key];
        const token = categorical(mine, div(s.scores, temperature) as never) as unknown as Tensor<Shape, "i32">;
        const x = oneHot(reshape(token, [1]) as never, symbols) as unknown as Tensor<readonly [number, number]>;
        const [after, h] = cell(s.carry as never, x as never);
        const y = linear(params.out)(h as never) as unknown as Tensor;
        return [
          { scores: reshape(y, [symbols]) as Tensor, carry: after as unknown as Carry, key: next },
          token,
        ] as const;
      },
      last,
      null,
      { length },
    );
    return drawn;
  });
  return (draw(prompt, k) as unknown as Tensor<Shape, "i32">).dataSync() as Int32Array;
}

/** A text as numbers, its last tenth apart. */
export function partsOf(text: string) {
  const { symbols, encode, decode } = charactersOf(text), cut = Math.floor(0.9 * text.length);
  return { symbols: symbols.length, encode, decode, train: encode(text.slice(0, cut)), test: encode(text.slice(cut)) };
}

const chars = command("chars", "train an LSTM on Shakespeare, character by character, and let it write", {
  steps: whole(1000, "steps of training"),
  units: whole(128, "units of the LSTM"),
  batch: whole(32, "streams read side by side"),
  length: whole(64, "characters a step"),
  rate: positive(0.02, "Adam's first step size, which falls to a tenth along half a cosine"),
  sample: whole(400, "characters to write", 0),
  seed,
});

if (import.meta.main) {
  await run(chars, async (options) => {
    const { symbols, encode, decode, train: tokens, test } = partsOf(orThrow(await loadShakespeare(looking)()));
    const begun = performance.now();
    const params = train(tokens, symbols, options, (step, loss, now) => {
      if (step % 250 !== 0 && step !== options.steps) return;
      const held = lossOver(now, test).toFixed(3);
      console.log(`step ${step}: loss ${loss().toFixed(3)}, on the last tenth ${held}, ${secondsSince(begun)} s`);
    });
    const written = sample(params, encode("ROMEO:\n"), options.sample, foldIn(key(options.seed), 2));
    console.log(`\nROMEO:\n${decode(written)}`);
  });
}
