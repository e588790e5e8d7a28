/** Random steps without kinks and steps, for gradients. Their bounds are not used. */
import * as op from "../../../mod.ts";
import type { Value } from "../../../mod.ts";
import type { Draft } from "./cell.ts";
import type { Choices } from "./choices.ts";
import { contractionRules } from "./contractions.ts";
import { movementRules } from "./movement.ts";
import { fit, type Pool } from "./pool.ts";

type Rule = (c: Choices, pool: Pool) => Draft | null;
const loose = (): null => null;

/** Functions with slopes of at most about 1. */
const gentle = {
  sin: op.sin,
  cos: op.cos,
  tanh: op.tanh,
  sigmoid: op.sigmoid,
  softplus: op.softplus,
  erf: op.erf,
  atan: op.atan,
  asinh: op.asinh,
  logSigmoid: op.logSigmoid,
  square: (x: Value) => op.mul(op.square(x), 0.1),
  exp: (x: Value) => op.exp(op.sin(x)),
  log1p: (x: Value) => op.log1p(op.square(x)),
  sqrt: (x: Value) => op.sqrt(op.add(op.square(x), 1)),
  reciprocal: (x: Value) => op.reciprocal(op.add(op.exp(x), 1)),
};

const unary: Rule = (c, pool) => {
  const x = pool.pick(c)!, [name, f] = c.of(Object.entries(gentle));
  return { name, inputs: [x.place], run: ([v]) => f(v!) as Value, error: loose };
};

const binary: Rule = (c, pool) => {
  const a = pool.pick(c)!, b = pool.pick(c)!, name = c.of(["add", "sub", "mul", "hypot"] as const);
  const f = (x: Value, y: Value): Value =>
    name === "hypot" ? op.hypot(op.add(op.square(x), 1), y) as Value : op[name](x, y) as Value;
  return { name, inputs: [a.place, b.place], run: ([x, y]) => f(x!, y!), error: loose };
};

const reduced: Rule = (c, pool) => {
  const x = pool.pick(c)!, { shape } = x.value, axis = c.some(shape.map((_, a) => a));
  const name = c.of(["mean", "sum", "logSumExp", "variance"] as const), keepDims = c.below(2) === 0;
  const f = (v: Value): Value => (op[name] as unknown as (v: Value, o: object) => Value)(v, { axis, keepDims });
  return { name: `${name} [${axis}] ${keepDims}`, inputs: [x.place], run: ([v]) => f(v!), error: loose };
};

const running: Rule = (c, pool) => {
  const x = pool.pick(c, (e) => e.value.shape.length > 0), name = c.of(["cumSum", "logCumSumExp"] as const);
  if (x === null) return null;
  const options = { axis: c.below(x.value.shape.length), reverse: c.below(2) === 1 };
  const run = ([v]: readonly Value[]): Value => op[name](v!, options) as Value;
  return { name: `${name} ${JSON.stringify(options)}`, inputs: [x.place], run, error: loose };
};

const placed: Rule = (c, pool) => {
  const x = pool.pick(c, (e) => e.value.shape.length > 0 && e.value.size > 0);
  if (x === null) return null;
  const axis = c.below(x.value.shape.length), n = x.value.shape[axis]!;
  const places = Array.from({ length: c.between(1, 5) }, () => c.below(n));
  const take = (v: Value): Value => op.take(v, places, { axis }) as Value;
  if (c.below(2) === 0) {
    return { name: `take [${places}] ${axis}`, inputs: [x.place], run: ([v]) => take(v!), error: loose };
  }
  const name = c.of(["addAt", "setAt"] as const), index = [...new Array<":">(axis).fill(":"), places];
  const run = ([v]: readonly Value[]): Value => op[name](v!, index, op.cast(op.sin(fit(v!, [], v!.dtype)), v!.dtype));
  return { name: `${name} [${places}] ${axis}`, inputs: [x.place], run, error: loose };
};

const windowed: Rule = (c, pool) => {
  const x = pool.pick(c, (e) => e.value.shape.length > 0);
  if (x === null) return null;
  const each = (low: number, high: number): number[] => x.value.shape.map(() => c.between(low, high));
  const options = {
    op: "sum" as const,
    window: each(1, 3),
    strides: each(1, 2),
    padding: c.of(["same", "valid"] as const),
  };
  const run = ([v]: readonly Value[]): Value => op.reduceWindow(v!, options);
  return { name: `reduceWindow ${JSON.stringify(options)}`, inputs: [x.place], run, error: loose };
};

const scanned: Rule = (c, pool) => {
  const xs = pool.pick(c, (e) => e.value.shape.length > 0 && e.value.shape[0]! <= 8), w = pool.pick(c)!;
  if (xs === null) return null;
  const reverse = c.below(2) === 1, whole = c.below(2) === 1;
  return {
    name: `scan ${reverse ? "reverse" : ""} ${whole ? "outputs" : "carry"}`,
    inputs: [xs.place, w.place],
    run: ([x, weight]) => {
      const slice = x!.shape.slice(1), factor = fit(weight!, slice, x!.dtype);
      const step = (carry: Value, part: Value): readonly [Value, Value] => {
        const next = op.tanh(op.add(op.mul(carry, factor), part)) as Value;
        return [next, op.mul(next, part)];
      };
      const init = op.sin(factor) as Value;
      const [carry, ys] = op.scan(step as never, init, x!, { reverse }) as unknown as readonly [Value, Value];
      return whole ? ys : carry;
    },
    error: loose,
  };
};

const branched: Rule = (c, pool) => {
  const x = pool.pick(c)!, y = pool.pick(c)!, low = c.below(2) === 0;
  return {
    name: `cond ${low}`,
    inputs: [x.place, y.place],
    run: ([a, b]) => {
      const test = op.less(op.full([], low ? 0 : 1), 0.5), other = fit(b!, a!.shape, a!.dtype);
      return op.cond(
        test,
        (v: Value, w: Value) => op.mul(v, op.sin(w) as Value),
        (v: Value) => op.tanh(v) as Value,
        a!,
        other,
      );
    },
    error: loose,
  };
};

const called: Rule = (c, pool) => {
  const x = pool.pick(c, (e) => e.value.shape.length > 0), how = c.of(["checkpoint", "jit", "vmap"] as const);
  const [name, f] = c.of(Object.entries(gentle));
  const g = (v: Value): Value => op.mul(f(v) as Value, op.sum(v) as Value);
  if (x === null) return null;
  return {
    name: `${how} ${name}`,
    inputs: [x.place],
    run: ([v]) => (op[how] as (f: unknown) => (x: Value) => Value)(g)(v!),
    error: loose,
  };
};

/** Families of smooth rules. */
export const smoothFamilies: readonly (readonly Rule[])[] = [
  [unary],
  [binary],
  movementRules,
  [reduced, running, windowed],
  [binary],
  contractionRules,
  [unary],
  [placed, scanned, branched, called],
];
