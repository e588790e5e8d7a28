/** How PyTorch's weights are turned into ours. What a weight is not shaped for throws, as operations do. */
import {
  ArgumentError,
  concat,
  type DType,
  reshape,
  type Shape,
  ShapeError,
  splitAxis,
  type Tensor,
  transpose,
  zeros,
} from "../../mod.ts";

type Any = Tensor<Shape, DType>;

/** Kernels with their outputs first, with the window first and the outputs last. */
export function windowFirst(w: Any): Any {
  if (w.shape.length < 3) {
    throw new ShapeError(`a kernel has 3 axes or more, and this is [${w.shape.join(", ")}]`);
  }
  return transpose(w, [...w.shape.slice(2).map((_, i) => i + 2), 1, 0]) as Any;
}

/** Weights of inputs that were flattened channels first, for inputs that are flattened channels last. */
export function reordered(w: Any, flattened: readonly number[]): Any {
  const [outputs = 0] = w.shape, inputs = flattened.reduce((a, b) => a * b, 1);
  const apart = reshape(w, [outputs, ...flattened]) as Any;
  return reshape(windowFirst(apart), [inputs, outputs]) as Any;
}

const thirds = (b: Any): readonly [Any, Any, Any] => splitAxis(b, 3) as unknown as readonly [Any, Any, Any];

/** The new state's part of a GRU's biases. */
export const lastThird = (b: Any): Any => thirds(b)[2];

export const withoutLastThird = (b: Any): Any => {
  const [r, z, n] = thirds(b);
  return concat([r, z, zeros(n.shape, { dtype: n.dtype }) as Any] as never) as Any;
};

/** The part of queries in weights of queries, keys and values. */
export const firstThird = (x: Any): Any => thirds(x)[0];

/** The parts of keys and values. */
export const laterThirds = (x: Any): Any => concat(thirds(x).slice(1) as never) as Any;

/** Kernels `[C, O / groups, …window]` as `[…window, C / groups, O]`. */
export function groupsApart(w: Any, groups: number): Any {
  if (!Number.isSafeInteger(groups) || groups < 1) {
    throw new ArgumentError(`fromTorch.convTransposed: groups is ${groups}; it is a whole number from 1`);
  }
  const [inputs = 0, per = 0, ...window] = w.shape;
  if (window.length === 0 || inputs % groups !== 0) {
    throw new ShapeError(
      `a kernel has 3 axes or more, its first in ${groups} groups, and this is [${w.shape.join(", ")}]`,
    );
  }
  const apart = reshape(w, [groups, inputs / groups, per, ...window]) as Any;
  const turned = transpose(apart, [...window.map((_, i) => i + 3), 1, 0, 2]) as Any;
  return reshape(turned, [...window, inputs / groups, groups * per]) as Any;
}

/** Zeros as long as a weight has rows. */
export const zerosLike = (share: number) => (w: Any): Any => zeros([w.shape[0]! / share], { dtype: w.dtype }) as Any;
