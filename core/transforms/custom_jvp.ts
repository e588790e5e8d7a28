/** `customJvp`: a function with a derivative rule of its own, for every transform. */
import { outputSpecs, Program, runProgram, trace } from "../compiler/program.ts";
import { ArgumentError, TransformError } from "../errors.ts";
import { bind } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { broadcastInFront } from "../primitives/broadcast.ts";
import { zerosLike } from "../primitives/create.ts";
import type { Value } from "../tensor.ts";
import { flattenTensors } from "../tree.ts";
import { batchFlat } from "./batch.ts";
import { batchProgram, withCaptured } from "./derived.ts";
import { leavesLike } from "./directional.ts";
import { requireFunction, synchronous, type Template, template } from "./tensors_in.ts";

/** A rule on flat values: outputs and their tangents. */
type FlatRule = (xs: readonly Value[], dxs: readonly Value[]) => readonly [readonly Value[], readonly Value[]];

interface CustomJvp {
  readonly name: string;
  readonly program: Program;
  /** How many inputs, in front, the function closed over. */
  readonly hidden: number;
  readonly rule: FlatRule;
}

const customJvpP: Primitive<CustomJvp> = {
  name: "customJvp",
  infer: (_, { program }) => outputSpecs(program),
  reference: (xs, { program }) => runProgram(program, xs),
  jvp: (xs, dxs, { name, hidden, rule }) => {
    if (dxs.slice(0, hidden).some((d) => d !== null)) {
      throw new TransformError(
        `customJvp: ${name} closes over a value that is being differentiated, which its rule cannot see; pass it as an argument`,
      );
    }
    const args = xs.slice(hidden);
    return rule(args, dxs.slice(hidden).map((d, i) => d ?? zerosLike(args[i]!)));
  },
  batch: (xs, mapped, { name, program, hidden, rule }, axis) => {
    const all = program.outputs.map(() => true);
    const { program: batched } = batchProgram(program, mapped, axis, all);
    const of = mapped.slice(hidden), n = program.outputs.length;
    const batchedRule: FlatRule = (args, tangents) => {
      const [ys, which] = batchFlat(
        (ins) => rule(ins.slice(0, of.length), ins.slice(of.length)).flat(),
        [
          ...args,
          ...tangents,
        ],
        [...of, ...of],
        axis,
      );
      const full = ys.map((y, i) => which[i] ? y : broadcastInFront(y, axis.size));
      return [full.slice(0, n), full.slice(n)];
    };
    const params = { name, program: batched, hidden: batched.captured.length + hidden, rule: batchedRule };
    return { outputs: bind(customJvpP, withCaptured(batched, xs), params), mapped: all };
  },
  calls: ({ program }) => program,
  lower: (_, { program }) => ({
    kind: "program",
    program: new Program(program.inputs, program.equations, program.outputs),
  }),
};

/**
 * Gives a function a forward-mode rule of its own; reverse mode follows from it.
 *
 * @param f The function, of trees of float tensors.
 * @param rule From the arguments and their tangents (arrays like the arguments) to `[result, tangent of the result]`;
 *   linear in the tangents.
 * @returns A function with `f`'s values and the rule's derivatives.
 * @throws {TransformError} If `f` closes over a value that is being differentiated.
 * @throws {ShapeError} If the rule's result or tangent has not the shapes and dtypes of `f`'s result.
 * @throws {ArgumentError} If it has another structure.
 *
 * @example log(1 + eˣ) with a derivative that cannot overflow
 * ```ts
 * import { add, customJvp, exp, grad, log, mul, sigmoid, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * type X = Tensor<readonly []>;
 * const f = (x: X) => log(add(1, exp(x)));
 * const safe = customJvp(f, ([x]: readonly [X], [dx]: readonly [X]) => [f(x), mul(sigmoid(x), dx)]);
 * assertEquals(grad(safe)(tensor(100)).item(), 1);
 * ```
 */
export function customJvp<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  rule: (primals: A, tangents: A) => readonly [R, R],
): (...args: A) => R {
  requireFunction("customJvp", f);
  requireFunction("customJvp", rule);
  const name = f.name || "the function";
  return (...args) => {
    const given = template(args);
    let result: Template | undefined;
    const program = trace("customJvp", (ins) => {
      result = template(synchronous("customJvp", f(...given.fill(ins) as unknown as A)));
      return result.tensors;
    }, given.tensors);
    const flatRule: FlatRule = (xs, dxs) => {
      const pair = synchronous("customJvp", rule(given.fill(xs) as unknown as A, given.fill(dxs) as unknown as A));
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw new ArgumentError(`customJvp: the rule of ${name} must return [result, tangent]`);
      }
      const structure = flattenTensors("customJvp", result!.fill(result!.tensors))[1];
      const ys = leavesLike("customJvp", pair[0], structure, program.outputs, `${name} and the result of its rule`);
      return [ys, leavesLike("customJvp", pair[1], structure, ys, `the result and the tangent of ${name}'s rule`)];
    };
    const params = { name, program, hidden: program.captured.length, rule: flatRule };
    return result!.fill(bind(customJvpP, withCaptured(program, given.tensors), params)) as R;
  };
}
