/** Random reductions, running combinations, sorts and windows. */
import * as op from "../../../mod.ts";
import type { Value } from "../../../mod.ts";
import { blurred, bound, type Cell, type Draft, rounded, size, unit } from "./cell.ts";
import type { Choices } from "./choices.ts";
import { floats, integers, numbers, type Pool } from "./pool.ts";

interface Axes {
  readonly axis?: readonly number[];
  readonly keepDims?: boolean;
}

function axesOf(c: Choices, rank: number): Axes {
  const keepDims = c.oneIn(4) ? { keepDims: true } : {};
  return c.oneIn(4) ? keepDims : { axis: c.some(Array.from({ length: rank }, (_, a) => a)), ...keepDims };
}

/** The bound of sums: what the terms bring, and a rounding of all of them for each addition. */
const summed = (sum: (x: Value) => Value, terms: number) => ([x]: readonly Cell[], y: Value): Value =>
  op.add(op.add(sum(bound(x!)), rounded(y, 2)), op.mul(sum(size(x!.value)), terms * unit(x!.value.dtype)));

function reduced(c: Choices, pool: Pool): Draft | null {
  const x = pool.pick(c);
  if (x === null) return null;
  const { value } = x, axes = axesOf(c, value.shape.length), n = value.size;
  const make = (name: string, f: (v: Value, axes: never) => unknown, error?: Draft["error"]): Draft => ({
    name: `${name} ${JSON.stringify(axes)}`,
    inputs: [x.place],
    run: ([v]) => f(v!, axes as never) as Value,
    ...error === undefined ? {} : { error },
  });
  if (floats(value)) {
    const sum = (v: Value): Value => op.sum(v, axes) as Value, extreme = c.of(["max", "min"] as const);
    const options: Draft[] = [
      make("sum", op.sum, summed(sum, n)),
      make(extreme, op[extreme], (cells) => blurred(cells) ? op.max(bound(cells[0]!), axes) as Value : null),
      make(
        "mean",
        op.mean,
        ([e], y) =>
          op.add(
            rounded(y, 4),
            op.add(
              op.mean(bound(e!), axes) as Value,
              op.mul(op.mean(size(e!.value), axes) as Value, n * unit(value.dtype)),
            ),
          ),
      ),
    ];
    const exact: Draft[] = [
      make("prod", op.prod, (_, y) => rounded(y, n + 2)),
      make("any", op.any),
      make("all", op.all),
      make("countNonZero", op.countNonZero),
    ];
    return c.of(x.error === null ? [...options, ...exact] : options);
  }
  return c.of([
    make("sum", op.sum),
    make("prod", op.prod),
    make("any", op.any),
    make("all", op.all),
    make("countNonZero", op.countNonZero),
    ...integers(value) ? [make("max", op.max), make("min", op.min)] : [],
  ]);
}

/** An axis, or none for all of them. */
const oneAxis = (c: Choices, rank: number): { readonly axis?: number } =>
  rank === 0 || c.oneIn(4) ? {} : { axis: c.below(rank) };

function placed(c: Choices, pool: Pool): Draft | null {
  const x = pool.exact(c, numbers);
  if (x === null) return null;
  const options = oneAxis(c, x.value.shape.length), name = c.of(["argmax", "argmin"] as const);
  return {
    name: `${name} ${JSON.stringify(options)}`,
    inputs: [x.place],
    run: ([v]) => op[name](v!, options) as Value,
  };
}

function ordered(c: Choices, pool: Pool): Draft | null {
  const x = pool.exact(c, (v) => v.shape.length > 0);
  if (x === null) return null;
  const options = { axis: c.below(x.value.shape.length), descending: c.oneIn(3) },
    name = c.of(["sort", "argsort"] as const);
  return {
    name: `${name} ${JSON.stringify(options)}`,
    inputs: [x.place],
    run: ([v]) => op[name](v!, options) as Value,
  };
}

function running(c: Choices, pool: Pool): Draft | null {
  const x = pool.pick(c, (e) => numbers(e.value));
  if (x === null) return null;
  const options = { ...oneAxis(c, x.value.shape.length), reverse: c.below(2) === 1 }, n = x.value.size;
  const sum = (v: Value): Value => op.cumSum(v, options) as Value;
  const extreme = c.of(["cumMax", "cumMin"] as const);
  const make = (name: string, f: (v: Value, options: never) => unknown, error?: Draft["error"]): Draft => ({
    name: `${name} ${JSON.stringify(options)}`,
    inputs: [x.place],
    run: ([v]) => f(v!, options as never) as Value,
    ...error === undefined ? {} : { error },
  });
  if (floats(x.value)) {
    const extremes = make(
      extreme,
      op[extreme],
      (cells) => blurred(cells) ? op.cumMax(bound(cells[0]!), options) as Value : null,
    );
    const inexact = [make("cumSum", op.cumSum, summed(sum, n)), extremes];
    return c.of(x.error === null ? [...inexact, make("cumProd", op.cumProd, (_, y) => rounded(y, n + 2))] : inexact);
  }
  return c.of([make("cumSum", op.cumSum), make("cumProd", op.cumProd), make(extreme, op[extreme])]);
}

function windowed(c: Choices, pool: Pool): Draft | null {
  const x = pool.pick(c, (e) => numbers(e.value) && e.value.shape.length > 0);
  if (x === null) return null;
  const { shape } = x.value, kind = c.of(["max", "min", "sum"] as const), window = shape.map(() => c.between(1, 3));
  const strides = shape.map(() => c.between(1, 2)), dilation = shape.map(() => c.oneIn(4) ? 2 : 1);
  const options = { window, strides, dilation, padding: c.of(["same", "valid", 1] as const) };
  const run = (op_: "max" | "min" | "sum") => (v: Value): Value => op.reduceWindow(v, { op: op_, ...options }) as Value;
  const draft = {
    name: `reduceWindow ${JSON.stringify({ op: kind, ...options })}`,
    inputs: [x.place],
    run: ([v]: readonly Value[]) => run(kind)(v!),
  };
  if (!floats(x.value)) return draft;
  return {
    ...draft,
    error: kind === "sum" ? summed(run("sum"), 81) : (cells) => blurred(cells) ? run("max")(bound(cells[0]!)) : null,
  };
}

/** Reduction rules. */
export const reductionRules = [reduced, reduced, placed, ordered, running, windowed];
