/** Batching against loops. */
import { alloc, isFloat } from "../../core/dtype.ts";
import { broadcastInFront } from "../../core/primitives/reshape.ts";
import { sizeOf } from "../../core/shape.ts";
import { Concrete, type NdArray, type Value } from "../../core/tensor.ts";
import { vjpFlat } from "../../core/transforms/linearize.ts";
import { batchFlat } from "../../core/transforms/vmap.ts";
import {
  type Checked,
  chosen,
  cotangent,
  direction,
  floatPart,
  gradientMap,
  roundings,
  subsets,
  tangentMap,
} from "./checked.ts";
import {
  arrayIn,
  assertAllNear,
  assertAllSame,
  elementsOf,
  type Flat,
  materialized,
  norm,
  roundoff64,
  specOf,
} from "./compare.ts";
import { make } from "./values.ts";
import { assertEquals } from "@std/assert";

/** What a stack of examples is made of. */
type Examples = readonly Value[];

/** Every law of batching. */
export function batchLaws<P>(c: Checked<P>): void {
  unmappedLaw(c);
  const masks = subsets(c.inputs.length);
  for (const mask of masks) {
    for (const size of [3, 1, 0]) {
      const examples = c.inputs.map((x, i) => series(x, mask[i]!, size, c.smooth));
      if (size === 0) emptyLaw(c, mask);
      else {stackLaw(
          c.f,
          examples,
          mask,
          size,
          `vmap over inputs ${text(mask)}, size ${size}`,
          c.exact ? null : bound(c),
        );}
    }
    nestedLaw(c, mask, mask.map((m) => !m));
  }
  if (masks.length > 0) nestedLaw(c, masks.at(-1)!.map(() => true), masks.at(-1)!.map(() => true));
  if (c.active.includes(true)) derivativesLaw(c);
  if (c.prim.sumOver !== undefined) sumLaw(c);
}

const text = (mask: readonly boolean[]): string => `[${mask.flatMap((m, i) => m ? [i] : [])}]`;
const bound = <P>(c: Checked<P>): number => c.scale * roundings(c.inputs) * roundoff64;

/**
 * Another example like `x`: a smooth function's floats shrunk by a common factor, which keeps signs, order, symmetry and
 * definiteness; everything else with its elements moved on, which keeps the values.
 */
function variant(x: Value, b: number, smooth: boolean): Value {
  const at = elementsOf(x), n = at.length;
  if (smooth && isFloat(x.dtype)) return make(x.shape, x.dtype, (i) => at[i]! * (1 - b / 16));
  return make(x.shape, x.dtype, (i) => at[(i + b) % n]!);
}

/** `size` examples of an input that is mapped, always the same of one that is not. */
const series = (x: Value, mapped: boolean, size: number, smooth: boolean): Examples =>
  Array.from({ length: size }, (_, b) => mapped ? variant(x, b, smooth) : x);

/** Examples one behind the other, along a new axis in front. */
export function stacked(examples: Examples, like: Value): Value {
  const data = alloc(like.dtype, examples.length * sizeOf(like.shape));
  examples.forEach((x, b) => data.set(elementsOf(x), b * sizeOf(like.shape)));
  return new Concrete([examples.length, ...like.shape], like.dtype, data);
}

/** One example of a stack. */
function example(x: Value, b: number): Value {
  const { shape, dtype, data }: NdArray = arrayIn(x), n = sizeOf(shape.slice(1));
  return new Concrete([...shape.slice(1)], dtype, data.slice(b * n, (b + 1) * n));
}

/** The stacked inputs where mapped, the one value elsewhere. */
const given = (examples: readonly Examples[], mask: readonly boolean[], like: readonly Value[]): Value[] =>
  like.map((x, i) => mask[i] ? stacked(examples[i]!, x) : x);

/** Outputs that carry the axis as they are, the others repeated along it. */
const carried = ([ys, mapped]: readonly [Value[], boolean[]], size: number): Value[] =>
  ys.map((y, i) => mapped[i] ? y : broadcastInFront(y, size));

/** Bit for bit where `tolerance` is null, else relative to the largest element. */
function assertAll(actual: readonly Value[], expected: readonly Value[], what: string, tolerance: number | null): void {
  if (tolerance === null) assertAllSame(actual, expected, what);
  else assertAllNear(actual, expected, tolerance, what);
}

/** With nothing mapped, a batching rule says so. */
function unmappedLaw<P>({ prim, params, inputs, f }: Checked<P>): void {
  if (inputs.length > 0) return;
  const { outputs, mapped } = prim.batch([], [], params, { size: 3, name: undefined });
  assertAllSame(carried([[...outputs], [...mapped]], 3).map((y) => example(y, 2)), f([]), "batch of nothing");
}

/** A batch of no examples has the shape of one. */
function emptyLaw<P>({ f, inputs }: Checked<P>, mask: readonly boolean[]): void {
  const none = given(inputs.map(() => []), mask, inputs);
  const ys = carried(batchFlat(f, none, mask, { size: 0, name: undefined }), 0);
  const expected = f(inputs).map(({ shape, dtype }) => specOf({ shape: [0, ...shape], dtype }));
  assertEquals(ys.map(specOf), expected, `vmap over inputs ${text(mask)}, size 0`);
  ys.forEach((y) => assertEquals(elementsOf(y).length, 0));
}

