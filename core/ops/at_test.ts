import { elementsOf, inner } from "../../tests/laws/compare.ts";
import { bool, f64, i32, make, u8 } from "../../tests/laws/values.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { vjpFlat } from "../transforms/linearize.ts";
import { batchFlat } from "../transforms/vmap.ts";
import { at, type IndexTerm } from "./at.ts";
import { zeros } from "./fill.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";

/** Every element its own flat position. */
const counting = (shape: readonly number[]): Value => make(shape, "f64", (i) => i);

/** A term, what it reads of its axis, and what it looks like to the definition. */
interface Term {
  readonly term: IndexTerm;
  readonly kind: "number" | "range" | "list" | "new";
  readonly reads: readonly number[];
}

/** NumPy's definition, an element at a time; lists have one length, so that they broadcast as they are. */
function naive(shape: readonly number[], terms: readonly Term[]): { shape: number[]; data: number[] } {
  const lists = terms.filter((t) => t.kind === "list"), strides = stridesOf(shape);
  const marked = terms.flatMap((t, i) => t.kind === "list" || t.kind === "number" ? [i] : []);
  const apart = marked.some((m, i) => i > 0 && m !== marked[i - 1]! + 1);
  const points = lists[0]?.reads.length ?? 0;
  // The loops of the result, from the outermost in: the terms whose place each of them moves.
  const loops: { size: number; terms: readonly number[] }[] = [];
  const listLoop = { size: points, terms: terms.flatMap((t, i) => t.kind === "list" ? [i] : []) };
  if (lists.length > 0 && apart) loops.push(listLoop);
  terms.forEach((t, i) => {
    if (lists.length > 0 && !apart && i === marked[0]) loops.push(listLoop);
    if (t.kind === "new") loops.push({ size: 1, terms: [] });
    if (t.kind === "range") loops.push({ size: t.reads.length, terms: [i] });
  });
  const out = loops.map((l) => l.size), data: number[] = [];
  const place = new Array<number>(terms.length).fill(0);
  const walk = (depth: number): void => {
    if (depth === loops.length) {
      let flat = 0, axis = 0;
      terms.forEach((t, i) => {
        if (t.kind !== "new") flat += t.reads[place[i]!]! * strides[axis++]!;
      });
      data.push(flat);
      return;
    }
    for (let k = 0; k < loops[depth]!.size; k++) {
      for (const i of loops[depth]!.terms) place[i] = k;
      walk(depth + 1);
    }
  };
  walk(0);
  return { shape: out, data };
}

/** What Python's `range(*slice(a, b, c).indices(n))` is, by stepping through the axis. */
function stepped(n: number, start: number | null, stop: number | null, step: number): number[] {
  const end = (x: number) => x < 0 ? x + n : x, reads: number[] = [];
  let i = start === null ? (step > 0 ? 0 : n - 1) : end(start);
  if (step > 0) i = Math.max(i, 0);
  else i = Math.min(i, n - 1);
  const limit = stop === null ? (step > 0 ? n : -1) : end(stop);
  for (; step > 0 ? i < limit && i < n : i > limit && i >= 0; i += step) reads.push(i);
  return reads;
}

const bound = fc.option(fc.integer({ min: -6, max: 6 }));
const rangeTerm = (n: number): fc.Arbitrary<Term> =>
  fc.tuple(bound, bound, fc.constantFrom(-3, -2, -1, 1, 2, 3), fc.boolean()).map(([start, stop, step, asText]) => ({
    kind: "range",
    term: asText ? `${start ?? ""}:${stop ?? ""}:${step}` : { start, stop, step },
    reads: stepped(n, start, stop, step),
  }));
const numberTerm = (n: number): fc.Arbitrary<Term> =>
  fc.integer({ min: -n, max: n - 1 }).map((i) => ({ kind: "number", term: i, reads: [i < 0 ? i + n : i] }));
const listTerm = (n: number, length: number): fc.Arbitrary<Term> =>
  fc.tuple(fc.array(fc.integer({ min: -n, max: n - 1 }), { minLength: length, maxLength: length }), fc.boolean())
    .map(([xs, asTensor]) => ({
      kind: "list",
      term: asTensor ? i32([length], xs) : xs,
      reads: xs.map((i) => i < 0 ? i + n : i),
    }));
const newTerm: Term = { kind: "new", term: null, reads: [] };

