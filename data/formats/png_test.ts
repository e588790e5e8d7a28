/** PNG: other programs' files of every kind, round trips, and files that are none. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ArgumentError, DTypeError, ShapeError } from "../../core/errors.ts";
import { tensor } from "../../core/ops/create.ts";
import { soaked } from "../../tests/backends/soaked.ts";
import golden from "../../tests/golden/pictures.json" with { type: "json" };
import { hostile } from "../../tests/hostile.ts";
import { orThrow } from "../errors.ts";
import type { PictureOptions, PictureTensor } from "./channels.ts";
import { decodePng } from "./png.ts";
import { encodePng } from "./png_writer.ts";
import { crc32 } from "./zip.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const named = (name: string): Uint8Array => bytesOf(golden.png.find((c) => c.name === name)!.file);
const read = async (bytes: Uint8Array, options: PictureOptions = {}) => orThrow(await decodePng(bytes, options)());
const plain = (x: PictureTensor) => ({ shape: [...x.shape], pixels: [...x.dataSync()] });

for (const { name, file, shape, pixels } of golden.png) {
  Deno.test(`decodePng() reads what Pillow reads: ${name}`, async () => {
    assertEquals(plain(await read(bytesOf(file))), { shape, pixels: [...bytesOf(pixels)] });
  });
}

Deno.test("decodePng() gives as many channels as asked for", async () => {
  // Red, green and blue weigh 0.299, 0.587 and 0.114 in grey.
  const colours = [[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]];
  const png = await encodePng(tensor(colours, { dtype: "u8" }));
  assertEquals((await read(png, { channels: 1 })).toArray(), [[[76], [150], [29], [255]]]);
  assertEquals((await read(png, { channels: 4 })).toArray(), [colours[0]!.map((c) => [...c, 255])]);
  const grey = await encodePng(tensor([[3, 200]], { dtype: "u8" }));
  assertEquals((await read(grey, { channels: 3 })).toArray(), [[[3, 3, 3], [200, 200, 200]]]);
  assertEquals((await read(grey, { channels: 4 })).toArray(), [[[3, 3, 3, 255], [200, 200, 200, 255]]]);
  const clear = await encodePng(tensor([[[9, 8, 7, 0]]], { dtype: "u8" }));
  assertEquals((await read(clear, { channels: 3 })).toArray(), [[[9, 8, 7]]]);
});

const pictures = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom(1, 3, 4))
  .chain(([h, w, c]) => {
    const size = { minLength: h * w * c, maxLength: h * w * c };
    return fc.oneof(fc.uint8Array(size), fc.uint8Array({ ...size, max: 2 })).map((data) =>
      tensor(data, { shape: [h, w, c], dtype: "u8" })
    );
  });

Deno.test("decodePng() undoes encodePng(), wherever the bytes start", () =>
  fc.assert(
    fc.asyncProperty(pictures, fc.nat(5), async (image, shift) => {
      const png = await encodePng(image), whole = new Uint8Array(png.length + shift + 1);
      whole.set(png, shift);
      const back = await read(whole.subarray(shift, shift + png.length));
      assertEquals(plain(back), plain(image as unknown as PictureTensor));
    }),
    soaked(100, 5000),
  ));

Deno.test("encodePng() rounds fractions to 256 steps, and takes grey without an axis of channels", async () => {
  const png = await encodePng(tensor([[0, 0.2, 0.501, 1]]));
  assertEquals((await read(png)).toArray(), [[[0], [51], [128], [255]]]);
});

Deno.test("encodePng() rejects what is no picture", async () => {
  const rejected = async (image: unknown, error: typeof ArgumentError) =>
    (await assertRejects(() => encodePng(image as PictureTensor), error)).message;
  assertEquals(await rejected(3, ArgumentError), "encodePng: expected a tensor, got number");
  assertEquals(
    await rejected(tensor([1]), ShapeError),
    "encodePng: a picture is [height, width] or [height, width, 1, 3 or 4], not 1; reshape, or take one picture of a batch",
  );
  assertEquals(
    await rejected(tensor(new Float32Array(0), { shape: [0, 3] }), ShapeError),
    "encodePng: the picture is 0×3; its sides are from 1 to 2147483647",
  );
  assertEquals(
    await rejected(tensor([[1]], { dtype: "i32" }), DTypeError),
    "encodePng: a picture is u8, or f32 from 0 to 1, not i32; cast it",
  );
  for (const x of [1.5, -1, NaN]) {
    const what = `encodePng: element 1 is ${x}, out of [0, 1]; scale the picture, or clip it`;
    assertEquals(await rejected(tensor([[0, x]]), ArgumentError), what);
  }
});

/** Chunks with right checksums, between the signature and IEND. */
function png(...chunks: readonly (readonly [string, readonly number[]])[]): Uint8Array {
  const parts = [...chunks, ["IEND", []] as const].map(([name, data]) => {
    const bytes = new Uint8Array(12 + data.length), view = new DataView(bytes.buffer);
    view.setUint32(0, data.length);
    bytes.set([...name].map((c) => c.charCodeAt(0)), 4);
    bytes.set(data, 8);
    view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
    return [...bytes];
  });
  return Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, ...parts.flat()]);
}

const header = (width: number, height: number, depth = 8, colour = 0, interlace = 0): readonly [string, number[]] => {
  const bytes = [width, height].flatMap((x) => [x >>> 24, x >>> 16 & 255, x >>> 8 & 255, x & 255]);
  return ["IHDR", [...bytes, depth, colour, 0, 0, interlace]];
};

