/** Functions with derivatives of their own. */
import { outputSpecs, Program, runProgram, trace } from "../compiler/program.ts";
import { isFloat } from "../dtype.ts";
import { ArgumentError, TransformError } from "../errors.ts";
import { bind } from "../interpreter.ts";
import type { MappedAxis, MaybeZero, Primitive } from "../primitive.ts";
import { zerosLike } from "../primitives/create.ts";
import { broadcastInFront, reduceSum } from "../primitives/reshape.ts";
import { sameShape, show } from "../shape.ts";
import { type Spec, Tensor, type Value } from "../tensor.ts";
import { flattenTensors } from "../tree.ts";
import { batchProgram, withCaptured } from "./derived.ts";
import { leavesLike } from "./grad.ts";
import { requireFunction, synchronous, type Template, template } from "./stage.ts";
import { batchFlat } from "./vmap.ts";

// `customJvp`: a function with a derivative rule of its own, for every transform.

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

// `customVjp`: a function with a reverse-mode rule of its own.

/** The outputs, what the backward rule will need, and that rule: from cotangents of the outputs to the inputs'. */
interface Forward {
  readonly outputs: readonly Value[];
  readonly residuals: readonly Value[];
  readonly backward: Backward;
}
type Backward = (residuals: readonly Value[], cotangents: readonly Value[]) => readonly MaybeZero[];

interface CustomVjp {
  readonly name: string;
  readonly program: Program;
  readonly hidden: number;
  readonly forward: (xs: readonly Value[]) => Forward;
}

const forwardMode = (name: string): TransformError =>
  new TransformError(
    `customVjp: ${name} has a reverse-mode rule only, so jvp and jacfwd cannot go through it; use customJvp, ` +
      "or jacrev",
  );

const customVjpP: Primitive<CustomVjp> = {
  name: "customVjp",
  infer: (_, { program }) => outputSpecs(program),
  reference: (xs, { program }) => runProgram(program, xs),
  jvp: (_, __, { name }) => {
    throw forwardMode(name);
  },
  linearize: (xs, active, { name, program, hidden, forward }) => {
    if (active.slice(0, hidden).some(Boolean)) {
      throw new TransformError(
        `customVjp: ${name} closes over a value that is being differentiated, which its rule cannot see; pass it as an argument`,
      );
    }
    const args = xs.slice(hidden), { outputs, residuals, backward } = forward(args);
    const params = { name, kept: residuals.length, outputs: outputSpecs(program), backward };
    return [outputs, (dxs) => {
      const tangents = dxs.slice(hidden).map((d, i) => d ?? zerosLike(args[i]!));
      return bind(pullbackP, [...residuals, ...tangents], params);
    }];
  },
  batch: (xs, mapped, { name, program, hidden, forward }, axis) => {
    const all = program.outputs.map(() => true);
    const { program: batched } = batchProgram(program, mapped, axis, all);
    const params = {
      name,
      program: batched,
      hidden: batched.captured.length + hidden,
      forward: batchedForward(forward, mapped.slice(hidden), axis),
    };
    return { outputs: bind(customVjpP, withCaptured(batched, xs), params), mapped: all };
  },
  calls: ({ program }) => program,
  lower: (_, { program }) => ({
    kind: "program",
    program: new Program(program.inputs, program.equations, program.outputs),
  }),
};

/** The linear map of a customVjp at a point. It can only be transposed. */
const pullbackP: Primitive<
  { readonly name: string; readonly kept: number; readonly outputs: readonly Spec[]; readonly backward: Backward }
> = {
  name: "customVjpPullback",
  infer: (_, { outputs }) => outputs,
  reference: (_, { name }) => {
    throw forwardMode(name);
  },
  jvp: (_, __, { name }) => {
    throw forwardMode(name);
  },
  transpose: (cts, xs, _, { kept, outputs, backward }) => {
    const full = cts.map((c, i) => c ?? zerosLike(outputs[i]!));
    return [...xs.slice(0, kept).map(() => null), ...backward(xs.slice(0, kept), full)];
  },
  batch: (xs, mapped, { name, kept, outputs, backward }, axis) => {
    const stacked = outputs.map((s) => ({ shape: [axis.size, ...s.shape], dtype: s.dtype }));
    const of = mapped.slice(0, kept), inputs = mapped.slice(kept);
    const params = { name, kept, outputs: stacked, backward: batchedBackward(backward, of, inputs, axis) };
    return { outputs: bind(pullbackP, xs, params), mapped: outputs.map(() => true) };
  },
  lower: () => ({ kind: "never" }),
};

function batchedForward(
  forward: CustomVjp["forward"],
  mapped: readonly boolean[],
  axis: MappedAxis,
): CustomVjp["forward"] {
  return (xs) => {
    let one: Forward | undefined;
    const [all, which] = batchFlat(
      (ins) => {
        one = forward(ins);
        return [...one.outputs, ...one.residuals];
      },
      xs,
      mapped,
      axis,
    );
    const n = one!.outputs.length;
    return {
      outputs: all.slice(0, n).map((y, i) => which[i] ? y : broadcastInFront(y, axis.size)),
      residuals: all.slice(n),
      backward: batchedBackward(one!.backward, which.slice(n), mapped, axis),
    };
  };
}

