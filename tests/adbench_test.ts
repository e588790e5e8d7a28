/**
 * Gradients of ADBench's Gaussian mixture and LSTM objectives, against the values it publishes.
 *
 * The files are read from `$ADJOINT_DATA/adbench`; without that folder the tests are ignored. Objectives from Šrajer et
 * al., A benchmark of selected algorithmic differentiation tools, 2018, https://arxiv.org/abs/1807.10129.
 */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  add,
  concat,
  type DType,
  exp,
  jit,
  log,
  logSumExp,
  matmul,
  mul,
  reshape,
  scan,
  type Shape,
  sigmoid,
  square,
  sub,
  sum,
  tanh,
  type Tensor,
  tensor,
  valueAndGrad,
} from "../mod.ts";

type X = Tensor<Shape, DType>;
const f64 = (data: readonly number[], shape: readonly number[]): X => tensor(Float64Array.from(data), { shape });

/** The folder of the files, where there is one that may be read. */
function folder(): string | undefined {
  try {
    const root = Deno.env.get("ADJOINT_DATA");
    if (root === undefined) return undefined;
    Deno.statSync(`${root}/adbench/expected.json`);
    return `${root}/adbench`;
  } catch {
    return undefined;
  }
}
const dir = folder(), ignore = dir === undefined;

/** Takes numbers from a file of them, some at a time. */
function numbers(file: string): (n: number) => number[] {
  const all = Deno.readTextFileSync(`${dir}/${file}`).split(/\s+/).filter((t) => t !== "").map(Number);
  let at = 0;
  return (n) => all.slice(at, at += n);
}

interface Expected {
  readonly gmm: { readonly objective: number; readonly gradient: readonly number[] };
  readonly lstm: { readonly objective: number; readonly gradient: readonly number[] };
}
const expected = (): Expected => JSON.parse(Deno.readTextFileSync(`${dir}/expected.json`));

/** ln Γ at a half-integer, by its recurrence. */
function lgammaHalf(twice: number): number {
  let v = twice % 2 === 0 ? 0 : Math.log(Math.PI) / 2;
  for (let a = twice % 2 === 0 ? 1 : 0.5; a < twice / 2; a++) v += Math.log(a);
  return v;
}

const close = (got: X, want: readonly number[], tolerance: number): void => {
  const data = got.dataSync();
  assertEquals(data.length, want.length);
  data.forEach((v, i) => assertAlmostEquals(v, want[i]!, tolerance, `element ${i}`));
};

Deno.test({
  name: "the gradient of ADBench's Gaussian mixture is the published one",
  ignore,
  fn: () => {
    const take = numbers("gmm_input.txt"), [d, k, n] = take(3) as [number, number, number];
    const factors = d * (d + 1) / 2;
    const alphas = f64(take(k), [k]), means = f64(take(k * d), [k, d]), icf = f64(take(k * factors), [k, factors]);
    const x = f64(take(n * d), [n, d]), [gamma, m] = take(2) as [number, number];
    assertEquals(d, 2);
    const bigN = d + m + 1;
    const logGammaD = d * (d - 1) / 4 * Math.log(Math.PI) + [0, 1].reduce((s, j) => s + lgammaHalf(bigN - j), 0);
    const c = bigN * d * (Math.log(gamma) - 0.5 * Math.log(2)) - logGammaD;

    const objective = (a: X, mu: X, factor: X): Tensor<readonly [], "f64"> => {
      // Columns of the factors: the log-diagonal, then what is below it.
      const column = (i: number) =>
        matmul(factor, f64(Array.from({ length: factors }, (_, j) => +(i === j)), [factors])) as X;
      const q1 = column(0), q2 = column(1), l = column(2);
      const axis = (t: X, i: number) => matmul(t, f64([+(i === 0), +(i === 1)], [2])) as X;
      const diff = (i: number) => sub(reshape(axis(x, i), [n, 1]) as X, reshape(axis(mu, i), [1, k]) as X) as X;
      const y1 = mul(exp(q1) as X, diff(0)) as X, y2 = add(mul(l, diff(0)) as X, mul(exp(q2) as X, diff(1)) as X) as X;
      const norm = add(square(y1) as X, square(y2) as X) as X;
      const terms = sub(add(a, add(q1, q2) as X) as X, mul(norm, 0.5) as X) as X;
      const likelihood = sub(sum(logSumExp(terms, { axis: 1 }) as X) as X, mul(logSumExp(a) as X, n) as X) as X;
      const squares = add(add(exp(mul(q1, 2) as X) as X, exp(mul(q2, 2) as X) as X) as X, square(l) as X) as X;
      const prior = sub(mul(sum(squares) as X, 0.5 * gamma * gamma) as X, mul(sum(add(q1, q2) as X) as X, m) as X) as X;
      return add(add(likelihood, prior) as X, -(n * d / 2) * Math.log(2 * Math.PI) - k * c) as Tensor<
        readonly [],
        "f64"
      >;
    };
    const [value, gradient] = jit(valueAndGrad(objective, { argnums: [0, 1, 2] }))(alphas, means, icf);
    const want = expected().gmm;
    assertAlmostEquals(value.item(), want.objective, 1e-12 * Math.abs(want.objective));
    const flat = gradient.flatMap((g) => [...(g as X).dataSync()]);
    // Fewer than a hundred roundings of terms no larger than the largest derivative.
    const largest = Math.max(...want.gradient.map(Math.abs));
    close(f64(flat, [flat.length]), want.gradient, 100 * 2 ** -53 * Math.max(1, largest));
  },
});

