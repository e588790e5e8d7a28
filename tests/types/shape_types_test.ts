/** The shape language of the types: every rule that holds, every message where one does not, checked by the compiler. */
import { assertEquals, assertThrows } from "@std/assert";
import type { Shape } from "../../core/shape.ts";
import { ShapeError } from "../../core/errors.ts";
import { dim } from "../../core/shape_types.ts";
import type {
  Agree,
  AxisOk,
  Broadcast,
  Broadcast3,
  Broadcast3Ok,
  BroadcastOk,
  Concat,
  ConcatOk,
  Dim,
  Einsum,
  EinsumOk,
  ExpandDims,
  ExpandDimsOk,
  Fail,
  Flatten,
  Join,
  LiteralOk,
  LiteralShape,
  Matmul,
  MatmulOk,
  NormAxis,
  Reduce,
  ReduceOk,
  Reshape,
  Show,
  SizeAt,
  Squeeze,
  SqueezeOk,
  Stack,
  StackOk,
  SwapAxes,
  SwapAxesOk,
  Transpose,
  TransposeOk,
} from "../../core/shape_types.ts";

type Equal<X, Y> = (<T>() => T extends X ? 1 : 2) extends (<T>() => T extends Y ? 1 : 2) ? true : false;
/** Fails to compile unless every element is `true`. */
type All<_T extends readonly true[]> = true;

type B = Dim<"batch">;
type N = Dim<"nodes">;

export type Sizes = All<[
  Equal<Agree<3, 3>, true>,
  Equal<Agree<3, 4>, false>,
  Equal<Agree<3, number>, true>,
  Equal<Agree<number, B>, true>,
  Equal<Agree<B, B>, true>,
  Equal<Agree<B, N>, false>,
  Equal<Agree<B, 3>, false>,
  Equal<Agree<3 | 4, 4>, true>,
  Equal<Join<number, 3>, 3>,
  Equal<Join<3, number>, 3>,
  Equal<Join<B, number>, B>,
]>;

export type Shown = All<[
  Equal<Show<readonly []>, "scalar">,
  Equal<Show<readonly [7]>, "7">,
  Equal<Show<readonly [32, 128]>, "32×128">,
  Equal<Show<readonly [B, number, 3]>, "batch×?×3">,
  Equal<Show<Shape>, "…">,
  Equal<Show<readonly [...Shape, 3]>, "…×3">,
  Equal<Show<readonly [3, ...Shape]>, "3×…">,
]>;

export type Broadcasts = All<[
  Equal<Broadcast<readonly [2, 3], readonly [2, 3]>, readonly [2, 3]>,
  Equal<Broadcast<readonly [2, 3], readonly [3]>, readonly [2, 3]>,
  Equal<Broadcast<readonly [3], readonly [2, 3]>, readonly [2, 3]>,
  Equal<Broadcast<readonly [2, 1], readonly [1, 3]>, readonly [2, 3]>,
  Equal<Broadcast<readonly [2, 3], readonly []>, readonly [2, 3]>,
  Equal<Broadcast<[2, 3], readonly []>, readonly [2, 3]>,
  Equal<Broadcast<readonly [number, 3], readonly [2, 3]>, readonly [2, 3]>,
  Equal<Broadcast<readonly [number, 3], readonly [1, 3]>, readonly [number, 3]>,
  Equal<Broadcast<readonly [B, 3], readonly [3]>, readonly [B, 3]>,
  Equal<Broadcast<readonly [B, 3], readonly [1, 1]>, readonly [B, 3]>,
  Equal<Broadcast<Shape, readonly [3]>, Shape>,
  Equal<Broadcast<readonly [3], number[]>, Shape>,
  Equal<Broadcast<readonly [...Shape, 3], readonly [2, 3]>, readonly [...Shape, 3]>,
  Equal<Broadcast<readonly [2, 3], readonly [2, 4]>, Shape>,
  Equal<Broadcast3<readonly [2, 1], readonly [3], readonly []>, readonly [2, 3]>,
  Equal<Broadcast3<readonly [2, 1], Shape, readonly [3]>, Shape>,
  Equal<BroadcastOk<"add", readonly [2, 1], readonly [3]>, unknown>,
  Equal<BroadcastOk<"add", readonly [2, 3], Shape>, unknown>,
  Equal<BroadcastOk<"add", readonly [2, number], readonly [9]>, unknown>,
  Equal<BroadcastOk<"add", readonly [2, 3], readonly [2, 4]>, Fail<"add: cannot broadcast 2×3 with 2×4">>,
  Equal<BroadcastOk<"add", readonly [B, 3], readonly [N, 3]>, Fail<"add: cannot broadcast batch×3 with nodes×3">>,
  Equal<BroadcastOk<"add", readonly [...Shape, 3], readonly [4]>, Fail<"add: cannot broadcast …×3 with 4">>,
  Equal<Broadcast3Ok<"where", readonly [2, 1], readonly [3], readonly []>, unknown>,
  Equal<Broadcast3Ok<"where", Shape, readonly [3], readonly [3]>, unknown>,
  Equal<
    Broadcast3Ok<"where", readonly [2, 1], readonly [3], readonly [4]>,
    Fail<"where: cannot broadcast 2×1 with 3 with 4">
  >,
]>;

