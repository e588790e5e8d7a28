/** Blocks whose parameters are changed on their way in: frozen, tied, dropped, or computed from others; and recomputation. */
import { ArgumentError, checkpoint, foldIn, type Key, type Shape, stopGradient, Tensor, tree } from "../mod.ts";
import { asLayer, type Block, type Entries, type Extension, netOfBlock } from "./block.ts";
import { dropoutWith } from "./dropout.ts";
import { type Context, contextAt, grow, type Layer } from "./net.ts";
import { drawingKey, requireRate } from "./noise.ts";

/** How a block's parameters `P` are kept as `Q`. */
export interface ParamsMap<P, Q> {
  /** From fresh parameters to those that are kept and learned. */
  readonly store: (params: P) => Q;
  /** From those that are kept to those that the block is applied with. */
  readonly load: (kept: Q, context: Context) => P;
}

/**
 * A block whose parameters are kept in another form than it is applied with.
 *
 * @param block Layers.
 * @param map `store`: from fresh parameters to those that are learned; `load`: from those to the block's.
 * @returns From a net to the net with the block after it; what is learned is one entry.
 *
 * @example Positive weights
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { abs, exp, key, log, min, tree } from "@adjoint/adjoint";
 * import { dense, input, mapParams } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(
 *   input([4]),
 *   mapParams(dense(2), {
 *     store: ([{ w, b }]) => [{ logW: log(abs(w)), b }] as const,
 *     load: ([{ logW, b }]) => [{ w: exp(logW), b }] as const,
 *   }),
 * );
 * assertEquals(net.init(key(0)).params[0][0].logW.shape, [4, 2]);
 * ```
 */
export function mapParams<X, Y, P2 extends Entries, S2 extends Entries, Q>(
  block: Block<X, Y, P2, S2>,
  map: ParamsMap<P2, Q>,
): Extension<X, Y, Q, S2> {
  return (net) => {
    const layer = asLayer("mapParams", netOfBlock(block, net.output));
    return grow(net, withParams(layer, (p) => map.store(p as P2), (q, context) => map.load(q as Q, context)));
  };
}

/** A layer with its parameters mapped. */
export function withParams<L extends Required<Pick<Layer, "params" | "apply">>>(
  layer: L,
  store: (params: unknown) => unknown,
  load: (kept: unknown, context: Context) => unknown,
): L {
  return {
    ...layer,
    params: (key: Key) => store(layer.params(key)),
    apply: (q: unknown, s: unknown, x: unknown, context: Context) => layer.apply(load(q, context), s, x, context),
  };
}

/**
 * A block that is not learned: its parameters are there, and their gradients are zero.
 *
 * @param block Layers.
 * @returns From a net to the net with the block after it; its parameters are one entry.
 *
 * @example The gradient stops at the weights, not at the input
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { grad, key, ones, sum } from "@adjoint/adjoint";
 * import { dense, freeze, input, type ParamsOf } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([1]), freeze(dense(1)));
 * const loss = (p: ParamsOf<typeof net>) => sum(net.apply(p, [[]], ones([2, 1]), { mode: "eval" })[0]);
 * assertEquals(grad(loss)(net.init(key(0)).params)[0][0].b.toArray(), [0]);
 * ```
 */
export function freeze<X, Y, P2 extends Entries, S2 extends Entries>(
  block: Block<X, Y, P2, S2>,
): Extension<X, Y, P2, S2> {
  return (net) => {
    const layer = asLayer("freeze", netOfBlock(block, net.output));
    return grow(net, withParams(layer, (p) => p, (p) => tree.map((l) => stopGradient(l), p)));
  };
}

/** Whether a leaf is a weight: a matrix or a kernel, and no bias or scale. */
export const isWeight = (leaf: { readonly shape: Shape }): boolean => leaf.shape.length >= 2;

/** A tree like `params` of what `f` makes of each weight and what stands in its place in `beside`; the rest as `other` has it. */
export function mapWeights(
  params: unknown,
  beside: unknown,
  f: (weight: Tensor, beside: unknown) => unknown,
  other: (leaf: unknown) => unknown,
): unknown {
  const walk = (x: unknown, y: unknown): unknown => {
    if (x instanceof Tensor) return isWeight(x) ? f(x as Tensor, y) : other(x);
    if (typeof x !== "object" || x === null) return other(x);
    const part = (k: string) => walk((x as Named)[k], (y as Named | undefined)?.[k]);
    return Array.isArray(x) ? Object.keys(x).map(part) : Object.fromEntries(Object.keys(x).map((k) => [k, part(k)]));
  };
  return walk(params, beside);
}

type Named = Readonly<Record<string, unknown>>;

/**
 * Parameters in which each weight is zero with probability `rate` and the others are divided by 1 − rate. Weights are the
 * tensors of two axes or more; biases and scales stay.
 *
 * @param key A key, used here only. @param rate Probability of dropping, 0 ≤ rate < 1.
 * @returns A function from a tree of parameters to one like it.
 * @throws {ArgumentError} If the rate is out of range.
 * @see Wan et al., Regularization of neural networks using DropConnect, 2013,
 *   https://proceedings.mlr.press/v28/wan13.html
 *
 * @example Biases stay
 * ```ts
 * import { key, ones } from "@adjoint/adjoint";
 * import { dropConnectWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dropConnectWith(key(0), 0.5)({ w: ones([2, 2]), b: ones([2]) }).b.toArray(), [1, 1]);
 * ```
 */
export function dropConnectWith(key: Key, rate: number): <P>(params: P) => P {
  requireRate("dropConnect", rate);
  return (params) => {
    let i = 0;
    return tree.map((l) => isWeight(l) ? dropoutWith(foldIn(key, i++), rate)(l as Tensor) : l, params);
  };
}

