/** Arrays of NumPy: its own files, round trips, and bytes that are no arrays. */
import { alloc, type DType } from "../../core/dtype.ts";
import { ArgumentError } from "../../core/errors.ts";
import { tensor } from "../../core/ops/create.ts";
import { fromArray, type Value } from "../../core/tensor.ts";
import golden from "../../tests/golden/tensor_files.json" with { type: "json" };
import { type Either, type FormatError, orThrow } from "../errors.ts";
import { variable } from "../host.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { decodeNpz, encodeNpz } from "./npz.ts";
import { writeZip } from "./zip.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const numRuns = variable("ADJOINT_SOAK") === undefined ? 300 : 20_000;

/** A file of a header as it is, and data. */
function file(header: string, data: readonly number[] = [], version = 1): Uint8Array {
  const text = new TextEncoder().encode(header), wide = version > 1;
  const length = wide
    ? [text.length & 255, text.length >> 8 & 255, text.length >> 16, 0]
    : [text.length & 255, text.length >> 8];
  return new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, ...length, ...text, ...data]);
}

const head = (descr: string, shape: string, fortran = "False"): string =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

function assertWrong(bytes: Uint8Array, offset: number, message: string): void {
  const result = decodeNpy(bytes);
  assert(result._tag === "Left");
  const expected = `decodeNpy: ${message} (byte ${offset})`;
  assertEquals(result.left, { _tag: "FormatError", format: "npy", offset, message: expected });
}

const plain = (x: Value) => ({ shape: [...x.shape], dtype: x.dtype, data: [...x.dataSync()].map(Number) });

for (const { name, file, holds } of golden.npy) {
  Deno.test(`decodeNpy() reads NumPy's file: ${name}`, () => {
    const { shape, dtype, data } = plain(orThrow(decodeNpy(bytesOf(file))));
    assertEquals({ shape, dtype, data }, {
      shape: holds.shape,
      dtype: holds.dtype as DType,
      data: holds.data.map(Number),
    });
  });
}

Deno.test("decodeNpy() refuses what is not numbers that a tensor holds, and names it", () => {
  const messages = golden.refused.map(({ name, file }) => {
    const result = decodeNpy(bytesOf(file));
    assert(result._tag === "Left", name);
    return result.left.message.replace("decodeNpy: ", "").replace(/ \(byte \d+\)$/, "");
  });
  const known = "b1, f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8";
  const unsupported = (d: string) => `the array has dtype ${d}, which is not supported; save it as one of ${known}`;
  assertEquals(messages, [
    "the array holds records, of dtype [['a', '<i4'], ['b', '<f8']]; save each field by itself",
    "the array holds Python objects, which are pickles and never read; save numbers",
    unsupported("<U2"),
    unsupported("<c16"),
    unsupported("<M8[D]"),
    "element 1 is 2147483648, out of the range of i32; save it as f8, or scale it",
    "element 0 is 18446744073709551615, out of the range of u32; save it as f8, or scale it",
  ]);
});

Deno.test("decodeNpy() says where the frame and the header break", () => {
  assertWrong(new Uint8Array(), 0, "the file ends in the six bytes it starts with");
  assertWrong(new Uint8Array([0x93, 0x4e]), 2, "the file ends in the six bytes it starts with");
  assertWrong(new Uint8Array([0x50, 0x4b, 3, 4]), 0, "the bytes do not start as .npy does, with 93 4e 55 4d 50 59");
  assertWrong(file("").subarray(0, 8), 8, "the file ends before the header, which starts at byte 10");
  assertWrong(file("", [], 4).subarray(0), 6, "version 4, and 1, 2 and 3 are known; save it again");
  assertWrong(file("{}").subarray(0, 11), 11, "the header takes 2 bytes, but 1 follow its length");
  const unread = (what: string) => `the header cannot be read: ${what}`;
  assertWrong(file(""), 10, unread("it ends where a value should be, at its character 0"));
  assertWrong(file("__import__('os')"), 10, unread('"__import__" is no value, at its character 0'));
  assertWrong(file("{1: 2}"), 10, unread("a key should be a string, at its character 2"));
  assertWrong(file("{'a': 1, 'a': 2}"), 10, unread('the key "a" is there twice, at its character 13'));
  assertWrong(file("(3)"), 10, unread("a tuple of one has a comma, at its character 2"));
  assertWrong(file("[1 2]"), 10, unread('"," or "]" should be here, at its character 3'));
  assertWrong(file("{} {}"), 10, unread("there is more behind it, at its character 3"));
  assertWrong(file("(".repeat(60000)), 10, unread("nested deeper than 16, at its character 17"));
  const long = file("", new Array<number>(1_000_001).fill(0x20), 2);
  new DataView(long.buffer).setUint32(8, 1_000_001, true);
  assertWrong(long, 8, "a header of 1000001 bytes, and none is above 1000000");
  assertWrong(file("(1, 2)"), 10, "the header is no dictionary");
  assertWrong(file("{}"), 10, "the header has nothing, not descr, fortran_order and shape");
  assertWrong(file(head("'<f4'", "(1,)", "0")), 10, "fortran_order is neither True nor False");
  const sizes = (shown: string) => `shape is ${shown}; it is a tuple of whole numbers from 0 to 2^53 − 1`;
  assertWrong(file(head("'<f4'", "(-1,)")), 10, sizes("[-1]"));
  assertWrong(file(head("'<f4'", "(9007199254740992,)")), 10, sizes("[9007199254740992]"));
  assertWrong(file(head("'<f4'", "7")), 10, sizes("7"));
  assertWrong(
    file(head("'|u1'", `(${"1,".repeat(65)})`), [1]),
    10,
    "the array has 65 axes, and NumPy's have at most 64",
  );
});

