/** Safetensors of 16-bit floats and of integers that tensors do not have, against PyTorch's own files. */
import { ArgumentError } from "../../core/errors.ts";
import { tensor } from "../../core/ops/create.ts";
import { fromArray } from "../../core/tensor.ts";
import golden from "../../tests/golden/tensor_files.json" with { type: "json" };
import { orThrow } from "../errors.ts";
import { bfloatBits, fromHalfBits, halfBits } from "./halves.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

Deno.test("decodeSafetensors() reads every dtype of PyTorch's file", () => {
  const { tensors } = orThrow(decodeSafetensors(bytesOf(golden.safetensors)));
  const read = Object.entries(tensors).map(([name, x]) => [name, x.dtype, [...x.dataSync()]] as const).sort();
  const values = [-3, 2, 1, 0];
  assertEquals(read, [
    ["bfloat16", "f32", values],
    ["bool", "bool", [1, 1, 1, 0]],
    ["float16", "f32", values],
    ["float32", "f32", values],
    ["float64", "f64", values],
    ["int16", "i32", values],
    ["int32", "i32", values],
    ["int64", "i32", values],
    ["int8", "i32", values],
    ["uint8", "u8", [3, 2, 1, 0]],
  ]);
});

/** A file of one tensor. */
function file(dtype: string, data: Uint8Array, width: number): Uint8Array {
  const info = { dtype, shape: [data.length / width], data_offsets: [0, data.length] };
  const head = new TextEncoder().encode(JSON.stringify({ x: info })),
    bytes = new Uint8Array(8 + head.length + data.length);
  bytes[0] = head.length;
  bytes.set(head, 8);
  bytes.set(data, 8 + head.length);
  return bytes;
}

Deno.test("decodeSafetensors() names integers out of the range of i32 and u32", () => {
  const read = (code: string, data: ArrayLike<bigint>) => {
    const words = code === "I64" ? BigInt64Array.from(Array.from(data)) : BigUint64Array.from(Array.from(data));
    const result = decodeSafetensors(file(code, new Uint8Array(words.buffer), 8));
    return result._tag === "Right" ? result.right.tensors["x"]!.toArray() : result.left.message;
  };
  const limits = [-(2n ** 31n), 2n ** 31n - 1n, -1n];
  assertEquals([read("I64", limits), read("U64", [2n ** 32n - 1n, 0n])], [limits.map(Number), [4294967295, 0]]);
  const out = (value: string, dtype: string, at: number) =>
    `decodeSafetensors: tensor "x" has ${value} at element 1, out of the range of ${dtype}; save it as F64, or scale it (byte ${at})`;
  assertEquals(read("I64", [0n, 2n ** 31n]), out("2147483648", "i32", 71));
  assertEquals(read("I64", [0n, -(2n ** 31n) - 1n]), out("-2147483649", "i32", 71));
  assertEquals(read("I64", [0n, 2n ** 62n]), out("4611686018427387904", "i32", 71));
  assertEquals(read("U64", [0n, 2n ** 32n]), out("4294967296", "u32", 71));
});

Deno.test("16-bit floats are rounded as PyTorch rounds them", () => {
  const { x, f16, bf16 } = golden.halves;
  assertEquals([x.map(halfBits), x.map(bfloatBits)], [f16, bf16]);
});

Deno.test("every 16-bit float is exact in f32, and comes back", () => {
  const one = new Float32Array(1), bits = new Uint32Array(one.buffer);
  for (let h = 0; h < 0x10000; h++) {
    bits[0] = fromHalfBits(h);
    const exponent = h >>> 10 & 31, fraction = h & 0x3ff, sign = h >>> 15 ? -1 : 1;
    // IEEE 754, section 3.4.
    const value = exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
      ? (fraction === 0 ? Infinity : NaN)
      : (1 + fraction / 1024) * 2 ** (exponent - 15);
    assert(Object.is(one[0], sign * value), `${h}`);
    // NaNs that would trap come back quiet.
    const quiet = Number.isNaN(value);
    assert(halfBits(bits[0]!) === (quiet ? h | 0x200 : h), `${h}`);
    assert(bfloatBits(h * 0x10000) === ((h & 0x7fff) > 0x7f80 ? h | 0x40 : h), `${h}`);
  }
});

Deno.test("encodeSafetensors() stores f32 in 16 bits, and leaves other dtypes as they are", () => {
  const given = { w: tensor([1 / 3, -2]), d: tensor([1 / 3], { dtype: "f64" }), i: tensor([7], { dtype: "i32" }) };
  for (const [halves, third, bytes] of [["f16", 0.333251953125, 16], ["bf16", 0.333984375, 16]] as const) {
    const file = encodeSafetensors(given, { halves }), { tensors } = orThrow(decodeSafetensors(file));
    // 1/3 to 11 and to 8 bits.
    assertEquals([tensors["w"]?.toArray(), tensors["d"]?.toArray(), tensors["i"]?.toArray()], [[third, -2], [1 / 3], [
      7,
    ]]);
    assertEquals(file.length - 8 - file[0]! - 256 * file[1]!, bytes);
  }
  const wrong = () => encodeSafetensors(given, { halves: "f8" as never });
  assertEquals(assertThrows(wrong, ArgumentError).message, 'encodeSafetensors: halves is "f8"; it is "f16" or "bf16"');
});

Deno.test("decodeSafetensors() keeps the payloads of NaNs in 16 bits", () => {
  const x = fromArray({ shape: [1], dtype: "f32", data: new Float32Array(new Uint32Array([0x7fc02000]).buffer) });
  const back = orThrow(decodeSafetensors(encodeSafetensors({ x }, { halves: "f16" }))).tensors["x"]!.dataSync();
  assertEquals([...new Uint32Array(back.buffer)], [0x7fc02000]);
});
