/** The scatter that multiplies. */
import { bind1 } from "../interpreter.ts";
import type { MaybeZero, Primitive } from "../primitive.ts";
import type { Value } from "../tensor.ts";
import { add, div, mul, scale, sub } from "./arithmetic.ts";
import { equal } from "./compare.ts";
import { cast } from "./cast.ts";
import { fullLike, onesLike, zerosLike } from "./create.ts";
import { gather, type Places } from "./gather.ts";
import { square } from "./power.ts";
import { scatterAdd } from "./scatter.ts";
import { scatter } from "./scatter_record.ts";
import { select } from "./select.ts";

/** What is at the places times the updates; a place named twice is multiplied twice. */
export const scatterMulP: Primitive<Places> = scatter("scatterMul", {
  with: "mul",
  tangent: ({ x, indices, updates }, dx, du, p) => {
    const ofX = dx ? scatterMul(dx, indices, updates, p) : null;
    const ofU = du ? tangentOfUpdates(x, indices, updates, du, p) : null;
    return ofX && ofU ? add(ofX, ofU) : ofX ?? ofU!;
  },
  // On a tape it is linear in the operand alone.
  transpose: (ct, [, indices, updates], [lx], p) => [lx ? scatterMul(ct, indices, updates, p) : null, null],
});

/**
 * Σᵢ duᵢ · x · Πⱼ≠ᵢ uⱼ over the updates of a place.
 *
 * Dividing the whole product by uᵢ gives that unless an update is 0, so zeros are set apart: x·Πu = P·q with P the
 * product without them and q that of the zeros alone, 1 without any. One zero z is q itself; two are
 * ((z₁ + z₂)² − (z₁² + z₂²)) / 2, which has their derivatives; three or more have none but 0 up to the second order.
 */
function tangentOfUpdates(x: Value, indices: Value, u: Value, du: Value, p: Places): Value {
  const put = (v: Value): Value => scatterAdd(zerosLike(x), indices, v, p);
  if (p.unique) return put(mul(gather(x, indices, p), du));
  const zero = equal(u, zerosLike(u)), none = zerosLike(u);
  const others = select(zero, onesLike(u), u), product = scatterMul(x, indices, others, p);
  const dProduct = mul(product, put(div(select(zero, none, du), others)));
  const count = put(cast(zero, u.dtype)), z = select(zero, u, none), dz = select(zero, du, none);
  const is = (n: number): Value => equal(count, fullLike(count, n));
  const choose = (q: readonly [MaybeZero, Value, Value]): Value =>
    select(is(0), q[0] ?? zerosLike(count), select(is(1), q[1], select(is(2), q[2], zerosLike(count))));
  const q = choose([onesLike(count), put(z), scale(sub(square(put(z)), put(square(z))), 0.5)]);
  const dq = choose([null, put(dz), sub(mul(put(z), put(dz)), put(mul(z, dz)))]);
  return add(mul(dProduct, q), mul(product, dq));
}

/** What is at the places of `x` times the updates. */
export const scatterMul = (x: Value, indices: Value, updates: Value, p: Places): Value =>
  bind1(scatterMulP, [x, indices, updates], p);
