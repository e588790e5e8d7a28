/**
 * Working with trees of tensors: plain objects, arrays, tuples and `null`, nested at will.
 *
 * Use it as a namespace: `tree.map((w) => mul(w, 0.9), params)`.
 */
import { ArgumentError } from "./errors.ts";
import { add as addOp, div as divOp, mul as mulOp, sub as subOp } from "./ops/arithmetic.ts";
import { reduceSum } from "./primitives/reduce_sum.ts";
import { sqrt } from "./primitives/power.ts";
import { mul as mulValues } from "./primitives/arithmetic.ts";
import { asFloat } from "./ops/operands.ts";
import { onesLike, zerosLike } from "./primitives/create.ts";
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
 * @param f From the leaves at one place to the new leaf. @param first A tree of tensors. @param rest Trees like it.
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
  const [leaves, structure] = flattenTensors("tree.map", first);
  const others = rest.map((t) => {
    const [ls, s] = flattenTensors("tree.map", t);
    requireSameStructure("tree.map", structure, s, "the trees");
    return ls;
  });
  return unflattenWith(structure, leaves.map((l, i) => f(l, ...others.map((o) => o[i]!)))) as T;
}

/** The leaves of a tree, in order (object keys sorted). @example
 * ```ts
 * import { tensor, tree } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tree.leaves({ b: tensor(2), a: tensor(1) }).map((t) => t.item()), [1, 2]);
 * ```
 */
export const leaves = (t: unknown): Leaf[] => [...flattenTensors("tree.leaves", t)[0]];

/** A tree's structure without its leaves. */
export const structure = (t: unknown): Structure => flattenTensors("tree.structure", t)[1];

/** Leaves and structure of a tree: `unflatten` puts them together again. */
export const flatten = (t: unknown): readonly [Leaf[], Structure] => {
  const [ls, s] = flattenTensors("tree.flatten", t);
  return [[...ls], s];
};

/**
 * The tree of a structure with the given leaves.
 *
 * @throws {ArgumentError} If the number of leaves is not the structure's.
 */
export function unflatten(s: Structure, ls: readonly unknown[]): unknown {
  if (ls.length !== leafCount(s)) {
    throw new ArgumentError(
      `tree.unflatten: ${ls.length} leaves for a structure of ${leafCount(s)}, ${showStructure(s)}`,
    );
  }
  return unflattenWith(s, ls);
}

/** Whether two trees have the same structure, whatever their leaves. */
export const same = (a: unknown, b: unknown): boolean => sameStructure(structure(a), structure(b));

/** Each leaf's path, in the order of `leaves`. */
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

/** Folds the leaves from the first to the last. */
export const reduce = <A>(f: (sum: A, leaf: Leaf) => A, start: A, t: unknown): A => leaves(t).reduce<A>(f, start);

/** The number of elements in all leaves together. */
export const size = (t: unknown): number => reduce((n, l) => n + l.size, 0, t);

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

/** Leafwise sum of two trees. */
export const add = <T>(a: T, b: T): T => map((x, y) => addOp(x, y!), a, b);
/** Leafwise difference of two trees. */
export const sub = <T>(a: T, b: T): T => map((x, y) => subOp(x, y!), a, b);
/** Leafwise product of two trees. */
export const mul = <T>(a: T, b: T): T => map((x, y) => mulOp(x, y!), a, b);
/** Leafwise quotient of two trees. */
export const div = <T>(a: T, b: T): T => map((x, y) => divOp(x, y!), a, b);
/** Every leaf times a number or scalar tensor. */
export const scale = <T>(a: T, k: number | Tensor<readonly []>): T => map((x) => mulOp(x, k as number), a);
/** A tree of zeros. */
export const zeros = <T>(a: T): T => map((x) => zerosLike(x), a);
/** A tree of ones. */
export const ones = <T>(a: T): T => map((x) => onesLike(x), a);

/**
 * The square root of the sum of squares of all elements of all leaves.
 *
 * @param t A tree of tensors. @returns An f32 scalar (f64 where a leaf is).
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
  const squares = leaves(t).map((l) => asFloat(l)).map((x) => reduceSum(mulValues(x, x), x.shape.map((_, i) => i)));
  if (squares.length === 0) throw new ArgumentError("tree.globalNorm: the tree has no leaves");
  return sqrt(squares.reduce((a, b) => addOp(a, b as never) as Value)) as Tensor<readonly []>;
}