Deno.test("decodeNpy() holds the shape against the bytes, without allocating", () => {
  const two = file(head("'<f4'", "(2,)"), [0, 0, 0, 0]), huge = file(head("'<f8'", "(4294967296, 4294967296)"));
  assertWrong(two, two.length, "f32 2 takes 8 bytes, but 4 follow the header; the file is cut short");
  assertWrong(
    huge,
    huge.length,
    "f64 4294967296×4294967296 takes over 2^53 bytes, but 0 follow the header; the file is cut short",
  );
  const more = file(head("'|u1'", "()"), [1, 2]);
  assertWrong(more, more.length - 1, "u8 scalar takes 1 bytes, but 2 follow the header; 1 are left over");
  const odd = file(head("'|b1'", "(2,)"), [1, 2]);
  assertWrong(odd, odd.length - 1, "element 1 is 2, and truth values are 0 and 1");
  assertEquals(orThrow(decodeNpy(file(head("'<f8'", "(9007199254740991, 9007199254740991, 0)")))).size, 0);
});

const dtypes: readonly DType[] = ["f32", "f64", "i32", "u32", "u8", "bool"];
const tensors: fc.Arbitrary<Value> = fc.tuple(
  fc.constantFrom(...dtypes),
  fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
).chain(([dtype, shape]) => {
  const n = alloc(dtype, shape.reduce((a, b) => a * b, 1)).byteLength;
  return fc.uint8Array({ minLength: n, maxLength: n, max: dtype === "bool" ? 1 : 255 }).map((bits) => {
    const data = alloc(dtype, shape.reduce((a, b) => a * b, 1));
    new Uint8Array(data.buffer).set(bits);
    return fromArray({ shape, dtype, data });
  });
});
const bits = (x: Value) => ({ shape: [...x.shape], dtype: x.dtype, bits: [...new Uint8Array(x.dataSync().buffer)] });

Deno.test("decodeNpy() undoes encodeNpy(), bit for bit, wherever the bytes start", () => {
  fc.assert(fc.property(tensors, fc.nat({ max: 8 }), (x, shift) => {
    const bytes = encodeNpy(x), whole = new Uint8Array(shift + bytes.length + 3).fill(0xff);
    whole.set(bytes, shift);
    assertEquals(bits(orThrow(decodeNpy(whole.subarray(shift, shift + bytes.length)))), bits(x));
    assertEquals((bytes.length - x.dataSync().byteLength) % 64, 0);
  }));
});

Deno.test("encodeNpy() writes NumPy's file, byte for byte", () => {
  const named = (n: string) => bytesOf(golden.npy.find(({ name }) => name === n)!.file);
  assertEquals(encodeNpy(tensor(2.5, { dtype: "f64" })), named("0-d"));
  assertEquals(encodeNpy(tensor([[false, false, false], [false, true, true]])), named("b1"));
  assertEquals(
    encodeNpy(tensor([[-3, -2, -1], [0, 1, 2]].map((r) => r.map((x) => Math.fround(x * 0.3)))), { halves: "f16" }),
    named("<f2"),
  );
});

