/**
 * Networks as functional programs: fold, unfold, the accumulating map (`scan`), the zipped bidirectional map, and fold and
 * unfold of trees.
 *
 * A recurrent network is one of them with a cell for its function: an encoder is a fold, a generator an unfold, a
 * recurrent layer an accumulating map, a bidirectional one a zipped map, a recursive network a tree fold. All compile to
 * one loop, are differentiable in both modes, and take any trees of tensors.
 *
 * @see Olah, Neural Networks, Types, and Functional Programming, 2015, https://colah.github.io/posts/2015-09-NN-Types-FP/
 */
import {
  addAt,
  arange,
  ArgumentError,
  broadcastTo,
  concat,
  type DType,
  dynamicSlice,
  dynamicUpdateSlice,
  less,
  reshape,
  scan,
  type Shape,
  ShapeError,
  type SliceOf,
  type Stacked,
  take,
  type Tensor,
  tree,
  zeros,
} from "../mod.ts";
import type { Forest } from "./forest.ts";
import type { Lead, WithFirst } from "./leading.ts";

type Any = Tensor<Shape, DType>;

/**
 * Many to one: a function applied along the first axis, each time to what it gave last. An encoder.
 *
 * @param f From the carry and one slice of `xs` to the next carry.
 * @param init The first carry. @param xs A tree of tensors, each sliced along its first axis.
 * @returns The last carry.
 * @throws {ShapeError} If lengths differ or the carry changes shape.
 *
 * @example A polynomial by Horner's rule
 * ```ts
 * import { add, mul, tensor } from "@adjoint/adjoint";
 * import { fold } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fold((y, c) => add(mul(y, 10), c), tensor(0), tensor([1, 2, 3])).item(), 123);
 * ```
 */
export function fold<C, X>(f: (carry: C, x: SliceOf<X>) => C, init: C, xs: X): C {
  return scan((carry: C, x: SliceOf<X>) => [f(carry, x), null] as const, init, xs)[0];
}

/**
 * One to many: a carry that gives a result at each step. A generator.
 *
 * @param f From the carry to `[next carry, result]`.
 * @param init The first carry. @param length How many steps.
 * @returns `[last carry, results]`, the results stacked along a new first axis.
 * @throws {ArgumentError} If the length is no whole number. @throws {ShapeError} If the carry changes shape.
 *
 * @example Fibonacci's numbers
 * ```ts
 * import { add, tensor } from "@adjoint/adjoint";
 * import { unfold } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const [, ys] = unfold(([a, b]) => [[b, add(a, b)] as const, a] as const, [tensor(0), tensor(1)] as const, 6);
 * assertEquals(ys.toArray(), [0, 1, 1, 2, 3, 5]);
 * ```
 */
export function unfold<C, Y>(f: (carry: C) => readonly [C, Y], init: C, length: number): readonly [C, Stacked<Y>] {
  return scan((carry: C, _: null) => f(carry), init, null, { length });
}

/**
 * The zipped bidirectional map: two accumulating maps over the same slices, one from each end, whose results at each
 * place are joined.
 *
 * @param forward From a carry and a slice to `[next carry, result]`, first slice first.
 * @param backward The same, last slice first.
 * @param join From both results, stacked, to what is given.
 * @param init The first carries, `[forward, backward]`.
 * @param xs A tree of tensors, each sliced along its first axis.
 * @returns `[last carries, joined results]`.
 * @throws {ShapeError} If lengths differ or a carry changes shape.
 * @see Schuster & Paliwal, Bidirectional recurrent neural networks, 1997, https://doi.org/10.1109/78.650093
 *
 * @example The sum of what stands before and behind each place
 * ```ts
 * import { add, tensor } from "@adjoint/adjoint";
 * import { bidirectionalMap } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const before = (s: typeof zero, x: typeof zero) => [add(s, x), s] as const, zero = tensor(0);
 * const [, ys] = bidirectionalMap(before, before, (a, b) => add(a, b), [zero, zero] as const, tensor([1, 2, 4]));
 * assertEquals(ys.toArray(), [6, 5, 3]);
 * ```
 */
