/** What tests of layers of images compute with: whole numbers, whose sums of products are exact, and indices. */
import { type Shape, type Tensor, tensor, type Value } from "../../mod.ts";

/** Small whole numbers, of which sums of products are exact in f32. */
export const wholes = (shape: Shape, salt: number): Tensor => {
  const n = shape.reduce((a, b) => a * b, 1);
  return tensor(Float32Array.from({ length: n }, (_, i) => (i * 7 + salt * 5 + (i * i) % 11) % 9 - 4), { shape });
};

/** The elements in row-major order. */
export const elementsOf = (x: Value): number[] => Array.from(x.dataSync());

/** The index of each element of a shape, in row-major order. */
export function* indicesOf(shape: Shape): Generator<number[]> {
  if (shape.includes(0)) return;
  const at = shape.map(() => 0);
  while (true) {
    yield [...at];
    let a = shape.length - 1;
    while (a >= 0 && ++at[a]! === shape[a]) at[a--] = 0;
    if (a < 0) return;
  }
}

/** Where an index lies in row-major order. */
export const offset = (shape: Shape, at: readonly number[]): number => at.reduce((o, i, a) => o * shape[a]! + i, 0);
