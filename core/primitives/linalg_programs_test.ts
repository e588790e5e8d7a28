import { arrayIn, assertNear, largest, roundoff32, roundoff64 } from "../../tests/laws/compare.ts";
import { make, uniform } from "../../tests/laws/values.ts";
import { runProgram } from "../compiler/program.ts";
import type { DType } from "../dtype.ts";
import type { Primitive } from "../primitive.ts";
import { fromArray, type NdArray, type Value } from "../tensor.ts";
import { eighP, qrP } from "./linalg_orthogonal.ts";
import { pinvP, svdP } from "./linalg_svd.ts";
import { choleskyP, luP, triangularSolveP } from "./linalg_triangular.ts";
import { assert, assertEquals } from "@std/assert";

function both<P>(prim: Primitive<P>, params: P, inputs: readonly Value[]): readonly [NdArray, NdArray][] {
  const arrays = inputs.map(arrayIn), expected = prim.reference(arrays, params), lowered = prim.lower(arrays, params);
  assert(lowered.kind === "program", `${prim.name} lowers to ${lowered.kind}`);
  assertEquals(lowered.program.captured, []);
  return runProgram(lowered.program, arrays).map((y, i) => [y, expected[i]!]);
}

/** Elements in (−½, ½) with 1, 2, … on the diagonal, besides: values apart from one another, definite where n is small. */
function separated(shape: readonly number[], seed: number, dtype: DType, diagonal: number): Value {
  const n = shape.at(-1)!, m = shape.at(-2)!, noise = arrayIn(uniform(shape, -0.5, 0.5, seed)).data;
  return make(shape, dtype, (i) => {
    const row = Math.floor(i / n) % m;
    return noise[i]! + (row === i % n ? diagonal + row : 0);
  });
}

const n = 24, shapes = [[n, n], [2, 17, 17]], rectangles = [[30, 8], [7, 20]];
for (const dtype of ["f64", "f32"] as const) {
  // The distance from 1 to the next number, twice the unit roundoff.
  const epsilon = 2 * (dtype === "f64" ? roundoff64 : roundoff32);
  // The norm is below 3n; eigenvalues and singular values are about 1 apart, so vectors are as well conditioned as values.
  // n steps, in each of which an element is rounded a few times, with errors that do not all add up.
  const check = <P>(prim: Primitive<P>, params: P, ...inputs: readonly Value[]): void =>
    both(prim, params, inputs).forEach(([y, expected], i) => {
      const bound = n * epsilon * Math.max(3 * n, largest([fromArray(expected)]));
      assertNear(y, expected, bound, `${prim.name} of ${inputs[0]!.shape}, output ${i}`);
    });
  Deno.test(`lowered linear algebra is the reference within n·ε·‖A‖ in ${dtype}`, () => {
    for (const shape of shapes) {
      const a = separated(shape, 1, dtype, n), b = uniform([...shape.slice(0, -1), 3], -1, 1, 2, dtype);
      check(choleskyP, undefined, a);
      check(luP, undefined, a);
      check(eighP, undefined, a);
      for (const lower of [true, false]) {
        for (const transpose of [true, false]) check(triangularSolveP, { lower, transpose, unitDiagonal: false }, a, b);
      }
    }
    for (const shape of [...shapes, ...rectangles]) {
      const a = separated(shape, 3, dtype, 4);
      check(qrP, { complete: false }, a);
      check(qrP, { complete: true }, a);
      check(svdP, undefined, a);
      check(pinvP, { tolerance: 1e-4 }, a);
    }
  });
}

const square = (xs: readonly number[]): Value => make([3, 3], "f64", (i) => xs[i]!);

Deno.test("lowered linear algebra agrees with the reference on matrices that have no inverse or no meaning", () => {
  const rankTwo = square([1, 2, 3, 4, 5, 6, 7, 8, 9]), zero = square(new Array(9).fill(0));
  const broken = square([1, NaN, 3, 4, 5, 6, 7, 8, 9]), endless = square([1, Infinity, 3, 4, 5, 6, 7, 8, 9]);
  for (const a of [rankTwo, zero, broken, endless]) {
    for (
      const results of [
        both(choleskyP, undefined, [a]),
        both(eighP, undefined, [a]).slice(0, 1),
        both(svdP, undefined, [a]).slice(1, 2),
        both(pinvP, { tolerance: 1e-10 }, [a]),
      ]
    ) {
      for (const [y, expected] of results) assertNear(y, expected, 2 ** 10 * roundoff64, "degenerate");
    }
  }
  for (const a of [rankTwo, zero]) both(luP, undefined, [a]).forEach(([y, e]) => assertNear(y, e, 0, "lu"));
});

Deno.test("factors of huge and of tiny matrices are those of ordinary ones, scaled, lowered too", () => {
  const xs = [4, 1, -2, 1, 3, 0.5, -2, 0.5, 1], columns = (x: readonly number[]) => x.filter((_, i) => i % 3 > 0);
  for (
    const [dtype, sizes] of [["f64", [2 ** 1021, 2 ** 600, 2 ** -960]], ["f32", [
      2 ** 125,
      2 ** 80,
      2 ** -100,
    ]]] as const
  ) {
    const factors = (size: number) => {
      const a = make([3, 3], dtype, (i) => xs[i]! * size), tall = make([3, 2], dtype, (i) => columns(xs)[i]! * size);
      return [both(eighP, undefined, [a]), both(qrP, { complete: false }, [tall]), both(svdP, undefined, [tall])];
    };
    const scaled = [[true, false], [false, true], [false, true, false]], ordinary = factors(1);
    for (const size of sizes) {
      factors(size).forEach((outputs, f) =>
        outputs.forEach((pair, i) =>
          pair.forEach((y, j) => {
            const by = scaled[f]![i]! ? size : 1;
            assertEquals([...y.data], Array.from(ordinary[f]![i]![j]!.data, (e) => e * by), `factor ${f}, output ${i}`);
          })
        )
      );
    }
  }
});

Deno.test("svd() of a matrix of lower rank still has orthonormal vectors, lowered too", () => {
  for (const a of [square(new Array(9).fill(1)), square(new Array(9).fill(0)), square([1, 2, 3, 2, 4, 6, 3, 6, 9])]) {
    const [u, , vt] = both(svdP, undefined, [a]);
    for (const q of [...u!, ...vt!]) {
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 3; j++) {
          const dot = [0, 1, 2].reduce((s, k) => s + q.data[k * 3 + i]! * q.data[k * 3 + j]!, 0);
          assert(Math.abs(dot - Number(i === j)) < 64 * roundoff64, `columns ${i} and ${j} have product ${dot}`);
        }
      }
    }
  }
});
