/** Layers without parameters: activations, dropout, flattening, and residual connections. */
import {
  ArgumentError,
  bernoulli,
  div,
  type DType,
  type Key,
  reshape,
  type Shape,
  ShapeError,
  type Tensor,
  tree,
  where,
  zerosLike,
} from "../mod.ts";
import { grow, isSpec, type Net, netOf, type Nil, type Spec } from "./net.ts";

/** A function that keeps the shape of whatever it is given. */
export type Pointwise = <S extends Shape>(x: Tensor<S>) => Tensor<S>;

/**
 * A function, such as an activation, as a layer.
 *
 * @param f A function that keeps the shape: `relu`, `tanh`, `(x) => mul(x, 2)`.
 * @returns From a net to the net with `f` after it.
 *
 * @example An activation
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, tensor } from "@adjoint/adjoint";
 * import { act, input, relu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([2]), act(relu));
 * assertEquals(net.apply([], [], tensor([[-1, 1]]), { mode: "eval" })[0].toArray(), [[0, 1]]);
 * ```
 */
export function act(
  f: Pointwise,
): <I, O extends Shape, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, Spec<O, "f32">, P, S>,
) => Net<I, Spec<O, "f32">, P, S> {
  return (net) =>
    grow(net, { name: `act(${f.name || "function"})`, output: net.output, apply: (_, s, x) => [f(x as Tensor), s] });
}

/**
 * Sets each element to zero with probability `rate` and divides the others by 1 − rate, so that the mean is kept.
 *
 * @param key A key, used here only. @param rate Probability of dropping, 0 ≤ rate < 1.
 * @returns A function from a tensor to one like it.
 * @throws {ArgumentError} If the rate is out of range.
 * @see Srivastava et al., Dropout, 2014, https://jmlr.org/papers/v15/srivastava14a.html
 *
 * @example Half of the ones are left, doubled
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { dropoutWith } from "@adjoint/adjoint/layers";
 * import { assert } from "@std/assert";
 *
 * assert(dropoutWith(key(0), 0.5)(ones([8])).toArray().every((x) => x === 0 || x === 2));
 * ```
 */
export function dropoutWith(key: Key, rate: number): <S extends Shape>(x: Tensor<S>) => Tensor<S> {
  requireRate(rate);
  return <S extends Shape>(x: Tensor<S>) => {
    if (rate === 0) return x;
    const keep = bernoulli(key, 1 - rate, x.shape);
    return where(
      keep as Tensor<Shape, "bool">,
      div(x as Tensor, 1 - rate),
      zerosLike(x as Tensor),
    ) as unknown as Tensor<S>;
  };
}

function requireRate(rate: number): void {
  if (!(rate >= 0 && rate < 1)) throw new ArgumentError(`dropout: the rate is a probability below 1, not ${rate}`);
}

/**
 * Dropout as a layer: active in training, where it needs `context.key`; nothing in evaluation.
 *
 * @param rate Probability of dropping, 0 ≤ rate < 1.
 * @returns From a net to the net with dropout after it.
 * @throws {ArgumentError} If the rate is out of range, or a key is missing in training.
 * @see Srivastava et al., Dropout, 2014, https://jmlr.org/papers/v15/srivastava14a.html
 *
 * @example Nothing happens in evaluation
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { ones } from "@adjoint/adjoint";
 * import { dropout, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([3]), dropout(0.5));
 * assertEquals(net.apply([], [], ones([1, 3]), { mode: "eval" })[0].toArray(), [[1, 1, 1]]);
 * ```
 */
export function dropout(
  rate: number,
): <I, O extends Shape, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, Spec<O, "f32">, P, S>,
) => Net<I, Spec<O, "f32">, P, S> {
  requireRate(rate);
  return (net) =>
    grow(net, {
      name: `dropout(${rate})`,
      output: net.output,
      apply: (_, s, x, { mode, key }) => {
        if (mode === "eval" || rate === 0) return [x, s];
        if (key === undefined) {
          throw new ArgumentError(
            'dropout: training draws at random and needs a key; apply the net with { key, mode: "train" }',
          );
        }
        return [dropoutWith(key, rate)(x as Tensor), s];
      },
    });
}

/**
 * Each example as one vector.
 *
 * @returns From a net of examples of any shape to one of examples `[size]`.
 *
 * @example Images as vectors
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { zeros } from "@adjoint/adjoint";
 * import { flatten, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([4, 4, 1]), flatten());
 * assertEquals(net.apply([], [], zeros([2, 4, 4, 1]), { mode: "eval" })[0].shape, [2, 16]);
 * ```
 */
export function flatten(): <
  I,
  O extends Shape,
  D extends DType,
  P extends readonly unknown[],
  S extends readonly unknown[],
>(
  net: Net<I, Spec<O, D>, P, S>,
) => Net<I, Spec<FlatShape<O>, D>, P, S> {
  return <I, O extends Shape, D extends DType, P extends readonly unknown[], S extends readonly unknown[]>(
    net: Net<I, Spec<O, D>, P, S>,
  ) => {
    const size = net.output.shape.reduce((a, b) => a * b, 1);
    const output = { shape: [size], dtype: net.output.dtype } as unknown as Spec<FlatShape<O>, D>;
    return grow(net, {
      name: "flatten",
      output,
      apply: (_, s, x) => [reshape(x as Tensor, [(x as Tensor).shape[0]!, size]), s],
    });
  };
}

/** A vector's shape: the size is known where it is one axis's. */
export type FlatShape<S extends Shape> = S extends readonly [infer N extends number] ? readonly [N] : readonly [number];

/**
 * A block whose input is added to its output.
 *
 * @param block From a net that gives what it takes to one that does so too: its layers.
 * @returns From a net to the net with the block after it; the block's parameters and state are one entry each.
 * @throws {ShapeError} If the block changes the shape of an example.
 * @see He et al., Deep residual learning, 2016, https://arxiv.org/abs/1512.03385
 *
 * @example A residual block
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, zeros } from "@adjoint/adjoint";
 * import { act, dense, input, relu, residual } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([8]), residual((x) => pipe(x, dense(8), act(relu))), dense(3));
 * const { params, state } = net.init(key(0));
 * assertEquals(net.apply(params, state, zeros([2, 8]), { mode: "eval" })[0].shape, [2, 3]);
 * ```
 */
export function residual<X, P2 extends readonly unknown[], S2 extends readonly unknown[]>(
  block: (net: Net<X, X, Nil, Nil>) => Net<X, X, P2, S2>,
): <I, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, X, P, S>,
) => Net<I, X, readonly [...P, P2], readonly [...S, S2]> {
  return (net) => {
    const inner = block(netOf(net.output, net.output, []));
    requireSameSpec("residual", net.output, inner.output);
    return grow(net, {
      name: "residual",
      output: net.output,
      params: (key) => inner.init(key).params,
      state: () => inner.layers.flatMap((l) => l.state === undefined ? [] : [l.state()]),
      apply: (p, s, x, context) => {
        const [y, after] = inner.apply(p as P2, s as S2, x as never, context);
        return [tree.add(x, y as unknown), after];
      },
    });
  };
}

/** Throws unless a block gives examples like those it takes. */
export function requireSameSpec(op: string, a: unknown, b: unknown): void {
  if (!isSpec(a) || !isSpec(b)) return;
  if (a.shape.length !== b.shape.length || a.shape.some((d, i) => d !== b.shape[i])) {
    throw new ShapeError(
      `${op}: the block turns [${a.shape.join(", ")}] into [${
        b.shape.join(", ")
      }]; end it with a layer that gives the shape back`,
    );
  }
}
