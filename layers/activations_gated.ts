/** Gated linear units: one half of the last axis times a function of the other, and the dense layer that makes both. */
import {
  at,
  type DType,
  type FloatOf,
  foldIn,
  type Key,
  mul,
  relu,
  type Shape,
  ShapeError,
  sigmoid,
  type Tensor,
} from "../mod.ts";
import { gelu, silu } from "./activations_smooth.ts";
import type { Pointwise } from "./basic.ts";
import { linear, linearInit, type LinearOptions, type LinearParams } from "./linear.ts";
import { grow, type Net, type Spec } from "./net.ts";
import { floats, lastAxis } from "./operands.ts";

/** A shape whose last axis is halved. */
export type Halved<S extends Shape> = S extends readonly [...infer L extends Shape, number] ? readonly [...L, number]
  : Shape;

/** The first half of the last axis times a gate of the second. */
function gated(op: string, x: unknown, gate: (x: Tensor) => Tensor): Tensor {
  const v = floats(op, x), size = v.shape.at(-1);
  if (size === undefined || size % 2 !== 0) {
    throw new ShapeError(
      `${op}: the last axis of [${v.shape.join(", ")}] has no two halves; give it an even size, as dense(2 * n) does`,
    );
  }
  const half = size / 2;
  return mul(at(v, "...", { stop: half }) as Tensor, gate(at(v, "...", { start: half }) as Tensor));
}

/**
 * The gated linear unit: the first half of the last axis times the sigmoid of the second.
 *
 * @param x Any tensor `[...L, 2n]`; integers and bool are taken as f32.
 * @returns `a·σ(b)`, `[...L, n]`; float.
 * @throws {ShapeError} If the last axis is odd or there is none.
 * @see Dauphin et al., Language modeling with gated convolutional networks, 2017, https://arxiv.org/abs/1612.08083
 *
 * @example A gate half open
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { glu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(glu(tensor([6, 0])).toArray(), [3]);
 * ```
 */
export function glu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<Halved<S>, FloatOf<D>> {
  return gated("glu", x, sigmoid) as Tensor<Halved<S>, FloatOf<D>>;
}

/**
 * The gated linear unit with `relu` for a gate.
 *
 * @param x Any tensor `[...L, 2n]`; integers and bool are taken as f32.
 * @returns `a·relu(b)`, `[...L, n]`; float.
 * @throws {ShapeError} If the last axis is odd or there is none.
 * @see Shazeer, GLU variants improve transformer, 2020, https://arxiv.org/abs/2002.05202
 *
 * @example One gate shut, one open
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { reglu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(reglu(tensor([6, 5, -1, 2])).toArray(), [0, 10]);
 * ```
 */
export function reglu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<Halved<S>, FloatOf<D>> {
  return gated("reglu", x, relu) as Tensor<Halved<S>, FloatOf<D>>;
}

/**
 * The gated linear unit with `gelu` for a gate.
 *
 * @param x Any tensor `[...L, 2n]`; integers and bool are taken as f32.
 * @returns `a·gelu(b)`, `[...L, n]`; float.
 * @throws {ShapeError} If the last axis is odd or there is none.
 * @see Shazeer, GLU variants improve transformer, 2020, https://arxiv.org/abs/2002.05202
 *
 * @example Far out the gate is linear
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { geglu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(geglu(tensor([2, 100])).toArray(), [200]);
 * ```
 */
export function geglu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<Halved<S>, FloatOf<D>> {
  return gated("geglu", x, gelu) as Tensor<Halved<S>, FloatOf<D>>;
}

/**
 * The gated linear unit with `silu` for a gate.
 *
 * @param x Any tensor `[...L, 2n]`; integers and bool are taken as f32.
 * @returns `a·silu(b)`, `[...L, n]`; float.
 * @throws {ShapeError} If the last axis is odd or there is none.
 * @see Shazeer, GLU variants improve transformer, 2020, https://arxiv.org/abs/2002.05202
 *
 * @example Far out the gate is linear
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { swiglu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(swiglu(tensor([2, 100])).toArray(), [200]);
 * ```
 */
export function swiglu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<Halved<S>, FloatOf<D>> {
  return gated("swiglu", x, silu) as Tensor<Halved<S>, FloatOf<D>>;
}

/**
 * The gated linear unit without a function on the gate: the product of the two halves.
 *
 * @param x Any tensor `[...L, 2n]`; integers and bool are taken as f32.
 * @returns `a·b`, `[...L, n]`; float.
 * @throws {ShapeError} If the last axis is odd or there is none.
 * @see Shazeer, GLU variants improve transformer, 2020, https://arxiv.org/abs/2002.05202
 *
 * @example Products
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { bilinearGlu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bilinearGlu(tensor([2, 3, 5, 7])).toArray(), [10, 21]);
 * ```
 */
export function bilinearGlu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<Halved<S>, FloatOf<D>> {
  return gated("bilinearGlu", x, (b) => b) as Tensor<Halved<S>, FloatOf<D>>;
}

