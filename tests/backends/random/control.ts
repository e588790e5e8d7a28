/** Random loops, branches, calls and random numbers. Their bodies are small random programs of exact steps. */
import * as op from "../../../mod.ts";
import type { Value } from "../../../mod.ts";
import type { Cell, Draft, Step } from "./cell.ts";
import type { Choices } from "./choices.ts";
import { fit, type Pool, typed } from "./pool.ts";

/** Writes a few steps after some cells. */
export type Compose = (c: Choices, cells: readonly Cell[], steps: number) => readonly Step[];

/** The last value of a program's steps. */
export function last(steps: readonly Step[], xs: readonly Value[]): Value {
  const values = [...xs];
  for (const s of steps) values.push(s.run(s.inputs.map((i) => values[i]!)));
  return values.at(-1)!;
}

const shown = (steps: readonly Step[]): string => `{${steps.map((s) => `${s.name}(${s.inputs})`).join("; ")}}`;
const like = (value: Value): Cell => ({ value, error: null });

function scanned(c: Choices, pool: Pool, compose: Compose): Draft | null {
  const xs = pool.exact(c, (v) => v.shape.length > 0 && v.shape[0]! <= 8),
    init = pool.exact(c),
    outside = pool.exact(c);
  if (xs === null || init === null || outside === null) return null;
  const { shape, dtype } = init.value, slice = op.zeros(xs.value.shape.slice(1), { dtype: xs.value.dtype });
  const body = compose(c, [like(init.value), like(slice), like(outside.value)], c.between(1, 3));
  const extra = compose(c, [like(init.value), like(slice), like(outside.value)], 1), reverse = c.below(2) === 1;
  const whole = c.below(2) === 0;
  return {
    name: `scan ${shown(body)} ${shown(extra)} ${reverse ? "reverse" : ""} ${whole ? "outputs" : "carry"}`,
    inputs: [xs.place, init.place, outside.place],
    run: ([x, first, o]) => {
      const step = (carry: Value, part: Value): readonly [Value, Value] => [
        fit(last(body, [carry, part, o!]), shape, dtype),
        last(extra, [carry, part, o!]),
      ];
      const [carry, ys] = op.scan(step as never, first!, x!, { reverse }) as unknown as readonly [Value, Value];
      return whole ? ys : carry;
    },
  };
}

function looped(c: Choices, pool: Pool, compose: Compose): Draft | null {
  const init = pool.exact(c), outside = pool.exact(c);
  if (init === null || outside === null) return null;
  const { shape, dtype } = init.value, n = c.between(0, 4);
  const body = compose(c, [like(init.value), like(outside.value)], c.between(1, 3));
  return {
    name: `whileLoop ${n} ${shown(body)}`,
    inputs: [init.place, outside.place],
    run: ([first, o]) => {
      const start = [op.full([], 0, { dtype: "i32" }), first!, fit(first!, [2], "i32")] as const;
      type Carry = readonly [Value, Value, Value];
      const test = ([i]: Carry) => op.less(i, n) as Value;
      // The last part moves to where the one before it was: carries that are handed on unchanged.
      const next = ([i, x, y]: Carry): Carry => [op.add(i, 1), fit(last(body, [x, o!]), shape, dtype), op.reverse(y)];
      const [, x, y] = op.whileLoop<Carry>(test, next, start);
      return c.numbers.length % 2 === 0 ? x : op.add(fit(x, [2], "i32"), y);
    },
  };
}

function branched(c: Choices, pool: Pool, compose: Compose): Draft | null {
  const x = pool.exact(c), y = pool.exact(c), test = pool.exact(c, typed("bool", "i32"));
  if (x === null || y === null || test === null) return null;
  const cells = [like(x.value), like(y.value)], bodies = [1, 2, 3].map((n) => compose(c, cells, n - 1));
  const { shape, dtype } = x.value, fs = bodies.map((b) => (...xs: Value[]) => fit(last(b, xs), shape, dtype));
  return {
    name: `branch on ${test.value.dtype} ${bodies.map(shown)}`,
    inputs: [test.place, x.place, y.place],
    run: ([t, a, b]) =>
      t!.dtype === "bool"
        ? op.cond(fit(t!, [], "bool"), fs[0]!, fs[1]!, a!, b!)
        : op.switchCase(fit(t!, [], "i32"), fs, a!, b!),
  };
}

function called(c: Choices, pool: Pool, compose: Compose): Draft | null {
  const x = pool.exact(c), y = pool.exact(c);
  if (x === null || y === null) return null;
  const how = c.of(["jit", "checkpoint", "vmap", "map"] as const);
  const mapped = how === "vmap" || how === "map";
  if (mapped && (x.value.shape.length === 0 || x.value.shape[0]! > 8)) return null;
  const part = mapped ? op.zeros(x.value.shape.slice(1), { dtype: x.value.dtype }) : x.value;
  const body = compose(c, [like(part), like(y.value)], c.between(1, 4));
  return {
    name: `${how} ${shown(body)}`,
    inputs: [x.place, y.place],
    run: ([a, b]) => {
      const f = (v: Value): Value => last(body, [v, b!]);
      return how === "map"
        ? op.map(f as never, a!) as unknown as Value
        : (op[how] as (f: unknown) => (x: Value) => Value)(f)(a!);
    },
  };
}

function drawn(c: Choices, pool: Pool): Draft | null {
  const seed = pool.exact(c), shape = c.of([[3], [], [2, 5], [0], [17]]), kind = c.below(3);
  if (seed === null) return null;
  return {
    name: `${["bits", "uniform", "keys"][kind]} [${shape}]`,
    inputs: [seed.place],
    run: ([s]) => {
      const key = fit(s!, [2], "u32") as op.Key;
      return (kind === 0 ? op.bits(key, shape) : kind === 1 ? op.uniform(key, shape) : op.split(key, [2])) as Value;
    },
  };
}

/** Rules of control flow. */
export const controlRules = [scanned, looped, branched, called, drawn];
