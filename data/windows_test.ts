/** Stretches of sequences, and texts as numbers. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { arange, jit, type Key, key, type Tensor } from "../mod.ts";
import { charactersOf, randomWindows, streams } from "./mod.ts";

const count = (n: number) => arange(0, n, 1, { dtype: "i32" }) as unknown as Tensor<readonly [number], "i32">;

Deno.test("randomWindows() draws every stretch there is, within the sequence, and the targets come next", () => {
  const draw = jit((k: Key) => randomWindows(k, count(8), 100, 4)), seen = new Set<number>();
  const { inputs, targets } = draw(key(0));
  const xs = inputs.toArray() as number[][], ys = targets.toArray() as number[][];
  xs.forEach((x, i) => {
    assertEquals(x, [0, 1, 2, 3].map((k) => x[0]! + k));
    assertEquals(ys[i], x.map((v) => v + 1));
    seen.add(x[0]!);
  });
  assertEquals([...seen].sort(), [0, 1, 2, 3]);
});

Deno.test("streams() goes on in each stream where it stopped, and leaves out what does not fill one", () => {
  const parts = streams(count(30), 2, 4);
  assertEquals(parts.length, 3);
  const rows = parts.map((p) => p.inputs.toArray() as number[][]);
  assertEquals([0, 1].map((i) => rows.flatMap((r) => r[i]!)), [
    Array.from({ length: 12 }, (_, i) => i),
    Array.from({ length: 12 }, (_, i) => 12 + i),
  ]);
  for (const p of parts) {
    const next = (p.inputs.toArray() as number[][]).map((r) => r.map((v) => v + 1));
    assertEquals(p.targets.toArray() as number[][], next);
  }
});

Deno.test("stretches of sequences that are too short, and sizes that are none, are refused", () => {
  for (
    const [call, message] of [
      [
        () => randomWindows(key(0), count(4), 1, 4),
        "randomWindows: expected a sequence [n] of at least 5 tokens, got [4]",
      ],
      [() => randomWindows(key(0), count(4), 0, 1), "randomWindows: batch is a whole number from 1, not 0"],
      [() => streams(count(8), 2, 4), "streams: expected a sequence [n] of at least 9 tokens, got [8]"],
      [() => streams(count(8), 2, 0.5), "streams: length is a whole number from 1, not 0.5"],
    ] as const
  ) assertThrows(call, Error, message);
});

Deno.test("charactersOf() numbers characters by code point, surrogates whole, and refuses others", () => {
  const { symbols, encode, decode } = charactersOf("añ😀a");
  assertEquals(symbols, ["a", "ñ", "😀"]);
  assertEquals(decode(encode("😀ña").dataSync()), "😀ña");
  assertThrows(() => encode("b"), Error, 'encode: "b" is none of the 3 characters known');
  assertThrows(() => decode([3]), Error, "decode: 3 is the number of none of the 3 characters known");
  assert(encode("").shape[0] === 0);
});
