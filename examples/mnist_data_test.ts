import { assert, assertEquals } from "@std/assert";
import { left, right } from "fp-ts/lib/Either.js";
import { orThrow } from "../data/errors.ts";
import { encodeIdx } from "../data/formats/idx.ts";
import { labelCounts, loadMnist, type ReadFile, readPackageFile, side } from "./mnist_data.ts";

const u8 = (shape: number[], data: Uint8Array) => encodeIdx({ shape, dtype: "u8", data });
const pixels = (n: number) => Uint8Array.from({ length: n * side * side }, (_, i) => i % 251);
const files: Record<string, Uint8Array> = {
  "train-images-idx3-ubyte": u8([3, side, side], pixels(3)),
  "train-labels-idx1-ubyte": u8([3], new Uint8Array([5, 0, 4])),
  "t10k-images-idx3-ubyte": u8([2, side, side], pixels(2)),
  "t10k-labels-idx1-ubyte": u8([2], new Uint8Array([7, 2])),
};
const from = (files: Record<string, Uint8Array>): ReadFile => (name) => () => {
  const bytes = files[name];
  const missing = { _tag: "ReadError", file: name, message: `no ${name}` } as const;
  return Promise.resolve(bytes ? right(bytes) : left(missing));
};

Deno.test("loadMnist() reads the four files", async () => {
  const { train, test } = orThrow(await loadMnist(from(files))());
  assertEquals(train, { count: 3, images: pixels(3), labels: new Uint8Array([5, 0, 4]) });
  assertEquals(test, { count: 2, images: pixels(2), labels: new Uint8Array([7, 2]) });
});

Deno.test("loadMnist() gives nothing if a file is missing", async () => {
  for (const name of Object.keys(files)) {
    const { [name]: _, ...rest } = files;
    assertEquals(await loadMnist(from(rest))(), left({ _tag: "ReadError", file: name, message: `no ${name}` }));
  }
});

Deno.test("loadMnist() names the file and the byte of what does not fit", async () => {
  const images = "train-images-idx3-ubyte";
  const labels = "train-labels-idx1-ubyte";
  const f32 = encodeIdx({ shape: [3], dtype: "f32", data: new Float32Array(3) });
  const cases: [string, Uint8Array, number, string][] = [
    [images, files[images]!.subarray(0, 3), 3, `${images}: decodeIdx: 3 bytes, but the header alone takes at least 4`],
    [images, f32, 2, `${images} holds f32, not u8`],
    [images, files[labels]!, 3, `${images} has 1 axes, not any×28×28`],
    [images, u8([2, 28, 27], new Uint8Array(2 * 28 * 27)), 12, `${images} is 2×28×27, not any×28×28`],
    [labels, u8([4], new Uint8Array(4)), 4, `${labels} is 4, not 3`],
    [labels, u8([3], new Uint8Array([1, 2, 10])), 10, `${labels} says that image 2 shows 10`],
  ];
  for (const [name, bytes, offset, what] of cases) {
    const message = `loadMnist: ${what} (byte ${offset})`;
    const expected = left({ _tag: "FormatError", format: "idx", offset, message } as const);
    assertEquals(await loadMnist(from({ ...files, [name]: bytes }))(), expected);
  }
});

Deno.test("readPackageFile() gives an error, not an exception, for a file that is not there", async () => {
  const result = await readPackageFile("no-such-file")();
  assert(result._tag === "Left" && result.left.message.startsWith("loadMnist: cannot read no-such-file: "));
});

function packageReadable(): boolean {
  try {
    const file = new URL(import.meta.resolve("mnist-data/data/t10k-labels-idx1-ubyte"));
    return Deno.permissions.querySync({ name: "read", path: file }).state === "granted";
  } catch {
    return false;
  }
}

// The counts of the original data set, e.g. Yann LeCun's training set: 5,923 zeros, 6,742 ones, …
Deno.test({ name: "loadMnist() reads the real digits", ignore: !packageReadable() }, async () => {
  const { train, test } = orThrow(await loadMnist()());
  assertEquals([train.count, train.images.length, test.count, test.images.length], [6e4, 6e4 * 784, 1e4, 1e4 * 784]);
  assertEquals(labelCounts(train.labels), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  assertEquals(labelCounts(test.labels), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
});
