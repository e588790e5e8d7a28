/** Graph convolutions as rational functions of a Laplacian: CayleyNet. */
import {
  add,
  concat,
  diagonal,
  div,
  equal,
  expandDims,
  eye,
  type Key,
  matmul,
  mul,
  ones,
  segmentSum,
  ShapeError,
  solve,
  splitAxis,
  square,
  sub,
  Tensor,
  where,
  zerosLike,
} from "../mod.ts";
import { type Adjacency, denseAdjacency, type Graph, type GraphMap, graphMap, spread } from "./graph.ts";
import { filtersInit, type GraphFilterOptions, type GraphFilters, requireFilters, weighed } from "./graph_spectral.ts";
import { requireCount } from "./operands.ts";

/** The parameters of a Cayley convolution of order `r`, which has F = 2·r + 1 filters. */
export interface Cayley<F extends number, I extends number, O extends number> extends GraphFilters<F, I, O> {
  /** h, above 0, a scalar: the larger it is, the finer are the filters where the spectrum is low. */
  readonly zoom: Tensor<readonly []>;
}

/**
 * Fresh parameters of a Cayley convolution.
 *
 * @param key A key, used here only. @param inputs Features a node. @param outputs Features a node afterwards.
 * @param order r, the order of the rational functions, 1 or more.
 * @param options `weights`, `biases`: initializers.
 * @returns The zoom 1, weights `[2·order + 1, inputs, outputs]` of c₀, Re c₁, Im c₁, Re c₂ and so on, and biases.
 * @throws {ArgumentError} If `order` is no whole number, 1 or more.
 * @see Levie et al., 2017, https://arxiv.org/abs/1705.07664
 *
 * @example Of order 2
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { cayleyInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cayleyInit(key(0), 3, 4, 2).w.shape, [5, 3, 4]);
 * ```
 */
export function cayleyInit<const I extends number, const O extends number>(
  key: Key,
  inputs: I,
  outputs: O,
  order: number,
  options: GraphFilterOptions = {},
): Cayley<number, I, O> {
  requireCount("cayley", "the order", order, 1);
  return { zoom: ones([]), ...filtersInit(key, [2 * order + 1 as number, inputs, outputs], options) };
}

/** How a Cayley convolution is computed. */
export interface CayleyOptions {
  /** How many of Jacobi's iterations stand for each inverse, 0 or more; the inverse itself if left out. */
  readonly iterations?: number;
}

/** A complex tensor: real and imaginary part, `[nodes, features]` each. */
interface Complex {
  readonly re: Tensor;
  readonly im: Tensor;
}

/** L·y, both parts at once. */
function through(l: Adjacency, { re, im }: Complex): Complex {
  const [a, b] = splitAxis(spread(l, concat([re, im], { axis: 1 }) as Tensor), 2, { axis: 1 }) as readonly Tensor[];
  return { re: a!, im: b! };
}

/** (h·L − i)·y. */
function numerator(l: Adjacency, h: Tensor, y: Complex): Complex {
  const ly = through(l, y);
  return { re: add(mul(ly.re, h), y.im) as Tensor, im: sub(mul(ly.im, h), y.re) as Tensor };
}

/** From y to (h·L − i)·(h·L + i)⁻¹·y, which is (h·L − i)²·(h²·L² + 1)⁻¹·y: real matrices only. */
function exactly(l: Adjacency, h: Tensor): (y: Complex) => Complex {
  const scaled = mul(l instanceof Tensor ? l as Tensor : denseAdjacency(l) as Tensor, h) as Tensor;
  const one = eye(scaled.shape[0]!, { dtype: scaled.dtype }) as Tensor;
  const inverse = solve(add(matmul(scaled, scaled), one) as Tensor, one) as Tensor;
  const matrix = scaled as unknown as Tensor<readonly [number, number]>, unit = ones([], { dtype: h.dtype }) as Tensor;
  return ({ re, im }) => {
    const y = { re: matmul(inverse, re) as Tensor, im: matmul(inverse, im) as Tensor };
    return numerator(matrix, unit, numerator(matrix, unit, y));
  };
}

