/** Largest and smallest over axes. */
import { load, reduction } from "../compiler/kernel.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { dropAxes, type Shape, show, sizeOf } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { div, mul } from "./arithmetic.ts";
import { argMax, argMin } from "./arg_extreme.ts";
import { broadcastBack } from "./broadcast.ts";
import { cast } from "./cast.ts";
import { equal } from "./compare.ts";
import { takeAlong } from "./gather.ts";
import { reduceReference, reduceSum, split } from "./reduce_sum.ts";
import { reshape } from "./reshape.ts";

/** Who has the derivative where several elements are the extreme: the first of them, or all evenly. */
export type Ties = "first" | "split";

/** Axes counted from the front, ascending; "first" takes one axis only. */
export interface ExtremeParams {
  readonly axes: readonly number[];
  readonly ties: Ties;
}

/** Nothing has no extreme: the identities, −∞ and ∞, are no values of integers and seldom what is meant. */
export function checkNotEmpty(op: string, shape: Shape, axes: readonly number[], identity: string): void {
  if (sizeOf(axes.map((a) => shape[a]!)) > 0) return;
  throw new ShapeError(
    `${op}: ${show(shape)} has no elements along axes [${axes}], and ${identity}; reduce axes that are not empty`,
  );
}

function extreme(name: string, which: "max" | "min", identity: string): Primitive<ExtremeParams> {
  // Math.max and Math.min: NaN wins, and −0 < 0, so that the order of comparison cannot be seen.
  const fold = Math[which], start = which === "max" ? -Infinity : Infinity;
  const self: Primitive<ExtremeParams> = {
    name,
    infer: ([x], { axes }) => {
      if (x!.dtype === "bool") {
        throw new DTypeError(`${name}: takes numbers, not bool; use any or all, or cast it first`);
      }
      checkNotEmpty(name, x!.shape, axes, `the ${which} of nothing is ${identity}`);
      return [{ shape: dropAxes(x!.shape, axes), dtype: x!.dtype }];
    },
    reference: ([x], { axes }) => [reduceReference(x!, axes, x!.dtype, start, fold)],
    jvp: ([x], [dx], p) => {
      const y = bind1(self, [x!], p);
      return [[y], [
        p.ties === "first" ? tangentAtFirst(which, x!, dx!, p.axes[0]!) : sharedTangent(x!, dx!, y, p.axes),
      ]];
    },
    batch: ([x], _, { axes, ties }) => ({
      outputs: [bind1(self, [x!], { axes: axes.map((a) => a + 1), ties })],
      mapped: [true],
    }),
    lower: ([x], { axes }) => {
      const { domain, reduce, at } = split(x!, axes);
      return reduction(domain, reduce, which, load(0, at, x!.dtype));
    },
  };
  return self;
}

function tangentAtFirst(which: "max" | "min", x: Value, dx: Value, axis: number): Value {
  const first = (which === "max" ? argMax : argMin)(x, axis);
  const kept = x.shape.map((d, i) => i === axis ? 1 : d);
  return reshape(takeAlong(dx, reshape(first, kept), axis), first.shape);
}

function sharedTangent(x: Value, dx: Value, y: Value, axes: readonly number[]): Value {
  const winners = cast(equal(x, broadcastBack(y, x.shape, axes)), x.dtype);
  return div(reduceSum(mul(winners, dx), axes), reduceSum(winners, axes));
}

/** The largest over `axes`, which disappear; NaN if one is. */
export const reduceMaxP: Primitive<ExtremeParams> = extreme("reduceMax", "max", "-Infinity");
/** The smallest over `axes`, which disappear; NaN if one is. */
export const reduceMinP: Primitive<ExtremeParams> = extreme("reduceMin", "min", "Infinity");

const over =
  (prim: Primitive<ExtremeParams>) =>
  (x: Value, axes: readonly number[], ties: Ties = axes.length === 1 ? "first" : "split"): Value =>
    axes.length === 0 ? x : bind1(prim, [x], { axes, ties });

/** The largest over axes counted from the front, ascending. Of several axes, ties share the derivative evenly. */
export const reduceMax: (x: Value, axes: readonly number[], ties?: Ties) => Value = over(reduceMaxP);
/** The smallest over axes counted from the front, ascending. Of several axes, ties share the derivative evenly. */
export const reduceMin: (x: Value, axes: readonly number[], ties?: Ties) => Value = over(reduceMinP);
