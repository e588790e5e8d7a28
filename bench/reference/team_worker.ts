/** The second thread of a team: waits for a job, spinning for a moment first, does it and says so. */
import { parentPort, workerData } from "node:worker_threads";
import { kernelOf, slots, type Start } from "./team.ts";

// About 0.2 ms: back-to-back jobs find the thread awake, and an idle one leaves the core to others.
const spins = 20_000;

const start = workerData as Start, kernel = kernelOf(start), c = new Int32Array(start.control);
parentPort!.postMessage("ready");
for (let jobs = 0;; jobs++) {
  for (let s = 0; Atomics.load(c, slots.given) === jobs; s++) if (s > spins) Atomics.wait(c, slots.given, jobs);
  kernel(...c.subarray(slots.args, slots.args + c[slots.count]!));
  Atomics.store(c, slots.done, jobs + 1);
}
