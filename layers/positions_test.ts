/** Positions: turned vectors, waves and learned tables. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";
import {
  add,
  AdjointError,
  arange,
  cast,
  grad,
  jit,
  key,
  matmul,
  mul,
  neg,
  normal,
  type Shape,
  sub,
  sum,
  swapAxes,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";
import {
  input,
  learnedPositionsInit,
  onesInit,
  positions,
  positionsWith,
  rotary,
  type RotaryCall,
  selfAttentionInit,
  selfAttentionWeights,
  sinusoidalPositions,
} from "./mod.ts";

type Whole = Tensor<Shape, "i32">;
const f64 = (seed: number, shape: Shape): Tensor => cast(normal(key(seed), shape), "f64") as unknown as Tensor;
const flat = (x: { readonly dataSync: () => ArrayLike<number> }) => Array.from(x.dataSync());
const near = (a: readonly number[], b: readonly number[], tolerance: number) => {
  assertEquals(a.length, b.length);
  a.forEach((v, i) => assertAlmostEquals(v, b[i]!, tolerance));
};
const ways: readonly RotaryCall[] = [{}, { pairs: "halves" }, { base: 50 }, { base: 7, pairs: "halves" }];

// A turned coordinate is a·cos − b·sin with |a|, |b| below 4: some 4 roundings of each term. An angle t·base^(−2i/D), t
// below 10, is off by 3 roundings of itself, and so are its sine and cosine. 100 · 2⁻⁵³ · 4 bounds all of it.
const turning = 100 * 2 ** -53 * 4;

for (const options of ways) {
  const named = JSON.stringify(options), { base = 10000, pairs } = options;

  Deno.test(`rotary() ${named} turns each pair by position · base^(−2i/D)`, () => {
    const x = f64(1, [2, 7, 6]), y = flat(rotary(x, options)), v = flat(x);
    for (let row = 0; row < 14; row++) {
      for (let i = 0; i < 3; i++) {
        const [a, b] = pairs === "halves" ? [i, i + 3] : [2 * i, 2 * i + 1], angle = row % 7 * base ** (-2 * i / 6);
        const at = (c: number) => v[6 * row + c]!, c = Math.cos(angle), s = Math.sin(angle);
        assertAlmostEquals(y[6 * row + a]!, at(a) * c - at(b) * s, turning);
        assertAlmostEquals(y[6 * row + b]!, at(a) * s + at(b) * c, turning);
      }
    }
  });

  Deno.test(`rotary() ${named} keeps norms, and inner products that depend on distance alone`, () => {
    const q = f64(1, [7, 6]), k = f64(2, [7, 6]), squares = (x: Tensor) => flat(sum(mul(x, x), { axis: -1 }) as Tensor);
    // 6 products below 16 each, in vectors that are off by `turning`.
    const inner = 6 * 2 * 4 * turning;
    near(squares(rotary(q, options)), squares(q), inner);
    const products = (shift: number) => {
      const at = { ...options, positions: add(arange(7), shift) as Whole };
      return flat(matmul(rotary(q, at), swapAxes(rotary(k, at), 0, 1)) as Tensor);
    };
    for (const shift of [1, 3, -4]) near(products(shift), products(0), inner);
  });

  Deno.test(`rotary() ${named} takes its places, and its derivative turns back`, () => {
    const x = f64(1, [2, 5, 4]),
      g = f64(2, [2, 5, 4]),
      places = tensor([[0, 1, 2, 3, 4], [4, 0, 7, 7, 2]], {
        dtype: "i32",
      }) as Whole;
    near(flat(rotary(x, { ...options, positions: arange(5) as Whole })), flat(rotary(x, options)), turning);
    const at = { ...options, positions: places }, back = { ...options, positions: neg(places) as Whole };
    const second = (y: Tensor) => flat(y).slice(20);
    const alone = rotary(tensor(x.dataSync().slice(20), { shape: [5, 4] }) as Tensor, {
      ...options,
      positions: tensor([4, 0, 7, 7, 2], { dtype: "i32" }) as unknown as Whole,
    });
    near(second(rotary(x, at)), flat(alone), turning);
    near(flat(rotary(rotary(x, at), back)), flat(x), 2 * turning);
    const slope = grad((x: Tensor) => sum(mul(rotary(x, at), g)) as never)(x);
    near(flat(slope), flat(rotary(g, back)), turning);
    near(
      flat(jit((x: Tensor, p: Whole) => rotary(x, { ...options, positions: p }))(x, places)),
      flat(rotary(x, at)),
      turning,
    );
  });
}

Deno.test("rotary() keeps shape and dtype, sizes of zero too", () => {
  for (const shape of [[0, 4], [3, 0], [0, 2, 2], [5, 1, 2]] as const) {
    assertEquals(rotary(zeros(shape)).shape as Shape, shape);
  }
  assertEquals([rotary(f64(1, [2, 2])).dtype as string, rotary(zeros([2, 2])).dtype], ["f64", "f32"]);
});

Deno.test("selfAttentionWeights() of equal vectors with rotary positions depend on distance alone", () => {
  // Of equal vectors the score at distance d is the same wherever it is: rows of weights by distance, before the softmax.
  const p = selfAttentionInit(key(0), 8, 2), x = add(zeros([5, 8]), normal(key(1), [8])) as Tensor<readonly [5, 8]>;
  const w = selfAttentionWeights(p, 2, { rotary: true })(x).toArray() as unknown as number[][][];
  for (const head of w) {
    const score = (i: number, j: number) => Math.log(head[i]![j]! / head[i]![i]!);
    for (let i = 1; i < 4; i++) {
      // Scores below 8 of 4 products in f32, through an exponential and a logarithm: 20 roundings.
      assertAlmostEquals(score(i, i + 1), score(0, 1), 20 * 8 * 2 ** -24);
      assertAlmostEquals(score(i, i - 1), score(4, 3), 20 * 8 * 2 ** -24);
    }
  }
});

Deno.test("sinusoidalPositions() are sines and cosines of position / base^(2i/D)", () => {
  for (const [length, size, base] of [[12, 6, 10000], [5, 7, 30], [1, 1, 2], [0, 4, 3], [3, 0, 3]] as const) {
    const exact = Array.from({ length: length * size }, (_, k) => {
      const t = Math.floor(k / size), i = k % size, angle = t / base ** (2 * Math.floor(i / 2) / size);
      return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    });
    const double = sinusoidalPositions(length, size, { base, dtype: "f64" }),
      single = sinusoidalPositions(length, size, { base });
    assertEquals([double.shape, double.dtype, single.dtype], [[length, size], "f64", "f32"] as never);
    // An angle below 12 is off by 4 roundings; a number of f32 by half a unit in the last place.
    near(flat(double), exact, 4 * 12 * 2 ** -53);
    near(flat(single), exact, 2 ** -24);
  }
});

Deno.test("sinusoidalPositions(): a shift of positions is a rotation of each pair, whatever the position", () => {
  const table = sinusoidalPositions(9, 6, { dtype: "f64" }).toArray();
  for (let t = 0; t + 2 < 9; t++) {
    for (let i = 0; i < 3; i++) {
      const angle = 2 * 10000 ** (-i / 3), [s, c] = [table[t]![2 * i]!, table[t]![2 * i + 1]!];
      assertAlmostEquals(table[t + 2]![2 * i]!, s * Math.cos(angle) + c * Math.sin(angle), turning);
    }
  }
});

Deno.test("learnedPositionsInit() draws normals of deviation 0.02, or what it is told", () => {
  const w = flat(learnedPositionsInit(key(3), 100, 50)), n = w.length;
  const mean = w.reduce((a, b) => a + b, 0) / n, deviation = Math.sqrt(w.reduce((a, b) => a + b * b, 0) / n);
  // Five standard errors: σ/√n of the mean, σ/√(2n) of the deviation.
  assertAlmostEquals(mean, 0, 5 * 0.02 / Math.sqrt(n));
  assertAlmostEquals(deviation, 0.02, 5 * 0.02 / Math.sqrt(2 * n));
  assertEquals(learnedPositionsInit(key(3), 1, 2, { weights: onesInit }).toArray(), [[1, 1]]);
});

Deno.test("positionsWith() adds rows from its offset on, given or computed", () => {
  const table = tensor([[1, 2], [3, 4], [5, 6], [7, 8]]), x = tensor([[[10, 20], [30, 40]], [[0, 0], [0, 0]]]);
  const want = [[[13, 24], [35, 46]], [[3, 4], [5, 6]]];
  assertEquals(positionsWith(table, { offset: 1 })(x).toArray(), want as never);
  const offset = (n: number) => tensor(n, { dtype: "i32" }) as Tensor<readonly [], "i32">;
  assertEquals(positionsWith(table, { offset: offset(1) })(x).toArray(), want as never);
  const compiled = jit((n: Tensor<readonly [], "i32">) => positionsWith(table, { offset: n })(x));
  assertEquals(compiled(offset(1)).toArray(), want as never);
  // Past the end the last rows are read.
  assertEquals(compiled(offset(9)).toArray(), compiled(offset(2)).toArray());
  const slope = grad((t: typeof table) => sum(positionsWith(t, { offset: 1 })(x)))(table);
  assertEquals(slope.toArray(), [[0, 0], [2, 2], [2, 2], [0, 0]]);
});

Deno.test("positions() learns a table, or adds waves and learns nothing", () => {
  const learned = pipe(input([5, 4]), positions("learned", { weights: onesInit })), x = normal(key(1), [2, 5, 4]);
  const { params, state } = learned.init(key(0));
  assertEquals(params[0].table.shape, [5, 4]);
  assertEquals(learned.apply(params, state, x, { mode: "eval" })[0].toArray(), add(x, 1).toArray());
  const waves = pipe(input([5, 4]), positions("sinusoidal", { base: 9 }));
  const y = waves.apply([], [], x, { mode: "train" })[0];
  assertEquals(waves.init(key(0)).params.length, 0);
  near(flat(sub(y, x) as Tensor).slice(0, 20), flat(sinusoidalPositions(5, 4, { base: 9 })), 4 * 2 ** -23);
  assert(learned.layers[0]!.name === "positions(learned)" && waves.layers[0]!.name === "positions(sinusoidal)");
});

Deno.test("positions say what does not fit", () => {
  const any = (x: unknown) => x as never, table = zeros([3, 2]);
  const rows: readonly (readonly [() => unknown, string])[] = [
    [() => rotary(zeros([4])), "rotary: vectors [4] lack an axis of positions; want [..., T, D]"],
    [() => rotary(zeros([2, 3])), "rotary: vectors of 3 are not made of pairs; give them an even size"],
    [
      () => rotary(zeros([2, 4]), { positions: any(zeros([2])) }),
      "rotary: positions are whole numbers, not f32; cast them to i32",
    ],
    [() => rotary(zeros([2, 4]), { base: 0 }), "rotary: base is a positive number, not 0"],
    [() => rotary(zeros([2, 4]), { base: NaN }), "rotary: base is a positive number, not NaN"],
    [() => rotary(zeros([2, 4]), { pairs: any("even") }), 'rotary: pairs is "interleaved" or "halves", not "even"'],
    [() => sinusoidalPositions(-1, 2), "sinusoidalPositions: length is a whole number, 0 or more, not -1"],
    [() => sinusoidalPositions(1, 2.5), "sinusoidalPositions: size is a whole number, 0 or more, not 2.5"],
    [() => sinusoidalPositions(1, 2, { base: -1 }), "sinusoidalPositions: base is a positive number, not -1"],
    [() => sinusoidalPositions(1, 2, { dtype: "i32" }), 'sinusoidalPositions: dtype is "f32" or "f64", not "i32"'],
    [() => learnedPositionsInit(key(0), 1.5, 2), "learnedPositionsInit: length is a whole number, 0 or more, not 1.5"],
    [() => learnedPositionsInit(key(0), 1, -2), "learnedPositionsInit: size is a whole number, 0 or more, not -2"],
    [() => positionsWith(table, { offset: -1 }), "positionsWith: offset is a whole number, 0 or more, not -1"],
    [
      () => positionsWith(table)(any(zeros([4, 2]))),
      "positionsWith: a sequence [4, 2] does not fit a table [3, 2]; want [..., T, D] with as many positions and as large vectors",
    ],
    [
      () => positionsWith(table, { offset: 2 })(any(zeros([2, 2]))),
      "positionsWith: a sequence [2, 2] from position 2 does not fit a table [3, 2]; want [..., T, D] with as many positions and as large vectors",
    ],
    [
      () => positionsWith(table, { offset: any(tensor(0, { dtype: "i32" })) })(any(zeros([4, 2]))),
      "positionsWith: a sequence [4, 2] does not fit a table [3, 2]; want [..., T, D] with as many positions and as large vectors",
    ],
    [() => positions(any("absolute")), 'positions: kind is "sinusoidal" or "learned", not "absolute"'],
    [
      () => pipe(input([4]), any(positions("learned"))),
      "positions: an example [4] is no sequence of vectors; want [..., T, D]",
    ],
  ];
  for (const [call, message] of rows) assertEquals(assertThrows(call, AdjointError).message, message);
});
