import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";
import { arange, ArgumentError, jit, key, mul, ShapeError, type Tensor, tensor } from "../../mod.ts";
import * as p from "./mod.ts";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const stream = (count: number): p.Pipeline<number> =>
  p.from(function* () {
    yield* numbers(count);
  });
const sorted = (xs: readonly number[]): number[] => [...xs].sort((a, b) => a - b);

Deno.test("map(), filter(), flatMap(), take(), skip() and batch() do what lists do", async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.integer()), fc.nat(12), async (xs, n) => {
    const of = (stage: p.Stage<number, unknown>) => p.toArray(stage(p.from(xs)));
    assertEquals(await of(p.map((x) => x + 1)), xs.map((x) => x + 1));
    assertEquals(await of(p.filter((x) => x % 2 === 0)), xs.filter((x) => x % 2 === 0));
    assertEquals(await of(p.flatMap((x) => [x, x])), xs.flatMap((x) => [x, x]));
    assertEquals(await of(p.take(n)), xs.slice(0, n));
    assertEquals(await of(p.skip(n)), xs.slice(n));
    const groups = await of(p.batch(n + 1, { collate: (group) => group })) as number[][];
    assertEquals(groups.flat(), xs);
    assert(groups.every((g, i) => g.length === n + 1 || i === groups.length - 1));
  }));
});

Deno.test("Elements of a list and of a stream are the same through every stage that orders them alone", async () => {
  for (
    const stage of [
      p.map((x: number) => -x),
      p.mapWithKey(key(3), (k, x: number) => x + (k.toArray() as number[])[0]!),
      p.take<number>(5),
      p.skip<number>(3),
      p.batch(2, { collate: (xs: readonly number[]) => xs.length }),
      p.batch(2, { collate: (xs: readonly number[]) => xs.length, dropLast: true }),
      p.windows<number>(3, { step: 2 }),
      p.windows<number>(2, { step: 3 }),
      p.cache<number>(),
    ] as readonly p.Stage<number, unknown>[]
  ) {
    assertEquals(await p.toArray(stage(p.from(numbers(9)))), await p.toArray(stage(stream(9))));
  }
});

Deno.test("map() works on as many elements at once as it may, and keeps their order", async () => {
  let running = 0, most = 0;
  const work = async (x: number) => {
    most = Math.max(most, ++running);
    await new Promise((done) => setTimeout(done, x % 3));
    running--;
    return x;
  };
  assertEquals(await pipe(stream(10), p.map(work, { concurrency: 3 }), p.toArray), numbers(10));
  assertEquals(most, 3);
});

Deno.test("mapWithKey() gives each element and each pass a key of its own", async () => {
  const keys = await pipe(p.from([0, 0]), p.mapWithKey(key(0), (k) => `${k.toArray()}`), p.repeat(2), p.toArray);
  assertEquals(new Set(keys).size, 4);
});

Deno.test("shuffle() gives every order of three elements equally often", async () => {
  // 600 draws of 6 orders: each count is binomial with mean 100 and deviation √(600 · 1/6 · 5/6) = 9.1; five deviations are 46.
  const counts = new Map<string, number>();
  for (
    const x of await pipe(
      p.from([1, 2, 3]),
      p.shuffle(key(4)),
      p.batch(3, { collate: String }),
      p.repeat(600),
      p.toArray,
    )
  ) {
    counts.set(x, (counts.get(x) ?? 0) + 1);
  }
  assertEquals(counts.size, 6);
  for (const n of counts.values()) assert(Math.abs(n - 100) < 46, `${n} times`);
});

Deno.test("shuffle() within windows moves no element out of its window, and draws anew in each", async () => {
  const got = await pipe(stream(40), p.shuffle(key(1), 10), p.toArray);
  const windows = [0, 10, 20, 30].map((i) => got.slice(i, i + 10));
  for (const [i, w] of windows.entries()) assertEquals(sorted(w), numbers(10).map((x) => x + 10 * i));
  assertEquals(new Set(windows.map((w, i) => `${w.map((x) => x - 10 * i)}`)).size, 4);
});

Deno.test("shuffle() needs a window where elements come one by one", () => {
  assertThrows(
    () => p.shuffle(key(0))(stream(3)),
    ArgumentError,
    "shuffle: these elements come one by one; say how many",
  );
  assertThrows(() => p.shuffle(key(0), 0), ArgumentError, "shuffle: the window is a whole number of elements from 1");
});

