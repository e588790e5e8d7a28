/** Recurrent layers: cells over time, lengths and masks, both ways, on top of each other. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  abs,
  add,
  AdjointError,
  cast,
  grad,
  jit,
  key,
  max,
  mul,
  normal,
  ones,
  reverse,
  type Shape,
  slice,
  sum,
  type Tensor,
  tensor,
  tree,
  variance,
  zeros,
} from "../mod.ts";
import type { Value } from "../core/tensor.ts";
import { arrayIn, assertNear, roundoff64 } from "../tests/laws/compare.ts";
import {
  bidirectionalWith,
  gruCell,
  gruFromTorch,
  gruInit,
  gruWith,
  type Join,
  lstmCell,
  lstmFromTorch,
  lstmInit,
  lstmWith,
  normalInit,
  onesInit,
  type PeepholeLstm,
  peepholeLstmCell,
  peepholeLstmInit,
  peepholeLstmWith,
  rnnCell,
  rnnFromTorch,
  rnnInit,
  rnnWith,
  stackedWith,
  torchRecurrentInit,
} from "./mod.ts";

const wide = <P>(params: P): P => tree.map((l) => cast(l as Tensor, "f64"), params);
const f64 = (seed: number, shape: Shape): Tensor => wide(normal(key(seed), shape)) as Tensor;
const doubles = (data: readonly number[], ...shape: number[]): Tensor =>
  tensor(Float64Array.from(data), { shape }) as never;
const numbers = (x: unknown): number[] => Array.from((x as Tensor).dataSync());
const i32 = (x: unknown): never => tensor(x as number[], { dtype: "i32" }) as never;

/** A layer over time, whatever its types say. */
type Over = (xs: Tensor, options?: Record<string, unknown>) => readonly [unknown, Tensor];
type Cell = (carry: unknown, x: Tensor) => readonly [unknown, Tensor];
interface Kind {
  readonly over: Over & { readonly cell: Cell; readonly start: unknown; readonly read: (c: unknown) => Tensor };
  readonly cell: Cell;
}

const peepholes = wide(peepholeLstmInit(key(3), 3, 4, { peepholes: normalInit(1), biases: normalInit(1) }));
const rnn = wide(rnnInit(key(1), 3, 4)), lstm = wide(lstmInit(key(2), 3, 4)), gru = wide(gruInit(key(4), 3, 4));
const kinds = {
  rnn: { over: rnnWith(rnn), cell: rnnCell(rnn) },
  "rnn of relu": { over: rnnWith(rnn, { nonlinearity: "relu" }), cell: rnnCell(rnn, { nonlinearity: "relu" }) },
  lstm: { over: lstmWith(lstm), cell: lstmCell(lstm) },
  peepholeLstm: { over: peepholeLstmWith(peepholes), cell: peepholeLstmCell(peepholes) },
  gru: { over: gruWith(gru), cell: gruCell(gru) },
  stacked: (() => {
    const over = stackedWith([lstmWith(lstm), gruWith(wide(gruInit(key(5), 4, 4)))]);
    return { over, cell: over.cell };
  })(),
} as unknown as Readonly<Record<string, Kind>>;

// A moment is 3 + 4 products, a bias and at most five functions and products: 24 roundings of numbers below 8, for each
// of 6 moments and two layers, on either side.
const tolerance = 2 * 2 * 6 * 24 * 8 * roundoff64;
const near = (y: unknown, want: unknown, what: string) => {
  const [a, b] = [tree.leaves(y), tree.leaves(want)];
  assertEquals(a.length, b.length, what);
  a.forEach((l, i) => assertNear(arrayIn(l as Value), arrayIn(b[i] as Value), tolerance, what));
};
const moments = (x: Tensor, from: number, to: number) =>
  slice(
    x,
    x.shape.map((_, i) => i === x.rank - 2 ? from : 0),
    x.shape.map((d, i) => i === x.rank - 2 ? to : d),
  ) as Tensor;
