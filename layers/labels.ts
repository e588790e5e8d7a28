/** Class indices: their checks, and the masks that losses and metrics take of them. */
import {
  and,
  arange,
  ArgumentError,
  cast,
  type DType,
  DTypeError,
  equal,
  expandDims,
  type FloatDType,
  greaterEqual,
  less,
  not,
  type Shape,
  ShapeError,
  type Tensor,
  type Value,
  where,
} from "../mod.ts";
import { requireElements, requireTensor, sameShape } from "./losses.ts";

/** Labels as masks over the classes. */
export interface Labels {
  /** `[...L, classes]`: whether this is the class. Nowhere for an ignored label. */
  readonly chosen: Tensor<Shape, "bool">;
  /** `[...L]`, floats: 1 for a class, 0 for an ignored label, NaN for what is neither. */
  readonly counted: Tensor;
}

/** Labels that are ignored if nothing is said, as in PyTorch. */
export const ignoredByDefault = -100;

/** The last axis of logits or log-probabilities, or an error if there is none. */
export function requireClasses(op: string, name: string, x: Value): number {
  if (x.shape.length === 0) throw new ShapeError(`${op}: ${name} need an axis of classes, got a scalar`);
  return x.shape.at(-1)!;
}

/** An integer that may stand for "no label". */
export function requireIgnoreIndex(op: string, x: number): number {
  if (Number.isInteger(x)) return x;
  throw new ArgumentError(`${op}: ignoreIndex is a whole number, not ${String(x)}`);
}

/** Integers, or an error that says what they mean. */
export function requireIntegers(op: string, name: string, meaning: string, given: unknown): Value {
  const l = requireTensor(op, name, given), dtype: DType = l.dtype;
  if (dtype === "i32" || dtype === "u32" || dtype === "u8") return l;
  throw new DTypeError(`${op}: ${name} are ${meaning}, not ${dtype}; cast them to i32`);
}

/**
 * Labels for logits `x` of shape `[...L, classes]`, as masks in their dtype. What is neither a class nor ignored is an
 * error where the elements can be read, and NaN where they cannot.
 */
export function requireLabels(op: string, name: string, x: Tensor, given: unknown, ignoreIndex: number): Labels {
  const l = requireIntegers(op, "labels", "class indices", given),
    classes = requireClasses(op, name, x),
    want = x.shape.slice(0, -1);
  if (!sameShape(l.shape, want)) {
    throw new ShapeError(
      `${op}: ${name} [${x.shape.join(", ")}] want labels of shape [${want.join(", ")}], got [${l.shape.join(", ")}]`,
    );
  }
  requireIgnoreIndex(op, ignoreIndex);
  requireInRange(op, l, classes, ignoreIndex);
  return masks(l, classes, ignoreIndex, x.dtype);
}

/** Throws if a label, where labels can be read, is neither a class nor ignored. */
export function requireInRange(op: string, l: Value, classes: number, ignoreIndex: number): void {
  const fits = (v: number) => v === ignoreIndex || v >= 0 && v < classes;
  requireElements(l, fits, (v) => `${op}: label ${v} is not one of the ${classes} classes, 0 to ${classes - 1}`);
}

/** Labels as masks over classes. */
export function masks(given: Value, classes: number, ignoreIndex: number, dtype: FloatDType): Labels {
  const labels = cast(given, "i32"), ignored = equal(labels, ignoreIndex);
  const inside = and(greaterEqual(labels, 0), less(labels, classes));
  const same = equal(expandDims(labels, -1), arange(0, classes, 1, { dtype: "i32" }));
  return {
    // A class may itself be the one that is ignored.
    chosen: ignoreIndex >= 0 && ignoreIndex < classes ? and(same, expandDims(not(ignored), -1)) : same,
    counted: cast(where(ignored, 0, where(inside, 1, NaN)), dtype) as Tensor,
  };
}
