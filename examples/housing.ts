/**
 * Prices of houses in California: a network on standardised measurements and where a district lies, tried on a fifth of
 * the districts, beside the least-squares line on the same measurements.
 *
 * `deno task housing` trains and prints R² on the unseen districts for both.
 */
import { pipe } from "fp-ts/lib/function.js";
import {
  concat,
  div,
  foldIn,
  isNaN,
  jit,
  key,
  log,
  lstsq,
  matmul,
  oneHot,
  ones,
  slice,
  stack,
  type Tensor,
  valueAndGrad,
  where,
} from "@adjoint/adjoint";
import {
  batches,
  type Housing,
  housingProximities,
  loadCaliforniaHousing,
  orThrow,
  trainTestSplit,
} from "@adjoint/adjoint/data";
import {
  act,
  dense,
  heNormal,
  input,
  measure,
  mse,
  type ParamsOf,
  relu,
  rSquared,
  standardizeFit,
  standardizeInverse,
  standardizeWith,
} from "@adjoint/adjoint/layers";
import { adamw, applyUpdates, cosineDecay, type OptState } from "@adjoint/adjoint/optim";
import { command, looking, positive, run, secondsSince, seed, whole } from "./command.ts";

/** What the network reads of each district. */
export const features = 11 + housingProximities.length;
type Rows = Tensor<readonly [number, number]>;

/** Districts as the network reads them, and the values of their houses in dollars. */
export interface Districts {
  /** `[districts, features]`. */
  readonly inputs: Rows;
  /** `[districts, 1]`. */
  readonly values: Rows;
}

/** Counts by their logarithms and by household, rooms for bedrooms that are not known, kinds as 0 and 1. */
export function districtsOf({ inputs, proximity, values }: Housing): Districts {
  const count = inputs.shape[0];
  const column = (i: number): Tensor => slice(inputs as never, [0, i], [count, i + 1]) as Tensor;
  const [longitude, latitude, age, rooms, known, people, homes, income] = Array.from(
    { length: 8 },
    (_, i) => column(i),
  ) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  // About every fifth room is a bedroom.
  const bedrooms = where(isNaN(known), div(rooms, 5) as Tensor, known) as Tensor;
  const logs = [rooms, bedrooms, people, homes, income].map((x) => log(x) as Tensor);
  const shares = [div(rooms, homes), div(people, homes), div(bedrooms, rooms)].map((x) => log(x as Tensor) as Tensor);
  const kinds = oneHot(proximity as never, housingProximities.length) as unknown as Tensor;
  return {
    inputs: concat([longitude, latitude, age, ...logs, ...shares, kinds] as never, { axis: 1 }) as unknown as Rows,
    values: stack([values] as never, { axis: 1 }) as unknown as Rows,
  };
}

/** How a run is set up. */
export interface Settings {
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
}

const init = { weights: heNormal };
const netOf = (inputs: number) =>
  pipe(input([inputs]), dense(128, init), act(relu), dense(128, init), act(relu), dense(64, init), act(relu), dense(1));
type Params = ParamsOf<ReturnType<typeof netOf>>;

/** Trains on some districts and gives what the network says of others, in dollars. */
export function predictPrices(train: Districts, test: Rows, settings: Settings): Rows {
  const { epochs, batch, rate } = settings, root = key(settings.seed);
  const seen = standardizeFit(train.inputs as never), priced = standardizeFit(train.values as never);
  const scaled = standardizeWith(seen) as unknown as (x: Rows) => Rows, net = netOf(train.inputs.shape[1]);
  const count = train.inputs.shape[0], steps = epochs * Math.floor(count / batch);
  const optimizer = adamw(cosineDecay(rate, steps), { weightDecay: 0.01 });
  type State = { readonly params: Params; readonly opt: OptState };
  const step = jit((s: State, x: Rows, y: Rows) => {
    const loss = (p: Params) => mse(net.apply(p, [], x as never, { mode: "train" })[0] as unknown as Rows, y);
    const [l, gradient] = valueAndGrad(loss)(s.params);
    const [updates, opt] = optimizer.update(gradient, s.opt, s.params);
    return [{ params: applyUpdates(s.params, updates), opt }, l] as const;
  }, { name: "train step", donate: [0] });
  const { params } = net.init(foldIn(root, 0));
  let state: State = { params, opt: optimizer.init(params) };
  const data = {
    x: scaled(train.inputs),
    y: (standardizeWith(priced) as unknown as (x: Rows) => Rows)(train.values),
  };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const { x, y } of batches(data, batch, { key: foldIn(root, epoch), dropLast: true })) {
      [state] = step(state, x, y);
    }
  }
  const [y] = net.apply(state.params, [], scaled(test) as never, { mode: "eval" });
  return (standardizeInverse(priced) as unknown as (x: Rows) => Rows)(y as unknown as Rows);
}

/** What the least-squares line says. */
export function predictByLine(train: Districts, test: Rows): Rows {
  const scaled = standardizeWith(standardizeFit(train.inputs as never)) as unknown as (x: Rows) => Rows;
  const rows = (x: Rows): Tensor =>
    concat([scaled(x), ones([x.shape[0], 1])] as never, { axis: 1 }) as unknown as Tensor;
  const { solution } = lstsq(rows(train.inputs) as never, train.values as never) as unknown as {
    readonly solution: Tensor;
  };
  return matmul(rows(test), solution) as unknown as Rows;
}

const housing = command("housing", "predict the prices of houses in California", {
  epochs: whole(60, "passes over the districts"),
  batch: whole(128, "districts a step", 1, 16000),
  rate: positive(0.002, "the step size, which falls along half a cosine"),
  seed,
});

if (import.meta.main) {
  await run(housing, async (options) => {
    const districts = districtsOf(orThrow(await loadCaliforniaHousing(looking)()));
    const [train, test] = trainTestSplit(key(options.seed), districts, 0.2);
    const score = (prices: Rows) => measure(rSquared(), [[prices, test.values]]).item().toFixed(4);
    const begun = performance.now(), prices = predictPrices(train, test.inputs, options);
    console.log(`trained ${options.epochs} epochs on ${train.values.shape[0]} districts in ${secondsSince(begun)} s`);
    const line = score(predictByLine(train, test.inputs));
    console.log(`R² on ${test.values.shape[0]} unseen districts: ${score(prices)}, a line's ${line}`);
  });
}