export function bidirectionalMap<CF, CB, X, YF, YB, Z>(
  forward: (carry: CF, x: SliceOf<X>) => readonly [CF, YF],
  backward: (carry: CB, x: SliceOf<X>) => readonly [CB, YB],
  join: (forward: Stacked<YF>, backward: Stacked<YB>) => Z,
  init: readonly [CF, CB],
  xs: X,
): readonly [readonly [CF, CB], Z] {
  const [lastForward, ahead] = scan(forward, init[0], xs);
  const [lastBackward, behind] = scan(backward, init[1], xs, { reverse: true });
  return [[lastForward, lastBackward], join(ahead, behind)];
}

/**
 * A tree fold: each node's state from its own data and its children's states, leaves first. A recursive network.
 *
 * `f` is given a step of `W` nodes at once, so it is written for a leading axis, as layers are. A child that a node does
 * not have reads as `absent`.
 *
 * @param f From the nodes' data `[W, …]`, their children's states `[W, K, …]`, and which children there are, bool
 *   `[W, K]`, to their states `[W, …]`.
 * @param absent One node's state, without an axis of nodes: what a missing child reads as (zeros, mostly).
 * @param xs Each node's data, a tree of tensors `[N, …]` in the forest's numbering.
 * @param forest The trees, from `encodeForest`.
 * @returns The states of all nodes, `[N, …]`; `take(states, forest.roots, { axis: 0 })` has the roots'. A padding node
 *   reads as `absent`.
 * @throws {ShapeError} If `f` gives a state unlike `absent`, or the data are of another number of nodes.
 * @see Goller & Küchler, Learning task-dependent distributed representations by backpropagation through structure, 1996,
 *   https://doi.org/10.1109/ICNN.1996.548916
 *
 * @example Sums of subtrees
 * ```ts
 * import { add, sum, tensor, zeros } from "@adjoint/adjoint";
 * import { encodeForest, treeFold } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const forest = encodeForest([[[], [], [0, 1], [], [2, 3]]]);
 * const sums = treeFold((x, children) => add(x, sum(children, { axis: 1 })), zeros([]), tensor([1, 2, 3, 4, 5]), forest);
 * assertEquals(sums.toArray(), [1, 2, 6, 4, 15]);
 * ```
 */
export function treeFold<X, H, const N extends number>(
  f: (
    x: WithFirst<readonly [number], X>,
    children: Lead<readonly [number, number], H>,
    present: Tensor<readonly [number, number], "bool">,
  ) => Lead<readonly [number], H>,
  absent: H,
  xs: X,
  forest: Forest<N>,
): Lead<readonly [N], H> {
  const { children, slots } = forest, [steps, width] = children.shape, free = steps * width;
  const start = tree.map((a) => broadcastTo(a, [free + 1, ...a.shape]), absent);
  const step = (states: H, { x, kids, at }: { readonly x: never; readonly kids: Any; readonly at: Any }) => {
    const below = rowsOf(states, kids), present = less(kids, free);
    const now = f(x, below as never, present as never);
    requireStates("treeFold", now, absent, [width]);
    const put = (s: Any, h: Any) => dynamicUpdateSlice(s, h, [at, ...h.shape.slice(1).map(() => 0)] as never);
    return [tree.map((s, h) => put(s, h!), states, now), null] as const;
  };
  const data = rowsOf(laidOut("treeFold", xs, forest), forest.nodes);
  const [states] = scan(step as never, start, { x: data, kids: children, at: startsOf(steps, width) } as never);
  return rowsOf(states, slots) as never;
}

/**
 * A tree unfold: each node's children's states from its own, roots first, and a result for each node. A tree generator,
 * and what hands something from the root down to the leaves.
 *
 * @param f From the nodes' states `[W, …]` and data `[W, …]` to `[their children's states [W, K, …], results [W, …]]`;
 *   states for children that a node does not have go nowhere.
 * @param init The roots' states, a tree of tensors `[B, …]`.
 * @param xs Each node's data, a tree of tensors `[N, …]`; `null` for none.
 * @param forest The trees' form, from `encodeForest`. A node with several parents is given the sum of their states for it.
 * @returns The results of all nodes, `[N, …]`; zeros for padding.
 * @throws {ShapeError} If `f` gives states unlike `init`'s, or the data are of another number of nodes.
 *
 * @example The depth of each node
 * ```ts
 * import { add, stack, zeros } from "@adjoint/adjoint";
 * import { encodeForest, treeUnfold } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const forest = encodeForest([[[], [], [0, 1], [], [2, 3]]]);
 * const depths = treeUnfold((d) => {
 *   const below = add(d, 1);
 *   return [stack([below, below], { axis: 1 }), d] as const;
 * }, zeros([1]), null, forest);
 * assertEquals(depths.toArray(), [2, 2, 1, 1, 0]);
 * ```
 */
