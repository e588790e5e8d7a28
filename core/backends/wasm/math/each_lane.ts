/** Scalar code on vectors of two. */
import type { Func, Local } from "../function.ts";

/** Runs `body` on the first lane of each vector, then on the second, which is brought to the front for that. */
export function eachLane(f: Func, vectors: readonly Local[], body: () => void): void {
  const lane = f.local("i32");
  f.i32(0).set(lane).while(lane, () => f.i32(2), 1, () => {
    body();
    for (const v of vectors) f.get(v).get(v).shuffle32(2, 3, 0, 1).set(v);
  });
  f.free(lane);
}
