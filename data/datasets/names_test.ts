/** Lists of names: what is read of made-up ones. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { soaked } from "../../tests/backends/soaked.ts";
import { hostile } from "../../tests/hostile.ts";
import { decodeNames, surnamesSource } from "./names.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("decodeNames() reads names, with either line end and without the spaces around them", () => {
  assertEquals(decodeNames(encode("Ó Súilleabháin\r\n Seo \nD'cruz")), {
    _tag: "Right",
    right: ["Ó Súilleabháin", "Seo", "D'cruz"],
  });
  assertEquals(decodeNames(new Uint8Array()), { _tag: "Right", right: [] });
});

Deno.test("decodeNames() says which line is wrong", () => {
  const foreign = Uint8Array.from([...encode("Ada\n"), 0xff, 10]);
  for (const [bytes, what] of [[encode("Ada\n \nBea"), "is empty"], [foreign, "is not UTF-8"]] as const) {
    assertEquals(decodeNames(bytes), {
      _tag: "Left",
      left: { _tag: "FormatError", format: "text", offset: 4, message: `decodeNames: line 2, ${what}` },
    });
  }
});

Deno.test("decodeNames() gives an error or names whatever the bytes", () => {
  fc.assert(
    fc.property(hostile(encode("Ada\nBéa\nCíra\n")), (bytes) => {
      const got = decodeNames(bytes);
      if (got._tag === "Left") assertEquals(got.left.format, "text");
      else assertEquals(got.right.filter((name) => name === "" || name !== name.trim()), []);
    }),
    { seed: 9, ...soaked(300, 20_000) },
  );
});

Deno.test("the surnames have a file for each of 18 languages", () => {
  assertEquals(surnamesSource.files.length, 18);
  assertEquals(surnamesSource.files[8]?.path, "names/by-language/Irish.txt");
});
