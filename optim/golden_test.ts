/** Optimizers against other libraries' trajectories (tests/golden/README.md). */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { add, jit, matmul, sigmoid, sum, swapAxes, type Tensor, tensor, type Value, valueAndGrad } from "../mod.ts";
import baseline from "../tests/golden/optim_baseline_numpy.json" with { type: "json" };
import golden from "../tests/golden/optimizers.json" with { type: "json" };
import extra from "../tests/golden/optimizers_extra.json" with { type: "json" };
import {
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamw,
  addDecayedWeights,
  applyUpdates,
  chain,
  type GradientTransformation,
  lamb,
  lion,
  nadam,
  radam,
  rmsprop,
  rprop,
  scaleByLbfgs,
  scaleByLearningRate,
  sgd,
} from "./mod.ts";

type Params = readonly [Value, Value, Value, Value];
const shapes = [[3, 2], [3], [1, 3], [1]] as const;
const f64 = (data: readonly number[], shape: readonly number[]): Value => tensor(Float64Array.from(data), { shape });

const start = golden.setup.initial.map((d, i) => f64(d, shapes[i]!)) as unknown as Params;
const x = f64(golden.setup.x.data, golden.setup.x.shape);

function loss([w1, b1, w2, b2]: Params): Tensor<readonly [], "f64"> {
  const turned = (w: Value) => swapAxes(w, 0, 1) as Value;
  const hidden = sigmoid(add(matmul(x, turned(w1)) as Value, b1) as Value) as Value;
  return sum(sigmoid(add(matmul(hidden, turned(w2)) as Value, b2) as Value) as Value) as unknown as Tensor<
    readonly [],
    "f64"
  >;
}

interface Trajectory {
  readonly name: string;
  readonly steps: number;
  readonly every: number;
  readonly loss_before_step?: readonly number[];
  readonly params: readonly (readonly (readonly number[])[])[];
}

/**
 * Runs a case and compares every sample. A step rounds a handful of times by 2⁻⁵³, and what Adam and its kin divide by
 * magnifies the error of a gradient by at most its own size: 1e-12 of the largest number allows 1e4 roundings, for up to
 * 1001 steps.
 */
function replay(c: Trajectory, optimizer: GradientTransformation): void {
  let traced = 0;
  const step = jit((p: Params, state: unknown) => {
    traced++;
    const [l, g] = valueAndGrad(loss)(p);
    const [updates, next] = optimizer.update(g as unknown as Params, state, p);
    return [applyUpdates(p, updates), next, l] as const;
  });
  let params = start, state = optimizer.init(start), sample = 0;
  for (let i = 0; i < c.steps; i++) {
    const [next, s, l] = step(params, state);
    const expected = c.loss_before_step?.[sample];
    if (i % c.every === 0 && expected !== undefined) assertAlmostEquals(l.item(), expected, 1e-12);
    params = next;
    state = s;
    if (i % c.every === 0) {
      const want = c.params[sample++]!, bound = 1e-12 * Math.max(1, ...want.flat().map(Math.abs));
      params.forEach((p, k) => {
        const got = p.dataSync();
        want[k]!.forEach((v, j) => assertAlmostEquals(got[j]!, v, bound, `${c.name}, step ${i + 1}, parameter ${k}`));
      });
    }
  }
  assertEquals(sample, c.params.length);
  assert(sample > 3);
  assertEquals(traced, 1);
}

type Settings = Readonly<Record<string, number | boolean | string>>;
const number = (s: Settings, name: string): number | undefined => s[name] as number | undefined;
const given = <T extends object>(x: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(x).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

/** Another library's optimizer, by its name there and its settings. */
function named(name: string, s: Settings): GradientTransformation {
  const rate = (s.lr ?? s.learning_rate) as number, weightDecay = number(s, "weight_decay") ?? number(s, "wd");
  const decayed = given({ weightDecay });
  switch (name.toLowerCase()) {
    case "sgd":
      return sgd(rate, {
        ...decayed,
        ...given({
          momentum: number(s, "momentum"),
          dampening: number(s, "dampening"),
          nesterov: s.nesterov as boolean | undefined,
        }),
      });
    case "adam":
      return adam(rate, { ...decayed, amsgrad: s.amsgrad === true });
    case "adamw":
      return adamw(rate, { ...decayed, amsgrad: s.amsgrad === true });
    case "adamax":
      return adamax(rate, decayed);
    case "nadam":
      return nadam(rate, { ...decayed, ...given({ momentumDecay: number(s, "momentum_decay") }) });
    case "radam":
      return radam(rate, { ...decayed, decoupledWeightDecay: s.decoupled_weight_decay === true });
    case "adadelta":
      return adadelta(rate, { ...decayed, ...given({ rho: number(s, "rho") }) });
    case "adagrad":
      return adagrad(rate, { ...decayed, ...given({ rateDecay: number(s, "lr_decay") }) });
    case "rmsprop":
      return rmsprop(rate, {
        ...decayed,
        centered: s.centered === true,
        ...given({ momentum: number(s, "momentum") }),
      });
    case "rprop":
      return rprop(rate, { largestStep: (s.step_sizes as unknown as readonly number[])[1]! });
    case "adafactor":
      return adafactor(rate, { ...decayed, ...given({ beta2Decay: number(s, "beta2_decay") }) });
    case "lamb":
      return lamb(rate, decayed);
    case "lion":
      return lion(rate, decayed);
    case "lbfgs":
      return chain(scaleByLbfgs(given({ historySize: number(s, "history_size") })), scaleByLearningRate(rate));
    default:
      throw new Error(`no optimizer ${name}`);
  }
}

for (const c of [...golden.cases, ...extra.cases]) {
  Deno.test(`${c.name} ${JSON.stringify(c.attrs)} follows its golden trajectory`, () => {
    replay(c, named(c.name, c.attrs as unknown as Settings));
  });
}

for (const [name, { config, samples }] of Object.entries(baseline)) {
  Deno.test(`${name} follows PyTorch's 1001 steps`, () => {
    replay({ name, steps: 1001, every: 100, params: samples }, named(config.kind, config));
  });
}

Deno.test("weight decay before an optimizer is the optimizer's own coupled one", () => {
  const c = golden.cases.find((g) => g.name === "Adam" && "weight_decay" in g.attrs)!;
  replay(c, chain(addDecayedWeights(0.01), adam(0.01)));
});
