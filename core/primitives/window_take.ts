/**
 * One element of every window, and its adjoint: what the derivatives of extremes over windows are made of.
 *
 * `positions`, i32 with an entry a window, are places within the windows as `windowArg` gives them. A place in the
 * padding reads 0 and writes nowhere.
 */
import {
  both,
  constant,
  elements,
  type Expr,
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
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { sameShape, type Shape, show } from "../shape.ts";
import { emptyArray, type Spec, type Value } from "../tensor.ts";
import { align } from "./elementwise.ts";
import { deeper, eachPlace, sliding, type WindowParams, windowShape } from "./reduce_window.ts";
import { windowAddress } from "./window_shape.ts";

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
export const windowTake = (x: Value, positions: Value, p: WindowParams): Value =>
  bind1(windowTakeP, [x, positions], windowsOf(p));

/** Zeros of the given shape, and at the given place of every window that window's value added. */
export const windowPut = (values: Value, positions: Value, shape: Shape, p: WindowParams): Value =>
  bind1(windowPutP, [values, positions], { ...windowsOf(p), shape });
