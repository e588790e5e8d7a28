/** Choices between programs, and what all bodies of control flow share. */
import { evalProgram, outputSpecs, type Program, runProgram, showSpec, trace } from "../compiler/program.ts";
import type { DType } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { bind } from "../interpreter.ts";
import { requireTensor, scalarOf } from "../ops/operands.ts";
import type { Primitive } from "../primitive.ts";
import { maximum, minimum } from "../primitives/arithmetic.ts";
import { equal, select } from "../primitives/compare.ts";
import { cast, full, fullLike, zerosLike } from "../primitives/create.ts";
import { broadcastBack } from "../primitives/reshape.ts";
import { sameShape, type Shape } from "../shape.ts";
import { type Spec, Tensor, type Value } from "../tensor.ts";
import {
  batchProgram,
  jvpProgram,
  linearizeProgram,
  present,
  spread,
  traceLive,
  transposeProgram,
} from "../transforms/derived.ts";
import { requireFunction, synchronous } from "../transforms/stage.ts";
import { flattenWith, sameStructure, showStructure, type Structure, unflattenWith } from "../tree.ts";
import { count, taker } from "./scan_primitive.ts";

// What the public control-flow functions share: bodies traced on trees, and checks that a carry keeps its type.

/** Leaves and structure of a tree; numbers and booleans in it become scalars. */
export function leavesOf(op: string, tree: unknown): readonly [Value[], Structure] {
  return flattenWith(
    op,
    tree,
    (x) =>
      x instanceof Tensor
        ? x as Value
        : typeof x === "number"
        ? full([], x, "f32")
        : typeof x === "boolean"
        ? full([], Number(x), "bool")
        : undefined,
  );
}

/** A traced body, and the structures of the trees it returned. */
export interface Body {
  readonly program: Program;
  readonly results: readonly Structure[];
}

/** Traces a function of trees that returns `results` trees (one: the tree itself, more: an array of them). */
export function traceBody(
  op: string,
  f: (...trees: never[]) => unknown,
  arguments_: readonly (readonly [readonly Spec[], Structure])[],
  results: number,
): Body {
  let structures: Structure[] = [];
  const program = trace(op, (ins) => {
    let at = 0;
    const trees = arguments_.map(([specs, s]) => unflattenWith(s, ins.slice(at, at += specs.length)));
    const out = synchronous(op, f(...trees as never[])), parts = results === 1 ? [out] : out;
    if (!Array.isArray(parts) || parts.length !== results) {
      throw new ArgumentError(`${op}: the body must return [new carry, result]`);
    }
    const flat = parts.map((t) => leavesOf(op, t));
    structures = flat.map(([, s]) => s);
    return flat.flatMap(([leaves]) => leaves);
  }, arguments_.flatMap(([specs]) => [...specs]));
  return { program, results: structures };
}

/** Throws unless what a loop hands on has the structure, shapes and dtypes of what it was given. */
export function requireSameCarry(
  op: string,
  init: readonly Spec[],
  was: Structure,
  next: readonly Spec[],
  is: Structure,
  what = "the carry changes",
): void {
  if (!sameStructure(was, is)) {
    throw new ArgumentError(
      `${op}: ${what} structure, from ${showStructure(was)} to ${showStructure(is)}; return trees of one structure`,
    );
  }
  init.forEach((a, i) => {
    const b = next[i]!;
    if (!sameShape(a.shape, b.shape)) {
      throw new ShapeError(`${op}: ${what} shape, from ${showSpec(a)} to ${showSpec(b)}; they must be equal`);
    }
    if (a.dtype !== b.dtype) {
      throw new DTypeError(`${op}: ${what} dtype, from ${showSpec(a)} to ${showSpec(b)}; cast one of them`);
    }
  });
}

/** A scalar predicate or index. */
export function requireScalar(op: string, x: Spec, dtype: "bool" | "i32", what: string): void {
  if (x.shape.length !== 0 || x.dtype !== dtype) {
    throw new ShapeError(`${op}: ${what} must be ${dtype === "i32" ? "an" : "a"} ${dtype} scalar, not ${showSpec(x)}`);
  }
}

// `cond` as a primitive: one of several programs, chosen by an index.

/** Inputs: an i32 index within the branches, then what every branch takes. */
export interface CondParams {
  readonly branches: readonly Program[];
}

