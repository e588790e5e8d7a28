/** Random steps that move elements. */
import * as op from "../../../mod.ts";
import type { Shape, Value } from "../../../mod.ts";
import { blurred, bound, type Cell, type Draft, volume } from "./cell.ts";
import type { Choices } from "./choices.ts";
import type { Entry, Pool } from "./pool.ts";

/** A step whose bounds move as its elements do. */
export const moving = (name: string, xs: readonly Entry[], run: (xs: readonly Value[]) => Value): Draft => ({
  name,
  inputs: xs.map((x) => x.place),
  run,
  error: (cells) => blurred(cells) ? run(cells.map(bound)) : null,
});

/** A shape of `n` elements. */
function factored(c: Choices, n: number): Shape {
  const shape: number[] = [];
  let left = n;
  while (left > 1 && shape.length < 3) {
    const divisors = Array.from({ length: left }, (_, i) => i + 1).filter((d) => left % d === 0);
    const d = c.of(divisors);
    shape.push(d);
    left /= d;
  }
  return [...shape, left];
}

type Move = (c: Choices, shape: Shape, x: Entry) => readonly [string, (x: Value) => Value] | null;

const reshaped: Move = (c, shape) => {
  const n = volume(shape), to = n === 0 ? [0, 3] : factored(c, n);
  return [`reshape [${to}]`, (x) => op.reshape(x, to)];
};
const transposed: Move = (c, shape) => {
  const order = c.shuffled(shape.map((_, a) => a));
  return [`transpose [${order}]`, (x) => op.transpose(x, order)];
};
const sliced: Move = (c, shape) => {
  const steps = shape.map(() => c.of([1, 1, 2, -1, 3, -2]));
  const ends = shape.map((d, a) => {
    const from = c.between(0, d), to = c.between(from, d);
    return steps[a]! > 0 ? [from, to] : [Math.max(0, to - 1), from === 0 ? null : from - 1];
  });
  const [starts, stops] = [ends.map((e) => e[0]!), ends.map((e) => e[1]!)];
  return [`slice [${starts}] [${stops}] [${steps}]`, (x) => op.slice(x, starts, stops, steps)];
};
const padded: Move = (c, shape, { value }) => {
  const widths = shape.map((): readonly [number, number] => [c.below(3), c.below(3)]);
  const constant = value.dtype === "bool" || c.below(2) === 0 ? {} : { value: 3 };
  const options = c.below(2) === 0 ? constant : { mode: c.of(["edge", "reflect", "symmetric", "wrap"] as const) };
  return [
    `pad ${JSON.stringify([widths, options])}`,
    (x) => op.pad(x, widths, x.dtype === "f64" && "value" in options && value.dtype !== "f64" ? {} : options),
  ];
};
const reversed: Move = (c, shape) => {
  const axis = c.some(shape.map((_, a) => a));
  return [`reverse [${axis}]`, (x) => op.reverse(x, { axis })];
};
const broadcast: Move = (c, shape) => {
  const to = [
    ...Array.from({ length: c.below(2) }, () => c.of([2, 5, 1])),
    ...shape.map((d) => d === 1 ? c.of([3, 8, 1]) : d),
  ];
  return [`broadcastTo [${to}]`, (x) => op.broadcastTo(x, to)];
};
const tiled: Move = (c, shape) => {
  const times = shape.map(() => c.between(1, 2));
  return [`tile [${times}]`, (x) => op.tile(x, times)];
};
const repeated: Move = (c, shape) => {
  const axis = c.below(shape.length), n = c.between(0, 3);
  return shape.length === 0 ? null : [`repeat ${n} axis ${axis}`, (x) => op.repeat(x, n, { axis })];
};
const rolled: Move = (c, shape) => {
  const axis = c.below(shape.length), n = c.between(-3, 3);
  return shape.length === 0 ? null : [`roll ${n} axis ${axis}`, (x) => op.roll(x, n, { axis })];
};
const expanded: Move = (c, shape) => {
  const axis = c.between(0, shape.length);
  return [`expandDims ${axis}`, (x) => op.expandDims(x, axis)];
};
const triangle: Move = (c) => {
  const offset = c.between(-2, 2);
  return c.below(2) === 0
    ? [`tril ${offset}`, (x) => op.tril(x, { offset })]
    : [`triu ${offset}`, (x) => op.triu(x, { offset })];
};
const diagonal: Move = (c) => {
  const offset = c.between(-1, 1);
  return [`diagonal ${offset}`, (x) => op.diagonal(x, { offset })];
};
const diag: Move = (c, shape) => {
  const offset = c.between(-1, 1);
  return shape.length > 2 || volume(shape) > 33 ? null : [`diag ${offset}`, (x) => op.diag(x, { offset })];
};

const moves = [
  reshaped,
  transposed,
  sliced,
  padded,
  reversed,
  broadcast,
  tiled,
  repeated,
  rolled,
  expanded,
  triangle,
  diagonal,
  diag,
];

function moved(c: Choices, pool: Pool): Draft | null {
  const x = pool.pick(c), move = c.of(moves);
  const made = x === null ? null : move(c, x.value.shape, x);
  return made === null ? null : moving(made[0], [x!], ([v]) => made[1](v!));
}

function joined(c: Choices, pool: Pool): Draft | null {
  const x = pool.pick(c);
  if (x === null) return null;
  const { shape } = x.value, axis = c.below(shape.length);
  const along = (e: Cell, free: number): boolean =>
    e.value.dtype === x.value.dtype && e.value.shape.length === shape.length &&
    e.value.shape.every((d, a) => a === free || d === shape[a]);
  if (shape.length === 0 || c.oneIn(3)) {
    const y = pool.pick(c, (e) => along(e, -1))!, at = c.between(0, shape.length);
    return moving(`stack axis ${at}`, [x, y], (xs) => op.stack(xs, { axis: at }) as Value);
  }
  const others = Array.from({ length: c.between(1, 2) }, () => pool.pick(c, (e) => along(e, axis))!);
  return moving(`concat axis ${axis}`, [x, ...others], (xs) => op.concat(xs, { axis }) as unknown as Value);
}

/** Movement rules. */
export const movementRules = [moved, moved, moved, joined];
