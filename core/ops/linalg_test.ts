import { elementsOf, largest, roundoff32, roundoff64 } from "../../tests/laws/compare.ts";
import { f64, uniform } from "../../tests/laws/values.ts";
import { sub } from "../primitives/arithmetic.ts";
import { matmul, transposeLast } from "../primitives/dot_general.ts";
import { takeAxis } from "../primitives/gather.ts";
import { eyeLike } from "../primitives/linalg_matrix.ts";
import type { Tensor, Value } from "../tensor.ts";
import { grad } from "../transforms/grad.ts";
import { hessian } from "../transforms/jacobian.ts";
import { jit } from "../transforms/jit.ts";
import { vmap } from "../transforms/vmap.ts";
import { mul } from "./arithmetic.ts";
import { tensor } from "./create.ts";
import { cholesky, det, inv, lu, pinv, qr, slogdet } from "./linalg.ts";
import { eigh, lstsq, solve, svd, svdvals, triangularSolve } from "./linalg_solve.ts";
import { sum } from "./reduce.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";

const close = (a: Value, b: Value, bound: number, what = "difference"): void => {
  assertEquals(a.shape, b.shape);
  const off = largest([sub(a, b)]);
  assert(off <= bound, `${what} ${off}, bound ${bound}`);
};

/** A random matrix with 3 more on its diagonal: its condition number is small. */
const regular = (shape: readonly number[], seed: number): Value => {
  const x = uniform(shape, -1, 1, seed), n = shape.at(-1)!, m = shape.at(-2)!;
  return f64(shape, (i) => elementsOf(x)[i]! + (i % n === Math.floor(i / n) % m ? 3 : 0));
};

Deno.test("factors multiply to the matrix and have their forms, at every size and batch", () => {
  const sizes = fc.tuple(
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 0, max: 3 }),
  );
  fc.assert(
    fc.property(sizes, fc.constantFrom("f64", "f32"), fc.nat(1000), ([m, n, b], dtype, seed) => {
      // A sum of n products for each of n steps, of numbers up to the norm, at most n.
      const k = Math.max(m, n, 1), bound = 8 * k ** 3 * (dtype === "f32" ? roundoff32 : roundoff64);
      const a = uniform([b, m, n], -1, 1, seed, dtype);
      const { q, r } = qr(a), { u, s, vt } = svd(a);
      close(matmul(q, r), a, bound, "qr");
      close(matmul(transposeLast(q), q), eyeLike(matmul(transposeLast(q), q)), bound, "qᵀq");
      const us = matmul(u, diagonalMatrix(s));
      close(matmul(us, vt), a, bound, "svd");
      close(matmul(transposeLast(u), u), eyeLike(matmul(transposeLast(u), u)), bound, "uᵀu");
      close(matmul(vt, transposeLast(vt)), eyeLike(matmul(vt, transposeLast(vt))), bound, "vᵀv");
      const square = uniform([b, n, n], -1, 1, seed, dtype), { lower, upper, order } = lu(square);
      for (let i = 0; i < b; i++) {
        const at = tensor(i, { dtype: "i32" });
        close(
          matmul(takeAxis(lower, at, 0), takeAxis(upper, at, 0)),
          takeAxis(takeAxis(square, at, 0), takeAxis(order, at, 0), 0),
          bound,
          "lu",
        );
      }
      const symmetric = matmul(transposeLast(a), a), { values, vectors } = eigh(symmetric);
      close(matmul(symmetric, vectors), matmul(vectors, diagonalMatrix(values)), bound * k, "eigh");
      [...elementsOf(values)].forEach((w, i, all) => assert(i % n === 0 || all[i - 1]! <= w, "ascending"));
      [...elementsOf(s)].forEach((w, i, all) =>
        assert(w >= 0 && (i % s.shape.at(-1)! === 0 || all[i - 1]! >= w), "descending")
      );
    }),
    { numRuns: 60 },
  );
});

const diagonalMatrix = (v: Value): Value => {
  const n = v.shape.at(-1)!, at = elementsOf(v);
  return uniformLike([...v.shape, n], v.dtype as "f32" | "f64", (i) => {
    const column = i % n, row = Math.floor(i / n) % n;
    return row === column ? at[Math.floor(i / n)]! : 0;
  });
};
const uniformLike = (shape: readonly number[], dtype: "f32" | "f64", f: (i: number) => number): Value => {
  const x = f64(shape, f);
  return dtype === "f64" ? x : tensor(Float32Array.from(elementsOf(x)), { shape });
};

