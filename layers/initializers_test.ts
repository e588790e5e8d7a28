/** The laws, scales and bounds that weights are drawn by. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { AdjointError, key, matmul, type Shape, swapAxes, type Tensor, tensor } from "../mod.ts";
import golden from "../tests/golden/init.json" with { type: "json" };
import {
  type Distribution,
  fans,
  gain,
  glorotNormal,
  glorotTruncatedNormal,
  glorotUniform,
  heNormal,
  heTruncatedNormal,
  heUniform,
  type Initializer,
  lecunNormal,
  lecunTruncatedNormal,
  lecunUniform,
  normalInit,
  onesInit,
  orthogonal,
  truncatedNormalInit,
  uniformInit,
  varianceScaling,
  zerosInit,
} from "./mod.ts";

const numbers = (x: unknown): Float32Array => (x as Tensor).dataSync() as unknown as Float32Array;
const power = (x: Float32Array, k: number): number => x.reduce((a, v) => a + v ** k, 0) / x.length;

/** A unit normal cut at ±2, by its density φ and its share within: moments from integration by parts. */
const [phi, within] = [Math.exp(-2) / Math.sqrt(2 * Math.PI), 0.9544997361036416];
const cut2 = 1 - 2 * 2 * phi / within, cut4 = 3 * cut2 - 2 * 8 * phi / within;

/** Of each law the kurtosis E x⁴ / (E x²)², and the bound in standard deviations. */
const laws: Readonly<Record<Distribution, { readonly kurtosis: number; readonly bound: number }>> = {
  normal: { kurtosis: 3, bound: Infinity },
  truncatedNormal: { kurtosis: cut4 / cut2 ** 2, bound: 2 / Math.sqrt(cut2) },
  uniform: { kurtosis: 1.8, bound: Math.sqrt(3) },
};

/** Holds a draw to mean 0, a variance, a law's bound and kurtosis. */
function follows(name: string, draw: Initializer, shape: Shape, variance: number, law: Distribution): void {
  const w = numbers(draw(key(11), shape)), n = w.length, { kurtosis, bound } = laws[law];
  // Five standard errors: √(variance/n) of a mean, variance · √((kurtosis − 1)/n) of a mean square.
  assertAlmostEquals(power(w, 1), 0, 5 * Math.sqrt(variance / n), `${name}: mean`);
  assertAlmostEquals(power(w, 2), variance, 5 * variance * Math.sqrt((kurtosis - 1) / n), `${name}: variance`);
  // The fourth moment has an error of √(E x⁸/n); 105 bounds E x⁸ of all three laws at variance 1.
  assertAlmostEquals(power(w, 4) / variance ** 2, kurtosis, 5 * Math.sqrt(105 / n), `${name}: kurtosis`);
  const most = w.reduce((m, v) => Math.max(m, Math.abs(v)), 0), deviation = Math.sqrt(variance);
  assert(most <= bound * deviation * (1 + 2 ** -22), `${name}: ${most} is out of bounds`);
  if (Number.isFinite(bound)) assert(most > 0.99 * bound * deviation, `${name}: bounds are not reached`);
  assertEquals([(draw(key(1), shape) as Tensor).shape, (draw(key(1), shape) as Tensor).dtype], [shape, "f32"]);
}

// Fan in 200, fan out 300.
const shape = [200, 300] as const;
const named: Readonly<Record<string, readonly [Initializer, number, Distribution]>> = {
  glorotUniform: [glorotUniform, 2 / 500, "uniform"],
  glorotNormal: [glorotNormal, 2 / 500, "normal"],
  glorotTruncatedNormal: [glorotTruncatedNormal, 2 / 500, "truncatedNormal"],
  heUniform: [heUniform, 2 / 200, "uniform"],
  heNormal: [heNormal, 2 / 200, "normal"],
  heTruncatedNormal: [heTruncatedNormal, 2 / 200, "truncatedNormal"],
  lecunUniform: [lecunUniform, 1 / 200, "uniform"],
  lecunNormal: [lecunNormal, 1 / 200, "normal"],
  lecunTruncatedNormal: [lecunTruncatedNormal, 1 / 200, "truncatedNormal"],
  "normalInit(0.5)": [normalInit(0.5), 0.25, "normal"],
  "truncatedNormalInit(0.5)": [truncatedNormalInit(0.5), 0.25, "truncatedNormal"],
  "truncatedNormalInit()": [truncatedNormalInit(), 1e-4, "truncatedNormal"],
  "uniformInit(0.3)": [uniformInit(0.3), 0.03, "uniform"],
};

for (const [name, [draw, variance, law]] of Object.entries(named)) {
  Deno.test(`${name} follows its law, at its variance`, () => follows(name, draw, shape, variance, law));
}

