/** Laws that every pipeline keeps, over pipelines put together at random. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { key } from "../../mod.ts";
import * as p from "./mod.ts";

/** A stage over numbers: what it is called, and what it makes of a pipeline. */
type Named = readonly [name: string, stage: p.Stage<number, number>];

const listed = (xs: readonly number[]): number => xs.reduce((sum, x) => 3 * sum + x, 1) % 1000;
const small = (max: number) => fc.integer({ min: 1, max });

const stages: fc.Arbitrary<Named> = fc.oneof(
  fc.constant<Named>(["map", p.map((x) => x + 1)]),
  small(4).map<Named>((concurrency) => [
    `map by ${concurrency}`,
    p.map(async (x) => (await new Promise((done) => setTimeout(done, x % 2)), 2 * x), { concurrency }),
  ]),
  fc.constant<Named>(["mapWithKey", p.mapWithKey(key(1), (k, x) => x + (k.toArray() as unknown as number[])[0]! % 7)]),
  fc.constant<Named>(["filter", p.filter((x) => x % 3 !== 0)]),
  fc.constant<Named>(["flatMap", p.flatMap((x) => Array.from({ length: Math.abs(x) % 4 }, (_, i) => x + i))]),
  fc.nat(8).map<Named>((n) => [`take ${n}`, p.take(n)]),
  fc.nat(3).map<Named>((n) => [`skip ${n}`, p.skip(n)]),
  fc.nat(3).map<Named>((n) => [`repeat ${n}`, p.repeat(n)]),
  small(4).map<Named>((n) => [`shuffle by ${n}`, p.shuffle(key(n), n)]),
  fc.constant<Named>(["shuffle", p.shuffle(key(9), Infinity)]),
  fc.tuple(small(3), fc.boolean()).map<Named>(([n, dropLast]) => [
    `batch ${n}${dropLast ? " whole" : ""}`,
    p.batch(n, { dropLast, collate: listed }),
  ]),
  fc.tuple(small(3), small(4)).map<Named>(([size, step]) => [
    `windows ${size} by ${step}`,
    (up) => p.map(listed)(p.windows<number>(size, { step })(up)),
  ]),
  fc.tuple(small(3), fc.boolean()).map<Named>(([n, dropLast]) => [
    `bucketByLength ${n}${dropLast ? " whole" : ""}`,
    p.bucketByLength((x: number) => x % 10, [3, 6], n, { dropLast, collate: listed }),
  ]),
  small(3).map<Named>((n) => [`prefetch ${n}`, p.prefetch(n)]),
  fc.constant<Named>(["cache", p.cache()]),
  fc.tuple(small(3), small(2)).map<Named>(([cycle, block]) => [
    `interleave ${cycle} by ${block}`,
    p.interleave((x: number) => p.from(Array.from({ length: Math.abs(x) % 4 }, (_, i) => 10 * x + i)), {
      cycle,
      block,
    }),
  ]),
  fc.constant<Named>(["concat", (up) => p.concat(p.from([5, 6]), up, p.from([7]))]),
  fc.constant<Named>([
    "zip",
    (up) => p.map(([a, b]: readonly [number, number]) => a + b)(p.zip(up, p.from([1, 2, 3, 4, 5]))),
  ]),
);

interface Case {
  readonly name: string;
  readonly pipeline: p.Pipeline<number>;
  /** How many passes over the source have begun, and how many have not ended. */
  readonly begun: () => number;
  readonly open: () => number;
}

const cases: fc.Arbitrary<Case> = fc.tuple(fc.nat(7), fc.boolean(), fc.array(stages, { maxLength: 4 })).map(
  ([count, stream, named]) => {
    let begun = 0, open = 0;
    const source = async function* () {
      begun++;
      open++;
      try {
        for (let i = 0; i < count; i++) {
          await undefined;
          yield i;
        }
      } finally {
        open--;
      }
    };
    const first = stream ? p.from(source) : p.from(Array.from({ length: count }, (_, i) => i));
    return {
      name: [stream ? `stream of ${count}` : `list of ${count}`, ...named.map(([name]) => name)].join(" | "),
      pipeline: named.reduce((pipeline, [, stage]) => stage(pipeline), first),
      begun: () => begun,
      open: () => open,
    };
  },
);

/** Few cases reach the corners: three times as many as elsewhere. */
const runs = { numRuns: 3 * (fc.readConfigureGlobal()?.numRuns ?? 100) };
/** As many as any case has to be looked at for: products of repeats are cut. */
const most = 60;

const drawn = cases.map((c) => ({ ...c, pipeline: p.take<number>(most)(c.pipeline), toString: () => c.name }));

Deno.test("Every pass over a pipeline gives the same elements", async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async ({ pipeline }) => {
      assertEquals(await p.toArray(pipeline), await p.toArray(pipeline));
    }),
    runs,
  );
});

Deno.test("A pass that was interrupted goes on at its position, wherever that was", async () => {
  await fc.assert(
    fc.asyncProperty(drawn, fc.nat(most), async ({ pipeline }, stop) => {
      const all = await p.toArray(pipeline), pass = pipeline.open(), begun: number[] = [];
      for (let i = 0; i < stop; i++) {
        const next = await pass.next();
        if (next.done) break;
        begun.push(next.value);
      }
      const rest: number[] = [], again = pipeline.open(pass.position);
      assertEquals(again.position, pass.position);
      for await (const x of again) rest.push(x);
      await pass.return();
      assertEquals([...begun, ...rest], all);
      // At the end, and going on from a pass that itself went on.
      assertEquals(await pipeline.open(again.position).next(), { done: true, value: undefined });
    }),
    runs,
  );
});

Deno.test("A pass that is ended closes its sources", async () => {
  await fc.assert(
    fc.asyncProperty(drawn, fc.nat(5), async ({ pipeline, open }, stop) => {
      let i = 0;
      if (stop > 0) { for await (const _ of pipeline) if (++i >= stop) break; }
      assertEquals(open(), 0);
    }),
    runs,
  );
});

Deno.test("A pipeline reads nothing before it is asked for something", () => {
  fc.assert(fc.property(drawn, ({ pipeline, begun }) => {
    pipeline.open();
    assertEquals(begun(), 0);
  }));
});

Deno.test("An element's failure ends the pass and closes its sources", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(6), fc.array(stages, { maxLength: 3 }), async (bad, named) => {
      let open = 0;
      const source = p.from(async function* () {
        open++;
        try {
          for (let i = 0; i < 7; i++) {
            if (i === bad) throw new RangeError("a bad element");
            yield i;
          }
        } finally {
          open--;
        }
      });
      const pipeline = named.reduce((up, [, stage]) => stage(up), source);
      let failed = false;
      try {
        await p.toArray(p.take<number>(most)(pipeline));
      } catch (e) {
        assert(e instanceof RangeError && e.message === "a bad element", String(e));
        failed = true;
      }
      // A `take` in between may end before the element comes.
      assert(failed || named.some(([name]) => /^(take|repeat 0|zip)/.test(name)));
      assertEquals(open, 0);
    }),
    runs,
  );
});
