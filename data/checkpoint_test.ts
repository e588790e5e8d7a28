import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { soaked } from "../tests/backends/soaked.ts";
import { hostile } from "../tests/hostile.ts";
import { ArgumentError, key, normal, type Tensor, tensor, tree, zeros } from "../mod.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoints.ts";
import { orThrow } from "./errors.ts";
import { encodeSafetensors } from "./formats/safetensors.ts";

const state = {
  params: [{ w: normal(key(1), [3, 2]), b: zeros([2], { dtype: "f64" }) }],
  opt: { step: tensor(3, { dtype: "i32" }), velocity: null, none: undefined },
  key: key(5),
  history: [0.5, NaN, -Infinity, -0],
  name: "a.b",
  done: false,
};

Deno.test("a checkpoint gives back tensors, numbers, texts and structure to the last bit", async () => {
  const back = orThrow(await decodeCheckpoint(await encodeCheckpoint(state), state));
  assertEquals(tree.leaves(back.params).length, 2);
  assertEquals((back.params[0]!.w as Tensor).dataSync(), (state.params[0]!.w as Tensor).dataSync());
  assertEquals(back.params[0]!.b.dtype, "f64");
  assertEquals([back.opt.step.item(), back.opt.velocity, back.opt.none], [3, null, undefined]);
  assert(Object.hasOwn(back.opt, "none") && Object.is(back.history[3], -0));
  assertEquals(back.history, state.history);
  assertEquals([back.name, back.done], ["a.b", false]);
});

Deno.test("keys with dots, quotes and the prototype's name stay apart", async () => {
  const odd = { a: { b: tensor(1) }, "a.b": tensor(2), "": tensor(3), ["__proto__"]: tensor(4) } as const;
  const back = orThrow(await decodeCheckpoint(await encodeCheckpoint(odd))) as typeof odd;
  assertEquals([back.a.b.item(), back["a.b"].item(), back[""].item()], [1, 2, 3]);
});

Deno.test("every changed byte and every shorter file is noticed", async () => {
  const bytes = await encodeCheckpoint({ w: tensor([1, 2, 3]), n: 1 });
  await fc.assert(fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (i, change) => {
    const other = bytes.slice();
    other[i]! ^= change;
    const got = await decodeCheckpoint(other);
    // Spaces that pad the header, and its own checksum's letters, may change without harm.
    if (got._tag === "Right") assertEquals((got.right as { w: Tensor }).w.toArray(), [1, 2, 3] as never);
    assertEquals((await decodeCheckpoint(bytes.slice(0, i)))._tag, "Left");
  }));
});

Deno.test("decodeCheckpoint() gives an error, or what was saved, whatever the bytes", async () => {
  const like = { w: tensor([1, 2, 3]), list: [{ b: tensor(4) }, "x"], n: 1 }, good = await encodeCheckpoint(like);
  // A header that is right in form with a structure that is not: the checksum is of what stands there.
  const forged = fc.json({ maxDepth: 4 }).chain((structure) => {
    const w = tensor([1, 2, 3]), hash = createHash("sha256").update(structure).update('\n["w","f32",[3]]\n');
    const checksum = hash.update(new Uint8Array((w.dataSync() as Float32Array).slice().buffer)).digest("hex");
    return fc.constant(encodeSafetensors({ w }, { metadata: { adjointCheckpoint: "1", structure, checksum } }));
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof({ weight: 4, arbitrary: hostile(good) }, forged), async (bytes) => {
      const got = await decodeCheckpoint(bytes, like);
      if (got._tag === "Left") assertEquals(got.left._tag, "FormatError");
      else {
        assertEquals([got.right.w.toArray(), got.right.list.length, got.right.n], [[1, 2, 3], 2, 1]);
        assertEquals((got.right.list[0] as { b: Tensor<readonly []> }).b.item(), 4);
      }
    }),
    { seed: 2, ...soaked(300, 20_000) },
  );
});

Deno.test("a checkpoint of another structure says where it differs", async () => {
  const bytes = await encodeCheckpoint({ a: [tensor([1, 2])], n: 1 });
  const table: readonly (readonly [unknown, string])[] = [
    [{ a: [zeros([3])], n: 1 }, "a.0 is f32[2], not f32[3]"],
    [{ a: [zeros([2], { dtype: "f64" })], n: 1 }, "a.0 is f32[2], not f64[2]"],
    [{ a: [zeros([2]), zeros([2])], n: 1 }, "a has 1 entries, not 2"],
    [{ a: [zeros([2])] }, "the root has n, which is not expected"],
    [{ a: [zeros([2])], n: 1, m: 2 }, "the root lacks m"],
    [{ a: [zeros([2])], n: "1" }, "n is number, not string"],
    [{ a: zeros([2]), n: 1 }, "a is a list, not a tensor"],
  ];
  for (const [like, message] of table) {
    const got = await decodeCheckpoint(bytes, like);
    assert(got._tag === "Left");
    assertEquals(got.left.message, `decodeCheckpoint: the file is of another structure: ${message}`);
  }
});

Deno.test("a checkpoint refuses what it cannot hold, by its path", async () => {
  await assertRejects(() => encodeCheckpoint({ a: [() => 1] }), ArgumentError, "encodeCheckpoint: a.0 is a function");
  await assertRejects(() => encodeCheckpoint({ a: new Map() }), ArgumentError, "encodeCheckpoint: a is a Map");
  assertThrows(() => saveCheckpoint("x", -1, {}), ArgumentError, "the step is a whole number from 0, not -1");
  assertThrows(() => saveCheckpoint("x", 1, {}, { keep: 0 }), ArgumentError, "keep is a whole number from 1, not 0");
});

const ignore = Deno.permissions.querySync({ name: "write" }).state !== "granted";

Deno.test(
  "the newest complete checkpoint of a folder is read, and only the last few are kept",
  { ignore },
  async () => {
    const folder = `${Deno.makeTempDirSync()}/run`, at = (n: number) => ({ w: tensor([n]), n });
    assertEquals(orThrow(await loadCheckpoint(folder, at(0))()), null);
    for (const step of [10, 20, 30, 40]) orThrow(await saveCheckpoint(folder, step, at(step), { keep: 2 })());
    assertEquals([...Deno.readDirSync(folder)].map((f) => f.name).sort(), [
      "checkpoint-0000000030.safetensors",
      "checkpoint-0000000040.safetensors",
    ]);
    const newest = `${folder}/checkpoint-0000000040.safetensors`, bytes = Deno.readFileSync(newest);
    Deno.writeFileSync(newest, bytes.slice(0, bytes.length - 2));
    const loaded = orThrow(await loadCheckpoint(folder, at(0))())!;
    assertEquals([loaded.step, loaded.state.n, loaded.skipped.length], [30, 30, 1]);
    assertStringIncludes(loaded.skipped[0]!.message, "loadCheckpoint: checkpoint-0000000040.safetensors: ");
    Deno.removeSync(folder, { recursive: true });
  },
);
