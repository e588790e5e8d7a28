/** Transformations of a part of the parameters, chosen by place. */
import { ArgumentError, tree, type Value } from "../mod.ts";
import type { GradientTransformation, OptState } from "./transformation.ts";

/**
 * A choice for each tensor of a tree: a function of its path, keys and positions joined by dots (`0.w`), and of the
 * parameters there; or a tree of choices, in which one choice may stand for a whole subtree.
 */
export type Choice<L> =
  | L
  | readonly Choice<L>[]
  | { readonly [key: string]: Choice<L> }
  | ((path: string, leaf: Value) => L);

/** The choice for each leaf, in the order of leaves. */
function choicesFor<L extends string | boolean>(op: string, kind: string, choice: Choice<L>, params: unknown): L[] {
  const leaves = tree.leaves(params);
  return tree.paths(params).map((path, i) => {
    const name = path.join(".");
    let here: Choice<L> | undefined = choice, depth = 0;
    while (typeof here === "object" && here !== null) {
      const key = path[depth++];
      here = key === undefined ? undefined : (here as Readonly<Record<string | number, Choice<L>>>)[key];
    }
    const found = typeof here === "function" ? here(path.slice(depth).join("."), leaves[i]!) : here;
    const given: string = typeof found;
    if (given === kind) return found as L;
    throw new ArgumentError(`${op}: the choice for ${name || "the tree"} is a ${kind}, not ${String(found)}`);
  });
}

/** The tree with null in place of the leaves that are not chosen. */
function chosen<T>(t: T, keep: readonly boolean[]): T {
  const [leaves, structure] = tree.flatten(t);
  return tree.unflatten(structure, leaves.map((l, i) => keep[i] ? l : null)) as T;
}

/**
 * A transformation of the chosen tensors; the others' gradients are handed through as they are, so that an optimizer for
 * the rest may follow (`partition` gives each its own).
 *
 * @param inner The transformation.
 * @param mask Which tensors it is for: a function of path and parameters, or a tree of booleans, in which one may stand
 *   for a subtree.
 * @returns A gradient transformation.
 * @throws {ArgumentError} If the mask has no boolean for a tensor; when it is used.
 *
 * @example No weight decay for vectors
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { addDecayedWeights, chain, masked, sgd } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = chain(masked(addDecayedWeights(0.5), (_, p) => p.rank > 1), sgd(1));
 * const w = { w: tensor([[2]]), b: tensor([2]) }, zero = { w: tensor([[0]]), b: tensor([0]) };
 * const [updates] = t.update(zero, t.init(w), w);
 * assertEquals([updates.w.toArray(), updates.b.toArray()], [[[-1]], [0]]);
 * ```
 */
export function masked(inner: GradientTransformation, mask: Choice<boolean>): GradientTransformation {
  const keepOf = (params: unknown) => choicesFor("masked", "boolean", mask, params);
  return {
    init: (params) => inner.init(chosen(params, keepOf(params))),
    update: (gradients, state, params) => {
      const keep = keepOf(params), [leaves, structure] = tree.flatten(gradients);
      const [updates, next] = inner.update(chosen(gradients, keep), state, chosen(params, keep));
      const done = tree.leaves(updates);
      let at = 0;
      return [tree.unflatten(structure, leaves.map((l, i) => keep[i] ? done[at++]! : l)) as typeof gradients, next];
    },
  };
}

/**
 * A transformation for each group of parameters: step sizes by layer, frozen layers, optimizers by kind of tensor.
 *
 * @param labels The group of each tensor: a function of path and parameters, or a tree of names, in which one may stand
 *   for a subtree.
 * @param groups The transformation of each group, by name.
 * @returns A gradient transformation; each group's sees its own tensors only, with null in the places of others.
 * @throws {ArgumentError} If a tensor has no group or one that is not among `groups`; when it is used.
 *
 * @example A slower body and a faster head
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { partition, sgd } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const t = partition({ body: "slow", head: "fast" }, { slow: sgd(0.5), fast: sgd(1) });
 * const w = { body: [tensor(1), tensor(1)], head: tensor(1) };
 * const [updates] = t.update(w, t.init(w), w);
 * assertEquals([updates.body[1]?.item(), updates.head.item()], [-0.5, -1]);
 * ```
 */
export function partition<const N extends string>(
  labels: Choice<NoInfer<N>>,
  groups: Readonly<Record<N, GradientTransformation>>,
): GradientTransformation {
  const names = Object.keys(groups) as N[];
  const labelsOf = (params: unknown): readonly N[] => {
    const found = choicesFor<N>("partition", "string", labels, params);
    const unknown = found.findIndex((l) => !names.includes(l));
    if (unknown >= 0) {
      const path = tree.paths(params)[unknown]!.join(".");
      throw new ArgumentError(
        `partition: ${path || "the tree"} is in the group ${found[unknown]}, which is none of ${names.join(", ")}`,
      );
    }
    return found;
  };
  return {
    init: (params) => {
      const found = labelsOf(params);
      return Object.fromEntries(names.map((n) => [n, groups[n].init(chosen(params, found.map((l) => l === n)))]));
    },
    update: (gradients, state, params) => {
      const found = labelsOf(params), before = state as Readonly<Record<N, OptState>>;
      const done = new Map<N, { readonly leaves: readonly Value[]; at: number }>();
      const after = names.map((n) => {
        const mine = found.map((l) => l === n);
        const [updates, next] = groups[n].update(chosen(gradients, mine), before[n], chosen(params, mine));
        done.set(n, { leaves: tree.leaves(updates), at: 0 });
        return [n, next];
      });
      const take = (n: N): Value => {
        const group = done.get(n)!;
        return group.leaves[group.at++]!;
      };
      const updates = tree.unflatten(tree.structure(gradients), found.map(take)) as typeof gradients;
      return [updates, Object.fromEntries(after)];
    },
  };
}
