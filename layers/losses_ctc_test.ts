/** CTC against the sum over all alignments. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { grad, jit, key, normal, type Shape, sum, type Tensor, tensor, zeros } from "../mod.ts";
import { ctc } from "./mod.ts";

type X = Tensor<readonly [number, number, number], "f64">;
const i32 = (x: readonly unknown[]): Tensor<Shape, "i32"> => tensor(x as number[], { dtype: "i32" }) as never;

/** All ways to give each of some frames a class. */
function* paths(frames: number, classes: number): Generator<readonly number[]> {
  if (frames === 0) return yield [];
  for (const rest of paths(frames - 1, classes)) for (let c = 0; c < classes; c++) yield [...rest, c];
}

const merged = (path: readonly number[], blank: number) =>
  path.filter((c, i) => c !== blank && c !== path[i - 1]).join(" ");

/** Minus the logarithm of the sum of the probabilities of the paths that read as the labels. */
function bruteForce(logits: readonly (readonly number[])[], labels: readonly number[], blank: number): number {
  const p = logits.map((row) => {
    const total = row.map(Math.exp).reduce((a, b) => a + b, 0);
    return row.map((v) => Math.exp(v) / total);
  });
  let sum = 0;
  for (const path of paths(logits.length, logits[0]?.length ?? 1)) {
    if (merged(path, blank) === labels.join(" ")) sum += path.reduce((q, c, t) => q * p[t]![c]!, 1);
  }
  return -Math.log(sum);
}

Deno.test("ctc() is the sum over all alignments, whatever the lengths and the blank", () => {
  const examples = fc.record({
    seed: fc.nat(),
    classes: fc.integer({ min: 2, max: 4 }),
    blank: fc.nat({ max: 1 }),
    lengths: fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 3 })), { minLength: 1, maxLength: 3 }),
    picks: fc.array(fc.nat({ max: 2 }), { minLength: 9, maxLength: 9 }),
  });
  fc.assert(
    fc.property(examples, ({ seed, classes, blank, lengths, picks }) => {
      const x: X = normal(key(seed), [lengths.length, 5, classes], { dtype: "f64" });
      const others = Array.from({ length: classes }, (_, c) => c).filter((c) => c !== blank);
      const labels = lengths.map((_, b) => [0, 1, 2].map((s) => others[picks[3 * b + s]! % others.length]!));
      const options = {
        blank,
        inputLengths: i32(lengths.map((l) => l[0])),
        labelLengths: i32(lengths.map((l) => l[1])),
      };
      const want = lengths.map(([frames, n], b) => {
        return bruteForce(x.toArray()[b]!.slice(0, frames), labels[b]!.slice(0, n), blank);
      });
      const got = ctc(x, i32(labels), { ...options, reduction: "none" }).toArray() as number[];
      // Five frames of products here, of three log-sums there: some fifty roundings of numbers up to the loss itself.
      got.forEach((l, b) => {
        if (want[b] === Infinity) assertEquals(l, Infinity);
        else assertAlmostEquals(l, want[b]!, 100 * 2 ** -52 * Math.max(1, want[b]!));
      });
      const finite = want.map((l) => l === Infinity ? 0 : l);
      const mean = finite.reduce((s, l, b) => s + l / Math.max(1, lengths[b]![1]), 0) / lengths.length;
      assertAlmostEquals(
        Number(ctc(x, i32(labels), { ...options, zeroInfinity: true }).item()),
        mean,
        1e-13 * Math.max(1, mean),
      );
    }),
    { numRuns: 60 },
  );
});

Deno.test("ctc() takes labels without a batch, no frames, and logits of any size", () => {
  assertAlmostEquals(ctc(zeros([3, 2]), i32([1])).item(), -Math.log(6 / 8), 1e-6);
  assertEquals(ctc(zeros([2, 0, 3]), zeros([2, 0], { dtype: "i32" }), { reduction: "none" }).toArray(), [0, 0]);
  assertEquals(ctc(zeros([0, 2, 3]), zeros([0, 1], { dtype: "i32" }), { reduction: "sum" }).item(), 0);
  const certain = tensor([[1e4, 0, -1e4], [0, 1e4, 0], [1e4, 0, 0]]);
  assertEquals(ctc(certain, i32([1])).item(), 0);
  assertEquals(ctc(certain, i32([2])).item(), 1e4 + 2e4 - 1e4 - 1e4);
  // Behind a length there may be anything.
  const padded = ctc(zeros([1, 3, 2]), i32([[1, -1]]), { labelLengths: i32([1]) });
  assertAlmostEquals(padded.item(), -Math.log(6 / 8), 1e-6);
});

Deno.test("an example that ctc() cannot align has no derivative, and the others keep theirs", () => {
  const x = normal(key(0), [2, 2, 3]), labels = i32([[1, 1], [1, 2]]);
  for (const zeroInfinity of [false, true]) {
    const slope = grad((x: Tensor<readonly [2, 2, 3]>) => ctc(x, labels, { reduction: "sum", zeroInfinity }))(x);
    const [first, second] = slope.toArray();
    assertEquals(first!.flat().every((v) => v === 0), true);
    assert(second!.flat().every((v) => Number.isFinite(v) && v !== 0));
  }
});

Deno.test("the derivative of ctc() sums to 0 over the classes of each frame, and a wrong label is NaN when compiled", () => {
  const x = normal(key(1), [2, 4, 3]), labels = i32([[1, 2], [2, 0]]), two = i32([2, 1]);
  const slope = grad((x: Tensor<readonly [2, 4, 3]>) => ctc(x, labels, { labelLengths: two }))(x);
  // A softmax does not see a shift; three roundings of numbers below 1.
  for (const v of sum(slope, { axis: -1 }).toArray().flat()) assertAlmostEquals(v, 0, 4 * 2 ** -23);
  const each = jit((x: Tensor<readonly [2, 4, 3]>, l: Tensor<Shape, "i32">) => ctc(x, l, { reduction: "none" }))(
    x,
    labels,
  );
  assert(Number.isFinite(each.toArray()[0]!) && Number.isNaN(each.toArray()[1]!));
});
