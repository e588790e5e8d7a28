/** `jvp`, `vjp`, `linearize` and `linearTranspose` on trees. */
import { isFloat } from "../dtype.ts";
import { ArgumentError, ShapeError, TransformError } from "../errors.ts";
import type { MaybeZero } from "../primitive.ts";
import { zerosLike } from "../primitives/create.ts";
import { sameShape, show } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { flattenTensors, requireSameStructure, type Structure, unflattenWith } from "../tree.ts";
import { floatLeaves } from "./grad.ts";
import { jvpFlat } from "./jvp.ts";
import { linearizeFlat, stageLinear, vjpFlat } from "./linearize.ts";
import { evalTape, transposeTape } from "./tape.ts";
import { requireFunction, synchronous, type Template, template } from "./tensors_in.ts";

/** A function of trees as one of flat values, remembering the tree it returned. */
export function flatFunction(op: string, f: (...args: never[]) => unknown, structure: Structure) {
  let result: Template | undefined;
  return {
    run: (xs: readonly Value[]): readonly Value[] => {
      const args = unflattenWith(structure, xs) as never[];
      result = template(synchronous(op, f(...args)));
      return result.tensors;
    },
    /** The returned tree with other tensors in it. */
    fill: (ys: readonly Value[]): unknown => result!.fill(ys),
    tensors: (): readonly Value[] => result!.tensors,
  };
}

/** Leaves of a tree that must look like another: same structure, shapes and dtypes. */
export function leavesLike(
  op: string,
  tree: unknown,
  structure: Structure,
  like: readonly Value[],
  what: string,
): Value[] {
  const [leaves, given] = flattenTensors(op, tree);
  requireSameStructure(op, structure, given, what);
  leaves.forEach((l, i) => {
    const want = like[i]!;
    if (!sameShape(l.shape, want.shape) || l.dtype !== want.dtype) {
      throw new ShapeError(
        `${op}: ${what} differ, ${want.dtype} ${show(want.shape)} against ${l.dtype} ${
          show(l.shape)
        }; give each the shape and dtype of its counterpart`,
      );
    }
  });
  return [...leaves];
}

/** The structure of what a function returned: every tensor a leaf, all else as it stands. */
function structureOf(op: string, tree: unknown): Structure {
  return flattenTensors(op, tree)[1];
}

const filled = (dys: readonly MaybeZero[], ys: readonly Value[]): Value[] => ys.map((y, i) => dys[i] ?? zerosLike(y));

function positionsOf(args: readonly unknown[]): number[] {
  return args.map((_, i) => i);
}

/**
 * Value and directional derivative, in one forward pass.
 *
 * @param f A function of trees of tensors.
 * @param primals Its arguments, as an array; every tensor float.
 * @param tangents The direction: an array like `primals` in structure, shapes and dtypes.
 * @returns `[f(...primals), J·tangents]`, both of the result's tree.
 * @throws {ArgumentError} If the structures differ.
 * @throws {ShapeError} If a shape or dtype does.
 * @see Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008, ch. 3
 *
 * @example The slope of a square
 * ```ts
 * import { jvp, square, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const [y, dy] = jvp((x: Tensor<readonly []>) => square(x), [tensor(3)], [tensor(1)]);
 * assertEquals([y.item(), dy.item()], [9, 6]);
 * ```
 */
export function jvp<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  primals: readonly [...A],
  tangents: readonly [...A],
): readonly [R, R] {
  requireFunction("jvp", f);
  if (!Array.isArray(primals) || !Array.isArray(tangents)) {
    throw new ArgumentError("jvp: primals and tangents are arrays of arguments; write jvp(f, [x], [dx])");
  }
  const [xs, structure] = floatLeaves("jvp", primals, positionsOf(primals));
  const dxs = leavesLike("jvp", tangents, structure, xs, "primals and tangents");
  const flat = flatFunction("jvp", f as never, structure);
  const [ys, dys] = jvpFlat(flat.run, xs, dxs);
  return [flat.fill(ys) as R, flat.fill(filled(dys, ys)) as R];
}

