/**
 * Shapes of products in types.
 *
 * @internal
 */
import type { Shape } from "../shape.ts";
import type { Fail, IfClash, IfOpen, Show, ShowDim } from "./dims.ts";
import type { Align } from "./shapes.ts";

// The dot product in types: NumPy's, over the last axis and the last but one.

/** The shape of {@linkcode dot}`(a, b)`. */
export type Dot<A extends Shape, B extends Shape> = A extends readonly [] ? B
  : B extends readonly [] ? A
  : A extends readonly [...infer P extends Shape, number] ? B extends readonly [number] ? readonly [...P]
    : B extends readonly [...infer Q extends Shape, number, infer N extends number] ? readonly [...P, ...Q, N]
    : Shape
  : Shape;

type Contracted<B extends Shape> = B extends readonly [infer K] ? K
  : B extends readonly [...unknown[], infer K, unknown] ? K
  : number;

/** `unknown` where `dot(a, b)` is defined, else a `Fail` with both shapes. */
export type DotOk<A extends Shape, B extends Shape> = B extends readonly [] ? unknown
  : A extends readonly [...unknown[], infer K]
    ? IfClash<K, Contracted<B>, Fail<`dot: inner sizes differ, ${Show<A>} · ${Show<B>}`>, unknown>
  : unknown;

// The matrix product in types: NumPy's, with vectors on either side and broadcast batch axes.

// Sizes that are only passed over are `unknown` here: TypeScript does not know a free size to be a number at this point.

/** The shape of `a · b`. */
export type Matmul<A extends Shape, B extends Shape> = A extends readonly [...infer P extends Shape, unknown]
  ? B extends readonly [unknown] ? readonly [...P]
  : B extends readonly [unknown, infer N extends number] ? readonly [...P, N]
  : B extends readonly [...infer PB extends Shape, unknown, infer N extends number]
    ? A extends readonly [unknown] ? readonly [...PB, N]
    : A extends readonly [...infer PA extends Shape, infer M extends number, unknown]
      ? Align<PA, PB> extends infer R extends Shape ? readonly [...R, M, N] : Shape
    : Shape
  : Shape
  : Shape;

type Inner<B extends Shape> = B extends readonly [infer K] ? K
  : B extends readonly [...unknown[], infer K, unknown] ? K
  : number;

type Batch<A extends Shape> = A extends readonly [...infer P extends Shape, unknown, unknown] ? P : readonly [];

type Verdict<A extends Shape, B extends Shape> = A extends readonly [] ? NoAxis<A, B>
  : B extends readonly [] ? NoAxis<A, B>
  : A extends readonly [...unknown[], infer K] ? IfClash<
      K,
      Inner<B>,
      Fail<`matmul: inner sizes differ, ${Show<A>} · ${Show<B>}`>,
      Align<Batch<A>, Batch<B>> extends Fail<string>
        ? Fail<`matmul: batch axes do not broadcast, ${Show<A>} · ${Show<B>}`>
        : unknown
    >
  : unknown;

/** `unknown` where `a · b` is defined, else a `Fail` with both shapes. */
export type MatmulOk<A extends Shape, B extends Shape> = IfOpen<A | B, unknown, Verdict<A, B>> extends Fail<string>
  ? Verdict<A, B>
  : unknown;

type NoAxis<A, B> = Fail<`matmul: a scalar has no axis to contract, ${Show<A>} · ${Show<B>}`>;

// Einstein summation in types: letters bound to sizes, operand by operand, then read off for the result.

type Strip<E extends string> = E extends `${infer A} ${infer B}` ? Strip<`${A}${B}`> : E;

type Split<E extends string, Acc extends string[] = []> = E extends `${infer X},${infer Y}` ? Split<Y, [...Acc, X]>
  : [...Acc, E];

/** Binds the letters left in `X` to the sizes left in `S`; an unknown rank gives each the size `number`. */
type BindOne<X extends string, S extends Shape, Env, Spec extends string, Whole extends Shape> = X extends
  `${infer H}${infer T}` ? S extends readonly [infer D, ...infer R extends Shape] ? H extends keyof Env ? IfClash<
        Env[H],
        D,
        Fail<`einsum: ${H} is both ${ShowDim<Env[H]>} and ${ShowDim<D>}`>,
        BindOne<T, R, Env & { [K in H]: D }, Spec, Whole>
      >
    : BindOne<T, R, Env & { [K in H]: D }, Spec, Whole>
  : S extends readonly [] ? Misfit<Spec, Whole>
  : BindOne<T, S, Env & { [K in H]: number }, Spec, Whole>
  : number extends S["length"] ? Env
  : S extends readonly [] ? Env
  : Misfit<Spec, Whole>;

type Misfit<Spec extends string, S extends Shape> = Fail<`einsum: ${Spec} does not fit the shape ${Show<S>}`>;

type Bind<Specs extends string[], Ss extends readonly Shape[], Env = unknown> = Specs extends
  [infer X extends string, ...infer XT extends string[]]
  ? Ss extends readonly [infer S extends Shape, ...infer ST extends readonly Shape[]]
    ? BindOne<X, S, Env, X, S> extends infer E ? E extends Fail<string> ? E : Bind<XT, ST, E> : never
  : Fail<"einsum: fewer operands than the expression names">
  : Ss extends readonly [] ? Env
  : Fail<"einsum: more operands than the expression names">;

type Read<Z extends string, Env, Acc extends Shape = readonly []> = Z extends `${infer H}${infer T}`
  ? H extends keyof Env ? T extends `${string}${H}${string}` ? Fail<`einsum: the output names ${H} twice`>
    : Read<T, Env, readonly [...Acc, Env[H] & number]>
  : Fail<`einsum: the output names ${H}, which no operand has`>
  : Acc;

type Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The output left unsaid: every letter that stands once, in alphabetical order. */
type Implicit<In extends string, L extends string = Letters, Acc extends string = ""> = L extends `${infer C}${infer R}`
  ? Implicit<
    In,
    R,
    In extends `${string}${C}${infer After}` ? After extends `${string}${C}${string}` ? Acc : `${Acc}${C}` : Acc
  >
  : Acc;

type Contract<In extends string, Out extends string, Ss extends readonly Shape[]> = Bind<Split<In>, Ss> extends
  infer Env ? Env extends Fail<string> ? Env : Read<Out, Env>
  : never;

type Solve<E extends string, Ss extends readonly Shape[]> = E extends `${string}...${string}` ? Shape
  : E extends `${infer In}->${infer Out}` ? Contract<In, Out, Ss>
  : Contract<E, Implicit<E>, Ss>;

type Result<E extends string, Ss extends readonly Shape[]> = string extends E ? Shape
  : number extends Ss["length"] ? Shape
  : Solve<Strip<E>, Ss>;

/** The shape of `einsum(E, …)`, with or without `->`; `Shape` if the expression is not a literal or has an ellipsis. */
export type Einsum<E extends string, Ss extends readonly Shape[]> = Result<E, Ss> extends infer R extends Shape ? R
  : Shape;

/** `unknown` where the letters of `E` fit the shapes `Ss` or one is of unknown rank, else a `Fail` with what does not. */
export type EinsumOk<E extends string, Ss extends readonly Shape[]> = IfOpen<Ss[number], unknown, Result<E, Ss>> extends
  Fail<string> ? Result<E, Ss>
  : unknown;