const sequence = (x: Tensor, b: number) =>
  tensor(x.dataSync().slice(b * x.size / x.shape[0]!, (b + 1) * x.size / x.shape[0]!), {
    shape: x.shape.slice(1),
  }) as Tensor;
const entry = (carry: unknown, b: number) => tree.map((l) => sequence(l as Tensor, b), carry);

for (const [name, { over, cell }] of Object.entries(kinds)) {
  Deno.test(`${name}: a cell, step by step, is the map, from any carry`, () => {
    const x = f64(1, [2, 6, 3]), start = over(f64(7, [2, 3, 3]))[0];
    for (const one of [cell, over.cell]) {
      let carry: unknown = start;
      const [last, ys] = over(x, { carry: start });
      for (let t = 0; t < 6; t++) {
        const at = doubles([0, 1].flatMap((b) => numbers(moments(sequence(x, b), t, t + 1))), 2, 3);
        const [next, y] = one(carry, at);
        near(
          y,
          doubles([0, 1].flatMap((b) => numbers(moments(sequence(ys, b), t, t + 1))), 2, 4),
          `moment ${t}`,
        );
        near(over.read(next), y, "read");
        carry = next;
      }
      near(carry, last, "the last carry");
    }
  });

  Deno.test(`${name}: sequences of their lengths are as run alone, whatever stands behind`, () => {
    const lengths = [6, 4, 0, 1], x = f64(1, [4, 6, 3]);
    // What is behind an end may be no number at all.
    const spoilt = doubles(
      numbers(x).map((v, i) => Math.floor(i % 18 / 3) < lengths[Math.floor(i / 18)]! ? v : NaN),
      4,
      6,
      3,
    );
    for (const reverse of [false, true]) {
      const [last, ys] = over(spoilt, { lengths: i32(lengths), reverse });
      lengths.forEach((n, b) => {
        const [alone, want] = over(moments(sequence(x, b), 0, n), { reverse });
        near(entry(last, b), alone, `carry ${b}`);
        near(moments(sequence(ys, b), 0, n), want, `outputs ${b}`);
        assert(numbers(moments(sequence(ys, b), n, 6)).every((v) => v === 0));
      });
      const mask = tensor(lengths.map((n) => [0, 1, 2, 3, 4, 5].map((t) => t < n)));
      near(over(x, { mask, reverse }), [last, ys], "the same as a mask");
      near(jit((x: Tensor, n: unknown) => over(x, { lengths: n, reverse }))(x, i32(lengths)), [last, ys], "compiled");
    }
  });

  Deno.test(`${name}: a mask with gaps is the sequence without them`, () => {
    const on = [true, false, true, true, false, true], x = f64(1, [6, 3]);
    const there = (y: Tensor) => doubles(numbers(y).filter((_, i) => on[Math.floor(6 * i / y.size)]), 4, y.shape[1]!);
    const [last, ys] = over(x, { mask: tensor(on) }), [alone, want] = over(there(x));
    near(last, alone, "carry");
    near(there(ys), want, "outputs");
    assert((ys.toArray() as unknown as number[][]).every((r, t) => on[t] || r.every((v) => v === 0)));
  });

  Deno.test(`${name}: reverse is the sequence turned round, and its outputs turned back`, () => {
    const x = f64(1, [2, 6, 3]), turn = (y: Tensor) => reverse(y, { axis: 1 }) as Tensor;
    const [last, ys] = over(turn(x));
    near(over(x, { reverse: true }), [last, turn(ys)], "reverse");
  });

  Deno.test(`${name}: no moments leave the carry, no sequences give none`, () => {
    const carry = over(f64(2, [2, 3, 3]))[0], [last, ys] = over(f64(1, [2, 0, 3]), { carry });
    near(last, carry, "carry");
    assertEquals(ys.shape, [2, 0, 4]);
    const [none, nothing] = over(f64(1, [0, 5, 3]));
    assertEquals([nothing.shape, ...tree.leaves(none).map((l) => l.shape)], [
      [0, 5, 4],
      ...tree.leaves(none).map(() => [0, 4]),
    ]);
    assertEquals(over(f64(1, [0, 3]))[1].shape, [0, 4]);
    const empty = f64(1, [2, 0, 3]), after = (c: Tensor) => over(empty, { carry: tree.map(() => c, carry) })[0];
    const slope = grad((c: Tensor) => sum(tree.leaves(after(c))[0]!) as never)(f64(3, [2, 4]));
    assertEquals(numbers(slope), [1, 1, 1, 1, 1, 1, 1, 1]);
  });
}