/**
 * Value, and the function from cotangents of the result to cotangents of the arguments.
 *
 * @param f A function of trees of float tensors.
 * @param primals Its arguments.
 * @returns `[f(...primals), pullback]`; `pullback(ct)` takes a tree like the result and gives a tuple like `primals`.
 * @throws {ArgumentError} If a cotangent's structure is not the result's.
 * @throws {ShapeError} If a shape or dtype is not.
 * @see Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008, ch. 3
 *
 * @example Pulling back through a product
 * ```ts
 * import { mul, tensor, type Tensor, vjp } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * type V = Tensor<readonly [2]>;
 * const [, pullback] = vjp((x: V, y: V) => mul(x, y), tensor([1, 2]), tensor([3, 4]));
 * assertEquals(pullback(tensor([1, 1]))[0].toArray(), [3, 4]);
 * ```
 */
export function vjp<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  ...primals: A
): readonly [R, (cotangent: R) => A] {
  requireFunction("vjp", f);
  const [xs, structure] = floatLeaves("vjp", primals, positionsOf(primals));
  const flat = flatFunction("vjp", f as never, structure);
  const [ys, pullback] = vjpFlat(flat.run, xs, xs.map(() => true));
  const result = flat.fill(ys) as R, shape = structureOf("vjp", result);
  return [result, (cotangent) => {
    const cts = leavesLike("vjp", cotangent, shape, ys, "the result and its cotangent")
      .map((c) => isFloat(c.dtype) ? c : null);
    return unflattenWith(structure, filled(pullback(cts), xs)) as A;
  }];
}

/**
 * Value, and the derivative there as a linear function, without computing the value again at each call.
 *
 * @param f A function of trees of float tensors.
 * @param primals Its arguments.
 * @returns `[f(...primals), push]`; `push(...tangents)` is J·tangents.
 * @throws {ArgumentError} If the tangents' structure is not the arguments'.
 *
 * @example One linearization, two directions
 * ```ts
 * import { linearize, square, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const [, push] = linearize((x: Tensor<readonly []>) => square(x), tensor(3));
 * assertEquals([push(tensor(1)).item(), push(tensor(2)).item()], [6, 12]);
 * ```
 */
export function linearize<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  ...primals: A
): readonly [R, (...tangents: A) => R] {
  requireFunction("linearize", f);
  const [xs, structure] = floatLeaves("linearize", primals, positionsOf(primals));
  const flat = flatFunction("linearize", f as never, structure);
  const { outputs, tape, inputs, tangents } = linearizeFlat(flat.run, xs, xs.map(() => true));
  return [flat.fill(outputs) as R, (...given) => {
    const dxs = leavesLike("linearize", given, structure, xs, "primals and tangents");
    return flat.fill(filled(evalTape(tape, inputs, tangents, dxs), outputs)) as R;
  }];
}

/**
 * The transpose of a function that is linear in all its arguments.
 *
 * @param f A linear function of trees of float tensors.
 * @param primals Arguments of the right shapes and dtypes; their values do not matter.
 * @returns The function from cotangents of the result to cotangents of the arguments.
 * @throws {TransformError} If `f` does something that is not linear.
 *
 * @example A sum transposed is a broadcast
 * ```ts
 * import { linearTranspose, sum, tensor, type Tensor, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const back = linearTranspose((x: Tensor<readonly [3]>) => sum(x), zeros([3]));
 * assertEquals(back(tensor(2))[0].toArray(), [2, 2, 2]);
 * ```
 */
export function linearTranspose<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  ...primals: A
): (cotangent: R) => A {
  requireFunction("linearTranspose", f);
  const [xs, structure] = floatLeaves("linearTranspose", primals, positionsOf(primals));
  const flat = flatFunction("linearTranspose", f as never, structure);
  const { tape, inputs, outputs } = stageLinear(flat.run, xs, xs.map(() => true));
  outputs.forEach((y) => {
    if (!tape.owns(y)) {
      throw new TransformError("linearTranspose: a result does not depend on the arguments, so it is not linear");
    }
  });
  const shape = structureOf("linearTranspose", flat.fill(outputs));
  return (cotangent) => {
    const cts = leavesLike("linearTranspose", cotangent, shape, outputs, "the result and its cotangent");
    return unflattenWith(structure, filled(transposeTape(tape, inputs, outputs, cts), xs)) as A;
  };
}
