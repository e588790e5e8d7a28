/** Sharpness-aware minimisation: the gradient at the worst point nearby. */
import { cast, type DType, type Tensor, tree, type Value, valueAndGrad } from "../mod.ts";
import { abs, add, div, mul } from "./loose.ts";
import { requirePositive } from "./settings.ts";

/** Options of `samValueAndGrad`. */
export interface SamOptions {
  /** How far away the worst point is looked for, 0.05 if left out. */
  readonly rho?: number;
  /** Whether distances are in units of each parameter's own size (ASAM); ρ is then larger, 0.5 to 2. */
  readonly adaptive?: boolean;
}

/**
 * `valueAndGrad` for sharpness-aware minimisation: the loss at w and its gradient at w + ρ·g/‖g‖, where g is the gradient
 * at w. It takes two evaluations, and the place of `valueAndGrad` in a training step; any optimizer follows.
 *
 * @param loss A scalar loss of parameters and whatever else, with `hasAux` `[loss, aux]`.
 * @param options `rho` ρ, `adaptive`, `hasAux`.
 * @returns A function of the same arguments giving `[loss, gradient]`, or `[[loss, aux], gradient]` with what was computed
 *   at w.
 * @throws {ArgumentError} If ρ is not positive.
 * @see Foret et al., Sharpness-aware minimization, 2021, https://arxiv.org/abs/2010.01412
 * @see Kwon et al., ASAM, 2021, https://arxiv.org/abs/2102.11600, for the adaptive form
 *
 * @example On a parabola the gradient is that of a point further up
 * ```ts
 * import { square, sum, tensor, type Tensor } from "@adjoint/adjoint";
 * import { samValueAndGrad } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const f = samValueAndGrad((w: Tensor<readonly [1]>) => sum(square(w)), { rho: 1 });
 * const [value, gradient] = f(tensor([3]));
 * assertEquals([value.item(), gradient.toArray()], [9, [8]]);
 * ```
 */
export function samValueAndGrad<P, A extends readonly unknown[], D extends DType, X>(
  loss: (params: P, ...rest: A) => readonly [Tensor<readonly [], D>, X],
  options: SamOptions & { readonly hasAux: true },
): (params: P, ...rest: A) => readonly [readonly [Tensor<readonly [], D>, X], P];
/** `samValueAndGrad` of a plain loss. */
export function samValueAndGrad<P, A extends readonly unknown[], D extends DType>(
  loss: (params: P, ...rest: A) => Tensor<readonly [], D>,
  options?: SamOptions & { readonly hasAux?: false },
): (params: P, ...rest: A) => readonly [Tensor<readonly [], D>, P];
export function samValueAndGrad<P, A extends readonly unknown[]>(
  loss: (params: P, ...rest: A) => unknown,
  options: SamOptions & { readonly hasAux?: boolean } = {},
): (params: P, ...rest: A) => readonly [unknown, P] {
  const { rho = 0.05, adaptive = false, hasAux = false } = options;
  requirePositive("samValueAndGrad", "rho", rho);
  const f = valueAndGrad(loss as never, { hasAux } as never) as unknown as (p: P, ...rest: A) => readonly [unknown, P];
  return (params, ...rest) => {
    const [here, gradient] = f(params, ...rest);
    if (tree.leaves(gradient).length === 0) return [here, gradient];
    const size = (g: Value, p: Value): Value => adaptive ? mul(g, abs(p)) : g;
    const scaled = tree.map((g, p) => size(g, p!), gradient, params);
    const factor = div(rho, add(tree.globalNorm(scaled) as unknown as Value, 1e-12));
    const worst = tree.map((p, s) => add(p, mul(size(s!, p), cast(factor, p.dtype))), params, scaled);
    return [here, f(worst, ...rest)[1]];
  };
}
