/**
 * Einstein summation in types: letters bound to sizes, operand by operand, then read off for the result.
 *
 * @internal
 */
import type { Shape } from "../shape.ts";
import type { Fail, IfClash, IfOpen, Show, ShowDim } from "./dim.ts";

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
