/** The elements of windows, gathered. */
import { pad, reshape, take, tensor, transpose, type Value } from "../mod.ts";
import type { Windows } from "./windows.ts";

/** From `[N, …spatial, C]` to `[N, …counts, elements, C]`, the elements of each window in row-major order. */
export function patches(x: Value, w: Windows): Value {
  const n = w.window.length, room = w.padding.map(([lo, hi], a) => [lo, hi + w.overhang[a]!] as const);
  let y = pad(x, [0, ...room, 0]) as Value;
  w.window.forEach((k, a) => {
    const count = w.counts[a]!;
    const at = Int32Array.from(
      { length: count * k },
      (_, i) => Math.floor(i / k) * w.stride[a]! + i % k * w.dilation[a]!,
    );
    y = take(y, tensor(at, { shape: [count, k] }), { axis: 1 + 2 * a }) as Value;
  });
  const axes = w.window.map((_, a) => a), last = 2 * n + 1;
  const ordered = transpose(y, [0, ...axes.map((a) => 1 + 2 * a), ...axes.map((a) => 2 + 2 * a), last]) as Value;
  const elements = w.window.reduce((a, b) => a * b, 1);
  return reshape(ordered, [x.shape[0]!, ...w.counts, elements, x.shape.at(-1)!]) as Value;
}
