/**
 * Reductions in types: which axes go, and whether a 1 stays in their place.
 *
 * @internal
 */
import type { Shape } from "../shape.ts";
import type { AllAxesOk, AnySizes, Drop, Members, NormAxis, Put } from "./axes.ts";

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
