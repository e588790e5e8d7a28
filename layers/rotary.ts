/** Rotary positions: queries and keys turned by angles that grow with their place. */
import {
  add,
  cast,
  cos,
  type DType,
  DTypeError,
  expandDims,
  mul,
  reshape,
  reverse,
  type Shape,
  ShapeError,
  sin,
  type Tensor,
  tensor,
} from "../mod.ts";
import { requireChoice, requireNumber } from "./operands.ts";

/** Options of `rotary`. */
export interface RotaryOptions {
  /** The longest wave, over 2π, is nearly this; 10000 if left out. */
  readonly base?: number;
  /**
   * Which coordinates are turned together: neighbours, (0, 1), (2, 3), …, as in the paper, if left out; or coordinates
   * half the size apart, (0, D/2), (1, D/2 + 1), …
   */
  readonly pairs?: "interleaved" | "halves";
}

/** Options of a call of `rotary`. */
export interface RotaryCall extends RotaryOptions {
  /** The places, whole numbers that broadcast to `[...L, T]`; 0, 1, …, T − 1 if left out. */
  readonly positions?: Tensor<Shape, DType>;
}

/**
 * Vectors turned by their positions: the i-th pair of coordinates by the angle position · base^(−2i/D). The inner product
 * of a turned query and a turned key depends on their distance alone.
 *
 * @param x Floats `[...L, T, D]`, D even: queries or keys. @param options `positions`, `base`, `pairs`.
 * @returns The turned vectors, `[...L, T, D]`.
 * @throws {ShapeError} If D is odd, or there is no axis of positions.
 * @throws {ArgumentError} If the base is not positive, or `pairs` is neither of its values.
 * @throws {DTypeError} If positions are no whole numbers.
 * @see Su et al., RoFormer, 2021, https://arxiv.org/abs/2104.09864
 *
 * @example Position 0 stays, position 1 turns by one radian
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { rotary } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const y = rotary(tensor([[1, 0], [1, 0]])).toArray();
 * [[1, 0], [Math.cos(1), Math.sin(1)]].forEach((row, t) =>
 *   row.forEach((v, i) => assertAlmostEquals(y[t]![i]!, v, 1e-6))
 * );
 * ```
 */
export function rotary<S extends Shape, D extends DType>(x: Tensor<S, D>, options: RotaryCall = {}): Tensor<S, D> {
  requireRotary("rotary", options);
  const { base = 10000, pairs = "interleaved", positions } = options, v = x as unknown as Tensor;
  if (v.rank < 2) {
    throw new ShapeError(`rotary: vectors [${v.shape.join(", ")}] lack an axis of positions; want [..., T, D]`);
  }
  const [length, size] = v.shape.slice(-2) as [number, number], half = size / 2;
  if (size % 2 !== 0) {
    throw new ShapeError(`rotary: vectors of ${size} are not made of pairs; give them an even size`);
  }
  const frequency = Array.from({ length: half }, (_, i) => base ** (-i / half));
  // A pair is two rows (halves) or two columns (interleaved) of a matrix of coordinates: both are views.
  const apart = pairs === "halves", form = apart ? [2, half] : [half, 2], pair = apart ? -2 : -1;
  const wide = reshape(v, [...v.shape.slice(0, -1), ...form]) as Tensor;
  const [c, s] = positions === undefined
    ? tables(length, frequency, v.dtype, apart)
    : turns(positions, frequency, v.dtype, apart);
  const turned = add(mul(wide, c) as Tensor, mul(reverse(wide, { axis: pair }) as Tensor, s) as Tensor) as Tensor;
  return reshape(turned, v.shape) as unknown as Tensor<S, D>;
}

/** Cosines `[T, 1, half]` and sines with signs `[T, 2, half]`, of positions 0, 1, …; the last two axes change places. */
function tables(length: number, frequency: readonly number[], dtype: DType, apart: boolean): readonly [Tensor, Tensor] {
  const half = frequency.length, cosines = new Float64Array(length * half), sines = new Float64Array(2 * length * half);
  for (let t = 0; t < length; t++) {
    frequency.forEach((f, i) => {
      cosines[t * half + i] = Math.cos(t * f);
      const first = 2 * t * half + (apart ? i : 2 * i), second = first + (apart ? half : 1);
      sines[second] = Math.sin(t * f);
      sines[first] = -sines[second]!;
    });
  }
  const made = (data: Float64Array, shape: Shape) => constant(data, dtype, shape);
  return apart
    ? [made(cosines, [length, 1, half]), made(sines, [length, 2, half])]
    : [made(cosines, [length, half, 1]), made(sines, [length, half, 2])];
}

/** The same for positions that are computed. */
function turns(
  positions: Tensor<Shape, DType>,
  frequency: readonly number[],
  dtype: DType,
  apart: boolean,
): readonly [Tensor, Tensor] {
  if (!["i32", "u32", "u8"].includes(positions.dtype)) {
    throw new DTypeError(`rotary: positions are whole numbers, not ${positions.dtype}; cast them to i32`);
  }
  const made = (data: readonly number[]) => constant(data, dtype, [data.length]);
  const at = expandDims(cast(positions, dtype as "f32") as Tensor, [positions.rank, positions.rank + 1]) as Tensor;
  const wave = expandDims(made(frequency), apart ? 0 : 1) as Tensor;
  const angle = mul(at, wave) as Tensor, sign = expandDims(made([-1, 1]), apart ? 1 : 0) as Tensor;
  return [cos(angle) as Tensor, mul(sin(angle) as Tensor, sign) as Tensor];
}

/** Numbers as a tensor, of the dtype from the start: a compiled program reads them as they are. */
function constant(data: ArrayLike<number>, dtype: DType, shape: Shape): Tensor {
  return tensor(dtype === "f64" ? Float64Array.from(data) : Float32Array.from(data), { shape }) as unknown as Tensor;
}

/** Throws unless options are in range. */
export function requireRotary(op: string, { base = 10000, pairs = "interleaved" }: RotaryOptions): void {
  requireNumber(op, "base", base, (b) => b > 0, "a positive number");
  requireChoice(op, "pairs", pairs, ["interleaved", "halves"]);
}
