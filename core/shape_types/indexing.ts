/**
 * Indexing in types.
 *
 * @internal
 */
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { NormAxis } from "./axes.ts";
import type { Fail, Show } from "./dim.ts";

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
