/** Max pooling that remembers where, and pools undone. */
import {
  arange,
  broadcastTo,
  cast,
  type FloatDType,
  jvp,
  linearTranspose,
  type Padding,
  type PerAxis,
  reshape,
  scatter,
  type Shape,
  ShapeError,
  stack,
  stopGradient,
  type Tensor,
  type Value,
  zeros,
} from "../mod.ts";
import { grow, type Net, type Spec } from "./net.ts";
import type { MaxPoolOptions } from "./pool.ts";
import { overProduct, type PoolLayer, poolWindows, reduceOver } from "./pooling.ts";
import {
  type AnySizes,
  overLeading,
  paddingOf,
  perAxis,
  placeWindows,
  requireNames,
  sizeList,
  type SlidOver,
  spatialShape,
  type Windows,
} from "./windows.ts";

/** The pool that is undone. */
export interface UnpoolOptions {
  /** Its stride; the window's size if left out. */
  readonly stride?: PerAxis;
  /** Its padding; none if left out. */
  readonly padding?: Padding;
  /** The spatial sizes of the result; (size − 1) · stride + window − padding if left out. */
  readonly outputSize?: PerAxis;
}

/** From a net of examples `[…spatial, C]` to one of pairs of examples `[…windows, C]`: elements, and their places. */
export type IndicesLayer = <
  I,
  Sp extends Shape,
  C extends number,
  P extends readonly unknown[],
  S extends readonly unknown[],
>(
  net: Net<I, Spec<readonly [...Sp, C], "f32">, P, S>,
) => Net<
  I,
  readonly [Spec<readonly [...AnySizes<Sp>, C], "f32">, Spec<readonly [...AnySizes<Sp>, C], "i32">],
  P,
  S
>;

/** From a net of pairs of examples, elements and their places, to one of examples `[…sizes, C]`. */
export type UnpoolLayer = <
  I,
  Sp extends Shape,
  C extends number,
  P extends readonly unknown[],
  S extends readonly unknown[],
>(
  net: Net<I, readonly [Spec<readonly [...Sp, C], "f32">, Spec<Shape, "i32">], P, S>,
) => Net<I, Spec<readonly [...AnySizes<Sp>, C], "f32">, P, S>;

const size = (s: Shape): number => s.reduce((a, b) => a * b, 1);

/**
 * The largest element of every window, and where it stands: its place in the row-major order of the spatial axes.
 *
 * @param window The window's size on each spatial axis, a list.
 * @param options `stride` (the window's size if left out), `padding`, `dilation`, `ceilMode`.
 * @returns A function from `[...L, …spatial, C]` to two tensors `[...L, …windows, C]`: elements, and places, i32 (the
 *   switches of {@linkcode maxUnpoolWith}).
 * @throws {ShapeError} If a window is wider than the padded input or sees padding only, or an f32 image has more than 2²⁴
 *   places. @throws {ArgumentError} If an option is out of range.
 * @see Zeiler and Fergus, Visualizing and understanding convolutional networks, 2014, https://arxiv.org/abs/1311.2901
 *
 * @example The larger of every two, and where they were
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { maxPoolIndicesWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const [values, places] = maxPoolIndicesWith([2])(tensor([[1], [3], [2], [0]]));
 * assertEquals([values.toArray(), places.toArray()], [[[3], [2]], [[1], [2]]]);
 * ```
 */
