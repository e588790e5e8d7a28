/** Loops in steps of several elements. */
import type { Func, Local } from "./function.ts";

/** Elements of the one loop that make one unit, where it is also the one that vectors run along. */
export const grain = 1024;

/** Code for as long as whole steps remain before `end`. */
export function stepwise(f: Func, counter: Local, end: () => void, step: number, body: () => void): void {
  f.block((done) =>
    f.loop((again) => {
      f.get(counter);
      if (step > 1) f.i32(step).op("i32.add");
      end();
      f.op(step > 1 ? "i32.gt_s" : "i32.ge_s").brIf(done);
      body();
      f.step(counter, step).br(again);
    })
  );
}