Deno.test("repeat() of nothing ends", async () => {
  assertEquals(await pipe(stream(0), p.repeat(), p.toArray), []);
});

Deno.test("examples() gives rows, and batches of them at once in any order", async () => {
  const data = { x: tensor([[0, 1], [2, 3], [4, 5]]), y: [arange(3, { dtype: "i32" })] as const };
  const rows = await p.toArray(p.examples(data));
  assertEquals(rows.map((r) => [r.x.toArray(), r.y[0].item(), r.y[0].dtype]), [[[0, 1], 0, "i32"], [[2, 3], 1, "i32"], [
    [4, 5],
    2,
    "i32",
  ]]);
  const shuffled = p.shuffle<typeof rows[0]>(key(5))(p.examples(data));
  const one = (await p.toArray(p.batch<typeof rows[0]>(3)(shuffled)))[0]!;
  const order = one.y[0]!.toArray() as unknown as number[];
  assertEquals(sorted(order), [0, 1, 2]);
  assertEquals(one.x.toArray() as unknown, order.map((i) => [2 * i, 2 * i + 1]));
  assertEquals((await p.toArray(shuffled)).map((r) => r.y[0].item()), order);
  assertThrows(() => p.examples({ x: tensor([1]), y: tensor([1, 2]) }), ShapeError);
});

Deno.test("A jitted step takes batches as they come", async () => {
  const step = jit((x: Tensor<readonly [number, 1]>) => mul(x, 2));
  let sum = 0;
  for await (const x of pipe(p.examples(tensor([[1], [2], [3]])), p.batch(2, { dropLast: true }))) {
    sum += (step(x as never).toArray() as unknown as number[][]).flat().reduce((a, b) => a + b, 0);
  }
  assertEquals(sum, 6);
});

Deno.test("collate() says where elements differ", () => {
  assertThrows(
    () => p.collate([{ x: [tensor([1])] }, { x: [tensor([1, 2])] }]),
    ShapeError,
    "collate: x.0 are tensors of shape [1] and [2]; they must be equal, or be filled up by batch(n, { collate: padded() })",
  );
  assertThrows(() => p.collate<unknown>([{ x: 1 }, { y: 1 }]), ArgumentError, "objects of { x } and of { y }");
  assertThrows(() => p.collate<unknown>([[1], [1, 2]]), ArgumentError, "the elements are a list of 1 and a list of 2");
  assertThrows(() => p.collate<unknown>([1, "a"]), ArgumentError, "the elements are a number and a string");
  assertThrows(() => p.collate<unknown>([new Map()]), ArgumentError, "the elements are a Map; collate takes");
  assertThrows(() => p.collate([]), ArgumentError, "collate: there are no elements");
});

Deno.test("collate() makes tensors of numbers and truth values, and keeps texts", () => {
  const { a, b, c, d } = p.collate([{ a: 1, b: true, c: "x", d: [tensor(2)] as const }, {
    a: 2,
    b: false,
    c: "y",
    d: [tensor(3)] as const,
  }]);
  assertEquals([a.dtype, b.dtype, a.toArray(), b.toArray(), c, d[0].toArray()] as unknown[], [
    "f32",
    "bool",
    [1, 2],
    [true, false],
    ["x", "y"],
    [2, 3],
  ]);
});

Deno.test("padded() fills up along every axis, to a multiple along the first", () => {
  const x = p.padded({ value: 9, multipleOf: 4 })([tensor([[1, 2]]), tensor([[3], [4]])]);
  assertEquals(x.toArray() as unknown, [[[1, 2], [9, 9], [9, 9], [9, 9]], [[3, 9], [4, 9], [9, 9], [9, 9]]]);
  assertThrows(
    () => p.padded()<Tensor>([tensor(1) as never, tensor([1]) as never]),
    ShapeError,
    "padded: the elements",
  );
});

Deno.test("bucketByLength() puts elements of like length together and loses none", async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.nat(20)), fc.integer({ min: 1, max: 5 }), async (lengths, size) => {
    const batches = await pipe(
      p.from(lengths),
      p.bucketByLength((n) => n, [5, 10], size, { collate: (xs) => xs }),
      p.toArray,
    );
    assertEquals(sorted(batches.flat()), sorted(lengths));
    for (const b of batches) assertEquals(new Set(b.map((n) => n < 5 ? 0 : n < 10 ? 1 : 2)).size, 1);
    assert(batches.every((b) => b.length <= size) && batches.filter((b) => b.length < size).length <= 3);
  }));
  assertThrows(() => p.bucketByLength((x: number) => x, [3, 3], 2), ArgumentError, "boundaries ascend");
});

