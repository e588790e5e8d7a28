/** Values written as differences or byte by byte: the specification's examples, and bytes that are none. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { soaked } from "../../tests/backends/soaked.ts";
import { Damage } from "./damage.ts";
import type { ParquetColumn, Physical } from "./parquet_metadata.ts";
import { plainly } from "./parquet_plain.ts";
import { readPlain } from "./parquet_values.ts";

const column = (physical: Physical, width = 0): ParquetColumn => ({
  name: "x",
  physical,
  width,
  levels: 0,
  meaning: { kind: "plain" },
});
const read = (bytes: readonly number[], encoding: number, of: ParquetColumn, count: number) =>
  Array.from<unknown>(readPlain(plainly({ bytes: Uint8Array.from(bytes), at: 0 }, encoding, of, count)!, of, count));

/** Numbers below 64 as one block of differences: 0, which takes no bits, and the rest in one part of 8 bits each. */
const differences = (xs: readonly number[]): number[] => {
  const steps = xs.slice(1).map((x, i) => x - xs[i]!), least = Math.min(0, ...steps);
  const zigzag = (x: number) => x < 0 ? -2 * x - 1 : 2 * x;
  const block = steps.length === 0
    ? []
    : [zigzag(least), 8, ...Array.from({ length: 128 }, (_, i) => i < steps.length ? steps[i]! - least : 0)];
  return [0x80, 1, 1, xs.length, zigzag(xs[0]!), ...block];
};

Deno.test("differences are those of the specification's examples", () => {
  // 1, 2, 3, 4, 5 and 7, 5, 3, 1, 2, 3, 4, 5: every difference is the least of its block, or −2 and 3 above it.
  assertEquals(read([0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0], 5, column("INT32"), 5), [1, 2, 3, 4, 5]);
  const packed = [0b11000000, 0b00111111, ...new Array(6).fill(0)];
  assertEquals(
    read([0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, ...packed], 5, column("INT64"), 8),
    [7, 5, 3, 1, 2, 3, 4, 5],
  );
  const texts = ["Hello", "World", "Foobar", "ABCDEF"].join("").split("").map((c) => c.charCodeAt(0));
  const words = read([...differences([5, 5, 6, 6]), ...texts], 6, column("BYTE_ARRAY"), 4) as Uint8Array[];
  assertEquals(words.map((w) => new TextDecoder().decode(w)), ["Hello", "World", "Foobar", "ABCDEF"]);
  // axis, axle, babble, babyhood.
  const own = "axislebabbleyhood".split("").map((c) => c.charCodeAt(0));
  const begun = [...differences([0, 2, 0, 3]), ...differences([4, 2, 6, 5]), ...own];
  const axes = read(begun, 7, column("BYTE_ARRAY"), 4) as Uint8Array[];
  assertEquals(axes.map((w) => new TextDecoder().decode(w)), ["axis", "axle", "babble", "babyhood"]);
});

Deno.test("differences wrap around as the numbers they are of do", () => {
  // 2^31 − 1 and the next.
  assertEquals(read([8, 1, 2, 254, 255, 255, 255, 15, 2, 0], 5, column("INT32"), 2), [2 ** 31 - 1, -(2 ** 31)]);
});

Deno.test("bytes that came apart come together", () => {
  const halves = [0xaa, 0, 0xa3, 0xbb, 0x11, 0xb4, 0xcc, 0x22, 0xc5, 0xdd, 0x33, 0xd6];
  const pairs = read(halves, 9, column("FIXED", 4), 3) as Uint8Array[];
  assertEquals(pairs.map((b) => [...b]), [[0xaa, 0xbb, 0xcc, 0xdd], [0, 0x11, 0x22, 0x33], [0xa3, 0xb4, 0xc5, 0xd6]]);
  assertEquals(plainly({ bytes: new Uint8Array(8), at: 0 }, 9, column("BYTE_ARRAY"), 2), undefined);
});

Deno.test("differences that claim more than there is are damage", () => {
  const message = (bytes: readonly number[], encoding: number, of: ParquetColumn, count: number) =>
    assertThrows(() => plainly({ bytes: Uint8Array.from(bytes), at: 0 }, encoding, of, count), Damage).message;
  const i32 = column("INT32"), blob = column("BYTE_ARRAY");
  assertEquals(message([0, 0, 1, 0], 5, i32, 1), "blocks of 0 differences are in 0 parts");
  assertEquals(message([0x80, 1, 3, 1, 0], 5, i32, 1), "blocks of 128 differences are in 3 parts");
  assertEquals(message([0x80, 1, 4, 2, 0], 5, i32, 1), "2 values are announced, and should be 1");
  assertEquals(message([8, 1, 2, 0, 0, 65], 5, i32, 2), "differences take 65 bits");
  assertEquals(message([8, 1, 9, 0, 0, 2, 0], 5, i32, 9), "differences are cut short");
  assertEquals(message([8, 1, 1, 1], 6, blob, 1), "a value has -1 bytes");
  assertEquals(message([...differences([1]), ...differences([1]), 0], 7, blob, 1), "a value repeats 1 bytes of 0");
  assertEquals(
    message([...differences([0]), ...differences([2]), 0, 0], 7, column("FIXED", 3), 1),
    "a value has 2 bytes, and not 3",
  );
  // 1023 values, each the one before and 1024 bytes more: differences that are all the same take no bits.
  const head = [0x80, 8, 1, 0xff, 7], kibi = [0x80, 0x10];
  const growing = [...head, 0, ...kibi, 0, ...head, ...kibi, 0, 0];
  assertEquals(message(growing, 7, blob, 1023), "the values of a page take 536350716 bytes, above 268435456");
});

Deno.test("bytes that are no values are damage, or as many values as asked for", () => {
  const kinds: readonly (readonly [number, ParquetColumn])[] = [
    [5, column("INT32")],
    [5, column("INT64")],
    [6, column("BYTE_ARRAY")],
    [7, column("BYTE_ARRAY")],
    [7, column("FIXED", 2)],
    [9, column("DOUBLE")],
  ];
  const head = fc.constantFrom([8, 1], [0x80, 1, 4], [0x80, 1, 1], [16, 2], []), count = fc.nat(300);
  fc.assert(
    fc.property(fc.constantFrom(...kinds), head, count, fc.uint8Array({ maxLength: 400 }), ([e, of], h, n, rest) => {
      const announced = n < 128 ? [n] : [n % 128 + 128, n >> 7], bytes = Uint8Array.from([...h, ...announced, ...rest]);
      try {
        const made = plainly({ bytes, at: 0 }, e, of, n)!;
        assert(made.bytes.length <= 2 ** 28);
        assertEquals(
          readPlain({ ...made }, { ...of, physical: of.physical === "INT64" ? "DOUBLE" : of.physical }, n).length,
          n,
        );
      } catch (e) {
        assert(e instanceof Damage, String(e));
      }
    }),
    soaked(2000, 100_000),
  );
});
