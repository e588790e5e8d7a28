/** The larger and the smaller of two, NaN where either is; ties share the derivative evenly. */
import { bind1 } from "../interpreter.ts";
import type { MaybeZero, Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { cast } from "./cast.ts";
import { equal, greater, less } from "./compare.ts";
import { fullLike } from "./create.ts";
import { elementwise, numeric } from "./elementwise.ts";

/** How much of the derivative x gets: 1 where it wins, ½ where it ties. */
function share(wins: Value, ties: Value, x: Value): Value {
  return add(cast(wins, x.dtype), mul(cast(ties, x.dtype), fullLike(x, 0.5)));
}

function tangent(better: (a: Value, b: Value) => Value) {
  return ([x, y]: readonly Value[], [dx, dy]: readonly MaybeZero[]): MaybeZero => {
    const s = share(better(x!, y!), equal(x!, y!), x!);
    const l = dx ? mul(s, dx) : null, r = dy ? mul(sub(fullLike(x!, 1), s), dy) : null;
    return l && r ? add(l, r) : l ?? r;
  };
}

/** max(x, y). */
export const maximumP: Primitive<undefined> = elementwise("maximum", {
  arity: 2,
  scalar: () => Math.max,
  accepts: numeric,
  tangent: tangent((a, b) => greater(a, b)),
});

/** min(x, y). */
export const minimumP: Primitive<undefined> = elementwise("minimum", {
  arity: 2,
  scalar: () => Math.min,
  accepts: numeric,
  tangent: tangent((a, b) => less(a, b)),
});

/** max(x, y). */
export const maximum = (x: Value, y: Value): Value => bind1(maximumP, [x, y], undefined);
/** min(x, y). */
export const minimum = (x: Value, y: Value): Value => bind1(minimumP, [x, y], undefined);
