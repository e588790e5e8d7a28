/** x·y + z on plain memory: three streams in, one out. */
import { Func, type Local } from "../../core/backends/wasm/function.ts";
import type { Implementations } from "../harness/case.ts";
import type { HostArray } from "../harness/host.ts";
import { Team } from "./team.ts";

/** `kernel(x, y, z, out, end)`: until `out` is at its end, which is a multiple of 64 bytes away. */
function kernel(): Func {
  const f = new Func("kernel", ["i32", "i32", "i32", "i32", "i32"]);
  const [x, y, z, out, end] = f.args as [Local, Local, Local, Local, Local];
  f.while(out, () => f.get(end), 64, () => {
    for (let at = 0; at < 64; at += 16) {
      f.get(out);
      for (const p of [x, y, z]) f.get(p).memory("v128.load", at);
      f.op("f32x4.relaxed_madd").memory("v128.store", at);
    }
    for (const p of [x, y, z]) f.step(p, 64);
  });
  return f;
}

/** Over three arrays of equal size, a multiple of 32 elements, half on each of two threads. */
export const triad = (xs: readonly HostArray[]): Implementations => ({
  "WASM triad": async () => {
    const bytes = 4 * xs[0]!.data.length, from = 65536, team = await Team.start(kernel(), 2, from + 4 * bytes);
    const memory = new Float32Array(team.memory.buffer);
    xs.forEach((x, i) => memory.set(x.data, (from + i * bytes) / 4));
    const args = [0, 1].map((half) =>
      [0, 1, 2, 3, 3].map((array, i) => {
        return from + array * bytes + (i === 4 ? half + 1 : half) * bytes / 2;
      })
    );
    const run = () => team.run(args);
    return {
      run,
      numbers: () => {
        run();
        return memory.slice((from + 3 * bytes) / 4, (from + 4 * bytes) / 4);
      },
    };
  },
});
