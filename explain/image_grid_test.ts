import { full, tensor, zeros } from "../mod.ts";
import { imageGrid } from "./image_grid.ts";
import { pixelsOf } from "./pixels.ts";
import { assertEquals, assertRejects } from "@std/assert";

Deno.test("pixelsOf() rounds greys, holds them in the range, and marks what is not finite", () => {
  const data = new Float32Array([0, 0.5, 1, -3, 7, NaN]);
  const pixels = pixelsOf(data, { n: 1, h: 2, w: 3, channels: 1 }, { width: 3, height: 2, corner: () => [0, 0] }, [
    0,
    1,
  ]);
  // 127.5 is rounded to the even neighbour.
  assertEquals([...pixels], [0, 128, 255, 0, 255].flatMap((v) => [v, v, v]).concat([0xd5, 0x5e, 0x00]));
});

Deno.test("pixelsOf() puts colours where they belong, on white, and may turn black and white around", () => {
  const data = new Uint8Array([10, 20, 30, 40, 50, 60]), sizes = { n: 2, h: 1, w: 1, channels: 3 };
  const place = { width: 3, height: 1, corner: (i: number) => [2 * i, 0] as const };
  assertEquals([...pixelsOf(data, sizes, place, [0, 255])], [10, 20, 30, 255, 255, 255, 40, 50, 60]);
  assertEquals([...pixelsOf(data, sizes, place, [255, 0])], [245, 235, 225, 255, 255, 255, 215, 205, 195]);
});

Deno.test("imageGrid() rejects what are no images", async () => {
  for (const shape of [[28, 28], [1, 2, 2, 2], [0, 2, 2, 1], [2, 0, 2, 3]]) {
    await assertRejects(() => imageGrid(zeros(shape)), Error, `imageGrid: images are [${shape.join(", ")}], not`);
  }
});

Deno.test("imageGrid() rejects options out of range, and pictures that are too large", async () => {
  const image = full([2, 1, 1, 1], 1);
  await assertRejects(() => imageGrid(image, { scale: 0 }), Error, "scale is a whole number, 1 or more");
  await assertRejects(() => imageGrid(image, { columns: 0.5 }), Error, "columns is a whole number, 1 or more");
  await assertRejects(() => imageGrid(image, { range: [1, 1] }), Error, "range is [1, 1], not two finite numbers");
  await assertRejects(() => imageGrid(image, { captions: ["a"] }), Error, "2 images have 1 captions");
  await assertRejects(() => imageGrid(tensor([[[[1]]]]), { scale: 10_000 }), Error, "are too many; draw a part");
});
