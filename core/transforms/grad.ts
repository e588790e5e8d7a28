/** Gradients and directional derivatives. */
import { type DType, isFloat } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError, TransformError } from "../errors.ts";
import type { MaybeZero } from "../primitive.ts";
import { onesLike, zerosLike } from "../primitives/create.ts";
import { normalizeAxis, sameShape, type Shape, show } from "../shape.ts";
import type { Fail, Show } from "../shape_types.ts";
import { Tensor, type Value } from "../tensor.ts";
import { flattenTensors, flattenWith, requireSameStructure, type Structure, unflattenWith } from "../tree.ts";
import { evalTape, jvpFlat, linearizeFlat, stageLinear, transposeTape, vjpFlat } from "./linearize.ts";
import { requireFunction, synchronous, type Template, template } from "./stage.ts";

// `grad` and `valueAndGrad`: reverse mode for functions with a scalar loss.

/** Says at compile time that a loss is no scalar, where its shape is known. */
export type ScalarLoss<S extends Shape> = number extends S["length"] ? unknown
  : S extends readonly [] ? unknown
  : Fail<`grad: needs a scalar loss, but this one has shape ${Show<S>}; reduce it with sum or mean, or use jacrev`>;

/** Which arguments to differentiate by: one position, or several. */
export type ArgNums = number | readonly number[];

/** The gradient by the chosen arguments: each of the argument's own tree type. */
export type GradientOf<A extends readonly unknown[], N extends ArgNums> = N extends number ? Argument<A, N>
  : N extends readonly number[] ? { readonly [I in keyof N]: Argument<A, N[I]> }
  : never;

/** @internal The argument at a position. */
type Argument<A extends readonly unknown[], N> = number extends N ? unknown
  : N extends keyof A ? A[N]
  : `${N & number}` extends keyof A ? A[`${N & number}` & keyof A]
  : unknown;

/** Options of `grad` and `valueAndGrad`. */
export interface GradOptions<N extends ArgNums = ArgNums, Aux extends boolean = boolean> {
  /** Positions of the arguments to differentiate by; 0 if left out. Negative ones count from the end. */
  readonly argnums?: N;
  /** The function returns `[loss, anything else]`; what else is handed through. */
  readonly hasAux?: Aux;
}

/**
 * Turns a function with a scalar loss into one that returns the loss and its gradient.
 *
 * Runs the function once, on the real values, so a host `if` on them is kept; nests with every other transform.
 *
 * @param f A function whose result is a scalar float tensor, or `[loss, aux]` with `hasAux`.
 * @param options `argnums`: which arguments (any trees of float tensors) to differentiate by, the first by default.
 * @returns A function of the same arguments giving `[loss, gradient]`, or `[[loss, aux], gradient]`.
 * @throws {TransformError} If the loss is not a float scalar, or the function is async.
 * @throws {DTypeError} If a tensor to differentiate by is not float.
 * @see Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008, ch. 3
 *
 * @example A loss and its slope
 * ```ts
 * import { square, sum, tensor, type Tensor, valueAndGrad } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const [loss, slope] = valueAndGrad((x: Tensor<readonly [2]>) => sum(square(x)))(tensor([1, 2]));
 * assertEquals([loss.item(), slope.toArray()], [5, [2, 4]]);
 * ```
 */
export function valueAndGrad<
  A extends readonly unknown[],
  S extends Shape,
  D extends DType,
  X,
  const N extends ArgNums = 0,
>(
  f: (...args: A) => readonly [Tensor<S, D> & ScalarLoss<S>, X],
  options: GradOptions<N, true> & { readonly hasAux: true },
): (...args: A) => readonly [readonly [Tensor<readonly [], D>, X], GradientOf<A, N>];
/** Of a function that returns the loss alone. */
export function valueAndGrad<
  A extends readonly unknown[],
  S extends Shape,
  D extends DType,
  const N extends ArgNums = 0,
>(
  f: (...args: A) => Tensor<S, D> & ScalarLoss<S>,
  options?: GradOptions<N, false>,
): (...args: A) => readonly [Tensor<readonly [], D>, GradientOf<A, N>];
export function valueAndGrad(
  f: (...args: unknown[]) => unknown,
  options: GradOptions = {},
): (...args: unknown[]) => unknown {
  return differentiator("valueAndGrad", f, options);
}

/**
 * Turns a function with a scalar loss into one that returns its gradient.
 *
 * @param f A function whose result is a scalar float tensor, or `[loss, aux]` with `hasAux`.
 * @param options `argnums`: which arguments (any trees of float tensors) to differentiate by, the first by default.
 * @returns A function of the same arguments giving the gradient, or `[gradient, aux]`.
 * @throws {TransformError} If the loss is not a float scalar, or the function is async.
 * @throws {DTypeError} If a tensor to differentiate by is not float.
 * @see Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008, ch. 3
 *
 * @example Twice, by nesting
 * ```ts
 * import { grad, mul, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const cube = (x: Tensor<readonly []>) => mul(mul(x, x), x);
 * assertEquals(grad(grad(cube))(tensor(2)).item(), 12);
 * ```
 */
