/** Elements put together to a batch. */
import { ArgumentError, type DType, pad, type Shape, ShapeError, stack, type Tensor, tensor } from "../../mod.ts";
import { isTensor } from "../../core/tree.ts";
import { requireWhole } from "../require_whole.ts";

type X = Tensor<Shape, DType>;

/** Elements of type T put together: tensors get an axis in front, numbers and truth values become tensors, texts lists. */
export type Collated<T> = T extends Tensor<infer S, infer D> ? Tensor<readonly [number, ...S], D>
  : T extends number ? Tensor<readonly [number]>
  : T extends boolean ? Tensor<readonly [number], "bool">
  : T extends string ? readonly string[]
  : { readonly [K in keyof T]: Collated<T[K]> };

/** As `Collated`, of tensors that differ in their sizes. */
export type Padded<T> = T extends Tensor<infer S, infer D>
  ? Tensor<readonly [number, ...{ readonly [K in keyof S]: number }], D>
  : T extends number ? Tensor<readonly [number]>
  : T extends boolean ? Tensor<readonly [number], "bool">
  : T extends string ? readonly string[]
  : { readonly [K in keyof T]: Padded<T[K]> };

/** An example of a tree of tensors that have an axis of examples in front. */
export type Row<T> = T extends Tensor<infer S, infer D>
  ? Tensor<S extends readonly [number, ...infer Rest extends Shape] ? Rest : Shape, D>
  : { readonly [K in keyof T]: Row<T[K]> };

/**
 * Elements of equal structure put together to one: tensors stacked along a new first axis, numbers and truth values as
 * tensors, texts as lists, objects and arrays entry by entry.
 *
 * @param elements One or more elements.
 * @returns Their batch of n: tensors `[n, ...shape]`, numbers f32 `[n]`, truth values bool `[n]`, texts a list of n.
 * @throws {ShapeError} If tensors at one place differ in shape: see `padded`.
 * @throws {ArgumentError} If structures differ, there is no element, or something else is in one.
 *
 * @example Two examples
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const { x, y } = p.collate([{ x: tensor([1, 2]), y: 0 }, { x: tensor([3, 4]), y: 1 }]);
 * assertEquals([x.toArray(), y.toArray()], [[[1, 2], [3, 4]], [0, 1]]);
 * ```
 */
export const collate = <T>(elements: readonly T[]): Collated<T> => put(elements, "collate", [], stacked) as Collated<T>;

/** Options of `padded`. */
export interface PaddedOptions {
  /** What fills the places behind a shorter tensor; 0 if left out. */
  readonly value?: number;
  /** A number that the padded length is a multiple of, so that few lengths are compiled for; 1 if left out. */
  readonly multipleOf?: number;
}

/**
 * A `collate` for tensors of unequal lengths: every tensor is filled up behind to the longest of the batch, along each axis.
 *
 * @param options `value`, `multipleOf`.
 * @returns A function from elements to their batch. Keep the lengths in the elements where they are needed later.
 * @throws {ArgumentError} If `multipleOf` is no whole number from 1. From the function, as `collate`.
 * @throws {ShapeError} From the function: if tensors at one place differ in their number of axes.
 *
 * @example Texts of two lengths
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(p.padded({ value: -1 })([tensor([1]), tensor([2, 3])]).toArray(), [[1, -1], [2, 3]]);
 * ```
 */
export function padded(options: PaddedOptions = {}): <T>(elements: readonly T[]) => Padded<T> {
  const { value = 0, multipleOf = 1 } = options;
  requireWhole("padded", "multipleOf", multipleOf, 1);
  const join: Join = (op, path, xs) => {
    const rank = xs[0]!.shape.length;
    if (xs.some((x) => x.shape.length !== rank)) throw unlike(op, path, xs, "they must have equally many axes");
    const sizes = xs[0]!.shape.map((_, i) => {
      const longest = xs.reduce((most, x) => Math.max(most, x.shape[i]!), 0);
      return i === 0 ? Math.ceil(longest / multipleOf) * multipleOf : longest;
    });
    const filled = xs.map((x) => pad(x as Tensor, sizes.map((n, i) => [0, n - x.shape[i]!] as const), { value }) as X);
    return stacked(op, path, filled);
  };
  return <T>(elements: readonly T[]) => put(elements, "padded", [], join) as Padded<T>;
}

type Join = (op: string, path: readonly string[], xs: readonly X[]) => X;

const where = (path: readonly string[]): string => path.length === 0 ? "the elements" : path.join(".");

const unlike = (op: string, path: readonly string[], xs: readonly X[], rule: string): ShapeError => {
  const other = xs.find((x) => `${x.shape}` !== `${xs[0]!.shape}`) ?? xs[0]!;
  return new ShapeError(
    `${op}: ${where(path)} are tensors of shape [${xs[0]!.shape.join(", ")}] and [${other.shape.join(", ")}]; ${rule}`,
  );
};

const stacked: Join = (op, path, xs) => {
  if (xs.some((x) => `${x.shape}` !== `${xs[0]!.shape}`)) {
    throw unlike(op, path, xs, "they must be equal, or be filled up by batch(n, { collate: padded() })");
  }
  return stack(xs as readonly Tensor[]) as X;
};

const kindOf = (x: unknown): string => {
  if (isTensor(x)) return "a tensor";
  if (Array.isArray(x)) return `a list of ${x.length}`;
  if (x === null || typeof x !== "object") return x === null ? "null" : `a ${typeof x}`;
  const prototype = Object.getPrototypeOf(x);
  return prototype === null || prototype === Object.prototype ? "an object" : `a ${x.constructor?.name}`;
};

function put(elements: readonly unknown[], op: string, path: readonly string[], join: Join): unknown {
  if (elements.length === 0) throw new ArgumentError(`${op}: there are no elements`);
  const first = elements[0], kind = kindOf(first);
  const other = elements.find((x) => kindOf(x) !== kind);
  if (other !== undefined) {
    throw new ArgumentError(`${op}: ${where(path)} are ${kind} and ${kindOf(other)}; they must be of one structure`);
  }
  switch (kind) {
    case "a tensor":
      return join(op, path, elements as readonly X[]);
    case "a number":
    case "a boolean":
      return tensor(elements as readonly number[]);
    case "a string":
      return elements;
    case "an object":
      return putEntries(elements as readonly Readonly<Record<string, unknown>>[], op, path, join);
  }
  if (Array.isArray(first)) {
    return first.map((_, i) => put(elements.map((x) => (x as readonly unknown[])[i]), op, [...path, `${i}`], join));
  }
  throw new ArgumentError(
    `${op}: ${
      where(path)
    } are ${kind}; collate takes tensors, numbers, truth values, texts, objects and lists: use map before, or an own collate`,
  );
}

function putEntries(
  elements: readonly Readonly<Record<string, unknown>>[],
  op: string,
  path: readonly string[],
  join: Join,
): unknown {
  const names = Object.keys(elements[0]!);
  const other = elements.find((x) => Object.keys(x).length !== names.length || names.some((k) => !Object.hasOwn(x, k)));
  if (other !== undefined) {
    throw new ArgumentError(
      `${op}: ${where(path)} are objects of { ${names.join(", ")} } and of { ${Object.keys(other).join(", ")} }`,
    );
  }
  return Object.fromEntries(names.map((k) => [k, put(elements.map((x) => x[k]), op, [...path, k], join)]));
}
