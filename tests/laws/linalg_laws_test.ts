import { eighP, qrP } from "../../core/primitives/linalg_orthogonal.ts";
import { pinvP, svdP } from "../../core/primitives/linalg_svd.ts";
import { choleskyP, luP, type TriangularParams, triangularSolveP } from "../../core/primitives/linalg_triangular.ts";
import type { Shape } from "../../core/shape.ts";
import type { Value } from "../../core/tensor.ts";
import { type LawCase, laws } from "./laws.ts";
import { f64, make, uniform } from "./values.ts";

/**
 * Matrices (d + i) on the diagonal plus elements in (−½, ½): with d above n/2 they are diagonally dominant, so positive
 * definite in their symmetric part, of condition number below (d + n)/(d − n/2), and, as their diagonals are a whole
 * number apart, with eigenvalues and singular values that keep apart.
 */
function dominant(shape: Shape, d: number, seed: number): Value {
  const n = shape.at(-1)!, m = shape.at(-2)!, noise = uniform(shape, -0.5, 0.5, seed).dataSync();
  return make(shape, "f64", (i) => {
    const row = Math.floor(i / n) % m, column = i % n;
    return noise[i]! + (row === column ? d + row : 0);
  });
}

const squares: readonly Shape[] = [[0, 0], [1, 1], [2, 2], [3, 3], [5, 5], [2, 3, 3], [0, 2, 2], [2, 1, 2, 2]];
const rectangles: readonly Shape[] = [[4, 2], [2, 4], [3, 1], [1, 3], [0, 2], [2, 0], [2, 3, 2]];
const show = (s: Shape): string => `[${s}]`;

laws(squares.map((shape, i): LawCase<undefined> => ({
  name: `cholesky of ${show(shape)}`,
  prim: choleskyP,
  params: undefined,
  inputs: [dominant(shape, 3, i)],
  // Four solves and products a derivative, each of n roundings a sum; condition numbers up to 8.
  scale: 32,
})));

const flags = [false, true];
laws(
  flags.flatMap((lower) =>
    flags.flatMap((transpose) =>
      flags.map((unitDiagonal): LawCase<TriangularParams> => ({
        name: `triangularSolve ${lower ? "lower" : "upper"}${transpose ? ", transposed" : ""}${
          unitDiagonal ? ", unit diagonal" : ""
        }`,
        prim: triangularSolveP,
        params: { lower, transpose, unitDiagonal },
        // The other triangle, and a unit diagonal, hold numbers that must not be read.
        inputs: [dominant([3, 3], 2, 1), uniform([3, 2], -1, 1, 2)],
        scale: 32,
      }))
    )
  ),
);
laws(
  ([[[0, 0], [0, 2]], [[1, 1], [1, 3]], [[2, 2], [2, 0]], [[2, 3, 3], [2, 3, 1]], [[2, 1, 2, 2], [
    2,
    1,
    2,
    3,
  ]]] as const)
    .map(([a, b], i): LawCase<TriangularParams> => ({
      name: `triangularSolve ${show(a)}, ${show(b)}`,
      prim: triangularSolveP,
      params: { lower: true, transpose: false, unitDiagonal: false },
      inputs: [dominant(a, 2, i), uniform(b, -1, 1, 10 + i)],
      scale: 32,
    })),
);

/** A matrix whose rows change places. */
const exchanging = f64([3, 3], [0.3, 2.1, -0.4, 4.2, 0.7, 1.1, -0.9, 0.2, 3.3]);

laws([
  ...squares.map((shape, i): LawCase<undefined> => ({
    name: `lu of ${show(shape)}`,
    prim: luP,
    params: undefined,
    inputs: [dominant(shape, 3, 20 + i)],
    scale: 32,
  })),
  { name: "lu with exchanges", prim: luP, params: undefined, inputs: [exchanging], scale: 32 },
]);

laws([
  ...[...squares, ...rectangles].map((shape, i) => ({
    name: `qr of ${show(shape)}`,
    prim: qrP,
    params: { complete: false },
    inputs: [dominant(shape, 2, 40 + i)],
    scale: 64,
  })),
  ...[[3, 3], [2, 4], [0, 0]].map((shape) => ({
    name: `qr of ${show(shape)}, complete`,
    prim: qrP,
    params: { complete: true },
    inputs: [dominant(shape, 2, 60)],
    scale: 64,
  })),
  ...[[4, 2], [2, 0], [2, 3, 1]].map((shape) => ({
    // The columns that complete Q have no derivative.
    name: `qr of ${show(shape)}, complete`,
    prim: qrP,
    params: { complete: true },
    inputs: [dominant(shape, 2, 61)],
    active: [false],
    scale: 64,
  })),
]);

laws(squares.map((shape, i): LawCase<undefined> => ({
  name: `eigh of ${show(shape)}`,
  prim: eighP,
  params: undefined,
  inputs: [dominant(shape, 1, 80 + i)],
  // Vectors move by the change of the matrix over the gap of the values, at least 1/4 here; twice so in second derivatives.
  scale: 128,
})));

laws([...squares, ...rectangles].map((shape, i): LawCase<undefined> => ({
  name: `svd of ${show(shape)}`,
  prim: svdP,
  params: undefined,
  inputs: [dominant(shape, 1, 100 + i)],
  // As for eigh; the vectors also move with the smallest value, which is above 1/4.
  scale: 128,
})));

/** Rank 1, and rank 2 of 3: the rank must stay, so no differences; the adjoint identity and batching are checked. */
const lowRank = f64([3, 2], [1, 2, 2, 4, -1, -2]);
laws([
  ...[...squares, ...rectangles].map((shape, i) => ({
    name: `pinv of ${show(shape)}`,
    prim: pinvP,
    params: { tolerance: 1e-6 },
    inputs: [dominant(shape, 2, 120 + i)],
    scale: 128,
  })),
  { name: "pinv of low rank", prim: pinvP, params: { tolerance: 1e-6 }, inputs: [lowRank], smooth: false, scale: 128 },
]);
