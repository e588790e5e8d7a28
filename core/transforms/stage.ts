/** `makeProgram` and `evalShape`: what a function would compute, without computing it. */
import { type Program, trace } from "../compiler/program.ts";
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Spec, Tensor, Value } from "../tensor.ts";
import { requireFunction, synchronous, type Template, template } from "./tensors_in.ts";

/** A tree with shape and dtype in the place of each tensor. */
export type SpecsOf<T> = T extends Tensor<infer S extends Shape, infer D extends DType>
  ? { readonly shape: S; readonly dtype: D }
  : T extends (...args: never[]) => unknown ? T
  : T extends object ? { readonly [K in keyof T]: SpecsOf<T[K]> }
  : T;

function stage(op: string, f: (...args: never[]) => unknown, args: readonly unknown[]): readonly [Program, Template] {
  requireFunction(op, f);
  const given = template(args);
  let result: Template | undefined;
  const program = trace(op, (ins) => {
    result = template(synchronous(op, f(...given.fill(ins) as never[])));
    return result.tensors;
  }, given.tensors);
  return [program, result!];
}

/**
 * The program of a function: what it computes, as typed equations.
 *
 * @param f A function of trees of tensors.
 * @returns A function of example arguments (only shapes and dtypes matter) giving the printable `Program`.
 * @throws {TransformError} If `f` reads a traced value or is async.
 *
 * @example A program in text
 * ```ts
 * import { add, makeProgram, mul, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const program = makeProgram((x: Tensor) => add(mul(x, x), x))(tensor([1, 2]));
 * assertEquals(program.toString().split("\n")[1], "  b:f32[2] = mul a a");
 * ```
 */
export function makeProgram<A extends readonly unknown[]>(f: (...args: A) => unknown): (...args: A) => Program {
  return (...args) => stage("makeProgram", f as never, args)[0];
}

/**
 * Shapes and dtypes of a function's result, found without computing it.
 *
 * @param f A function of trees of tensors.
 * @param args Example arguments; only their shapes and dtypes matter.
 * @returns The result's tree with `{ shape, dtype }` in the place of each tensor.
 * @throws {ShapeError} Whatever the function itself would throw for these shapes.
 *
 * @example The shape of a product
 * ```ts
 * import { evalShape, matmul, type Tensor, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const f = (x: Tensor<readonly [1000, 20]>, w: Tensor<readonly [20, 3]>) => matmul(x, w);
 * assertEquals(evalShape(f, zeros([1000, 20]), zeros([20, 3])), { shape: [1000, 3], dtype: "f32" });
 * ```
 */
export function evalShape<A extends readonly unknown[], R>(f: (...args: A) => R, ...args: A): SpecsOf<R> {
  const [program, result] = stage("evalShape", f as never, args);
  const specs = program.outputs.map((v): Spec => ({ shape: v.shape, dtype: v.dtype }));
  return result.fill(specs as unknown as readonly Value[]) as SpecsOf<R>;
}
