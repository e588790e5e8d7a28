/**
 * Shapes in types: broadcast, reshaped, joined, reduced, transposed and indexed.
 *
 * @internal
 */
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type {
  AllAxesOk,
  AnySizes,
  Dim,
  Drop,
  Fail,
  Free,
  FreeShape,
  IfClash,
  IfOpen,
  InsertAt,
  Join,
  Members,
  NormAxis,
  Put,
  Show,
  SizeAt,
} from "./dims.ts";

// NumPy broadcasting in types: right-aligned, equal or 1.

/** The size two sizes broadcast to. */
type Meet<A extends number, B extends number> = readonly [A, B, Free<A>, Free<B>] extends readonly [B, A, never, never]
  ? A
  : B extends 1 ? A
  : A extends 1 ? B
  : number extends A ? B
  : A;

type IfApart<A, B, Then, Else> = readonly [A, B, Free<A>, Free<B>] extends readonly [B, A, never, never] ? Else
  : readonly [1] extends readonly [A | B] ? Else
  : IfClash<A, B, Then, Else>;

/** Walks from the last axis; a `Fail` marks a clash. */
export type Align<A extends Shape, B extends Shape> = readonly [A, B, FreeShape<A>] extends readonly [B, A, never] ? A
  : A extends readonly [] ? readonly [...B]
  : B extends readonly [] ? readonly [...A]
  : A extends readonly [...infer AI extends Shape, infer AL extends number]
    ? B extends readonly [...infer BI extends Shape, infer BL extends number] ? IfApart<
        AL,
        BL,
        Fail<"clash">,
        Align<AI, BI> extends infer R extends Shape ? readonly [...R, Meet<AL, BL>] : Fail<"clash">
      >
    : Shape
  : Shape;

type Checked<A extends Shape, B extends Shape> = IfOpen<A | B, Shape, Align<A, B>>;

/** The shape two shapes broadcast to. */
export type Broadcast<A extends Shape, B extends Shape> = readonly [A, B, FreeShape<A>] extends readonly [B, A, never]
  ? A
  : Align<A, B> extends infer R extends Shape ? R
  : Shape;

/** `unknown` where `A` and `B` broadcast, else a `Fail` with both. */
export type BroadcastOk<Op extends string, A extends Shape, B extends Shape> = Checked<A, B> extends Fail<string>
  ? Fail<`${Op}: cannot broadcast ${Show<A>} with ${Show<B>}`>
  : unknown;

/** The shape three shapes broadcast to. */
export type Broadcast3<A extends Shape, B extends Shape, C extends Shape> = Broadcast<Broadcast<A, B>, C>;

type Checked3<A extends Shape, B extends Shape, C extends Shape> = IfOpen<
  A | B,
  Checked<B, C>,
  Align<A, B> extends infer R extends Shape ? Checked<R, C> : Fail<"clash">
>;

/** `unknown` where `A`, `B` and `C` broadcast, else a `Fail` with all three. */
export type Broadcast3Ok<Op extends string, A extends Shape, B extends Shape, C extends Shape> =
  Checked3<A, B, C> extends Fail<string> ? Fail<`${Op}: cannot broadcast ${Show<A>} with ${Show<B>} with ${Show<C>}`>
    : unknown;

// The same elements under another shape, in types.

/** `S` with an axis of size 1 at `I` of the result. */
export type ExpandDims<S extends Shape, I extends number> = InsertAt<S, I, 1>;

/** `unknown` where `I` is an axis of the result, else a `Fail`. */
export type ExpandDimsOk<S extends Shape, I extends number> = AllAxesOk<"expandDims", readonly [...S, 1], I>;

type DropOnes<S extends Shape, Acc extends Shape = readonly []> = S extends
  readonly [infer H extends number, ...infer T extends Shape]
  ? number extends H ? Shape : H extends Dim<string> ? Shape : DropOnes<T, H extends 1 ? Acc : readonly [...Acc, H]>
  : S extends readonly [] ? Acc
  : Shape;

type DropAxes<S extends Shape, K extends number> = number extends K ? Shape : Drop<S, K>;

/** `S` without the axes `Axes`, or without all of size 1 if that is `undefined` (`Shape` if a size is not a literal). */
export type Squeeze<S extends Shape, Axes = undefined> = Axes extends undefined ? DropOnes<S>
  : Axes extends number ? DropAxes<S, NormAxis<S, Axes>>
  : Axes extends Shape ? number extends Axes["length"] ? Shape : DropAxes<S, NormAxis<S, Axes[number]>>
  : Shape;

type NotOne<S extends Shape, I extends number> = I extends number ? IfClash<SizeAt<S, I>, 1, I, never> : never;

