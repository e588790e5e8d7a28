/** A block of fixed size whose place is computed: read, and written over. Blocks are moved to lie within. */
import { apply, elements, type Expr, index, inRange, int, load, minus, plus, select } from "../compiler/kernel.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { type Shape, show, stridesOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import { add, maximum, minimum } from "./arithmetic.ts";
import { full, iota, zerosLike } from "./create.ts";
import { gather, type Places, scatterSet } from "./gather.ts";
import { broadcast, broadcastInFront, reshape } from "./reshape.ts";
import { concat, copyBox, offsetOf } from "./slice.ts";

function check(op: string, x: Spec, sizes: Shape, starts: readonly Spec[]): void {
  if (sizes.length !== x.shape.length || sizes.some((n, a) => n < 0 || n > x.shape[a]!)) {
    throw new ShapeError(`${op}: a block of ${show(sizes)} does not fit in ${show(x.shape)}`);
  }
  if (starts.length !== sizes.length || starts.some((s) => s.shape.length > 0 || s.dtype !== "i32")) {
    throw starts.some((s) => s.dtype !== "i32")
      ? new DTypeError(`${op}: starts are i32, not ${starts.map((s) => s.dtype)}; cast them`)
      : new ShapeError(
        `${op}: needs ${sizes.length} scalar starts, one an axis, not [${starts.map((s) => show(s.shape))}]`,
      );
  }
}

/** The starts moved so that the block lies within. */
const held = (x: Spec, sizes: Shape, starts: readonly NdArray[]): number[] =>
  starts.map((s, a) => Math.min(Math.max(s.data[0]!, 0), x.shape[a]! - sizes[a]!));

const heldExprs = (x: Spec, sizes: Shape, firstStart: number): Expr[] =>
  sizes.map((n, a) => {
    const s = apply("maximum", Math.max, [load(firstStart + a, [], "i32"), int(0)], "i32");
    return apply("minimum", Math.min, [s, int(x.shape[a]! - n)], "i32");
  });

/** For every element of the block its index in `x`, `[…sizes, rank]`, with the starts' mapped axis, if any, in front. */
function blockIndices(
  x: Shape,
  sizes: Shape,
  starts: readonly Value[],
  mapped: readonly boolean[],
  size: number,
): Value {
  const lead = [size, ...sizes];
  return concat(
    starts.map((s, a) => {
      const all = mapped[a] ? s : broadcastInFront(s, size);
      const within = minimum(maximum(all, zerosLike(all)), full(all.shape, x[a]! - sizes[a]!, "i32"));
      return reshape(add(broadcast(within, lead, [0]), iota(lead, a + 1)), [...lead, 1]);
    }),
    lead.length,
  );
}

/** Every axis but the mapped one indexed, and no element twice. */
const everywhere = (rank: number, batch: number): Places => ({
  axes: Array.from({ length: rank }, (_, a) => a + batch),
  batch,
  mode: "clamp",
  unique: true,
});

/** The block of `x` at starts, each of which is an input. */
export const dynamicSliceP: Primitive<{ readonly sizes: Shape }> = {
  name: "dynamicSlice",
  infer: ([x, ...starts], { sizes }) => {
    check("dynamicSlice", x!, sizes, starts);
    return [{ shape: sizes, dtype: x!.dtype }];
  },
  reference: ([x, ...starts], { sizes }) => {
    const y = emptyArray(sizes, x!.dtype), from = stridesOf(x!.shape);
    const offset = offsetOf(held(x!, sizes, starts), from);
    copyBox(y.data, { offset: 0, steps: stridesOf(sizes) }, x!.data, { offset, steps: from }, sizes);
    return [y];
  },
  jvp: ([x, ...starts], [dx], { sizes }) => [
    [dynamicSlice(x!, starts, sizes)],
    [dx ? dynamicSlice(dx, starts, sizes) : null],
  ],
  transpose: ([ct], [x, ...starts]) => [dynamicUpdateSlice(zerosLike(x!), ct!, starts), ...starts.map(() => null)],
  batch: ([x, ...starts], [mx, ...ms], { sizes }, { size }) => {
    if (!ms.includes(true)) {
      return { outputs: [dynamicSlice(x!, [full([], 0, "i32"), ...starts], [size, ...sizes])], mapped: [true] };
    }
    const inner = mx ? x!.shape.slice(1) : x!.shape;
    const at = blockIndices(inner, sizes, starts, ms, size);
    return { outputs: [gather(x!, at, everywhere(sizes.length, mx ? 1 : 0))], mapped: [true] };
  },
  lower: ([x], { sizes }) =>
    elements(sizes, load(0, heldExprs(x!, sizes, 1).map((s, a) => plus(s, index(a))), x!.dtype)),
};