const deflated = async (rows: Uint8Array<ArrayBuffer>): Promise<readonly [string, number[]]> => {
  const packed = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  return ["IDAT", [...new Uint8Array(await new Response(packed).arrayBuffer())]];
};

Deno.test("decodePng() says what is wrong with the file", async () => {
  const message = async (bytes: Uint8Array, options: PictureOptions = {}) => {
    const result = await decodePng(bytes, options)();
    assert(result._tag === "Left");
    assertEquals(result.left.message.endsWith(` (byte ${result.left.offset})`), true);
    return [result.left.offset, result.left.message.replace(/^decodePng: | \(byte \d+\)$/g, "")];
  };
  const rows = await deflated(new Uint8Array([0, 7])), good = png(header(1, 1), rows);
  assertEquals((await read(good)).toArray(), [[[7]]]);
  assertEquals(await message(new Uint8Array()), [0, "the bytes do not start as PNG does"]);
  assertEquals(await message(good.subarray(0, 40)), [40, "the file is cut short: no IEND ends it"]);
  const bent = good.slice();
  bent[20]! ^= 1;
  assertEquals(await message(bent), [8, 'the chunk "IHDR" is damaged: its checksum differs']);
  bent[8] = 255;
  assertEquals(await message(bent), [
    8,
    `the chunk "IHDR" takes 4278190093 bytes, and ${bent.length - 16} are left`,
  ]);
  assertEquals(await message(png(rows)), [8, "the first chunk is no IHDR of 13 bytes"]);
  assertEquals(await message(png(header(0, 1))), [8, "the picture has 0×1 pixels"]);
  assertEquals(await message(png(header(1, 1, 3))), [8, "there is no colour type 0 of 3 bits"]);
  assertEquals(await message(png(header(1, 1, 8, 5))), [8, "there is no colour type 5 of 8 bits"]);
  assertEquals(await message(png(header(1, 1, 8, 0, 2))), [
    8,
    "methods of compression, filter and interlace are 0, 0 and 2; 0, 0 and 0 or 1 are known",
  ]);
  assertEquals(await message(png(header(1, 1), ["CORE", []], rows)), [33, 'the chunk "CORE" is not known']);
  assertEquals((await read(png(header(1, 1), ["teXt", [1]], rows))).shape, [1, 1, 1]);
  assertEquals(await message(png(header(1, 1, 8, 3), rows)), [
    41,
    "pixels are places in a palette, which is missing",
  ]);
  assertEquals(await message(png(header(1, 1, 8, 3), ["PLTE", [1, 2, 3]], rows)), [
    56,
    "a pixel has the colour 7, and the palette has fewer",
  ]);
  assertEquals(await message(png(header(1, 1, 8, 3), ["PLTE", [1, 2]], rows)), [
    33,
    "a palette has up to 256 colours, not 2 bytes",
  ]);
  assertEquals(await message(png(header(1, 1), ["tRNS", [1]], rows)), [
    54,
    "the colour that is transparent takes 2 bytes, not 1",
  ]);
  assertEquals(await message(png(header(1, 1), await deflated(new Uint8Array([5, 7])))), [
    41,
    "a row has the filter 5, and 0 to 4 are known",
  ]);
  assertEquals(await message(png(header(1, 2), rows)), [41, "the rows take 4 bytes, and 2 are there"]);
  const damaged = await message(png(header(1, 1), ["IDAT", [1, 2, 3]]));
  assert(damaged[0] === 41 && String(damaged[1]).startsWith("the rows are damaged: "));
});

Deno.test("decodePng() allocates neither what a header claims nor what a bomb unpacks to", async () => {
  const claim = await decodePng(png(header(30_000, 30_000)))();
  assert(
    claim._tag === "Left" && claim.left.message.includes("30000×30000 pixels, more than 67108864; raise maxPixels"),
  );
  const most = 2 ** 31 - 1, none = await decodePng(png(header(most, most)), { maxPixels: Infinity })();
  assert(none._tag === "Left");
  const bomb = await decodePng(png(header(1, 1), await deflated(new Uint8Array(2 ** 26))))();
  assert(bomb._tag === "Left" && bomb.left.message.includes("there are more rows than 1"));
});

Deno.test("decodePng() rejects options out of range", () => {
  assertThrows(
    () => decodePng(new Uint8Array(), { channels: 2 as never }),
    ArgumentError,
    "channels is 2; it is 1, 3 or 4",
  );
  assertThrows(
    () => decodePng(new Uint8Array(), { maxPixels: 0 }),
    ArgumentError,
    "maxPixels is 0; it is a number from 1",
  );
});

/** The same file with the checksums made right, so that damage gets past them. */
function mended(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice(), view = new DataView(copy.buffer);
  for (let at = 8; at + 12 <= copy.length;) {
    const length = view.getUint32(at);
    if (at + 12 + length > copy.length) break;
    view.setUint32(at + 8 + length, crc32(copy.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
  return copy;
}

Deno.test("decodePng() survives hostile bytes", () => {
  const files = ["palette, transparent", "RGB, interlaced, 5 by 5", "grey of 2 bits", "16 bits, 2 samples"].map(named);
  return fc.assert(
    fc.asyncProperty(fc.oneof(...files.map(hostile)), fc.boolean(), async (bytes, mend) => {
      const result = await decodePng(mend ? mended(bytes) : bytes, { maxPixels: 10_000 })();
      if (result._tag === "Right") assertEquals(result.right.shape.length, 3);
      else assert(result.left.offset >= 0 && result.left.offset <= bytes.length && result.left.message.length < 300);
    }),
    soaked(500, 20_000),
  );
});
