import { alloc, type DType } from "../../core/dtype.ts";
import { ArgumentError } from "../../core/errors.ts";
import { tensor } from "../../core/ops/create.ts";
import { fromArray, type Value } from "../../core/tensor.ts";
import { type Either, type FormatError, orThrow } from "../errors.ts";
import { variable } from "../host.ts";
import { decodeSafetensors, encodeSafetensors, type Safetensors } from "./safetensors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";

const numRuns = variable("ADJOINT_SOAK") === undefined ? 100 : 20_000;

/** A file of a header as it is, not padded, and data. */
function file(header: unknown, data: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const one = (dtype: unknown, shape: unknown, offsets: unknown, data: readonly number[] = []): Uint8Array =>
  file({ x: { dtype, shape, data_offsets: offsets } }, data);

function assertWrong(bytes: Uint8Array, offset: number, message: string): void {
  const result = decodeSafetensors(bytes);
  assert(result._tag === "Left");
  const expected = `decodeSafetensors: ${message} (byte ${offset})`;
  assertEquals(result.left, { _tag: "FormatError", format: "safetensors", offset, message: expected });
}

/** Everything a file holds, the elements as bytes. */
function plain({ tensors, metadata }: Safetensors): unknown {
  const flat = Object.entries(tensors).map(([name, x]) => {
    const data = x.dataSync();
    return [name, { dtype: x.dtype, shape: [...x.shape], bytes: [...new Uint8Array(data.buffer)] }] as const;
  });
  return { tensors: new Map(flat), metadata: new Map(Object.entries(metadata)) };
}

// Bytes by hand from the format's description and IEEE 754.
Deno.test("decodeSafetensors() reads bytes written by hand, unaligned elements among them", () => {
  const head =
    '{ "b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"":{"shape":[],"data_offsets":[1,5],"dtype":"F32"}}\n ';
  const { tensors, metadata } = orThrow(decodeSafetensors(file(head, [9, 0, 0, 0xc0, 0x3f])));
  assertEquals(Object.keys(tensors), ["b", ""]);
  assertEquals([tensors["b"]?.toArray(), tensors[""]?.toArray()], [[9], 1.5]);
  assertEquals(metadata, {});
});

// Written by the reference implementation (Python safetensors 0.8.0 with NumPy 2.4.6):
//   save({"w": float32 [[1.5, -2], [0, inf]], "layers.0.b": float64 [0.1, -0.2], "step": int32 7,
//         "u": uint32 [2^32 − 1, 1, 2], "px": uint8 [[0], [255], [9]], "mask": [True, False, True],
//         "empty": float32 zeros (0, 3)}, metadata={"format": "np"})
const reference = Uint8Array.from(
  atob(
    "wAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJucCJ9LCJsYXllcnMuMC5iIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsyXSwiZGF0" +
      "YV9vZmZzZXRzIjpbMCwxNl19LCJlbXB0eSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMCwzXSwiZGF0YV9vZmZzZXRzIjpbMTYsMTZdfSwidyI6" +
      "eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMiwyXSwiZGF0YV9vZmZzZXRzIjpbMTYsMzJdfSwidSI6eyJkdHlwZSI6IlUzMiIsInNoYXBlIjpbM10s" +
      "ImRhdGFfb2Zmc2V0cyI6WzMyLDQ0XX0sInN0ZXAiOnsiZHR5cGUiOiJJMzIiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzQ0LDQ4XX0sInB4" +
      "Ijp7ImR0eXBlIjoiVTgiLCJzaGFwZSI6WzMsMV0sImRhdGFfb2Zmc2V0cyI6WzQ4LDUxXX0sIm1hc2siOnsiZHR5cGUiOiJCT09MIiwic2hhcGUi" +
      "OlszXSwiZGF0YV9vZmZzZXRzIjpbNTEsNTRdfX0gICAgICAgmpmZmZmZuT+amZmZmZnJvwAAwD8AAADAAAAAAAAAgH//////AQAAAAIAAAAHAAAA" +
      "AP8JAQAB",
  ),
  (c) => c.charCodeAt(0),
);
const referenceTensors: Record<string, Value> = {
  mask: tensor([true, false, true]),
  w: tensor([[1.5, -2], [0, Infinity]]),
  empty: fromArray({ shape: [0, 3], dtype: "f32", data: new Float32Array() }),
  "layers.0.b": tensor([0.1, -0.2], { dtype: "f64" }),
  u: tensor([4294967295, 1, 2], { dtype: "u32" }),
  step: tensor(7, { dtype: "i32" }),
  px: tensor([[0], [255], [9]], { dtype: "u8" }),
};

Deno.test("decodeSafetensors() reads the reference implementation's file", () => {
  const expected = plain({ tensors: referenceTensors, metadata: { format: "np" } });
  assertEquals(plain(orThrow(decodeSafetensors(reference))), expected);
});

Deno.test("encodeSafetensors() writes the reference implementation's file, byte for byte", () => {
  assertEquals(encodeSafetensors(referenceTensors, { metadata: { format: "np" } }), reference);
});

Deno.test("encodeSafetensors() writes a file of nothing", () => {
  const bytes = encodeSafetensors({});
  assertEquals(bytes, new Uint8Array([8, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d, ...new Array<number>(6).fill(0x20)]));
  assertEquals(plain(orThrow(decodeSafetensors(bytes))), plain({ tensors: {}, metadata: {} }));
});

const dtypes: readonly DType[] = ["f32", "f64", "i32", "u32", "u8", "bool"];
const awkward = ["", "__proto__", "constructor", "toString", "0", "10", "a.b", 'quo"te', "é", "\u{1f600}", "\n", "\0"];
const names = fc.oneof(fc.constantFrom(...awkward), fc.string({ unit: "grapheme", maxLength: 6 }))
  .filter((name) => name !== "__metadata__");
// Elements of random bits: NaNs of every payload, −0 and subnormals among them.
const tensors: fc.Arbitrary<Value> = fc.tuple(
  fc.constantFrom(...dtypes),
  fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
).chain(([dtype, shape]) => {
  const data = alloc(dtype, shape.reduce((a, b) => a * b, 1)), n = data.byteLength;
  return fc.uint8Array({ minLength: n, maxLength: n, max: dtype === "bool" ? 1 : 255 }).map((bits) => {
    const filled = data.slice();
    new Uint8Array(filled.buffer).set(bits);
    return fromArray({ shape, dtype, data: filled });
  });
});
const records = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.uniqueArray(fc.tuple(names, values), { selector: ([name]) => name, maxLength: 5 }).map(Object.fromEntries);
const contents: fc.Arbitrary<Safetensors> = fc.record({
  tensors: records(tensors),
  metadata: records(fc.string({ unit: "grapheme", maxLength: 8 })),
});
const files = contents.map(({ tensors, metadata }) => encodeSafetensors(tensors, { metadata }));

Deno.test("decodeSafetensors() undoes encodeSafetensors(), bit for bit, wherever the bytes start", () => {
  fc.assert(fc.property(contents, fc.nat({ max: 8 }), (held, shift) => {
    const bytes = encodeSafetensors(held.tensors, { metadata: held.metadata });
    const whole = new Uint8Array(shift + bytes.length + 3).fill(0xff);
    whole.set(bytes, shift);
    assertEquals(plain(orThrow(decodeSafetensors(whole.subarray(shift, shift + bytes.length)))), plain(held));
    assertEquals(bytes[0]! % 8, 0);
  }));
});

Deno.test("decodeSafetensors() keeps the payloads of NaNs and the sign of zero", () => {
  const bits = new Uint32Array([0x7fc00001, 0xffc12345, 0x7f800001, 0x80000000]);
  const x = fromArray({ shape: [4], dtype: "f32", data: new Float32Array(bits.buffer) });
  const back = orThrow(decodeSafetensors(encodeSafetensors({ x }))).tensors["x"]!.dataSync();
  assertEquals(new Uint32Array(back.buffer), bits);
});

Deno.test("decodeSafetensors() copies the elements", () => {
  const bytes = encodeSafetensors({ x: tensor([1, 2], { dtype: "u8" }) });
  const { tensors } = orThrow(decodeSafetensors(bytes));
  bytes.fill(0);
  assertEquals(tensors["x"]?.toArray(), [1, 2]);
});

Deno.test("decodeSafetensors() leaves prototypes alone", () => {
  const head = '{"__metadata__":{"__proto__":"m"},"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
  const { tensors, metadata } = orThrow(decodeSafetensors(file(head, [7])));
  assertEquals([Object.keys(tensors), Object.keys(metadata)], [["__proto__"], ["__proto__"]]);
  assertEquals([Object.getPrototypeOf(tensors), Object.getPrototypeOf(metadata)], [Object.prototype, Object.prototype]);
  assertEquals(tensors["__proto__"]?.toArray(), [7]);
});

Deno.test("decodeSafetensors() says where the file's frame breaks", () => {
  assertWrong(new Uint8Array(), 0, "0 bytes, but the header's length alone takes 8");
  assertWrong(new Uint8Array(7), 7, "7 bytes, but the header's length alone takes 8");
  assertWrong(new Uint8Array(8), 8, "the header does not start with {; this is probably no safetensors file");
  assertWrong(file("{}").subarray(0, 9), 9, "the header takes 2 bytes, but 1 follow its length");
  const over = (n: string) =>
    `a header of ${n} bytes, over the format's 100000000; this is probably no safetensors file`;
  assertWrong(new Uint8Array(8).fill(255), 0, over("18446744073709552000"));
  assertWrong(new Uint8Array([1, 0xe1, 0xf5, 5, 0, 0, 0, 0]), 0, over("100000001"));
  assertWrong(
    new Uint8Array([0, 0xe1, 0xf5, 5, 0, 0, 0, 0]),
    8,
    "the header takes 100000000 bytes, but 0 follow its length",
  );
  assertWrong(file(" {}"), 8, "the header does not start with {; this is probably no safetensors file");
  assertWrong(file("\ufeff{}"), 8, "the header does not start with {; this is probably no safetensors file");
  assertWrong(new Uint8Array([4, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x7d]), 8, "the header is not UTF-8");
  const cut = decodeSafetensors(file('{"x":'));
  assert(cut._tag === "Left" && cut.left.message.startsWith("decodeSafetensors: the header is not JSON: "));
});

Deno.test("decodeSafetensors() names the tensor whose line of the header is wrong", () => {
  const is = (what: string) => `tensor "x" ${what}`;
  for (const [info, shown] of [[null, "null"], [3, "3"], ["F32", '"F32"'], [[1, [2]], "[1,[…]]"]] as const) {
    assertWrong(file({ x: info }), 8, is(`is ${shown}, not an object with dtype, shape and data_offsets`));
  }
  for (const code of ["F8_E4M3", "C64", "f32", "__proto__"]) {
    const remedy = "save it as one of U64, I64, F64, F32, U32, I32, BF16, F16, U16, I16, I8, U8, BOOL";
    assertWrong(one(code, [1], [0, 2], [0, 0]), 8, is(`has dtype ${code}, which is not supported; ${remedy}`));
  }
  assertWrong(one(1, [1], [0, 2]), 8, is("has dtype 1, which is not a string"));
  const shapes: [unknown, string][] = [
    [[-1], "[-1]"],
    [[0.5], "[0.5]"],
    [["1"], '["1"]'],
    [[null], "[null]"],
    [3, "3"],
    [
      [2 ** 53],
      "[9007199254740992]",
    ],
    [undefined, "undefined"],
    [new Array(9).fill(-1), "[-1,-1,-1,-1,-1,-1,-1,-1,…]"],
  ];
  for (const [shape, shown] of shapes) {
    const rule = "every size is a whole number from 0 to 2^53 − 1";
    assertWrong(one("U8", shape, [0, 1], [0]), 8, is(`has shape ${shown}; ${rule}`));
  }
  const offsets: [unknown, string][] = [
    [[0], "[0]"],
    [[0, 1, 2], "[0,1,2]"],
    [[1, 0], "[1,0]"],
    [[-1, 0], "[-1,0]"],
    [
      [0, 0.5],
      "[0,0.5]",
    ],
    [[0, 2 ** 53], "[0,9007199254740992]"],
    [["0", "1"], '["0","1"]'],
    [{ 0: 0, 1: 1, length: 2 }, "{…}"],
  ];
  for (const [pair, shown] of offsets) {
    const rule = "they are [begin, end], two whole numbers from 0 to 2^53 − 1";
    assertWrong(one("U8", [1], pair, [0]), 8, is(`has data_offsets ${shown}; ${rule}`));
  }
  assertWrong(
    file('{"x":{"dtype":"U8","shape":[-0],"data_offsets":[0,0]}}'),
    8,
    is(
      "has shape [0]; every size is a whole number from 0 to 2^53 − 1",
    ),
  );
  assertWrong(
    file('{"\\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
    8,
    'tensor "\\ud800" has half a surrogate pair in its name',
  );
});

Deno.test("decodeSafetensors() rejects shapes that do not fill their bytes, without allocating", () => {
  const is = (shape: string, takes: string, span: number) =>
    `tensor "x" of dtype F64 and shape ${shape} takes ${takes} bytes, but its data_offsets span ${span}`;
  assertWrong(one("F64", [2], [0, 8], [0, 0, 0, 0, 0, 0, 0, 0]), 8, is("2", "16", 8));
  assertWrong(one("F64", [], [0, 0]), 8, is("scalar", "8", 0));
  const big = 2 ** 53 - 1;
  assertWrong(one("F64", [big], [0, big]), 8, is(`${big}`, "over 2^53", big));
  // 2^64 is 0 in 64-bit arithmetic; ∞ · 0 is NaN.
  assertWrong(one("F64", [2 ** 32, 2 ** 32], [0, 0]), 8, is("4294967296×4294967296", "over 2^53", 0));
  const infinite = [...new Array<number>(25).fill(big), 0];
  assertWrong(one("F64", infinite, [0, 0]), 8, is(`${infinite.join("×").slice(0, 80)}…`, "over 2^53", 0));
  const cut = one("U8", [2 ** 50], [0, 2 ** 50], [1]);
  assertWrong(
    cut,
    cut.length,
    "the tensors take 1125899906842624 bytes, but 1 follow the header; the file is cut short",
  );
});

Deno.test("decodeSafetensors() wants every byte used once", () => {
  const two = (a: number[], b: number[], n: number) => {
    const u8 = ([begin, end]: number[]) => ({ dtype: "U8", shape: [end! - begin!], data_offsets: [begin, end] });
    return file({ a: u8(a), b: u8(b) }, new Array<number>(n).fill(0));
  };
  const start = (bytes: Uint8Array) => 8 + bytes[0]!;
  const overlap = two([0, 2], [1, 3], 3), hole = two([3, 4], [0, 2], 4), late = two([1, 2], [2, 3], 3);
  assertWrong(
    overlap,
    start(overlap) + 2,
    'tensor "b" starts at 1 of the data and overlaps the tensor before it, which ends at 2',
  );
  assertWrong(hole, start(hole) + 2, 'tensor "a" starts at 3 of the data and leaves bytes 2 to 3 unused');
  assertWrong(late, start(late), 'tensor "a" starts at 1 of the data and leaves bytes 0 to 1 unused');
  const long = two([0, 1], [1, 2], 3), short = two([0, 1], [1, 2], 1);
  assertWrong(long, start(long) + 2, "the tensors take 2 bytes, but 3 follow the header; 1 are left over");
  assertWrong(short, short.length, "the tensors take 2 bytes, but 1 follow the header; the file is cut short");
  assertWrong(file("{}", [0]), 10, "the tensors take 0 bytes, but 1 follow the header; 1 are left over");
  assertEquals(decodeSafetensors(two([0, 2], [2, 2], 2))._tag, "Right");
  assertEquals(decodeSafetensors(two([0, 2], [0, 0], 2))._tag, "Right");
  const inside = two([0, 2], [1, 1], 2);
  assertWrong(
    inside,
    start(inside) + 2,
    'tensor "b" starts at 1 of the data and overlaps the tensor before it, which ends at 2',
  );
});

Deno.test("decodeSafetensors() takes a name given twice for one, and misses what the first covered", () => {
  const u8 = (begin: number) => `"x":{"dtype":"U8","shape":[1],"data_offsets":[${begin},${begin + 1}]}`;
  assertEquals(decodeSafetensors(file(`{${u8(0)},${u8(0)}}`, [5]))._tag, "Right");
  assertEquals(decodeSafetensors(file(`{${u8(0)},${u8(1)}}`, [5, 6]))._tag, "Left");
});

Deno.test("decodeSafetensors() rejects truth values besides 0 and 1", () => {
  const bytes = one("BOOL", [3], [0, 3], [0, 1, 2]);
  assertWrong(bytes, bytes.length - 1, 'tensor "x" has 2 among its truth values, 0 and 1');
});

Deno.test("decodeSafetensors() rejects metadata that are not strings", () => {
  const rule = "it maps names to strings, all of them Unicode";
  assertWrong(file({ __metadata__: { a: 1 } }), 8, `__metadata__ is {…}; ${rule}`);
  assertWrong(file({ __metadata__: [] }), 8, `__metadata__ is []; ${rule}`);
  assertWrong(file({ __metadata__: null }), 8, `__metadata__ is null; ${rule}`);
  assertWrong(file({ __metadata__: { a: "\ud800" } }), 8, `__metadata__ is {…}; ${rule}`);
});

/** Whatever the bytes: no exception, an offset inside them, and no more elements than they have room for. */
function assertTame(bytes: Uint8Array): Either<FormatError, Safetensors> {
  const result = decodeSafetensors(bytes);
  if (result._tag === "Right") {
    const held = Object.values(result.right.tensors).reduce((n, x) => n + x.dataSync().byteLength, 0);
    // Integers of 8 bits are read as i32.
    assert(held <= 4 * bytes.length);
  } else assert(result.left.offset >= 0 && result.left.offset <= bytes.length && result.left.message.length < 512);
  return result;
}

Deno.test("decodeSafetensors() survives JSON nested a hundred thousand deep", () => {
  const deep = "[".repeat(1e5) + "]".repeat(1e5);
  for (const head of [`{"x":${deep}}`, `{"__metadata__":${deep}}`, `{"x":{"dtype":"U8","shape":${deep}}}`]) {
    assertEquals(assertTame(file(head))._tag, "Left");
  }
});

Deno.test("decodeSafetensors() keeps its messages short where the file's names and shapes are long", () => {
  const info = { dtype: "U8", shape: new Array(1e4).fill(1), data_offsets: [0, 2] };
  assertEquals(assertTame(file({ ["n".repeat(1e5)]: info }))._tag, "Left");
  assertEquals(assertTame(file({ x: { ...info, dtype: "D".repeat(1e5) } }))._tag, "Left");
});

Deno.test("decodeSafetensors() never throws on random bytes and random headers", () => {
  const values = fc.oneof(fc.jsonValue(), fc.integer(), fc.double(), fc.array(fc.integer({ min: -1, max: 9 })));
  const infos = fc.record({
    dtype: fc.oneof(fc.constantFrom<unknown>("F32", "U8", "BOOL", "I64"), values),
    shape: values,
    data_offsets: values,
  });
  const headers = fc.dictionary(fc.oneof(names, fc.constant("__metadata__")), fc.oneof(infos, values));
  const plausible = fc.tuple(headers, fc.array(fc.nat({ max: 255 }), { maxLength: 9 })).map(([h, d]) => file(h, d));
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), plausible), (bytes) => void assertTame(bytes)), {
    numRuns,
  });
});