/** The same by Jacobi's iterations y ← D⁻¹·(h·L − i)·y₀ − D⁻¹·h·(L − diag L)·y, where D = h·diag L + i. */
function byJacobi(l: Adjacency, h: Tensor, iterations: number): (y: Complex) => Complex {
  const loops = (g: Graph): Tensor =>
    segmentSum(where(equal(g.sources, g.targets), g.weights as Tensor, 0) as Tensor, g.targets, g.nodes) as Tensor;
  const diagonalOf = l instanceof Tensor ? diagonal(l as Tensor) as Tensor : loops(l);
  const d = expandDims(diagonalOf, 1) as Tensor, hd = mul(d, h) as Tensor, size = add(square(hd), 1) as Tensor;
  // (re + i·im) / (hd + i), which has no zero below it.
  const overD = ({ re, im }: Complex): Complex => ({
    re: div(add(mul(re, hd), im) as Tensor, size) as Tensor,
    im: div(sub(mul(im, hd), re) as Tensor, size) as Tensor,
  });
  return (start) => {
    const b = overD(numerator(l, h, start));
    let y = b;
    for (let k = 0; k < iterations; k++) {
      const ly = through(l, y), off = (part: "re" | "im"): Tensor => mul(sub(ly[part], mul(y[part], d)), h) as Tensor;
      const correction = overD({ re: off("re"), im: off("im") });
      y = { re: sub(b.re, correction.re) as Tensor, im: sub(b.im, correction.im) as Tensor };
    }
    return y;
  };
}

/**
 * A Cayley convolution, c₀·x + 2·Re Σⱼ cⱼ·(h·L − i)ʲ·(h·L + i)⁻ʲ·x + b: rational functions of a Laplacian, which can be as
 * narrow as a band of its spectrum is, in real arithmetic.
 *
 * The inverse costs as much as nodes³; Jacobi's iterations cost as many sums over neighbours, and converge if the Laplacian
 * is normalized.
 *
 * @param p Zoom, weights `[2·order + 1, inputs, outputs]` of c₀, Re c₁, Im c₁, Re c₂ and so on, and biases `[outputs]`.
 * @param options `iterations`: how many of Jacobi's iterations stand for the inverse; the inverse itself if left out.
 * @returns A function from features `[nodes, inputs]` and a Laplacian, of `laplacian`, to `[nodes, outputs]`.
 * @throws {ShapeError} If the features are not a row for each node, `inputs` long, a matrix is not square, or the weights
 *   are not of an odd number of filters. @throws {ArgumentError} If `iterations` is no whole number, 0 or more.
 * @see Levie et al., CayleyNets: graph convolutional neural networks with complex rational spectral filters, 2017,
 *   https://arxiv.org/abs/1705.07664
 *
 * @example Where L is 0, each (h·L − i) / (h·L + i) is −1
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { cayleyWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const p = { zoom: tensor(1), w: tensor([[[1]], [[3]], [[7]]]) }, zero = tensor([[0, 0], [0, 0]]);
 * assertEquals(cayleyWith(p)(tensor([[1], [2]]), zero).toArray(), [[-5], [-10]]);
 * ```
 */
export function cayleyWith<F extends number, I extends number, O extends number>(
  p: Cayley<F, I, O>,
  options: CayleyOptions = {},
): GraphMap<I, O> {
  const { iterations } = options, filters = p.w.shape[0]!;
  if (iterations !== undefined) requireCount("cayley", "iterations", iterations);
  requireFilters("cayley", p.w as Tensor, 1, "2·order + 1");
  if (filters % 2 !== 1) {
    throw new ShapeError(
      `cayley: weights [${
        p.w.shape.join(", ")
      }] are of ${filters} filters; give 2·order + 1: one real, and two for each power`,
    );
  }
  return graphMap("cayley", p.w.shape[1], (x, l) => {
    const h = p.zoom as Tensor, filtered = [x];
    if (filters > 1 && x.shape[0]! > 0) {
      const step = iterations === undefined ? exactly(l, h) : byJacobi(l, h, iterations);
      let y: Complex = { re: x, im: zerosLike(x) as Tensor };
      for (let j = 1; j < filters; j += 2) {
        y = step(y);
        filtered.push(mul(y.re, 2) as Tensor, mul(y.im, -2) as Tensor);
      }
    } else for (let j = 1; j < filters; j++) filtered.push(x);
    return weighed(p, filtered);
  });
}
