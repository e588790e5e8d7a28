/** Study kernel of 2×2 max-pooling, channels last. */
import { Func, type Local } from "../../core/backends/wasm/function.ts";
import type { Implementations } from "../harness/case.ts";
import { type HostArray, sizeOf } from "../harness/host.ts";
import { Team } from "./team.ts";

/** `kernel(x, y, rows)`: so many rows of results, for images of so many columns and channels. */
function kernel(columns: number, channels: number): Func {
  const f = new Func("kernel", ["i32", "i32", "i32"]), [x, y, rows] = f.args as [Local, Local, Local];
  const pixel = 4 * channels, row = columns * pixel, i = f.local("i32");
  const load = (at: number) => f.get(x).memory("v128.load", at);
  f.loop((again) => {
    f.i32(0).set(i);
    f.while(i, () => f.i32(columns / 2), 1, () => {
      for (let c = 0; c < pixel; c += 16) {
        f.get(y);
        load(c);
        for (const at of [pixel, row, row + pixel]) load(c + at).op("f32x4.pmax");
        f.memory("v128.store", c);
      }
      f.step(x, 2 * pixel).step(y, pixel);
    });
    f.step(x, row).get(rows).i32(1).op("i32.sub").tee(rows).brIf(again);
  });
  return f;
}

/** Pools images `[n, rows, columns, channels]`, half of them on each of two threads. */
export const maxPoolStudy = (x: HostArray): Implementations => ({
  "study kernel": async () => {
    const [n, rows, columns, channels] = x.shape as [number, number, number, number];
    const size = 4 * sizeOf(x.shape), from = 65536, to = from + size;
    const team = await Team.start(kernel(columns, channels), 2, to + size / 4);
    const memory = new Float32Array(team.memory.buffer);
    memory.set(x.data, from / 4);
    const args = [0, 1].map((i) => [from + i * size / 2, to + i * size / 8, n * rows / 4]);
    const run = () => team.run(args);
    return {
      run,
      numbers: () => {
        run();
        return memory.slice(to / 4, (to + size / 4) / 4);
      },
    };
  },
});
