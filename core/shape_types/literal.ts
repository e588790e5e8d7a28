/**
 * Nested arrays in types: the shape `tensor([[1, 2], [3, 4]])` has.
 *
 * @internal
 */
import type { Shape } from "../shape.ts";
import type { Differ } from "./concat.ts";
import type { Fail, Show } from "./dim.ts";

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
