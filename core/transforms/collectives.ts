/** Collectives: what the examples under a named `vmap` axis say to one another. */
import type { DType } from "../dtype.ts";
import { TransformError } from "../errors.ts";
import { axisSize, bind1 } from "../interpreter.ts";
import { asFloat, requireNumeric, requireTensor } from "../ops/operands.ts";
import type { Batched, MappedAxis, MaybeZero, Primitive } from "../primitive.ts";
import { div, mul, scale } from "../primitives/arithmetic.ts";
import { equal } from "../primitives/compare.ts";
import { cast, full, iota } from "../primitives/create.ts";
import { dynamicSlice } from "../primitives/dynamic_slice.ts";
import { reduceMax } from "../primitives/reduce.ts";
import { broadcastInFront, moveAxis, reduceSum, reshape } from "../primitives/reshape.ts";
import type { Shape } from "../shape.ts";
import type { Spec, Tensor, Value } from "../tensor.ts";

interface AxisName {
  readonly axisName: string;
}
interface Sized extends AxisName {
  readonly size: number;
}

const unbound = (op: string, name: string): TransformError =>
  new TransformError(`${op}: no mapped axis is called "${name}" here; call it inside vmap(f, { axisName: "${name}" })`);

/** The record of a collective: what it does at its own axis, and how derivatives pass it. */
function collective<P extends AxisName>(
  name: string,
  infer: (x: readonly Spec[], p: P) => Spec,
  meet: (x: Value | undefined, mapped: boolean, axis: MappedAxis, p: P) => Batched,
  jvp: (x: Value, dx: Value, p: P) => MaybeZero,
  transpose?: (ct: Value, x: Value, p: P) => Value,
  passBy?: (x: Value, p: P) => Value,
): Primitive<P> {
  const record: Primitive<P> = {
    name,
    infer: (xs, p) => [infer(xs, p)],
    reference: (_, p) => {
      throw unbound(name, p.axisName);
    },
    jvp: (xs, dxs, p) => [[bind1(self, xs, p)], [dxs[0] ? jvp(xs[0]!, dxs[0], p) : null]],
    batch: (xs, mapped, p, axis) =>
      axis.name === p.axisName
        ? meet(xs[0], mapped[0] ?? false, axis, p)
        // Another mapped axis: a collective for each of its indices, all at once.
        : one(passBy === undefined ? bind1(self, [xs[0]!], p) : passBy(xs[0]!, p), true),
    lower: () => ({ kind: "never" }),
    axisName: (p) => p.axisName,
  };
  const self: Primitive<P> = transpose === undefined
    ? record
    : { ...record, transpose: ([ct], [x], _, p) => [transpose(ct!, x!, p)] };
  return self;
}

const one = (output: Value, mapped = false): Batched => ({ outputs: [output], mapped: [mapped] });

const psumP: Primitive<AxisName> = collective(
  "psum",
  ([x]) => x!,
  (x, mapped, { size }) => one(mapped ? reduceSum(x!, [0]) : scale(x!, size)),
  (_, dx, { axisName }) => psumValue(dx, axisName),
  (ct, _, { axisName }) => psumValue(ct, axisName),
);
const pmaxP: Primitive<AxisName> = collective(
  "pmax",
  ([x]) => x!,
  (x, mapped) => one(mapped ? reduceMax(x!, [0], "split") : x!),
  (x, dx, p) => {
    // Examples that tie for the maximum share its tangent evenly.
    const winners = cast(equal(x, bind1(pmaxP, [x], p)), x.dtype);
    return div(psumValue(mul(winners, dx), p.axisName), psumValue(winners, p.axisName));
  },
);
const axisIndexP: Primitive<AxisName> = collective(
  "axisIndex",
  () => ({ shape: [], dtype: "i32" }),
  (_, __, { size }) => one(iota([size], 0), true),
  () => null,
);
/** Stacks all examples' values in front of each one's axes; the axis of another `vmap` moves behind the stack's. */
const allGatherP: Primitive<Sized> = {
  ...collective<Sized>(
    "allGather",
    ([x], { size }) => ({ shape: [size, ...x!.shape], dtype: x!.dtype }),
    (x, mapped, { size }) => one(mapped ? x! : broadcastInFront(x!, size)),
    (_, dx, p) => bind1(allGatherP, [dx], p),
    (ct, x, { axisName }) => {
      const starts = [axisIndexValue(axisName), ...x.shape.map(() => full([], 0, "i32"))];
      return reshape(dynamicSlice(psumValue(ct, axisName), starts, [1, ...x.shape]), x.shape);
    },
    (x, p) => moveAxis(bind1(allGatherP, [x], p), 1, 0),
  ),
};

