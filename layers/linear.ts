/** The affine layer, as a function of its parameters and as a layer of a net. */
import { add, foldIn, type Key, matmul, type Shape, ShapeError, type Tensor } from "../mod.ts";
import { glorotUniform, type Initializer, zerosInit } from "./initializers.ts";
import { grow, type Net, type Spec } from "./net.ts";

/** Weights, `[inputs, outputs]`, and biases, `[outputs]`. */
export interface Linear<I extends number, O extends number> {
  /** Weights. */
  readonly w: Tensor<readonly [I, O]>;
  /** Biases. */
  readonly b: Tensor<readonly [O]>;
}

/** How a linear layer starts. */
export interface LinearOptions {
  /** The weights; Glorot's uniform if left out. */
  readonly weights?: Initializer;
  /** The biases; zeros if left out. */
  readonly biases?: Initializer;
}

/**
 * Fresh parameters of a linear layer.
 *
 * @param key A key, used here only. @param inputs Size of the last axis taken. @param outputs Size of the last axis given.
 * @param options `weights`, `biases`: initializers.
 * @returns Weights, `[inputs, outputs]`, and biases, `[outputs]`.
 *
 * @example Three inputs, two outputs
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { linearInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(linearInit(key(0), 3, 2).w.shape, [3, 2]);
 * ```
 */
export function linearInit<const I extends number, const O extends number>(
  key: Key,
  inputs: I,
  outputs: O,
  options: LinearOptions = {},
): Linear<I, O> {
  const { weights = glorotUniform, biases = zerosInit } = options;
  return { w: weights(foldIn(key, 0), [inputs, outputs]), b: biases(foldIn(key, 1), [outputs]) };
}

/**
 * The affine map x·w + b along the last axis.
 *
 * @param p Weights, `[inputs, outputs]`, and biases, `[outputs]`.
 * @returns A function from `[...L, inputs]` to `[...L, outputs]`.
 * @throws {ShapeError} If the last axis is not `inputs` long.
 *
 * @example A layer as a function
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { tensor } from "@adjoint/adjoint";
 * import { linear } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = { w: tensor([[1, 0], [0, 2]]), b: tensor([10, 20]) };
 * assertEquals(pipe(tensor([[1, 1]]), linear(p)).toArray(), [[11, 22]]);
 * ```
 */
export function linear<I extends number, O extends number>(
  p: Linear<I, O>,
): <L extends Shape>(x: Tensor<readonly [...L, I]>) => Tensor<readonly [...L, O]> {
  return <L extends Shape>(x: Tensor<readonly [...L, I]>) =>
    add(matmul(x as Tensor, p.w as Tensor), p.b as Tensor) as unknown as Tensor<readonly [...L, O]>;
}

/**
 * A linear layer of a net, along the last axis of each example.
 *
 * @param outputs How many outputs. @param options `weights`, `biases`: initializers.
 * @returns From a net of examples `[...L, inputs]` to one of examples `[...L, outputs]`.
 *
 * @example Two dense layers
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { act, dense, input, relu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([784]), dense(128), act(relu), dense(10));
 * assertEquals(net.init(key(0)).params[1].w.shape, [128, 10]);
 * ```
 */
export function dense<const O extends number>(
  outputs: O,
  options: LinearOptions = {},
): <I, L extends Shape, D extends number, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, Spec<readonly [...L, D], "f32">, P, S>,
) => Net<I, Spec<readonly [...L, O], "f32">, readonly [...P, Linear<D, O>], S> {
  return <I, L extends Shape, D extends number, P extends readonly unknown[], S extends readonly unknown[]>(
    net: Net<I, Spec<readonly [...L, D], "f32">, P, S>,
  ) => {
    const shape: Shape = net.output.shape, inputs = requireAxis(shape);
    const output: Spec<readonly [...L, O], "f32"> = {
      shape: [...shape.slice(0, -1), outputs] as unknown as readonly [...L, O],
      dtype: "f32",
    };
    return grow(net, {
      name: `dense(${outputs})`,
      output,
      params: (key) => linearInit(key, inputs, outputs, options),
      apply: (p, s, x) => [linear(p as Linear<number, number>)(x as Tensor<readonly number[]> as never), s],
    });
  };
}

function requireAxis(shape: Shape): number {
  if (shape.length === 0) {
    throw new ShapeError("dense: an example is a scalar, and has no axis to map; reshape it to [1]");
  }
  return shape.at(-1)!;
}
