import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Flow } from "./flow.ts";

interface Network {
  readonly prices: readonly number[];
  readonly fills: readonly number[];
  readonly drains: readonly boolean[];
  readonly joins: readonly (readonly [number, number])[];
}

function flowOf({ prices, fills, drains, joins }: Network): Flow {
  const flow = new Flow(), places = prices.map((p) => flow.place(p));
  places.forEach((p, i) => {
    flow.fill(p, fills[i]!);
    if (drains[i]!) flow.drain(p);
  });
  for (const [from, to] of joins) flow.join(from, to);
  return flow;
}

/** What closing some places costs: their prices, and the filling of all that the sink still needs. */
function costOf({ prices, fills, drains, joins }: Network, closed: ReadonlySet<number>): number {
  const open = new Set<number>(),
    visit = (i: number): void => {
      if (closed.has(i) || open.has(i)) return;
      open.add(i);
      for (const [from, to] of joins) if (to === i) visit(from);
    };
  drains.forEach((d, i) => d && visit(i));
  return [...closed].reduce((n, i) => n + prices[i]!, 0) + [...open].reduce((n, i) => n + fills[i]!, 0);
}

Deno.test("cut() closes the narrow place between the source and many drains", () => {
  // 0 is the source's alone; 1 and 2 are made of it, and needed: one place costs less than two.
  const network = { prices: [4, 3, 3], fills: [Infinity, 0, 0], drains: [false, true, true] };
  assertEquals([...flowOf({ ...network, joins: [[0, 1], [0, 2]] }).cut()], [0]);
  // Of equally cheap cuts that next to the drains.
  assertEquals([...flowOf({ ...network, prices: [6, 3, 3], joins: [[0, 1], [0, 2]] }).cut()], [1, 2]);
  assertEquals([...flowOf({ ...network, fills: [Infinity, 2, 2], joins: [[0, 1], [0, 2]] }).cut()], [1, 2]);
});

Deno.test("cut() of nothing needed is nothing", () => {
  assertEquals([...new Flow().cut()], []);
  assertEquals([...flowOf({ prices: [1], fills: [Infinity], drains: [false], joins: [] }).cut()], []);
});

Deno.test("cut() costs the least of all choices", () => {
  const network = fc.integer({ min: 1, max: 7 }).chain((n) =>
    fc.record({
      prices: fc.array(fc.nat({ max: 9 }), { minLength: n, maxLength: n }),
      fills: fc.array(fc.constantFrom(0, 1, 5, Infinity), { minLength: n, maxLength: n }),
      drains: fc.array(fc.boolean(), { minLength: n, maxLength: n }),
      // Places are joined to later ones.
      joins: fc.array(fc.tuple(fc.nat({ max: n - 1 }), fc.nat({ max: n - 1 })), { maxLength: 12 })
        .map((list) => list.flatMap(([a, b]): [number, number][] => a === b ? [] : [[Math.min(a, b), Math.max(a, b)]])),
    })
  );
  fc.assert(fc.property(network, (x) => {
    let least = Infinity;
    for (let choice = 0; choice < 1 << x.prices.length; choice++) {
      least = Math.min(least, costOf(x, new Set(x.prices.flatMap((_, i) => choice >> i & 1 ? [i] : []))));
    }
    assertEquals(costOf(x, flowOf(x).cut()), least);
  }));
});
