/** Maxout: the largest of several linear maps. */
import { add, einsum, foldIn, type Key, max, type Shape, stack, type Tensor } from "../mod.ts";
import { linearInit, type LinearOptions } from "./linear.ts";
import { grow, type Net, type Spec } from "./net.ts";
import { lastAxis, requireCount } from "./operands.ts";

/** Weights, `[pieces, inputs, outputs]`, and biases, `[pieces, outputs]`, of several linear maps. */
export interface Maxout<I extends number, O extends number, K extends number> {
  /** Weights. */
  readonly w: Tensor<readonly [K, I, O]>;
  /** Biases. */
  readonly b: Tensor<readonly [K, O]>;
}

/** How a maxout layer starts. */
export type MaxoutOptions = Omit<LinearOptions, "bias">;

/**
 * Fresh parameters of a maxout layer; each piece starts as a linear layer does.
 *
 * @param key A key, used here only. @param inputs Size of the last axis taken. @param outputs Size of the last axis given.
 * @param pieces How many linear maps, 1 or more. @param options `weights`, `biases`: initializers.
 * @returns Weights, `[pieces, inputs, outputs]`, and biases, `[pieces, outputs]`.
 * @throws {ArgumentError} If `pieces` is no whole number, 1 or more.
 *
 * @example Four pieces
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { maxoutInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(maxoutInit(key(0), 3, 2, 4).w.shape, [4, 3, 2]);
 * ```
 */
export function maxoutInit<const I extends number, const O extends number, const K extends number>(
  key: Key,
  inputs: I,
  outputs: O,
  pieces: K,
  options: MaxoutOptions = {},
): Maxout<I, O, K> {
  requireCount("maxout", "the number of pieces", pieces, 1);
  const each = Array.from({ length: pieces }, (_, i) => linearInit(foldIn(key, i), inputs, outputs, options));
  return {
    w: stack(each.map((p) => p.w as Tensor)) as Tensor<readonly [K, I, O]>,
    b: stack(each.map((p) => p.b as Tensor)) as Tensor<readonly [K, O]>,
  };
}

/**
 * The largest of several linear maps, elementwise; where some are equal the first has the derivative.
 *
 * @param p Weights, `[pieces, inputs, outputs]`, and biases, `[pieces, outputs]`.
 * @returns A function from `[...L, inputs]` to `[...L, outputs]`.
 * @throws {ShapeError} If the last axis is not `inputs` long.
 * @see Goodfellow et al., Maxout networks, 2013, https://arxiv.org/abs/1302.4389
 *
 * @example The absolute value, of two pieces
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { maxoutWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = { w: tensor([[[1]], [[-1]]]), b: tensor([[0], [0]]) };
 * assertEquals(maxoutWith(p)(tensor([[-3], [2]])).toArray(), [[3], [2]]);
 * ```
 */
export function maxoutWith<I extends number, O extends number, K extends number>(
  p: Maxout<I, O, K>,
): <L extends Shape>(x: Tensor<readonly [...L, I]>) => Tensor<readonly [...L, O]> {
  return <L extends Shape>(x: Tensor<readonly [...L, I]>) => {
    const pieces = add(einsum("...i,kio->...ko", x as Tensor, p.w as Tensor) as Tensor, p.b as Tensor);
    return max(pieces, { axis: -2 }) as Tensor<readonly [...L, O]>;
  };
}

/**
 * A maxout layer of a net, along the last axis of each example.
 *
 * @param outputs How many outputs. @param pieces How many linear maps for each, 1 or more.
 * @param options `weights`, `biases`: initializers.
 * @returns From a net of examples `[...L, inputs]` to one of examples `[...L, outputs]`.
 * @throws {ArgumentError} If `pieces` is no whole number, 1 or more. @throws {ShapeError} If an example is a scalar.
 * @see Goodfellow et al., Maxout networks, 2013, https://arxiv.org/abs/1302.4389
 *
 * @example Two pieces for each of ten units
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { input, maxout } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([4]), maxout(10, 2)).init(key(0)).params[0].b.shape, [2, 10]);
 * ```
 */
export function maxout<const O extends number, const K extends number>(
  outputs: O,
  pieces: K,
  options: MaxoutOptions = {},
): <I, L extends Shape, D extends number, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, Spec<readonly [...L, D], "f32">, P, S>,
) => Net<I, Spec<readonly [...L, O], "f32">, readonly [...P, Maxout<D, O, K>], S> {
  requireCount("maxout", "the number of pieces", pieces, 1);
  return <I, L extends Shape, D extends number, P extends readonly unknown[], S extends readonly unknown[]>(
    net: Net<I, Spec<readonly [...L, D], "f32">, P, S>,
  ) => {
    const shape: Shape = net.output.shape, inputs = lastAxis("maxout", shape);
    const output = { shape: [...shape.slice(0, -1), outputs], dtype: "f32" } as unknown as Spec<
      readonly [...L, O],
      "f32"
    >;
    return grow(net, {
      name: `maxout(${outputs}, ${pieces})`,
      output,
      params: (key) => maxoutInit(key, inputs, outputs, pieces, options),
      apply: (p, s, x) => [maxoutWith(p as Maxout<number, number, K>)(x as Tensor as never), s],
    });
  };
}
