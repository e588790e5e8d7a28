/** Multiply-adds on registers alone: what the arithmetic of a core can do without any memory. */
import { Func } from "../../core/backends/wasm/function.ts";
import type { Implementations } from "../harness/case.ts";
import { Team } from "./team.ts";

/** Independent sums: two multiply-adds a cycle with a latency of four need eight at least. */
const chains = 10;
/** Multiply-adds of every chain in one turn of the loop. */
const unroll = 4;

/** `kernel(turns, at)`: runs the loop and stores a sum, so that it is not left out. */
function kernel(): Func {
  const f = new Func("kernel", ["i32", "i32"]), [turns, at] = f.args, factor = f.local("v128");
  const sums = Array.from({ length: chains }, () => f.local("v128"));
  // Sums go to 1: neither denormal nor infinite.
  f.f32x4(0.5).set(factor);
  f.loop((again) => {
    for (let u = 0; u < unroll; u++) {
      for (const s of sums) f.get(s).get(factor).get(factor).op("f32x4.relaxed_madd").set(s);
    }
    f.get(turns!).i32(1).op("i32.sub").tee(turns!).brIf(again);
  });
  f.get(at!).get(sums[0]!);
  for (const s of sums.slice(1)) f.get(s).op("f32x4.add");
  return f.memory("v128.store");
}

/** As many operations as a case has, on each of some threads an equal share. */
export const fmaLoop = (flops: number, threads: 1 | 2): Implementations => ({
  [`FMA loop, ${threads} thread${threads > 1 ? "s" : ""}`]: async () => {
    const team = await Team.start(kernel(), threads, 65536);
    const turns = Math.ceil(flops / threads / (chains * unroll * 8));
    const args = Array.from({ length: threads }, (_, i) => [turns, 64 * i]);
    return { run: () => team.run(args) };
  },
});
