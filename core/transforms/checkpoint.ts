/** `checkpoint`: memory for time in reverse mode. */
import { trace } from "../compiler/program.ts";
import { bind } from "../interpreter.ts";
import { checkpointP } from "./call.ts";
import { withCaptured } from "./derived.ts";
import { requireFunction, synchronous, type Template, template } from "./tensors_in.ts";

/**
 * The same function, for which reverse mode keeps only the arguments and computes everything inside again when it needs it.
 *
 * @param f A pure function of trees of tensors.
 * @returns A function with the same signature and derivatives.
 * @throws {TransformError} If `f` reads a traced value or is async.
 * @see Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008, ch. 12
 *
 * @example The same gradient, less memory
 * ```ts
 * import { checkpoint, grad, sin, sum, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const f = (x: Tensor<readonly [2]>) => sum(sin(sin(x)));
 * const x = tensor([1, 2]);
 * assertEquals(grad(checkpoint(f))(x).toArray(), grad(f)(x).toArray());
 * ```
 */
export function checkpoint<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  requireFunction("checkpoint", f);
  return (...args) => {
    const given = template(args);
    let result: Template | undefined;
    const program = trace("checkpoint", (ins) => {
      result = template(synchronous("checkpoint", f(...given.fill(ins) as unknown as A)));
      return result.tensors;
    }, given.tensors);
    const outs = bind(checkpointP, withCaptured(program, given.tensors), { name: f.name, program });
    return result!.fill(outs) as R;
  };
}