export function treeUnfold<X, C, Y, const N extends number>(
  f: (
    state: WithFirst<readonly [number], C>,
    x: WithFirst<readonly [number], X>,
  ) => readonly [WithFirst<readonly [number, number], C>, Y],
  init: C,
  xs: X,
  forest: Forest<N>,
): WithFirst<readonly [N], Y> {
  const { children, slots, roots } = forest, [steps, width, arity] = children.shape, free = steps * width;
  const places = take(slots, roots, { axis: 0 });
  const start = tree.map((r) => {
    if (r.shape[0] !== roots.shape[0]) {
      throw new ShapeError(
        `treeUnfold: ${roots.shape[0]} trees want as many first states, got a tensor of shape [${r.shape.join(", ")}]`,
      );
    }
    return addAt(zeros([free + 1, ...r.shape.slice(1)], { dtype: r.dtype }) as Any, [places] as never, r as never);
  }, init);
  const one = tree.map((r) => zeros(r.shape.slice(1), { dtype: r.dtype }), init);
  const step = (states: C, { x, kids, at }: { readonly x: never; readonly kids: Any; readonly at: Any }) => {
    const own = tree.map((s) => {
      const rest = s.shape.slice(1);
      return dynamicSlice(s, [at, ...rest.map(() => 0)] as never, [width, ...rest] as never);
    }, states);
    const [below, y] = f(own as never, x);
    requireStates("treeUnfold", below, one, [width, arity]);
    return [tree.map((s, b) => addAt(s, [kids] as never, b as never), states, below), y] as const;
  };
  const data = rowsOf(laidOut("treeUnfold", xs, forest), forest.nodes);
  const all = { x: data, kids: children, at: startsOf(steps, width) };
  const [, ys] = scan(step as never, start, all as never, { reverse: true });
  return tree.map((y) => {
    const rest = y.shape.slice(2), flat: Any = reshape(y, [free, ...rest]);
    return take(concat([flat, zeros([1, ...rest], { dtype: y.dtype }) as Any]) as Any, slots, { axis: 0 });
  }, ys) as never;
}

/** The rows of every tensor that indices name. */
const rowsOf = (t: unknown, at: Any): unknown => tree.map((x) => take(x, at as Tensor<Shape, "i32">, { axis: 0 }), t);

/** The first slot of each step. */
const startsOf = (steps: number, width: number): Any => arange(0, steps * width, width, { dtype: "i32" });

/** The nodes' data, if they are one row a node. */
function laidOut(op: string, xs: unknown, { slots }: Forest): unknown {
  for (const x of tree.leaves(xs)) {
    if (x.shape[0] !== slots.shape[0]) {
      throw new ShapeError(
        `${op}: the forest has ${slots.shape[0]} nodes, but the data are of shape [${
          x.shape.join(", ")
        }]; give one row a node`,
      );
    }
  }
  return xs;
}

/** Throws unless states are like one node's, with the given axes in front. */
function requireStates(op: string, states: unknown, one: unknown, front: Shape): void {
  if (!tree.same(states, one)) {
    throw new ArgumentError(`${op}: the function gives states of another structure than the first`);
  }
  const given = tree.leaves(states);
  tree.leaves(one).forEach((a, i) => {
    const want = [...front, ...a.shape], { shape, dtype } = given[i]!;
    if (shape.length !== want.length || shape.some((d, k) => d !== want[k]) || dtype !== a.dtype) {
      throw new ShapeError(
        `${op}: expected states ${a.dtype}[${want.join(", ")}] from the function, got ${dtype}[${shape.join(", ")}]`,
      );
    }
  });
}
