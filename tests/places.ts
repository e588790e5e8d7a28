/** Pictures of which each pixel holds its own place: what augmentations did to them can be read off. */
import { assert, assertAlmostEquals } from "@std/assert";
import { type Tensor, tensor } from "../mod.ts";

/** Pictures of any size. */
export type Pictures = Tensor<readonly [number, number, number, number]>;

/** Pictures of which each pixel holds its own place, x then y, from the middle. */
export function placesOf(n: number, height: number, width: number): Pictures {
  const picture = Array.from(
    { length: height },
    (_, y) => Array.from({ length: width }, (_, x) => [x - (width - 1) / 2, y - (height - 1) / 2]),
  );
  return tensor(Array.from({ length: n }, () => picture)) as unknown as Pictures;
}

/** What a picture was read along: the pixel at (x, y) from (a·x + b·y + c, d·x + e·y + f). */
export type AffineMap = Readonly<Record<"a" | "b" | "c" | "d" | "e" | "f", number>>;

/**
 * The maps that pictures of places, of odd sizes now, were read along. Places are linear in themselves, so bilinear
 * sampling gives each pixel the place it was read from.
 */
export function mapsOf(x: Pictures): AffineMap[] {
  const row = (x.shape[1] - 1) / 2, column = (x.shape[2] - 1) / 2;
  return x.toArray().map((p) => {
    const [c, f] = p[row]![column] as [number, number], right = p[row]![column + 1]!, down = p[row + 1]![column]!;
    return { a: right[0]! - c, b: down[0]! - c, c, d: right[1]! - f, e: down[1]! - f, f };
  });
}

/**
 * Asserts that numbers are within a range, give or take rounding, and their mean within five standard errors of its
 * middle; uniform numbers deviate by the width of their range over √12.
 */
export function assertUniform(xs: readonly number[], low: number, high: number, rounding = 1e-3): void {
  assert(xs.every((x) => x >= low - rounding && x <= high + rounding), `${Math.min(...xs)} to ${Math.max(...xs)}`);
  const error = (high - low) / Math.sqrt(12 * xs.length);
  assertAlmostEquals(xs.reduce((a, b) => a + b, 0) / xs.length, (low + high) / 2, 5 * error + rounding);
}
