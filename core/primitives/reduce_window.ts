/** Sums and extremes over windows that slide along every axis. */
import { constant, indices, load, reduction, select } from "../compiler/kernel.ts";
import { type DType, rangeOf } from "../dtype.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { type Shape, sizeOf, stridesOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import { zerosLike } from "./create.ts";
import { inferDType, numeric } from "./elementwise.ts";
import { pad } from "./pad.ts";
import { windowArg } from "./window_arg.ts";
import { eachWindow, reach, type Sliding, windowAddress, windowCounts } from "./window_shape.ts";
import { windowTake } from "./window_take.ts";

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
export const sliding = (p: WindowParams): Sliding => ({
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
export function eachPlace(
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
export const deeper = <P extends WindowParams>(p: P): P => ({
  ...p,
  window: [1, ...p.window],
  strides: [1, ...p.strides],
  padding: [[0, 0], ...p.padding],
  dilation: [1, ...p.dilation],
});

/** The sum, or the largest or smallest element, of every window. */
export const reduceWindow = (x: Value, p: ReduceWindowParams): Value => bind1(reduceWindowP, [x], p);
