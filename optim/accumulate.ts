/** Transformations that act at some steps only. */
import { cast, cond, type Tensor, tree, type Value, zeros, zerosLike } from "../mod.ts";
import { add, all, and, equal, isFinite, less, mul, not, or, where } from "./loose.ts";
import { firstStep, nextStep } from "./schedule.ts";
import { requireWhole } from "./settings.ts";
import type { GradientTransformation, OptState } from "./transformation.ts";

type Count = Tensor<readonly [], "i32">;

/** What the inner transformation gives, in the dtypes of the gradients, so that both branches of a `cond` agree. */
function acted<P>(inner: GradientTransformation, gradients: P, state: OptState, params: P): readonly [P, OptState] {
  const [updates, next] = inner.update(gradients, state, params);
  return [tree.map((u, g) => cast(u, g!.dtype), updates, gradients), next];
}

interface AccumulateState {
  readonly count: Count;
  readonly sum: unknown;
  readonly inner: OptState;
}

/**
 * Gradient accumulation: the mean of `steps` gradients makes one update; the updates between are zeros, and cost nothing
 * of the inner optimizer.
 *
 * @param inner The optimizer. @param steps How many gradients make one.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If `steps` is no whole number from 1.
 *
 * @example Two small batches are one large one
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { accumulate, sgd } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = accumulate(sgd(1), 2), w = tensor([0]);
 * const [first, state] = t.update(tensor([1]), t.init(w), w), [second] = t.update(tensor([3]), state, w);
 * assertEquals([first.toArray(), second.toArray()], [[0], [-2]]);
 * ```
 */
export function accumulate(inner: GradientTransformation, steps: number): GradientTransformation {
  requireWhole("accumulate", "steps", steps, 1);
  return {
    init: (params) => ({ count: firstStep(), sum: tree.zeros(params), inner: inner.init(params) }),
    update: <P>(gradients: P, state: OptState, params: P) => {
      const before = state as AccumulateState, count = nextStep(before.count) as unknown as Value;
      const sum = tree.map((s, g) => cast(add(s, g!), s.dtype), before.sum, gradients) as P;
      const full = equal(count, steps);
      const [updates, kept, rest] = cond(
        full,
        (sum: P, state: OptState, params: P) => {
          const [updates, next] = acted(inner, tree.map((s) => mul(s, 1 / steps), sum), state, params);
          return [updates, next, tree.zeros(sum)] as const;
        },
        (sum: P, state: OptState, _: P) => [tree.zeros(sum), state, sum] as const,
        sum,
        before.inner,
        params,
      );
      return [updates, { count: where(full, zerosLike(count), count), sum: rest, inner: kept }];
    },
  };
}

/** Options of `applyIfFinite`. */
export interface ApplyIfFiniteOptions {
  /** How many updates in a row may be skipped before one is let through; any number if left out. */
  readonly limit?: number;
}

interface FiniteState {
  readonly inRow: Count;
  readonly total: Count;
  readonly inner: OptState;
}

/**
 * Skips updates whose gradients are not all finite: the update is zeros and the inner optimizer's state stays as it was.
 *
 * @param inner The optimizer.
 * @param options `limit`: after so many skipped in a row the next is let through, so that a run that is lost shows it.
 * @returns A gradient transformation; its state counts what was skipped: `inRow` and in `total`.
 * @throws {ArgumentError} If the limit is no whole number from 1.
 *
 * @example A step that would spoil everything
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { adam, applyIfFinite } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = applyIfFinite(adam()), w = tensor([1]);
 * assertEquals(t.update(tensor([NaN]), t.init(w), w)[0].toArray(), [0]);
 * ```
 */
export function applyIfFinite(
  inner: GradientTransformation,
  options: ApplyIfFiniteOptions = {},
): GradientTransformation {
  const { limit } = options;
  if (limit !== undefined) requireWhole("applyIfFinite", "limit", limit, 1);
  return {
    init: (params) => ({ inRow: firstStep(), total: firstStep(), inner: inner.init(params) }),
    update: <P>(gradients: P, state: OptState, params: P) => {
      const before = state as FiniteState, inRow = before.inRow as unknown as Value;
      const checks = tree.leaves(gradients).map((g) => all(isFinite(g)));
      if (checks.length === 0) {
        const [updates, next] = inner.update(gradients, before.inner, params);
        return [updates, { ...before, inner: next }];
      }
      const finite = checks.reduce(and), bad = cast(not(finite), "i32");
      const go = limit === undefined ? finite : or(finite, not(less(inRow, limit)));
      const [updates, kept] = cond(
        go,
        (g: P, s: OptState, p: P) => acted(inner, g, s, p),
        (g: P, s: OptState, _: P) => [tree.zeros(g), s] as const,
        gradients,
        before.inner,
        params,
      );
      const row = where(finite, zeros([], { dtype: "i32" }) as Value, add(inRow, 1));
      return [updates, { inRow: row, total: add(before.total as unknown as Value, bad), inner: kept }];
    },
  };
}
