/** `associativeScan`: running combinations in logarithmically many steps. */
import { ArgumentError, ShapeError } from "../errors.ts";
import { reshape, reverse as reverseValue } from "../primitives/reshape.ts";
import { concat, slice } from "../primitives/slice.ts";
import { normalizeAxis, show } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { requireFunction, synchronous } from "../transforms/stage.ts";
import { requireSameStructure, unflattenWith } from "../tree.ts";
import { leavesOf } from "./cond.ts";

/** Options of `associativeScan`. */
export interface AssociativeScanOptions {
  /** The axis that is combined along; 0 if left out. */
  readonly axis?: number;
  /** From the last element to the first. */
  readonly reverse?: boolean;
}

/**
 * The running combinations x₀, x₀∘x₁, x₀∘x₁∘x₂, … of an associative operation, in ⌈log₂ n⌉ rounds that each do many
 * combinations at once.
 *
 * @param f The operation, applied to whole stacks of elements: from two trees like `xs`, with any size along the axis,
 *   to a third. It must be associative; it need not be commutative.
 * @param xs A tree of tensors of one size along the axis.
 * @param options `axis`, `reverse`.
 * @returns A tree like `xs`.
 * @throws {ShapeError} If sizes along the axis differ, or `f` changes a shape.
 * @throws {ArgumentError} If it changes the structure.
 * @see Blelloch, Prefix sums and their applications, 1990
 *
 * @example Running products of matrices
 * ```ts
 * import { associativeScan, matmul, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const shear = tensor([[[1, 1], [0, 1]], [[1, 2], [0, 1]], [[1, 3], [0, 1]]]);
 * assertEquals(associativeScan((a, b) => matmul(a, b), shear).toArray()[2], [[1, 6], [0, 1]]);
 * ```
 */
export function associativeScan<T>(f: (a: T, b: T) => NoInfer<T>, xs: T, options: AssociativeScanOptions = {}): T {
  requireFunction("associativeScan", f);
  const [leaves, structure] = leavesOf("associativeScan", xs);
  if (leaves.length === 0) throw new ArgumentError("associativeScan: the tree has no tensors to combine");
  const axes = leaves.map((l) => normalizeAxis("associativeScan", options.axis ?? 0, l.shape.length));
  const n = leaves[0]!.shape[axes[0]!]!;
  leaves.forEach((l, i) => {
    if (l.shape[axes[i]!] !== n) {
      throw new ShapeError(
        `associativeScan: sizes differ, ${n} against ${l.shape[axes[i]!]} (shape ${show(l.shape)}, axis ${axes[i]})`,
      );
    }
  });
  const combine = (a: readonly Value[], b: readonly Value[]): readonly Value[] => {
    const result = synchronous(
      "associativeScan",
      f(unflattenWith(structure, a) as T, unflattenWith(structure, b) as T),
    );
    const [out, is] = leavesOf("associativeScan", result);
    requireSameStructure("associativeScan", structure, is, "the elements and their combination");
    out.forEach((y, i) => {
      if (y.shape.length !== a[i]!.shape.length || y.shape.some((d, k) => d !== a[i]!.shape[k])) {
        throw new ShapeError(
          `associativeScan: the operation turns ${show(a[i]!.shape)} into ${show(y.shape)}; it must keep shapes`,
        );
      }
    });
    return out;
  };
  const flip = (ys: readonly Value[]) => options.reverse === true ? ys.map((y, i) => reverseValue(y, [axes[i]!])) : ys;
  return unflattenWith(structure, flip(running(combine, flip(leaves), axes))) as T;
}

/** Pairs of neighbours are combined, the combinations scanned, and the elements between them filled in. */
function running(
  combine: (a: readonly Value[], b: readonly Value[]) => readonly Value[],
  xs: readonly Value[],
  axes: readonly number[],
): readonly Value[] {
  const n = xs[0]!.shape[axes[0]!]!;
  if (n < 2) return xs;
  const every2 = (ys: readonly Value[], start: number, stop: number) =>
    ys.map((y, i) => part(y, axes[i]!, start, stop, 2));
  const pairs = combine(every2(xs, 0, n - n % 2), every2(xs, 1, n));
  const odd = running(combine, pairs, axes), half = Math.floor(n / 2), between = Math.ceil(n / 2) - 1;
  const first = xs.map((x, i) => part(x, axes[i]!, 0, 1, 1));
  if (between === 0) return odd.map((o, i) => concat([first[i]!, o], axes[i]!));
  const even = combine(odd.map((o, i) => part(o, axes[i]!, 0, between, 1)), every2(xs, 2, n));
  return odd.map((o, i) => interleave(concat([first[i]!, even[i]!], axes[i]!), o, axes[i]!, half));
}

function part(x: Value, axis: number, start: number, stop: number, step: number): Value {
  const starts = x.shape.map((_, a) => a === axis ? start : 0), stops = x.shape.map((d, a) => a === axis ? stop : d);
  return slice(x, starts, stops, x.shape.map((_, a) => a === axis ? step : 1));
}

/** even₀ odd₀ even₁ odd₁ …; there are `half` odd ones and as many even ones, or one more. */
function interleave(even: Value, odd: Value, axis: number, half: number): Value {
  const apart = (x: Value) => reshape(x, [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]);
  const together = concat([apart(part(even, axis, 0, half, 1)), apart(odd)], axis + 1);
  const joined = reshape(together, odd.shape.map((d, a) => a === axis ? 2 * d : d));
  return even.shape[axis] === half ? joined : concat([joined, part(even, axis, half, half + 1, 1)], axis);
}
