/**
 * Lengths of axes, and arithmetic and names of axes in types.
 *
 * @internal
 */
import { ShapeError } from "../errors.ts";
import type { Shape } from "../shape.ts";
import type { Differ } from "./shapes.ts";

// Nested arrays in types: the shape `tensor([[1, 2], [3, 4]])` has.

/** The shape of nested arrays of numbers or truth values, read off first elements; lengths of plain arrays are `number`. */
export type LiteralShape<T> = unknown extends T ? Shape
  : [T] extends [number | boolean] ? readonly []
  : [T] extends [readonly []] ? readonly [0]
  : [T] extends [readonly [infer H, ...unknown[]]] ? readonly [T["length"] & number, ...LiteralShape<H>]
  : [T] extends [readonly (infer H)[]] ? readonly [number, ...LiteralShape<H>]
  : [T] extends [ArrayLike<number>] ? readonly [number]
  : Shape;

type Odd<T extends readonly unknown[]> = {
  [I in keyof T]: OddOne<LiteralShape<T[0]>, LiteralShape<T[I]>>;
}[number];

type OddOne<A extends Shape, B extends Shape> = number extends A["length"] | B["length"] ? never
  : [Differ<A, B>] extends [never] ? never
  : B;

/** `unknown` where the parts of a nested array literal have one shape, else a `Fail` with two that differ. */
export type LiteralOk<T> = T extends readonly [unknown, unknown, ...unknown[]]
  ? [Odd<T>] extends [never] ? unknown : Fail<`tensor: parts of shapes ${Show<LiteralShape<T[0]>>} and ${Show<Odd<T>>}`>
  : unknown;

// One tensor cut into several, in types.

type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type Repeated<T, N extends number, Acc extends readonly T[] = readonly []> = Acc["length"] extends N ? Acc
  : Repeated<T, N, readonly [...Acc, T]>;

/** `N` times `T` as a tuple, where `N` is a literal below 100; else an array. */
export type Parts<T, N extends number> = number extends N ? readonly T[]
  : `${N}` extends `${Digit}` | `${Digit}${Digit}` ? Repeated<T, N>
  : readonly T[];

/** `S` with an unknown size of axis `A`: sizes are not divided in types. */
export type CutAlong<S extends Shape, A extends number> = NormAxis<S, A> extends infer K extends number
  ? number extends K ? { readonly [I in keyof S]: number } : Put<S, K, number>
  : Shape;

// What a single size is in types, when two of them agree, and how shapes and failures are written.

declare const dimLabel: unique symbol;

/** A size known only at run time, told apart from other sizes by its label. */
export type Dim<L extends string> = number & { readonly [dimLabel]: L };

/**
 * Gives a size that is known only at run time a label the types can follow.
 *
 * @param label What the size counts; sizes agree when their labels do.
 * @param size A whole number, 0 or more.
 * @returns The same number, typed by its label.
 * @throws {ShapeError} If `size` is negative or not a whole number.
 * @example Labelling a batch axis
 * ```ts
 * import { dim } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 * assertEquals(dim("batch", 32) + 1, 33);
 * ```
 */
export function dim<const L extends string>(label: L, size: number): Dim<L> {
  if (!Number.isInteger(size) || size < 0) {
    throw new ShapeError(`dim: ${label} is ${size}; a size is a whole number, 0 or more`);
  }
  return size as Dim<L>;
}

/** What an argument is intersected with when its shape does not fit; nothing is assignable to it, and `M` says why. */
export type Fail<M extends string> = { readonly shapeError: M };

/** One size as messages show it: the literal, the label, `?` if unknown. */
export type ShowDim<D> = D extends Dim<infer L> ? L : D extends number ? (number extends D ? "?" : `${D}`) : never;

/** A shape as messages show it: `32×128`, `batch×128`, `?×128`, `scalar`, `…` where the rank is unknown. */
export type Show<S> = S extends readonly [] ? "scalar"
  : S extends readonly [infer D] ? ShowDim<D>
  : S extends readonly [infer H, ...infer T] ? `${ShowDim<H>}×${Show<T>}`
  : S extends readonly [...infer T, infer H] ? `${Show<T>}×${ShowDim<H>}`
  : "…";

/**
 * What makes `readonly [A, B, Free<A>] extends readonly [B, A, never]` say yes of one type parameter against itself,
 * no of anything known, and nothing yet of two parameters (a declaration's): TypeScript relates a conditional type it
 * cannot decide by its branches, leaving out one that is `any`; and `any` is not assignable to `never`.
 */
// deno-lint-ignore no-explicit-any -- no other type has both properties
export type Free<D> = D extends number ? any : never;

/** {@linkcode Free} of a shape: free if its rank is, as in `S` and in `readonly [...L, 3]`. */
// deno-lint-ignore no-explicit-any -- as above
export type FreeShape<S extends Shape> = number extends S["length"] ? never : any;

/** `Then` where the rank of a member of the union `S` is unknown, else `Else`. */
export type IfOpen<S, Then, Else> = readonly [readonly never[]] extends readonly [S] ? Then : Else;

type Clash<A, B> = readonly [A, B, Free<A>, Free<B>] extends readonly [B, A, never, never] ? false
  : readonly [number] extends readonly [A | B] ? false
  : [A] extends [B] ? false
  : [B] extends [A] ? false
  : true;

