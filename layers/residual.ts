/** Blocks whose input is added to their output. */
import { foldIn, ShapeError, type Tensor, tree } from "../mod.ts";
import {
  asLayer,
  type Block,
  type Entries,
  type Extension,
  netOfBlock,
  requireSameSpec,
  sameSpec,
  showSpec,
} from "./block.ts";
import { contextAt, grow, type Net } from "./net.ts";
import { drawingKey, requireRate, stochasticDepthWith } from "./noise.ts";

/** Options of `residual`. */
export interface ShortcutOptions<X, Y, P extends Entries, S extends Entries> {
  /** Layers that the input goes through before it is added, where the block changes the shape: `dense(64)`. */
  readonly shortcut: Block<X, Y, P, S>;
}

/** Entries of a block and of the layers beside it. */
export interface Sides<A, B> {
  /** The block's. */
  readonly block: A;
  /** Those of the layers beside it. */
  readonly shortcut: B;
}

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
export function residual<X, P2 extends Entries, S2 extends Entries>(
  block: Block<X, X, P2, S2>,
): Extension<X, X, P2, S2>;
/**
 * A block that changes an example's shape, and whose input is added after layers of its own.
 *
 * @param block Its layers. @param options `shortcut`: the layers for the input, such as a projection.
 * @returns From a net to the net with both after it; their parameters and state are `{ block, shortcut }`.
 * @throws {ShapeError} If the block and the shortcut give different shapes.
 * @see He et al., 2016, https://arxiv.org/abs/1512.03385
 *
 * @example Eight features to four
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { act, dense, input, relu, residual } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([8]), residual((x) => pipe(x, dense(4), act(relu)), { shortcut: dense(4) }));
 * assertEquals(net.init(key(0)).params[0].shortcut[0].w.shape, [8, 4]);
 * ```
 */
export function residual<X, Y, P2 extends Entries, S2 extends Entries, P3 extends Entries, S3 extends Entries>(
  block: Block<X, Y, P2, S2>,
  options: ShortcutOptions<X, Y, P3, S3>,
): Extension<X, Y, Sides<P2, P3>, Sides<S2, S3>>;
export function residual<X, Y, P2 extends Entries, S2 extends Entries>(
  block: Block<X, Y, P2, S2>,
  options?: ShortcutOptions<X, Y, Entries, Entries>,
): unknown {
  return <I>(net: Net<I, X>) => {
    const main = asLayer("block", netOfBlock(block, net.output));
    if (options === undefined) {
      requireSameSpec("residual", net.output, main.output);
      return grow(net, {
        ...main,
        name: "residual",
        apply: (p, s, x, context) => {
          const [y, after] = main.apply(p, s, x, context);
          return [tree.add(x, y), after];
        },
      });
    }
    const side = asLayer("shortcut", netOfBlock(options.shortcut, net.output));
    if (!sameSpec(main.output, side.output)) {
      throw new ShapeError(
        `residual: the block gives ${showSpec(main.output)} and the shortcut ${
          showSpec(side.output)
        }; end them with layers that give the same shape`,
      );
    }
    return grow(net, {
      name: "residual",
      output: main.output,
      inner: [main, side],
      params: (key) => ({ block: main.params(foldIn(key, 0)), shortcut: side.params(foldIn(key, 1)) }),
      state: (key) => ({ block: main.state(foldIn(key, 0)), shortcut: side.state(foldIn(key, 1)) }),
      apply: (p, s, x, context) => {
        const { block, shortcut } = p as Sides<unknown, unknown>, state = s as Sides<unknown, unknown>;
        const [y, after] = main.apply(block, state.block, x, contextAt(context, 0));
        const [z, next] = side.apply(shortcut, state.shortcut, x, contextAt(context, 1));
        return [tree.add(z, y), { block: after, shortcut: next }];
      },
    });
  };
}

/**
 * A residual block that is left out at random in training, for each example on its own: what the block adds is dropped
 * with probability `rate` and else divided by 1 − rate.
 *
 * @param rate Probability of leaving the block out, 0 ≤ rate < 1.
 * @param block From a net that gives what it takes to one that does so too: its layers.
 * @returns From a net to the net with the block after it; the block's parameters and state are one entry each.
 * @throws {ArgumentError} If the rate is out of range, or a key is missing while it draws. @throws {ShapeError} If the
 *   block changes the shape of an example.
 * @see Huang et al., Deep networks with stochastic depth, 2016, https://arxiv.org/abs/1603.09382
 *
 * @example In evaluation a residual block
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, ones } from "@adjoint/adjoint";
 * import { act, input, stochasticDepth } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([2]), stochasticDepth(0.2, act((x) => x)));
 * assertEquals(net.apply([[]], [[]], ones([1, 2]), { mode: "eval" })[0].toArray(), [[2, 2]]);
 * ```
 */
export function stochasticDepth<X, P2 extends Entries, S2 extends Entries>(
  rate: number,
  block: Block<X, X, P2, S2>,
): Extension<X, X, P2, S2> {
  requireRate("stochasticDepth", rate);
  return (net) => {
    const layer = asLayer(`stochasticDepth(${rate})`, netOfBlock(block, net.output));
    requireSameSpec("stochasticDepth", net.output, layer.output);
    return grow(net, {
      ...layer,
      apply: (p, s, x, context) => {
        const key = drawingKey("stochasticDepth", context);
        const [y, after] = layer.apply(p, s, x, contextAt(context, 0));
        // The same key for every leaf: an example is left out whole.
        const kept = key === undefined ? y : tree.map((l) => stochasticDepthWith(foldIn(key, 1), rate)(l as Tensor), y);
        return [tree.add(x, kept), after];
      },
    });
  };
}