export function maxPoolIndicesWith<const W extends Shape>(
  window: W,
  options: MaxPoolOptions = {},
): <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
) => readonly [Tensor<SlidOver<S, W, "kept">, D>, Tensor<SlidOver<S, W, "kept">, "i32">] {
  const op = "maxPoolIndices", sizes = sizeList(op, "window", window);
  requireNames(op, options, ["stride", "padding", "ceilMode", "dilation"]);
  const pooled = (x: Value): readonly [Value, Value] => {
    const spatial = x.shape.slice(1, -1), w = poolWindows(op, spatial, sizes, options), places = size(spatial);
    if (x.dtype === "f32" && places > 2 ** 24) {
      throw new ShapeError(`${op}: ${places} places are more than f32 counts; cast the input to f64`);
    }
    // The derivative of a max pool picks, from any tangent, the elements that won: here from their places.
    const order = reshape(arange(places, { dtype: x.dtype as FloatDType }) as Value, [1, ...spatial, 1]) as Value;
    const tangent = broadcastTo(order, x.shape) as Value;
    const [values, at] = jvp((y: Value) => reduceOver("max", y, w), [x], [tangent]);
    return [values, cast(stopGradient(at), "i32") as Value];
  };
  return ((x: Value) => {
    let at: Value | undefined;
    const values = overLeading(op, sizes.length, x, (y) => {
      const [v, places] = pooled(y);
      at = places;
      return v;
    });
    return [values, reshape(at!, values.shape)];
  }) as never;
}

/**
 * A layer that keeps the largest element of every window, and where it stood.
 *
 * @param window The window's size: a number for every spatial axis, or a list.
 * @param options `stride` (the window's size if left out), `padding`, `dilation`, `ceilMode`.
 * @returns From a net of examples `[…spatial, C]` to one of pairs: elements, f32, and places, i32, both `[…windows, C]`.
 * @throws {ShapeError} If a window is wider than the padded example or sees padding only.
 * @throws {ArgumentError} If an option is out of range.
 * @see Zeiler and Fergus, Visualizing and understanding convolutional networks, 2014, https://arxiv.org/abs/1311.2901
 *
 * @example Pooled, and put back
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { tensor } from "@adjoint/adjoint";
 * import { input, maxPoolIndices, maxUnpool } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([4, 1]), maxPoolIndices(2), maxUnpool(2)), x = tensor([[[1], [3], [2], [0]]]);
 * assertEquals(net.apply([], [], x, { mode: "eval" })[0].toArray(), [[[0], [3], [2], [0]]]);
 * ```
 */
export function maxPoolIndices(window: PerAxis, options: MaxPoolOptions = {}): IndicesLayer {
  const op = "maxPoolIndices";
  return ((net: Net<unknown, Spec>) => {
    const [spatial, channels] = spatialShape(op, net.output.shape);
    const sizes = perAxis(op, "window", window, spatial.length), pool = maxPoolIndicesWith(sizes, options);
    const shape = [...poolWindows(op, spatial, sizes, options).counts, channels];
    return grow(net, {
      name: `${op}(${JSON.stringify(window)})`,
      output: [{ shape, dtype: "f32" }, { shape, dtype: "i32" }],
      apply: (_, s, x) => [pool(x as Tensor), s],
    });
  }) as never;
}

/** The windows of the pool that gave `counts` of them. */
function windowsBefore(op: string, counts: Shape, window: Shape, options: UnpoolOptions): Windows {
  const n = counts.length, stride = perAxis(op, "stride", options.stride ?? window, n);
  const { padding = "valid" } = options;
  const room = paddingOf(op, padding, n, (a) => {
    const more = window[a]! - stride[a]!;
    return more < 0 ? [0, more] : [Math.floor(more / 2), Math.ceil(more / 2)];
  });
  const least = counts.map((c, a) => (c - 1) * stride[a]! + window[a]! - room[a]![0] - room[a]![1]);
  const sizes = options.outputSize === undefined ? least : perAxis(op, "outputSize", options.outputSize, n);
  if (sizes.some((d) => d < 1)) throw new ShapeError(`${op}: nothing is left of the output, [${sizes.join(", ")}]`);
  for (const ceilMode of [false, true]) {
    const w = placeWindows(op, "window", sizes, window, { stride, padding, ceilMode });
    if (w.counts.every((c, a) => c === counts[a])) return w;
  }
  throw new ShapeError(
    `${op}: outputSize [${sizes.join(", ")}] does not pool to [${counts.join(", ")}]; [${least.join(", ")}] does`,
  );
}

