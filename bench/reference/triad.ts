/** x·y + z on plain memory: three streams in, one out. */
import { triad as kernel } from "../../core/backends/wasm/limit_kernels.ts";
import type { Implementations } from "../harness/case.ts";
import type { HostArray } from "../harness/host.ts";
import { Team } from "./team.ts";

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
