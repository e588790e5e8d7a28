/** JPEG: Pillow's files, round trips within what is lost, and files that are none. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { ArgumentError, ShapeError } from "../../core/errors.ts";
import { tensor } from "../../core/ops/create.ts";
import type { Value } from "../../core/tensor.ts";
import { soaked } from "../../tests/backends/soaked.ts";
import golden from "../../tests/golden/pictures.json" with { type: "json" };
import { hostile } from "../../tests/hostile.ts";
import { packagesLoad } from "../../tests/packages.ts";
import { orThrow } from "../errors.ts";
import type { PictureOptions, PictureTensor } from "./channels.ts";
import { decodeJpeg } from "./jpeg.ts";
import { encodeJpeg } from "./jpeg_writer.ts";

const ignore = !packagesLoad;
const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const files = golden.jpeg.map(({ file }) => bytesOf(file));
const read = async (bytes: Uint8Array, options: PictureOptions = {}) => orThrow(await decodeJpeg(bytes, options)());

/** The mean and the greatest difference between pixels. */
function differences(a: ArrayLike<number>, b: ArrayLike<number>): readonly [number, number] {
  assertEquals(a.length, b.length);
  const each = Array.from(a, (x, i) => Math.abs(x - b[i]!));
  return [each.reduce((sum, x) => sum + x, 0) / each.length, Math.max(...each)];
}

for (const { name, file, shape, pixels } of golden.jpeg) {
  Deno.test({
    name: `decodeJpeg() reads what Pillow reads, up to rounding: ${name}`,
    ignore,
    fn: async () => {
      const picture = await read(bytesOf(file));
      assertEquals([...picture.shape], shape);
      const [mean, most] = differences(picture.dataSync(), bytesOf(pixels));
      // The package cuts off where Pillow rounds; and colours at half size it doubles, where Pillow draws lines between.
      const [within, atMost] = name === "colours at half size" ? [4, 12] : [1, 3];
      assert(mean <= within && most <= atMost, `${mean} in the mean, ${most} at most`);
    },
  });
}

Deno.test({
  name: "decodeJpeg() gives back what encodeJpeg() wrote, nearly, and as many channels as asked for",
  ignore,
  fn: async () => {
    const ramp = tensor(Float32Array.from({ length: 17 * 23 * 3 }, (_, i) => (i % 3 + i / 3 % 23 + i / 69) / 42), {
      shape: [17, 23, 3],
    });
    const wanted = Array.from(ramp.dataSync(), (x) => x * 255);
    const near = await read(await encodeJpeg(ramp, 100)), far = await read(await encodeJpeg(ramp, 10));
    assertEquals([...near.shape], [17, 23, 3]);
    assert(differences(near.dataSync(), wanted)[0] < 1.5);
    assert(differences(far.dataSync(), wanted)[0] < 12);
    const grey = await encodeJpeg(tensor([[0.2, 0.2], [0.2, 0.2]]));
    assert(differences((await read(grey, { channels: 1 })).dataSync(), [51, 51, 51, 51])[1] <= 1);
    assertEquals([...(await read(files[3]!, { channels: 4 })).shape], [19, 27, 4]);
    const alpha = tensor([[[9, 9, 9, 0]]], { dtype: "u8" });
    assert(differences((await read(await encodeJpeg(alpha))).dataSync(), [9, 9, 9])[1] <= 2);
  },
});

Deno.test("encodeJpeg() rejects what is no picture", async () => {
  const rejected = async (image: Value, error: typeof ArgumentError, quality?: number) =>
    (await assertRejects(() => encodeJpeg(image as unknown as PictureTensor, quality), error)).message;
  const flat = tensor(new Float32Array(65_536), { shape: [65_536, 1] });
  assertEquals(
    await rejected(tensor([[1]]), ArgumentError, 0),
    "encodeJpeg: quality is 0; it is a number from 1 to 100",
  );
  assertEquals(await rejected(flat, ShapeError), "encodeJpeg: the picture is 65536×1; its sides are from 1 to 65535");
});

