/** Choices between few: coins and loaded dice. */
import { ShapeError } from "../errors.ts";
import { asFloat, requireTensor } from "../ops/operands.ts";
import { add, scale, sub } from "../primitives/arithmetic.ts";
import { argMax } from "../primitives/arg_extreme.ts";
import { broadcastRight } from "../primitives/broadcast.ts";
import { less } from "../primitives/compare.ts";
import { checkShape, normalizeAxis, sameShape, type Shape, show } from "../shape.ts";
import type { Reduce } from "../shape_types.ts";
import type { DType } from "../dtype.ts";
import type { Tensor, Value } from "../tensor.ts";
import {
  type Domain,
  drawn,
  type FloatDType,
  type Key,
  type Parameter,
  parameters,
  type ParameterShape,
  requireKey,
} from "./arguments.ts";
import { unit } from "./bits.ts";
import { requireResolution, type Resolution, standardGumbel, twoUnits, ulp } from "./logarithmic.ts";

const probability: Domain = { test: (p) => p >= 0 && p <= 1, text: "must lie between 0 and 1" };

/**
 * Coins that show true with probability `p`.
 *
 * @param key A key, u32[2].
 * @param p Probabilities: a number, or a tensor that broadcasts to `shape`.
 * @param shape What to draw; the shape of `p` if left out.
 * @param options `mode`: "low" (if left out) or "high" resolution of small probabilities.
 * @returns Truth values, `shape`.
 * @throws {ArgumentError} If a number `p` is not between 0 and 1.
 * @see JAX's `jax.random.bernoulli`, whose values these are
 *
 * @example A mask that keeps most
 * ```ts
 * import { bernoulli, key } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bernoulli(key(42), 0.3, [8]).toArray(), [false, false, false, false, false, false, true, false]);
 * ```
 */
export function bernoulli<const P extends Parameter = number, const S extends Shape = ParameterShape<P>>(
  key: Key,
  p: P,
  shape?: S,
  options: { readonly mode?: Resolution } = {},
): Tensor<S, "bool"> {
  const k = requireKey("bernoulli", key), mode = requireResolution("bernoulli", options.mode ?? "low");
  const given = parameters("bernoulli", { p }, probability, undefined), dtype = given[0]!.dtype as FloatDType;
  const [to, [chance]] = drawn("bernoulli", shape, given, ["p"]);
  if (mode === "low") return less(unit(k, to, dtype), chance!) as Value as Tensor<S, "bool">;
  const [high, low] = twoUnits(k, to, dtype);
  return less(scale(low, ulp(dtype)), sub(chance!, high)) as Value as Tensor<S, "bool">;
}

/** Options of `categorical`. */
export interface CategoricalOptions<Axis extends number = number, S extends Shape = Shape> {
  /** The axis of the classes, the last if left out. */
  readonly axis?: Axis;
  /** What to draw: it ends in the shape of the logits without their axis, which is what is drawn if left out. */
  readonly shape?: S;
  /** "low" (if left out) or "high" resolution of unlikely classes. */
  readonly mode?: Resolution;
}

/**
 * Class indices, each with the probability that the softmax of the logits gives it.
 *
 * @param key A key, u32[2].
 * @param logits Logarithms of probabilities, up to a constant: `[..., classes]`. −∞ is never drawn.
 * @param options `axis` of the classes; `shape` to draw more than one of each; `mode`.
 * @returns Indices, i32: the shape of the logits without their axis, or `shape`.
 * @throws {ShapeError} If the axis is out of range or empty, or `shape` does not end as it must.
 * @see JAX's `jax.random.categorical`: the index of the largest of logits plus Gumbel numbers
 *
 * @example Draws from one distribution
 * ```ts
 * import { categorical, key, log, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(categorical(key(0), log(tensor([0, 1, 0])), { shape: [3] }).toArray(), [1, 1, 1]);
 * ```
 */
export function categorical<
  L extends Shape,
  D extends DType,
  const Axis extends number = -1,
  const S extends Shape = Reduce<L, Axis>,
>(key: Key, logits: Tensor<L, D>, options: CategoricalOptions<Axis, S> = {}): Tensor<S, "i32"> {
  const k = requireKey("categorical", key), x = asFloat(requireTensor("categorical", logits, "logits"));
  const mode = requireResolution("categorical", options.mode ?? "low"), rank = x.shape.length;
  const axis = normalizeAxis("categorical", options.axis ?? -1, rank);
  if (x.shape[axis] === 0) {
    throw new ShapeError(`categorical: logits of shape ${show(x.shape)} have no classes along axis ${axis}`);
  }
  const batch = x.shape.filter((_, a) => a !== axis);
  const shape = checkShape("categorical", options.shape ?? batch), lead = shape.length - batch.length;
  if (lead < 0 || !sameShape(shape.slice(lead), batch)) {
    throw new ShapeError(
      `categorical: the shape to draw, ${show(shape)}, does not end in ${
        show(batch)
      }, that of the logits without axis ${axis}`,
    );
  }
  const full = [...shape.slice(0, lead), ...x.shape];
  const noisy = add(standardGumbel(k, full, x.dtype as FloatDType, mode), broadcastRight(x, full));
  return argMax(noisy, lead + axis) as Value as Tensor<S, "i32">;
}
