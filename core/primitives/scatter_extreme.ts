/** Scatters that keep the larger or the smaller of what meets at a place. */
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { div } from "./arithmetic.ts";
import { cast } from "./cast.ts";
import { equal } from "./compare.ts";
import { zerosLike } from "./create.ts";
import { gather, type Places } from "./gather.ts";
import { scatterAdd } from "./scatter.ts";
import { scatter } from "./scatter_record.ts";
import { select } from "./select.ts";

/** All that tie for a place, the element there before included, share its tangent evenly. */
const extreme = (name: string, keep: "max" | "min"): Primitive<Places> =>
  scatter(name, {
    with: keep,
    tangent: ({ x, indices, updates, y }, dx, du, p) => {
      const before = equal(x, y), among = equal(updates, gather(y, indices, p));
      const share = scatterAdd(
        dx ? select(before, dx, zerosLike(x)) : zerosLike(x),
        indices,
        du ? select(among, du, zerosLike(du)) : zerosLike(updates),
        p,
      );
      return div(share, scatterAdd(cast(before, x.dtype), indices, cast(among, x.dtype), p));
    },
  });

/** The largest of `x` and the updates for each place. */
export const scatterMaxP: Primitive<Places> = extreme("scatterMax", "max");
/** The smallest of `x` and the updates for each place. */
export const scatterMinP: Primitive<Places> = extreme("scatterMin", "min");

/** The largest of `x` and the updates for each place. */
export const scatterMax = (x: Value, indices: Value, updates: Value, p: Places): Value =>
  bind1(scatterMaxP, [x, indices, updates], p);
/** The smallest of `x` and the updates for each place. */
export const scatterMin = (x: Value, indices: Value, updates: Value, p: Places): Value =>
  bind1(scatterMinP, [x, indices, updates], p);
