/** Jacobians, Hessians and their products. */
import { type DType, isFloat } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import { add } from "../primitives/arithmetic.ts";
import { equal } from "../primitives/compare.ts";
import { cast, full, iota, zerosLike } from "../primitives/create.ts";
import { moveAxis, reshape } from "../primitives/reshape.ts";
import { sliceAxis } from "../primitives/slice.ts";
import { normalizeAxis, type Shape, sizeOf } from "../shape.ts";
import type { Spec, Tensor, Value } from "../tensor.ts";
import { unflattenWith } from "../tree.ts";
import { flatFunction, floatLeaves, grad, jvp, type ScalarLoss } from "./grad.ts";
import { jvpFlat, vjpFlat } from "./linearize.ts";
import { requireFunction } from "./stage.ts";
import { batchFlat } from "./vmap.ts";

/** The Jacobian of a result tree by an argument tree: in the place of each result tensor, a tree like the argument. */
export type JacobianOf<R, X> = R extends Tensor<infer S extends Shape, infer D extends DType> ? ByArgument<S, D, X>
  : R extends object ? { readonly [K in keyof R]: JacobianOf<R[K], X> }
  : R;

/** @internal One result tensor's Jacobian: a tree like the argument. */
type ByArgument<S extends Shape, D extends DType, X> = X extends Tensor<infer T extends Shape, DType>
  ? Tensor<readonly [...S, ...T], D>
  : X extends object ? { readonly [K in keyof X]: ByArgument<S, D, X[K]> }
  : X;

/** Options of `jacfwd`, `jacrev` and `hessian`. */
export interface JacobianOptions<N extends number = number> {
  /** Position of the argument to differentiate by; 0 if left out. */
  readonly argnum?: N;
}

/** A stack of `rows` values of a spec: zeros, and from row `start` on, one-hot for each element in turn. */
function basis({ shape, dtype }: Spec, rows: number, start: number): Value {
  const n = sizeOf(shape), element = add(iota([rows, n], 1), full([rows, n], start, "i32"));
  return reshape(cast(equal(iota([rows, n], 0), element), dtype), [rows, ...shape]);
}

function chosen(op: string, f: (...args: never[]) => unknown, args: readonly unknown[], argnum: number) {
  requireFunction(op, f);
  if (args.length === 0) {
    throw new ArgumentError(`${op}: called without arguments, so there is nothing to differentiate by`);
  }
  const position = normalizeAxis(`${op}: argnum`, argnum, args.length);
  const [leaves, structure] = floatLeaves(op, [args[position]], [position]);
  const only = (x: unknown): unknown => f(...args.map((a, i) => i === position ? x : a) as never[]);
  const flat = flatFunction(op, only as never, structure);
  return { leaves, structure, flat };
}

const requireFloats = (op: string, ys: readonly Value[]): void => {
  for (const y of ys) {
    if (!isFloat(y.dtype)) {
      throw new DTypeError(`${op}: a result is ${y.dtype}, which has no derivative; cast it to f32`);
    }
  }
};

/**
 * The Jacobian by forward mode: one column a pass, all at once. The better choice where arguments are small.
 *
 * @param f A function of trees of tensors.
 * @param options `argnum`: which argument to differentiate by.
 * @returns A function giving, in the place of each result tensor of shape `[...S]`, a tree like the argument, each of
 *   its tensors of shape `[...S, ...T]` for an argument tensor of shape `[...T]`.
 * @throws {DTypeError} If a tensor to differentiate, or to differentiate by, is not float.
 *
 * @example A diagonal
 * ```ts
 * import { jacfwd, square, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const J = jacfwd((x: Tensor<readonly [2]>) => square(x))(tensor([1, 2]));
 * assertEquals(J.toArray(), [[2, 0], [0, 4]]);
 * ```
 */
export function jacfwd<A extends readonly unknown[], R, N extends number = 0>(
  f: (...args: A) => R,
  options: JacobianOptions<N> = {},
): (...args: A) => JacobianOf<R, A[N]> {
  return (...args) => {
    const { leaves, structure, flat } = chosen("jacfwd", f as never, args, options.argnum ?? 0);
    let outputs: readonly Spec[] = [];
    // One direction for each element of each leaf, in order; values are the same in all directions and computed once.
    const sizes = leaves.map((x) => sizeOf(x.shape)), size = sizes.reduce((a, b) => a + b, 0);
    const starts = sizes.map((_, j) => sizes.slice(0, j).reduce((a, b) => a + b, 0));
    const [dys, mapped] = batchFlat(
      (directions) => {
        const [ys, ts] = jvpFlat(flat.run, leaves, directions);
        requireFloats("jacfwd", ys);
        outputs = ys.map(({ shape, dtype }) => ({ shape, dtype }));
        return ts.map((t, i) => t ?? zerosLike(ys[i]!));
      },
      leaves.map((x, j) => basis(x, size, starts[j]!)),
      leaves.map(() => true),
      { size, name: undefined },
    );
    const rows = outputs.map((y, i) => {
      const parts = leaves.map((x, j) => {
        if (!mapped[i]) return zerosLike(block(y, x));
        return toBack(sliceAxis(dys[i]!, 0, starts[j]!, starts[j]! + sizes[j]!), y.shape, x.shape);
      });
      return (unflattenWith(structure, parts) as unknown[])[0];
    });
    return flat.fill(rows as Value[]) as JacobianOf<R, A[N]>;
  };
}

