/** Archives: made-up ones of each form, and hostile ones. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { soaked } from "../../tests/backends/soaked.ts";
import { hostile } from "../../tests/hostile.ts";
import { orThrow } from "../errors.ts";
import { decodeTar } from "./tar.ts";
import { joined, tarEntry, tarOf } from "../../tests/tar_of.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const read = (...entries: readonly Uint8Array[]) =>
  orThrow(decodeTar(tarOf(...entries))).map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]);

Deno.test("decodeTar() reads files of every length, and passes over folders and links", () => {
  const long = "x".repeat(513);
  assertEquals(
    read(
      tarEntry("a/", "", { kind: "5" }),
      tarEntry("a/b", "hello"),
      tarEntry("link", "", { kind: "2" }),
      tarEntry("old", "1", { kind: "\0" }),
      tarEntry("empty", ""),
      tarEntry("block", long.slice(1)),
      tarEntry("more", long),
    ),
    [["a/b", "hello"], ["old", "1"], ["empty", ""], ["block", long.slice(1)], ["more", long]],
  );
});

Deno.test("decodeTar() reads long paths as ustar, GNU and pax write them", () => {
  const path = `${"folder/".repeat(20)}file`;
  assertEquals(read(tarEntry("file", "1", { prefix: "deep/er" })), [["deep/er/file", "1"]]);
  assertEquals(read(tarEntry("././@LongLink", `${path}\0`, { kind: "L" }), tarEntry("cut", "2"), tarEntry("b", "3")), [
    [path, "2"],
    ["b", "3"],
  ]);
  const record = ` path=${path}ä\n`, size = encode(record).length;
  const head = `${size + 3}${record}7 x=é\n`;
  assertEquals(read(tarEntry("pax", head, { kind: "x" }), tarEntry("cut", "4"), tarEntry("c", "5")), [
    [`${path}ä`, "4"],
    ["c", "5"],
  ]);
});

Deno.test("decodeTar() takes sizes in base 256 and from extended headers", () => {
  const wide = new Uint8Array(12);
  wide[0] = 0x80;
  wide[11] = 5;
  assertEquals(read(tarEntry("wide", "hello", { size: wide })), [["wide", "hello"]]);
  const pax = tarEntry("pax", "9 size=5\n", { kind: "x" });
  assertEquals(read(pax, tarEntry("zero", "hello", { size: encode("00000000000\0") })), [["zero", "hello"]]);
});

Deno.test("decodeTar() says what is wrong and where", () => {
  const entry = tarEntry("a", "hello"), bent = entry.slice();
  bent[0]! ^= 1;
  const table: readonly (readonly [Uint8Array, number, string])[] = [
    [new Uint8Array(), 0, "the archive is cut short: no empty block ends it"],
    [entry, 1024, "the archive is cut short: no empty block ends it"],
    [tarOf(bent), 0, "the sum of a header is not the one that it states"],
    [Uint8Array.of(0x1f, 0x8b), 0, "the bytes are gzip, not tar; unpack them with gunzip first"],
    [
      tarOf(entry, tarEntry("b", "", { size: encode("77777777777\0") })),
      1148,
      "an entry states a size of 8589934591, but 1024 bytes follow",
    ],
    [tarOf(tarEntry("b", "", { size: encode("12x\0") })), 124, "an entry states a size of NaN, but 1024 bytes follow"],
    [tarOf(tarEntry("p", "99 path=a\n", { kind: "x" })), 512, "an extended header is no list of records"],
    [tarOf(tarEntry("p", "0 path=a\n", { kind: "x" })), 512, "an extended header is no list of records"],
    [tarOf(tarEntry("p", "10 size=x\n", { kind: "x" })), 512, "an extended header states the size x"],
  ];
  for (const [bytes, offset, what] of table) {
    assertEquals(decodeTar(bytes), {
      _tag: "Left",
      left: { _tag: "FormatError", format: "tar", offset, message: `decodeTar: ${what} (byte ${offset})` },
    });
  }
});

Deno.test("decodeTar() gives an error or files whatever the bytes", () => {
  const good = tarOf(
    tarEntry("pax", "9 size=5\n", { kind: "x" }),
    tarEntry("a", "hello"),
    tarEntry("b", "", { kind: "5" }),
    tarEntry("././@LongLink", "long\0", { kind: "L" }),
    tarEntry("c", "x".repeat(600)),
  );
  // A header whose sum is right although its fields are not gets further in.
  const summed = fc.tuple(fc.uint8Array({ minLength: 12, maxLength: 12 }), fc.constantFrom(..."0xgLK5\0")).map((
    [size, kind],
  ) => joined([tarEntry("n", "9 size=5\n", { size, kind }), good]));
  fc.assert(
    fc.property(fc.oneof({ weight: 2, arbitrary: hostile(good) }, summed), (bytes) => {
      const got = decodeTar(bytes);
      if (got._tag === "Left") assertEquals(got.left.format, "tar");
      else for (const f of got.right) assert(f.bytes.buffer === bytes.buffer && f.bytes.length <= bytes.length);
    }),
    { seed: 3, ...soaked(300, 20_000) },
  );
});