Deno.test("cholesky() reads the symmetric part, and is NaN where that is not positive definite", () => {
  assertEquals(cholesky(tensor([[4, 1], [3, 10]])).toArray(), [[2, 0], [1, 3]]);
  assertEquals(cholesky(tensor([[1, 2], [2, 1]])).toArray(), [[NaN, 0], [NaN, NaN]]);
  assertEquals(cholesky(tensor([[1, 0], [0, 0]])).toArray(), [[NaN, 0], [NaN, NaN]]);
  assertEquals(cholesky(tensor([[[1]], [[-1]], [[4]]])).toArray(), [[[1]], [[NaN]], [[2]]]);
});

Deno.test("solve() takes vectors and matrices, broadcasts, and is data last in a pipe", () => {
  const a = regular([3, 3], 1), b = uniform([3], -1, 1, 2), many = regular([2, 3, 3], 3);
  const x = solve(a, b) as Value;
  assertEquals(x.shape, [3]);
  assertEquals(pipe(a, solve(b)).toArray(), x.toArray());
  assertEquals(solve(many, b).shape, [2, 3]);
  assertEquals(solve(a, uniform([4, 3, 2], -1, 1, 4)).shape, [4, 3, 2]);
  assertEquals(solve(many, uniform([5, 1, 3, 2], -1, 1, 4)).shape, [5, 2, 3, 2]);
  assertEquals(solve(tensor([[2]]), tensor([1], { dtype: "f64" })).dtype, "f64");
});

Deno.test("a singular system gives infinities or NaN, never an error", () => {
  const zero = tensor([[0]]);
  assertEquals(solve(zero, tensor([1])).toArray(), [Infinity]);
  assertEquals(inv(zero).toArray(), [[Infinity]]);
  assertEquals(triangularSolve(zero, tensor([-1])).toArray(), [-Infinity]);
  assert(inv(tensor([[1, 2], [2, 4]])).toArray().flat().every((v) => !Number.isFinite(v)));
});

Deno.test("triangularSolve() on the right is the transposed system on the left", () => {
  const a = regular([3, 3], 5), b = uniform([2, 3], -1, 1, 6), v = uniform([3], -1, 1, 7);
  for (const lower of [true, false]) {
    for (const transpose of [true, false]) {
      const x = triangularSolve(a, b, { side: "right", lower, transpose });
      const y = triangularSolve(transposeLast(a), transposeLast(b), { lower: !lower, transpose });
      assertEquals(x.toArray(), transposeLast(y).toArray());
      assertEquals(
        triangularSolve(a, v, { side: "right", lower, transpose }).toArray(),
        triangularSolve(a, v, { lower, transpose: !transpose }).toArray(),
      );
      assertEquals(pipe(a, triangularSolve(b, { side: "right", lower, transpose })).toArray(), x.toArray());
    }
  }
});

Deno.test("det() has its gradient, the cofactors, at singular matrices of every rank", () => {
  const cofactors = (m: number[][]) =>
    grad((a: Tensor) => det(a) as Tensor<readonly []>)(tensor(m) as Tensor).toArray();
  assertEquals(cofactors([[1, 2], [2, 4]]), [[4, -2], [-2, 1]]);
  assertEquals(cofactors([[0, 0], [0, 0]]), [[0, 0], [0, 0]]);
  assertEquals(cofactors([[0, 0], [0, 3]]), [[3, 0], [0, 0]]);
  assertEquals(cofactors([[0]]), [[1]]);
  assertEquals(cofactors([[2, 0, 0], [0, 0, 0], [0, 0, 4]]), [[0, 0, 0], [0, 8, 0], [0, 0, 0]]);
  assertEquals(cofactors([[0, 0, 1], [0, 2, 0], [0, 0, 3]]), [[6, 0, 0], [0, 0, 0], [-2, 0, 0]]);
  assertEquals(cofactors([[0, 0, 0], [0, 0, 0], [0, 0, 4]]), [[0, 0, 0], [0, 0, 0], [0, 0, 0]]);
  assertEquals(det(tensor([[1, 1, 1], [1, 1, 1], [1, 1, 1]])).item(), 0);
  assertEquals(det(f64([0, 0], 1)).item(), 1);
  // det [[a, b], [c, d]] = ad − bc, all of whose second derivatives are 0, 1 or −1, at a singular matrix too.
  const second = hessian((a: Tensor) => det(a) as Tensor<readonly []>)(tensor([[1, 2], [2, 4]]) as Tensor);
  close(
    second as unknown as Value,
    tensor([[[[0, 0], [0, 1]], [[0, 0], [-1, 0]]], [[[0, -1], [0, 0]], [[1, 0], [0, 0]]]]) as unknown as Value,
    64 * roundoff32,
  );
});

