/**
 * What a primitive's rule of simplification is written with: values as it sees them, and what it may answer.
 *
 * A rule must give the same bits as what it replaces, for every input: NaN, ±∞ and −0 included.
 */
import type { Primitive } from "../primitive.ts";
import type { Spec } from "../tensor.ts";

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
