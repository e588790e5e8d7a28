/**
 * A primitive: the smallest thing the library computes, with everything it knows about it in one record.
 *
 * To add a primitive is to write one such record. Nothing else in the library asks for a primitive's name.
 */
import type { Lowering } from "./compiler/kernel.ts";
import type { Program } from "./compiler/program.ts";
import type { NdArray, Spec, Value } from "./tensor.ts";

/** A tangent or cotangent; `null` is the zero that is never materialised. */
export type MaybeZero = Value | null;

/** The axis a `vmap` maps over: its size and, where given, its name. */
export interface MappedAxis {
  readonly size: number;
  readonly name: string | undefined;
}

/** What a batching rule returns: the outputs, and which of them carry the mapped axis (in front). */
export interface Batched {
  readonly outputs: readonly Value[];
  readonly mapped: readonly boolean[];
}

/** Inputs given away for good, by their places, and the name of the call that they were given to. */
export interface Donation {
  readonly call: string;
  readonly inputs: readonly number[];
}

/** The same application of fewer inputs and outputs. */
export interface Slim<P> {
  /** Places of the inputs that stay, in their new order. */
  readonly inputs: readonly number[];
  /** Parameters for these. */
  readonly params: P;
  /** What each output is now: an output or one of the old inputs, by place; `null` where nobody needs it. */
  readonly outputs: readonly ({ readonly output: number } | { readonly input: number } | null)[];
}

/** Everything known about one primitive. `P` are its static parameters: plain data, functions or programs. */
export interface Primitive<P = unknown> {
  /** Its name in printed programs and messages. */
  readonly name: string;

  /** Shapes and dtypes of the outputs; throws where the inputs do not fit, before anything is computed. */
  readonly infer: (inputs: readonly Spec[], params: P) => readonly Spec[];

  /** The plain computation, in the precision of the inputs' dtypes: the oracle every backend is held against. */
  readonly reference: (inputs: readonly NdArray[], params: P) => readonly NdArray[];

  /** Outputs, and the tangents of the outputs given tangents of the inputs of which at least one is not zero. */
  readonly jvp: (
    inputs: readonly Value[],
    tangents: readonly MaybeZero[],
    params: P,
  ) => readonly [outputs: readonly Value[], tangents: readonly MaybeZero[]];

  /**
   * For a primitive linear in the inputs marked `linear`: their cotangents from the outputs'. A linear input has a
   * shape and a dtype but no value. Entries for other inputs are ignored.
   */
  readonly transpose?: (
    cotangents: readonly MaybeZero[],
    inputs: readonly Value[],
    linear: readonly boolean[],
    params: P,
  ) => readonly MaybeZero[];

  /** The same computation for every index of an axis that the inputs marked `mapped` carry in front. */
  readonly batch: (
    inputs: readonly Value[],
    mapped: readonly boolean[],
    params: P,
    axis: MappedAxis,
  ) => Batched;

  /** The computation for a compiler: loop nests, a program of simpler primitives, or structure above kernels. */
  readonly lower: (inputs: readonly Spec[], params: P) => Lowering;

  /**
   * For a primitive that holds programs: the outputs now, and a function, linear and run on the tape, from tangents of
   * the inputs to tangents of the outputs. Stands in for `jvp` in reverse mode. `active` marks inputs with tangents.
   */
  readonly linearize?: (
    inputs: readonly Value[],
    active: readonly boolean[],
    params: P,
  ) => readonly [outputs: readonly Value[], linear: (tangents: readonly MaybeZero[]) => readonly MaybeZero[]];

  /**
   * For a contraction: the sum of its outputs over a leading axis that the inputs marked `stacked` carry. Lets a loop's
   * transpose contract a weight's cotangent once, after the loop.
   */
  readonly sumOver?: (inputs: readonly Value[], stacked: readonly boolean[], params: P) => Value;

  /** For a call: the program it runs on its inputs, the same object for the same computation. */
  readonly calls?: (params: P) => Program;

  /** For a call: what it was given for good, over which results may be written. */
  readonly donated?: (params: P) => Donation | undefined;

  /**
   * For a call: what it computes is computed again elsewhere to save memory, so compilers must not merge it with equal
   * work outside.
   */
  readonly apart?: boolean;

  /** For a primitive with one output: something simpler that gives the same bits, where there is. */
  readonly simplify?: Rule<P>;

  /**
   * For a primitive that holds programs: the same without what nobody needs, where there is such. An input is the same
   * object where it is the same value; `needed` marks outputs.
   */
  readonly slim?: (inputs: readonly object[], params: P, needed: readonly boolean[]) => Slim<P> | null;

  /**
   * What computing it again costs, in terms of writing and reading what it gave where that is larger than the caches: 0 for
   * arithmetic and views, a quarter for exp or tanh, a half for log. Reverse mode chooses what to keep by it. Left out where
   * it costs more than that, and only the result can be kept.
   */
  readonly again?: number;

  /** Its output is its input's elements in their order, so nothing is computed. */
  readonly view?: boolean;

  /** For a collective: the name of the mapped axis it runs over. */
  readonly axisName?: (params: P) => string;

  /** It is run for what it does, in program order, and never removed as dead. */
  readonly effect?: boolean;
}

// What a record's rule of simplification is written with: values as it sees them, and what it may answer. A rule must give
// the same bits as what it replaces, for every input: NaN, ±∞ and −0 included.

/** A value of a program as rules see it; the same object for the same value. */
export interface Operand extends Spec {
  /** What every element is, as the dtype holds it; `null` where they differ or are not known. */
  readonly constant: number | null;
  /** What it is the only output of; `null` for a program's inputs. */
  readonly from: Application | null;
}

/** A primitive applied. */
export interface Application<P = unknown> {
  readonly prim: Primitive<P>;
  readonly inputs: readonly Operand[];
  readonly params: P;
}

/** What stands for an output: a value there already, another application, or one number everywhere. */
export type Replacement = Operand | Application | number;

/** A replacement for the one output of a primitive, where there is a simpler one. */
export type Rule<P> = (inputs: readonly Operand[], params: P, output: Spec) => Replacement | null;

/** A primitive applied, as a replacement. */
export const applied = <P>(prim: Primitive<P>, inputs: readonly Operand[], params: P): Application => ({
  prim: prim as Primitive,
  inputs,
  params,
});

/** How a value was made, if it was made by that primitive. */
export const madeBy = <P>(x: Operand, prim: Primitive<P>): Application<P> | null =>
  x.from !== null && x.from.prim === prim ? x.from as Application<P> : null;

/** Whether a value is that constant; 0 and −0 are two. */
export const is = (x: Operand, c: number): boolean => Object.is(x.constant, c);
