/**
 * Gradient transformations: pure functions from gradients to updates, which compose.
 *
 * An optimizer is one. It keeps nothing: its state is a tree of tensors that goes in and comes back, so a whole step runs
 * inside `jit`.
 */
import { add, cast, type DType, type Shape, type Tensor, tree } from "../mod.ts";

/** A transformation's state: a tree of tensors, whose form is its own business. */
export type OptState = unknown;

/** From gradients to updates. */
export interface GradientTransformation {
  /** The state before the first update, for parameters of these shapes. */
  readonly init: (params: unknown) => OptState;
  /**
   * Updates from gradients.
   *
   * @param gradients A tree like the parameters. @param state What `init` or the last call gave. @param params The parameters.
   * @returns `[updates, state]`; the updates are a tree like the parameters, to be added to them.
   */
  readonly update: <P>(gradients: P, state: OptState, params: P) => readonly [P, OptState];
}

/**
 * The transformation that hands gradients through.
 *
 * @example Nothing changed
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { identity } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const g = { w: tensor(1) };
 * assertEquals(identity.update(g, identity.init(g), g)[0], g);
 * ```
 */
export const identity: GradientTransformation = { init: () => [], update: (g, s) => [g, s] };

/** An associative operation with a unit: fp-ts's `Monoid` written out, so that its functions take it. */
export interface Monoid<A> {
  /** `x`, then `y`. */
  readonly concat: (x: A, y: A) => A;
  /** What changes nothing on either side. */
  readonly empty: A;
}

/**
 * Gradient transformations as a Monoid: `concat(a, b)` is a, then b on what a gives; `empty` hands gradients through.
 *
 * @example Its unit
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { monoidTransformation } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const { empty } = monoidTransformation;
 * const g = { w: tensor(1) };
 * assertEquals(empty.update(g, empty.init(g), g)[0], g);
 * ```
 */
export const monoidTransformation: Monoid<GradientTransformation> = {
  empty: identity,
  concat: (first, second) => ({
    init: (params) => [first.init(params), second.init(params)],
    update: (gradients, state, params) => {
      const [a, b] = state as readonly [OptState, OptState];
      const [mid, a1] = first.update(gradients, a, params);
      const [out, b1] = second.update(mid, b, params);
      return [out, [a1, b1]];
    },
  }),
};

/**
 * Transformations one after the other, the first applied first.
 *
 * @param parts Transformations; none gives the identity.
 * @returns Their composition.
 *
 * @example Clipping, then Adam
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adam, applyUpdates, chain, clipByGlobalNorm } from "@adjoint/adjoint/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = chain(clipByGlobalNorm(1), adam(0.1));
 * const params = { w: tensor([1]) };
 * const [updates] = optimizer.update({ w: tensor([50]) }, optimizer.init(params), params);
 * assertAlmostEquals(applyUpdates(params, updates).w.dataSync()[0]!, 0.9, 1e-6);
 * ```
 */
export const chain = (...parts: readonly GradientTransformation[]): GradientTransformation =>
  parts.length === 0 ? identity : parts.reduceRight((rest, first) => monoidTransformation.concat(first, rest));

/**
 * Parameters after an update: the sums of both trees' tensors, in the parameters' dtypes.
 *
 * @param params A tree of tensors. @param updates A tree like it.
 * @returns The new parameters.
 * @throws {ArgumentError} If the structures differ.
 *
 * @example One step downhill
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { applyUpdates } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(applyUpdates({ w: tensor([1, 2]) }, { w: tensor([-1, 1]) }).w.toArray(), [0, 3]);
 * ```
 */
export function applyUpdates<P>(params: P, updates: P): P {
  return tree.map(
    (p, u) => cast(add(p as Tensor<Shape, DType>, u as never) as Tensor<Shape, DType>, p.dtype),
    params,
    updates,
  );
}
