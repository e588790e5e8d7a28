/**
 * NumPy broadcasting in types: right-aligned, equal or 1.
 *
 * @internal
 */
import type { Shape } from "../shape.ts";
import type { Fail, Free, FreeShape, IfClash, IfOpen, Show } from "./dim.ts";

/** The size two sizes broadcast to. */
type Meet<A extends number, B extends number> = readonly [A, B, Free<A>, Free<B>] extends readonly [B, A, never, never]
  ? A
  : B extends 1 ? A
  : A extends 1 ? B
  : number extends A ? B
  : A;

type IfApart<A, B, Then, Else> = readonly [A, B, Free<A>, Free<B>] extends readonly [B, A, never, never] ? Else
  : readonly [1] extends readonly [A | B] ? Else
  : IfClash<A, B, Then, Else>;

/** Walks from the last axis; a `Fail` marks a clash. */
export type Align<A extends Shape, B extends Shape> = readonly [A, B, FreeShape<A>] extends readonly [B, A, never] ? A
  : A extends readonly [] ? readonly [...B]
  : B extends readonly [] ? readonly [...A]
  : A extends readonly [...infer AI extends Shape, infer AL extends number]
    ? B extends readonly [...infer BI extends Shape, infer BL extends number] ? IfApart<
        AL,
        BL,
        Fail<"clash">,
        Align<AI, BI> extends infer R extends Shape ? readonly [...R, Meet<AL, BL>] : Fail<"clash">
      >
    : Shape
  : Shape;

type Checked<A extends Shape, B extends Shape> = IfOpen<A | B, Shape, Align<A, B>>;

/** The shape two shapes broadcast to. */
export type Broadcast<A extends Shape, B extends Shape> = readonly [A, B, FreeShape<A>] extends readonly [B, A, never]
  ? A
  : Align<A, B> extends infer R extends Shape ? R
  : Shape;

/** `unknown` where `A` and `B` broadcast, else a `Fail` with both. */
export type BroadcastOk<Op extends string, A extends Shape, B extends Shape> = Checked<A, B> extends Fail<string>
  ? Fail<`${Op}: cannot broadcast ${Show<A>} with ${Show<B>}`>
  : unknown;

/** The shape three shapes broadcast to. */
export type Broadcast3<A extends Shape, B extends Shape, C extends Shape> = Broadcast<Broadcast<A, B>, C>;

type Checked3<A extends Shape, B extends Shape, C extends Shape> = IfOpen<
  A | B,
  Checked<B, C>,
  Align<A, B> extends infer R extends Shape ? Checked<R, C> : Fail<"clash">
>;

/** `unknown` where `A`, `B` and `C` broadcast, else a `Fail` with all three. */
export type Broadcast3Ok<Op extends string, A extends Shape, B extends Shape, C extends Shape> =
  Checked3<A, B, C> extends Fail<string> ? Fail<`${Op}: cannot broadcast ${Show<A>} with ${Show<B>} with ${Show<C>}`>
    : unknown;
