/**
 * The dot product in types: NumPy's, over the last axis and the last but one.
 *
 * @internal
 */
import type { Shape } from "../shape.ts";
import type { Fail, IfClash, Show } from "./dim.ts";

/** The shape of {@linkcode dot}`(a, b)`. */
export type Dot<A extends Shape, B extends Shape> = A extends readonly [] ? B
  : B extends readonly [] ? A
  : A extends readonly [...infer P extends Shape, number] ? B extends readonly [number] ? readonly [...P]
    : B extends readonly [...infer Q extends Shape, number, infer N extends number] ? readonly [...P, ...Q, N]
    : Shape
  : Shape;

type Contracted<B extends Shape> = B extends readonly [infer K] ? K
  : B extends readonly [...unknown[], infer K, unknown] ? K
  : number;

/** `unknown` where `dot(a, b)` is defined, else a `Fail` with both shapes. */
export type DotOk<A extends Shape, B extends Shape> = B extends readonly [] ? unknown
  : A extends readonly [...unknown[], infer K]
    ? IfClash<K, Contracted<B>, Fail<`dot: inner sizes differ, ${Show<A>} · ${Show<B>}`>, unknown>
  : unknown;
