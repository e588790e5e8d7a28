/** Functions as layers: activations, flattening, and anything else without parameters. */
import { type DType, reshape, type Shape, type Tensor } from "../mod.ts";
import type { Entries, Mapping, ShapeKeeping } from "./block.ts";
import { type Batch, type Context, grow, type Net, requireBatch, type Spec } from "./net.ts";

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
export function act(f: Pointwise): ShapeKeeping {
  return (net) =>
    grow(net, { name: `act(${f.name || "function"})`, output: net.output, apply: (_, s, x) => [f(x as Tensor), s] });
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
export function flatten(): <I, O extends Shape, D extends DType, P extends Entries, S extends Entries>(
  net: Net<I, Spec<O, D>, P, S>,
) => Net<I, Spec<FlatShape<O>, D>, P, S> {
  return <I, O extends Shape, D extends DType, P extends Entries, S extends Entries>(
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
 * Any function of a batch as a layer.
 *
 * @param f From a batch, tensors with one batch axis in front, and the context to a batch.
 * @param output What one example of its result is: a spec or a tree of specs, or a function from the examples taken to it.
 * @returns From a net to the net with `f` after it.
 * @throws {ShapeError} When applied, if the result is not a batch of what was declared.
 *
 * @example The largest of each row
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { max, tensor } from "@adjoint/adjoint";
 * import { input, lambda, spec } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([3]), lambda((x) => max(x, { axis: 1, keepDims: true }), spec([1])));
 * assertEquals(net.apply([], [], tensor([[1, 3, 2]]), { mode: "eval" })[0].toArray(), [[3]]);
 * ```
 */
export function lambda<X, const Y>(
  f: (x: Batch<number, NoInfer<X>>, context: Context) => Batch<number, NoInfer<Y>>,
  output: Y | ((examples: X) => Y),
): Mapping<X, Y> {
  return (net) => {
    const declared = typeof output === "function" ? (output as (examples: X) => Y)(net.output) : output;
    const name = f.name ? `lambda(${f.name})` : "lambda";
    return grow(net, {
      name,
      output: declared,
      apply: (_, s, x, context) => {
        const y = f(x as Batch<number, X>, context);
        requireBatch(`${name}: the result`, declared, y);
        return [y, s];
      },
    });
  };
}
