/** Positions added to the vectors of a sequence: waves, or learned. */
import { add, type DType, dynamicSlice, type Key, type Shape, ShapeError, slice, type Tensor, tensor } from "../mod.ts";
import { type Initializer, normalInit } from "./initializers.ts";
import { grow, type Net, type Spec } from "./net.ts";
import { requireChoice, requireCount, requireNumber } from "./operands.ts";

/** Options of `sinusoidalPositions`. */
export interface SinusoidalOptions<D extends DType = "f32"> {
  /** The longest wave, over 2π, is nearly this; 10000 if left out. */
  readonly base?: number;
  /** f32 if left out, or f64. */
  readonly dtype?: D;
}

/**
 * Positions as waves: sin(t / base^(2i/D)) at coordinate 2i and the cosine at 2i + 1.
 *
 * @param length Number of positions T. @param size Number of coordinates D. @param options `base`, `dtype`.
 * @returns A table `[T, D]`.
 * @throws {ArgumentError} If a size is no whole number of 0 or more, the base is not positive, or the dtype no float's.
 * @see Vaswani et al., Attention is all you need, 2017, section 3.5, https://arxiv.org/abs/1706.03762
 *
 * @example Position 0 is all sin 0 and cos 0
 * ```ts
 * import { sinusoidalPositions } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sinusoidalPositions(2, 4).toArray()[0], [0, 1, 0, 1]);
 * ```
 */
