import { assert, assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Either } from "fp-ts/lib/Either.js";
import { ArgumentError, DTypeError, ShapeError } from "../../core/errors.ts";
import { type FormatError, orThrow } from "../errors.ts";
import { decodeIdx, encodeIdx, type IdxArray, type IdxType } from "./idx.ts";

const be32 = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const file = (code: number, shape: readonly number[], data: readonly number[]): Uint8Array =>
  new Uint8Array([0, 0, code, shape.length, ...shape.flatMap(be32), ...data]);

function assertWrong(result: Either<FormatError, IdxArray>, offset: number, message: string): void {
  assert(result._tag === "Left");
  assertEquals(result.left, { _tag: "FormatError", format: "idx", offset, message: `decodeIdx: ${message}` });
}

// Bytes by hand from the format's description and IEEE 754.
Deno.test("decodeIdx() reads every element type, big endian", () => {
  const read = (code: number, n: number, data: number[]) => orThrow(decodeIdx(file(code, [n], data)));
  assertEquals(read(0x08, 2, [0, 255]), { shape: [2], dtype: "u8", data: new Uint8Array([0, 255]) });
  assertEquals(read(0x09, 2, [128, 127]), { shape: [2], dtype: "i32", data: new Int32Array([-128, 127]) });
  assertEquals(read(0x0b, 2, [0x80, 0, 1, 2]), { shape: [2], dtype: "i32", data: new Int32Array([-32768, 258]) });
  assertEquals(read(0x0c, 1, [0xff, 0xff, 0xff, 0xfe]), { shape: [1], dtype: "i32", data: new Int32Array([-2]) });
  assertEquals(read(0x0d, 1, [0x3f, 0xc0, 0, 0]), { shape: [1], dtype: "f32", data: new Float32Array([1.5]) });
  const f64 = [0xc0, 0x04, 0, 0, 0, 0, 0, 0];
  assertEquals(read(0x0e, 1, f64), { shape: [1], dtype: "f64", data: new Float64Array([-2.5]) });
});

Deno.test("decodeIdx() reads a scalar, an empty array and 255 axes", () => {
  assertEquals(orThrow(decodeIdx(file(8, [], [9]))), { shape: [], dtype: "u8", data: new Uint8Array([9]) });
  const empty = [0xffffffff, 0xffffffff, 0xffffffff, 0];
  assertEquals(orThrow(decodeIdx(file(0x0e, empty, []))).shape, empty);
  const many = new Array<number>(255).fill(1);
  assertEquals(orThrow(decodeIdx(file(8, many, [9]))).shape, many);
});

Deno.test("decodeIdx() reads a view into a larger buffer, and copies", () => {
  const whole = new Uint8Array([1, 2, 3, ...file(8, [2], [5, 7]), 4]);
  const { data } = orThrow(decodeIdx(whole.subarray(3, whole.length - 1)));
  assertEquals(data, new Uint8Array([5, 7]));
  assertNotStrictEquals(data.buffer, whole.buffer);
});

Deno.test("decodeIdx() names what is wrong and where", () => {
  const short = (n: number) => `${n} bytes, but the header alone takes at least 4 (byte ${n})`;
  assertWrong(decodeIdx(new Uint8Array()), 0, short(0));
  assertWrong(decodeIdx(new Uint8Array([0, 0, 8])), 3, short(3));
  assertWrong(
    decodeIdx(new Uint8Array([0x1f, 0x8b, 8, 0])),
    0,
    'the bytes are gzip, not IDX; decompress them first, with new DecompressionStream("gzip") (byte 0)',
  );
  const start = "not an IDX file: it starts with two zero bytes, this has 0x50 (byte ";
  assertWrong(decodeIdx(new Uint8Array([0x50, 0x4b, 3, 4])), 0, `${start}0)`);
  assertWrong(decodeIdx(new Uint8Array([0, 0x50, 8, 0, 1])), 1, `${start}1)`);
  assertWrong(
    decodeIdx(file(0x0a, [1], [1])),
    2,
    "unknown element type 0x0a; IDX knows 0x08 u8, 0x09 i8, 0x0b i16, 0x0c i32, 0x0d f32, 0x0e f64 (byte 2)",
  );
  assertWrong(
    decodeIdx(file(8, [2, 3], []).subarray(0, 11)),
    11,
    "the header of rank 2 takes 12 bytes, but the file ends after 11 (byte 11)",
  );
  assertWrong(
    decodeIdx(file(0x0b, [2, 3], [1, 2, 3])),
    15,
    "i16 2×3 takes 12 bytes, but 3 follow the header; the file is cut short (byte 15)",
  );
  assertWrong(
    decodeIdx(file(8, [2], [1, 2, 3, 4])),
    10,
    "u8 2 takes 2 bytes, but 4 follow the header; 2 are left over (byte 10)",
  );
});

Deno.test("decodeIdx() rejects sizes whose product overflows, without allocating", () => {
  const huge = 0xffffffff;
  assertWrong(
    decodeIdx(file(0x0e, [huge, huge], [1])),
    13,
    `f64 ${huge}×${huge} takes over 2^53 bytes, but 1 follow the header; the file is cut short (byte 13)`,
  );
  // 2^32 · 2^32 and 2^16 · 2^16 are 0 in 64- and 32-bit arithmetic; 255 axes overflow a double.
  for (const shape of [[0x80000000, 0x80000000, 4], [0x10000, 0x10000], new Array<number>(255).fill(huge)]) {
    assertEquals(decodeIdx(file(8, shape, []))._tag, "Left");
  }
});

