/**
 * Axes in another order, in types.
 *
 * @internal
 */
import type { Shape } from "../shape.ts";
import type { AllAxesOk, AnySizes, NormAxis, SizeAt } from "./axes.ts";
import type { Fail } from "./dim.ts";

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
