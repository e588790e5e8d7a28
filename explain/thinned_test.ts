import { type Point, thinned } from "./thinned.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";

Deno.test("thinned() leaves up to 1,200 points as they are", () => {
  const points = Array.from({ length: 1200 }, (_, i): Point => [i, i % 7]);
  assertEquals(thinned(points), points);
  assertEquals(thinned([]), []);
});

Deno.test("thinned() keeps order, ends, peaks and gaps", () => {
  const height = fc.oneof(fc.double({ noDefaultInfinity: true, noNaN: true }), fc.constant(NaN));
  fc.assert(
    fc.property(fc.array(height, { minLength: 1, maxLength: 20 }), fc.integer({ min: 1201, max: 5000 }), (some, n) => {
      const points = Array.from({ length: n }, (_, i): Point => [i, some[i * i % some.length]!]),
        kept = thinned(points);
      assert(kept.length <= 1200 && kept.every(([x], i) => i === 0 || x > kept[i - 1]![0]));
      assertEquals([kept[0], kept.at(-1)], [points[0], points.at(-1)]);
      const [before, after] = [points, kept].map((all) => all.map(([, y]) => y).filter((y) => !Number.isNaN(y)));
      assertEquals([Math.min(...after!), Math.max(...after!)], [Math.min(...before!), Math.max(...before!)]);
      assertEquals(kept.some(([, y]) => Number.isNaN(y)), points.some(([, y]) => Number.isNaN(y)));
    }),
    { numRuns: 50 },
  );
});
