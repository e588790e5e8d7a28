/**
 * Radial basis function networks: a curve and a surface approximated from noisy samples, and wines told apart.
 *
 * Centres come from k-means; for the targets, the weights after the radial layer solve a linear least-squares problem,
 * for the wines they are learned with the centres and the widths by gradient descent.
 *
 * `deno task rbf` prints R² on unseen points for both targets, and the accuracy on unseen wines.
 */
import { pipe } from "fp-ts/lib/function.js";
import {
  add,
  argmax,
  eye,
  jit,
  type Key,
  key,
  matmul,
  mul,
  normal,
  solve,
  split,
  swapAxes,
  type Tensor,
  tensor,
  uniform,
  valueAndGrad,
} from "@adjoint/adjoint";
import { loadWine, orThrow, trainTestSplit } from "@adjoint/adjoint/data";
import {
  dense,
  input,
  kMeans,
  measure,
  type ParamsOf,
  rbf,
  rbfInit,
  rbfWith,
  rSquared,
  softmaxCrossEntropy,
  standardizeFit,
  standardizeWith,
} from "@adjoint/adjoint/layers";
import { adam, applyUpdates, type OptState } from "@adjoint/adjoint/optim";
import { command, looking, percent, run, seed } from "./command.ts";

/** A function of points `[n, D]`, `D` numbers each, on [−1, 1]. */
export interface Target {
  readonly name: string;
  readonly inputs: number;
  readonly units: number;
  readonly of: (point: readonly number[]) => number;
}

/** A wave in one dimension, and Franke's kind of surface in two: bumps of several widths. */
export const targets: readonly Target[] = [
  { name: "curve", inputs: 1, units: 15, of: ([x = 0]) => Math.sin(3 * Math.PI * x) * Math.exp(-x * x) },
  {
    name: "surface",
    inputs: 2,
    units: 40,
    of: ([x = 0, y = 0]) =>
      Math.exp(-4 * ((x - 0.4) ** 2 + (y - 0.3) ** 2)) - 0.7 * Math.exp(-6 * ((x + 0.5) ** 2 + (y + 0.2) ** 2)) +
      0.3 * Math.sin(2 * x) * Math.cos(2 * y),
  },
];

type Points = Tensor<readonly [number, number]>;

const valuesOf = (target: Target, points: Points): Tensor =>
  tensor(Float32Array.from(points.toArray() as number[][], (p) => target.of(p))) as Tensor;

/** R² on 1000 unseen points of a network fitted to 400 noisy samples of a target. */
export function fitTarget(target: Target, start: Key, samples = 400): number {
  const [a, b, c, d] = split(start, 4) as readonly Key[];
  const draw = (k: Key, n: number) => uniform(k, [n, target.inputs] as const, { min: -1, max: 1 }) as unknown as Points;
  const seen = draw(a!, samples), unseen = draw(b!, 1000);
  const noisy: Tensor = add(valuesOf(target, seen), mul(normal(c!, [samples]) as Tensor, 0.05));
  const { centers } = kMeans(d!, seen, target.units);
  const layer = rbfWith(rbfInit(d!, target.inputs, target.units, { centers, neighbors: 3 }));
  // Ridge regression on the units' answers: (ΦᵀΦ + λI)·w = Φᵀy.
  const phi = layer(seen as never) as Tensor, turned = swapAxes(phi, 0, 1) as Tensor;
  const normalMatrix: Tensor = add(matmul(turned, phi) as Tensor, mul(eye(target.units) as Tensor, 1e-3));
  const w = solve(normalMatrix as never, matmul(turned, noisy) as never) as unknown as Tensor;
  const predicted = matmul(layer(unseen as never) as Tensor, w) as Tensor;
  return measure(rSquared(), [[predicted, valuesOf(target, unseen)]]).item();
}

/** Examples with a class each. */
export interface Classified {
  readonly inputs: Points;
  readonly labels: Tensor<readonly [number], "i32">;
}

/** The part of unseen examples that a radial network of `units` gets right after some steps. */
export function classify(
  train: Classified,
  test: Classified,
  classes: number,
  units: number,
  steps: number,
  start: Key,
): number {
  const [a, b] = split(start) as readonly Key[], scale = standardizeWith(standardizeFit(train.inputs as never));
  const x = scale(train.inputs as never) as unknown as Tensor<readonly [number, number]>;
  const { centers } = kMeans(a!, x, units);
  const net = pipe(input([x.shape[1]]), rbf(units, { centers: centers as never, neighbors: 3 }), dense(classes));
  const optimizer = adam(0.02);
  type State = { readonly params: ParamsOf<typeof net>; readonly opt: OptState };
  const step = jit((s: State) => {
    const loss = (p: State["params"]) =>
      softmaxCrossEntropy(net.apply(p, [], x as never, { mode: "train" })[0], train.labels);
    const [, gradient] = valueAndGrad(loss)(s.params);
    const [updates, opt] = optimizer.update(gradient, s.opt, s.params);
    return { params: applyUpdates(s.params, updates), opt };
  });
  const { params } = net.init(b!);
  let state: State = { params, opt: optimizer.init(params) };
  for (let i = 0; i < steps; i++) state = step(state);
  const [logits] = net.apply(state.params, [], scale(test.inputs as never) as never, { mode: "eval" });
  const given = argmax(logits as Tensor, { axis: 1 }).dataSync(), wanted = test.labels.dataSync();
  return wanted.filter((w, i) => w === given[i]).length / wanted.length;
}

const rbfCommand = command("rbf", "approximate two functions and classify wines with radial basis functions", { seed });

if (import.meta.main) {
  await run(rbfCommand, async (options) => {
    const [a, b, c, d] = split(key(options.seed), 4) as readonly Key[];
    for (const [t, k] of [[targets[0]!, a!], [targets[1]!, b!]] as const) {
      console.log(`${t.name}: R² ${fitTarget(t, k).toFixed(4)} on 1000 unseen points, ${t.units} units`);
    }
    const { inputs, labels } = orThrow(await loadWine(looking)());
    const [train, test] = trainTestSplit(c!, { inputs: inputs as unknown as Points, labels }, 0.3);
    const right = classify(train, test, 3, 12, 200, d!);
    console.log(`wine: ${percent(right)} of ${test.labels.shape[0]} unseen wines, 12 units`);
  });
}
