import { cholesky, det, inv, pinv, qr, slogdet } from "../../core/ops/linalg.ts";
import { eigh, eigvalsh, lstsq, solve, svdvals, triangularSolve } from "../../core/ops/linalg_solve.ts";
import { mul } from "../../core/primitives/arithmetic.ts";
import { alongColumns, columnsOf } from "../../core/primitives/linalg_matrix.ts";
import type { Value } from "../../core/tensor.ts";
import { elementsOf } from "../laws/compare.ts";
import { make } from "../laws/values.ts";
import { casesOf, checkGolden, type GoldenCase, inputsOf, readGolden, tensorOf } from "./read.ts";

type F = (...xs: Value[]) => Value | readonly Value[];

/** The largest ratio of sizes to the smallest of them and of the distances between them, over a batch. */
function spread(values: Value, gaps: boolean): number {
  const n = values.shape.at(-1)!, all = elementsOf(values);
  let worst = 1;
  for (let b = 0; b < all.length / n; b++) {
    const row = [...all.subarray(b * n, (b + 1) * n)], largest = Math.max(...row.map(Math.abs));
    const apart = gaps ? row.flatMap((x, i) => row.slice(0, i).map((y) => Math.abs(x - y))) : row.map(Math.abs);
    worst = Math.max(worst, ...apart.map((d) => largest / d));
  }
  return worst;
}

/**
 * An algorithm of n steps that sums n products in each, and a derivative of four more products or solves, round (n + 4)²
 * times on each side; values have the error of A times κ, gradients, with two more solves in them, κ².
 */
const roundings = (c: GoldenCase, condition: number): number =>
  2 * (4 + Math.max(...Object.values(c.inputs).map((t) => Math.max(...t.shape)))) ** 2 * condition ** 2;

const condition = (c: GoldenCase): number => spread(svdvals(inputsOf(c)[0]!), false);
/** Derivatives of an orthogonal factor are differences of terms as large as 1/σ. */
const factorCondition = (c: GoldenCase): number =>
  Math.max(condition(c), ...elementsOf(svdvals(inputsOf(c)[0]!)).map((s) => 1 / s));
const vectorCondition = (c: GoldenCase): number => spread(eigvalsh(inputsOf(c)[0]!), true);
const valueCondition = (c: GoldenCase): number => Math.max(condition(c), spread(svdvals(inputsOf(c)[0]!), true));
/** A triangle's condition number may be larger than that of the matrix it is in. */
function triangleCondition(c: GoldenCase): number {
  const x = inputsOf(c)[0]!, n = columnsOf(x), at = elementsOf(x);
  const t = make(x.shape, "f64", (i) => {
    const row = Math.floor(i / n), column = i % n;
    if (row === column && c.attrs["unit_diagonal"] === true) return 1;
    return row === column || (row > column) === (c.attrs["lower"] === true) ? at[i]! : 0;
  });
  return spread(svdvals(t), false);
}

/** The vectors in the file's normal form: the element of largest magnitude positive. */
function largestPositive(vectors: Value): Value {
  const n = columnsOf(vectors),
    at = elementsOf(vectors),
    signs = make(vectors.shape.slice(0, -1), "f64", (k) => {
      const start = Math.floor(k / n) * n * n + k % n;
      const column = Array.from({ length: n }, (_, i) => at[start + i * n]!);
      return column.reduce((a, b) => Math.abs(b) > Math.abs(a) ? b : a) < 0 ? -1 : 1;
    });
  return alongColumns(signs, vectors.shape);
}

const linalg = readGolden("linalg"), ops = readGolden("ops");
const table: Readonly<Record<string, readonly [f: (c: GoldenCase) => F, condition: (c: GoldenCase) => number]>> = {
  cholesky: [() => (a) => cholesky(a!), condition],
  qr: [() => (a) => {
    const { q, r } = qr(a!);
    return [r, q];
  }, factorCondition],
  eigh: [(c) => {
    const signs = largestPositive(eigh(inputsOf(c)[0]!).vectors);
    return (a) => {
      const { values, vectors } = eigh(a!);
      return [values, mul(vectors, signs)];
    };
  }, vectorCondition],
  svd_values: [() => (a) => svdvals(a!), valueCondition],
  inv: [() => (a) => inv(a!), condition],
  det: [() => (a) => det(a!), condition],
  slogdet: [() => (a) => slogdet(a!).logAbsDet, condition],
  pinv: [() => (a) => pinv(a!), condition],
  solve: [() => (a, b) => solve(a!, b!), condition],
  lstsq: [() => (a, b) => lstsq(a!, b!).solution, condition],
  triangular_solve: [(c) => (a, b) =>
    triangularSolve(a!, b!, {
      lower: c.attrs["lower"] === true,
      transpose: c.attrs["transpose"] === true,
      unitDiagonal: c.attrs["unit_diagonal"] === true,
    }), triangleCondition],
};

for (const [name, [f, conditionOf]] of Object.entries(table)) {
  casesOf(linalg, name).forEach((c, i) =>
    Deno.test(`${name} is JAX's, with its gradients, case ${i}`, () =>
      checkGolden(c, f(c), roundings(c, conditionOf(c))))
  );
}

casesOf(linalg, "slogdet").forEach((c, i) =>
  Deno.test(`slogdet() gives JAX's sign, case ${i}`, () => {
    const expected = [c.attrs["sign"]].flat(), { sign } = slogdet(tensorOf(c.inputs["a"]!));
    if (String([...elementsOf(sign)]) !== String(expected)) throw new Error(`${sign} is not ${expected}`);
  })
);

const other: Readonly<Record<string, readonly [F, (c: GoldenCase) => number]>> = {
  inv: [(a) => inv(a!), condition],
  det: [(a) => det(a!), condition],
  slogdet: [(a) => slogdet(a!).logAbsDet, condition],
  eigvalsh: [(a) => eigvalsh(a!), vectorCondition],
  svdvals: [(a) => svdvals(a!), valueCondition],
};
for (const [name, [f, conditionOf]] of Object.entries(other)) {
  casesOf(ops, name).forEach((c) =>
    Deno.test(`${name} is PyTorch's, with its gradients`, () => checkGolden(c, f, roundings(c, conditionOf(c))))
  );
}