const psumValue = (x: Value, axisName: string): Value => bind1(psumP, [x], { axisName });
const axisIndexValue = (axisName: string): Value => bind1(axisIndexP, [], { axisName });

function requireAxis(op: string, name: string): number {
  const size = axisSize(name);
  if (size === undefined) throw unbound(op, name);
  return size;
}

/**
 * The sum of a value over all examples of a named `vmap` axis; each example gets the same sum.
 *
 * @param x Any numeric tensor, this example's.
 * @param axisName The name given to `vmap`.
 * @returns The sum, in the shape of `x`.
 * @throws {TransformError} If no mapped axis has that name.
 *
 * @example Shares of a total
 * ```ts
 * import { div, psum, tensor, type Tensor, vmap } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const share = vmap((x: Tensor<readonly []>) => div(x, psum(x, "batch")), { axisName: "batch" });
 * assertEquals(share(tensor([1, 3])).toArray(), [0.25, 0.75]);
 * ```
 */
export function psum<S extends Shape, D extends DType>(x: Tensor<S, D>, axisName: string): Tensor<S, D> {
  requireAxis("psum", axisName);
  return psumValue(requireNumeric("psum", x), axisName) as Tensor<S, D>;
}

/**
 * The mean of a value over all examples of a named `vmap` axis.
 *
 * @param x Any tensor, this example's; integers become f32.
 * @param axisName The name given to `vmap`.
 * @returns The mean, in the shape of `x`.
 * @throws {TransformError} If no mapped axis has that name.
 *
 * @example Centred examples
 * ```ts
 * import { pmean, sub, tensor, type Tensor, vmap } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const centre = vmap((x: Tensor<readonly []>) => sub(x, pmean(x, "batch")), { axisName: "batch" });
 * assertEquals(centre(tensor([1, 3])).toArray(), [-1, 1]);
 * ```
 */
export function pmean<S extends Shape>(x: Tensor<S, DType>, axisName: string): Tensor<S> {
  const n = requireAxis("pmean", axisName);
  return scale(psumValue(asFloat(requireTensor("pmean", x)), axisName), 1 / n) as Tensor<S>;
}

/**
 * The largest of a value over all examples of a named `vmap` axis; examples that tie share its gradient evenly.
 *
 * @param x Any numeric tensor, this example's.
 * @param axisName The name given to `vmap`.
 * @returns The maximum, in the shape of `x`.
 * @throws {TransformError} If no mapped axis has that name.
 *
 * @example The best of a batch
 * ```ts
 * import { pmax, tensor, type Tensor, vmap } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const best = vmap((x: Tensor<readonly []>) => pmax(x, "batch"), { axisName: "batch" });
 * assertEquals(best(tensor([1, 3])).toArray(), [3, 3]);
 * ```
 */
export function pmax<S extends Shape, D extends DType>(x: Tensor<S, D>, axisName: string): Tensor<S, D> {
  requireAxis("pmax", axisName);
  return bind1(pmaxP, [requireNumeric("pmax", x)], { axisName }) as Tensor<S, D>;
}

/**
 * All examples' values of a named `vmap` axis, stacked along a new first axis; each example gets the same stack.
 *
 * @param x Any tensor, this example's.
 * @param axisName The name given to `vmap`.
 * @returns The stack, `[examples, ...shape of x]`.
 * @throws {TransformError} If no mapped axis has that name.
 *
 * @example Everybody's value
 * ```ts
 * import { allGather, tensor, type Tensor, vmap } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const all = vmap((x: Tensor<readonly []>) => allGather(x, "batch"), { axisName: "batch" });
 * assertEquals(all(tensor([1, 3])).toArray(), [[1, 3], [1, 3]]);
 * ```
 */
export function allGather<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  axisName: string,
): Tensor<readonly [number, ...S], D> {
  const size = requireAxis("allGather", axisName);
  return bind1(allGatherP, [requireTensor("allGather", x)], { axisName, size }) as Tensor<readonly [number, ...S], D>;
}

/**
 * This example's index along a named `vmap` axis.
 *
 * @param axisName The name given to `vmap`.
 * @returns An i32 scalar.
 * @throws {TransformError} If no mapped axis has that name.
 *
 * @example Positions in a batch
 * ```ts
 * import { add, axisIndex, tensor, type Tensor, vmap } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const f = vmap((x: Tensor<readonly []>) => add(x, axisIndex("batch")), { axisName: "batch" });
 * assertEquals(f(tensor([10, 10])).toArray(), [10, 11]);
 * ```
 */
export function axisIndex(axisName: string): Tensor<readonly [], "i32"> {
  requireAxis("axisIndex", axisName);
  return axisIndexValue(axisName) as Tensor<readonly [], "i32">;
}