/** Cotangents of inputs that every example shares are summed over the examples. */
function batchedBackward(
  backward: Backward,
  residuals: readonly boolean[],
  inputs: readonly boolean[],
  axis: MappedAxis,
): Backward {
  return (res, cts) => {
    let present: boolean[] = [];
    const [gs, which] = batchFlat(
      (ins) => {
        const back = backward(ins.slice(0, res.length), ins.slice(res.length));
        present = back.map((g) => g !== null);
        return back.filter((g): g is Value => g !== null);
      },
      [...res, ...cts],
      [...residuals, ...cts.map(() => true)],
      axis,
    );
    let at = 0;
    return present.map((p, i) => {
      if (!p) return null;
      const g = which[at] ? gs[at]! : broadcastInFront(gs[at]!, axis.size);
      at++;
      return inputs[i] ? g : reduceSum(g, [0]);
    });
  };
}

/**
 * Gives a function a reverse-mode rule of its own.
 *
 * @param f The function, of trees of float tensors.
 * @param forward From the arguments to `[result, residuals]`; residuals are any tree.
 * @param backward From the residuals and the result's cotangent to a tuple of the arguments' cotangents (`null` is zero).
 * @returns A function with `f`'s values and the rule's gradients; forward mode through it throws.
 * @throws {TransformError} If forward mode is asked for, or `f` closes over a value that is being differentiated.
 * @throws {ArgumentError} If a rule returns something of another shape than it must.
 *
 * @example The identity, with clipped gradients
 * ```ts
 * import { clamp, customVjp, grad, mul, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * type X = Tensor<readonly []>;
 * const clip = customVjp((x: X) => x, (x: X) => [x, null], (_, ct) => [clamp(ct, { min: -1, max: 1 })]);
 * assertEquals(grad((x: X) => mul(clip(x), 5))(tensor(2)).item(), 1);
 * ```
 */
export function customVjp<A extends readonly unknown[], R, K>(
  f: (...args: A) => R,
  forward: (...args: A) => readonly [R, K],
  backward: (residuals: K, cotangent: R) => { readonly [I in keyof A]: A[I] | null },
): (...args: A) => R {
  for (const g of [f, forward, backward]) requireFunction("customVjp", g);
  const name = f.name || "the function";
  return (...args) => {
    const given = template(args);
    let result: Template | undefined;
    const program = trace("customVjp", (ins) => {
      result = template(synchronous("customVjp", f(...given.fill(ins) as unknown as A)));
      return result.tensors;
    }, given.tensors);
    const flatForward = (xs: readonly Value[]): Forward => {
      const pair = synchronous("customVjp", forward(...given.fill(xs) as unknown as A));
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw new ArgumentError(`customVjp: the forward rule of ${name} must return [result, residuals]`);
      }
      const structure = flattenTensors("customVjp", result!.fill(result!.tensors))[1];
      leavesLike("customVjp", pair[0], structure, program.outputs, `${name} and the result of its forward rule`);
      const kept = template(pair[1]), tree = template(pair[0]);
      return {
        outputs: tree.tensors,
        residuals: kept.tensors,
        backward: (res, cts) => {
          const back = synchronous("customVjp", backward(kept.fill(res) as K, tree.fill(cts) as R));
          return cotangentsOf(name, back, args, given.tensors);
        },
      };
    };
    const params = { name, program, hidden: program.captured.length, forward: flatForward };
    return result!.fill(bind(customVjpP, withCaptured(program, given.tensors), params)) as R;
  };
}

/** Flat cotangents, one for each tensor of the arguments, from the tuple a backward rule returned. */
function cotangentsOf(name: string, back: unknown, args: readonly unknown[], like: readonly Value[]): MaybeZero[] {
  if (!Array.isArray(back) || back.length !== args.length) {
    throw new ArgumentError(
      `customVjp: the backward rule of ${name} must return an array of ${args.length} cotangents, one for each argument`,
    );
  }
  const cts = args.flatMap((a, i): MaybeZero[] => {
    const n = template(a).tensors.length, given = template(back[i]).tensors;
    if (back[i] === null || back[i] === undefined) return Array.from({ length: n }, () => null);
    if (given.length !== n) {
      throw new ArgumentError(
        `customVjp: the backward rule of ${name} gives ${given.length} tensors for argument ${i}, which has ${n}`,
      );
    }
    return [...given];
  });
  cts.forEach((c, i) => {
    if (c instanceof Tensor && !sameShape(c.shape, like[i]!.shape)) {
      throw new ArgumentError(
        `customVjp: the backward rule of ${name} gives a cotangent of shape ${show(c.shape)} for an argument of shape ${
          show(like[i]!.shape)
        }`,
      );
    }
    if (c instanceof Tensor && isFloat(like[i]!.dtype) && c.dtype !== like[i]!.dtype) {
      throw new ArgumentError(
        `customVjp: the backward rule of ${name} gives a cotangent of dtype ${c.dtype} for an argument of dtype ${
          like[i]!.dtype
        }; cast it`,
      );
    }
  });
  return cts;
}