Deno.test("peepholeLstmWith() is the loop written out", () => {
  const at = (w: unknown) => (w as Tensor).toArray() as never, p = peepholes as PeepholeLstm<number, number>;
  const wx = at(p.wx) as number[][],
    wh = at(p.wh) as number[][],
    b = numbers(p.b),
    x = f64(1, [6, 3]).toArray() as unknown as number[][];
  const [pi, pf, po] = [numbers(p.pi), numbers(p.pf), numbers(p.po)], sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
  let h = [0, 0, 0, 0], c = [0, 0, 0, 0];
  const want = x.map((row) => {
    const z = b.map((v, k) =>
      v + row.reduce((a, r, i) => a + r * wx[i]![k]!, 0) + h.reduce((a, r, i) => a + r * wh[i]![k]!, 0)
    );
    const before = c;
    c = before.map((m, u) => sigmoid(z[4 + u]! + pf[u]! * m) * m + sigmoid(z[u]! + pi[u]! * m) * Math.tanh(z[8 + u]!));
    h = c.map((m, u) => sigmoid(z[12 + u]! + po[u]! * m) * Math.tanh(m));
    return h;
  });
  const [last, ys] = peepholeLstmWith(peepholes)(f64(1, [6, 3]) as never);
  near(ys, doubles(want.flat(), 6, 4), "outputs");
  near(last, { h: doubles(h, 4), c: doubles(c, 4) }, "carry");
});

Deno.test("gradients of an LSTM with peepholes and lengths agree with central differences", () => {
  const x = f64(1, [2, 4, 3]), weights = f64(2, [2, 4, 4]), lengths = i32([4, 2]);
  const loss = (p: typeof peepholes, x: Tensor) => {
    const [last, ys] = peepholeLstmWith(p)(x as never, { lengths });
    return add(sum(mul(ys as Tensor, weights)), sum(last.c)) as Tensor<readonly []>;
  };
  const exact = grad(loss)(peepholes, x), slope = grad((x: Tensor) => loss(peepholes, x))(x);
  // A central difference of step h errs by h²f‴/6 and ε|f|/h: below 1e-7 with h = 1e-5, f below 50 and f‴ below 1000.
  const h = 1e-5,
    moved = (l: Tensor, i: number, d: number) =>
      tensor(l.dataSync().map((v, k) => k === i ? v + d : v), { shape: l.shape }) as Tensor;
  for (const name of ["wx", "wh", "b", "pi", "pf", "po"] as const) {
    const l = peepholes[name] as unknown as Tensor, got = numbers(exact[name]);
    for (let i = 0; i < l.size; i += 5) {
      const at = (d: number) => loss({ ...peepholes, [name]: moved(l, i, d) }, x).item() as number;
      assertAlmostEquals(got[i]!, (at(h) - at(-h)) / (2 * h), 1e-7, `${name} ${i}`);
    }
  }
  numbers(slope).forEach((v, i) => {
    const at = (d: number) => loss(peepholes, moved(x, i, d)).item() as number;
    assertAlmostEquals(v, (at(h) - at(-h)) / (2 * h), 1e-7);
    // Moments behind the end of the second sequence.
    if (i >= 18) assertEquals(v, 0);
  });
});

