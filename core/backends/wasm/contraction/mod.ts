/**
 * Contractions as WebAssembly: matrix products in all their transposed, strided and batched forms, and convolutions and
 * their gradients as contractions over overlapping views. Code is made for one shape: sizes and strides are constants.
 *
 * The result does not depend on how the work is shared out, nor on the choices of {@linkcode Tile}: each element adds
 * its products in order within a block of the sum, and the sums of the blocks in order. (A vector times a matrix that
 * is contiguous along the sum has partial sums side by side; `vector.ts` says in which order.)
 */
import { relaxedSimd } from "../features.ts";
import { Func } from "../function.ts";
import { drive } from "./drive.ts";
import { entryOf } from "./entry.ts";
import { Lanes } from "./lanes.ts";
import { planOf, type Tile } from "./plan.ts";
import { type Contraction, normalise, type Problem, sizeOf } from "./problem.ts";
import { vectorProduct } from "./vector.ts";
import { zeros } from "./zero.ts";

export type { Axis, Contraction } from "./problem.ts";
export type { Tile } from "./plan.ts";

/** How the code may be made. */
export interface ContractionOptions {
  /** Whether products are added in one rounding, by relaxed SIMD where the engine has it. */
  readonly fma: boolean;
  /** Choices left to the caller. */
  readonly tile?: Tile;
}

/** The code of a contraction. */
export interface ContractionKernel {
  /** All functions to put in the module. */
  readonly functions: readonly Func[];
  /**
   * `(a, b, c, work, from, to)`: byte addresses of the first elements, scratch memory, and a range of units. Up to 16
   * bytes past the end of a, b and c may be read, and nothing but elements of c and the scratch memory is written.
   */
  readonly entry: Func;
  /** Any split of `0 … units` into ranges gives the same bits. */
  readonly units: number;
  /** Bytes of scratch memory a thread needs; 16-byte aligned is best. */
  readonly workBytes: number;
}

/** The code that computes a contraction, overwriting c. */
export function contraction(c: Contraction, { fma, tile = {} }: ContractionOptions): ContractionKernel {
  const problem = normalise(c), elements = sizeOf([...c.batch, ...c.rows, ...c.columns]);
  if (elements === 0 || sizeOf(c.inner) === 0) {
    const entry = elements === 0 ? new Func("contraction", new Array(6).fill("i32")) : zeros(problem);
    return { functions: [entry], entry, units: elements === 0 ? 0 : 1, workBytes: 0 };
  }
  const lanes = new Lanes(c.dtype, fma && relaxedSimd);
  const few = fewRows(problem, lanes), vector = few === null ? null : vectorProduct(few, lanes);
  const part = vector ?? drive(planOf(problem, lanes, tile)), whole = vector === null ? problem : few!;
  const entry = entryOf(whole, part);
  return {
    functions: [...part.functions, entry],
    entry,
    units: part.groups * sizeOf(whole.batch),
    workBytes: part.workBytes,
  };
}

/**
 * A problem of one row as one without rows. So few rows of a product with a matrix that is no small part of the caches become
 * indices of a batch, to go one by one: what counts is the stream of the matrix.
 */
function fewRows(problem: Problem, { bytes }: Lanes): Problem | null {
  const rows = sizeOf(problem.rows), matrix = sizeOf([...problem.columns, ...problem.inner]) * bytes;
  if (rows > 3 || (rows > 1 && matrix <= 1 << 18)) return null;
  return { ...problem, batch: [...problem.batch, ...problem.rows], rows: [] };
}