const unpoolNames = ["stride", "padding", "outputSize"];

/**
 * Elements put at the places they were taken from by {@linkcode maxPoolIndicesWith}, zeros elsewhere. Of several for one
 * place, which overlapping windows can give, the last stays.
 *
 * @param window The pool's window on each spatial axis, a list.
 * @param options `stride` (the window's size if left out) and `padding` of the pool; `outputSize`, for sizes it rounded away.
 * @returns A function from elements and places, both `[...L, …windows, C]`, to `[...L, …sizes, C]`.
 * @throws {ShapeError} If elements and places differ in shape, or `outputSize` is not one that pools to them.
 * @throws {ArgumentError} If an option is out of range.
 * @see Zeiler and Fergus, Visualizing and understanding convolutional networks, 2014, https://arxiv.org/abs/1311.2901
 *
 * @example The winners where they were
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { maxUnpoolWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const places = tensor([[1], [2]], { dtype: "i32" });
 * assertEquals(maxUnpoolWith([2])(tensor([[3], [2]]), places).toArray(), [[0], [3], [2], [0]]);
 * ```
 */
export function maxUnpoolWith<const W extends Shape>(
  window: W,
  options: UnpoolOptions = {},
): <S extends Shape, D extends FloatDType>(
  values: Tensor<S, D>,
  places: Tensor<S, "i32">,
) => Tensor<SlidOver<S, W, "kept">, D> {
  const op = "maxUnpool", sizes = sizeList(op, "window", window);
  requireNames(op, options, unpoolNames);
  return ((values: Value, places: Value) => {
    if (values.shape.length !== places.shape.length || values.shape.some((d, a) => d !== places.shape[a])) {
      throw new ShapeError(
        `${op}: elements [${values.shape.join(", ")}] and places [${places.shape.join(", ")}] differ in shape; ` +
          "give both as maxPoolIndices gave them",
      );
    }
    return overLeading(op, sizes.length, values, (y) => {
      const counts = y.shape.slice(1, -1), spatial = windowsBefore(op, counts, sizes, options).sizes;
      const flat = [y.shape[0]!, size(counts), y.shape.at(-1)!] as const;
      const along = (axis: number) =>
        broadcastTo(reshape(arange(flat[axis]!) as Value, flat.map((d, a) => a === axis ? d : 1)) as Value, flat);
      const at = stack([along(0), reshape(places, flat), along(2)] as Value[], { axis: 3 }) as never;
      const empty = zeros([flat[0], size(spatial), flat[2]], { dtype: y.dtype }) as Value;
      return reshape(scatter(empty, at, reshape(y, flat) as never) as Value, [flat[0], ...spatial, flat[2]]) as Value;
    });
  }) as never;
}

/**
 * A layer that puts elements at the places they were taken from, zeros elsewhere.
 *
 * @param window The pool's window: a number for every spatial axis, or a list.
 * @param options `stride` (the window's size if left out) and `padding` of the pool; `outputSize`, for sizes it rounded away.
 * @returns From a net of pairs, elements and places as {@linkcode maxPoolIndices} gives them, to one of `[…sizes, C]`.
 * @throws {ShapeError} If `outputSize` is not one that pools to them. @throws {ArgumentError} If an option is out of range.
 * @see Zeiler and Fergus, Visualizing and understanding convolutional networks, 2014, https://arxiv.org/abs/1311.2901
 *
 * @example The size from before
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { input, maxPoolIndices, maxUnpool } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([7, 7, 4]), maxPoolIndices(2), maxUnpool(2, { outputSize: 7 }));
 * assertEquals(net.output.shape, [7, 7, 4]);
 * ```
 */