export type Matmuls = All<[
  Equal<Matmul<readonly [32, 784], readonly [784, 10]>, readonly [32, 10]>,
  Equal<Matmul<readonly [3], readonly [3, 4]>, readonly [4]>,
  Equal<Matmul<readonly [2, 3], readonly [3]>, readonly [2]>,
  Equal<Matmul<readonly [3], readonly [3]>, readonly []>,
  Equal<Matmul<readonly [3], readonly [5, 3, 4]>, readonly [5, 4]>,
  Equal<Matmul<readonly [5, 2, 3], readonly [3]>, readonly [5, 2]>,
  Equal<Matmul<readonly [5, 2, 3], readonly [3, 4]>, readonly [5, 2, 4]>,
  Equal<Matmul<readonly [5, 1, 2, 3], readonly [7, 3, 4]>, readonly [5, 7, 2, 4]>,
  Equal<Matmul<readonly [B, number], readonly [3, N]>, readonly [B, N]>,
  Equal<Matmul<Shape, readonly [3, 4]>, Shape>,
  Equal<Matmul<readonly [3, 4], number[]>, Shape>,
  Equal<Matmul<readonly [...Shape, 3], readonly [3, 4]>, readonly [...Shape, 4]>,
  Equal<MatmulOk<readonly [2, 3], readonly [3, 4]>, unknown>,
  Equal<MatmulOk<Shape, readonly [3, 4]>, unknown>,
  Equal<MatmulOk<readonly [2, 3], Shape>, unknown>,
  Equal<MatmulOk<readonly [2, number], readonly [3]>, unknown>,
  Equal<MatmulOk<readonly [32, 128], readonly [100, 10]>, Fail<"matmul: inner sizes differ, 32×128 · 100×10">>,
  Equal<MatmulOk<readonly [3], readonly [4]>, Fail<"matmul: inner sizes differ, 3 · 4">>,
  Equal<MatmulOk<readonly [B, N], readonly [B, 3]>, Fail<"matmul: inner sizes differ, batch×nodes · batch×3">>,
  Equal<
    MatmulOk<readonly [2, 3, 4], readonly [5, 4, 6]>,
    Fail<"matmul: batch axes do not broadcast, 2×3×4 · 5×4×6">
  >,
  Equal<MatmulOk<readonly [], readonly [3]>, Fail<"matmul: a scalar has no axis to contract, scalar · 3">>,
]>;

export type Axes = All<[
  Equal<NormAxis<readonly [2, 3], 1>, 1>,
  Equal<NormAxis<readonly [2, 3], -1>, 1>,
  Equal<NormAxis<readonly [2, 3], -2>, 0>,
  Equal<NormAxis<readonly [2, 3], 2>, never>,
  Equal<NormAxis<readonly [2, 3], -3>, never>,
  Equal<NormAxis<readonly [], 0>, never>,
  Equal<NormAxis<readonly [1, 2, 3, 4, 5, 6, 7, 8], -8>, 0>,
  Equal<NormAxis<readonly [2, 3], number>, number>,
  Equal<NormAxis<Shape, -1>, number>,
  Equal<SizeAt<readonly [2, B], -1>, B>,
  Equal<SizeAt<readonly [2, 3], number>, number>,
  Equal<AxisOk<"softmax", readonly [2, 3], -1>, unknown>,
  Equal<AxisOk<"softmax", readonly [2, 3], undefined>, unknown>,
  Equal<AxisOk<"softmax", readonly [2, 3], 2>, Fail<"softmax: axis 2 is out of range for rank 2">>,
]>;

