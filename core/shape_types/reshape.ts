/**
 * The same elements under another shape, in types.
 *
 * @internal
 */
import type { Shape } from "../shape.ts";
import type { AllAxesOk, Drop, InsertAt, Members, NormAxis, SizeAt } from "./axes.ts";
import type { Dim, Fail, IfClash, Show } from "./dim.ts";

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