Deno.test({
  name: "the gradient of ADBench's LSTM, by scan, is the published one",
  ignore,
  fn: () => {
    const take = numbers("lstm_input_l2_c1024.txt"), [layers, steps, bits] = take(3) as [number, number, number];
    const main = f64(take(2 * layers * 4 * bits), [2 * layers, 4 * bits]), extra = f64(take(3 * bits), [3, bits]);
    const start = f64(take(2 * layers * bits), [2 * layers, bits]), sequence = take(steps * bits);
    const inputs = f64(sequence.slice(0, (steps - 1) * bits), [steps - 1, bits]);
    const targets = f64(sequence.slice(bits), [steps - 1, bits]);
    const row = (t: X, i: number): X => {
      const pick = Array.from({ length: t.shape[0]! }, (_, j) => +(i === j));
      return matmul(f64(pick, [pick.length]), t) as X;
    };
    const part = (t: X, i: number): X => row(reshape(t, [4, bits]) as X, i);
    const layer = (w: X, b: X, x: X, h: X, s: X): readonly [X, X] => {
      const g = add(mul(concat([x, h, x, h]) as X, w) as X, b) as X;
      const gate = (i: number) => sigmoid(part(g, i)) as X;
      const next = add(mul(s, gate(0)) as X, mul(gate(1), tanh(part(g, 3)) as X) as X) as X;
      return [mul(gate(2), tanh(next) as X) as X, next];
    };
    const loss = (p: X, e: X): Tensor<readonly [], "f64"> => {
      const step = (state: readonly X[], [input, target]: readonly [X, X]) => {
        let x = mul(input, row(e, 0)) as X;
        const next: X[] = [];
        for (let i = 0; i < layers; i++) {
          const [h, s] = layer(row(p, 2 * i), row(p, 2 * i + 1), x, state[2 * i]!, state[2 * i + 1]!);
          next.push(h, s);
          x = h;
        }
        const y = add(mul(x, row(e, 1)) as X, row(e, 2)) as X;
        const scores = sub(y, log(add(sum(exp(y) as X) as X, 2) as X) as X) as X;
        return [next, sum(mul(target, scores) as X) as X] as const;
      };
      const state = Array.from({ length: 2 * layers }, (_, i) => row(start, i));
      const [, losses] = scan(step as never, state, [inputs, targets] as const) as unknown as readonly [unknown, X];
      return mul(sum(losses) as X, -1 / ((steps - 1) * bits)) as Tensor<readonly [], "f64">;
    };
    const [value, [dMain, dExtra]] = jit(valueAndGrad(loss, { argnums: [0, 1] }))(main, extra);
    const want = expected().lstm;
    // Published to eight digits.
    assertAlmostEquals(value.item(), want.objective, 5e-9);
    const flat = [...(dMain as X).dataSync(), ...(dExtra as X).dataSync()];
    // 1023 steps of 14 terms, averaged: the roundings of a sum of n terms are at most n·2⁻⁵³ of their size, which is below 1/n.
    close(f64(flat, [flat.length]), want.gradient, 1e-12);
  },
});