/** A program for every branch, all with the same optional outputs: their flags are widened until all agree. */
function agreeing<A extends { readonly mask: readonly boolean[] }>(
  branches: readonly Program[],
  make: (branch: Program, wanted: readonly boolean[]) => A,
): readonly [A[], readonly boolean[]] {
  let wanted: readonly boolean[] = [];
  for (;;) {
    const made = branches.map((b) => make(b, wanted));
    const union = made[0]!.mask.map((_, i) => made.some((m) => m.mask[i]));
    if (made.every((m) => m.mask.every((x, i) => x === union[i]))) return [made, union];
    wanted = union;
  }
}

/** Captured values of all branches in front of the operands, so that every branch has the same inputs. */
function unified(branches: readonly Program[]): readonly [readonly Program[], Value[]] {
  const captured = branches.flatMap((b) => b.captured);
  if (captured.length === 0) return [branches, []];
  let at = 0;
  const programs = branches.map((b) => {
    const from = at;
    at += b.captured.length;
    const operands = b.inputs.slice(b.captured.length);
    return traceLive(
      "cond",
      (ins) => evalProgram(b, [...ins.slice(from, from + b.captured.length), ...ins.slice(captured.length)]),
      [
        ...captured,
        ...operands,
      ],
    );
  });
  return [programs, captured];
}

/** Applies one of several programs of the same inputs and outputs. */
function choose(index: Value, branches: readonly Program[], operands: readonly Value[]): readonly Value[] {
  const [programs, captured] = unified(branches);
  return bind(condP, [index, ...captured, ...operands], { branches: programs });
}

/** One of several programs; the others are not run. */
export const condP: Primitive<CondParams> = {
  name: "cond",
  infer: (_, { branches }) => outputSpecs(branches[0]!),
  reference: ([index, ...operands], { branches }) => runProgram(branches[index!.data[0]!]!, operands),
  jvp: ([index, ...xs], [, ...dxs], { branches }) => {
    const [tangents, active] = present(dxs), n = branches[0]!.outputs.length;
    const [made, mask] = agreeing(branches, (b, wanted) => jvpProgram(b, active, wanted));
    const outs = choose(index!, made.map((m) => m.program), [...xs, ...tangents]);
    return [outs.slice(0, n), spread(outs.slice(n), mask)];
  },
  linearize: ([index, ...xs], [, ...active], { branches }) => {
    const n = branches[0]!.outputs.length;
    const [made, mask] = agreeing(branches, (b, wanted) => linearizeProgram(b, active, wanted));
    // Every branch gives all branches' residuals, those of the others as zeros.
    const residuals = made.map((m) => m.forward.outputs.slice(n) as readonly Spec[]);
    const forward = made.map((m, k) =>
      traceLive("cond", (ins) => {
        const all = evalProgram(m.forward, [...m.forward.captured, ...ins]);
        return [
          ...all.slice(0, n),
          ...residuals.flatMap((r, j) => j === k ? all.slice(n) : r.map((s) => zerosLike(s))),
        ];
      }, xs)
    );
    const outs = choose(index!, forward, xs);
    const sizes = residuals.map((r) => r.length);
    return [outs.slice(0, n), (dxs) => {
      const linear = made.map((m, k) => {
        const before = sizes.slice(0, k).reduce((a, b) => a + b, 0), total = sizes.reduce((a, b) => a + b, 0);
        return traceLive("cond", (ins) => {
          const take = taker(ins);
          const given = take(xs.length), all = take(total), tangents = take(count(active));
          return evalProgram(m.linear, [
            ...m.linear.captured,
            ...m.fromInputs.map((i) => given[i]!),
            ...all.slice(before, before + sizes[k]!),
            ...tangents,
          ]);
        }, [...xs, ...residuals.flat(), ...m.linear.inputs.slice(m.linear.inputs.length - count(active))]);
      });
      const ys = choose(index!, linear, [...xs, ...outs.slice(n), ...present(dxs.slice(1))[0]]);
      return spread(ys, mask);
    }];
  },
  transpose: (cts, [index, ...xs], [, ...linear], { branches }) => {
    const [some, given] = present(cts);
    const [made, mask] = agreeing(branches, (b, wanted) => transposeProgram(b, linear, given, wanted));
    const outs = choose(index!, made.map((m) => m.program), [...xs.filter((_, i) => !linear[i]), ...some]);
    return [null, ...spread(outs, mask)];
  },
  batch: (inputs, mapped, { branches }, axis) => {
    const [index, ...xs] = inputs, [byIndex, ...flags] = mapped;
    const all = branches[0]!.outputs.map(() => byIndex!);
    const [made, mask] = byIndex!
      ? [branches.map((b) => batchProgram(b, flags, axis, all)), all]
      : agreeing(branches, (b, wanted) => batchProgram(b, flags, axis, wanted));
    return byIndex!
      ? { outputs: perExample(index!, made.map((m) => m.program), xs), mapped: mask }
      : { outputs: choose(index!, made.map((m) => m.program), xs), mapped: mask };
  },
  lower: (_, { branches }) => ({ kind: "branch", branches }),
};

