/** Safetensors read in part: in memory, on disk, in several files, damaged, and closed. */
import { ArgumentError } from "../../core/errors.ts";
import { tensor } from "../../core/ops/create.ts";
import { orThrow } from "../errors.ts";
import { variable } from "../host.ts";
import type { RandomAccess } from "../random_access.ts";
import { encodeSafetensors } from "./safetensors.ts";
import { openSafetensorsIndex } from "./safetensors_index.ts";
import { openSafetensors } from "./safetensors_reader.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";

const numRuns = variable("ADJOINT_SOAK") === undefined ? 300 : 20_000;

/** Bytes in memory, and what was done with them. */
function memory(bytes: Uint8Array, size = bytes.length) {
  const reads: [number, number][] = [];
  let open = true;
  const access: RandomAccess = {
    size,
    read: (offset, length) => {
      reads.push([offset, length]);
      return Promise.resolve(bytes.slice(offset, offset + length));
    },
    close: () => Promise.resolve(void (open = false)),
  };
  return { access, reads, isOpen: () => open };
}

const model = { w: tensor([[1, 2]]), b: tensor([3, 4, 5]), step: tensor(7, { dtype: "i32" }) };

Deno.test("openSafetensors() reads the header, then the bytes of what is asked for and no others", async () => {
  const bytes = encodeSafetensors(model, { metadata: { epoch: "3" }, halves: "bf16" }),
    { access, reads, isOpen } = memory(bytes);
  const file = orThrow(await openSafetensors(access)()), start = bytes.length - 4 - 10;
  assertEquals([file.names, file.metadata], [["step", "b", "w"], { epoch: "3" }]);
  assertEquals(file.info("w"), { dtype: "f32", stored: "BF16", shape: [1, 2], bytes: 4 });
  assertEquals(orThrow(await file.read("w")()).toArray(), [[1, 2]]);
  assertEquals(reads, [[0, 8], [8, start - 8], [start + 10, 4]]);
  await file.close();
  assert(!isOpen());
});

Deno.test("openSafetensors() throws on names that are not there", async () => {
  const file = orThrow(await openSafetensors(memory(encodeSafetensors(model)).access)());
  const message = (call: string) => `${call}: there is no tensor "x" in the source; its \`names\` says which there are`;
  assertEquals(assertThrows(() => file.info("x"), ArgumentError).message, message("info"));
  assertEquals(assertThrows(() => file.read("x"), ArgumentError).message, message("read"));
});

Deno.test("openSafetensors() says what is wrong with a file, and with one that changes while it is read", async () => {
  const bytes = encodeSafetensors(model);
  const short = await openSafetensors(memory(bytes.subarray(0, 5)).access)();
  assert(short._tag === "Left");
  assertEquals(short.left.message, "openSafetensors: 5 bytes, but the header's length alone takes 8 (byte 5)");
  const file = orThrow(await openSafetensors(memory(bytes.subarray(0, -1), bytes.length).access)());
  const last = await file.read(file.names.at(-1)!)();
  assert(last._tag === "Left" && last.left._tag === "DataError");
  const at = bytes.length - 4;
  assertEquals(
    last.left.message,
    `read: the source is damaged: 3 bytes are left at ${at} where there were 4; it changed while it was read`,
  );
  const absent = await openSafetensors("no/such.safetensors")();
  assert(absent._tag === "Left" && absent.left._tag === "DataError");
});

const shards = decodeURIComponent(new URL("../../tests/golden/shards/", import.meta.url).pathname);
const ignore = !("Deno" in globalThis);

Deno.test({
  name: "openSafetensors() reads a file on disk",
  ignore,
  fn: async () => {
    const file = orThrow(await openSafetensors(`${shards}model-00001-of-00002.safetensors`)());
    assertEquals([orThrow(await file.read("a")()).toArray(), orThrow(await file.read("b")()).toArray()], [
      [[0, 1, 2], [3, 4, 5]],
      [0.5, -2],
    ]);
    await file.close();
    const gone = await file.read("a")();
    assert(gone._tag === "Left" && gone.left._tag === "DataError" && gone.left.reason === "disk");
    const folder = await openSafetensors(shards)();
    assert(folder._tag === "Left" && folder.left._tag === "DataError" && folder.left.reason === "disk");
  },
});