export type Reduces = All<[
  Equal<Reduce<readonly [2, 3], undefined>, readonly []>,
  Equal<Reduce<readonly [2, 3], undefined, true>, readonly [1, 1]>,
  Equal<Reduce<readonly [2, 3, 4], 1>, readonly [2, 4]>,
  Equal<Reduce<readonly [2, 3, 4], -1>, readonly [2, 3]>,
  Equal<Reduce<readonly [2, 3, 4], -1, true>, readonly [2, 3, 1]>,
  Equal<Reduce<readonly [2, 3, 4], readonly [0, -1]>, readonly [3]>,
  Equal<Reduce<readonly [2, 3, 4], readonly [0, -1], true>, readonly [1, 3, 1]>,
  Equal<Reduce<readonly [2, 3], readonly []>, readonly [2, 3]>,
  Equal<Reduce<readonly [B, 3], 1>, readonly [B]>,
  Equal<Reduce<readonly [2, 3], number>, Shape>,
  Equal<Reduce<readonly [2, 3], number[]>, Shape>,
  Equal<Reduce<readonly [2, 3], number, true>, readonly [number, number]>,
  Equal<Reduce<readonly [2, 3], readonly number[], true>, readonly [number, number]>,
  Equal<Reduce<readonly [2, 3], 0 | 1>, readonly [2] | readonly [3]>,
  Equal<Reduce<Shape, 0>, Shape>,
  Equal<Reduce<Shape, 0, true>, Shape>,
  Equal<ReduceOk<"sum", readonly [2, 3], undefined>, unknown>,
  Equal<ReduceOk<"sum", readonly [2, 3], readonly [0, 1]>, unknown>,
  Equal<ReduceOk<"sum", readonly [2, 3], number>, unknown>,
  Equal<ReduceOk<"sum", readonly [2, 3], number[]>, unknown>,
  Equal<ReduceOk<"sum", Shape, 7>, unknown>,
  Equal<ReduceOk<"sum", readonly [2, 3], 3>, Fail<"sum: axis 3 is out of range for rank 2">>,
  Equal<ReduceOk<"sum", readonly [2, 3], readonly [0, -3]>, Fail<"sum: axis -3 is out of range for rank 2">>,
  Equal<ReduceOk<"sum", readonly [], 0>, Fail<"sum: axis 0 of a scalar, which has no axes">>,
]>;

export type Transposes = All<[
  Equal<Transpose<readonly [2, 3, 4]>, readonly [4, 3, 2]>,
  Equal<Transpose<readonly [2, 3, 4], readonly [1, 0, -1]>, readonly [3, 2, 4]>,
  Equal<Transpose<readonly [B, 3], readonly [1, 0]>, readonly [3, B]>,
  Equal<Transpose<readonly [2, 3], number[]>, readonly [number, number]>,
  Equal<Transpose<Shape>, Shape>,
  Equal<Transpose<Shape, readonly [1, 0]>, readonly [number, number]>,
  Equal<TransposeOk<readonly [2, 3], undefined>, unknown>,
  Equal<TransposeOk<readonly [2, 3], readonly [1, 0]>, unknown>,
  Equal<TransposeOk<readonly [2, 3], readonly [-1, 0]>, unknown>,
  Equal<TransposeOk<readonly [2, 3], readonly number[]>, unknown>,
  Equal<TransposeOk<readonly [2, 3], readonly [number, 0]>, unknown>,
  Equal<TransposeOk<Shape, readonly [1, 0]>, unknown>,
  Equal<TransposeOk<readonly [2, 3], readonly [0, 0]>, Fail<"transpose: [0,0] is not a permutation of the 2 axes">>,
  Equal<TransposeOk<readonly [2, 3], readonly [0]>, Fail<"transpose: [0] is not a permutation of the 2 axes">>,
  Equal<TransposeOk<readonly [2, 3], readonly [0, 2]>, Fail<"transpose: [0,2] is not a permutation of the 2 axes">>,
  Equal<SwapAxes<readonly [2, 3, 4], 0, -1>, readonly [4, 3, 2]>,
  Equal<SwapAxes<readonly [2, 3, 4], 1, 1>, readonly [2, 3, 4]>,
  Equal<SwapAxes<readonly [2, 3, 4], number, 1>, readonly [number, number, number]>,
  Equal<SwapAxes<Shape, 0, 1>, Shape>,
  Equal<SwapAxesOk<readonly [2, 3], 0, -1>, unknown>,
  Equal<SwapAxesOk<readonly [2, 3], 0, 2>, Fail<"swapAxes: axis 2 is out of range for rank 2">>,
]>;