/** `x` with a block of it replaced; inputs are `x`, the block, and the starts. */
export const dynamicUpdateSliceP: Primitive<undefined> = {
  name: "dynamicUpdateSlice",
  infer: ([x, update, ...starts]) => {
    check("dynamicUpdateSlice", x!, update!.shape, starts);
    if (x!.dtype !== update!.dtype) {
      throw new DTypeError(`dynamicUpdateSlice: dtypes ${x!.dtype} and ${update!.dtype} differ; cast one of them`);
    }
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  reference: ([x, update, ...starts]) => {
    const y = { shape: x!.shape, dtype: x!.dtype, data: x!.data.slice() },
      to = stridesOf(x!.shape),
      sizes = update!.shape;
    const offset = offsetOf(held(x!, sizes, starts), to);
    copyBox(y.data, { offset, steps: to }, update!.data, { offset: 0, steps: stridesOf(sizes) }, sizes);
    return [y];
  },
  jvp: ([x, update, ...starts], [dx, du]) => [
    [dynamicUpdateSlice(x!, update!, starts)],
    [dx || du ? dynamicUpdateSlice(dx ?? zerosLike(x!), du ?? zerosLike(update!), starts) : null],
  ],
  transpose: ([ct], [, update, ...starts], [lx, lu]) => [
    lx ? dynamicUpdateSlice(ct!, zerosLike(update!), starts) : null,
    lu ? dynamicSlice(ct!, starts, update!.shape) : null,
    ...starts.map(() => null),
  ],
  batch: ([x, update, ...starts], [mx, mu, ...ms], _, { size }) => {
    const xs = mx ? x! : broadcastInFront(x!, size), us = mu ? update! : broadcastInFront(update!, size);
    if (!ms.includes(true)) {
      return { outputs: [dynamicUpdateSlice(xs, us, [full([], 0, "i32"), ...starts])], mapped: [true] };
    }
    const at = blockIndices(xs.shape.slice(1), us.shape.slice(1), starts, ms, size);
    return { outputs: [scatterSet(xs, at, us, everywhere(us.shape.length - 1, 1))], mapped: [true] };
  },
  lower: ([x, update]) => {
    const at = heldExprs(x!, update!.shape, 2).map((s, a) => minus(index(a), s));
    const there = load(0, at.map((_, a) => index(a)), x!.dtype);
    return elements(x!.shape, select(inRange(at, update!.shape), load(1, at, x!.dtype), there));
  },
};

/** The block of `sizes` that starts at `starts` (i32 scalars, moved so that the block lies within). */
export const dynamicSlice = (x: Value, starts: readonly Value[], sizes: Shape): Value =>
  starts.length === 0 ? x : bind1(dynamicSliceP, [x, ...starts], { sizes });

/** `x` with the block that starts at `starts` (i32 scalars, moved so that the block lies within) replaced by `update`. */
export const dynamicUpdateSlice = (x: Value, update: Value, starts: readonly Value[]): Value =>
  starts.length === 0 ? update : bind1(dynamicUpdateSliceP, [x, update, ...starts], undefined);