export function maxUnpool(window: PerAxis, options: UnpoolOptions = {}): UnpoolLayer {
  const op = "maxUnpool";
  return ((net: Net<unknown, readonly [Spec, Spec]>) => {
    const [counts, channels] = spatialShape(op, net.output[0].shape);
    const sizes = perAxis(op, "window", window, counts.length), unpooled = maxUnpoolWith(sizes, options);
    return grow(net, {
      name: `${op}(${JSON.stringify(window)})`,
      output: { shape: [...windowsBefore(op, counts, sizes, options).sizes, channels], dtype: "f32" },
      apply: (_, s, x) => {
        const [values, places] = x as readonly [Tensor, Tensor<Shape, "i32">];
        return [unpooled(values, places), s];
      },
    });
  }) as never;
}

/**
 * Every element at all places of its window; where windows overlap their mean, where there is none 0. An average pool
 * with windows side by side gives the elements back.
 *
 * @param window The pool's window on each spatial axis, a list.
 * @param options `stride` (the window's size if left out) and `padding` of the pool; `outputSize`, for sizes it rounded away.
 * @returns A function from `[...L, …windows, C]` to `[...L, …sizes, C]`.
 * @throws {ShapeError} If `outputSize` is not one that pools to them. @throws {ArgumentError} If an option is out of range.
 *
 * @example Each twice
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { averageUnpoolWith } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(averageUnpoolWith([2])(tensor([[3], [2]])).toArray(), [[3], [3], [2], [2]]);
 * ```
 */
export function averageUnpoolWith<const W extends Shape>(
  window: W,
  options: UnpoolOptions = {},
): <S extends Shape, D extends FloatDType>(x: Tensor<S, D>) => Tensor<SlidOver<S, W, "kept">, D> {
  const op = "averageUnpool", sizes = sizeList(op, "window", window);
  requireNames(op, options, unpoolNames);
  return ((x: Value) =>
    overLeading(op, sizes.length, x, (y) => {
      const counts = y.shape.slice(1, -1), w = windowsBefore(op, counts, sizes, options), spatial = w.sizes;
      const covered = spatial.map((d, a) =>
        Array.from({ length: d }, (_, i) => {
          const starts = Array.from({ length: counts[a]! }, (_, c) => c * w.stride[a]! - w.padding[a]![0]);
          return Math.max(1, starts.filter((s) => s <= i && i < s + sizes[a]!).length);
        })
      );
      const like = zeros([y.shape[0]!, ...spatial, y.shape.at(-1)!], { dtype: y.dtype }) as Value;
      const spread = linearTranspose((z: Value) => reduceOver("sum", z, w), like);
      return overProduct(spread(y)[0], covered);
    })) as never;
}

/**
 * A layer that repeats every element over its window.
 *
 * @param window The pool's window: a number for every spatial axis, or a list.
 * @param options `stride` (the window's size if left out) and `padding` of the pool; `outputSize`, for sizes it rounded away.
 * @returns From a net of examples `[…windows, C]` to one of examples `[…sizes, C]`.
 * @throws {ShapeError} If `outputSize` is not one that pools to them. @throws {ArgumentError} If an option is out of range.
 *
 * @example Twice the size
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { averageUnpool, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipe(input([7, 7, 4]), averageUnpool(2)).output.shape, [14, 14, 4]);
 * ```
 */
export function averageUnpool(window: PerAxis, options: UnpoolOptions = {}): PoolLayer {
  const op = "averageUnpool";
  return ((net: Net<unknown, Spec>) => {
    const [counts, channels] = spatialShape(op, net.output.shape);
    const sizes = perAxis(op, "window", window, counts.length), unpooled = averageUnpoolWith(sizes, options);
    return grow(net, {
      name: `${op}(${JSON.stringify(window)})`,
      output: { shape: [...windowsBefore(op, counts, sizes, options).sizes, channels], dtype: "f32" },
      apply: (_, s, x) => [unpooled(x as Tensor), s],
    });
  }) as never;
}
