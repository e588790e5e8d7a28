/**
 * An axis moved among the others, in types.
 *
 * @internal
 */
import type { Shape } from "../shape.ts";
import type { AnySizes, AxisOk, Drop, InsertAt, NormAxis, SizeAt } from "./axes.ts";

/** The shape with an axis moved, or several. */
export type MoveAxis<S extends Shape, I, J> = number extends S["length"] ? Shape
  : I extends number ? J extends number ? Moved<S, NormAxis<S, I>, SizeAt<S, I>, J> : AnySizes<S>
  : AnySizes<S>;

type Moved<S extends Shape, K extends number, D extends number, J extends number> = number extends K | J ? AnySizes<S>
  : InsertAt<Drop<S, K>, J, D>;

/** `unknown` where `I` and `J` may be axes of `S`, else a `Fail`. */
export type MoveAxisOk<S extends Shape, I, J> = AxisOk<"moveAxis", S, I> & AxisOk<"moveAxis", S, J>;