Deno.test("decodeSafetensors() rejects every truncation and every trailing byte", () => {
  fc.assert(
    fc.property(files, fc.nat(), (bytes, n) => {
      assertEquals(assertTame(bytes.subarray(0, n % bytes.length))._tag, "Left");
      assertEquals(assertTame(new Uint8Array([...bytes, n & 255]))._tag, "Left");
    }),
    { numRuns },
  );
});

Deno.test("decodeSafetensors() survives flipped bits", () => {
  fc.assert(
    fc.property(files, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), (bytes, flips) => {
      const flipped = bytes.slice();
      for (const f of flips) flipped[f % bytes.length]! ^= 1 << (f >>> 8 & 7);
      assertTame(flipped);
    }),
    { numRuns },
  );
});

Deno.test("encodeSafetensors() rejects what the format cannot hold", () => {
  const x = tensor(1);
  const check = (tensors: unknown, metadata: unknown, message: string) => {
    const call = () =>
      encodeSafetensors(tensors as Record<string, Value>, { metadata: metadata as Record<string, string> });
    assertEquals(assertThrows(call, ArgumentError).message, `encodeSafetensors: ${message}`);
  };
  check({ __metadata__: x }, {}, 'no tensor can be called "__metadata__"; rename it');
  check({ "\udc00": x }, {}, 'no tensor can be called "\\udc00"; rename it');
  check({ x: [1] }, {}, '"x" is no tensor; name the leaves of a tree with treeToTensors');
  check({ x }, { epoch: 3 }, 'metadata "epoch" is 3; it takes Unicode strings only');
  const much = { text: "m".repeat(1e8) };
  check({}, much, "the header would take 100000032 bytes, over the format's 100000000; shorten names or metadata");
});
