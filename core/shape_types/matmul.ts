/**
 * The matrix product in types: NumPy's, with vectors on either side and broadcast batch axes.
 *
 * @internal
 */
import type { Shape } from "../shape.ts";
import type { Align } from "./broadcast.ts";
import type { Fail, IfClash, IfOpen, Show } from "./dim.ts";

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
