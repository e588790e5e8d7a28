/** A scan stacks a result where a step has read its slice, if nothing needs that any more. */
import {
  add,
  concat,
  configure,
  div,
  exp,
  jit,
  key,
  matmul,
  mul,
  normal,
  reverse,
  scan,
  type Shape,
  sigmoid,
  splitAxis,
  sub,
  sum,
  tanh,
  type Tensor,
  zeros,
} from "../../../mod.ts";
import { aboutToShare } from "./threads.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";

type X = Tensor<Shape, "f32">;
type Body = (carry: X, slice: X, w: X) => readonly [carry: X, result: X];

const bodies: readonly Body[] = [
  (c, x) => [add(c, x) as X, mul(c, x) as X],
  (c, x, w) => [c, matmul(x, w) as X],
  (c, x) => [c, reverse(x, { axis: 1 }) as X],
  (c, x) => [add(c, x) as X, div(exp(x), sum(exp(x), { axis: 1, keepDims: true })) as X],
  // The slice is read for the last time after the result is there, or before.
  (c, x) => [add(c, sum(mul(x, exp(x)), { axis: 0 })) as X, tanh(x) as X],
  (c, x) => [c, add(x, sum(x, { axis: 1, keepDims: true })) as X],
  (c, x, w) => [tanh(x) as X, add(x, matmul(c, w)) as X],
  (c, x, w) => {
    const gates = add(x, matmul(tanh(c), w)) as X, [a, b] = splitAxis(gates, 2, { axis: -1 }) as unknown as [X, X];
    return [concat([mul(sigmoid(a), b), exp(b)] as never, { axis: -1 }) as unknown as X, gates];
  },
];

const whole = (min: number, max: number) => fc.integer({ min, max });
const cases = fc.record({
  body: whole(0, bodies.length - 1),
  length: whole(0, 5),
  rows: whole(1, 40),
  columns: whole(1, 150).map((n) => 2 * n),
  threads: whole(1, 2),
  backwards: fc.boolean(),
  twice: fc.boolean(),
  seed: whole(0, 100),
});

Deno.test("what a scan stacks in place of its slices is what it stacks where those are kept", () => {
  const before = configure();
  try {
    fc.assert(
      fc.property(cases, ({ body, length, rows, columns, threads, backwards, twice, seed }) => {
        configure({ threads });
        aboutToShare(1e12);
        const w = mul(normal(key(seed), [columns, columns]), 0.1) as unknown as X;
        const data = normal(key(seed + 1), [length, rows, columns]) as unknown as X;
        const once: Body = bodies[body]!,
          both = (c: X, [x, y]: readonly [X, X]) => {
            const [carry, result] = once(c, x, w);
            return [carry, sub(result, y) as X] as const;
          };
        const loop = (xs: X): readonly [X, X] => {
          const start = zeros([rows, columns]) as unknown as X, options = { reverse: backwards };
          return (twice
            ? scan(both as never, start as never, [xs, xs] as never, options)
            : scan(((c: X, x: X) => once(c, x, w)) as never, start as never, xs as never, options)) as never;
        };
        const numbers = (ys: readonly X[]): unknown => ys.slice(0, 2).map((y) => y.toArray());
        const halved = (xs: X): X => mul(xs, 0.5) as X;
        const want = numbers(jit((xs: X): readonly X[] => [...loop(halved(xs)), halved(xs)])(data));
        assertEquals(numbers(jit((xs: X) => loop(halved(xs)))(data)), want);
        // What is given away may be written over as well.
        assertEquals(numbers(jit(loop, { donate: [0] })(halved(data))), want);
      }),
      { numRuns: 40 },
    );
  } finally {
    configure(before);
  }
});
