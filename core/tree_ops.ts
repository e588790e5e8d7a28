/**
 * Working with trees of tensors: plain objects, arrays, tuples and `null`, nested at will.
 *
 * Use it as a namespace: `tree.map((w) => mul(w, 0.9), params)`.
 */
import { ArgumentError } from "./errors.ts";
import { add as addOp, div as divOp, mul as mulOp, sub as subOp } from "./ops/arithmetic.ts";
import { asFloat } from "./ops/operands.ts";
import { mul as mulValues } from "./primitives/arithmetic.ts";
import { onesLike, zerosLike } from "./primitives/create.ts";
import { sqrt } from "./primitives/elementary.ts";
import { reduceSum } from "./primitives/reshape.ts";
import type { Tensor, Value } from "./tensor.ts";
import {
  flattenTensors,
  isTensor,
  leafCount,
  requireSameStructure,
  sameStructure,
  showStructure,
  type Structure,
  unflattenWith,
} from "./tree.ts";

export type { Structure } from "./tree.ts";

/** A place in a tree: keys and positions from the root. */
export type Path = readonly (string | number)[];

/** A tensor of any shape and dtype, as leaves are seen. */
export type Leaf = Value;

/**
 * A tree of the same structure, `f` applied to each leaf. With further trees of that structure, `f` gets the leaves of
 * all at the same place.
 *
 * @param f From the leaves at one place to the new leaf.
 * @param first A tree of tensors.
 * @param rest Trees like it.
 * @returns The tree of results.
 * @throws {ArgumentError} If the structures differ.
 *
 * @example Two trees, leaf by leaf
 * ```ts
 * import { add, tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const sum = tree.map((a, b) => add(a, b), { w: tensor(1), b: [tensor(2)] }, { w: tensor(10), b: [tensor(20)] });
 * assertEquals([sum.w.item(), sum.b[0]?.item()], [11, 22]);
 * ```
 */
export function map<T>(f: (leaf: Leaf, ...others: Leaf[]) => unknown, first: T, ...rest: readonly unknown[]): T {
  return mapped("tree.map", f, first, rest);
}

/** `map`, for an operation that is called otherwise in messages. */
function mapped<T>(
  op: string,
  f: (leaf: Leaf, ...others: Leaf[]) => unknown,
  first: T,
  rest: readonly unknown[] = [],
): T {
  const [leaves, structure] = flattenTensors(op, first);
  const others = rest.map((t) => {
    const [ls, s] = flattenTensors(op, t);
    requireSameStructure(op, structure, s, "the trees");
    return ls;
  });
  return unflattenWith(structure, leaves.map((l, i) => f(l, ...others.map((o) => o[i]!)))) as T;
}

/**
 * The leaves of a tree, in order: arrays from the front, objects by sorted key.
 *
 * @param t A tree of tensors.
 * @returns Its tensors.
 * @throws {ArgumentError} If something in it is neither a tensor nor part of a tree, saying where.
 *
 * @example Leaves by key
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tree.leaves({ b: tensor(2), a: tensor(1) }).map((t) => t.item()), [1, 2]);
 * ```
 */
export const leaves = (t: unknown): Leaf[] => [...flattenTensors("tree.leaves", t)[0]];

/**
 * A tree's structure without its leaves.
 *
 * @param t A tree of tensors.
 * @returns The structure, which `unflatten` fills.
 * @throws {ArgumentError} If something in it is neither a tensor nor part of a tree, saying where.
 *
 * @example The same structure, other leaves
 * ```ts
 * import { tensor, tree, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tree.structure([tensor(1), null]), tree.structure([zeros([2, 3]), null]));
 * ```
 */
export const structure = (t: unknown): Structure => flattenTensors("tree.structure", t)[1];

/**
 * Leaves and structure of a tree: `unflatten` puts them together again.
 *
 * @param t A tree of tensors.
 * @returns `[leaves, structure]`.
 * @throws {ArgumentError} If something in it is neither a tensor nor part of a tree, saying where.
 *
 * @example Apart and together
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const [leaves, structure] = tree.flatten({ w: tensor(1), b: tensor(2) });
 * assertEquals(leaves.length, 2);
 * assertEquals(tree.same(tree.unflatten(structure, leaves), { b: tensor(0), w: tensor(0) }), true);
 * ```
 */
export const flatten = (t: unknown): readonly [Leaf[], Structure] => {
  const [ls, s] = flattenTensors("tree.flatten", t);
  return [[...ls], s];
};

/**
 * The tree of a structure with the given leaves.
 *
 * @param s A structure, of `structure` or `flatten`.
 * @param ls As many leaves as it has, of any kind.
 * @returns The tree.
 * @throws {ArgumentError} If the number of leaves is not the structure's.
 *
 * @example Numbers in the place of tensors
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const structure = tree.structure({ w: tensor(1), b: [tensor(2)] });
 * assertEquals(tree.unflatten(structure, [10, 20]), { b: [10], w: 20 });
 * ```
 */