/**
 * A block whose weights are dropped at random in training, by one draw for the whole batch; in evaluation they are all
 * there. Weights are its parameters of two axes or more.
 *
 * @param rate Probability of dropping, 0 ≤ rate < 1. @param block Layers, such as `dense(10)`.
 * @returns From a net to the net with the block after it; its parameters are one entry.
 * @throws {ArgumentError} If the rate is out of range, or a key is missing while it draws.
 * @see Wan et al., 2013, https://proceedings.mlr.press/v28/wan13.html (there each example has a draw of its own, and
 *   evaluation samples from a normal approximation)
 *
 * @example Nothing happens in evaluation
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { ones } from "@adjoint/adjoint";
 * import { dense, dropConnect, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([2]), dropConnect(0.5, dense(1)));
 * const params = [[{ w: ones([2, 1]), b: ones([1]) }]] as const;
 * assertEquals(net.apply(params, [[]], ones([1, 2]), { mode: "eval" })[0].toArray(), [[3]]);
 * ```
 */
export function dropConnect<X, Y, P2 extends Entries, S2 extends Entries>(
  rate: number,
  block: Block<X, Y, P2, S2>,
): Extension<X, Y, P2, S2> {
  requireRate("dropConnect", rate);
  return (net) => {
    const layer = asLayer(`dropConnect(${rate})`, netOfBlock(block, net.output));
    return grow(net, {
      ...layer,
      apply: (p, s, x, context) => {
        const key = drawingKey("dropConnect", context);
        const dropped = key === undefined ? p : dropConnectWith(foldIn(key, 1), rate)(p);
        return layer.apply(dropped, s, x, contextAt(context, 0));
      },
    });
  };
}

/** A tree in which `null` stands at a path of keys. */
export type WithoutAt<T, Path extends Entries> = Path extends readonly [infer H extends string | number, ...infer R]
  ? { readonly [K in keyof T]: K extends `${H}` | H ? (R extends readonly [] ? null : WithoutAt<T[K], R>) : T[K] }
  : T;

/** Which parameter is another one: paths in a block's parameters. */
export interface Tie<To extends Entries> {
  /** Where the parameter is used; `null` is kept there. */
  readonly to: To;
  /** Where it is kept. */
  readonly from: readonly (string | number)[];
  /** What is done to it on its way, such as a transposition. */
  readonly map?: (x: Tensor) => Tensor;
}

/**
 * A block in which a parameter is used at a second place: it is learned once, from both.
 *
 * @param block Layers.
 * @param tie `from`: the path, in the block's parameters, of what is kept; `to`: the path of what is not; `map`: what is
 *   done on the way.
 * @returns From a net to the net with the block after it; its parameters are one entry, with `null` at `to`.
 * @throws {ArgumentError} If there is nothing at a path, or what is at both differs in shape.
 * @see Press and Wolf, Using the output embedding to improve language models, 2017, https://arxiv.org/abs/1608.05859
 *
 * @example The decoder is the encoder, transposed
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, swapAxes } from "@adjoint/adjoint";
 * import { dense, input, tied } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(
 *   input([4]),
 *   tied((x) => pipe(x, dense(2), dense(4)), { from: [0, "w"], to: [1, "w"], map: (w) => swapAxes(w, 0, 1) }),
 * );
 * const { params } = net.init(key(0));
 * assertEquals([params[0][0].w.shape, params[0][1].w], [[4, 2], null]);
 * ```
 */
export function tied<X, Y, P2 extends Entries, S2 extends Entries, const To extends readonly (string | number)[]>(
  block: Block<X, Y, P2, S2>,
  tie: Tie<To>,
): Extension<X, Y, WithoutAt<P2, To>, S2> {
  const { from, to, map = (x: Tensor) => x } = tie, fill = (p: unknown) => map(tree.at(p, from).get() as Tensor);
  const store = (p: unknown) => {
    const own = tree.at(p, to).get() as Tensor, other = fill(p);
    if (String(own.shape) !== String(other.shape)) {
      throw new ArgumentError(
        `tied: [${other.shape.join(", ")}] from [${from.join(", ")}] cannot stand for [${own.shape.join(", ")}] at [${
          to.join(", ")
        }]; map it, or tie parameters of one shape`,
      );
    }
    return tree.at(p, to).set(null);
  };
  return (net) =>
    grow(
      net,
      withParams(asLayer("tied", netOfBlock(block, net.output)), store, (p) => tree.at(p, to).set(fill(p))),
    );
}

/**
 * A block of which reverse mode keeps only the input, and computes what is inside again: memory for time.
 *
 * @param block Layers.
 * @returns From a net to the net with the block after it; its parameters and state are one entry each.
 * @see Chen et al., Training deep nets with sublinear memory cost, 2016, https://arxiv.org/abs/1604.06174
 *
 * @example The same results
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, zeros } from "@adjoint/adjoint";
 * import { act, checkpointed, dense, input, relu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([4]), checkpointed((x) => pipe(x, dense(8), act(relu))));
 * const { params, state } = net.init(key(0));
 * assertEquals(net.apply(params, state, zeros([2, 4]), { mode: "train" })[0].shape, [2, 8]);
 * ```
 */
export function checkpointed<X, Y, P2 extends Entries, S2 extends Entries>(
  block: Block<X, Y, P2, S2>,
): Extension<X, Y, P2, S2> {
  return (net) => {
    const layer = asLayer("checkpointed", netOfBlock(block, net.output));
    return grow(net, {
      ...layer,
      apply: (p, s, x, { key, ...rest }) =>
        checkpoint((p: unknown, s: unknown, x: unknown, key: Key | undefined) =>
          layer.apply(p, s, x, key === undefined ? rest : { ...rest, key })
        )(p, s, x, key),
    });
  };
}
