/** Random elementwise steps. */
import * as op from "../../../mod.ts";
import type { DType, Value } from "../../../mod.ts";
import { blurred, bound, type Cell, type Draft, rounded, size } from "./cell.ts";
import type { Choices } from "./choices.ts";
import { type Entry, floats, integers, numbers, type Pool, typed } from "./pool.ts";

type Unary = (x: Value) => Value;
type Binary = (a: Value, b: Value | number) => Value;
const table = <F>(fs: Readonly<Record<string, unknown>>): readonly (readonly [string, F])[] =>
  Object.entries(fs) as unknown as readonly (readonly [string, F])[];

const { neg, abs, sign, square, relu, floor, ceil, round, trunc, sqrt, reciprocal, isNaN, isInf, nanToNum } = op;
const exactFloat = table<Unary>({
  neg,
  abs,
  sign,
  square,
  relu,
  floor,
  ceil,
  round,
  trunc,
  sqrt,
  reciprocal,
  isNaN,
  isInf,
  nanToNum,
  isFinite: op.isFinite,
});
const exactInteger = table<Unary>({ neg, abs, sign, square, relu, bitNot: op.bitNot });

/** Functions with their largest slope, where inexact arguments are taken. */
const smooth: readonly (readonly [string, Unary, number | null])[] = [
  ["sin", op.sin, 1],
  ["cos", op.cos, 1],
  ["tanh", op.tanh, 1],
  ["sigmoid", op.sigmoid, 1],
  ["erf", op.erf, 1.13],
  ["softplus", op.softplus, 1],
  ["logSigmoid", op.logSigmoid, 1],
  ["atan", op.atan, 1],
  ["asinh", op.asinh, 1],
  ["exp", op.exp, null],
  ["log", op.log, null],
  ["exp2", op.exp2, null],
  ["expm1", op.expm1, null],
  ["log1p", op.log1p, null],
  ["log2", op.log2, null],
  ["tan", op.tan, null],
  ["sinh", op.sinh, null],
  ["cosh", op.cosh, null],
  ["asin", op.asin, null],
  ["acos", op.acos, null],
  ["acosh", op.acosh, null],
  ["atanh", op.atanh, null],
  ["cbrt", op.cbrt, null],
  ["rsqrt", op.rsqrt, null],
  ["erfc", op.erfc, null],
];
/** Units in the last place by which two libraries' elementary functions may differ. */
const slack = 8;

function exactUnary(c: Choices, pool: Pool): Draft | null {
  const x = pool.exact(c);
  if (x === null) return null;
  if (x.value.dtype === "bool") return { name: "not", inputs: [x.place], run: ([v]) => op.not(v as never) as Value };
  const [name, f] = c.of(floats(x.value) ? exactFloat : exactInteger);
  return { name, inputs: [x.place], run: ([v]) => f(v!) };
}

/** A bound that the operation hands on as it is. */
const handedOn = ([x]: readonly Cell[]): Value | null => x!.error;

function smoothUnary(c: Choices, pool: Pool): Draft | null {
  const x = pool.pick(c, (e) => floats(e.value));
  if (x === null) return null;
  if (x.error !== null && c.below(2) === 0) {
    const [name, f] = c.of(table<Unary>({ neg, abs, relu }));
    return { name, inputs: [x.place], run: ([v]) => f(v!), error: handedOn };
  }
  const [name, f, slope] = c.of(x.error === null ? smooth : smooth.filter((s) => s[2] !== null));
  return {
    name,
    inputs: [x.place],
    run: ([v]) => f(v!),
    error: ([e], y) => op.add(rounded(y, slack), op.mul(bound(e!), slope ?? 0)),
  };
}

/** Two operands that broadcast; the second may be a number. */
function operands(
  c: Choices,
  pool: Pool,
  serves: (x: Value) => boolean,
  exact: boolean,
): [Entry, Entry | number] | null {
  const fits = (e: Cell): boolean => serves(e.value) && (!exact || e.error === null);
  const a = pool.pick(c, fits);
  if (a === null) return null;
  const b = c.oneIn(5) ? null : pool.pick(c, (e) => fits(e) && broadcasts(a.value.shape, e.value.shape));
  return [a, b ?? c.of(floats(a.value) ? [2, 0.5, -1.5, 0, 1, -0] : integers(a.value) ? [2, 1, 3, 0, 7] : [1, 0])];
}

const broadcasts = (a: readonly number[], b: readonly number[]): boolean =>
  Array.from({ length: Math.min(a.length, b.length) }, (_, i) => [a.at(-1 - i)!, b.at(-1 - i)!] as const)
    .every(([m, n]) => m === n || m === 1 || n === 1);

function applied(c: Choices, name: string, f: Binary, [a, b]: [Entry, Entry | number], error?: Draft["error"]): Draft {
  const swap = c.below(2) === 1, rule = error === undefined ? {} : { error };
  if (typeof b === "number") {
    const text = `${name}(${swap ? `${b}, ·` : `·, ${b}`})`;
    const run = ([x]: readonly Value[]): Value => swap ? f(b as never, x!) : f(x!, b);
    return { name: text, inputs: [a.place], run, ...rule };
  }
  const [l, r] = swap ? [b, a] : [a, b];
  return { name, inputs: [l.place, r.place], run: ([x, y]) => f(x!, y!), ...rule };
}

