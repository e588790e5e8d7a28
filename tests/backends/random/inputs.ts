/** Random inputs: few sizes and dtypes a program, so that values fit each other. */
import { alloc, isFloat } from "../../../core/dtype.ts";
import { Concrete } from "../../../core/tensor.ts";
import type { DType, Shape, TypedArray, Value } from "../../../mod.ts";
import { volume } from "./cell.ts";
import fc from "fast-check";

const sizes = [3, 1, 2, 4, 5, 7, 8, 16, 17, 33, 65, 0];

/** Elements: small whole numbers with ties, reals, numbers of every magnitude, or the special ones among them. */
function elements(
  dtype: DType,
  n: number,
  flavour: number,
  seed: number,
): TypedArray {
  const data = alloc(dtype, n);
  let state = seed >>> 0;
  const next = (): number => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 >>> 0;
    return (state ^ state >>> 13) >>> 0;
  };
  const special = [NaN, Infinity, -Infinity, 0, -0, 1e-40, 1, -1, 5e-324, 16777217, -2.5];
  for (let i = 0; i < n; i++) {
    const r = next(), real = r / 2 ** 31 - 1;
    if (dtype === "bool") data[i] = r >>> 7 & 1;
    else if (!isFloat(dtype)) data[i] = flavour < 2 ? (r >>> 5) % 9 - (dtype === "i32" ? 4 : 0) : r;
    else if (flavour === 0) data[i] = (r >>> 5) % 9 - 4;
    else if (flavour === 1) data[i] = 2 * real;
    else if (flavour === 2) data[i] = real * 10 ** (((r >>> 3) % 9) - 4);
    else data[i] = (r >>> 9) % 3 === 0 ? special[(r >>> 4) % special.length]! : 3 * real;
  }
  return data;
}

/** Elements that an input may have at most, about. */
const limit = 2200;

/** A number that decides something. */
export const number: fc.Arbitrary<number> = fc.noBias(fc.nat(2 ** 20));

/** Inputs of random programs, of some dtypes, with elements of the first `flavours` kinds. */
export const inputs = (allowed: readonly DType[], flavours: number): fc.Arbitrary<readonly Value[]> =>
  fc.noBias(fc.record({
    palette: fc.array(fc.constantFrom(...sizes), { minLength: 3, maxLength: 3 }),
    dtypes: fc.array(fc.constantFrom(...allowed), { minLength: 3, maxLength: 3 }),
    wide: fc.nat(19),
    given: fc.array(
      fc.record({
        dims: fc.array(fc.nat(3), { maxLength: 4, size: "max" }),
        dtype: fc.nat(2),
        flavour: fc.nat(flavours - 1),
        seed: number,
      }),
      { minLength: 1, maxLength: 4, size: "max" },
    ),
  })).map(({ palette, dtypes, wide, given }) =>
    given.map(({ dims, dtype, flavour, seed }) => {
      const of = [...palette, 1], shape: number[] = [];
      // Now and then a long axis.
      if (wide === 19) of[0] = 1025;
      for (const d of dims) shape.push(volume(shape) * of[d]! > limit ? 1 : of[d]!);
      return new Concrete(shape as Shape, dtypes[dtype]!, elements(dtypes[dtype]!, volume(shape), flavour, seed));
    })
  );