const block = (y: Spec, x: Spec): Spec => ({ shape: [...y.shape, ...x.shape], dtype: y.dtype });

/** `[n, ...S]` to `[...S, ...T]`, n being T's size. */
const toBack = (x: Value, s: Shape, t: Shape): Value => reshape(moveAxis(x, 0, s.length), [...s, ...t]);

/**
 * The Jacobian by reverse mode: one row a pass, all at once. The better choice where results are small.
 *
 * @param f A function of trees of tensors.
 * @param options `argnum`: which argument to differentiate by.
 * @returns As `jacfwd`.
 * @throws {DTypeError} If a tensor to differentiate, or to differentiate by, is not float.
 *
 * @example A diagonal
 * ```ts
 * import { jacrev, square, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const J = jacrev((x: Tensor<readonly [2]>) => square(x))(tensor([1, 2]));
 * assertEquals(J.toArray(), [[2, 0], [0, 4]]);
 * ```
 */
export function jacrev<A extends readonly unknown[], R, N extends number = 0>(
  f: (...args: A) => R,
  options: JacobianOptions<N> = {},
): (...args: A) => JacobianOf<R, A[N]> {
  return (...args) => {
    const { leaves, structure, flat } = chosen("jacrev", f as never, args, options.argnum ?? 0);
    const [outputs, pullback] = vjpFlat(flat.run, leaves, leaves.map(() => true));
    requireFloats("jacrev", outputs);
    const rows = outputs.map((y, i) => {
      const axis = { size: sizeOf(y.shape), name: undefined };
      const [dxs, mapped] = batchFlat(
        ([ct]) => pullback(outputs.map((_, k) => k === i ? ct! : null)).map((dx, j) => dx ?? zerosLike(leaves[j]!)),
        [basis(y, axis.size, 0)],
        [true],
        axis,
      );
      const parts = dxs.map((dx, j) =>
        mapped[j]
          ? reshape(dx, [...y.shape, ...leaves[j]!.shape])
          : zerosLike({ ...block(y, leaves[j]!), dtype: dx.dtype })
      );
      return (unflattenWith(structure, parts) as unknown[])[0];
    });
    return flat.fill(rows as Value[]) as JacobianOf<R, A[N]>;
  };
}

/**
 * The matrix of second derivatives, by forward over reverse mode.
 *
 * @param f A function of trees of tensors.
 * @param options `argnum`: which argument to differentiate by.
 * @returns A function giving the Jacobian of the Jacobian; for a scalar result of one `[n]` argument, an `[n, n]` tensor.
 * @throws {DTypeError} If a tensor to differentiate, or to differentiate by, is not float.
 *
 * @example A quadratic form
 * ```ts
 * import { hessian, mul, square, sum, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const H = hessian((x: Tensor<readonly [2]>) => sum(mul(tensor([1, 3]), square(x))))(tensor([5, 7]));
 * assertEquals(H.toArray(), [[2, 0], [0, 6]]);
 * ```
 */
export function hessian<A extends readonly unknown[], R, N extends number = 0>(
  f: (...args: A) => R,
  options: JacobianOptions<N> = {},
): (...args: A) => JacobianOf<JacobianOf<R, A[N]>, A[N]> {
  return jacfwd(jacrev(f, options), options);
}

/**
 * Hessian times vector, by forward over reverse mode, without the Hessian.
 *
 * @param f A function with a scalar loss.
 * @param primals Its arguments, as an array; the first is differentiated by.
 * @param tangent The vector, a tree like the first argument.
 * @returns H·tangent, a tree like the first argument.
 * @throws {TransformError} If the loss is not a scalar.
 * @see Pearlmutter, Fast exact multiplication by the Hessian, 1994, https://doi.org/10.1162/neco.1994.6.1.147
 *
 * @example Curvature along a direction
 * ```ts
 * import { hvp, mul, square, sum, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const f = (x: Tensor<readonly [2]>) => sum(mul(x, square(x)));
 * assertEquals(hvp(f, [tensor([1, 2])], tensor([1, 0])).toArray(), [6, 0]);
 * ```
 */
export function hvp<A extends readonly [unknown, ...unknown[]], S extends Shape, D extends DType>(
  f: (...args: A) => Tensor<S, D> & ScalarLoss<S>,
  primals: readonly [...A],
  tangent: A[0],
): A[0] {
  const [first, ...rest] = primals as unknown as readonly [unknown, ...unknown[]];
  const slope = grad(f as unknown as (...args: unknown[]) => Tensor<readonly [], D>);
  return jvp((x: unknown) => slope(x, ...rest), [first], [tangent])[1] as A[0];
}
