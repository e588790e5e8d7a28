/** Multiply-adds on registers alone: what the arithmetic of a core can do without any memory. */
import { multiplyAdds, multiplyAddsBytes, operationsOfTurn } from "../../core/backends/wasm/limit_kernels.ts";
import type { Implementations } from "../harness/case.ts";
import { Team } from "./team.ts";

/** As many operations as a case has, on each of some threads an equal share. */
export const fmaLoop = (flops: number, threads: 1 | 2): Implementations => ({
  [`FMA loop, ${threads} thread${threads > 1 ? "s" : ""}`]: async () => {
    const team = await Team.start(multiplyAdds(), threads, 65536),
      turns = Math.ceil(flops / threads / operationsOfTurn);
    const args = Array.from({ length: threads }, (_, i) => [turns, multiplyAddsBytes * i]);
    return { run: () => team.run(args) };
  },
});