export function sinusoidalPositions<const T extends number, const D extends number, E extends DType = "f32">(
  length: T,
  size: D,
  options: SinusoidalOptions<E> = {},
): Tensor<readonly [T, D], E> {
  const { base = 10000, dtype = "f32" as E } = options;
  requireCount("sinusoidalPositions", "length", length);
  requireCount("sinusoidalPositions", "size", size);
  requireNumber("sinusoidalPositions", "base", base, (b) => b > 0, "a positive number");
  requireChoice("sinusoidalPositions", "dtype", dtype, ["f32", "f64"]);
  // Of the dtype from the start, so that a compiled program reads it as it is.
  const data = dtype === "f64" ? new Float64Array(length * size) : new Float32Array(length * size);
  for (let t = 0; t < length; t++) {
    for (let i = 0; i < size; i++) {
      const angle = t * base ** (-(i - i % 2) / size);
      data[t * size + i] = i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return tensor(data, { shape: [length, size] }) as unknown as Tensor<readonly [T, D], E>;
}

/** Options of `learnedPositionsInit`. */
export interface LearnedPositionsOptions {
  /** How they start; normal with deviation 0.02 if left out. */
  readonly weights?: Initializer;
}

/**
 * Fresh learned positions.
 *
 * @param key A key, used here only. @param length Number of positions T. @param size Number of coordinates D.
 * @param options `weights`: an initializer.
 * @returns A table `[T, D]`.
 * @throws {ArgumentError} If a size is no whole number of 0 or more.
 *
 * @example Eight positions
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { learnedPositionsInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(learnedPositionsInit(key(0), 8, 4).shape, [8, 4]);
 * ```
 */
export function learnedPositionsInit<const T extends number, const D extends number>(
  key: Key,
  length: T,
  size: D,
  options: LearnedPositionsOptions = {},
): Tensor<readonly [T, D]> {
  requireCount("learnedPositionsInit", "length", length);
  requireCount("learnedPositionsInit", "size", size);
  return (options.weights ?? normalInit(0.02))(key, [length, size]);
}

/** Options of `positionsWith`. */
export interface PositionsCall {
  /** The first vector's position, 0 if left out: a whole number, or an integer scalar where it is computed. */
  readonly offset?: number | Tensor<readonly [], "i32">;
}

/**
 * Adds rows of a table of positions to the vectors of a sequence.
 *
 * @param table Positions `[N, D]`, learned or `sinusoidalPositions`.
 * @param options `offset`: the first vector's position. A computed one past the table reads its end.
 * @returns A function from `[...L, T, D]`, T ≤ N, to its like.
 * @throws {ShapeError} If the sequence is longer than the table or its vectors have another size.
 * @throws {ArgumentError} If the offset is a number, but no whole number of 0 or more.
 *
 * @example The second vector is at position 1
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { positionsWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const table = tensor([[1], [2], [3]]);
 * assertEquals(positionsWith(table)(tensor([[0], [0]])).toArray(), [[1], [2]]);
 * assertEquals(positionsWith(table, { offset: 2 })(tensor([[0]])).toArray(), [[3]]);
 * ```
 */
export function positionsWith<N extends number, D extends number, F extends DType = "f32">(
  table: Tensor<readonly [N, D], F>,
  options: PositionsCall = {},
): <L extends Shape, T extends number>(x: Tensor<readonly [...L, T, D], F>) => Tensor<readonly [...L, T, D], F> {
  const rows = table as unknown as Tensor, { offset = 0 } = options;
  if (typeof offset === "number") requireCount("positionsWith", "offset", offset);
  return ((x: Tensor) => {
    const [length, size] = x.shape.slice(-2) as [number, number], first = typeof offset === "number" ? offset : 0;
    if (x.rank < 2 || size !== rows.shape[1] || first + length > rows.shape[0]!) {
      throw new ShapeError(
        `positionsWith: a sequence [${x.shape.join(", ")}]${
          first === 0 ? "" : ` from position ${first}`
        } does not fit a table [${
          rows.shape.join(", ")
        }]; want [..., T, D] with as many positions and as large vectors`,
      );
    }
    const own = typeof offset === "number"
      ? slice(rows, [offset], [offset + length]) as Tensor
      : dynamicSlice(rows, [offset, 0], [length, size]) as Tensor;
    return add(x, own);
  }) as never;
}

/** Learned positions of a layer, `[N, D]`. */
export interface LearnedPositions<N extends number, D extends number> {
  /** A row for each position. */
  readonly table: Tensor<readonly [N, D]>;
}

/** Options of `positions`. */
export interface PositionsOptions extends LearnedPositionsOptions {
  /** Of waves: the longest, over 2π, is nearly this; 10000 if left out. */
  readonly base?: number;
}

/** What a layer of positions learns: nothing, or a table in one entry. */
export type PositionsParams<K, T extends number, D extends number> = K extends "learned"
  ? readonly [LearnedPositions<T, D>]
  : readonly [];

/**
 * Positions as a layer: a table of waves or of learned vectors added to each sequence.
 *
 * @param kind `"sinusoidal"` or `"learned"`. @param options `base` of the waves; `weights`: how learned ones start.
 * @returns From a net of sequences `[...L, T, D]` to the net with positions added; learned ones are an entry of parameters.
 * @throws {ArgumentError} If the kind is neither. @throws {ShapeError} If an example has no axis of positions.
 * @see Vaswani et al., Attention is all you need, 2017, https://arxiv.org/abs/1706.03762
 *
 * @example Learned positions
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { input, positions } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([8, 4]), positions("learned"));
 * assertEquals(net.init(key(0)).params[0].table.shape, [8, 4]);
 * ```
 */
export function positions<const K extends "sinusoidal" | "learned">(
  kind: K,
  options: PositionsOptions = {},
): <
  I,
  L extends Shape,
  T extends number,
  D extends number,
  P extends readonly unknown[],
  S extends readonly unknown[],
>(
  net: Net<I, Spec<readonly [...L, T, D], "f32">, P, S>,
) => Net<I, Spec<readonly [...L, T, D], "f32">, readonly [...P, ...PositionsParams<K, T, D>], S> {
  requireChoice("positions", "kind", kind, ["sinusoidal", "learned"]);
  return (net) => {
    const shape: Shape = net.output.shape;
    if (shape.length < 2) {
      throw new ShapeError(`positions: an example [${shape.join(", ")}] is no sequence of vectors; want [..., T, D]`);
    }
    const [length, size] = shape.slice(-2) as [number, number], { base } = options;
    const apply = (table: Tensor<readonly [number, number]>, x: unknown) =>
      positionsWith(table)(x as Tensor<readonly [number, number]>);
    const name = `positions(${kind})`, output = net.output;
    if (kind === "learned") {
      return grow(net, {
        name,
        output,
        params: (key): LearnedPositions<number, number> => ({
          table: learnedPositionsInit(key, length, size, options),
        }),
        apply: (p, s, x) => [apply((p as LearnedPositions<number, number>).table, x), s],
      });
    }
    const waves = sinusoidalPositions(length, size, base === undefined ? {} : { base });
    return grow(net, { name, output, apply: (_, s, x) => [apply(waves, x), s] });
  };
}
