/** Small digits: what is read of made-up rows. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { soaked } from "../../tests/backends/soaked.ts";
import { hostile } from "../../tests/hostile.ts";
import { decodeDigits } from "./digits.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const row = (pixel: number, digit: string) => `${`${pixel},`.repeat(64)}${digit}`;

Deno.test("decodeDigits() reads pixels and digits, with either line end and an end or none", () => {
  for (const text of [`${row(1, "9")}\n${row(16, "0")}\n`, `${row(1, "9")}\r\n${row(16, "0")}`]) {
    const got = decodeDigits(encode(text));
    assert(got._tag === "Right");
    assertEquals(got.right.labels.toArray(), [9, 0]);
    assertEquals(got.right.inputs.toArray(), [new Array(64).fill(1), new Array(64).fill(16)]);
  }
  const none = decodeDigits(encode(""));
  assert(none._tag === "Right" && none.right.labels.size === 0);
});

Deno.test("decodeDigits() says which line is wrong", () => {
  const good = row(0, "1");
  const table: readonly (readonly [string, string])[] = [
    [row(0, "10"), "shows 10, which is no digit"],
    [row(0, "1.5"), "shows 1.5, which is no digit"],
    ["", '"" is not 65 numbers'],
    ["1,2", '"1,2" is not 65 numbers'],
    [row(0, ""), `"${row(0, "").slice(0, 80)}…" is not 65 numbers`],
    [row(0, "x"), `"${row(0, "x").slice(0, 80)}…" is not 65 numbers`],
  ];
  for (const [line, what] of table) {
    assertEquals(decodeDigits(encode(`${good}\n${line}\n${good}`)), {
      _tag: "Left",
      left: { _tag: "FormatError", format: "csv", offset: 130, message: `decodeDigits: line 2, ${what}` },
    });
  }
});

Deno.test("decodeDigits() gives an error or digits whatever the bytes", () => {
  const good = encode(`${row(1, "9")}\n${row(16, "0")}\n`);
  fc.assert(
    fc.property(hostile(good), (bytes) => {
      const got = decodeDigits(bytes);
      if (got._tag === "Left") assertEquals(got.left.format, "csv");
      else assertEquals(got.right.inputs.size, 64 * got.right.labels.size);
    }),
    { seed: 6, ...soaked(300, 20_000) },
  );
});