const shapes = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
  fc.array(fc.constantFrom(1, 1, 1, 2), { minLength: 200, maxLength: 255 }).map((s) => {
    let twos = 0;
    return s.map((d) => d === 2 && ++twos <= 3 ? 2 : 1);
  }),
);
const integers = (min: number, max: number) => (n: number) =>
  fc.array(fc.integer({ min, max }), { minLength: n, maxLength: n });
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

const arrays: { readonly [T in IdxType]: fc.Arbitrary<IdxArray> } = {
  u8: shapes.chain((shape) =>
    integers(0, 255)(sizeOf(shape)).map((xs) => ({ shape, dtype: "u8", data: new Uint8Array(xs) }))
  ),
  i8: shapes.chain((shape) =>
    integers(-128, 127)(sizeOf(shape)).map((xs) => ({ shape, dtype: "i32", data: new Int32Array(xs) }))
  ),
  i16: shapes.chain((shape) =>
    integers(-32768, 32767)(sizeOf(shape)).map((xs) => ({ shape, dtype: "i32", data: new Int32Array(xs) }))
  ),
  i32: shapes.chain((shape) =>
    integers(-(2 ** 31), 2 ** 31 - 1)(sizeOf(shape)).map((xs) => ({ shape, dtype: "i32", data: new Int32Array(xs) }))
  ),
  f32: shapes.chain((shape) => {
    const n = sizeOf(shape);
    return fc.float32Array({ minLength: n, maxLength: n }).map((data) => ({ shape, dtype: "f32", data }));
  }),
  f64: shapes.chain((shape) => {
    const n = sizeOf(shape);
    return fc.float64Array({ minLength: n, maxLength: n }).map((data) => ({ shape, dtype: "f64", data }));
  }),
};
const types = Object.keys(arrays) as IdxType[];
const files = fc.oneof(...types.map((type) => arrays[type].map((array) => encodeIdx(array, { type }))));

for (const type of types) {
  Deno.test(`decodeIdx() undoes encodeIdx() for ${type}`, () => {
    fc.assert(fc.property(arrays[type], (array) => {
      assertEquals(orThrow(decodeIdx(encodeIdx(array, { type }))), array);
    }));
  });
}

/** Whatever the bytes: no exception, an offset inside them, and a result no larger than four times them. */
function assertTame(bytes: Uint8Array): Either<FormatError, IdxArray> {
  const result = decodeIdx(bytes);
  if (result._tag === "Right") assert(result.right.data.byteLength <= 4 * bytes.length);
  else assert(result.left.offset >= 0 && result.left.offset <= bytes.length && result.left.message.length < 4096);
  return result;
}

Deno.test("decodeIdx() never throws on random bytes, with or without a plausible header", () => {
  const header = fc.tuple(fc.constantFrom(8, 9, 11, 12, 13, 14), fc.nat({ max: 255 }), fc.uint8Array({ maxLength: 64 }))
    .map(([code, rank, rest]) => new Uint8Array([0, 0, code, rank, ...rest]));
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), header), (bytes) => {
    assertTame(bytes);
  }));
});

Deno.test("decodeIdx() rejects every truncation and every trailing byte", () => {
  fc.assert(fc.property(files, fc.nat(), (bytes, n) => {
    assertEquals(assertTame(bytes.subarray(0, n % bytes.length))._tag, "Left");
    assertEquals(assertTame(new Uint8Array([...bytes, n & 255]))._tag, "Left");
  }));
});

Deno.test("decodeIdx() survives flipped bits", () => {
  fc.assert(fc.property(files, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), (bytes, flips) => {
    const flipped = bytes.slice();
    // Two in three flips fall on the first 16 bytes, where the header is.
    for (const f of flips) flipped[f % (f % 3 ? Math.min(16, bytes.length) : bytes.length)]! ^= 1 << (f >>> 8 & 7);
    assertTame(flipped);
  }));
});

Deno.test("encodeIdx() rejects what IDX cannot hold", () => {
  const data = new Int32Array([1, 300]);
  const i32 = { shape: [2], dtype: "i32", data } as const;
  const check = (array: unknown, type: IdxType | undefined, error: new () => Error, message: string) => {
    assertThrows(() => encodeIdx(array as IdxArray, type ? { type } : {}), error, `encodeIdx: ${message}`);
  };
  check({ ...i32, shape: [3] }, undefined, ShapeError, "shape 3 has 3 elements, but the data have 2");
  check({ ...i32, shape: [-2] }, undefined, ShapeError, "-2 is not a shape");
  check({ ...i32, shape: new Array(256).fill(1) }, undefined, ShapeError, "IDX holds at most 255 axes");
  check({ ...i32, shape: [0, 2 ** 32] }, undefined, ShapeError, "IDX holds at most 255 axes of at most 4294967295");
  check({ ...i32, dtype: "u32" }, undefined, DTypeError, "IDX has no type for u32; cast to u8, i32, f32 or f64 first");
  check({ ...i32, dtype: "f32" }, undefined, DTypeError, "dtype f32, but the data are i32");
  check(i32, "f64", DTypeError, "f64 does not hold i32; leave the type out or take one of i8, i16, i32");
  check(i32, "i8", ArgumentError, "element 1 is 300, out of the range of i8; store a wider type");
});