const { maximum, minimum, floorDiv, mod, div, less, lessEqual, greater, greaterEqual, equal, notEqual } = op;
const compare = { less, lessEqual, greater, greaterEqual, equal, notEqual };
const { add, sub, mul } = op;
const floatBinary = table<Binary>({ add, sub, mul, div, maximum, minimum, floorDiv, mod, ...compare });
const { bitAnd, bitOr, bitXor, shiftLeft, shiftRight, shiftRightLogical, pow } = op;
const integerBinary = table<Binary>({
  add,
  sub,
  mul,
  maximum,
  minimum,
  floorDiv,
  mod,
  div,
  bitAnd,
  bitOr,
  bitXor,
  shiftLeft,
  shiftRight,
  shiftRightLogical,
  pow,
  ...compare,
});
const boolBinary = table<Binary>({ and: op.and, or: op.or, xor: op.xor, equal, notEqual });

function exactBinary(c: Choices, pool: Pool): Draft | null {
  const found = operands(c, pool, () => true, true);
  if (found === null) return null;
  const kinds = found.flatMap((e) => typeof e === "number" ? [] : [e.value]);
  const ops = kinds.some(floats) ? floatBinary : kinds.some(integers) ? integerBinary : boolBinary;
  const [name, f] = c.of(ops);
  return applied(c, name, f, found);
}

/** Magnitudes and bounds of both operands of a step, a number's included. */
const parts = (cells: readonly Cell[], number: Entry | number): [Value, Value, Value, Value] => {
  const [a, b] = cells as [Cell, Cell | undefined];
  return [
    size(a.value),
    bound(a),
    b === undefined ? op.full([], Math.abs(number as number), { dtype: "f64" }) : size(b.value),
    b === undefined ? op.zeros([], { dtype: "f64" }) : bound(b),
  ];
};

function floatBinaryWithBounds(c: Choices, pool: Pool): Draft | null {
  const found = operands(c, pool, floats, false);
  if (found === null) return null;
  const [, b] = found,
    whenBlurred = (rule: NonNullable<Draft["error"]>): Draft["error"] => (cells, y) =>
      blurred(cells) ? rule(cells, y) : null;
  const sums = whenBlurred((cells, y) => {
    const [, ea, , eb] = parts(cells, b);
    return add(rounded(y, 2), add(ea, eb));
  });
  const products = whenBlurred((cells, y) => {
    const [x, ea, z, eb] = parts(cells, b);
    return add(rounded(y, 2), add(mul(add(x, ea), eb), mul(z, ea)));
  });
  const extremes = whenBlurred((cells) => {
    const [, ea, , eb] = parts(cells, b);
    return maximum(ea, eb);
  });
  const far = (_: readonly Cell[], y: Value): Value => rounded(y, slack);
  const ops: readonly (readonly [string, Binary, Draft["error"]])[] = [
    ["add", add, sums],
    ["sub", sub, sums],
    ["mul", mul, products],
    ["maximum", maximum, extremes],
    ["minimum", minimum, extremes],
  ];
  const exact = found.every((e) => typeof e === "number" || e.error === null);
  const inexact: readonly (readonly [string, Binary, Draft["error"]])[] = [
    ["pow", pow, far],
    ["atan2", op.atan2 as unknown as Binary, far],
    ["hypot", op.hypot as unknown as Binary, far],
  ];
  const [name, f, error] = c.of(exact ? [...ops, ...inexact] : ops);
  return applied(c, name, f, found, error);
}

function chosen(c: Choices, pool: Pool): Draft | null {
  const test = pool.exact(c, typed("bool")), found = operands(c, pool, () => true, c.below(2) === 0);
  if (test === null || found === null) return null;
  const [a, b] = found, place = typeof b === "number" ? [] : [b.place];
  return {
    name: typeof b === "number" ? `where(·, ·, ${b})` : "where",
    inputs: [test.place, a.place, ...place],
    run: ([t, x, y]) => op.where(t as never, x!, y ?? (b as number)) as Value,
    error: ([t, x, y], result) => {
      if (!blurred([x!, ...y === undefined ? [] : [y]])) return null;
      const e = op.where(t!.value as never, bound(x!), y === undefined ? 0 : bound(y)) as Value;
      return add(e, rounded(result, 2));
    },
  };
}

function converted(c: Choices, pool: Pool): Draft | null {
  const x = pool.pick(c), to = c.of<DType>(["f32", "i32", "f64", "u32", "u8", "bool"]);
  if (x === null) return null;
  const keeps = to === "f64" || to === "f32";
  if (x.error !== null && !keeps) return null;
  const error = (cells: readonly Cell[], y: Value): Value | null =>
    blurred(cells) ? add(bound(cells[0]!), rounded(y, 2)) : null;
  return { name: `cast ${to}`, inputs: [x.place], run: ([v]) => op.cast(v!, to), error };
}

function clamped(c: Choices, pool: Pool): Draft | null {
  const x = pool.exact(c, numbers);
  if (x === null) return null;
  const bounds = c.of([{ min: 0 }, { max: 1 }, { min: 1, max: 3 }]);
  return { name: `clamp ${JSON.stringify(bounds)}`, inputs: [x.place], run: ([v]) => op.clamp(v!, bounds) };
}

/** Elementwise rules. */
export const elementwiseRules = [
  exactBinary,
  exactUnary,
  smoothUnary,
  floatBinaryWithBounds,
  exactBinary,
  chosen,
  converted,
  floatBinaryWithBounds,
  clamped,
];
