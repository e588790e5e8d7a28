/** Donated arguments are written over where that is safe: results are what they are without, and memory does not grow. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  abs,
  add,
  addAt,
  AdjointError,
  at,
  cast,
  clearCaches,
  cumSum,
  debugPrint,
  div,
  DonatedError,
  exp,
  jit,
  key,
  less,
  matmul,
  memoryStats,
  mul,
  normal,
  relu,
  reshape,
  scan,
  type Shape,
  sqrt,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  type Value,
  vmap,
  wasmBackend,
  whileLoop,
} from "../../mod.ts";
import { Place } from "../../core/backends/wasm/heap.ts";
import { type Concrete, storageOf } from "../../core/tensor.ts";
import { elementsOf } from "./random/cell.ts";
import { programs, type RandomProgram } from "./random_programs.ts";
import { soaked } from "./soaked.ts";

type X = Tensor<Shape, "f32">;

/** Copies of each input: their results are large enough to stay in the backend's memory. */
const copies = 40;
const many = (x: Value): Value => stack(Array.from({ length: copies }, () => x as X)) as Value;
const fromArray = (x: Value): Value =>
  tensor(elementsOf(x) as Float32Array, { shape: x.shape, dtype: x.dtype as "f32" }) as Value;

/** What two lists of tensors differ in; `null` if in nothing. */
function difference(a: readonly Value[], b: readonly Value[]): string | null {
  for (const [i, x] of a.entries()) {
    const own = Array.from(elementsOf(x)),
      other = elementsOf(b[i]!),
      k = own.findIndex((e, k) => !Object.is(e, other[k]));
    if (k >= 0) return `result ${i} has ${own[k]} in place of ${other[k]} at ${k}`;
  }
  return null;
}

function check(p: RandomProgram, which: number): void {
  const f = vmap(p.f as never) as unknown as (...xs: Value[]) => Value[], options = { backend: wasmBackend };
  const donate = [...p.inputs.keys()].filter((i) => (which >> i & 1) === 1);
  let kept: Value[];
  try {
    kept = jit(f, options)(...p.inputs.map(many));
  } catch (e) {
    if (e instanceof AdjointError) return;
    throw e;
  }
  const given = p.inputs.map((x, i) => i % 2 === 0 ? many(x) : fromArray(many(x)));
  const wrong = difference(jit(f, { ...options, donate })(...given), kept);
  assert(wrong === null, `donating ${donate}: ${wrong}\n${p}`);
}

Deno.test("random programs whose arguments are donated have the results that they have otherwise", () => {
  fc.assert(fc.property(programs, fc.integer({ min: 1, max: 15 }), check), soaked(60, 5000));
});

const side = 64, large = (seed: number): X => add(normal(key(seed), [side, side]) as X, 0) as X;

/** Where a tensor's elements are in the backend's memory; −1 if they are elsewhere. */
function place(x: Value): number {
  const { block } = storageOf(x as Concrete).cell;
  return block instanceof Place ? block.address : -1;
}

/**
 * Runs a function with and without donating all arguments. The results must be equal; for each the argument is given that
 * it was written in place of, −1 if none.
 */
function replaced(f: (...xs: X[]) => unknown, ...args: X[]): number[] {
  // A first run brings arguments that are arrays into the backend's memory.
  const kept = ([jit(f)(...args)] as unknown[]).flat() as X[], places = args.map(place), copies = kept.map(fromArray);
  const results = ([jit(f, { donate: [...args.keys()] })(...args)] as unknown[]).flat() as X[];
  assertEquals(difference(results, copies), null);
  return results.map((r) => place(r) < 0 ? -1 : places.indexOf(place(r)));
}

Deno.test("elementwise results take the places of donated arguments, several in one walk too", () => {
  const adam = (p: X, m: X, v: X, g: X): unknown => {
    const m1 = add(mul(m, 0.9), mul(g, 0.1)), v1 = add(mul(v, 0.99), mul(square(g), 0.01));
    return [sub(p, div(m1, add(sqrt(v1), 1e-3))), m1, v1];
  };
  assertEquals(replaced((x) => add(mul(x, 2), 1), large(1)), [0]);
  assertEquals(replaced(adam, large(1), large(2), square(large(3)) as X, large(4)).toSorted(), [0, 1, 2]);
  assertEquals(replaced((x, y) => [sub(y, x), add(x, y)], large(1), large(2)), [0, 1]);
});

Deno.test("a result takes the place of what was read for the last time before", () => {
  assertEquals(replaced((x, w) => relu(matmul(x, w)), large(1), large(2)), [0]);
  assertEquals(replaced((x, y) => exp(sub(y, sum(x))), large(1), large(2)), [1]);
});

Deno.test("what is read at another place than the one written is left alone", () => {
  assertEquals(replaced((x) => add(x, transpose(x)), large(1)), [-1]);
  assertEquals(replaced((x) => matmul(x, x), large(1)), [-1]);
  assertEquals(replaced((x) => cumSum(x, { axis: 0 }), large(1)), [-1]);
  assertEquals(replaced((x) => div(exp(x), sum(exp(x), { axis: 1, keepDims: true })), large(1)), [-1]);
});

