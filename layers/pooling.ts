/** What pools share: their windows, reductions over them, and how a function of windows becomes a layer. */
import {
  div,
  type DType,
  type PerAxis,
  reduceWindow,
  type Shape,
  ShapeError,
  type Tensor,
  tensor,
  type Value,
} from "../mod.ts";
import { type Context, grow, type Net, type Spec } from "./net.ts";
import {
  type AnySizes,
  overLeading,
  perAxis,
  placeWindows,
  requireNames,
  sizeList,
  type SizesOf,
  type SlidOver,
  spatialShape,
  type WindowOptions,
  type Windows,
} from "./windows.ts";

/** From `[...L, …spatial, C]` to `[...L, …windows, C]`, with as many spatial axes as `W` has sizes. */
export type Pool<W extends Shape, Only extends DType = DType> = <S extends Shape, D extends Only>(
  x: Tensor<S, D>,
) => Tensor<SlidOver<S, W, "kept">, D>;

/** From a net of examples `[…spatial, C]` to one of examples `[…windows, C]`. */
export type PoolLayer = <
  I,
  Sp extends Shape,
  C extends number,
  P extends readonly unknown[],
  S extends readonly unknown[],
>(
  net: Net<I, Spec<readonly [...Sp, C], "f32">, P, S>,
) => Net<I, Spec<readonly [...AnySizes<Sp>, C], "f32">, P, S>;

/** The windows of a pool: beside one another, unless a stride is given. None may see padding only. */
export function poolWindows(op: string, sizes: Shape, window: Shape, options: WindowOptions): Windows {
  const w = placeWindows(op, "window", sizes, window, { ...options, stride: options.stride ?? window });
  const need = window.map((k, a) => (k - 1) * w.dilation[a]! + 1);
  if (w.padding.some((p, a) => Math.max(...p) >= need[a]! || (sizes[a] === 0 && w.counts[a]! > 0))) {
    throw new ShapeError(
      `${op}: padding ${JSON.stringify(w.padding)} leaves windows [${window.join(", ")}] over [${
        sizes.join(", ")
      }] that see nothing else; pad by less than the window`,
    );
  }
  return w;
}

/** The largest elements or the sums of the windows on `[N, …spatial, C]`. */
export function reduceOver(op: "max" | "sum", x: Value, w: Windows): Value {
  const around = <T>(inner: readonly T[], outer: T): readonly T[] => [outer, ...inner, outer];
  return reduceWindow(x, {
    op,
    window: around(w.window, 1),
    strides: around(w.stride, 1),
    dilation: around(w.dilation, 1),
    padding: around<readonly [number, number]>(w.padding.map(([lo, hi], a) => [lo, hi + w.overhang[a]!]), [0, 0]),
  }) as Value;
}

/** A pool of any leading axes, from what it makes of `[N, …spatial, C]` and the windows there. */
export function poolWith<W extends Shape, Only extends DType>(
  op: string,
  window: W,
  options: WindowOptions,
  names: readonly string[],
  f: (x: Value, w: Windows) => Value,
): Pool<W, Only> {
  requireNames(op, options, names);
  const size = sizeList(op, "window", window);
  return ((x: Value) =>
    overLeading(op, size.length, x, (y) => f(y, poolWindows(op, y.shape.slice(1, -1), size, options)))) as never;
}

/** `x`, `[N, …places, C]`, divided at every place by the product of its numbers on each axis. */
export function overProduct(x: Value, axes: readonly (readonly number[])[]): Value {
  const all = axes.reduce((outer, axis) => outer.flatMap((n) => axis.map((m) => n * m)), [1]), n = all[0] ?? 1;
  if (all.every((m) => m === n)) return div(x, n) as Value;
  const shape = [...axes.map((axis) => axis.length), 1], dtype = x.dtype === "f64" ? "f64" : "f32";
  return div(x, tensor(Float64Array.from(all), { shape, dtype }) as Value) as Value;
}

/** The layer of a pool that `make` makes for the window's size on every axis. */
export function poolLayer(
  op: string,
  window: PerAxis,
  options: WindowOptions,
  make: (window: Shape) => (x: never, context: Context) => unknown,
): PoolLayer {
  return ((net: Net<unknown, Spec>) => {
    const [sizes, channels] = spatialShape(op, net.output.shape);
    const size = perAxis(op, "window", window, sizes.length), pool = make(size);
    return grow(net, {
      name: `${op}(${JSON.stringify(window)})`,
      output: { shape: [...poolWindows(op, sizes, size, options).counts, channels], dtype: "f32" },
      apply: (_, s, x, context) => [pool(x as never, context), s],
    });
  }) as never;
}

/** From a net of examples `[…spatial, C]` to one of examples `[...sizes, C]`. */
export type ToSizesLayer<K extends PerAxis> = <
  I,
  Sp extends Shape,
  C extends number,
  P extends readonly unknown[],
  S extends readonly unknown[],
>(
  net: Net<I, Spec<readonly [...Sp, C], "f32">, P, S>,
) => Net<I, Spec<readonly [...SizesOf<Sp, K>, C], "f32">, P, S>;

/** The shape `[...L, …spatial, C]` with sizes `W` in the place of the spatial ones. */
export type WithSizes<S extends Shape, W extends Shape> = S extends
  readonly [...infer L extends Shape, ...{ readonly [I in keyof W]: number }, infer C extends number]
  ? readonly [...L, ...W, C]
  : Shape;

/** The layer of a function to given sizes. */
export function toSizesLayer<K extends PerAxis>(
  op: string,
  sizes: K,
  f: (sizes: Shape) => (x: never) => unknown,
): ToSizesLayer<K> {
  return ((net: Net<unknown, Spec>) => {
    const [given, channels] = spatialShape(op, net.output.shape), to = perAxis(op, "size", sizes, given.length);
    requireElements(op, given);
    const resized = f(to);
    return grow(net, {
      name: `${op}(${JSON.stringify(sizes)})`,
      output: { shape: [...to, channels], dtype: "f32" },
      apply: (_, s, x) => [resized(x as never), s],
    });
  }) as never;
}

/** Throws where there is nothing to make a size of. */
export function requireElements(op: string, sizes: Shape): void {
  if (sizes.includes(0)) throw new ShapeError(`${op}: no elements on a spatial axis of [${sizes.join(", ")}]`);
}