// How a free size or shape passes a check that nobody can decide: TypeScript lets into a conditional type whatever fits
// its false branch, if the question is certainly answered no once every type parameter in it is read as a wildcard. So
// the `…Ok` types ask whether something is *wrong*, with no `infer` of their own, and what they ask begins with a tuple
// comparison that a wildcard passes and that means "nothing known".

/** `Then` where two sizes certainly differ, else `Else`. */
export type IfClash<A, B, Then, Else> = Clash<A, B> extends true ? Then : Else;

/** Whether two sizes can be the same: `number` agrees with everything, a union with each of its members. */
export type Agree<A, B> = IfClash<A, B, false, true>;

/** The better known of two sizes that agree. */
export type Join<A, B> = readonly [A, B, Free<A>, Free<B>] extends readonly [B, A, never, never] ? A
  : number extends A ? B
  : A;

// Axes in types: counting them from either end, and picking, dropping and inserting sizes by them.

/** By rank, then by distance from the end: the same axis from the front. Ranks beyond stay unknown. */
interface FromEnd {
  0: [never];
  1: [never, 0];
  2: [never, 1, 0];
  3: [never, 2, 1, 0];
  4: [never, 3, 2, 1, 0];
  5: [never, 4, 3, 2, 1, 0];
  6: [never, 5, 4, 3, 2, 1, 0];
  7: [never, 6, 5, 4, 3, 2, 1, 0];
  8: [never, 7, 6, 5, 4, 3, 2, 1, 0];
}

type Back<R extends number, N extends string> = R extends keyof FromEnd
  ? N extends keyof FromEnd[R] ? FromEnd[R][N] & number : never
  : number;

/** Axis `I` of `S` from the front: a literal, `number` if either is unknown, `never` if out of range. */
export type NormAxis<S extends Shape, I extends number> = I extends number
  ? number extends I | S["length"] ? number : `${I}` extends `-${infer N}` ? Back<S["length"], N>
  : `${I}` extends keyof S ? I
  : never
  : never;

type OutOfRange<S extends Shape, I extends number> = I extends number ? [NormAxis<S, I>] extends [never] ? I : never
  : never;

// A conditional type, not `A[number]`: of that TypeScript would know at its declaration that `number` is assignable to it.
/** The union of a tuple's axes, `never` of anything else. */
export type Members<A> = A extends readonly (infer I extends number)[] ? I : never;

type AnyOut<S extends Shape, I extends number> = readonly [number] extends readonly [I | S["length"]] ? false
  : [OutOfRange<S, I>] extends [never] ? false
  : true;

/** `unknown` where every axis of the union `I` is one of `S`, else a `Fail`. */
export type AllAxesOk<Op extends string, S extends Shape, I extends number> = AnyOut<S, I> extends true
  ? S["length"] extends 0 ? Fail<`${Op}: axis ${OutOfRange<S, I>} of a scalar, which has no axes`>
  : Fail<`${Op}: axis ${OutOfRange<S, I>} is out of range for rank ${S["length"]}`>
  : unknown;

/** `unknown` where `I` may be an axis of `S`, else a `Fail`. */
export type AxisOk<Op extends string, S extends Shape, I> = I extends number ? AllAxesOk<Op, S, I> : unknown;

/** The size of axis `I`, `number` if unknown. */
export type SizeAt<S extends Shape, I extends number> = NormAxis<S, I> extends infer N extends number
  ? number extends N ? number : S[N]
  : number;

/** The same rank, every size unknown. */
export type AnySizes<S extends Shape> = { readonly [I in keyof S]: number };

/** `S` with the sizes of the axes `K` (from the front) replaced by `D`. */
export type Put<S extends Shape, K extends number, D extends number> = {
  readonly [I in keyof S]: I extends `${K}` ? D : S[I];
};

/** `S` without the axes `K` (from the front). */
export type Drop<S extends Shape, K extends number, Acc extends Shape = readonly [], N extends unknown[] = []> =
  S extends readonly [infer H extends number, ...infer T extends Shape]
    ? Drop<T, K, N["length"] extends K ? Acc : readonly [...Acc, H], [...N, 0]>
    : S extends readonly [] ? Acc
    : Shape;

/** `S` with a size `D` inserted before the axis `K` (from the front, or `S["length"]`). */
export type Insert<S extends Shape, K extends number, D extends number, Acc extends Shape = readonly []> =
  Acc["length"] extends K ? readonly [...Acc, D, ...S]
    : S extends readonly [infer H extends number, ...infer T extends Shape] ? Insert<T, K, D, readonly [...Acc, H]>
    : Shape;

/** {@linkcode Insert} at an axis of the *result* counted from either end. */
export type InsertAt<S extends Shape, I extends number, D extends number> = number extends S["length"] ? Shape
  : NormAxis<readonly [...S, D], I> extends infer K extends number
    ? number extends K ? readonly [...AnySizes<S>, number] : Insert<S, K, D>
  : Shape;

// An axis moved among the others, in types.

/** The shape with an axis moved, or several. */
export type MoveAxis<S extends Shape, I, J> = number extends S["length"] ? Shape
  : I extends number ? J extends number ? Moved<S, NormAxis<S, I>, SizeAt<S, I>, J> : AnySizes<S>
  : AnySizes<S>;

type Moved<S extends Shape, K extends number, D extends number, J extends number> = number extends K | J ? AnySizes<S>
  : InsertAt<Drop<S, K>, J, D>;

/** `unknown` where `I` and `J` may be axes of `S`, else a `Fail`. */
export type MoveAxisOk<S extends Shape, I, J> = AxisOk<"moveAxis", S, I> & AxisOk<"moveAxis", S, J>;