Deno.test({
  name: "openSafetensorsIndex() reads PyTorch's model in two files",
  ignore,
  fn: async () => {
    const file = orThrow(await openSafetensorsIndex(`${shards}model.safetensors.index.json`)());
    assertEquals([file.names, file.metadata, file.info("c").shape], [["a", "b", "c"], { format: "pt" }, [1]]);
    assertEquals([orThrow(await file.read("b")()).toArray(), orThrow(await file.read("c")()).toArray()], [[0.5, -2], [
      3.5,
    ]]);
    await file.close();
  },
});

Deno.test("openSafetensorsIndex() says what is wrong with an index, and closes what it opened", async () => {
  const text = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
  const open = async (index: unknown) => {
    const files: Record<string, ReturnType<typeof memory>> = {
      "m/index.json": memory(text(index)),
      "m/a": memory(encodeSafetensors({ x: tensor(1) })),
      "m/b": memory(new Uint8Array(3)),
    };
    const result = await openSafetensorsIndex("m/index.json", {
      open: (path) =>
        files[path] === undefined
          ? Promise.reject(Object.assign(new Error(), { code: "ENOENT" }))
          : Promise.resolve(files[path]!.access),
    })();
    const closed = Object.values(files).every(({ reads, isOpen }) => reads.length === 0 || !isOpen());
    return [
      result._tag === "Left" ? result.left.message.replace("openSafetensorsIndex: ", "") : result.right.names,
      closed,
    ];
  };
  const map = (weight_map: unknown) => ({ weight_map });
  assertEquals(await open(map({ x: "a" })), [["x"], false]);
  assertEquals(await open(map([])), ["the index's weight_map is []; it maps tensors' names to files", true]);
  assertEquals(await open("null"), ["the index's weight_map is undefined; it maps tensors' names to files", true]);
  for (const name of ["../a", "/a", "..", "c:a", "a\\b", "", 3]) {
    const said = `"x" is said to be in ${JSON.stringify(name)}, which is no file beside the index`;
    assertEquals(await open(map({ x: name })), [said, true]);
  }
  assertEquals(await open(map({ x: "a", y: "none" })), ["m/none is not there", true]);
  assertEquals(await open(map({ x: "a", y: "b" })), ["3 bytes, but the header's length alone takes 8 (byte 3)", true]);
  assertEquals(await open(map({ y: "a" })), ['"y" is not in a, where the index says it is', true]);
  assert(String((await open("{"))[0]).startsWith("the index is not JSON: "));
});

Deno.test("openSafetensors() survives damaged and hostile bytes", () => {
  const whole = encodeSafetensors(model, { halves: "f16" });
  const damage = fc.tuple(
    fc.nat(whole.length),
    fc.array(fc.nat(), { maxLength: 4 }),
    fc.option(fc.constantFrom(0, 0x7fffffff, 0xffffffff)),
  );
  return fc.assert(
    fc.asyncProperty(damage, async ([cut, flips, length]) => {
      const bytes = cut % 3 === 0 ? whole.slice(0, cut) : whole.slice();
      for (const f of flips) if (bytes.length > 0) bytes[f % bytes.length]! ^= 1 << (f >>> 8 & 7);
      if (length !== null && bytes.length > 8) new DataView(bytes.buffer).setUint32(cut % 5, length, true);
      const { access, reads } = memory(bytes), opened = await openSafetensors(access)();
      if (opened._tag === "Right") { for (const name of opened.right.names) await opened.right.read(name)(); }
      assert(reads.every(([offset, n]) => offset + n <= bytes.length));
    }),
    { numRuns },
  );
});
