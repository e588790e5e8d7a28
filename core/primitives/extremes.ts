/** The larger and the smaller of two, and the part above zero. */
import { bind1 } from "../interpreter.ts";
import type { MaybeZero, Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { cast } from "./cast.ts";
import { equal, greater, less } from "./compare.ts";
import { fullLike, zerosLike } from "./create.ts";
import { anyKind, elementwise, numeric, type Scalar } from "./elementwise.ts";
import { select } from "./select.ts";

/** The share of x in the derivative: 1 where it wins, ½ where both are equal. */
const share = (x: Value, y: Value, wins: (x: Value, y: Value) => Value): Value =>
  select(equal(x, y), fullLike(x, 0.5), cast(wins(x, y), x.dtype));

const extremum = (name: string, f: Scalar, wins: (x: Value, y: Value) => Value): Primitive<undefined> =>
  elementwise(name, {
    arity: 2,
    scalar: () => f,
    accepts: anyKind,
    tangent: ([x, y], [dx, dy]): MaybeZero => {
      const l = dx ? mul(dx, share(x!, y!, wins)) : null, r = dy ? mul(dy, share(y!, x!, wins)) : null;
      return l && r ? add(l, r) : l ?? r;
    },
  });

/** The larger of two; NaN if either is. */
export const maximumP: Primitive<undefined> = extremum("maximum", Math.max, (x, y) => greater(x, y));
/** The smaller of two; NaN if either is. */
export const minimumP: Primitive<undefined> = extremum("minimum", Math.min, (x, y) => less(x, y));
/** x where it is above 0, else 0; its derivative at 0 is 0. */
export const reluP: Primitive<undefined> = elementwise("relu", {
  arity: 1,
  scalar: () => (x) => x <= 0 ? 0 : x,
  accepts: numeric,
  tangent: ([x], [dx]) => select(greater(x!, zerosLike(x!)), dx!, zerosLike(x!)),
});

/** The larger of two. */
export const maximum = (x: Value, y: Value): Value => bind1(maximumP, [x, y], undefined);
/** The smaller of two. */
export const minimum = (x: Value, y: Value): Value => bind1(minimumP, [x, y], undefined);
/** x where it is above 0, else 0. */
export const relu = (x: Value): Value => bind1(reluP, [x], undefined);
