/** The tensors of a tree with their paths. */
import { flattenTensors } from "../core/tree.ts";
import { paths } from "../core/tree_ops.ts";
import type { DType, Shape, Tensor } from "../mod.ts";

/** A tensor in a tree. */
export interface Leaf {
  /** Keys and positions from the root, joined by dots; empty of a tree that is a tensor. */
  readonly path: string;
  /** The tensor. */
  readonly x: Tensor<Shape, DType>;
}

/** The tensors of a tree, or an error if it holds something else. */
export function leavesOf(op: string, tree: unknown): readonly Leaf[] {
  const [leaves] = flattenTensors(op, tree), names = paths(tree);
  return leaves.map((x, i) => ({ path: names[i]!.join("."), x }));
}
