import { arenaBase, large, memoryEnd, type Place } from "./heap.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";

const none: ReadonlySet<unknown> = new Set();
const take = (length: number): Place => large.take("u8", length, none, arenaBase);

Deno.test("large places of changing sizes never overlap, and what they give back is used again", () => {
  const start = large.bytes;
  const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 20_000_000 }), fc.nat(4)), {
    minLength: 50,
    maxLength: 400,
  });
  fc.assert(
    fc.property(sizes, (steps) => {
      let held: Place[] = [], lowest = memoryEnd();
      for (const [size, dropped] of steps) {
        const p = take(size);
        for (const q of held) assert(p.address + p.bytes <= q.address || q.address + q.bytes <= p.address);
        assert(p.address + p.bytes <= memoryEnd());
        lowest = Math.min(lowest, p.address);
        held.push(p);
        // Five at most are held, of 20 MB each: with the worst of fragmentation that is far from the whole memory.
        while (held.length > dropped) held.splice(held.length >> 1, 1).forEach((q) => q.release());
      }
      held.forEach((p) => p.release());
      held = [];
      assert(memoryEnd() - lowest < 2 ** 28, `${memoryEnd() - lowest} bytes deep`);
      assertEquals([large.bytes, large.bottom], [start, memoryEnd()]);
    }),
    { numRuns: 50 },
  );
});

Deno.test("a place given back twice is given back once", () => {
  const p = take(2_000_000), q = take(3_000_000);
  p.release();
  p.release();
  const r = take(1_000_000), s = take(1_000_000);
  assert(r.address !== s.address);
  [q, r, s].forEach((x) => x.release());
  assertEquals(large.bytes, 0);
});