Deno.test("varianceScaling() is of variance scale / fan in every mode and law", () => {
  const modes = { fanIn: 200, fanOut: 300, fanAverage: 250 } as const;
  for (const [mode, fan] of Object.entries(modes) as ["fanIn", number][]) {
    for (const distribution of ["normal", "truncatedNormal", "uniform"] as const) {
      const draw = varianceScaling({ scale: 3, mode, distribution });
      follows(`${mode} ${distribution}`, draw, shape, 3 / fan, distribution);
    }
  }
  // A 3×5 kernel of 20 channels to 40: 300 inputs each.
  follows("a kernel", varianceScaling(), [3, 5, 20, 40], 1 / 300, "truncatedNormal");
});

Deno.test("zerosInit() and onesInit() are zeros and ones", () => {
  assertEquals([zerosInit(key(0), [2]).toArray(), onesInit(key(0), [2]).toArray()], [[0, 0], [1, 1]]);
});

Deno.test("initializers take any shape, empty and scalar too, and draw by their key alone", () => {
  const all = { ...Object.fromEntries(Object.entries(named).map(([n, [f]]) => [n, f])), zerosInit, onesInit };
  for (const [name, f] of Object.entries(all)) {
    for (const s of [[], [0], [0, 4], [4, 0], [3], [2, 2, 2, 2]] as const) {
      const w = f(key(1), s) as Tensor;
      assertEquals([w.shape, numbers(w).every(Number.isFinite)], [s, true], `${name} [${s}]`);
    }
    assertEquals(numbers(f(key(1), [3, 2])), numbers(f(key(1), [3, 2])));
    const same = numbers(f(key(2), [3, 2])).every((v, i) => v === numbers(f(key(1), [3, 2]))[i]);
    assertEquals(same, name === "zerosInit" || name === "onesInit");
  }
});

Deno.test("orthogonal() gives orthonormal rows or columns", () => {
  for (const shape of [[5, 3], [3, 5], [2, 3, 4]] as readonly Shape[]) {
    const w = orthogonal(2)(key(1), shape) as Tensor;
    const m = tensor(w.dataSync(), { shape: [shape.slice(0, -1).reduce((a, b) => a * b, 1), shape.at(-1)!] }) as Tensor;
    const t = swapAxes(m, 0, 1) as Tensor, gram = (m.shape[0]! >= m.shape[1]! ? matmul(t, m) : matmul(m, t)) as Tensor;
    (gram.toArray() as number[][]).forEach((row, i) =>
      row.forEach((v, j) => assertAlmostEquals(v, i === j ? 4 : 0, 1e-5))
    );
  }
});

Deno.test("gains and fans agree with PyTorch's", () => {
  const c = golden.cases[0]!;
  for (const [name, g] of Object.entries(c.values)) {
    const known = { linear: "linear", conv2d: "linear" }[name] ?? name;
    assertEquals(gain(known as "linear"), g, name);
  }
  assertAlmostEquals(gain("leakyRelu", 0.2), c.leaky_relu_0_2, 1e-15);
  // PyTorch's weights are (out, in, …kernel), ours (…kernel, in, out).
  for (const [shape, [fanIn, fanOut]] of Object.entries(c.fans)) {
    const [out, inner, ...kernel] = JSON.parse(shape.replace("(", "[").replace(")", "]")) as number[];
    assertEquals(fans([...kernel, inner!, out!]), { fanIn: fanIn!, fanOut: fanOut! });
  }
});

Deno.test("fans() of vectors and scalars are their size", () => {
  assertEquals([fans([]), fans([7]), fans([2, 3])], [{ fanIn: 1, fanOut: 1 }, { fanIn: 7, fanOut: 7 }, {
    fanIn: 2,
    fanOut: 3,
  }]);
});

Deno.test("initializers say what does not fit", () => {
  const any = (x: unknown) => x as never;
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => varianceScaling({ scale: 0 }), "varianceScaling: scale is a positive number, not 0"],
    [() => varianceScaling({ scale: NaN }), "varianceScaling: scale is a positive number, not NaN"],
    [() => varianceScaling({ scale: Infinity }), "varianceScaling: scale is a positive number, not Infinity"],
    [
      () => varianceScaling({ mode: any("fanMean") }),
      'varianceScaling: mode is "fanIn", "fanOut" or "fanAverage", not "fanMean"',
    ],
    [
      () => varianceScaling({ distribution: any("cauchy") }),
      'varianceScaling: distribution is "normal", "truncatedNormal" or "uniform", not "cauchy"',
    ],
    [() => normalInit(-1), "normalInit: deviation is a number of 0 or more, not -1"],
    [() => truncatedNormalInit(NaN), "truncatedNormalInit: deviation is a number of 0 or more, not NaN"],
    [() => uniformInit(-0.5), "uniformInit: bound is a number of 0 or more, not -0.5"],
    [() => orthogonal()(key(0), [3]), "orthogonal: needs a matrix, not shape [3]"],
    [() => orthogonal(NaN), "orthogonal: gain is a finite number, not NaN"],
    [
      () => gain(any("gelu")),
      'gain: nonlinearity is "linear", "sigmoid", "tanh", "relu", "selu" or "leakyRelu", not "gelu"',
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, AdjointError).message, message);
});
