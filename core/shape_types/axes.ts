/**
 * Axes in types: counting them from either end, and picking, dropping and inserting sizes by them.
 *
 * @internal
 */
import type { Shape } from "../shape.ts";
import type { Fail } from "./dim.ts";

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
