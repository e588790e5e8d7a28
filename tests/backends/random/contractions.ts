/** Random products and convolutions. */
import * as op from "../../../mod.ts";
import type { Value } from "../../../mod.ts";
import { bound, type Cell, type Draft, elementsOf, least, rounded, size, unit } from "./cell.ts";
import type { Choices } from "./choices.ts";
import { type Entry, fit, floats, numbers, type Pool } from "./pool.ts";

type Product = (a: Value, b: Value) => Value;

/** The bound of sums of products of `terms` terms. */
const products = (f: Product, terms: number) => ([a, b]: readonly Cell[], y: Value): Value => {
  const x = size(a!.value), z = size(b!.value), ea = bound(a!), eb = bound(b!);
  const noise = op.add(op.add(f(x, eb), f(ea, z)), f(ea, eb));
  return op.add(
    op.add(noise, rounded(y, 4)),
    op.add(op.mul(f(x, z), (terms + 4) * unit(y.dtype)), terms * least(y.dtype)),
  );
};

const multiplied = (name: string, a: Entry, b: Entry, f: Product): Draft => ({
  name,
  inputs: [a.place, b.place],
  run: ([x, y]) => f(x!, y!),
  ...floats(a.value) || floats(b.value) ? { error: products(f, Math.max(a.value.size, b.value.size)) } : {},
});

function contracted(c: Choices, pool: Pool): Draft | null {
  const a = pool.pick(c, (e) => numbers(e.value));
  if (a === null) return null;
  const s = a.value.shape, b = pool.pick(c, (e) => numbers(e.value) && e.value.shape.some((d) => s.includes(d)));
  if (b === null) return null;
  const t = b.value.shape, taken = new Set<number>(), pairs: [number, number][] = [];
  s.forEach((d, i) => {
    const j = t.findIndex((e, k) => e === d && !taken.has(k));
    if (j >= 0 && (pairs.length === 0 || c.below(2) === 0)) {
      taken.add(j);
      pairs.push([i, j]);
    }
  });
  const isBatch = pairs.map(() => c.oneIn(3));
  const lists = (batch: boolean): [number[], number[]] => {
    const chosen = pairs.filter((_, i) => isBatch[i] === batch);
    return [chosen.map((p) => p[0]), chosen.map((p) => p[1])];
  };
  const options = { contract: lists(false), batch: lists(true) };
  return multiplied(`dotGeneral ${JSON.stringify(options)}`, a, b, (x, y) => op.dotGeneral(x, y, options) as Value);
}

/** A matrix product, its operands cut to fit each other. */
function matrices(c: Choices, pool: Pool): Draft | null {
  const a = pool.pick(c, (e) => numbers(e.value)), b = pool.pick(c, (e) => numbers(e.value));
  if (a === null || b === null) return null;
  const sizes = [1, 2, 3, 4, 5, 8, 16, 17], [m, k, n] = [c.of(sizes), c.of(sizes), c.of(sizes)];
  const lead = c.oneIn(3) ? [2] : [], shared = c.below(2) === 0, flip = c.below(2) === 0;
  const f: Product = (x, y) => {
    const left = fit(x, [...lead, m, k], x.dtype),
      right = fit(y, flip ? [n, k] : [...(shared ? [] : lead), k, n], y.dtype);
    return op.matmul(left, flip ? op.transpose(right) : right) as Value;
  };
  return multiplied(`matmul ${[...lead, m, k, n]}${flip ? " transposed" : ""}`, a, b, f);
}

function outer(c: Choices, pool: Pool): Draft | null {
  const small = (e: Cell): boolean => numbers(e.value) && e.value.size <= 40;
  const a = pool.pick(c, small), b = pool.pick(c, small);
  return a === null || b === null ? null : multiplied("outer", a, b, (x, y) => op.outer(x, y) as Value);
}

function convolved(c: Choices, pool: Pool): Draft | null {
  const a = pool.pick(c, (e) => floats(e.value)), b = pool.pick(c, (e) => floats(e.value));
  if (a === null || b === null) return null;
  const rank = c.between(1, 2),
    groups = c.oneIn(4) ? 2 : 1,
    channels = groups * c.between(1, 2),
    out = groups * c.of([1, 2, 4]);
  const spatial = Array.from({ length: rank }, () => c.of([5, 4, 8])), window = spatial.map(() => c.between(1, 3));
  const options = {
    strides: c.between(1, 2),
    padding: c.of(["same", "valid", 1] as const),
    groups,
    kernelDilation: c.oneIn(4) ? 2 : 1,
    inputDilation: c.oneIn(4) ? 2 : 1,
  };
  const f: Product = (x, y) => {
    const image = fit(x, [c.numbers.length % 2 + 1, ...spatial, channels], x.dtype);
    return op.convGeneral(image, fit(y, [...window, channels / groups, out], y.dtype), options) as Value;
  };
  // Whether an infinite weight meets the zeros of the padding differs.
  if ([a, b].some((e) => !Array.from(elementsOf(e.value)).every(Number.isFinite))) return null;
  return multiplied(`convGeneral ${JSON.stringify({ spatial, window, channels, out, ...options })}`, a, b, f);
}

/** Rules of products. */
export const contractionRules = [contracted, matrices, outer, convolved];
