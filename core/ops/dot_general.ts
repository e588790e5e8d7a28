/** Contraction in general. */
import type { DType, Promote } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { dotGeneral as contract, dotGeneralP } from "../primitives/dot_general.ts";
import { normalizeAxis, type Shape } from "../shape.ts";
import type { Tensor, Value } from "../tensor.ts";
import { dualOptions } from "./dual_options.ts";
import { factors } from "./factors.ts";
import { shown } from "./whole_numbers.ts";
import { requireOptions } from "./options.ts";

/** Which axes of the two operands belong together; none where left out, negative ones count from the end. */
export interface DotOptions {
  /** Axes summed over, those of the left operand and those of the right, in pairs. */
  readonly contract?: readonly [left: readonly number[], right: readonly number[]];
  /** Axes walked through together, likewise. */
  readonly batch?: readonly [left: readonly number[], right: readonly number[]];
}

/** The type of {@linkcode dotGeneral}: `dotGeneral(a, b, options)`, or `pipe(a, dotGeneral(b, options))`. */
export interface DotGeneralOp {
  /** `dotGeneral(a, b, options)`. */
  <DA extends DType, DB extends DType>(
    a: Tensor<Shape, DA>,
    b: Tensor<Shape, DB>,
    options?: DotOptions,
  ): Tensor<Shape, Promote<DA, DB>>;
  /** `pipe(a, dotGeneral(b, options))`. */
  <DB extends DType>(
    b: Tensor<Shape, DB>,
    options?: DotOptions,
  ): <DA extends DType>(a: Tensor<Shape, DA>) => Tensor<Shape, Promote<DA, DB>>;
}

function general(given: unknown, other: unknown, options: DotOptions): Value {
  const xs = factors("dotGeneral", given, other);
  requireOptions("dotGeneral", options, "{ contract: [[1], [0]] }", ["contract", "batch"]);
  const counted = (name: keyof DotOptions) => {
    const pairs = options[name] ?? [[], []], lists: readonly unknown[] = pairs;
    if (lists.length !== 2 || !lists.every((l) => Array.isArray(l))) {
      throw new ArgumentError(
        `dotGeneral: ${name} is ${shown(pairs)}, not two lists of axes; write { ${name}: [[1], [0]] }`,
      );
    }
    const [l, r] = xs.map((x, i) => pairs[i]!.map((n) => normalizeAxis("dotGeneral", n, x.shape.length)));
    return [l!, r!] as const;
  };
  const params = { contract: counted("contract"), batch: counted("batch") };
  dotGeneralP.infer(xs, params);
  return contract(xs[0], xs[1], params);
}

/**
 * Sums of products over any axes of two tensors, with any others walked through together.
 *
 * @param a Any numeric tensor.
 * @param b Any numeric tensor.
 * @param options `contract` and `batch`: pairs of lists of axes, the left operand's and the right one's.
 * @returns The sums, in the common dtype: batch axes first, then the other axes of `a`, then those of `b`.
 * @throws {ShapeError} If axes are out of range, named twice, or of different sizes.
 * @throws {DTypeError} If both are bool.
 * @throws {ArgumentError} If `contract` or `batch` is not two lists.
 * @see https://openxla.org/stablehlo/spec#dot_general
 *
 * @example Rows of one matrix against rows of another, pair by pair
 * ```ts
 * import { dotGeneral, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([[1, 2], [3, 4]]), b = tensor([[1, 1], [0, 2]]);
 * assertEquals(dotGeneral(a, b, { contract: [[1], [1]], batch: [[0], [0]] }).toArray(), [3, 8]);
 * ```
 */
export const dotGeneral: DotGeneralOp = dualOptions(general as Parameters<typeof dualOptions>[0]) as DotGeneralOp;
