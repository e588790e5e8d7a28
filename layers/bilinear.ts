/** The bilinear layer: linear in each of two inputs. */
import { add, ArgumentError, einsum, foldIn, type Key, type Shape, ShapeError, type Tensor } from "../mod.ts";
import { type Initializer, uniformInit, zerosInit } from "./initializers.ts";
import type { LinearOptions } from "./linear.ts";
import { grow, isSpec, type Net, type Spec } from "./net.ts";

/** Weights of a bilinear map without biases. */
export interface BilinearWeights<A extends number, B extends number, O extends number> {
  /** Weights, `[first, second, outputs]`. */
  readonly w: Tensor<readonly [A, B, O]>;
}

/** Weights and biases of a bilinear map. */
export interface Bilinear<A extends number, B extends number, O extends number> extends BilinearWeights<A, B, O> {
  /** Biases, `[outputs]`. */
  readonly b: Tensor<readonly [O]>;
}

/** The parameters of a bilinear layer with biases (`Q` is true) or without. */
export type BilinearParams<A extends number, B extends number, O extends number, Q extends boolean> = Q extends false
  ? BilinearWeights<A, B, O>
  : Bilinear<A, B, O>;

/**
 * Fresh parameters of a bilinear layer.
 *
 * @param key A key, used here only. @param first Size of the last axis of the first input. @param second That of the
 *   second. @param outputs Size of the last axis given.
 * @param options `weights`: uniform within ±1/√first if left out, as in PyTorch; `biases`: zeros if left out; `bias`:
 *   false for weights alone.
 * @returns Weights, `[first, second, outputs]`, and biases, `[outputs]`.
 * @throws {ArgumentError} If there is an initializer for biases and `bias` is false.
 *
 * @example Two inputs and three
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { bilinearInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bilinearInit(key(0), 2, 3, 4).w.shape, [2, 3, 4]);
 * ```
 */
export function bilinearInit<
  const A extends number,
  const B extends number,
  const O extends number,
  const Q extends boolean = true,
>(
  key: Key,
  first: A,
  second: B,
  outputs: O,
  options: LinearOptions<Q> = {},
): BilinearParams<A, B, O, Q> {
  const { biases = zerosInit, bias = true } = options;
  if (!bias && options.biases !== undefined) {
    throw new ArgumentError("bilinear: bias: false leaves no biases to start; leave one of bias and biases out");
  }
  const weights: Initializer = options.weights ?? uniformInit(1 / Math.sqrt(Math.max(first, 1)));
  const w = weights(foldIn(key, 0), [first, second, outputs]);
  return (bias ? { w, b: biases(foldIn(key, 1), [outputs]) } : { w }) as BilinearParams<A, B, O, Q>;
}

/**
 * The bilinear map xᵀ·W·y + b along the last axes of two inputs.
 *
 * @param p Weights, `[first, second, outputs]`, and biases, `[outputs]`, or weights alone.
 * @returns A function from `[...L, first]` and `[...L, second]` to `[...L, outputs]`.
 * @throws {ShapeError} If a last axis is not as long as the weights say, or the others do not broadcast.
 * @see PyTorch's Bilinear, https://docs.pytorch.org/docs/stable/generated/torch.nn.Bilinear.html
 *
 * @example An inner product
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { bilinearWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = { w: tensor([[[1], [0]], [[0], [1]]]), b: tensor([100]) };
 * assertEquals(bilinearWith(p)(tensor([1, 2]), tensor([3, 4])).toArray(), [111]);
 * ```
 */
export function bilinearWith<A extends number, B extends number, O extends number>(
  p: Bilinear<A, B, O> | BilinearWeights<A, B, O>,
): <L extends Shape>(x: Tensor<readonly [...L, A]>, y: Tensor<readonly [...L, B]>) => Tensor<readonly [...L, O]> {
  return <L extends Shape>(x: Tensor<readonly [...L, A]>, y: Tensor<readonly [...L, B]>) => {
    const z: Tensor = einsum("...i,ijo,...j->...o", x as Tensor, p.w as Tensor, y as Tensor) as Tensor;
    return ("b" in p ? add(z, p.b as Tensor) : z) as Tensor<readonly [...L, O]>;
  };
}

/**
 * A bilinear layer of a net whose examples are pairs, along their last axes.
 *
 * @param outputs How many outputs.
 * @param options `weights`, `biases`: initializers; `bias`: false for weights alone.
 * @returns From a net of pairs `[...L, first]` and `[...L, second]` to one of examples `[...L, outputs]`.
 * @throws {ShapeError} If the examples are not pairs of vectors, or of stacks of them alike.
 * @see PyTorch's Bilinear, https://docs.pytorch.org/docs/stable/generated/torch.nn.Bilinear.html
 *
 * @example Two vectors into one
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, ones } from "@adjoint/adjoint";
 * import { bilinear, netOf, type Nil, type Spec } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * type Pair = readonly [Spec<readonly [3], "f32">, Spec<readonly [5], "f32">];
 * const pair: Pair = [{ shape: [3], dtype: "f32" }, { shape: [5], dtype: "f32" }];
 * const net = pipe(netOf<Pair, Pair, Nil, Nil>(pair, pair, []), bilinear(4));
 * const { params, state } = net.init(key(0));
 * assertEquals(net.apply(params, state, [ones([2, 3]), ones([2, 5])], { mode: "eval" })[0].shape, [2, 4]);
 * ```
 */
export function bilinear<const O extends number, const Q extends boolean = true>(
  outputs: O,
  options: LinearOptions<Q> = {},
): <
  I,
  L extends Shape,
  A extends number,
  B extends number,
  P extends readonly unknown[],
  S extends readonly unknown[],
>(
  net: Net<I, readonly [Spec<readonly [...L, A], "f32">, Spec<readonly [...L, B], "f32">], P, S>,
) => Net<I, Spec<readonly [...L, O], "f32">, readonly [...P, BilinearParams<A, B, O, Q>], S> {
  return <
    I,
    L extends Shape,
    A extends number,
    B extends number,
    P extends readonly unknown[],
    S extends readonly unknown[],
  >(net: Net<I, readonly [Spec<readonly [...L, A], "f32">, Spec<readonly [...L, B], "f32">], P, S>) => {
    const [x, y] = requirePair(net.output);
    const output = { shape: [...x.slice(0, -1), outputs], dtype: "f32" } as unknown as Spec<readonly [...L, O], "f32">;
    return grow(net, {
      name: `bilinear(${outputs})`,
      output,
      params: (key) => bilinearInit(key, x.at(-1)!, y.at(-1)!, outputs, options),
      apply: (p, s, z) => {
        const [a, b] = z as readonly [Tensor, Tensor];
        return [bilinearWith(p as BilinearWeights<number, number, O>)(a as never, b as never), s];
      },
    });
  };
}

/** The shapes of a pair that differ in their last axes at most. */
function requirePair(spec: unknown): readonly [Shape, Shape] {
  const [x, y] = Array.isArray(spec) ? spec as unknown[] : [];
  if (Array.isArray(spec) && spec.length === 2 && isSpec(x) && isSpec(y)) {
    const a: Shape = x.shape, b: Shape = y.shape;
    if (a.length > 0 && a.length === b.length && a.slice(0, -1).every((d, i) => d === b[i])) return [a, b];
    throw new ShapeError(
      `bilinear: examples [${a.join(", ")}] and [${b.join(", ")}] differ in more than their last axes; reshape one`,
    );
  }
  throw new ShapeError("bilinear: an example is not a pair of tensors; begin the net with a pair of specs");
}