Deno.test("a reshape or a dtype of the same size is no hindrance, another size is", () => {
  assertEquals(replaced((x) => add(reshape(x, [side * side]), 1), large(1)), [0]);
  assertEquals(replaced((x) => cast(mul(x, 10), "i32"), large(1)), [0]);
  assertEquals(replaced((x) => cast(mul(x, 10), "u8"), large(1)), [-1]);
});

Deno.test("an update of some elements is made in the donated argument", () => {
  const at = tensor([3, 5, 3], { dtype: "i32" });
  const f = (x: X, y: X): X => addAt(x, [at], y) as X;
  assertEquals(replaced(f, large(1), normal(key(2), [3, side]) as X), [0]);
  // What is added is read from the argument itself, after the first of it may have been written.
  assertEquals(replaced((x) => addAt(x, [at], gather(x, [[5, 3, 1]])), large(1)), [-1]);
});

const gather = (x: X, at_: readonly (readonly number[])[]): X => at(x, ...at_ as unknown as []) as X;

Deno.test("a loop's carry is updated where the donated argument is", () => {
  const along = (): X => normal(key(2), [5]) as X;
  const scanned = (x: X, s: X): X => scan((c: X, t: X) => [add(mul(c, sum(t)), sum(c)) as X, t] as const, x, s)[0];
  assertEquals(replaced(scanned, large(1), along()), [0]);
  const turned = (x: X, s: X): X => scan((c: X, t: X) => [add(transpose(c), t) as X, t] as const, x, s)[0];
  assertEquals(replaced(turned, large(1), along()), [-1]);
  const swapped = (x: X, y: X, s: X): readonly X[] =>
    scan(([a, b]: readonly X[], t: X) => [[add(b!, t) as X, a!], t] as const, [x, y], s)[0];
  // The first is written while the second still needs what it would be written over.
  assertEquals(replaced(swapped, large(1), large(2), along()), [-1, 1]);
  const repeated = (x: X, y: X): readonly X[] =>
    whileLoop(
      ([a]: readonly X[]) => less(sum(abs(a!)), 1e5),
      ([a, b]: readonly X[]) => [add(mul(a!, 2), 1) as X, add(b!, a!) as X],
      [x, y],
    );
  assertEquals(replaced(repeated, large(1), large(2)), [0, 1]);
});

Deno.test("a loop leaves alone what it starts from and reads as well", () => {
  const f = (x: X, s: X): X => scan((c: X, t: X) => [add(mul(c, 0.5), mul(x, t)) as X, t] as const, x, s)[0];
  assertEquals(replaced(f, large(1), normal(key(2), [5]) as X), [-1]);
});

Deno.test("an argument given twice, or passed on, or shared with one that is kept is not written over", () => {
  const x = add(large(1), 1) as X, before = x.dataSync();
  const twice = jit((a: X, b: X) => add(a, b), { donate: [0, 1] });
  assertEquals(twice(x, x).dataSync()[7], Math.fround(2 * before[7]!));
  const view = reshape(x, [side * side]) as X;
  jit((a: X, b: X) => add(a, sum(b)), { donate: [0] })(x, view);
  const [same, more] = jit((a: X) => [a, add(a, 1)] as const, { donate: [0] })(x);
  assertEquals([x.dataSync(), same.dataSync()], [before, before]);
  assertEquals(more.dataSync()[0], Math.fround(before[0]! + 1));
});

Deno.test("what was written over cannot be read, not through a view of it either", () => {
  const x = add(large(1), 1) as X, view = reshape(x, [side * side]) as X;
  jit((a: X) => add(a, 1), { donate: [0], name: "step" })(x);
  for (const y of [x, view]) assertThrows(() => y.dataSync(), DonatedError, "was donated to step");
});

/** Runs a function, and gives what the backend holds in bytes at each of its `debugPrint`s. */
function held(f: () => unknown): number[] {
  const { log } = console, bytes: number[] = [];
  console.log = () => bytes.push(memoryStats().largeBytes);
  try {
    f();
  } finally {
    console.log = log;
  }
  return bytes;
}

Deno.test("a donated step takes no memory for its state but that of the state", () => {
  const n = 500_000, parts = 3;
  const step = jit((state: readonly X[], g: X) => {
    const [p, m, v] = state as [X, X, X],
      m1 = add(mul(m, 0.9), mul(g, 0.1)),
      v1 = add(mul(v, 0.99), mul(square(g), 0.01));
    debugPrint("first", at(g, 0));
    return [sub(p, div(m1, add(sqrt(v1), 1e-3))), m1, v1] as X[];
  }, { donate: [0] });
  clearCaches();
  const g = add(normal(key(9), [n]), 0) as X;
  let state = [1, 2, 3].map((seed) => square(normal(key(seed), [n])) as X);
  held(() => step(state.map((x) => add(x, 0) as X), g));
  clearCaches();
  const bytes = held(() => {
    for (let i = 0; i < 3; i++) state = step(state, g);
  });
  assertEquals(bytes, [1, 2, 3].map(() => (parts + 1) * 4 * n));
  assertEquals(memoryStats().largeBytes, (parts + 1) * 4 * n);
});