Deno.test("encodeNpy() and encodeNpz() reject what is no tensor and what NumPy has not", () => {
  const thrown = (call: () => unknown) => assertThrows(call, ArgumentError).message;
  assertEquals(thrown(() => encodeNpy(3 as never)), "encodeNpy: expected a tensor, got number");
  assertEquals(
    thrown(() => encodeNpy(tensor(1), { halves: "bf16" as never })),
    'encodeNpy: halves is "bf16"; NumPy has "f16" only',
  );
  assertEquals(thrown(() => encodeNpz({ x: null as never })), 'encodeNpz: "x": expected a tensor, got null');
  assertEquals(
    thrown(() => encodeNpz({ "\udc00": tensor(1) })),
    'encodeNpz: no array can be called "\\udc00"; rename it',
  );
  assertEquals(
    thrown(() => decodeNpz(new Uint8Array(), { limit: NaN })),
    "decodeNpz: limit is NaN; it is a number of bytes from 0",
  );
});

for (const [way, text] of Object.entries(golden.npz)) {
  Deno.test(`decodeNpz() reads NumPy's archive, ${way}`, async () => {
    const read = orThrow(await decodeNpz(bytesOf(text))());
    assertEquals(Object.keys(read), ["w", "step", "zeros"]);
    assertEquals([read["w"]?.toArray(), read["step"]?.toArray(), read["zeros"]?.size], [
      [[0, 1, 2], [3, 4, 5]],
      7,
      500,
    ]);
  });
}

Deno.test("decodeNpz() undoes encodeNpz()", () =>
  fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.string({ unit: "grapheme", maxLength: 6 }), tensors, { maxKeys: 4 }),
      async (given) => {
        const back = orThrow(await decodeNpz(encodeNpz(given))());
        const flat = (r: Record<string, Value>) => Object.entries(r).map(([k, x]) => [k, bits(x)]);
        assertEquals(flat(back), flat(given));
      },
    ),
  ));

async function assertBad(bytes: Uint8Array, message: string, limit?: number): Promise<void> {
  const result = await decodeNpz(bytes, limit === undefined ? {} : { limit })();
  assert(result._tag === "Left");
  assertEquals([result.left.format, result.left.message.replace(/ \(byte \d+\)$/, "")], [
    "npz",
    `decodeNpz: ${message}`,
  ]);
}

/** Bytes with a little-endian number of 16 or 32 bits put in, counted from the first place of a mark. */
function patched(bytes: Uint8Array, mark: number, offset: number, value: number, width: 2 | 4): Uint8Array {
  const copy = bytes.slice(), view = new DataView(copy.buffer);
  let at = 0;
  while (view.getUint32(at, true) !== mark) at++;
  if (width === 2) view.setUint16(at + offset, value, true);
  else view.setUint32(at + offset, value, true);
  return copy;
}

Deno.test("decodeNpz() says what is wrong with the archive", async () => {
  const one = encodeNpz({ x: tensor([1, 2]) }), deflated = bytesOf(golden.npz.deflated);
  const central = 0x02014b50, end = 0x06054b50, local = 0x04034b50;
  await assertBad(new Uint8Array(), "there is no end of a zip archive; it is cut short, or something else");
  await assertBad(writeZip([["a.txt", new Uint8Array(1)]]), '"a.txt" in the archive is no .npy file');
  await assertBad(
    writeZip([["a.npy", new Uint8Array(1)]]),
    '"a.npy": the bytes do not start as .npy does, with 93 4e 55 4d 50 59',
  );
  await assertBad(
    writeZip([["a.npy", new Uint8Array(1)], ["a.npy", new Uint8Array(1)]]),
    'two of its files are called "a.npy"',
  );
  await assertBad(
    encodeNpz({ x: tensor(1) }),
    "the arrays take 132 bytes, over the limit of 131; raise it if that is right",
    131,
  );
  // A stream that breaks off is an error in some runtimes, and merely short in others.
  const cut = await decodeNpz(patched(deflated, central, 20, 9, 4))();
  assert(cut._tag === "Left" && /^decodeNpz: "w.npy" (is damaged: |has \d+ bytes, and 152)/.test(cut.left.message));
  await assertBad(patched(one, end, 10, 0xffff, 2), "archives above 4 GB (zip64) are not supported");
  await assertBad(patched(one, end, 8, 2, 2), "archives in several parts are not supported");
  await assertBad(patched(patched(one, end, 8, 9, 2), end, 10, 9, 2), "its table of 9 files breaks off after 1");
  await assertBad(patched(one, end, 16, 7, 4), "its table of 1 files breaks off after 0");
  await assertBad(patched(one, central, 8, 1, 2), '"x.npy" is encrypted, which is not supported');
  await assertBad(patched(one, central, 10, 12, 2), '"x.npy" is packed by method 12; 0 and 8 are supported');
  await assertBad(patched(one, central, 24, 0xffffffff, 4), '"x.npy" is above 4 GB (zip64), which is not supported');
  await assertBad(patched(one, central, 24, 7, 4), '"x.npy" is stored in 136 bytes and has 7');
  await assertBad(patched(one, central, 42, 5, 4), '"x.npy" is not where the table says');
  await assertBad(patched(one, central, 20, 9999, 4), '"x.npy" takes 9999 bytes, more than there are before the table');
  await assertBad(patched(one, central, 16, 1, 4), '"x.npy" is damaged: its checksum differs');
  await assertBad(patched(one, local, 0, 1, 4), '"x.npy" is not where the table says');
  await assertBad(patched(deflated, central, 24, 9, 4), '"w.npy" has more than the 9 bytes announced');
  await assertBad(patched(deflated, central, 24, 999, 4), '"w.npy" has 152 bytes, and 999 were announced');
  await assertBad(
    patched(deflated, central, 24, 2 ** 31, 4),
    "the arrays take 2147484412 bytes, over the limit of 1073741824; raise it if that is right",
  );
});