Deno.test("bidirectionalWith() is a layer each way, joined", () => {
  const x = f64(1, [2, 6, 3]),
    ahead = gruWith(gru),
    behind = gruWith(wide(gruInit(key(9), 3, 4))),
    lengths = i32([6, 2]);
  const [c, y] = ahead(x as never, { lengths }), [d, z] = behind(x as never, { lengths, reverse: true });
  const joins: Readonly<Record<Join, (a: number, b: number) => number>> = {
    concat: () => 0,
    sum: (a, b) => a + b,
    mean: (a, b) => (a + b) / 2,
    product: (a, b) => a * b,
  };
  for (const [join, f] of Object.entries(joins) as [Join, (a: number, b: number) => number][]) {
    const both = bidirectionalWith(ahead, behind, { join }), [carries, out] = both(x as never, { lengths });
    near(carries, [c, d], join);
    const want = join === "concat"
      ? numbers(y).flatMap((_, i) => i % 4 === 0 ? [...numbers(y).slice(i, i + 4), ...numbers(z).slice(i, i + 4)] : [])
      : numbers(y).map((v, i) => f(v, numbers(z)[i]!));
    assertEquals(numbers(out), want);
    assertEquals([both.outputs, both.name, "cell" in both], [join === "concat" ? 8 : 4, "bidirectional gru", false]);
    assertEquals(numbers(both.read([c, d] as never)).length, join === "concat" ? 16 : 8);
  }
  // Turned round it is the other way each, from carries that are given.
  const both = bidirectionalWith(ahead, behind), [, out] = both(x as never, { reverse: true, carry: [c, d] as never });
  const [, u] = ahead(x as never, { reverse: true, carry: c as never }),
    [, v] = behind(x as never, { carry: d as never });
  assertEquals(
    numbers(out),
    numbers(u).flatMap((_, i) => i % 4 === 0 ? [...numbers(u).slice(i, i + 4), ...numbers(v).slice(i, i + 4)] : []),
  );
});

Deno.test("stackedWith() reads what the layer below gives, and drops between layers only", () => {
  const x = f64(1, [2, 6, 3]),
    low = lstmWith(lstm),
    top = gruWith(wide(gruInit(key(5), 4, 4))),
    deep = stackedWith([low, top]);
  const [c, y] = low(x as never), [d, z] = top(y as never);
  near(deep(x as never), [[c, d], z], "two layers");
  assertEquals([deep.inputs, deep.outputs, deep.name, deep.dtype as string], [3, 4, "stacked", "f64"]);
  const one = stackedWith([low], { dropout: 0.5, key: key(0) });
  near(one(x as never), [[c], y], "nothing is dropped after the last layer");
  const run = (k: number) => numbers(stackedWith([low, top], { dropout: 0.5, key: key(k) })(x as never)[1]);
  assertEquals(run(1), run(1));
  assert(run(1).some((v, i) => v !== run(2)[i]));
  const ways = stackedWith([bidirectionalWith(low, low), gruWith(wide(gruInit(key(5), 8, 4)))]);
  assertEquals([ways(x as never)[1].shape, "cell" in ways], [[2, 6, 4], false] as never);
});

Deno.test("torchRecurrentInit() is uniform within ±1/√units, biases the sum of two draws", () => {
  const { wx, wh, b } = lstmInit(key(0), 100, 100, torchRecurrentInit(100)), bound = 1 / 10;
  for (const w of [wx, wh] as unknown as Tensor[]) {
    assert((max(abs(w)).item() as number) <= bound);
    // Five standard errors of a uniform's variance: b²/3 · √(4/5/n).
    assertAlmostEquals(variance(w).item() as number, bound ** 2 / 3, 5 * bound ** 2 / 3 * Math.sqrt(0.8 / 40000));
  }
  // Of a sum of two the variance is twice that, of kurtosis 2.4; there are 400.
  assert((max(abs(b)).item() as number) <= 2 * bound);
  assertAlmostEquals(variance(b).item() as number, 2 * bound ** 2 / 3, 5 * 2 * bound ** 2 / 3 * Math.sqrt(1.4 / 400));
  assertEquals(
    lstmInit(key(0), 1, 2, { forgetBias: 3, biases: onesInit }).b.toArray(),
    [1, 1, 4, 4, 1, 1, 1, 1] as never,
  );
});

