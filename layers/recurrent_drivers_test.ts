/** What runs recurrent layers: one to many, many to one, encoders and decoders, truncated gradients. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  add,
  AdjointError,
  cast,
  concat,
  foldIn,
  grad,
  jit,
  jvp,
  key,
  mul,
  normal,
  type Shape,
  slice,
  stopGradient,
  sum,
  type Tensor,
  tensor,
  tree,
  zeros,
} from "../mod.ts";
import type { Value } from "../core/tensor.ts";
import { arrayIn, assertNear, roundoff64 } from "../tests/laws/compare.ts";
import {
  bidirectionalWith,
  encodeDecode,
  encodeGenerate,
  generate,
  gruCell,
  gruInit,
  gruWith,
  lstmCell,
  lstmInit,
  lstmWith,
  manyToOne,
  stackedWith,
  truncatedWith,
} from "./mod.ts";

const wide = <P>(params: P): P => tree.map((l) => cast(l as Tensor, "f64"), params);
const f64 = <const S extends Shape>(seed: number, shape: S): Tensor<S> =>
  wide(normal(key(seed), shape)) as unknown as Tensor<S>;
const numbers = (x: unknown): number[] => Array.from((x as Tensor).dataSync());
const i32 = (x: readonly number[]): never => tensor(x as number[], { dtype: "i32" }) as never;
const part = (x: unknown, axis: number, from: number, to: number): Tensor => {
  const t = x as Tensor;
  return slice(t, t.shape.map((_, i) => i === axis ? from : 0), t.shape.map((d, i) => i === axis ? to : d)) as Tensor;
};
const lstm = wide(lstmInit(key(2), 3, 4)), gru = wide(gruInit(key(4), 3, 3)), wideGru = wide(gruInit(key(5), 3, 4));

// A moment is at most 3 + 4 products, a bias and five functions, 24 roundings of numbers below 8; there are at most 14
// moments, gradients go them twice and sum at most 42 terms below 8; on either side.
const tolerance = 2 * 2 * 14 * 24 * 8 * 42 * roundoff64;
const near = (y: unknown, want: unknown, what: string) => {
  const [a, b] = [tree.leaves(y), tree.leaves(want)];
  assertEquals(a.length, b.length, what);
  a.forEach((l, i) => assertNear(arrayIn(l as Value), arrayIn(b[i] as Value), tolerance, what));
};

Deno.test("generate() is the cell written out, each output made its next input", () => {
  const cell = gruCell(gru), x = f64(1, [2, 3]), carry = f64(2, [2, 3]);
  const feed = (y: Tensor<readonly [2, 3]>, t: Tensor<readonly []>) => mul(y, cast(t, "f64" as never)) as typeof y;
  const all = (x: Tensor<readonly [2, 3]>, carry: Tensor<readonly [2, 3]>) =>
    generate(cell, feed as never, x, 5, { carry });
  const [last, ys] = all(x, carry);
  let c = carry, now = x;
  for (let t = 0; t < 5; t++) {
    const [next, y] = cell(c as never, now as never);
    near(part(ys, 1, t, t + 1), tensor(y.dataSync(), { shape: [2, 1, 3] }), `moment ${t}`);
    now = mul(y as Tensor, t) as never;
    c = next as never;
  }
  near(last, c, "carry");
  near(jit(all)(x, carry), [last, ys], "compiled");
  near(
    generate(cell, (y) => y, x, 3)[1],
    generate(cell, (y) => y, x, 3, { carry: wide(zeros([2, 3])) })[1],
    "from zeros",
  );
  assertEquals(generate(cell, (y) => y, x, 0)[1].shape as Shape, [2, 0, 3]);
  assertEquals(generate(cell, (y) => y, f64(1, [3]), 4)[1].shape as Shape, [4, 3]);
});

Deno.test("generate() draws with a key that the moment's number is folded into", () => {
  const cell = lstmCell(lstmInit(key(0), 4, 4));
  const draw = (k: number) =>
    generate(cell, (y, t) => add(y, normal(foldIn(key(k), t), [4])), zeros([4]), 6)[1] as unknown as Tensor;
  assertEquals(numbers(draw(1)), numbers(draw(1)));
  assert(numbers(draw(1)).some((v, i) => v !== numbers(draw(2))[i]));
});

Deno.test("manyToOne() is the output at each sequence's own end", () => {
  const x = f64(1, [3, 6, 3]), lengths = [6, 2, 4], over = lstmWith(lstm), last = manyToOne(over);
  near(last(x as never), tensor(part(over(x as never)[1], 1, 5, 6).dataSync(), { shape: [3, 4] }), "all");
  const at = last(x as never, { lengths: i32(lengths) });
  lengths.forEach((n, b) => near(part(at, 0, b, b + 1), last(part(part(x, 0, b, b + 1), 1, 0, n) as never), `${b}`));
  const both = bidirectionalWith(over, over), ends = manyToOne(both)(x as never);
  const ys = both(x as never)[1];
  near(
    ends,
    concat([last(x as never), tensor(part(part(ys, 1, 0, 1), 2, 4, 8).dataSync(), { shape: [3, 4] })] as never, {
      axis: -1,
    }),
    "both ends",
  );
  const y: Tensor<readonly [2, 4]> = manyToOne(lstmWith(lstmInit(key(0), 3, 4)))(zeros([2, 5, 3]));
  // @ts-expect-error time is gone
  const wrong: Tensor<readonly [2, 5, 4]> = y;
  assertEquals(numbers(wrong), numbers(y));
});

Deno.test("encodeDecode() hands the encoder's last carry on, and encodeGenerate() goes on alone", () => {
  const encoder = lstmWith(lstm), decoder = lstmWith(wide(lstmInit(key(7), 4, 4)));
  const xs = f64(1, [2, 6, 3]) as never, ys = f64(3, [2, 5, 4]) as never, lengths = i32([6, 3]);
  const [carry] = encoder(xs, { lengths });
  const run = (xs: never, ys: never) =>
    encodeDecode(encoder, decoder, xs, ys, { source: { lengths }, target: { lengths: i32([5, 2]) } } as never);
  const want = decoder(ys, { carry, lengths: i32([5, 2]) } as never);
  near(run(xs, ys), want, "taught");
  near(jit(run as never)(xs, ys), want, "compiled");
  // What the decoder reads in freedom, given beforehand, is the same as freedom.
  const first = f64(8, [2, 4]) as never, feed = ((y: Tensor) => mul(y, 2)) as never;
  const free = encodeGenerate(encoder, decoder.cell, feed, xs, first, 5, { source: { lengths } } as never) as never;
  const own = mul(part((free as unknown[])[1], 1, 0, 4), 2);
  const read = concat([tensor((first as Tensor).dataSync(), { shape: [2, 1, 4] }), own] as never, { axis: 1 }) as never;
  near(free, encodeDecode(encoder, decoder, xs, read, { source: { lengths } } as never), "free");
  near(free, generate(decoder.cell, feed, first, 5, { carry } as never), "generated");
});

Deno.test("encodeDecode() and encodeGenerate() take a bridge between carries of other forms", () => {
  const encoder = lstmWith(lstmInit(key(0), 3, 4)), decoder = gruWith(gruInit(key(1), 4, 4));
  const xs = normal(key(2), [2, 6, 3]), ys = normal(key(3), [2, 5, 4]);
  const [last, out] = encodeDecode(encoder, decoder, xs, ys, { bridge: ({ c }) => c });
  const typed: Tensor<readonly [2, 5, 4]> = out, carry: Tensor<readonly [2, 4]> = last;
  assertEquals(numbers(typed), numbers(decoder(ys, { carry: encoder(xs)[0].c })[1]));
  const [after, free] = encodeGenerate(encoder, decoder.cell, (y) => y, xs, zeros([2, 4]), 3, { bridge: ({ h }) => h });
  const three: Tensor<readonly [2, 3, 4]> = free;
  assertEquals([three.shape, after.shape, carry.shape] as unknown, [[2, 3, 4], [2, 4], [2, 4]]);
  const types = () => {
    // @ts-expect-error an LSTM's carry is no GRU's
    encodeDecode(encoder, decoder, xs, ys);
    // @ts-expect-error the decoder reads vectors of 4
    encodeDecode(encoder, encoder, xs, ys);
    // @ts-expect-error two sequences are encoded and three decoded
    encodeDecode(encoder, decoder, xs, normal(key(3), [3, 5, 4]), { bridge: ({ c }) => c });
    // @ts-expect-error what is fed is of 3
    generate(decoder.cell, () => zeros([2, 3]), zeros([2, 4]), 3);
    // @ts-expect-error a layer both ways has no cell
    truncatedWith(bidirectionalWith(decoder, decoder), 2);
  };
  assert(types instanceof Function);
});

Deno.test("truncatedWith() gives what the layer gives", () => {
  const deep = stackedWith([lstmWith(lstm), gruWith(wide(gruInit(key(6), 4, 4)))]);
  const carry = f64(9, [2, 4]);
  for (
    const [name, map, start] of [["gru", gruWith(wideGru), carry], ["stack", deep, [
      { h: carry, c: carry },
      carry,
    ]]] as const
  ) {
    for (const time of [0, 1, 4, 7, 8]) {
      const x = f64(1, [2, time, 3]) as never, gaps = f64(5, [2, time]).dataSync().map((v) => Number(v > 0));
      const mask = tensor(Uint8Array.from(gaps), { shape: [2, time], dtype: "bool" });
      for (const which of [{}, { lengths: i32([time, time >> 1]) }, { mask }, { carry: start }]) {
        for (const reverse of [false, true]) {
          const options = { ...which, reverse } as never, run = truncatedWith(map as typeof deep, 3);
          const want = (map as typeof deep)(x, options), what = `${name}, ${time} moments, ${Object.keys(which)}`;
          near(run(x, options), want, what);
          near(jit(((x: never) => run(x, options)) as never)(x), want, `${what}, compiled`);
        }
      }
    }
  }
  const map = truncatedWith(gruWith(wideGru), 3);
  assertEquals([map.name, map.inputs, map.outputs, "cell" in map] as unknown, ["gru", 3, 4, true]);
});

Deno.test("truncatedWith()'s gradients are those of pieces with constants between", () => {
  const x = f64(1, [2, 7, 3]), weights = f64(2, [2, 7, 4]), start = f64(3, [2, 4]), lengths = [7, 5];
  type P = typeof wideGru;
  const loss = (ys: unknown, last: unknown) =>
    add(sum(mul(ys as Tensor, weights)), sum(last as Tensor)) as Tensor<readonly []>;
  for (const reverse of [false, true]) {
    const cut = (p: P, x: Tensor, c: Tensor) => {
      const options = { carry: c, lengths: i32(lengths), reverse } as never;
      const [last, ys] = truncatedWith(gruWith(p), 3)(x as never, options);
      return loss(ys, last);
    };
    const pieces = (p: P, x: Tensor, c: Tensor) => {
      const bounds = reverse ? [[4, 7], [1, 4], [0, 1]] as const : [[0, 3], [3, 6], [6, 7]] as const;
      let carry: unknown = c;
      const ys = bounds.map(([from, to], i) => {
        const here = { lengths: i32(lengths.map((n) => Math.max(0, Math.min(n, to) - from))), reverse };
        const [next, y] = gruWith(p)(
          part(x, 1, from, to) as never,
          { ...here, carry: i === 0 ? carry : stopGradient(carry) } as never,
        );
        carry = next;
        return y as unknown as Tensor;
      });
      return loss(concat((reverse ? ys.reverse() : ys) as never, { axis: 1 }), carry);
    };
    const of = (f: typeof cut) =>
      grad((all: { p: P; x: Tensor; c: Tensor }) => f(all.p, all.x, all.c))({ p: wideGru, x, c: start });
    near(of(cut), of(pieces), `reverse: ${reverse}`);
    near(jit(() => of(cut))(), of(pieces), "compiled");
    const ahead = (f: typeof cut) => jvp((x: Tensor) => f(wideGru, x, start), [x], [f64(6, [2, 7, 3])])[1];
    near(ahead(cut), ahead(pieces), "forward");
  }
  // Nothing that the last piece gives depends on what stands before it.
  const slope = grad((x: Tensor) => sum(part(truncatedWith(gruWith(wideGru), 3)(x as never)[1], 1, 6, 7)) as never)(x);
  assert(numbers(part(slope, 1, 0, 6)).every((v) => v === 0) && numbers(part(slope, 1, 6, 7)).every((v) => v !== 0));
});

Deno.test("what runs recurrent layers says what does not fit", () => {
  const any = (x: unknown) => x as never, cell = gruCell(gruInit(key(0), 3, 4)), over = gruWith(gruInit(key(0), 3, 4));
  const xs = zeros([2, 5, 3]), ys = zeros([3, 5, 3]), both = bidirectionalWith(over, over);
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => generate(cell, any(() => 0), zeros([3]), -1), "generate: length is a whole number, 0 or more, not -1"],
    [() => generate(cell, any(() => 0), any(zeros([2])), 1), "gru: expected inputs of shape [..., 3], got [2]"],
    [
      () => generate(cell, any((y: Tensor) => y), zeros([2, 3]), 1),
      "generate: feed gives f32[2, 4], but the cell reads f32[2, 3]; make the next input of the output",
    ],
    [
      () => encodeDecode(over, over, xs, any(ys)),
      "encodeDecode: [2] sequences are encoded, but [3] decoded; give as many of both",
    ],
    [
      () => encodeGenerate(over, cell, any(() => 0), xs, any(zeros([3])), 2),
      "encodeGenerate: [2] sequences are encoded, but [] decoded; give as many of both",
    ],
    [
      () => encodeDecode(both, any(over), xs, xs),
      "gru: the carry is of another structure than its own; start from zeros or its last one",
    ],
    [() => truncatedWith(over, 0), "truncatedWith: length is a whole number, 1 or more, not 0"],
    [
      () => truncatedWith(any(both), 2),
      "truncatedWith: bidirectional gru goes both ways; truncate each direction, then join them",
    ],
    [() => truncatedWith(over, 2)(any(zeros([3]))), "gru: expected inputs of shape [..., time, 3], got [3]"],
    [
      () => truncatedWith(over, 2)(xs, { lengths: i32([1]) }),
      "gru: expected lengths of shape [2], the sequences' own, got [1]",
    ],
    [
      () => truncatedWith(over, 2)(xs, { carry: any(zeros([4])) }),
      "gru: expected a carry of f32[2, 4], got f32[4]",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, AdjointError).message, message);
});