const indexed = fc.tuple(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), fc.integer({ min: 0, max: 3 }))
  .chain(([shape, length]) =>
    fc.tuple(
      fc.constant(shape),
      fc.tuple(...shape.map((n) => fc.oneof(rangeTerm(n), numberTerm(n), listTerm(n, length)))),
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 2 }),
    )
  ).map(([shape, terms, news]) => {
    const all: Term[] = [...terms];
    for (const i of news) all.splice(Math.min(i, all.length), 0, newTerm);
    return { shape, terms: all };
  });

Deno.test("at() reads what NumPy's definition says, whatever the terms", () => {
  fc.assert(fc.property(indexed, ({ shape, terms }) => {
    const y: Value = at(counting(shape), ...terms.map((t) => t.term)), want = naive(shape, terms);
    assertEquals([...y.shape], want.shape);
    assertEquals([...elementsOf(y)], want.data);
  }));
});

Deno.test("at() leaves axes without a term whole, and puts them where the ellipsis stands", () => {
  const x = zeros([2, 3, 4, 5]);
  assertEquals(at(x).shape, [2, 3, 4, 5]);
  assertEquals(at(x, 1).shape, [3, 4, 5]);
  assertEquals(at(x, "...", 1).shape, [2, 3, 4]);
  assertEquals(at(x, 0, "...", 0).shape, [3, 4]);
  assertEquals(at(x, 0, 0, 0, 0, "...").shape, []);
  assertEquals(at(x, null, "...", null, ":").shape, [1, 2, 3, 4, 1, 5]);
});

// The examples under "Combining advanced and basic indexing", https://numpy.org/doc/stable/user/basics.indexing.html
Deno.test("at() places the axes of index tensors as the NumPy manual's examples", () => {
  const x = zeros([10, 20, 30, 4, 5]);
  const a = i32([2, 3, 4], () => 1), b = i32([4], () => 0);
  assertEquals(at(x, ":", a, b).shape as readonly number[], [10, 2, 3, 4, 4, 5]);
  assertEquals(at(x, ":", a, ":", b).shape as readonly number[], [2, 3, 4, 10, 30, 5]);
  assertEquals(at(x, 0, ":", b).shape as readonly number[], [4, 20, 4, 5]);
});

Deno.test("at() clamps elements of index tensors that are out of range, and counts negative ones from the end", () => {
  assertEquals(at(counting([3]), i32([5], [-1, -3, -4, 3, 100])).toArray() as unknown, [2, 0, 0, 2, 2]);
  assertEquals(at(counting([3]), u8([2], [2, 255])).toArray() as unknown, [2, 2]);
});

Deno.test("at() cuts ranges off at the ends and reads nothing of an empty one", () => {
  const x = counting([4]);
  assertEquals(at(x, "2:9").toArray() as unknown, [2, 3]);
  assertEquals(at(x, "-9:1").toArray() as unknown, [0]);
  assertEquals(at(x, "3:1").shape, [0]);
  assertEquals(at(counting([0, 2]), "::-1").shape, [0, 2]);
  assertEquals(at(x, []).shape as readonly number[], [0]);
});

Deno.test("at() keeps the dtype", () => {
  assertEquals(at(bool([3], [1, 0, 1]), [0, 1]).toArray() as unknown, [true, false]);
  assertEquals(at(i32([3], [7, 8, 9]), "::-2").toArray() as unknown, [9, 7]);
});

Deno.test("at() is linear: its pullback is its adjoint", () => {
  fc.assert(fc.property(indexed, fc.integer({ min: 0, max: 1000 }), ({ shape, terms }, seed) => {
    const x = f64(shape, seed), index = terms.map((t) => t.term);
    const [[y], pullback] = vjpFlat(([v]) => [at(v!, ...index)], [x], [true]);
    const ct = f64(y!.shape, seed + 1), [back] = pullback([ct]);
    const bound = (sizeOf(shape) + y!.size) * 2 ** -52;
    const gap = Math.abs(inner([y!], [ct]) - inner([x], [back ?? make(shape, "f64", () => 0)]));
    // Sums of at most that many products below 1.
    assertEquals(gap <= bound * (1 + y!.size), true, `${gap}`);
  }));
});

Deno.test("at() maps over examples of tensor and index alike", () => {
  const x = counting([2, 3]), i = i32([2, 2], [0, 2, 1, 1]);
  const run = (mapped: boolean[], xs: Value[]) =>
    batchFlat(([v, j]) => [at(v!, j!)], xs, mapped, { size: 2, name: undefined })[0][0]!.toArray();
  assertEquals(run([true, true], [x, i]), [[0, 2], [4, 4]]);
  assertEquals(run([false, true], [counting([3]), i]), [[0, 2], [1, 1]]);
  assertEquals(run([true, false], [x, i32([1], [2])]), [[2], [5]]);
});
