/** Reading memory and nothing else. */
import { Func } from "../../core/backends/wasm/function.ts";
import type { Implementations } from "../harness/case.ts";
import { Team } from "./team.ts";

/** Vectors read in one turn, each into a sum of its own. */
const unroll = 8;

/** `kernel(from, to, at)`: sums what lies between and stores it. */
function kernel(): Func {
  const f = new Func("kernel", ["i32", "i32", "i32"]), [from, to, at] = f.args;
  const sums = Array.from({ length: unroll }, () => f.local("v128"));
  f.while(from!, () => f.get(to!), 16 * unroll, () => {
    sums.forEach((s, i) => f.get(s).get(from!).memory("v128.load", 16 * i).op("f32x4.add").set(s));
  });
  f.get(at!).get(sums[0]!);
  for (const s of sums.slice(1)) f.get(s).op("f32x4.add");
  return f.memory("v128.store");
}

/** Reads so many bytes, a multiple of 256, on each of some threads an equal share. */
export const readLoop = (bytes: number, threads: 1 | 2): Implementations => ({
  "read loop": async () => {
    const start = 65536, team = await Team.start(kernel(), threads, start + bytes), share = bytes / threads;
    new Float32Array(team.memory.buffer, start).fill(1);
    const args = Array.from({ length: threads }, (_, i) => [start + i * share, start + (i + 1) * share, 64 * i]);
    return { run: () => team.run(args) };
  },
});
