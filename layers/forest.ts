/** Trees as arrays: many trees of different forms encoded so that a compiled loop walks them a step of nodes at a time. */
import { ArgumentError, ShapeError, type Tensor, tensor } from "../mod.ts";

/**
 * A tree as data: for each node the numbers of its children, in order. Children stand before their parents, so the root
 * is the last node; a leaf's list is empty.
 */
export type TreeChildren = readonly (readonly number[])[];

/**
 * Trees as arrays. `N` nodes, numbered tree after tree, are laid out in `steps` × `width` slots so that the children of
 * every node stand in earlier steps: all nodes of a step are computed at once, whichever tree they belong to.
 *
 * A value of tensors, so it can be an argument of a jitted function: batches of equal sizes share one program.
 */
export interface Forest<N extends number = number, K extends number = number, B extends number = number> {
  /** The slots of each slot's children, `[steps, width, K]`; a slot is step · width + place, `steps · width` is no child. */
  readonly children: Tensor<readonly [number, number, K], "i32">;
  /** The node in each slot, `[steps, width]`; 0 in a slot that is left free. */
  readonly nodes: Tensor<readonly [number, number], "i32">;
  /** The slot of each node, `[N]`; `steps · width` for a node that only pads. */
  readonly slots: Tensor<readonly [N], "i32">;
  /** The node that is each tree's root, `[B]`. */
  readonly roots: Tensor<readonly [B], "i32">;
}

/** Sizes of an encoded forest. Give them where batches are to share one compiled program. */
export interface ForestOptions<N extends number = number, K extends number = number> {
  /** Children a node has at most; the most that occurs (1 or more) if left out. */
  readonly arity?: K;
  /** Slots a step; the nodes spread evenly over the longest path if left out. */
  readonly width?: number;
  /** Steps; as few as there can be for the width if left out. */
  readonly steps?: number;
  /** Nodes to pad to; none is added if left out. */
  readonly nodes?: N;
}

/**
 * Encodes trees as arrays, for `treeFold` and `treeUnfold`.
 *
 * Nodes are numbered tree after tree: node i of the second tree is node i plus the first's size. Nodes with the longest
 * way to their root go first, which takes the fewest steps there can be for trees (Hu, 1961).
 *
 * @param trees The trees, each with its children before their parents.
 * @param options `arity`, `width`, `steps`, `nodes`: sizes to pad to.
 * @returns The encoded forest.
 * @throws {ArgumentError} If there is no tree, a tree has no node, or a child does not stand before its parent.
 * @throws {ShapeError} If a size given is too small.
 * @see Hu, Parallel sequencing and assembly line problems, 1961, https://doi.org/10.1287/opre.9.6.841
 *
 * @example Two leaves under a root, and a tree of one node
 * ```ts
 * import { encodeForest } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const forest = encodeForest([[[], [], [0, 1]], [[]]]);
 * assertEquals(forest.roots.toArray(), [2, 3]);
 * assertEquals(forest.nodes.toArray(), [[0, 1], [3, 2]]);
 * assertEquals(forest.children.toArray(), [[[4, 4], [4, 4]], [[4, 4], [0, 1]]]);
 * ```
 */