export type Reshapes = All<[
  Equal<ExpandDims<readonly [2, 3], 0>, readonly [1, 2, 3]>,
  Equal<ExpandDims<readonly [2, 3], 2>, readonly [2, 3, 1]>,
  Equal<ExpandDims<readonly [2, 3], -1>, readonly [2, 3, 1]>,
  Equal<ExpandDims<readonly [2, 3], -2>, readonly [2, 1, 3]>,
  Equal<ExpandDims<readonly [], 0>, readonly [1]>,
  Equal<ExpandDims<readonly [2], number>, readonly [number, number]>,
  Equal<ExpandDims<Shape, 0>, Shape>,
  Equal<ExpandDimsOk<readonly [2, 3], 2>, unknown>,
  Equal<ExpandDimsOk<readonly [2, 3], number>, unknown>,
  Equal<ExpandDimsOk<Shape, 5>, unknown>,
  Equal<ExpandDimsOk<readonly [2, 3], 3>, Fail<"expandDims: axis 3 is out of range for rank 3">>,
  Equal<Squeeze<readonly [1, 2, 1, 3]>, readonly [2, 3]>,
  Equal<Squeeze<readonly [1, B]>, Shape>,
  Equal<Squeeze<readonly [1, number]>, Shape>,
  Equal<Squeeze<readonly [1, number], 0>, readonly [number]>,
  Equal<Squeeze<readonly [1, 2, 1], readonly [0, -1]>, readonly [2]>,
  Equal<Squeeze<readonly [1, 2], number>, Shape>,
  Equal<Squeeze<Shape, 0>, Shape>,
  Equal<Squeeze<Shape>, Shape>,
  Equal<SqueezeOk<readonly [1, 2], undefined>, unknown>,
  Equal<SqueezeOk<readonly [1, 2], 0>, unknown>,
  Equal<SqueezeOk<readonly [number, 2], 0>, unknown>,
  Equal<SqueezeOk<Shape, 0>, unknown>,
  Equal<SqueezeOk<readonly [1, 2], number[]>, unknown>,
  Equal<SqueezeOk<readonly [1, 2], 1>, Fail<"squeeze: axis 1 of 1×2 is not 1">>,
  Equal<SqueezeOk<readonly [1, 2], readonly [0, -1]>, Fail<"squeeze: axis -1 of 1×2 is not 1">>,
  Equal<SqueezeOk<readonly [1, 2], 2>, Fail<"squeeze: axis 2 is out of range for rank 2">>,
  Equal<Reshape<readonly [2, 3]>, readonly [2, 3]>,
  Equal<Reshape<readonly [2, -1]>, readonly [2, number]>,
  Equal<Reshape<readonly [B, number]>, readonly [B, number]>,
  Equal<Reshape<number[]>, Shape>,
  Equal<Flatten<readonly []>, readonly [1]>,
  Equal<Flatten<readonly [3]>, readonly [3]>,
  Equal<Flatten<readonly [2, 3]>, readonly [number]>,
  Equal<Flatten<Shape>, readonly [number]>,
]>;

export type Joins = All<[
  Equal<Concat<readonly [readonly [2, 3], readonly [5, 3]], 0>, readonly [number, 3]>,
  Equal<Concat<readonly [readonly [2, 3], readonly [2, 4]], -1>, readonly [2, number]>,
  Equal<Concat<readonly [readonly [number, 3], readonly [2, 4]], -1>, readonly [2, number]>,
  Equal<Concat<readonly [Shape, readonly [2, 4]], -1>, readonly [2, number]>,
  Equal<Concat<readonly [Shape, Shape], 0>, Shape>,
  Equal<Concat<readonly (readonly [2, 3])[], 0>, readonly [number, 3]>,
  Equal<Concat<readonly Shape[], 0>, Shape>,
  Equal<Concat<readonly [readonly [2, 3], readonly [2, 3]], number>, readonly [number, number]>,
  Equal<ConcatOk<readonly [readonly [2, 3], readonly [5, 3], readonly [1, 3]], 0>, unknown>,
  Equal<ConcatOk<readonly [readonly [2, 3], Shape, readonly [2, number]], 0>, unknown>,
  Equal<ConcatOk<readonly [readonly [2, 3], readonly [2, 4]], number>, unknown>,
  Equal<ConcatOk<readonly Shape[], 0>, unknown>,
  Equal<
    ConcatOk<readonly [readonly [2, 3], readonly [2, 4]], 0>,
    Fail<"concat: shapes 2×3 and 2×4 differ outside axis 0">
  >,
  Equal<
    ConcatOk<readonly [readonly [2, number], readonly [2, 3], readonly [2, 4]], 0>,
    Fail<"concat: shapes 2×3 and 2×4 differ outside axis 0">
  >,
  Equal<ConcatOk<readonly [readonly [2, 3], readonly [2]], 0>, Fail<"concat: shapes 2×3 and 2 differ outside axis 0">>,
  Equal<ConcatOk<readonly [readonly [2, 3], readonly [2, 3]], 2>, Fail<"concat: axis 2 is out of range for rank 2">>,
  Equal<ConcatOk<readonly [], 0>, Fail<"concat: needs at least one tensor">>,
  Equal<Stack<readonly [readonly [2, 3], readonly [2, 3]], 0>, readonly [2, 2, 3]>,
  Equal<Stack<readonly [readonly [2, 3], readonly [2, number], readonly [2, 3]], -1>, readonly [2, 3, 3]>,
  Equal<Stack<readonly (readonly [2, 3])[], 1>, readonly [2, number, 3]>,
  Equal<Stack<readonly Shape[], 0>, Shape>,
  Equal<StackOk<readonly [readonly [2], readonly [2]], 1>, unknown>,
  Equal<StackOk<readonly [Shape, readonly [2]], 1>, unknown>,
  Equal<StackOk<readonly [readonly [2, 3], readonly [2, 4]], 0>, Fail<"stack: shapes 2×3 and 2×4 differ">>,
  Equal<StackOk<readonly [readonly [2], readonly [2]], 2>, Fail<"stack: axis 2 is out of range for rank 2">>,
  Equal<StackOk<readonly [], 0>, Fail<"stack: needs at least one tensor">>,
]>;

