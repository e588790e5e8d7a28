/** Operations in declarations over the shape types: where errors surface, and that nothing unknown is refused. */
import type { Shape } from "../../core/shape.ts";
import { dim } from "../../core/shape_types.ts";
import type {
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
  Flatten,
  LiteralOk,
  LiteralShape,
  Matmul,
  MatmulOk,
  Reduce,
  ReduceOk,
  Reshape,
  Squeeze,
  SqueezeOk,
  Stack,
  StackOk,
  SwapAxes,
  SwapAxesOk,
  Transpose,
  TransposeOk,
} from "../../core/shape_types.ts";

/** A tensor as far as shapes go. */
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

Deno.test("the compiler accepts and rejects the calls in this file as marked", () => {});
