/** Calls: primitives that apply a program, transformed by transforming the program. */
import { outputSpecs, Program, runProgram } from "../compiler/program.ts";
import { bind } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import {
  batchProgram,
  jvpProgram,
  linearizeProgram,
  present,
  spread,
  tangentProgram,
  transposeProgram,
  withCaptured,
} from "./derived.ts";

/** The program, and the name of the function it was traced from. */
export interface CallParams {
  readonly name: string;
  readonly program: Program;
}

const apply = (prim: Primitive<CallParams>, name: string, program: Program, args: readonly Value[]): readonly Value[] =>
  bind(prim, withCaptured(program, args), { name, program });

/** A program applied as one step. Its linear part is a call too. */
export const jitP: Primitive<CallParams> = {
  name: "jit",
  infer: (_, { program }) => outputSpecs(program),
  reference: (xs, { program }) => runProgram(program, xs),
  jvp: (xs, dxs, { name, program }) => {
    const [tangents, active] = present(dxs);
    const { program: pushed, mask } = jvpProgram(program, active);
    const outs = apply(jitP, name, pushed, [...xs, ...tangents]), n = program.outputs.length;
    return [outs.slice(0, n), spread(outs.slice(n), mask)];
  },
  linearize: (xs, active, { name, program }) => {
    const { forward, linear, fromInputs, mask } = linearizeProgram(program, active);
    const outs = apply(jitP, name, forward, xs), n = program.outputs.length;
    const residuals = [...fromInputs.map((i) => xs[i]!), ...outs.slice(n)];
    return [outs.slice(0, n), (dxs) => spread(apply(jitP, name, linear, [...residuals, ...present(dxs)[0]]), mask)];
  },
  transpose: (cts, xs, linear, { name, program }) => {
    const [some, given] = present(cts);
    const { program: back, mask } = transposeProgram(program, linear, given);
    return spread(apply(jitP, name, back, [...xs.filter((_, i) => !linear[i]), ...some]), mask);
  },
  batch: (xs, mapped, { name, program }, axis) => {
    const { program: batched, mask } = batchProgram(program, mapped, axis);
    return { outputs: apply(jitP, name, batched, xs), mapped: mask };
  },
  calls: ({ program }) => program,
  lower: (_, { program }) => ({
    kind: "program",
    program: new Program(program.inputs, program.equations, program.outputs),
  }),
};

/** A call that keeps nothing but its inputs for reverse mode: the transpose computes the inside again. */
export const checkpointP: Primitive<CallParams> = {
  ...jitP,
  name: "checkpoint",
  apart: true,
  linearize: (xs, active, { name, program }) => {
    const { program: tangents, mask } = tangentProgram(program, active);
    return [
      bind(checkpointP, xs, { name, program }),
      (dxs) => spread(apply(jitP, name, tangents, [...xs, ...present(dxs)[0]]), mask),
    ];
  },
  batch: (xs, mapped, { name, program }, axis) => {
    const { program: batched, mask } = batchProgram(program, mapped, axis);
    return { outputs: apply(checkpointP, name, batched, xs), mapped: mask };
  },
};