export type Einsums = All<[
  Equal<Einsum<"ij,jk->ik", readonly [readonly [2, 3], readonly [3, 4]]>, readonly [2, 4]>,
  Equal<Einsum<" i j , j k -> i k ", readonly [readonly [2, 3], readonly [3, 4]]>, readonly [2, 4]>,
  Equal<Einsum<"ij,jk", readonly [readonly [2, 3], readonly [3, 4]]>, readonly [2, 4]>,
  Equal<Einsum<"kj,ji", readonly [readonly [2, 3], readonly [3, 4]]>, readonly [4, 2]>,
  Equal<Einsum<"ii", readonly [readonly [3, 3]]>, readonly []>,
  Equal<Einsum<"ii->i", readonly [readonly [3, 3]]>, readonly [3]>,
  Equal<Einsum<"ij->ji", readonly [readonly [2, 3]]>, readonly [3, 2]>,
  Equal<Einsum<"ij->", readonly [readonly [2, 3]]>, readonly []>,
  Equal<Einsum<",i->i", readonly [readonly [], readonly [3]]>, readonly [3]>,
  Equal<Einsum<"ab,bc,cd->ad", readonly [readonly [2, 3], readonly [3, 4], readonly [4, 5]]>, readonly [2, 5]>,
  Equal<
    Einsum<"bhqd,bhkd->bhqk", readonly [readonly [B, 8, 7, number], readonly [B, 8, 9, 32]]>,
    readonly [B, 8, 7, 9]
  >,
  Equal<Einsum<"ij,jk->ijk", readonly [readonly [2, number], readonly [3, 4]]>, readonly [2, 3, 4]>,
  Equal<Einsum<"ij,jk->ik", readonly [Shape, readonly [3, 4]]>, readonly [number, 4]>,
  Equal<Einsum<"...ij,jk->...ik", readonly [readonly [2, 3], readonly [3, 4]]>, Shape>,
  Equal<Einsum<string, readonly [readonly [2, 3]]>, Shape>,
  Equal<Einsum<"ij,jk->ik", readonly Shape[]>, Shape>,
  Equal<EinsumOk<"ij,jk->ik", readonly [readonly [2, 3], readonly [3, 4]]>, unknown>,
  Equal<EinsumOk<"ij,jk->ik", readonly [Shape, Shape]>, unknown>,
  Equal<EinsumOk<"...ij->...ji", readonly [readonly [2, 3]]>, unknown>,
  Equal<EinsumOk<string, readonly [readonly [2, 3]]>, unknown>,
  Equal<EinsumOk<"ij,jk->ik", readonly Shape[]>, unknown>,
  Equal<EinsumOk<"ij,jk->ik", readonly [readonly [2, 3], readonly [4, 5]]>, Fail<"einsum: j is both 3 and 4">>,
  Equal<EinsumOk<"ii", readonly [readonly [2, 3]]>, Fail<"einsum: i is both 2 and 3">>,
  Equal<EinsumOk<"ij->i", readonly [readonly [2]]>, Fail<"einsum: ij does not fit the shape 2">>,
  Equal<EinsumOk<"i->i", readonly [readonly [2, 3]]>, Fail<"einsum: i does not fit the shape 2×3">>,
  Equal<
    EinsumOk<"ij,jk->ik", readonly [readonly [2, 3]]>,
    Fail<"einsum: fewer operands than the expression names">
  >,
  Equal<
    EinsumOk<"ij->ij", readonly [readonly [2, 3], readonly [3]]>,
    Fail<"einsum: more operands than the expression names">
  >,
  Equal<EinsumOk<"ij->ik", readonly [readonly [2, 3]]>, Fail<"einsum: the output names k, which no operand has">>,
  Equal<EinsumOk<"ij->ii", readonly [readonly [2, 3]]>, Fail<"einsum: the output names i twice">>,
]>;

interface Nested extends ReadonlyArray<number | Nested> {}

