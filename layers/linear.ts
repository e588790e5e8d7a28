/** The affine layer, as a function of its parameters and as a layer of a net. */
import { add, ArgumentError, foldIn, type Key, matmul, type Shape, type Tensor } from "../mod.ts";
import { glorotUniform, type Initializer, zerosInit } from "./initializers.ts";
import { grow, type Net, type Spec } from "./net.ts";
import { lastAxis } from "./operands.ts";

/** Weights, `[inputs, outputs]`, and biases, `[outputs]`. */
export interface Linear<I extends number, O extends number> {
  /** Weights. */
  readonly w: Tensor<readonly [I, O]>;
  /** Biases. */
  readonly b: Tensor<readonly [O]>;
}

/** Weights alone, `[inputs, outputs]`. */
export interface LinearWeights<I extends number, O extends number> {
  /** Weights. */
  readonly w: Tensor<readonly [I, O]>;
}

/** The parameters of a linear layer with biases (`B` is true) or without. */
export type LinearParams<I extends number, O extends number, B extends boolean> = B extends false ? LinearWeights<I, O>
  : Linear<I, O>;

/** How a linear layer starts. */
export interface LinearOptions<B extends boolean = boolean> {
  /** The weights; Glorot's uniform if left out. */
  readonly weights?: Initializer;
  /** The biases; zeros if left out. */
  readonly biases?: Initializer;
  /** Whether there are biases; true if left out. */
  readonly bias?: B;
}

/**
 * Fresh parameters of a linear layer.
 *
 * @param key A key, used here only. @param inputs Size of the last axis taken. @param outputs Size of the last axis given.
 * @param options `weights`, `biases`: initializers; `bias`: false for weights alone.
 * @returns Weights, `[inputs, outputs]`, and biases, `[outputs]`.
 * @throws {ArgumentError} If there is an initializer for biases and `bias` is false.
 *
 * @example Three inputs, two outputs
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { linearInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(linearInit(key(0), 3, 2).w.shape, [3, 2]);
 * assertEquals(Object.keys(linearInit(key(0), 3, 2, { bias: false })), ["w"]);
 * ```
 */
export function linearInit<const I extends number, const O extends number, const B extends boolean = true>(
  key: Key,
  inputs: I,
  outputs: O,
  options: LinearOptions<B> = {},
): LinearParams<I, O, B> {
  const { weights = glorotUniform, biases = zerosInit, bias = true } = options;
  if (!bias && options.biases !== undefined) {
    throw new ArgumentError("linear: bias: false leaves no biases to start; leave one of bias and biases out");
  }
  const w = weights(foldIn(key, 0), [inputs, outputs]);
  return (bias ? { w, b: biases(foldIn(key, 1), [outputs]) } : { w }) as LinearParams<I, O, B>;
}

/**
 * The affine map x·w + b along the last axis; without biases the linear map x·w.
 *
 * @param p Weights, `[inputs, outputs]`, and biases, `[outputs]`, or weights alone.
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
  p: Linear<I, O> | LinearWeights<I, O>,
): <L extends Shape>(x: Tensor<readonly [...L, I]>) => Tensor<readonly [...L, O]> {
  return <L extends Shape>(x: Tensor<readonly [...L, I]>) => {
    const y: Tensor = matmul(x as Tensor, p.w as Tensor);
    return ("b" in p ? add(y, p.b as Tensor) : y) as Tensor<readonly [...L, O]>;
  };
}

/**
 * A linear layer of a net, along the last axis of each example.
 *
 * @param outputs How many outputs.
 * @param options `weights`, `biases`: initializers; `bias`: false for weights alone, as before a normalisation.
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
export function dense<const O extends number, const B extends boolean = true>(
  outputs: O,
  options: LinearOptions<B> = {},
): <I, L extends Shape, D extends number, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, Spec<readonly [...L, D], "f32">, P, S>,
) => Net<I, Spec<readonly [...L, O], "f32">, readonly [...P, LinearParams<D, O, B>], S> {
  return <I, L extends Shape, D extends number, P extends readonly unknown[], S extends readonly unknown[]>(
    net: Net<I, Spec<readonly [...L, D], "f32">, P, S>,
  ) => {
    const shape: Shape = net.output.shape, inputs = lastAxis("dense", shape);
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