/** Bytes as files come to harm: cut, with flipped bits, or with a hostile number put over four of them. */
const harmed = (files: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.tuple(
      files,
      fc.nat(),
      fc.array(fc.nat(), { maxLength: 4 }),
      fc.option(fc.constantFrom(0, 1, 0x7fffffff, 0xffffffff)),
    )
      .map(([bytes, cut, flips, length]) => {
        const bad = flips.length > 0 || length !== null ? bytes.slice() : bytes.slice(0, cut % bytes.length);
        for (const f of flips) bad[f % bad.length]! ^= 1 << (f >>> 8 & 7);
        if (length !== null && bad.length > 3) {
          new DataView(bad.buffer).setUint32(cut % (bad.length - 3), length, true);
        }
        return bad;
      }),
  );

function assertTame(bytes: Uint8Array, result: Either<FormatError, Record<string, Value>>): void {
  if (result._tag === "Right") {
    const held = Object.values(result.right).reduce((n, x) => n + x.dataSync().byteLength, 0);
    assert(held <= 4 * 1032 * bytes.length);
  } else assert(result.left.offset >= 0 && result.left.offset <= bytes.length && result.left.message.length < 512);
}

Deno.test("decodeNpy() survives damaged and hostile bytes", () => {
  const files = fc.oneof(
    tensors.map((x) => encodeNpy(x)),
    fc.constantFrom(...[...golden.npy, ...golden.refused].map((c) => bytesOf(c.file))),
  );
  fc.assert(
    fc.property(harmed(files), (bytes) => {
      const result = decodeNpy(bytes);
      assertTame(bytes, result._tag === "Right" ? { _tag: "Right", right: { x: result.right } } : result);
    }),
    { numRuns },
  );
});

Deno.test("decodeNpz() survives damaged and hostile bytes", () => {
  const files = fc.oneof(
    tensors.map((x) => encodeNpz({ x })),
    fc.constantFrom(...Object.values(golden.npz).map(bytesOf)),
  );
  return fc.assert(
    fc.asyncProperty(harmed(files), async (bytes) => assertTame(bytes, await decodeNpz(bytes)())),
    { numRuns },
  );
});

Deno.test("decodeNpy() survives headers put together at random", () => {
  const piece = fc.constantFrom(
    ..."{}[](),:'".split(""),
    ..." 'descr': |'fortran_order': |'shape': |'<f4'|'|O'|'>i8'|True|False|None|0|-1|2|9999999999|é|\\n".split("|"),
    "'<f4', 'fortran_order': False, 'shape': (",
  );
  const headers = fc.oneof(
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
    fc.tuple(piece, piece, fc.array(piece, { maxLength: 6 })).map(([d, f, s]) => head(d, `(${s.join("")})`, f)),
  );
  fc.assert(
    fc.property(headers, fc.uint8Array({ maxLength: 16 }), fc.integer({ min: 1, max: 3 }), (text, data, version) => {
      const bytes = file(text, [...data], version), result = decodeNpy(bytes);
      assertTame(bytes, result._tag === "Right" ? { _tag: "Right", right: { x: result.right } } : result);
    }),
    { numRuns },
  );
});
