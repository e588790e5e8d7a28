/** Tensors keep their elements wherever the backend moves them; threads change nothing. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  add,
  ArgumentError,
  clearCaches,
  configure,
  DonatedError,
  exp,
  jit,
  key,
  matmul,
  memoryStats,
  mul,
  normal,
  OutOfMemoryError,
  relu,
  reshape,
  type Shape,
  sum,
  type Tensor,
  tensor,
  tree,
  zeros,
} from "../../mod.ts";

type X = Tensor<Shape, "f32">;
const plusOne = jit((x: X) => add(x, 1) as X);

Deno.test("results outlive the nursery: the first of many is what it was", () => {
  // 100 results of 400 KB: the nursery of 16 MB is emptied more than twice.
  const all: X[] = [zeros([100_000])];
  for (let i = 1; i <= 100; i++) all.push(plusOne(all[i - 1]!));
  all.forEach((x, i) => {
    const data = x.dataSync();
    assertEquals([data[0], data[99_999]], [i, i]);
  });
});

Deno.test("large results move out when there are too many, and come back when they are used", () => {
  // 40 results of 8 MB.
  const all: X[] = [zeros([2_000_000])];
  for (let i = 1; i <= 40; i++) all.push(plusOne(all[i - 1]!));
  assert(memoryStats().largeBytes <= 160 * 2 ** 20);
  for (const i of [0, 1, 20, 40]) assertEquals(plusOne(all[i]!).dataSync()[1_999_999], i + 1);
});

Deno.test("a reshape of a result shares its elements, and shares its donation", () => {
  const x = plusOne(zeros([50_000])), y = reshape(x, [500, 100]) as X;
  assertEquals(sum(plusOne(y)).item(), 100_000);
  jit((v: X) => mul(v, 2), { donate: [0] })(x);
  assertThrows(() => y.dataSync(), DonatedError);
  assertThrows(() => plusOne(y), DonatedError);
});

Deno.test("donated results give their memory back", () => {
  const step = jit((x: X) => mul(x, 0.5) as X, { donate: [0] });
  let x = plusOne(zeros([200_000]));
  const before = memoryStats().nurseryBytes;
  for (let i = 0; i < 200; i++) x = step(x);
  assert(memoryStats().nurseryBytes <= before + 2 * 800_064);
});

Deno.test("clearCaches() moves tensors out and forgets code, and nothing else changes", () => {
  const x = plusOne(zeros([10_000])), y = plusOne(zeros([1_000_000]));
  clearCaches();
  const { nurseryBytes, largeBytes, programs, codeBytes } = memoryStats();
  assertEquals([nurseryBytes, largeBytes, programs, codeBytes], [0, 0, 0, 0]);
  assertEquals([sum(plusOne(x)).item(), sum(plusOne(y)).item()], [20_000, 2_000_000]);
});

Deno.test("any number of threads gives the same bits", () => {
  const params = [normal(key(1), [300, 257]), normal(key(2), [257, 129])] as unknown as X[];
  const net = (ps: readonly X[], x: X): readonly X[] => {
    const h = relu(matmul(x, ps[0]!) as X) as X, y = matmul(h, ps[1]!) as X;
    return [y, exp(mul(h, 0.01)) as X, sum(y, { axis: 0 }) as X, sum(h, { axis: 1 }) as X];
  };
  const x = normal(key(3), [331, 300]) as unknown as X, before = configure();
  const run = (threads: number) => {
    configure({ threads });
    const f = jit(net);
    return [1, 2, 3].map(() => tree.leaves(f(params, x)).map((t) => (t as X).dataSync()));
  };
  try {
    const [alone] = run(1);
    for (const threads of [2, 3, 5]) for (const results of run(threads)) assertEquals(results, alone);
  } finally {
    configure(before);
  }
});

Deno.test("configure() rejects what is no number of threads, and settings it does not know", () => {
  assertThrows(
    () => configure({ threads: 0 }),
    ArgumentError,
    "configure: threads is 0; it must be a whole number from 1 to 64",
  );
  assertThrows(
    () => configure({ thread: 2 } as object),
    ArgumentError,
    "configure: there is no setting `thread`; it takes threads",
  );
});

Deno.test("tensors made from arrays stay the array's elements after the array changes", () => {
  const array = new Float32Array(5000).fill(1), x = tensor(array) as X, y = plusOne(x);
  array.fill(7);
  assertEquals([sum(x).item(), sum(y).item()], [5000, 10_000]);
});

Deno.test("a program that needs more memory than there is says how much, and what to do", () => {
  const f = jit((x: X) => {
    const y = exp(add(x, zeros([20_000, 1])) as X) as X;
    return sum(matmul(y, add(y, 1)) as X) as X;
  });
  assertThrows(
    () => f(zeros([1, 20_000])),
    OutOfMemoryError,
    "MiB of WebAssembly memory and",
  );
  assertEquals(sum(plusOne(zeros([1000]))).item(), 1000);
});
