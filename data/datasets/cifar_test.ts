/** Pictures in colour: what is read of made-up batches and archives. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { soaked } from "../../tests/backends/soaked.ts";
import { hostile } from "../../tests/hostile.ts";
import { joined, tarEntry, tarOf } from "../../tests/tar_of.ts";
import { orThrow } from "../errors.ts";
import { cifarSource, decodeCifar, decodeCifarArchive, loadCifar10 } from "./cifar.ts";

/** A picture whose byte at row y, column x and colour c is 64·c + 2·y + x, modulo 256. */
const picture = (label: number) =>
  Uint8Array.from({ length: 3073 }, (_, i) => {
    const at = i - 1, c = Math.floor(at / 1024), y = Math.floor(at / 32) % 32;
    return i === 0 ? label : 64 * c + 2 * y + at % 32;
  });
const packed = async (bytes: Uint8Array) =>
  new Uint8Array(
    await new Response(
      new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("gzip")),
    ).arrayBuffer(),
  );
const archive = (names: readonly string[]) =>
  tarOf(
    tarEntry("cifar-10-batches-bin/", "", { kind: "5" }),
    ...names.map((name, i) => tarEntry(`cifar-10-batches-bin/${name}`, picture(i))),
  );
const names = ["test_batch.bin", "batches.meta.txt", ...[5, 4, 3, 2, 1].map((i) => `data_batch_${i}.bin`)];

Deno.test("decodeCifar() puts the colours of a pixel side by side", () => {
  const { images, labels } = orThrow(decodeCifar([joined([picture(3), picture(9)]), new Uint8Array(), picture(0)]));
  assertEquals(labels.toArray(), [3, 9, 0]);
  assertEquals(images.shape as readonly number[], [3, 32, 32, 3]);
  const all = images.dataSync();
  for (const [p, y, x, c] of [[0, 0, 0, 0], [1, 31, 31, 2], [2, 5, 17, 1]] as const) {
    assertEquals(all[((p * 32 + y) * 32 + x) * 3 + c], 64 * c + 2 * y + x & 255);
  }
});

Deno.test("decodeCifar() says what is wrong and where", () => {
  const table: readonly (readonly [Uint8Array[], number, string])[] = [
    [[picture(0), new Uint8Array(3072)], 3072, "batch 1 has 3072 bytes, which is no multiple of 3073"],
    [[joined([picture(0), picture(10)])], 3073, "picture 1 of batch 0 is of class 10, not below 10"],
  ];
  for (const [batches, offset, what] of table) {
    assertEquals(decodeCifar(batches), {
      _tag: "Left",
      left: { _tag: "FormatError", format: "cifar", offset, message: `decodeCifar: ${what}` },
    });
  }
});

Deno.test("decodeCifarArchive() finds the batches whatever their order", async () => {
  const { train, test } = orThrow(await decodeCifarArchive(await packed(archive(names)))());
  assertEquals([train.labels.toArray(), test.labels.toArray()], [[6, 5, 4, 3, 2], [0]]);
  const lacking = await decodeCifarArchive(await packed(archive(names.slice(0, -1))))();
  assert(lacking._tag === "Left");
  assertEquals(lacking.left.message, "decodeCifarArchive: the archive has no data_batch_1.bin");
});

Deno.test("decodeCifar() gives an error or pictures whatever the bytes", () => {
  const good = joined([picture(1), picture(2)]);
  fc.assert(
    fc.property(hostile(good), (bytes) => {
      const got = decodeCifar([bytes]);
      if (got._tag === "Left") assertEquals(got.left.format, "cifar");
      else assertEquals(got.right.images.size, got.right.labels.size * 3072);
    }),
    { seed: 4, ...soaked(300, 20_000) },
  );
});

Deno.test("decodeCifarArchive() gives an error or pictures whatever the bytes", async () => {
  const good = await packed(archive(names));
  await fc.assert(
    fc.asyncProperty(hostile(good), async (bytes) => {
      const got = await decodeCifarArchive(bytes)();
      if (got._tag === "Left") assertEquals(got.left._tag, "FormatError");
    }),
    { seed: 5, ...soaked(100, 20_000) },
  );
});

Deno.test("an archive that is nowhere is an error that says where it is published", async () => {
  const loaded = await loadCifar10({ cache: false, directory: "no/such/folder", fetch: false })();
  if (loaded._tag === "Left") assertStringIncludes(loaded.left.message, cifarSource.files[0]!.urls[0]!);
});
