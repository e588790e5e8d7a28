/**
 * Many tensors into one, in types: along an axis they have, or along a new one.
 *
 * @internal
 */
import type { Shape } from "../shape.ts";
import type { AllAxesOk, AnySizes, InsertAt, NormAxis, Put } from "./axes.ts";
import type { Fail, IfClash, IfOpen, Join, Show } from "./dim.ts";

/** The axes (outside `K`) in which two shapes of known rank certainly differ; `never` if none. */
export type Differ<A extends Shape, B extends Shape, K = never> = A["length"] extends B["length"]
  ? { [I in keyof A]: I extends K ? never : IfClash<A[I], B[I & keyof B], I, never> }[number]
  : "rank";

type JoinShapes<A extends Shape, B extends Shape> = {
  readonly [I in keyof A]: Join<A[I], B[I & keyof B] & number>;
};

type First<Ss extends readonly Shape[]> = Ss extends readonly [infer H extends Shape, ...unknown[]] ? H : Ss[number];

/** One shape for all, as well known as they together allow, or a `Fail` with the first pair that differs outside `I`. */
type Unify<Op extends string, Where extends string, Ss extends readonly Shape[], I extends number, Acc extends Shape> =
  Ss extends readonly [infer H extends Shape, ...infer T extends readonly Shape[]]
    ? number extends H["length"] ? Unify<Op, Where, T, I, Acc>
    : number extends Acc["length"] ? Unify<Op, Where, T, I, H>
    : [Differ<Acc, H, `${NormAxis<Acc, I>}`>] extends [never] ? Unify<Op, Where, T, I, JoinShapes<Acc, H>>
    : Fail<`${Op}: shapes ${Show<Acc>} and ${Show<H>} differ${Where}`>
    : Acc;

type AlongAxis<Ss extends readonly Shape[], I extends number> = Unify<
  "concat",
  ` outside axis ${I}`,
  Ss,
  I,
  First<Ss>
>;

type AlongNew<Ss extends readonly Shape[]> = Unify<"stack", "", Ss, never, First<Ss>>;

/** The shapes `Ss` joined along axis `I`, whose size is `number`: sizes are not added in types. */
export type Concat<Ss extends readonly Shape[], I extends number> = AlongAxis<Ss, I> extends infer R extends Shape
  ? NormAxis<R, I> extends infer K extends number ? number extends K ? AnySizes<R> : Put<R, K, number>
  : Shape
  : Shape;

type ConcatVerdict<Ss extends readonly Shape[], I extends number> = Ss extends readonly []
  ? Fail<"concat: needs at least one tensor">
  : AllAxesOk<"concat", First<Ss>, I> extends Fail<string> ? AllAxesOk<"concat", First<Ss>, I>
  : AlongAxis<Ss, I>;

/** `unknown` where `Ss` agree outside axis `I` or one is of unknown rank, else a `Fail`. */
export type ConcatOk<Ss extends readonly Shape[], I extends number> = IfOpen<
  Ss[number],
  unknown,
  ConcatVerdict<Ss, I>
> extends Fail<string> ? ConcatVerdict<Ss, I>
  : unknown;

/** The shapes `Ss` side by side along a new axis `I`, whose size is their count. */
export type Stack<Ss extends readonly Shape[], I extends number> = AlongNew<Ss> extends infer R extends Shape
  ? InsertAt<R, I, Ss["length"]>
  : Shape;

type StackVerdict<Ss extends readonly Shape[], I extends number> = Ss extends readonly []
  ? Fail<"stack: needs at least one tensor">
  : AlongNew<Ss> extends Fail<string> ? AlongNew<Ss>
  : AllAxesOk<"stack", readonly [...First<Ss>, number], I>;

/** `unknown` where `Ss` agree and `I` is an axis of the result, or one is of unknown rank, else a `Fail`. */
export type StackOk<Ss extends readonly Shape[], I extends number> = IfOpen<
  Ss[number],
  unknown,
  StackVerdict<Ss, I>
> extends Fail<string> ? StackVerdict<Ss, I>
  : unknown;