export type Literals = All<[
  Equal<LiteralShape<3>, readonly []>,
  Equal<LiteralShape<boolean>, readonly []>,
  Equal<LiteralShape<readonly []>, readonly [0]>,
  Equal<LiteralShape<readonly [1, 2]>, readonly [2]>,
  Equal<LiteralShape<readonly [true, false, true]>, readonly [3]>,
  Equal<LiteralShape<readonly [readonly [1, 2, 3], readonly [4, 5, 6]]>, readonly [2, 3]>,
  Equal<LiteralShape<[[number, number]]>, readonly [1, 2]>,
  Equal<LiteralShape<number[]>, readonly [number]>,
  Equal<LiteralShape<number[][]>, readonly [number, number]>,
  Equal<LiteralShape<[number[], number[]]>, readonly [2, number]>,
  Equal<LiteralShape<Float32Array>, readonly [number]>,
  Equal<LiteralShape<Nested>, readonly [number, ...Shape]>,
  Equal<LiteralShape<number | Nested>, Shape>,
  Equal<LiteralShape<unknown>, Shape>,
  Equal<LiteralOk<readonly [readonly [1, 2], readonly [3, 4]]>, unknown>,
  Equal<LiteralOk<[number[], [1, 2]]>, unknown>,
  Equal<LiteralOk<Nested>, unknown>,
  Equal<LiteralOk<readonly [readonly [1, 2], readonly [3]]>, Fail<"tensor: parts of shapes 2 and 1">>,
  Equal<LiteralOk<readonly [readonly [1, 2], 3]>, Fail<"tensor: parts of shapes 2 and scalar">>,
]>;

// A library in declarations, to see where errors surface. A tensor here is its shape, twice.
interface Tensor<S extends Shape = Shape> {
  readonly shape: S;
  readonly rank: S["length"];
}
type AxesArg = number | readonly number[] | undefined;
type Numbers = number | readonly Numbers[];

interface Library {
  zeros<const S extends Shape>(shape: S): Tensor<S>;
  tensor<const T extends Numbers>(data: T & LiteralOk<T>): Tensor<LiteralShape<T>>;
  relu<S extends Shape>(x: Tensor<S>): Tensor<S>;
  add<A extends Shape, B extends Shape>(a: Tensor<A>, b: Tensor<B> & BroadcastOk<"add", A, B>): Tensor<Broadcast<A, B>>;
  where<A extends Shape, B extends Shape, C extends Shape>(
    a: Tensor<A>,
    b: Tensor<B>,
    c: Tensor<C> & Broadcast3Ok<"where", A, B, C>,
  ): Tensor<Broadcast3<A, B, C>>;
  matmul<A extends Shape, B extends Shape>(a: Tensor<A>, b: Tensor<B> & MatmulOk<A, B>): Tensor<Matmul<A, B>>;
  times<B extends Shape>(b: Tensor<B>): <A extends Shape>(a: Tensor<A> & MatmulOk<A, B>) => Tensor<Matmul<A, B>>;
  sum<S extends Shape, const I extends AxesArg = undefined, const K extends boolean = false>(
    x: Tensor<S> & ReduceOk<"sum", S, I>,
    options?: { axis?: I; keepDims?: K },
  ): Tensor<Reduce<S, I, K>>;
  transpose<S extends Shape, const P extends readonly number[] | undefined = undefined>(
    x: Tensor<S> & TransposeOk<S, P>,
    perm?: P,
  ): Tensor<Transpose<S, P>>;
  swapAxes<S extends Shape, const I extends number, const J extends number>(
    x: Tensor<S> & SwapAxesOk<S, I, J>,
    i: I,
    j: J,
  ): Tensor<SwapAxes<S, I, J>>;
  expandDims<S extends Shape, const I extends number>(
    x: Tensor<S> & ExpandDimsOk<S, I>,
    axis: I,
  ): Tensor<ExpandDims<S, I>>;
  squeeze<S extends Shape, const I extends AxesArg = undefined>(
    x: Tensor<S> & SqueezeOk<S, I>,
    options?: { axis?: I },
  ): Tensor<Squeeze<S, I>>;
  reshape<const To extends Shape>(x: Tensor, to: To): Tensor<Reshape<To>>;
  flatten<S extends Shape>(x: Tensor<S>): Tensor<Flatten<S>>;
  concat<const Ss extends readonly Shape[], const I extends number = 0>(
    xs: { readonly [K in keyof Ss]: Tensor<Ss[K]> } & ConcatOk<Ss, I>,
    axis?: I,
  ): Tensor<Concat<Ss, I>>;
  stack<const Ss extends readonly Shape[], const I extends number = 0>(
    xs: { readonly [K in keyof Ss]: Tensor<Ss[K]> } & StackOk<Ss, I>,
    axis?: I,
  ): Tensor<Stack<Ss, I>>;
  einsum<const E extends string, const Ss extends readonly Shape[]>(
    e: E & EinsumOk<E, Ss>,
    ...xs: { readonly [K in keyof Ss]: Tensor<Ss[K]> }
  ): Tensor<Einsum<E, Ss>>;
}