type AnyNotOne<S extends Shape, I extends number> = readonly [number] extends readonly [I | S["length"]] ? false
  : [NotOne<S, I>] extends [never] ? false
  : true;

type AllOnes<S extends Shape, I extends number> = AnyNotOne<S, I> extends true
  ? Fail<`squeeze: axis ${NotOne<S, I>} of ${Show<S>} is not 1`>
  : AllAxesOk<"squeeze", S, I>;

/** `unknown` where every one of `Axes` is an axis of `S` that may be 1, else a `Fail`. */
export type SqueezeOk<S extends Shape, Axes> = Axes extends number ? AllOnes<S, Axes>
  : AllOnes<S, Members<Axes>>;

/** The shape asked for; a −1 in it is `number`. Whether the elements fit is checked at run time. */
export type Reshape<To extends Shape> = { readonly [I in keyof To]: To[I] extends -1 ? number : To[I] };

/** `S` as one axis, of known size only if there was nothing to multiply. */
export type Flatten<S extends Shape> = S extends readonly [] ? readonly [1]
  : S extends readonly [infer N extends number] ? readonly [N]
  : readonly [number];

// Many tensors into one, in types: along an axis they have, or along a new one.

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

// Reductions in types: which axes go, and whether a 1 stays in their place.

type Without<S extends Shape, K extends number, Keep> = number extends K ? Keep extends true ? AnySizes<S> : Shape
  : Keep extends true ? Put<S, K, 1>
  : Drop<S, K>;

type All<S extends Shape, Keep> = Keep extends true ? { readonly [I in keyof S]: 1 } : readonly [];

/**
 * `S` reduced over `Axes`: one axis, a tuple of axes, or `undefined` for all. `Keep` leaves a 1 for each.
 * Axes that are only `number` leave the rank unknown, or the sizes if it is kept.
 */
export type Reduce<S extends Shape, Axes, Keep = false> = Axes extends undefined ? All<S, Keep>
  : Axes extends number ? Without<S, NormAxis<S, Axes>, Keep>
  : Axes extends readonly number[]
    ? number extends Axes["length"] ? Without<S, number, Keep> : Without<S, NormAxis<S, Axes[number]>, Keep>
  : Shape;

/** `unknown` where every one of `Axes` is an axis of `S`, else a `Fail` with the one that is not. */
export type ReduceOk<Op extends string, S extends Shape, Axes> = Axes extends number ? AllAxesOk<Op, S, Axes>
  : AllAxesOk<Op, S, Members<Axes>>;

// Axes in another order, in types.

type Reverse<S extends Shape, Acc extends Shape = readonly []> = S extends
  readonly [infer H extends number, ...infer T extends Shape] ? Reverse<T, readonly [H, ...Acc]>
  : S extends readonly [] ? Acc
  : Shape;

type Permute<S extends Shape, P extends Shape> = { readonly [I in keyof P]: SizeAt<S, P[I] & number> };

/** `S` with its axes in the order `Perm`, or reversed if that is `undefined`. */
export type Transpose<S extends Shape, Perm = undefined> = Perm extends undefined ? Reverse<S>
  : Perm extends Shape ? number extends Perm["length"] ? AnySizes<S> : Permute<S, Perm>
  : Shape;

type List<P> = P extends readonly [infer I extends number] ? `${I}`
  : P extends readonly [infer I extends number, ...infer T] ? `${I},${List<T>}`
  : "";

type Uncovered<S extends Shape, K extends number> = number extends K ? never
  : Exclude<keyof S & `${number}`, `${K}`>;

type Count<P> = P extends readonly unknown[] ? P["length"] : never;

type Amiss<S extends Shape, Perm extends Shape, N> = readonly [number] extends readonly [N | S["length"]] ? false
  : N extends S["length"] ? [Uncovered<S, NormAxis<S, Perm[number]>>] extends [never] ? false : true
  : true;

/** `unknown` where `Perm` may name every axis of `S` once, else a `Fail`. */
export type TransposeOk<S extends Shape, Perm> = Perm extends Shape
  ? Amiss<S, Perm, Count<Perm>> extends true
    ? Fail<`transpose: [${List<Perm>}] is not a permutation of the ${S["length"]} axes`>
  : unknown
  : unknown;

/** `S` with axes `I` and `J` exchanged. */
export type SwapAxes<S extends Shape, I extends number, J extends number> = number extends
  NormAxis<S, I> | NormAxis<S, J> ? AnySizes<S>
  : {
    readonly [K in keyof S]: K extends `${NormAxis<S, I>}` ? SizeAt<S, J>
      : K extends `${NormAxis<S, J>}` ? SizeAt<S, I>
      : S[K];
  };