/** Where each example chooses for itself, all branches are run and the chosen one's outputs taken. */
function perExample(index: Value, branches: readonly Program[], xs: readonly Value[]): Value[] {
  const outs = branches.map((b) => evalProgram(b, [...b.captured, ...xs]));
  return outs[0]!.map((first, i) =>
    outs.slice(1).reduce((chosen, o, k) => {
      const test = equal(index, fullLike(index, k + 1));
      return select(broadcastBack(test, first.shape, first.shape.map((_, a) => a).slice(1)), o[i]!, chosen);
    }, first)
  );
}

// `cond` and `switchCase`: branches that the data choose.

function branch(
  op: string,
  index: Value,
  branches: readonly ((...args: never[]) => unknown)[],
  operands: readonly unknown[],
) {
  branches.forEach((f) => requireFunction(op, f));
  const args = operands.map((o) => leavesOf(op, o));
  const bodies = branches.map((f) => traceBody(op, f, args, 1));
  const first = bodies[0]!;
  for (const b of bodies) {
    requireSameCarry(
      op,
      first.program.outputs,
      first.results[0]!,
      b.program.outputs,
      b.results[0]!,
      "the branches' results differ in",
    );
  }
  const [programs, captured] = unified(bodies.map((b) => b.program));
  const outs = bind(condP, [index, ...captured, ...args.flatMap(([leaves]) => leaves)], { branches: programs });
  return unflattenWith(first.results[0]!, outs);
}

/**
 * One branch or the other, chosen by the data; only the chosen one is run (under `vmap` with a mapped test, both are).
 *
 * @param test A bool scalar, or a boolean.
 * @param yes What to do where it holds, a function of the operands.
 * @param no What else; its result has the same type.
 * @param operands Trees of tensors handed to the branch; branches may also close over tensors.
 * @returns The chosen branch's result.
 * @throws {ShapeError} If the test is no bool scalar, or the branches' results differ in shape.
 * @throws {ArgumentError} If they differ in structure.
 *
 * @example An absolute value
 * ```ts
 * import { cond, less, neg, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const abs = (x: Tensor<readonly []>) => cond(less(x, 0), (y) => neg(y), (y) => y, x);
 * assertEquals(abs(tensor(-3)).item(), 3);
 * ```
 */
export function cond<A extends readonly unknown[], R>(
  test: Tensor<Shape, DType> | boolean,
  yes: (...operands: A) => R,
  no: (...operands: A) => NoInfer<R>,
  ...operands: A
): R {
  const t = typeof test === "boolean" ? scalarOf("cond", test, "bool") : requireTensor("cond", test, "the test");
  requireScalar("cond", t, "bool", "the test");
  return branch("cond", cast(t, "i32"), [no as never, yes as never], operands) as R;
}

/**
 * One of several branches, chosen by an index; an index out of range is clamped to the first or last branch.
 *
 * @param index An i32 scalar, or a whole number.
 * @param branches Functions of the operands with results of one type.
 * @param operands Trees of tensors handed to the branch.
 * @returns The chosen branch's result.
 * @throws {ShapeError} If the index is no i32 scalar, or the branches' results differ in shape.
 * @throws {ArgumentError} If there is no branch, or the results differ in structure.
 *
 * @example Three activations
 * ```ts
 * import { mul, neg, switchCase, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * type X = Tensor<readonly []>;
 * const f = (i: number) => switchCase(i, [(x: X) => x, (x: X) => neg(x), (x: X) => mul(x, 10)], tensor(2));
 * assertEquals([f(0).item(), f(1).item(), f(7).item()], [2, -2, 20]);
 * ```
 */
export function switchCase<A extends readonly unknown[], R>(
  index: Tensor<Shape, DType> | number,
  branches: readonly ((...operands: A) => R)[],
  ...operands: A
): R {
  if (branches.length === 0) throw new ArgumentError("switchCase: no branches; give at least one function");
  const i = typeof index === "number"
    ? scalarOf("switchCase", index, "i32", "the index", "give a whole number")
    : requireTensor("switchCase", index, "the index");
  requireScalar("switchCase", i, "i32", "the index");
  const clamped = minimum(maximum(i, full([], 0, "i32")), full([], branches.length - 1, "i32"));
  return branch("switchCase", clamped, branches as never, operands) as R;
}
