/** A sum over nothing: the result is zeros. */
import { Func, type Local } from "../function.ts";
import type { Problem } from "./problem.ts";

/** A function `(a, b, c, work, from, to)` of one unit that fills c with zeros. */
export function zeros({ dtype, batch, rows, columns }: Problem): Func {
  const f = new Func("contraction", new Array(6).fill("i32")), c = f.args[2]!, bytes = dtype === "f32" ? 4 : 8;
  const axes = [...batch, ...rows, ...columns];
  const level = (l: number, at: Local): void => {
    if (l === axes.length) {
      f.get(at);
      if (dtype === "f32") f.f32(0).memory("f32.store");
      else f.f64(0).memory("f64.store");
      return;
    }
    const left = f.local("i32"), here = f.local("i32");
    f.i32(axes[l]!.size).set(left).get(at).set(here);
    f.loop((again) => {
      level(l + 1, here);
      f.step(here, axes[l]!.c * bytes).step(left, -1).get(left).brIf(again);
    });
  };
  f.get(f.args[4]!).get(f.args[5]!).op("i32.lt_s").if(() => level(0, c));
  return f;
}