export function grad<A extends readonly unknown[], S extends Shape, D extends DType, X, const N extends ArgNums = 0>(
  f: (...args: A) => readonly [Tensor<S, D> & ScalarLoss<S>, X],
  options: GradOptions<N, true> & { readonly hasAux: true },
): (...args: A) => readonly [GradientOf<A, N>, X];
/** Of a function that returns the loss alone. */
export function grad<A extends readonly unknown[], S extends Shape, D extends DType, const N extends ArgNums = 0>(
  f: (...args: A) => Tensor<S, D> & ScalarLoss<S>,
  options?: GradOptions<N, false>,
): (...args: A) => GradientOf<A, N>;
export function grad(f: (...args: unknown[]) => unknown, options: GradOptions = {}): (...args: unknown[]) => unknown {
  const both = differentiator("grad", f, options);
  return (...args) => {
    const [value, gradient] = both(...args);
    return options.hasAux === true ? [gradient, (value as readonly unknown[])[1]] : gradient;
  };
}

function differentiator(op: string, f: (...args: unknown[]) => unknown, options: GradOptions) {
  requireFunction(op, f);
  const { argnums = 0, hasAux = false } = options;
  const many = typeof argnums !== "number";
  return (...args: unknown[]): readonly [unknown, unknown] => {
    const positions = (many ? argnums : [argnums]).map((n) => {
      if (args.length === 0) {
        throw new ArgumentError(`${op}: called without arguments, so there is nothing to differentiate by`);
      }
      return normalizeAxis(`${op}: argnums`, n, args.length);
    });
    const twice = positions.find((p, i) => positions.indexOf(p) < i);
    if (twice !== undefined) throw new ArgumentError(`${op}: argnums lists argument ${twice} twice`);
    const [leaves, structure] = floatLeaves(op, positions.map((i) => args[i]), positions);
    let aux: Template | undefined;
    const [outs, pullback] = vjpFlat(
      (xs) => {
        const chosen = unflattenWith(structure, xs) as unknown[];
        const result = synchronous(
          op,
          f(...args.map((a, i) => positions.includes(i) ? chosen[positions.indexOf(i)] : a)),
        );
        const [loss, rest] = hasAux ? pairOf(op, result) : [result, undefined];
        aux = template(rest);
        return [requireLoss(op, loss), ...aux.tensors];
      },
      leaves,
      leaves.map(() => true),
    );
    const gradients = pullback([onesLike(outs[0]!), ...outs.slice(1).map(() => null)]);
    const trees = unflattenWith(structure, gradients.map((g, i) => g ?? zerosLike(leaves[i]!))) as unknown[];
    const value = hasAux ? [outs[0], aux!.fill(outs.slice(1))] : outs[0];
    return [value, many ? trees : trees[0]];
  };
}

function pairOf(op: string, result: unknown): readonly [unknown, unknown] {
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]];
  throw new TransformError(`${op}: with hasAux the function must return [loss, aux]`);
}

function requireLoss(op: string, loss: unknown): Value {
  if (!(loss instanceof Tensor)) {
    const got = Array.isArray(loss)
      ? "an array; to return more than the loss, set hasAux"
      : `${loss === null ? "null" : typeof loss}`;
    throw new TransformError(`${op}: the function must return a scalar tensor, not ${got}`);
  }
  const l = loss as Value;
  if (l.shape.length !== 0) {
    throw new TransformError(
      `${op}: needs a scalar loss, but this one has shape ${show(l.shape)}; reduce it with sum or mean, or use jacrev`,
    );
  }
  if (!isFloat(l.dtype)) throw new DTypeError(`${op}: needs a float loss, but this one is ${l.dtype}; cast it to f32`);
  return l;
}

/** The float tensors of the arguments to differentiate by. */
export function floatLeaves(
  op: string,
  trees: readonly unknown[],
  positions: readonly number[],
): readonly [Value[], Structure] {
  const parts = trees.map((tree, k) =>
    flattenWith(op, tree, (x) => {
      if (!(x instanceof Tensor)) {
        if (typeof x === "number") {
          throw new ArgumentError(
            `${op}: argument ${positions[k]} holds the number ${x}; make it a tensor to differentiate by it`,
          );
        }
        return undefined;
      }
      if (!isFloat(x.dtype)) {
        throw new DTypeError(
          `${op}: argument ${positions[k]} holds ${x.dtype} values, which have no derivative; cast them to f32, or ${
            op === "grad" || op === "valueAndGrad"
              ? "pass them in an argument not listed in argnums"
              : "close over them"
          }`,
        );
      }
      return x as Value;
    })
  );
  return [parts.flatMap(([ls]) => ls), { kind: "array", items: parts.map(([, s]) => s) }];
}

// `jvp`, `vjp`, `linearize` and `linearTranspose` on trees.

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
