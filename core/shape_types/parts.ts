/**
 * One tensor cut into several, in types.
 *
 * @internal
 */
import type { Shape } from "../shape.ts";
import type { NormAxis, Put } from "./axes.ts";

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