/** Never called: its body is for the compiler. */
export function accepted(l: Library, any: Tensor, n: number, axes: number[]): void {
  const x = l.zeros([32, 784]), w = l.zeros([784, 10]), batch = dim("batch", n);
  const a: Tensor<readonly [32, 10]> = l.add(l.matmul(x, w), l.zeros([10]));
  const b: Tensor<readonly [Dim<"batch">, 10]> = l.matmul(l.zeros([batch, 784]), w);
  const c: Tensor<readonly [32, 1]> = l.sum(x, { axis: -1, keepDims: true });
  const d: Tensor<readonly []> = l.sum(x);
  const e: Tensor<readonly [784]> = l.sum(l.zeros([2, 784, 3]), { axis: [0, -1] });
  const f: Tensor<readonly [3, 2]> = l.transpose(l.tensor([[1, 2, 3], [4, 5, 6]]));
  const g: Tensor<readonly [4, 2, 3]> = l.transpose(l.zeros([2, 3, 4]), [2, 0, 1]);
  const h: Tensor<readonly [number, 3]> = l.concat([l.zeros([2, 3]), l.zeros([5, 3])]);
  const i: Tensor<readonly [2, 2, 3]> = l.stack([l.zeros([2, 3]), l.zeros([2, 3])], 1);
  const j: Tensor<readonly [32, 10]> = l.einsum("ij,jk->ik", x, w);
  const k: Tensor<readonly [32, number]> = l.reshape(x, [32, -1]);
  const m: Tensor<readonly [32, 10]> = l.times(w)(x);
  const o: Tensor<readonly [32, 784]> = l.where(l.zeros([32, 1]), x, l.zeros([]));
  const p: Tensor<readonly [1, 3]> = l.squeeze(l.expandDims(l.zeros([1, 3]), -1), { axis: 2 });
  const q: Tensor<readonly [784, 32]> = l.swapAxes(x, 0, 1);
  const r: Tensor<readonly [number]> = l.flatten(x);
  const many = l.concat([x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x], -1);
  const s: Tensor<readonly [32, number]> = many;
  void [a, b, c, d, e, f, g, h, i, j, k, m, o, p, q, r, s];
  void [l.matmul(any, w), l.matmul(x, any), l.add(any, x), l.where(any, any, x), l.sum(any, { axis: 4 })];
  void [l.sum(x, { axis: n }), l.sum(x, { axis: axes }), l.transpose(any, [1, 0]), l.transpose(x, axes)];
  void [l.squeeze(any), l.squeeze(any, { axis: 0 }), l.expandDims(any, 2), l.swapAxes(any, 0, 1), l.flatten(any)];
  void [
    l.concat([any, x]),
    l.concat([x, x], n),
    l.stack([x, any]),
    l.concat([any].concat(any)),
    l.einsum("ij->j", any),
  ];
  void [l.einsum("ij->j" as string, x), l.reshape(x, axes), l.zeros(axes), l.tensor([axes, axes])];
}

/** Never called: what an `any` gives must pass everywhere. */
// deno-lint-ignore no-explicit-any -- the test is of untyped callers
export function untyped(l: Library, x: any, s: Tensor<any>, w: Tensor<readonly [784, 10]>): void {
  void [l.matmul(x, w), l.matmul(w, x), l.add(x, x), l.sum(x, { axis: 1 }), l.transpose(x), l.tensor(x), l.concat(x)];
  void [l.matmul(s, w), l.matmul(w, s), l.add(s, w), l.sum(s, { axis: 1 }), l.transpose(s), l.concat([s, w])];
  void [l.squeeze(s), l.expandDims(s, 0), l.einsum("ij,jk->ik", s, w), l.stack([s, w]), l.flatten(s)];
}

/** Never called: each rule broken once, at the argument that carries the check. */
export function rejected(l: Library): void {
  const x = l.zeros([32, 128]), w = l.zeros([100, 10]);
  // @ts-expect-error inner sizes
  l.matmul(x, w);
  // @ts-expect-error inner sizes, data last
  l.times(w)(x);
  // @ts-expect-error batch axes
  l.matmul(l.zeros([2, 3, 4]), l.zeros([5, 4, 6]));
  // @ts-expect-error a scalar operand
  l.matmul(l.zeros([]), w);
  // @ts-expect-error sizes that do not broadcast
  l.add(x, w);
  // @ts-expect-error labels that differ
  l.add(l.zeros([dim("rows", 3)]), l.zeros([dim("columns", 3)]));
  // @ts-expect-error the third operand
  l.where(x, x, w);
  // @ts-expect-error axis out of range
  l.sum(x, { axis: 3 });
  // @ts-expect-error one axis of several out of range
  l.sum(x, { axis: [0, -3] });
  // @ts-expect-error not a permutation
  l.transpose(x, [0, 0]);
  // @ts-expect-error axis out of range
  l.swapAxes(x, 0, 2);
  // @ts-expect-error axis out of range
  l.expandDims(x, 3);
  // @ts-expect-error an axis that is not 1
  l.squeeze(x, { axis: 0 });
  // @ts-expect-error sizes differ outside the axis
  l.concat([x, w], 0);
  // @ts-expect-error axis out of range
  l.concat([x, x], 2);
  // @ts-expect-error nothing to join
  l.concat([]);
  // @ts-expect-error shapes differ
  l.stack([x, w]);
  // @ts-expect-error a letter of two sizes
  l.einsum("ij,jk->ik", x, w);
  // @ts-expect-error a letter from nowhere
  l.einsum("ij->z", x);
  // @ts-expect-error one operand short
  l.einsum("ij,jk->ik", x);
  // @ts-expect-error ragged rows
  l.tensor([[1, 2], [3]]);
  // @ts-expect-error the result is 32×10
  const wrong: Tensor<readonly [32, 11]> = l.matmul(x, l.zeros([128, 10]));
  void wrong;
}

