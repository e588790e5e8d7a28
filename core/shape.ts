/** The rules of shapes: pure functions of numbers, the single truth that types, operations and messages agree with. */
import { ArgumentError, ShapeError } from "./errors.ts";

/** Sizes of the axes, outermost first; `[]` is a scalar's. */
export type Shape = readonly number[];

/** How many elements a shape has. */
export function sizeOf(s: Shape): number {
  let n = 1;
  for (const d of s) n *= d;
  return n;
}

/** A shape as messages and printouts show it: `32×128`, `scalar` for `[]`. */
export const show = (s: Shape): string => s.length === 0 ? "scalar" : s.join("×");

/** Whether two shapes are the same. */
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/** Row-major strides, in elements. */
export function stridesOf(s: Shape): number[] {
  const r = new Array<number>(s.length);
  let n = 1;
  for (let i = s.length - 1; i >= 0; i--) {
    r[i] = n;
    n *= s[i]!;
  }
  return r;
}

/** A frozen copy of a shape, after checking that it is one. */
export function checkShape(op: string, s: Shape): Shape {
  if (!Array.isArray(s)) throw new ArgumentError(`${op}: a shape is an array of sizes, not ${typeof s}; write [${s}]`);
  for (const d of s) {
    if (!Number.isInteger(d) || d < 0) {
      throw new ShapeError(`${op}: ${show(s)} is not a shape; every size is a whole number, 0 or more`);
    }
  }
  return Object.freeze([...s]);
}

/** An axis counted from the front; −1 is the last. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(
      rank === 0
        ? `${op}: axis ${axis} of a scalar, which has no axes`
        : `${op}: axis ${axis} is out of range for rank ${rank}; use ${-rank} to ${rank - 1}`,
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** Axes counted from the front, ascending; `undefined` is all of them. Twice the same is an error. */
export function normalizeAxes(op: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = (typeof axes === "number" ? [axes] : [...axes]).map((a) => normalizeAxis(op, a, rank));
  if (new Set(list).size !== list.length) throw new ShapeError(`${op}: axes [${axes}] name the same axis twice`);
  return list.sort((a, b) => a - b);
}

/** The shape two or more broadcast to, by NumPy's rule: right-aligned, equal or 1. */
export function broadcastShapes(op: string, ...shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const out = new Array<number>(rank).fill(1);
  for (const s of shapes) {
    for (let i = 0; i < s.length; i++) {
      const at = rank - s.length + i, d = s[i]!, o = out[at]!;
      if (o === d || d === 1) continue;
      if (o !== 1) {
        throw new ShapeError(
          `${op}: cannot broadcast ${
            shapes.map(show).join(" with ")
          }; sizes must be equal or 1, counted from the last axis`,
        );
      }
      out[at] = d;
    }
  }
  return out;
}

/** A shape without the given axes (ascending, from the front). */
export const dropAxes = (s: Shape, axes: readonly number[]): number[] => s.filter((_, i) => !axes.includes(i));

/** A shape with the given axes set to 1. */
export const keepAxes = (s: Shape, axes: readonly number[]): number[] => s.map((d, i) => axes.includes(i) ? 1 : d);

/** A target shape in which one −1 stands for what is left. */
export function resolveReshape(op: string, from: Shape, to: Shape): number[] {
  const n = sizeOf(from), holes = to.filter((d) => d === -1).length, known = sizeOf(to.filter((d) => d !== -1));
  const fail = (why: string) => new ShapeError(`${op}: cannot reshape ${show(from)} to ${show(to)}; ${why}`);
  if (holes > 1) throw fail("only one size may be -1");
  if (to.some((d) => !Number.isInteger(d) || d < -1)) throw fail("every size is a whole number, or one -1");
  if (holes === 1) {
    if (known === 0 ? n !== 0 : n % known !== 0) throw fail(`${n} elements do not divide by ${known}`);
    return to.map((d) => d === -1 ? (known === 0 ? 0 : n / known) : d);
  }
  if (known !== n) throw fail(`${n} elements against ${known}`);
  return [...to];
}

/** Whether `perm` holds every axis of a rank once; the permutation counted from the front. */
export function checkPermutation(op: string, perm: readonly number[], rank: number): number[] {
  const p = perm.map((a) => normalizeAxis(op, a, rank));
  if (p.length !== rank || new Set(p).size !== rank) {
    throw new ShapeError(`${op}: [${perm}] is not a permutation of the ${rank} axes`);
  }
  return p;
}
