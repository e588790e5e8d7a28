/** Pictures and classes out of IDX files: made-up ones, and what does not fit. */
import { assert, assertEquals } from "@std/assert";
import { encodeIdx } from "../formats/idx.ts";
import { decodeImageBytes } from "./images.ts";

const u8 = (shape: number[], data: Uint8Array) => encodeIdx({ shape, dtype: "u8", data });
const pixels = Uint8Array.from({ length: 3 * 784 }, (_, i) => i % 251), classes = new Uint8Array([5, 0, 4]);
const images = u8([3, 28, 28], pixels), labels = u8([3], classes);

Deno.test("decodeImageBytes() reads pictures and what they show", () => {
  const got = decodeImageBytes("load", "train", images, labels);
  assertEquals(got, { _tag: "Right", right: { count: 3, images: pixels, labels: classes } });
});

Deno.test("decodeImageBytes() names the file and the byte of what does not fit", () => {
  const f32 = encodeIdx({ shape: [3], dtype: "f32", data: new Float32Array(3) });
  const cut = "decodeIdx: 3 bytes, but the header alone takes at least 4";
  const cases: readonly (readonly [Uint8Array, Uint8Array, number, string])[] = [
    [images.subarray(0, 3), labels, 3, `train-images-idx3-ubyte: ${cut}`],
    [f32, labels, 2, "train-images-idx3-ubyte holds f32, not u8"],
    [labels, labels, 3, "train-images-idx3-ubyte has 1 axes, not any×28×28"],
    [u8([2, 28, 27], new Uint8Array(1512)), labels, 12, "train-images-idx3-ubyte is 2×28×27, not any×28×28"],
    [images, u8([4], new Uint8Array(4)), 4, "train-labels-idx1-ubyte is 4, not 3"],
    [images, u8([3], new Uint8Array([1, 2, 10])), 10, "train-labels-idx1-ubyte says that image 2 shows 10"],
  ];
  for (const [pictures, shown, offset, what] of cases) {
    const got = decodeImageBytes("load", "train", pictures, shown);
    assert(got._tag === "Left");
    assertEquals(got.left, { _tag: "FormatError", format: "idx", offset, message: `load: ${what} (byte ${offset})` });
  }
});