export function unflatten(s: Structure, ls: readonly unknown[]): unknown {
  if (ls.length !== leafCount(s)) {
    throw new ArgumentError(
      `tree.unflatten: ${ls.length} leaves for a structure of ${leafCount(s)}, ${showStructure(s)}`,
    );
  }
  return unflattenWith(s, ls);
}

/**
 * Whether two trees have the same structure, whatever their leaves.
 *
 * @param a A tree of tensors.
 * @param b Another.
 * @returns `true` where keys, lengths and nulls agree.
 * @throws {ArgumentError} If something in it is neither a tensor nor part of a tree, saying where.
 *
 * @example Keys decide, not shapes
 * ```ts
 * import { tensor, tree, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tree.same({ w: tensor(1) }, { w: zeros([3]) }), true);
 * assertEquals(tree.same({ w: tensor(1) }, { b: tensor(1) }), false);
 * ```
 */
export const same = (a: unknown, b: unknown): boolean => sameStructure(structure(a), structure(b));

/**
 * Each leaf's path, in the order of `leaves`.
 *
 * @param t A tree of tensors.
 * @returns Keys and positions from the root, one list a leaf.
 * @throws {ArgumentError} If something in it is neither a tensor nor part of a tree, saying where.
 *
 * @example Where the leaves are
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tree.paths({ w: [tensor(1), tensor(2)], b: tensor(3) }), [["b"], ["w", 0], ["w", 1]]);
 * ```
 */
export function paths(t: unknown): Path[] {
  const found: Path[] = [];
  const walk = (x: unknown, path: Path): void => {
    if (isTensor(x)) found.push(path);
    else if (Array.isArray(x)) x.forEach((y, i) => walk(y, [...path, i]));
    else if (typeof x === "object" && x !== null) {
      for (const k of Object.keys(x).sort()) walk((x as Record<string, unknown>)[k], [...path, k]);
    }
  };
  flattenTensors("tree.paths", t);
  walk(t, []);
  return found;
}

/**
 * Folds the leaves from the first to the last.
 *
 * @param f From what was folded so far, and a leaf, to the next.
 * @param start What is there before the first leaf.
 * @param t A tree of tensors.
 * @returns What is there after the last.
 * @throws {ArgumentError} If something in it is neither a tensor nor part of a tree, saying where.
 *
 * @example The largest rank
 * ```ts
 * import { tensor, tree, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tree.reduce((r, leaf) => Math.max(r, leaf.rank), 0, [tensor(1), zeros([2, 3])]), 2);
 * ```
 */
export const reduce = <A>(f: (sum: A, leaf: Leaf) => A, start: A, t: unknown): A => folded("tree.reduce", f, start, t);

const folded = <A>(op: string, f: (sum: A, leaf: Leaf) => A, start: A, t: unknown): A =>
  flattenTensors(op, t)[0].reduce<A>((sum, leaf) => f(sum, leaf), start);

/**
 * The number of elements in all leaves together.
 *
 * @param t A tree of tensors.
 * @returns A whole number.
 * @throws {ArgumentError} If something in it is neither a tensor nor part of a tree, saying where.
 *
 * @example How many parameters
 * ```ts
 * import { tree, zeros } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tree.size({ w: zeros([784, 10]), b: zeros([10]) }), 7850);
 * ```
 */
export const size = (t: unknown): number => folded("tree.size", (n, l) => n + l.size, 0, t);

/** A view of one place in a tree: reads it, or gives a tree in which it is changed. */
export interface At<T> {
  /** What stands there: a leaf or a subtree. */
  readonly get: () => unknown;
  /** The tree with something else there; the given tree stays as it is. */
  readonly set: (value: unknown) => T;
  /** The tree with `f` applied to what stands there. */
  readonly modify: (f: (value: never) => unknown) => T;
}

/**
 * One place of a tree, by its path.
 *
 * @param t A tree of tensors.
 * @param path Keys and positions from the root.
 * @returns A view of the place: `get`, `set`, `modify`.
 * @throws {ArgumentError} If the path leads nowhere, saying where it ends and which keys there are.
 *
 * @example A tree with one leaf changed
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const params = { layers: [{ w: tensor(1) }, { w: tensor(2) }] };
 * const changed = tree.at(params, ["layers", 1, "w"]).set(tensor(5));
 * assertEquals([changed.layers[1]?.w.item(), params.layers[1]?.w.item()], [5, 2]);
 * ```
 */
export function at<T>(t: T, path: Path): At<T> {
  const step = (x: unknown, i: number): Record<string | number, unknown> => {
    const key = path[i]!;
    if (typeof x !== "object" || x === null || isTensor(x) || !Object.hasOwn(x, key)) {
      const keys = typeof x === "object" && x !== null && !isTensor(x)
        ? `has ${Object.keys(x).join(", ") || "nothing"}`
        : "is a leaf";
      throw new ArgumentError(`tree.at: no ${JSON.stringify(key)} at [${path.slice(0, i).join(", ")}], which ${keys}`);
    }
    return x as Record<string | number, unknown>;
  };
  const modify = (f: (value: never) => unknown): T => {
    const walk = (x: unknown, i: number): unknown => {
      if (i === path.length) return f(x as never);
      const here = step(x, i), key = path[i]!, next = walk(here[key], i + 1);
      return Array.isArray(here) ? here.map((y, j) => j === key ? next : y) : { ...here, [key]: next };
    };
    return walk(t, 0) as T;
  };
  return {
    get: () => path.reduce<unknown>((x, key, i) => step(x, i)[key], t),
    set: (value) => modify(() => value),
    modify,
  };
}

