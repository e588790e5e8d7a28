/** What the first call of a case costs over a warm one: `first_call.ts CASE IMPLEMENTATION` prints milliseconds. */
import { median } from "../harness/case.ts";
import { lstm } from "../workloads/lstm.ts";
import { mlpCases } from "../workloads/mlp.ts";

const [name, implementation] = Deno.args as [string, string];
const chosen = name.startsWith("LSTM ") ? lstm(Number(name.slice("LSTM ".length))) : mlpCases[0]!;
const log = console.log;
console.log = console.warn = () => {};
const ready = await chosen.implementations[implementation]!();
if (!("run" in ready)) throw new Error(`${name} is not timed by calls`);
const times: number[] = [];
// Engines have optimised their code, and threads have started, only after some calls and some time.
for (const end = performance.now() + 1000; times.length < 8 || performance.now() < end;) {
  const start = performance.now();
  await ready.run();
  times.push(performance.now() - start);
}
log(times[0]! - median(times.slice(-5)));
Deno.exit(0);
