/**
 * Our side of the cases for `deno bench`, all in one process: for a quick look at some of them.
 * `deno bench -A --config bench/deno.json bench/workloads_bench.ts -- 'matmul 512'`. The peers stand in `deno task bench`.
 */
import { cases } from "./workloads/mod.ts";

const matches = new RegExp(Deno.args[0] ?? "^eager|^jitted", "iu");

for (const c of cases.filter((c) => matches.test(c.name))) {
  const ready = await c.implementations["adjoint"]!();
  if ("run" in ready) Deno.bench(c.name, { group: "adjoint" }, ready.run);
}
