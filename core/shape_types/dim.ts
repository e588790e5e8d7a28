/**
 * What a single size is in types, when two of them agree, and how shapes and failures are written.
 *
 * @internal
 */
import { ShapeError } from "../errors.ts";
import type { Shape } from "../shape.ts";

declare const dimLabel: unique symbol;

/** A size known only at run time, told apart from other sizes by its label. */
export type Dim<L extends string> = number & { readonly [dimLabel]: L };

/**
 * Gives a size that is known only at run time a label the types can follow.
 *
 * @param label What the size counts; sizes agree when their labels do.
 * @param size A whole number, 0 or more.
 * @returns The same number, typed by its label.
 * @throws {ShapeError} If `size` is negative or not a whole number.
 * @example Labelling a batch axis
 * ```ts
 * import { dim } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 * assertEquals(dim("batch", 32) + 1, 33);
 * ```
 */
export function dim<const L extends string>(label: L, size: number): Dim<L> {
  if (!Number.isInteger(size) || size < 0) {
    throw new ShapeError(`dim: ${label} is ${size}; a size is a whole number, 0 or more`);
  }
  return size as Dim<L>;
}

/** What an argument is intersected with when its shape does not fit; nothing is assignable to it, and `M` says why. */
export type Fail<M extends string> = { readonly shapeError: M };

/** One size as messages show it: the literal, the label, `?` if unknown. */
export type ShowDim<D> = D extends Dim<infer L> ? L : D extends number ? (number extends D ? "?" : `${D}`) : never;

/** A shape as messages show it: `32×128`, `batch×128`, `?×128`, `scalar`, `…` where the rank is unknown. */
export type Show<S> = S extends readonly [] ? "scalar"
  : S extends readonly [infer D] ? ShowDim<D>
  : S extends readonly [infer H, ...infer T] ? `${ShowDim<H>}×${Show<T>}`
  : S extends readonly [...infer T, infer H] ? `${Show<T>}×${ShowDim<H>}`
  : "…";

/**
 * What makes `readonly [A, B, Free<A>] extends readonly [B, A, never]` say yes of one type parameter against itself,
 * no of anything known, and nothing yet of two parameters (a declaration's): TypeScript relates a conditional type it
 * cannot decide by its branches, leaving out one that is `any`; and `any` is not assignable to `never`.
 */
// deno-lint-ignore no-explicit-any -- no other type has both properties
export type Free<D> = D extends number ? any : never;

/** {@linkcode Free} of a shape: free if its rank is, as in `S` and in `readonly [...L, 3]`. */
// deno-lint-ignore no-explicit-any -- as above
export type FreeShape<S extends Shape> = number extends S["length"] ? never : any;

/** `Then` where the rank of a member of the union `S` is unknown, else `Else`. */
export type IfOpen<S, Then, Else> = readonly [readonly never[]] extends readonly [S] ? Then : Else;

type Clash<A, B> = readonly [A, B, Free<A>, Free<B>] extends readonly [B, A, never, never] ? false
  : readonly [number] extends readonly [A | B] ? false
  : [A] extends [B] ? false
  : [B] extends [A] ? false
  : true;

// How a free size or shape passes a check that nobody can decide: TypeScript lets into a conditional type whatever fits
// its false branch, if the question is certainly answered no once every type parameter in it is read as a wildcard. So
// the `…Ok` types ask whether something is *wrong*, with no `infer` of their own, and what they ask begins with a tuple
// comparison that a wildcard passes and that means "nothing known".

/** `Then` where two sizes certainly differ, else `Else`. */
export type IfClash<A, B, Then, Else> = Clash<A, B> extends true ? Then : Else;

/** Whether two sizes can be the same: `number` agrees with everything, a union with each of its members. */
export type Agree<A, B> = IfClash<A, B, false, true>;

/** The better known of two sizes that agree. */
export type Join<A, B> = readonly [A, B, Free<A>, Free<B>] extends readonly [B, A, never, never] ? A
  : number extends A ? B
  : A;