/** Never called: free sizes stay themselves through every rule, and pass checks they may satisfy. */
export function freeSizes<B extends number, D extends number>(
  l: Library,
  x: Tensor<readonly [B, 784]>,
  w: Tensor<readonly [784, 10]>,
  y: Tensor<readonly [B, D]>,
): Tensor<readonly [B, 10]> {
  const logits: Tensor<readonly [B, 10]> = l.add(l.matmul(x, w), l.zeros([10]));
  const a: Tensor<readonly [B]> = l.sum(x, { axis: -1 });
  const b: Tensor<readonly [B, 1]> = l.sum(y, { axis: 1, keepDims: true });
  const c: Tensor<readonly [B, D]> = l.add(y, y);
  const d: Tensor<readonly [B, D]> = l.add(y, b);
  const e: Tensor<readonly [D, B]> = l.transpose(y);
  const f: Tensor<readonly [B, B]> = l.matmul(y, l.transpose(y));
  const g: Tensor<readonly [B, 10]> = l.einsum("bi,ij->bj", x, w);
  const h: Tensor<readonly [2, B, D]> = l.stack([y, y]);
  const i: Tensor<readonly [number, D]> = l.concat([y, y]);
  const j: Tensor<readonly [B, 1, D]> = l.expandDims(y, 1);
  const k: Tensor<readonly [B, 784]> = l.squeeze(l.expandDims(x, 0), { axis: 0 });
  const m: Tensor<readonly [784, B]> = l.swapAxes(x, 0, 1);
  const n: Tensor<readonly [B, 10]> = l.where(logits, logits, l.zeros([1, 10]));
  void [a, b, c, d, e, f, g, h, i, j, k, m, n, l.matmul(y, w), l.add(x, y), l.einsum("ij,jk->ik", y, w)];
  // @ts-expect-error 784 is known, whatever B is
  l.matmul(x, l.zeros([783, 10]));
  // @ts-expect-error 784 is known, whatever B is
  l.add(x, l.zeros([10]));
  return logits;
}

/** Never called: a free shape is itself, and meets rules that ask nothing of it. */
export function freeShapes<S extends Shape, L extends Shape>(
  l: Library,
  x: Tensor<S>,
  y: Tensor<readonly [...L, 3]>,
): Tensor<S> {
  const whole: Tensor<readonly []> = l.sum(x);
  const flat: Tensor = l.flatten(l.transpose(x));
  const same: Tensor<readonly [...L, 3]> = l.add(y, y);
  const loose: Tensor = l.sum<Shape, -1>(x, { axis: -1 });
  void [whole, flat, same, loose, l.reshape(x, [-1])];
  const bias = l.zeros([3]);
  void [l.sum(x, { axis: -1 }), l.sum(x, { axis: [0, 1], keepDims: true }), l.sum(y, { axis: -1 })];
  void [l.add(x, bias), l.add(bias, x), l.add(y, bias), l.where(x, x, bias), l.where(bias, x, x), l.add(x, y)];
  void [l.matmul(x, bias), l.matmul(bias, x), l.matmul(y, l.zeros([3, 4])), l.matmul(x, x), l.times(bias)(x)];
  void [l.transpose(x, [1, 0]), l.swapAxes(x, 0, 1), l.expandDims(x, 0), l.squeeze(x), l.squeeze(x, { axis: 0 })];
  void [l.concat([x, x]), l.concat([x, bias]), l.stack([x, x]), l.stack([x, bias], -1)];
  void [l.einsum("ij->ji", x), l.einsum("ij,j->i", x, bias)];
  return l.add(x, l.relu(x));
}

Deno.test("dim() gives the size back under its label", () => {
  const n: Dim<"batch"> = dim("batch", 32);
  assertEquals(n + 0, 32);
  assertEquals(dim("batch", 0) + 0, 0);
});

Deno.test("dim() rejects what is not a whole number, 0 or more", () => {
  for (const bad of [-1, 1.5, NaN, Infinity]) {
    assertThrows(() => dim("batch", bad), ShapeError, `dim: batch is ${bad}`);
  }
});