Deno.test("slogdet() agrees with det() and has sign 0 and −∞ where it is 0", () => {
  const a = regular([4, 3, 3], 8), { sign, logAbsDet } = slogdet(a), d = elementsOf(det(a));
  d.forEach((v, i) => {
    assertEquals(elementsOf(sign)[i], Math.sign(v));
    assert(Math.abs(Math.exp(elementsOf(logAbsDet)[i]!) / Math.abs(v) - 1) < 64 * roundoff64);
  });
  const none = slogdet(tensor([[1, 2], [2, 4]]));
  assertEquals([none.sign.item(), none.logAbsDet.item()], [0, -Infinity]);
});

Deno.test("eigh() and svd() differentiate what does not depend on the vectors of a repeated value", () => {
  // tr f(A) for f(w) = w³ has gradient 3A², wherever eigenvalues fall together.
  const a = tensor([[2, 0, 0], [0, 2, 0], [0, 0, 2]], { dtype: "f64" });
  const cubes = grad((x: Tensor<readonly [3, 3], "f64">) => {
    const { values } = eigh(x);
    return sum(mul(values, mul(values, values)));
  })(a);
  assertEquals(cubes.toArray(), [[12, 0, 0], [0, 12, 0], [0, 0, 12]]);
  // The sum of the singular values of the identity grows by the trace of what is added.
  const nuclear = grad((x: Tensor<readonly [3, 3], "f64">) => sum(svdvals(x)))(inv(a));
  close(nuclear, eyeLike(nuclear), 16 * roundoff64);
});

Deno.test("pinv() has the four properties of Moore and Penrose at any rank", () => {
  for (const [m, n, rank] of [[4, 3, 2], [3, 5, 3], [3, 3, 1], [2, 2, 0], [0, 2, 0], [2, 0, 0]] as const) {
    const a = matmul(uniform([m, rank], -1, 1, 9), uniform([rank, n], -1, 1, 10)), p = pinv(a);
    assertEquals(p.shape, [n, m]);
    const ap = matmul(a, p), pa = matmul(p, a), bound = 2 ** 12 * roundoff64;
    close(matmul(ap, a), a, bound);
    close(matmul(pa, p), p, bound * (1 + largest([p])));
    close(transposeLast(ap), ap, bound);
    close(transposeLast(pa), pa, bound);
  }
  assertEquals(pinv(tensor([[1, 0], [0, 1e-3]]), { tolerance: 1e-2 }).toArray(), [[1, 0], [0, 0]]);
});

Deno.test("lstsq() gives the shortest solution, its residuals, the rank and the singular values", () => {
  const full = lstsq(tensor([[1, 0], [0, 2], [0, 0]], { dtype: "f64" }), tensor([3, 4, 5], { dtype: "f64" }));
  // Three products of a few roundings each, of numbers up to 5.
  close(full.solution, tensor([3, 2], { dtype: "f64" }), 64 * roundoff64);
  close(full.residuals, tensor(25, { dtype: "f64" }), 5 * 64 * roundoff64);
  assertEquals(full.rank.item(), 2);
  assertEquals(full.singularValues.toArray(), [2, 1]);
  const poor = lstsq(tensor([[1, 1], [1, 1]], { dtype: "f64" }), tensor([[2, 0], [2, 2]], { dtype: "f64" }));
  close(poor.solution, tensor([[1, 0.5], [1, 0.5]], { dtype: "f64" }), 64 * roundoff64);
  close(poor.residuals, tensor([0, 2], { dtype: "f64" }), 64 * roundoff64);
  assertEquals(poor.rank.item(), 1);
  assertEquals(lstsq(f64([0, 2], 1), f64([0], 1)).solution.toArray(), [0, 0]);
  assertEquals(lstsq(f64([2, 3, 2], 1), f64([3], 1)).rank.toArray(), [2, 2]);
});

Deno.test("decompositions nest in vmap, jit and grad", () => {
  const a = regular([4, 3, 3], 11) as Tensor<readonly [4, 3, 3], "f64">, b = uniform([3], -1, 1, 12);
  const loss = (x: Value) => sum(solve(x, b)) as Tensor<readonly [], "f64">;
  const whole = grad((x: typeof a) => loss(x))(a), each = vmap(grad((x: Tensor<readonly [3, 3], "f64">) => loss(x)));
  close(each(a), whole, 512 * roundoff64);
  close(jit(each)(a), whole, 512 * roundoff64);
  assertEquals(vmap((x: Tensor<readonly [3, 3], "f64">) => eigh(x).values)(a).toArray(), eigh(a).values.toArray());
});
