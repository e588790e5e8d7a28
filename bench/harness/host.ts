/** Operands as plain arrays, from which every implementation makes its own. */

/** Elements in row-major order. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** A tree of host arrays, with something else in their places. */
export type Like<T, A> = T extends HostArray ? A : { readonly [K in keyof T]: Like<T[K], A> };

const isHostArray = (x: unknown): x is HostArray =>
  typeof x === "object" && x !== null && "data" in x && x.data instanceof Float32Array;

/** Puts something else in the place of every array of a tree. */
export function mapHost<T, A>(tree: T, f: (x: HostArray) => A): Like<T, A> {
  const go = (x: unknown): unknown =>
    isHostArray(x)
      ? f(x)
      : Array.isArray(x)
      ? x.map(go)
      : Object.fromEntries(Object.entries(x as object).map(([k, y]) => [k, go(y)]));
  return go(tree) as Like<T, A>;
}

/** Number of elements. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Numbers spread evenly from −scale to scale, the same in every process. */
export function random(shape: readonly number[], seed: number, scale = 1): HostArray {
  const data = new Float32Array(sizeOf(shape));
  // Xorshift, Marsaglia, 2003: fast, and good enough for operands.
  let s = Math.imul(seed + 1, 0x9e3779b9) | 1;
  for (let i = 0; i < data.length; i++) {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    data[i] = (s / 0x80000000) * scale;
  }
  return { shape, data };
}

/** The same number everywhere. */
export const constant = (shape: readonly number[], value: number): HostArray => ({
  shape,
  data: new Float32Array(sizeOf(shape)).fill(value),
});

/** Weights `[…, inputs, outputs]` for `fanIn` inputs, as wide as keeps activations of order one. */
export const weights = (shape: readonly number[], seed: number, fanIn = shape.at(-2)!): HostArray =>
  random(shape, seed, Math.sqrt(3 / fanIn));

/** Labels from 0 as rows of probabilities. */
export function oneHotLabels(count: number, classes: number): HostArray {
  const hot = constant([count, classes], 0);
  for (let i = 0; i < count; i++) hot.data[i * classes + (i * 7) % classes] = 1;
  return hot;
}

/** The same elements with their axes in another order. */
export function permute({ shape, data }: HostArray, order: readonly number[]): HostArray {
  const strides = shape.map((_, a) => sizeOf(shape.slice(a + 1)));
  const outShape = order.map((a) => shape[a]!), out = new Float32Array(data.length);
  let at = 0;
  const go = (axis: number, from: number): void => {
    if (axis === order.length) {
      out[at++] = data[from]!;
      return;
    }
    for (let i = 0; i < outShape[axis]!; i++) go(axis + 1, from + i * strides[order[axis]!]!);
  };
  go(0, 0);
  return { shape: outShape, data: out };
}

/** The same elements with another shape. */
export const reshaped = ({ data }: HostArray, shape: readonly number[]): HostArray => ({ shape, data });