/** Two linear maps of the same sizes. */
export interface GatedDense<I extends number, O extends number, B extends boolean = true> {
  /** What is let through. */
  readonly value: LinearParams<I, O, B>;
  /** What the gate is a function of. */
  readonly gate: LinearParams<I, O, B>;
}

/** The gate of a gated dense layer. */
export interface GateOptions {
  /** The function on the gate: `sigmoid` (GLU) if left out; `relu`, `gelu`, `silu` or `(x) => x` give its variants. */
  readonly gate?: Pointwise;
}

/** How a gated dense layer starts, and its gate. */
export type GatedDenseOptions<B extends boolean = true> = LinearOptions<B> & GateOptions;

/**
 * Fresh parameters of a gated dense layer.
 *
 * @param key A key, used here only. @param inputs Size of the last axis taken. @param outputs Size of the last axis given.
 * @param options Those of `linearInit`, for both maps.
 * @returns Two linear maps, `value` and `gate`.
 *
 * @example Three inputs, two outputs
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { gatedDenseInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(gatedDenseInit(key(0), 3, 2).gate.w.shape, [3, 2]);
 * ```
 */
export function gatedDenseInit<const I extends number, const O extends number, const B extends boolean = true>(
  key: Key,
  inputs: I,
  outputs: O,
  options: LinearOptions<B> = {},
): GatedDense<I, O, B> {
  return {
    value: linearInit(foldIn(key, 0), inputs, outputs, options),
    gate: linearInit(foldIn(key, 1), inputs, outputs, options),
  };
}

/**
 * A linear map times a function of another: `(x·w + b)·gate(x·v + c)`.
 *
 * @param p Two linear maps, `value` and `gate`.
 * @param options `gate`: `sigmoid` if left out.
 * @returns A function from `[...L, inputs]` to `[...L, outputs]`.
 * @throws {ShapeError} If the last axis is not `inputs` long.
 * @see Shazeer, GLU variants improve transformer, 2020, https://arxiv.org/abs/2002.05202
 *
 * @example A product of two maps
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { gatedDenseWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = { value: { w: tensor([[2]]) }, gate: { w: tensor([[3]]) } };
 * assertEquals(gatedDenseWith(p, { gate: (x) => x })(tensor([10])).toArray(), [600]);
 * ```
 */
export function gatedDenseWith<I extends number, O extends number>(
  p: GatedDense<I, O, boolean>,
  options: GateOptions = {},
): <L extends Shape>(x: Tensor<readonly [...L, I]>) => Tensor<readonly [...L, O]> {
  const gate: Pointwise = options.gate ?? sigmoid, through = linear<I, O>(p.value), by = linear<I, O>(p.gate);
  return <L extends Shape>(x: Tensor<readonly [...L, I]>) =>
    mul(through(x) as Tensor, gate(by(x) as Tensor)) as Tensor<readonly [...L, O]>;
}

/**
 * A gated dense layer of a net, along the last axis of each example: GLU and its variants.
 *
 * @param outputs How many outputs.
 * @param options `gate`: `sigmoid` (GLU) if left out, `relu` (ReGLU), `gelu` (GEGLU), `silu` (SwiGLU) or `(x) => x`
 *   (bilinear); `weights`, `biases`, `bias` as for `dense`.
 * @returns From a net of examples `[...L, inputs]` to one of examples `[...L, outputs]`.
 * @throws {ShapeError} If an example is a scalar.
 * @see Shazeer, GLU variants improve transformer, 2020, https://arxiv.org/abs/2002.05202
 *
 * @example The feed-forward block of many language models
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { dense, gatedDense, input, silu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([64]), gatedDense(128, { gate: silu, bias: false }), dense(64, { bias: false }));
 * assertEquals(net.init(key(0)).params[0].gate.w.shape, [64, 128]);
 * ```
 */
export function gatedDense<const O extends number, const B extends boolean = true>(
  outputs: O,
  options: GatedDenseOptions<B> = {},
): <I, L extends Shape, D extends number, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, Spec<readonly [...L, D], "f32">, P, S>,
) => Net<I, Spec<readonly [...L, O], "f32">, readonly [...P, GatedDense<D, O, B>], S> {
  return <I, L extends Shape, D extends number, P extends readonly unknown[], S extends readonly unknown[]>(
    net: Net<I, Spec<readonly [...L, D], "f32">, P, S>,
  ) => {
    const shape: Shape = net.output.shape, inputs = lastAxis("gatedDense", shape);
    const output = { shape: [...shape.slice(0, -1), outputs], dtype: "f32" } as unknown as Spec<
      readonly [...L, O],
      "f32"
    >;
    return grow(net, {
      name: `gatedDense(${outputs})`,
      output,
      params: (key) => gatedDenseInit(key, inputs, outputs, options),
      apply: (p, s, x) => [gatedDenseWith(p as GatedDense<number, number, boolean>, options)(x as Tensor as never), s],
    });
  };
}