/** One batched run is the stack of single runs. */
function stackLaw(
  f: Flat,
  examples: readonly Examples[],
  mask: readonly boolean[],
  size: number,
  what: string,
  tolerance: number | null,
): void {
  const like = examples.map((e) => e[0]!);
  const [ys, mapped] = batchFlat(f, given(examples, mask, like), mask, { size, name: undefined });
  ys.forEach((y, i) => mapped[i] && assertEquals(y.shape[0], size, `${what}: axis of output ${i}`));
  const full = carried([ys, mapped], size);
  for (let b = 0; b < size; b++) {
    const single = f(examples.map((e) => e[b]!));
    assertAll(full.map((y) => example(y, b)), single, `${what}, example ${b}`, tolerance);
  }
}

/** A batched run inside a batched run is the stack of stacks. */
function nestedLaw<P>(c: Checked<P>, innerMask: readonly boolean[], outerMask: readonly boolean[]): void {
  if (!innerMask.includes(true) || !outerMask.includes(true)) return;
  const outer = 2, inside = 3, { f, inputs, smooth } = c;
  const at = (i: number, a: number, b: number): Value =>
    variant(inputs[i]!, (outerMask[i] ? 3 * a : 0) + (innerMask[i] ? b : 0), smooth);
  const xs = inputs.map((x, i) => {
    const rows = Array.from({ length: outer }, (_, a) => {
      const row = Array.from({ length: inside }, (_, b) => at(i, a, b));
      return innerMask[i] ? stacked(row, x) : row[0]!;
    });
    return outerMask[i] ? stacked(rows, rows[0]!) : rows[0]!;
  });
  const within: Flat = (ins) => carried(batchFlat(f, ins, innerMask, { size: inside, name: undefined }), inside);
  const ys = carried(batchFlat(within, xs, outerMask, { size: outer, name: undefined }), outer);
  for (let a = 0; a < outer; a++) {
    for (let b = 0; b < inside; b++) {
      assertAll(
        ys.map((y) => example(example(y, a), b)),
        f(inputs.map((_, i) => at(i, a, b))),
        `vmap over inputs ${text(innerMask)} in vmap over inputs ${text(outerMask)}, example ${a}, ${b}`,
        c.exact ? null : bound(c),
      );
    }
  }
}

/**
 * Batches of derivatives, and derivatives of batches. Rules may take the terms of a sum in another order when batched, so
 * these agree within the roundings of the terms.
 */
function derivativesLaw<P>(c: Checked<P>): void {
  const xs = chosen(c.inputs, c.active), f = floatPart(c.f, c.inputs, c.active), n = xs.length, size = 3;
  const ts = xs.map((x, i) => direction(x, i)), cts = f(xs).map((y, i) => cotangent(y, 60 + i));
  const tolerance = 4 * bound(c);
  const many = (vs: readonly Value[], mask: readonly boolean[]) =>
    vs.map((v, i) => series(v, mask[i]!, size, c.smooth));
  for (const mask of subsets(n)) {
    const points = many(xs, mask), pushes = many(ts, mask);
    stackLaw(
      tangentMap(f, n),
      [...points, ...pushes],
      [...mask, ...mask],
      size,
      `vmap of jvp, ${text(mask)}`,
      tolerance,
    );
    if (cts.length === 0) continue;
    const all = cts.map(() => true), pulls = many(cts, all);
    const pull = gradientMap(f, n);
    stackLaw(pull, [...points, ...pulls], [...mask, ...all], size, `vmap of vjp, ${text(mask)}`, tolerance);
    stackLaw(
      pull,
      [...points, ...cts.map((v) => series(v, false, size, true))],
      [...mask, ...cts.map(() => false)],
      size,
      `vmap of vjp with one cotangent, ${text(mask)}`,
      tolerance,
    );
    const batched: Flat = (ins) => carried(batchFlat(f, ins, mask, { size, name: undefined }), size);
    const [, pullback] = vjpFlat(batched, given(points, mask, xs), xs.map(() => true));
    const stack = given(points, mask, xs);
    const actual = materialized(pullback(given(pulls, all, cts)), stack);
    const singles = Array.from({ length: size }, (_, b) => pull([...points, ...pulls].map((e) => e[b]!)));
    const expected = xs.map((x, i) => {
      const each = singles.map((s) => s[i]!);
      return mask[i] ? stacked(each, x) : summed(each);
    });
    const scale = Math.max(1, size * norm(singles.flat()) / Math.max(norm(expected), Number.MIN_VALUE));
    assertAllNear(actual, expected, tolerance * (Number.isFinite(scale) ? scale : 1), `vjp of vmap, ${text(mask)}`);
  }
}

function summed(xs: readonly Value[]): Value {
  return make(xs[0]!.shape, xs[0]!.dtype, (i) => xs.reduce((s, x) => s + elementsOf(x)[i]!, 0));
}

/** `sumOver` is the sum over the examples. */
function sumLaw<P>(c: Checked<P>): void {
  const size = 3;
  for (const mask of subsets(c.inputs.length)) {
    const examples = c.inputs.map((x, i) => series(x, mask[i]!, size, c.smooth));
    const actual = c.prim.sumOver!(given(examples, mask, c.inputs), mask, c.params);
    const singles = Array.from({ length: size }, (_, b) => c.f(examples.map((e) => e[b]!))[0]!), sum = summed(singles);
    assertEquals(specOf(actual), specOf(sum), `sumOver inputs ${text(mask)}: spec`);
    // Relative to the terms, which may cancel in the sum.
    const terms = Math.max(1, norm(singles) / Math.max(norm([sum]), Number.MIN_VALUE));
    assertAllNear([actual], [sum], 4 * bound(c) * terms, `sumOver inputs ${text(mask)}`);
  }
}
