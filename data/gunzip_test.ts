import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gunzip } from "./gunzip.ts";

const pack = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  new Uint8Array(
    await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
  );

Deno.test("gunzip() gives back what was packed, the empty file as well", async () => {
  for (const n of [0, 1, 100_000]) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => (i * i) & 255);
    const got = await gunzip(await pack(bytes))();
    assert(got._tag === "Right");
    assertEquals(got.right, bytes);
  }
});

Deno.test("gunzip() says what is wrong with bytes that are no gzip, cut short, damaged or too many", async () => {
  const packed = await pack(new Uint8Array(1_000_000)), broken = packed.slice();
  broken[packed.length - 6]! ^= 1;
  const table: readonly (readonly [Uint8Array, string])[] = [
    [new Uint8Array(), "do not start as gzip does"],
    [Uint8Array.of(1, 2, 3), "do not start as gzip does"],
    [packed.slice(0, packed.length - 9), "cut short or damaged"],
    [broken, "cut short or damaged"],
  ];
  for (const [bytes, message] of table) {
    const got = await gunzip(bytes)();
    assert(got._tag === "Left");
    assertStringIncludes(got.left.message, message);
  }
  const many = await gunzip(packed, { limit: 1000 })();
  assert(many._tag === "Left");
  assertStringIncludes(many.left.message, "more than 1000 bytes come out");
});