/**
 * Leafwise sum of two trees of one structure; shapes broadcast.
 *
 * @param a A tree of tensors.
 * @param b A tree like it.
 * @returns The tree of results.
 * @throws {ArgumentError} If the structures differ.
 *
 * @example Two trees added
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const { w } = tree.add({ w: tensor(6) }, { w: tensor(3) });
 * assertEquals(w.item(), 9);
 * ```
 */
export const add = <T>(a: T, b: T): T => mapped("tree.add", (x, y) => addOp(x, y!), a, [b]);
/**
 * Leafwise difference of two trees of one structure; shapes broadcast.
 *
 * @param a A tree of tensors.
 * @param b A tree like it.
 * @returns The tree of results.
 * @throws {ArgumentError} If the structures differ.
 *
 * @example One tree less another
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const { w } = tree.sub({ w: tensor(6) }, { w: tensor(2) });
 * assertEquals(w.item(), 4);
 * ```
 */
export const sub = <T>(a: T, b: T): T => mapped("tree.sub", (x, y) => subOp(x, y!), a, [b]);
/**
 * Leafwise product of two trees of one structure; shapes broadcast.
 *
 * @param a A tree of tensors.
 * @param b A tree like it.
 * @returns The tree of results.
 * @throws {ArgumentError} If the structures differ.
 *
 * @example Two trees multiplied
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const { w } = tree.mul({ w: tensor(6) }, { w: tensor(2) });
 * assertEquals(w.item(), 12);
 * ```
 */
export const mul = <T>(a: T, b: T): T => mapped("tree.mul", (x, y) => mulOp(x, y!), a, [b]);
/**
 * Leafwise quotient of two trees of one structure; shapes broadcast.
 *
 * @param a A tree of tensors.
 * @param b A tree like it.
 * @returns The tree of results.
 * @throws {ArgumentError} If the structures differ.
 *
 * @example One tree over another
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const { w } = tree.div({ w: tensor(6) }, { w: tensor(2) });
 * assertEquals(w.item(), 3);
 * ```
 */
export const div = <T>(a: T, b: T): T => mapped("tree.div", (x, y) => divOp(x, y!), a, [b]);
/**
 * Every leaf times a number or scalar tensor.
 *
 * @param a A tree of tensors.
 * @param k The factor.
 * @returns A tree like `a`.
 * @throws {ArgumentError} If something in it is neither a tensor nor part of a tree, saying where.
 *
 * @example Half of everything
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tree.scale({ w: tensor(6) }, 0.5).w.item(), 3);
 * ```
 */
export const scale = <T>(a: T, k: number | Tensor<readonly []>): T =>
  mapped("tree.scale", (x) => mulOp(x, k as number), a);
/**
 * Zeros in the shapes and dtypes of a tree.
 *
 * @param a A tree of tensors.
 * @returns A tree like `a`.
 * @throws {ArgumentError} If something in it is neither a tensor nor part of a tree, saying where.
 *
 * @example Where a running mean starts
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tree.zeros({ w: tensor([1, 2]) }).w.toArray(), [0, 0]);
 * ```
 */
export const zeros = <T>(a: T): T => mapped("tree.zeros", (x) => zerosLike(x), a);
/**
 * Ones in the shapes and dtypes of a tree.
 *
 * @param a A tree of tensors.
 * @returns A tree like `a`.
 * @throws {ArgumentError} If something in it is neither a tensor nor part of a tree, saying where.
 *
 * @example Scales that change nothing
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tree.ones({ w: tensor([1, 2]) }).w.toArray(), [1, 1]);
 * ```
 */
export const ones = <T>(a: T): T => mapped("tree.ones", (x) => onesLike(x), a);

/**
 * The square root of the sum of squares of all elements of all leaves.
 *
 * @param t A tree of tensors.
 * @returns An f32 scalar (f64 where a leaf is).
 * @throws {ArgumentError} If it has no leaves.
 *
 * @example The length of a gradient
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tree.globalNorm({ w: tensor([3]), b: tensor([[4]]) }).item(), 5);
 * ```
 */
export function globalNorm(t: unknown): Tensor<readonly []> {
  const squares = flattenTensors("tree.globalNorm", t)[0].map((l) => asFloat(l)).map((x) =>
    reduceSum(mulValues(x, x), x.shape.map((_, i) => i))
  );
  if (squares.length === 0) throw new ArgumentError("tree.globalNorm: the tree has no leaves");
  return sqrt(squares.reduce((a, b) => addOp(a, b as never) as Value)) as Tensor<readonly []>;
}
