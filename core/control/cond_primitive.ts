/** `cond` as a primitive: one of several programs, chosen by an index. */
import { evalProgram, outputSpecs, type Program, runProgram } from "../compiler/program.ts";
import { bind } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { broadcastBack } from "../primitives/broadcast.ts";
import { equal } from "../primitives/compare.ts";
import { fullLike, zerosLike } from "../primitives/create.ts";
import { select } from "../primitives/select.ts";
import type { Spec, Value } from "../tensor.ts";
import {
  batchProgram,
  jvpProgram,
  linearizeProgram,
  present,
  spread,
  traceLive,
  transposeProgram,
} from "../transforms/derived.ts";
import { count, taker } from "./scan_primitive.ts";

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
export function unified(branches: readonly Program[]): readonly [readonly Program[], Value[]] {
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