Deno.test("recurrent layers say what does not fit", () => {
  const any = (x: unknown) => x as never, p = rnnInit(key(0), 3, 4), over = rnnWith(p), x = zeros([2, 5, 3]);
  const cell = lstmCell(lstmInit(key(0), 3, 4)),
    narrow = gruWith(gruInit(key(0), 2, 4)),
    small = gruWith(gruInit(key(0), 3, 2));
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => over(any(zeros([5, 2]))), "rnn: expected inputs of shape [..., time, 3], got [5, 2]"],
    [() => over(any(zeros([3]))), "rnn: expected inputs of shape [..., time, 3], got [3]"],
    [() => over(any(cast(x, "f64"))), "rnn: inputs are f64 and parameters f32; cast one of them"],
    [() => cell(cell.start, any(zeros([2]))), "lstm: expected inputs of shape [..., 3], got [2]"],
    [
      () => cell(any(zeros([4])), zeros([3])),
      "lstm: the carry is of another structure than its own; start from zeros or its last one",
    ],
    [() => cell(any({ h: zeros([4]), c: zeros([5]) }), zeros([3])), "lstm: expected a carry of f32[4], got f32[5]"],
    [() => over(x, { carry: any(zeros([4])) }), "rnn: expected a carry of f32[2, 4], got f32[4]"],
    [() => over(x, { carry: any(cast(zeros([2, 4]), "f64")) }), "rnn: expected a carry of f32[2, 4], got f64[2, 4]"],
    [
      () => over(x, { lengths: i32([1, 2]), mask: any(ones([2, 5])) }),
      "rnn: lengths and a mask are both given; give one of them",
    ],
    [() => over(x, { lengths: any(tensor([1, 2])) }), "rnn: expected lengths of i32, got f32; cast to i32"],
    [() => over(x, { lengths: i32([1, 2, 3]) }), "rnn: expected lengths of shape [2], the sequences' own, got [3]"],
    [() => over(x, { mask: any(ones([2, 5])) }), "rnn: expected a mask of bool, got f32; cast to bool"],
    [
      () => over(x, { mask: any(tensor([true, false])) }),
      "rnn: expected a mask of shape [2, 5], the sequences' own, got [2]",
    ],
    [() => rnnWith(p, { nonlinearity: any("gelu") }), 'rnn: nonlinearity is "tanh", "relu" or a function, not "gelu"'],
    [
      () => bidirectionalWith(over, over, { join: any("max") }),
      'bidirectionalWith: join is "concat", "sum", "mean" or "product", not "max"',
    ],
    [
      () => bidirectionalWith(over, any(narrow)),
      "bidirectionalWith: the forward layer takes 3 inputs and the backward one 2; give both the same",
    ],
    [
      () => bidirectionalWith(over, small, { join: "sum" }),
      "bidirectionalWith: outputs of 4 and 2 have no sum; join them by concat",
    ],
    [() => stackedWith(any([])), "stackedWith: there is no layer; give one or more"],
    [() => stackedWith([over, small]), "stackedWith: layer 1 takes 3 inputs, but layer 0 gives 4; make them equal"],
    [
      () => stackedWith([over], { dropout: 0.5 }),
      "stackedWith: dropout draws at random and needs a key; leave it out in evaluation",
    ],
    [() => stackedWith([over], { dropout: 1, key: key(0) }), "stackedWith: dropout is a probability below 1, not 1"],
    [() => rnnFromTorch({}), "rnnFromTorch: there is no weight_ih_l0 among no weights"],
    [
      () => lstmFromTorch({ weight_ih_l0: x }, { layer: 1, reverse: true }),
      "lstmFromTorch: there is no weight_ih_l1_reverse among weight_ih_l0",
    ],
    [() => gruFromTorch({ weight_ih_l0: zeros([6, 3]) }), "gruFromTorch: there is no weight_hh_l0 among weight_ih_l0"],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, AdjointError).message, message);
});