/** Segments between the mark that starts a file and the one that ends it. */
const jpeg = (...segments: readonly (readonly [number, readonly number[], (readonly number[])?])[]): Uint8Array =>
  Uint8Array.from([
    0xff,
    0xd8,
    ...segments.flatMap((
      [marker, data, scan = []],
    ) => [0xff, marker, data.length + 2 >> 8, data.length + 2 & 255, ...data, ...scan]),
    0xff,
    0xd9,
  ]);
const frame = (height: number, width: number, sampling = 0x11, marker = 0xc0) =>
  [marker, [8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, sampling, 0]] as const;

Deno.test("decodeJpeg() says what is wrong before it decodes", async () => {
  const message = async (bytes: Uint8Array) => {
    const result = await decodeJpeg(bytes)();
    assert(result._tag === "Left");
    assertEquals(result.left.format, "jpeg");
    return [result.left.offset, result.left.message.replace(/^decodeJpeg: | \(byte \d+\)$/g, "")];
  };
  const scan = [0xda, [1, 1, 0, 0, 63, 0], [1, 2, 0xff, 0, 3]] as const;
  assertEquals(await message(new Uint8Array()), [0, "the bytes do not start as JPEG does, with ff d8"]);
  assertEquals(await message(jpeg().subarray(0, 2)), [2, "the file is cut short: no mark ends the picture"]);
  assertEquals(await message(jpeg()), [4, "there is no picture in the file"]);
  assertEquals(await message(jpeg(frame(1, 1))), [17, "there is no picture in the file"]);
  assertEquals(await message(jpeg(frame(1, 1), frame(1, 1))), [15, "there are two frames, and one is supported"]);
  assertEquals(await message(jpeg(frame(1, 1, 0x11, 0xc3))), [
    2,
    "a frame of type 3; 0, 1 and 2 are supported: save it again",
  ]);
  assertEquals(await message(jpeg(frame(1, 0))), [2, "the picture has 0×1 pixels"]);
  assertEquals(await message(jpeg(frame(1, 1, 0x51))), [2, "a sampling factor is out of 1 to 4"]);
  assertEquals(await message(jpeg([0xc0, [12, 0, 1, 0, 1, 0]])), [2, "samples have 12 bits, and 8 are supported"]);
  assertEquals(await message(jpeg([0xc0, [8, 0, 1, 0, 1, 2, 0, 0, 0, 0, 0, 0]])), [
    2,
    "there are 2 components; 1, 3 and 4 are supported",
  ]);
  assertEquals(await message(jpeg([0xc0, [8, 0, 1, 0, 1, 3]])), [2, "the frame is shorter than its components"]);
  assertEquals(await message(Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 9])), [
    2,
    "a segment takes 9 bytes, and 2 are left",
  ]);
  assertEquals(await message(jpeg(frame(60_000, 60_000))), [
    2,
    "the picture has 60000×60000 pixels, more than 67108864; raise maxPixels if that is right",
  ]);
  // 1000 rows and columns of blocks, of which five bytes hold 40 at most.
  const claim = jpeg(frame(8000, 8000), scan);
  assertEquals(await message(claim), [
    claim.length,
    "5 bytes cannot hold the 1000000 blocks of a picture of its size",
  ]);
  const scans = jpeg(frame(1, 1), ...Array.from({ length: 257 }, () => scan));
  assert(String((await message(scans))[1]).startsWith("there are more than 256 scans"));
});

Deno.test({
  name: "decodeJpeg() survives hostile bytes",
  ignore,
  fn: () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(...files.map(hostile)), async (bytes) => {
        const result = await decodeJpeg(bytes, { maxPixels: 100_000 })();
        if (result._tag === "Right") assertEquals(result.right.shape.length, 3);
        else assert(result.left.offset >= 0 && result.left.offset <= bytes.length && result.left.message.length < 300);
      }),
      soaked(300, 10_000),
    ),
});
