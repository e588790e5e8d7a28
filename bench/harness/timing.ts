/** How long one call takes, found within a given time however fast or slow it is. */
import { median, type Timed } from "./case.ts";

/** One sample lasts at least so many milliseconds: calls are repeated until it does. */
const sampleLength = 0.5;

async function repeat(run: Timed["run"], times: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < times; i++) {
    const pending = run();
    // Awaiting nothing would add a turn of the queue, which is as long as a small call.
    if (pending !== undefined) await pending;
  }
  return (performance.now() - start) / times;
}

/** Calls for some time, so that engines have compiled what they will. */
export async function warmUp(run: Timed["run"], budget: number): Promise<void> {
  const start = performance.now();
  do await repeat(run, 1); while (performance.now() - start < budget);
}

/** The median of samples that together take about `budget` milliseconds. */
export async function measure(run: Timed["run"], budget: number): Promise<number> {
  const start = performance.now(), once = await repeat(run, 1);
  if (once > budget / 2) return once;
  const times = Math.max(1, Math.ceil(sampleLength / once)), samples: number[] = [];
  do samples.push(await repeat(run, times)); while (performance.now() - start < budget);
  return median(samples);
}
