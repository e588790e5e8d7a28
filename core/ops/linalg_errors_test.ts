import { bool, f32, f64, i32 } from "../../tests/laws/values.ts";
import { AdjointError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { grad } from "../transforms/grad.ts";
import { cholesky, det, inv, lu, pinv, qr, slogdet } from "./linalg.ts";
import { eigh, eigvalsh, lstsq, solve, svd, svdvals, triangularSolve } from "./linalg_solve.ts";
import { sum } from "./reduce.ts";
import { assertThrows } from "@std/assert";

// deno-lint-ignore no-explicit-any -- the compiler rejects some of these calls; untyped code makes them
type Untyped = any;

const x23 = f32([2, 3], 1), x4 = f32([4], 2), n22 = i32([2, 2], 3), t22 = bool([2, 2], 4), x22 = f32([2, 2], 5);

/** Wrong calls of linear algebra, each with the whole message it gives. */
export const linalgErrors: readonly { readonly call: () => unknown; readonly message: string }[] = [
  ...Object.entries({
    cholesky,
    lu,
    eigh,
    eigvalsh,
    inv,
    det,
    slogdet,
    solve,
    triangularSolve,
    qr,
    svd,
    svdvals,
    pinv,
    lstsq,
  })
    .flatMap(([name, f]) => {
      const square = !["qr", "svd", "svdvals", "pinv", "lstsq"].includes(name);
      const takes = square ? "square matrices" : "matrices";
      const system = ["solve", "triangularSolve", "lstsq"].includes(name);
      const call = (a: Untyped) => () => system ? (f as Untyped)(a, x4) : (f as Untyped)(a);
      return [
        { call: call(x4), message: `${name}: takes matrices, at least 2 axes, not 4; reshape it` },
        { call: call(f32([], 1)), message: `${name}: takes matrices, at least 2 axes, not scalar; reshape it` },
        { call: call(n22), message: `${name}: takes f32 or f64, not i32; cast it first` },
        { call: call(t22), message: `${name}: takes f32 or f64, not bool; cast it first` },
        {
          call: call([[1]]),
          message: `${name}: expected a tensor as ${
            system ? "matrix" : "argument"
          }, got an array; wrap it: tensor([…])`,
        },
        ...(square
          ? [{ call: call(x23), message: `${name}: takes ${takes}, not 2×3; the last two axes must be equal` }]
          : []),
      ];
    }),
  ...Object.entries({ solve, triangularSolve, lstsq }).flatMap(([name, f]) => [
    {
      call: () => (f as Untyped)(x22, x4),
      message: `${name}: 2×2 does not fit the right-hand side 4; it needs 2 rows, one for each of the matrix's`,
    },
    {
      call: () => (f as Untyped)(x22, f32([3, 2], 1)),
      message: `${name}: 2×2 does not fit the right-hand side 3×2; it needs 2 rows, one for each of the matrix's`,
    },
    {
      call: () => (f as Untyped)(x22, f32([], 1)),
      message: `${name}: the right-hand side is a scalar; give a vector or a matrix with 2 rows`,
    },
    {
      call: () => (f as Untyped)(x22, [1, 2]),
      message: `${name}: expected a tensor as right-hand side, got an array; wrap it: tensor([…])`,
    },
    { call: () => (f as Untyped)(x22, i32([2], 1)), message: `${name}: takes f32 or f64, not i32; cast it first` },
    {
      call: () => (f as Untyped)(f32([3, 2, 2], 1), f32([4, 2, 1], 1)),
      message: `${name}: cannot broadcast 3 with 4; sizes must be equal or 1, counted from the last axis`,
    },
  ]),
  {
    call: () => triangularSolve(x22, f32([2, 3], 1), { side: "right" }),
    message:
      "triangularSolve: 2×2 does not fit the right-hand side 2×3; on the right it needs 2 columns, one for each row of the matrix",
  },
  {
    call: () => triangularSolve(x22, x22, { side: "top" as Untyped }),
    message: 'triangularSolve: side is "left" or "right", not top',
  },
  {
    call: () => triangularSolve(x22, x22, { lower: 1 as Untyped }),
    message: "triangularSolve: lower is true or false, not 1",
  },
  {
    call: () => triangularSolve(x22, x22, true as Untyped),
    message: "triangularSolve: options are an object, not true; write { lower: true }",
  },
  { call: () => qr(x22, 1 as Untyped), message: "qr: options are an object, not 1; write { complete: true }" },
  {
    call: () => qr(x22, { complete: "yes" as Untyped }),
    message: 'qr: complete is true or false, not "yes"',
  },
  {
    call: () => grad((x: Tensor) => sum(qr(x, { complete: true }).q))(f32([3, 2], 1) as Tensor),
    message:
      "qr: columns of Q beyond the first 2 are not determined by a 3×2 matrix and have no derivative; use the reduced form",
  },
  {
    call: () => pinv(x23, { tolerance: -1 }),
    message: "pinv: tolerance is a number, 0 or more, not -1",
  },
  {
    call: () => lstsq(f64([2, 2], 1), f64([2], 1), { tolerance: NaN }),
    message: "lstsq: tolerance is a number, 0 or more, not NaN",
  },
];

linalgErrors.forEach(({ call, message }) =>
  Deno.test(`a wrong call says: ${message}`, () => {
    const error = assertThrows(call, AdjointError);
    if (error.message !== message) throw new Error(`it says: ${error.message}`);
  })
);
