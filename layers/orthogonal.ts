/** Orthonormal columns out of random ones. */
import {
  ArgumentError,
  eye,
  type Key,
  mul,
  normal,
  qr,
  reshape,
  type Shape,
  sign,
  sum,
  swapAxes,
  type Tensor,
} from "../mod.ts";

/** A random matrix of a shape with orthonormal rows or columns, uniform among them. */
export function orthogonalMatrix<const S extends Shape>(key: Key, shape: S): Tensor<S> {
  if (shape.length < 2) throw new ArgumentError(`orthogonal: needs a matrix, not shape [${shape}]`);
  const columns = shape.at(-1)!, rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const tall = Math.max(rows, columns), thin = Math.min(rows, columns);
  const { q, r } = qr(normal(key, [tall, thin]) as Tensor);
  // Signs of R's diagonal make the distribution uniform (Mezzadri, 2007, https://arxiv.org/abs/math-ph/0609050).
  const signs: Tensor = sign(sum(mul(r as Tensor, eye(thin)) as Tensor, { axis: 0 }));
  const fair: Tensor = mul(q as Tensor, reshape(signs, [1, thin]));
  return reshape(rows >= columns ? fair : swapAxes(fair, 0, 1), shape) as unknown as Tensor<S>;
}