Deno.test("interleave() takes blocks in turn and opens the next where one ends", async () => {
  const lists = [["a", "b", "c"], ["d"], ["e", "f"]];
  const by = (cycle: number, block: number) =>
    pipe(
      p.from(lists),
      p.interleave((xs) => p.from(xs), { cycle, block }),
      p.batch(9, { collate: (xs) => xs.join("") }),
      p.toArray,
    );
  assertEquals(await by(1, 1), ["abcdef"]);
  assertEquals(await by(2, 1), ["adbecf"]);
  assertEquals(await by(3, 2), ["abdefc"]);
});

Deno.test("prefetch() makes elements before they are asked for, and no more than it may", async () => {
  let made = 0;
  const data = pipe(stream(20), p.map((x) => (made++, x)), p.prefetch(3));
  const pass = data.open();
  await pass.next();
  await new Promise((done) => setTimeout(done, 20));
  assertEquals(made, 4);
  await pass.return();
  assertEquals(made, 4);
});

Deno.test("prefetch() hands out what was ready before a failure", async () => {
  const data = pipe(
    stream(5),
    p.map((x) => {
      if (x === 2) throw new RangeError("a bad element");
      return x;
    }),
    p.prefetch(4),
  );
  const seen: number[] = [];
  await assertRejects(
    async () => {
      for await (const x of data) seen.push(x);
    },
    RangeError,
    "a bad element",
  );
  assertEquals(seen, [0, 1]);
});

Deno.test("cache() tries again what failed, and keeps nothing of a pass that was cut short", async () => {
  let tries = 0;
  const listed = pipe(
    p.from([1]),
    p.map((x) => {
      if (++tries === 1) throw new RangeError("once");
      return x;
    }),
    p.cache(),
  );
  await assertRejects(() => p.toArray(listed), RangeError);
  assertEquals([await p.toArray(listed), await p.toArray(listed), tries], [[1], [1], 2]);
  let read = 0;
  const streamed = pipe(stream(3), p.map((x) => (read++, x)), p.cache());
  await p.toArray(p.take<number>(1)(streamed));
  assertEquals([await p.toArray(streamed), await p.toArray(streamed), read], [[0, 1, 2], [0, 1, 2], 4]);
});

Deno.test("from() runs an iterator once and says so at the second pass", async () => {
  const once = p.from(numbers(2).values());
  assertEquals(await p.toArray(once), [0, 1]);
  await assertRejects(() => p.toArray(once), ArgumentError, "from: the sequence runs only once");
  const body = p.from(new Blob(["ab"]).stream());
  assertEquals((await p.toArray(body)).map((x) => [...x]), [[97, 98]]);
  await assertRejects(() => p.toArray(body), ArgumentError, "give a function");
});

Deno.test("A position of another pipeline is refused", async () => {
  const pass = p.take<number>(2)(stream(3)).open();
  await pass.next();
  const other = (data: p.Pipeline<unknown>, position: string) =>
    assertRejects(() => data.open(position).next(), ArgumentError);
  await other(p.repeat<number>()(stream(3)), pass.position);
  await other(stream(3), pass.position);
  await other(stream(3), "-1");
  await other(p.bucketByLength((x: number) => x, [], 1)(stream(3)), '["bucketByLength",null,"a",7]');
  await other(p.bucketByLength((x: number) => x, [], 1)(stream(3)), '["bucketByLength",null,1,7]');
  await other(p.interleave((x: number) => stream(x))(stream(3)), '["interleave",null,0,0,[7]]');
  assertThrows(() => stream(3).open("{"), ArgumentError, 'pipeline: "{" is no position of a pass');
});

Deno.test("Sizes and counts out of range are refused", () => {
  for (
    const wrong of [
      () => p.batch(0),
      () => p.windows(0),
      () => p.windows(2, { step: 0 }),
      () => p.take(-1),
      () => p.skip(0.5),
      () => p.repeat(-1),
      () => p.prefetch(0),
      () => p.map((x) => x, { concurrency: 0 }),
      () => p.interleave(() => stream(1), { cycle: 0 }),
      () => p.padded({ multipleOf: 0 }),
      () => p.zip(),
    ]
  ) assertThrows(wrong, ArgumentError);
});