export function encodeForest<const N extends number = number, const K extends number = number>(
  trees: readonly TreeChildren[],
  options: ForestOptions<N, K> = {},
): Forest<N, K, number> {
  const children = joined(trees), count = children.length, roots: number[] = [];
  let at = -1;
  for (const t of trees) roots.push(at += t.length);
  const most = children.reduce((n, c) => Math.max(n, c.length), 1);
  const arity = atLeast("arity", options.arity, most, "children of a node");
  const nodes = atLeast("nodes", options.nodes, count, "nodes");
  const heights = heightsOf(children), levels = heights.reduce((a, b) => Math.max(a, b)) + 1;
  const width = atLeast("width", options.width ?? Math.ceil(count / levels), 1, "slot a step");
  const order = schedule(children, width);
  const steps = atLeast("steps", options.steps, order.length, `steps of ${width} nodes`);

  const free = steps * width, slots = new Int32Array(nodes).fill(free), placed = new Int32Array(free);
  const kids = new Int32Array(free * arity).fill(free);
  order.forEach((step, s) =>
    step.forEach((node, i) => {
      const slot = s * width + i;
      slots[node] = slot;
      placed[slot] = node;
      children[node]!.forEach((child, k) => kids[slot * arity + k] = slots[child]!);
    })
  );
  return {
    children: tensor(kids, { shape: [steps, width, arity as K] }),
    nodes: tensor(placed, { shape: [steps, width] }),
    slots: tensor(slots, { shape: [nodes as N] }),
    roots: tensor(Int32Array.from(roots), { shape: [roots.length] }),
  };
}

/** One numbering for all trees. */
function joined(trees: readonly TreeChildren[]): readonly (readonly number[])[] {
  if (trees.length === 0) throw new ArgumentError("encodeForest: there is no tree; give one or more");
  const all: number[][] = [];
  trees.forEach((tree, t) => {
    if (tree.length === 0) throw new ArgumentError(`encodeForest: tree ${t} has no node; a tree has a root at least`);
    const offset = all.length;
    tree.forEach((children, node) =>
      all.push(children.map((child) => {
        if (Number.isInteger(child) && child >= 0 && child < node) return offset + child;
        throw new ArgumentError(
          `encodeForest: node ${node} of tree ${t} has the child ${child}; children are numbers below their parent's`,
        );
      }))
    );
  });
  return all;
}

function atLeast(name: string, given: number | undefined, needed: number, what: string): number {
  const n = given ?? needed;
  if (!Number.isInteger(n)) throw new ArgumentError(`encodeForest: ${name} is a whole number, not ${n}`);
  if (n < needed) {
    throw new ShapeError(`encodeForest: ${name} is ${n}, but there are ${needed} ${what}; give that many`);
  }
  return n;
}

/** Edges from each node to its furthest leaf. */
function heightsOf(children: readonly (readonly number[])[]): number[] {
  const heights: number[] = [];
  for (const c of children) heights.push(c.reduce((h, child) => Math.max(h, heights[child]! + 1), 0));
  return heights;
}

/** Steps of at most `width` nodes, each after its children: of those that can go, the furthest from their root first. */
function schedule(children: readonly (readonly number[])[], width: number): readonly (readonly number[])[] {
  const count = children.length, depth = new Int32Array(count), waiting = new Int32Array(count);
  const parents: number[][] = children.map(() => []);
  for (let node = count - 1; node >= 0; node--) {
    for (const child of new Set(children[node]!)) {
      parents[child]!.push(node);
      depth[child] = Math.max(depth[child]!, depth[node]! + 1);
      waiting[node]!++;
    }
  }
  const steps: number[][] = [];
  // Nodes that can go, by depth; nodes that become ready in a step go in the next at the earliest.
  const ready: number[][] = Array.from({ length: depth.reduce((a, b) => Math.max(a, b)) + 1 }, () => []);
  let fresh = children.flatMap((_, node) => waiting[node] === 0 ? [node] : []), deepest = ready.length - 1;
  for (let left = count; left > 0; left -= steps.at(-1)!.length) {
    for (const node of fresh) {
      ready[depth[node]!]!.push(node);
      deepest = Math.max(deepest, depth[node]!);
    }
    const step: number[] = [];
    while (step.length < width && deepest >= 0) {
      const bucket = ready[deepest]!, taken = bucket.splice(0, width - step.length);
      step.push(...taken);
      if (bucket.length === 0) deepest--;
    }
    fresh = step.flatMap((node) => parents[node]!.filter((parent) => --waiting[parent]! === 0));
    deepest = Math.max(deepest, 0);
    steps.push(step);
  }
  return steps;
}
