/** Reductions over windows. */
import {
  both,
  constant,
  elements,
  type Expr,
  index,
  indices,
  inRange,
  int,
  load,
  minus,
  modulo,
  over,
  plus,
  ravel,
  reduction,
  same,
  select,
  times,
  unravel,
} from "../compiler/kernel.ts";
import { type DType, rangeOf } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { sameShape, type Shape, show, sizeOf, stridesOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import { eachWindow, reach, type Sliding, windowAddress, windowCounts } from "./convolution.ts";
import { zerosLike } from "./create.ts";
import { align, inferDType, numeric } from "./elementwise.ts";
import { pad } from "./slice.ts";

// Which element of each window is its largest or smallest.

/** Windows, and which extreme of them is meant. */
export type WindowArgParams = ReduceWindowParams & { readonly op: "max" | "min" };

/**
 * The place within its window, row-major, of the first extreme element, or of the first NaN. Padding takes part as the
 * end of the dtype's range.
 */
export const windowArgP: Primitive<WindowArgParams> = {
  name: "windowArg",
  infer: ([x], p) => {
    inferDType("windowArg", [x!], numeric);
    return [{ shape: windowShape("windowArg", x!, p), dtype: "i32" }];
  },
  reference: ([x], p) => [argReference(x!, p)],
  jvp: ([x], _, p) => [[windowArg(x!, p)], [null]],
  batch: ([x], _, p) => ({ outputs: [windowArg(x!, deeper(p))], mapped: [true] }),
  lower: ([x], p) => {
    const domain = windowShape("windowArg", x!, p), rank = domain.length;
    const element = unravel(index(rank), p.window);
    const { address, inside } = windowAddress(sliding(p), x!.shape, indices(rank), element);
    const body = select(inside, load(0, address, x!.dtype), constant(identity(p.op, x!.dtype), x!.dtype));
    return reduction(domain, [sizeOf(p.window)], p.op === "max" ? "argmax" : "argmin", body, "i32");
  },
};

function argReference(x: NdArray, p: WindowArgParams): NdArray {
  const y = emptyArray(windowShape("windowArg", x, p), "i32"), end = identity(p.op, x.dtype);
  const better = p.op === "max" ? (a: number, b: number) => a > b : (a: number, b: number) => a < b;
  eachPlace(x, p, y.shape, (place, from, seen, offsets, elements) => {
    // Where nothing is beyond the padding, all places are equal and the first is 0.
    let best = end, at = 0;
    for (let i = 0; i < seen && best === best; i++) {
      const v = x.data[from + offsets[i]!]!;
      if (v !== v || better(v, best)) {
        best = v;
        at = elements[i]!;
      }
    }
    y.data[place] = at;
  });
  return y;
}

/** The place within each window of its first extreme element. */
const windowArg = (x: Value, p: WindowArgParams): Value => bind1(windowArgP, [x], p);

// Sums and extremes over windows that slide along every axis.

/** The windows, one entry an axis of the input. Padding is what the reduction begins with: 0, −∞ or ∞. */
export interface WindowParams {
  readonly window: Shape;
  readonly strides: Shape;
  readonly padding: readonly (readonly [lo: number, hi: number])[];
  /** The distance between neighbouring elements of a window. */
  readonly dilation: Shape;
}

/** What is made of each window. */
export interface ReduceWindowParams extends WindowParams {
  readonly op: "max" | "min" | "sum";
}

/** The windows as what slides in general. */
const sliding = (p: WindowParams): Sliding => ({
  strides: p.strides,
  padding: p.padding,
  kernelDilation: p.dilation,
  inputDilation: p.dilation.map(() => 1),
});

/** How many windows there are along each axis. */
export const windowShape = (op: string, x: Spec, p: WindowParams): number[] =>
  windowCounts(op, "window", x.shape, p.window, sliding(p));

/** What an extreme of nothing is: the end of the dtype's range. */
export function identity(op: ReduceWindowParams["op"], dtype: DType): number {
  if (op === "sum") return 0;
  const [low, high] = rangeOf(dtype);
  return op === "max" ? low : high;
}

/**
 * Calls `visit` for every window and every index of the last axes that windows do not slide along, which are walked
 * through in one stretch: with the place of the result, and the elements' places in the input.
 */
function eachPlace(
  x: Spec,
  p: WindowParams,
  counts: Shape,
  visit: (place: number, from: number, seen: number, offsets: Int32Array, elements: Int32Array) => void,
): void {
  const plain = (a: number) =>
    p.window[a] === 1 && p.strides[a] === 1 && p.padding[a]![0] === 0 && p.padding[a]![1] === 0;
  let lead = x.shape.length;
  while (lead > 0 && plain(lead - 1)) lead--;
  const first = <A>(xs: readonly A[]) => xs.slice(0, lead), all = sliding(p), inner = sizeOf(x.shape.slice(lead));
  if (inner === 0) return;
  eachWindow(
    {
      input: first(x.shape),
      window: first(p.window),
      counts: first(counts),
      strides: first(all.strides),
      padding: first(all.padding),
      inputDilation: first(all.inputDilation),
      kernelDilation: first(all.kernelDilation),
    },
    first(stridesOf(x.shape)),
    (at, seen, offsets, elements) => {
      for (let i = 0; i < inner; i++) visit(at * inner + i, i, seen, offsets, elements);
    },
  );
}

const fold = { max: Math.max, min: Math.min, sum: (a: number, b: number) => a + b } as const;

/** The sum, or the largest or smallest element, of every window; NaN where one is. */
export const reduceWindowP: Primitive<ReduceWindowParams> = {
  name: "reduceWindow",
  infer: ([x], p) => {
    const dtype = inferDType("reduceWindow", [x!], numeric);
    return [{ shape: windowShape("reduceWindow", x!, p), dtype }];
  },
  reference: ([x], p) => [reduceReference(x!, p)],
  jvp: ([x], [dx], p) => {
    const y = reduceWindow(x!, p);
    if (p.op === "sum") return [[y], [reduceWindow(dx!, p)]];
    return [[y], [windowTake(dx!, windowArg(x!, { ...p, op: p.op }), p)]];
  },
  transpose: ([ct], [x], _, p) => [sumCotangent(ct!, x!, p)],
  batch: ([x], _, p) => ({ outputs: [reduceWindow(x!, deeper(p))], mapped: [true] }),
  lower: ([x], p) => {
    const domain = windowShape("reduceWindow", x!, p), rank = domain.length;
    const { address, inside } = windowAddress(sliding(p), x!.shape, indices(rank), indices(rank, rank));
    const body = select(inside, load(0, address, x!.dtype), constant(identity(p.op, x!.dtype), x!.dtype));
    return reduction(domain, p.window, p.op, body);
  },
};

function reduceReference(x: NdArray, p: ReduceWindowParams): NdArray {
  const y = emptyArray(windowShape("reduceWindow", x, p), x.dtype), start = identity(p.op, x.dtype), f = fold[p.op];
  eachPlace(x, p, y.shape, (place, from, seen, offsets) => {
    let acc = start;
    for (let i = 0; i < seen; i++) acc = f(acc, x.data[from + offsets[i]!]!);
    y.data[place] = acc;
  });
  return y;
}

/** Every element's share: windows over the cotangents, spread by the strides, with room for all windows it lies in. */
function sumCotangent(ct: Value, x: Value, p: ReduceWindowParams): Value {
  if (x.shape.includes(0) || ct.shape.includes(0)) return zerosLike(x);
  const need = p.window.map((k, a) => reach(k, p.dilation[a]!)), lo = need.map((n, a) => n - 1 - p.padding[a]![0]);
  const hi = x.shape.map((d, a) => d + need[a]! - 1 - reach(ct.shape[a]!, p.strides[a]!) - lo[a]!);
  const spread = pad(ct, lo, hi, p.strides.map((s) => s - 1));
  return reduceWindow(spread, { ...p, strides: p.strides.map(() => 1), padding: p.window.map(() => [0, 0]) });
}

/** The same windows over each index of an axis in front. */
const deeper = <P extends WindowParams>(p: P): P => ({
  ...p,
  window: [1, ...p.window],
  strides: [1, ...p.strides],
  padding: [[0, 0], ...p.padding],
  dilation: [1, ...p.dilation],
});

/** The sum, or the largest or smallest element, of every window. */
export const reduceWindow = (x: Value, p: ReduceWindowParams): Value => bind1(reduceWindowP, [x], p);

// One element of every window, and its adjoint: what the derivatives of extremes over windows are made of.
//
// `positions`, i32 with an entry a window, are places within the windows as `windowArg` gives them. A place in the
// padding reads 0 and writes nowhere.

/** Windows over an input of this shape. */
export interface WindowPutParams extends WindowParams {
  readonly shape: Shape;
}

function checkPositions(op: string, x: Spec, positions: Spec, p: WindowParams): Shape {
  const counts = windowShape(op, x, p);
  if (positions.dtype !== "i32") throw new DTypeError(`${op}: positions are i32, not ${positions.dtype}`);
  if (!sameShape(positions.shape, counts)) {
    throw new ShapeError(`${op}: positions of shape ${show(positions.shape)} for ${show(counts)} windows`);
  }
  return counts;
}

/** Calls `visit` with every window and the place in the input of its chosen element. */
function eachChosen(
  x: Spec,
  positions: { readonly data: ArrayLike<number>; readonly shape: Shape },
  p: WindowParams,
  visit: (window: number, place: number) => void,
): void {
  eachPlace(x, p, positions.shape, (window, from, seen, offsets, places) => {
    const k = positions.data[window]!;
    for (let i = 0; i < seen; i++) {
      if (places[i] === k) {
        visit(window, from + offsets[i]!);
        return;
      }
    }
  });
}

/** The element of `x` at the given place of every window. */
export const windowTakeP: Primitive<WindowParams> = {
  name: "windowTake",
  infer: ([x, positions], p) => [{ shape: checkPositions("windowTake", x!, positions!, p), dtype: x!.dtype }],
  reference: ([x, positions], p) => {
    const y = emptyArray(positions!.shape, x!.dtype);
    eachChosen(x!, positions!, p, (window, place) => y.data[window] = x!.data[place]!);
    return [y];
  },
  jvp: ([x, positions], [dx], p) => [[windowTake(x!, positions!, p)], [dx ? windowTake(dx, positions!, p) : null]],
  transpose: ([ct], [x, positions], _, p) => [windowPut(ct!, positions!, x!.shape, p), null],
  batch: (xs, mapped, p, axis) => {
    const [x, positions] = align(xs, mapped, axis);
    return { outputs: [windowTake(x!, positions!, deeper(p))], mapped: [true] };
  },
  lower: ([x, positions], p) => {
    const at = indices(x!.shape.length), element = unravel(load(1, at, "i32"), p.window);
    const { address, inside } = windowAddress(sliding(p), x!.shape, at, element);
    return elements(positions!.shape, select(inside, load(0, address, x!.dtype), constant(0, x!.dtype)));
  },
};

/** Zeros, and at the given place of every window that window's value added. */
export const windowPutP: Primitive<WindowPutParams> = {
  name: "windowPut",
  infer: ([values, positions], p) => {
    const x: Spec = { shape: p.shape, dtype: values!.dtype };
    checkPositions("windowPut", x, positions!, p);
    checkPositions("windowPut", x, { shape: values!.shape, dtype: "i32" }, p);
    return [x];
  },
  reference: ([values, positions], p) => {
    const x = emptyArray(p.shape, values!.dtype), sums = new Float64Array(x.data.length);
    eachChosen(x, positions!, p, (window, place) => sums[place]! += values!.data[window]!);
    x.data.set(sums);
    return [x];
  },
  jvp: ([values, positions], [dv], p) => [
    [windowPut(values!, positions!, p.shape, p)],
    [dv ? windowPut(dv, positions!, p.shape, p) : null],
  ],
  transpose: ([ct], [, positions], _, p) => [windowTake(ct!, positions!, windowsOf(p)), null],
  batch: (xs, mapped, p, axis) => {
    const [values, positions] = align(xs, mapped, axis);
    return { outputs: [windowPut(values!, positions!, [axis.size, ...p.shape], deeper(p))], mapped: [true] };
  },
  // Every element asks each window it may lie in, by the element's place there, whether it is the chosen one.
  lower: ([values, positions], p) => {
    const rank = p.shape.length, element = indices(rank, rank), dtype = values!.dtype;
    const distance = indices(rank).map((e, a) =>
      minus(plus(e, int(p.padding[a]![0])), times(element[a]!, int(p.dilation[a]!)))
    );
    const at = distance.map((e, a) => over(e, int(p.strides[a]!)));
    const onGrid = distance.flatMap((e, a): Expr[] =>
      p.strides[a] === 1 ? [] : [same(modulo(e, int(p.strides[a]!)), int(0))]
    );
    const inside = onGrid.reduce(both, inRange(at, positions!.shape)), zero = constant(0, dtype);
    const chosen = same(load(1, at, "i32"), ravel(element, p.window));
    return reduction(p.shape, p.window, "sum", select(inside, select(chosen, load(0, at, dtype), zero), zero));
  },
};

const windowsOf = ({ window, strides, padding, dilation }: WindowParams): WindowParams => ({
  window,
  strides,
  padding,
  dilation,
});

/** The element of `x` at the given place of every window. */
const windowTake = (x: Value, positions: Value, p: WindowParams): Value =>
  bind1(windowTakeP, [x, positions], windowsOf(p));

/** Zeros of the given shape, and at the given place of every window that window's value added. */
const windowPut = (values: Value, positions: Value, shape: Shape, p: WindowParams): Value =>
  bind1(windowPutP, [values, positions], { ...windowsOf(p), shape });