/** `unknown` where `I` and `J` are axes of `S`, else a `Fail`. */
export type SwapAxesOk<S extends Shape, I extends number, J extends number> = AllAxesOk<"swapAxes", S, I | J>;

// Indexing in types.

/** The shape that indices stand for. */
export type IndicesShape<I> = I extends Tensor<infer S, DType> ? S
  : I extends readonly unknown[] ? readonly [I["length"]]
  : readonly [];

/** The shape of `take`: the indices' in the place of the axis, or alone if there is none. */
export type Taken<S extends Shape, I, A> = A extends number ? TakenAt<S, NormAxis<S, A>, IndicesShape<I>>
  : IndicesShape<I>;

type TakenAt<S extends Shape, K extends number, I extends Shape, Acc extends Shape = readonly []> = number extends
  | K
  | S["length"] ? Shape
  : S extends readonly [infer H extends number, ...infer T extends Shape]
    ? Acc["length"] extends K ? readonly [...Acc, ...I, ...T] : TakenAt<T, K, I, readonly [...Acc, H]>
  : Shape;

/** The shape of `gather`: the points', then the axes that are not indexed, known where those indexed are the first. */
export type Gathered<S extends Shape, I extends Shape, A> = A extends undefined
  ? I extends readonly [...infer P extends Shape, infer K extends number]
    ? number extends K | S["length"] ? Shape : readonly [...P, ...DropFirst<S, K>]
  : Shape
  : Shape;

type DropFirst<S extends Shape, K extends number, N extends unknown[] = []> = N["length"] extends K ? S
  : S extends readonly [unknown, ...infer T extends Shape] ? DropFirst<T, K, [...N, 0]>
  : Shape;

/** The shape of `x` indexed by terms, as far as it is known. */
export type Indexed<S extends Shape, T extends readonly unknown[]> = number extends S["length"] | T["length"] ? Shape
  : Advanced<T> extends readonly [] ? Walk<S, T>
  : Advanced<T> extends readonly [unknown] ? Numbers<T> extends readonly [] ? Walk<S, T> : Shape
  : Shape;

type Advanced<T extends readonly unknown[], Acc extends readonly unknown[] = readonly []> = T extends
  readonly [infer H, ...infer R]
  ? Advanced<R, H extends Tensor<Shape, DType> | readonly unknown[] ? readonly [...Acc, H] : Acc>
  : Acc;

type Numbers<T extends readonly unknown[], Acc extends readonly unknown[] = readonly []> = T extends
  readonly [infer H, ...infer R] ? Numbers<R, H extends number ? readonly [...Acc, H] : Acc>
  : Acc;

type Walk<S extends Shape, T extends readonly unknown[], Acc extends Shape = readonly []> = T extends
  readonly [infer H, ...infer R] ? H extends null ? Walk<S, R, readonly [...Acc, 1]>
  : H extends "..." ? WalkBack<S, R, Acc>
  : S extends readonly [infer D extends number, ...infer Q extends Shape]
    ? Walk<Q, R, readonly [...Acc, ...OneTerm<D, H>]>
  : Shape
  : readonly [...Acc, ...S];

type WalkBack<S extends Shape, T extends readonly unknown[], Front extends Shape, Acc extends Shape = readonly []> =
  T extends readonly [...infer R, infer H] ? H extends null ? WalkBack<S, R, Front, readonly [1, ...Acc]>
    : S extends readonly [...infer Q extends Shape, infer D extends number]
      ? WalkBack<Q, R, Front, readonly [...OneTerm<D, H>, ...Acc]>
    : Shape
    : readonly [...Front, ...S, ...Acc];

type OneTerm<D extends number, H> = H extends number ? readonly []
  : H extends ":" | "::" | "::-1" ? readonly [D]
  : H extends Tensor<infer I, DType> ? I
  : H extends readonly unknown[] ? readonly [H["length"]]
  : readonly [number];

/** The terms that stand for an axis. */
type Used<T extends readonly unknown[], Acc extends readonly unknown[] = readonly []> = T extends
  readonly [infer H, ...infer R] ? Used<R, H extends null | "..." ? Acc : readonly [...Acc, H]>
  : Acc;

type MoreThan<T extends readonly unknown[], S extends Shape> = T extends readonly [unknown, ...infer R]
  ? S extends readonly [unknown, ...infer Q extends Shape] ? MoreThan<R, Q> : true
  : false;

/** `unknown` where `S` may have an axis for every term, else a `Fail`. */
export type IndexedOk<S extends Shape, T extends readonly unknown[]> = number extends S["length"] | T["length"]
  ? unknown
  : MoreThan<Used<T>, S> extends true
    ? Fail<`at: ${Used<T>["length"]} indices for ${Show<S>}, which has ${S["length"]} axes`>
  : unknown;
