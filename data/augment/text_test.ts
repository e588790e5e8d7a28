/** Tokens dropped, swapped and masked: as many as asked for, and never those that fill up. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { arange, cast, full, jit, type Key, key, ones, reshape, type Tensor, tensor, zeros } from "../../mod.ts";
import { maskTokens, swapNeighbours, wordDropout } from "./mod.ts";

type Tokens = Tensor<readonly [number, number], "i32">;
/** Sequences 2, 3, …, that end in two 0s. */
const sentences = (n: number, length: number): Tokens =>
  tensor(Array.from({ length: n }, () => Array.from({ length }, (_, i) => i < length - 2 ? i + 2 : 0)), {
    dtype: "i32",
  }) as unknown as Tokens;
const count = (xs: readonly number[], x: number) => xs.filter((v) => v === x).length;
/** Five standard deviations of n coins. */
const reach = (n: number, p: number) => 5 * Math.sqrt(n * p * (1 - p));

Deno.test("wordDropout() replaces as many words as asked for, and no padding", () => {
  const drop = jit((k: Key, x: Tokens) => wordDropout(k, x, 0.3, { mask: 1, pad: 0 }));
  const x = sentences(100, 12), after = drop(key(1), x).toArray();
  after.forEach((row) => row.forEach((v, i) => assert(v === (i < 10 ? i + 2 : 0) || (i < 10 && v === 1))));
  assertAlmostEquals(count(after.flat(), 1), 300, reach(1000, 0.3));
  assert(`${after[0]}` !== `${after[1]}`);
  assertEquals(wordDropout(key(1), x, 0, { mask: 1 }).toArray(), x.toArray());
  assertEquals(wordDropout(key(1), x, 1, { mask: 1 }).toArray(), full([100, 12], 1).toArray());
});

Deno.test("swapNeighbours() swaps pairs that do not overlap, whole, and no padding", () => {
  const swap = jit((k: Key, x: Tokens) => swapNeighbours(k, x, 0.4, { pad: 0 }));
  const x = sentences(300, 12);
  let swaps = 0;
  for (const row of swap(key(2), x).toArray()) {
    assertEquals(row.slice(10), [0, 0]);
    assertEquals([...row].sort((a, b) => a - b).slice(2), x.toArray()[0]!.slice(0, 10));
    row.slice(0, 10).forEach((v, i) => assert(Math.abs(v - (i + 2)) <= 1));
    swaps += row.slice(0, 10).filter((v, i) => v > i + 2).length;
  }
  // Five pairs of ten words, or four, as a coin says: 4.5 · 0.4 a row, with a variance of 4.5 · 0.24 + 0.4² / 4.
  assertAlmostEquals(swaps, 300 * 1.8, 5 * Math.sqrt(300 * (1.08 + 0.04)));
});

Deno.test("swapNeighbours() always or never, of sizes that have no pairs or none at all", () => {
  const x = reshape(arange(0, 5), [1, 5]) as unknown as Tokens, seen = new Set<string>();
  for (let seed = 0; seed < 20; seed++) seen.add(`${swapNeighbours(key(seed), x, 1).toArray()}`);
  assertEquals([...seen].sort(), ["0,2,1,4,3", "1,0,3,2,4"]);
  assertEquals(swapNeighbours(key(0), x, 0).toArray(), x.toArray());
  for (const shape of [[0, 3], [2, 0], [2, 1]] as const) {
    const tokens = zeros(shape, { dtype: "u8" });
    assertEquals(swapNeighbours(key(0), tokens, 1).dtype, "u8");
    assertEquals(swapNeighbours(key(0), tokens, 1).shape, shape);
    assertEquals(maskTokens(key(0), tokens, { mask: 1, vocabulary: 2 }).inputs.shape, shape);
    assertEquals(wordDropout(key(0), tokens, 1, { mask: 1 }).shape, shape);
  }
});

Deno.test("maskTokens() tells 15% of the words: 80% are masked, 10% are any token, 10% stay", () => {
  const options = { mask: 1, pad: 0, vocabulary: 1000, keep: [2] }, n = 4000;
  const masked = jit((k: Key, x: Tokens) => maskTokens(k, x, options));
  const x = sentences(500, 11), { inputs, targets, mask } = masked(key(3), x);
  const before = x.toArray()[0]!, isTold = mask.toArray();
  assertEquals(targets.toArray(), x.toArray());
  const told = inputs.toArray().flatMap((row, b) =>
    row.flatMap((v, i) => {
      const was = before[i]!;
      if (!isTold[b]![i]) assert(v === was);
      else assert(was !== 0 && was !== 2);
      return isTold[b]![i] ? [v === 1 ? "mask" : v === was ? "same" : "any"] : [];
    })
  );
  // 8 words of each sequence may be told, the first and the last two not.
  assertAlmostEquals(told.length, 0.15 * n, reach(n, 0.15));
  const share = (what: string) => told.filter((w) => w === what).length;
  // That any token is the mask, or the same, is a thousandth of a tenth.
  assertAlmostEquals(share("mask"), 0.8 * told.length, reach(told.length, 0.8));
  assertAlmostEquals(share("any"), 0.1 * told.length, reach(told.length, 0.1));
  assertAlmostEquals(share("same"), 0.1 * told.length, reach(told.length, 0.1));
});

Deno.test("maskTokens() tells all or none, and draws any token of the vocabulary", () => {
  const x = full([100, 100], 9, { dtype: "i32" }) as Tokens;
  assertEquals(maskTokens(key(0), x, { mask: 5, vocabulary: 4, probability: 0 }).inputs.toArray(), x.toArray());
  const all = maskTokens(key(0), x, { mask: 5, vocabulary: 4, probability: 1 });
  assert(all.mask.toArray().flat().every((m) => m));
  const drawn = all.inputs.toArray().flat();
  // A quarter of a tenth of 10000 each.
  for (let id = 0; id < 4; id++) assertAlmostEquals(count(drawn, id), 250, reach(10000, 0.025));
  assertEquals(count(drawn, 4), 0);
});

Deno.test("text refuses what are no tokens, probabilities or ids", () => {
  const x = ones([1, 2], { dtype: "i32" });
  assertThrows(
    () => wordDropout(key(0), ones([1, 2]), 1, { mask: 0 }),
    Error,
    "tokens are integers, not f32; cast to i32",
  );
  assertThrows(
    () => swapNeighbours(key(0), cast(ones([2]), "i32"), 1),
    Error,
    "expected tokens [batch, length], got [2]",
  );
  assertThrows(
    () => wordDropout(key(0), x, 2, { mask: 0 }),
    Error,
    "wordDropout: the probability is from 0 to 1, not 2",
  );
  assertThrows(
    () => wordDropout(key(0), x, 1, { mask: 0.5 }),
    Error,
    "wordDropout: mask is a whole number from 0, not 0.5",
  );
  assertThrows(() => swapNeighbours(key(0), x, 1, { pad: -1 }), Error, "swapNeighbours: pad is a whole number from 0");
  assertThrows(
    () => maskTokens(key(0), x, { mask: 0, vocabulary: 0 }),
    Error,
    "maskTokens: vocabulary is a whole number",
  );
  assertThrows(
    () => maskTokens(key(0), x, { mask: 0, vocabulary: 2, keep: [-1] }),
    Error,
    "a token to keep is a whole number",
  );
});
