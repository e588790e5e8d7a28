/** The time of each kernel in a run of a program. */
import type { Watch } from "../core/backends/wasm/compile.ts";
import { Func } from "../core/backends/wasm/function.ts";
import { memory, mostPages, shared } from "../core/backends/wasm/heap.ts";
import { assemble, Imported } from "../core/backends/wasm/module.ts";

/** Adds up the time of each kernel. */
export class Stopwatch implements Watch {
  /** Milliseconds by kernel, and how often it ran. */
  readonly milliseconds: number[] = [];
  readonly calls: number[] = [];
  #started = 0;

  readonly start = (): void => {
    this.#started = performance.now();
  };

  readonly stop = (kernel: number): void => {
    const took = performance.now() - this.#started;
    this.milliseconds[kernel] = (this.milliseconds[kernel] ?? 0) + took;
    this.calls[kernel] = (this.calls[kernel] ?? 0) + 1;
  };

  /** Begins anew. */
  reset(): void {
    this.milliseconds.fill(0);
    this.calls.fill(0);
  }
}

/** Milliseconds that watching one call takes: those that count as the kernel's, and all. */
export interface WatchCost {
  readonly inside: number;
  readonly whole: number;
}

/** Calls timed at once: some clocks tick slowly. */
const calls = 1000;

/** What watching costs: the shortest time of calls with nothing between, from code like a program's. */
export function watchCost(): WatchCost {
  const watch = new Stopwatch(), start = new Imported("start", [], []), stop = new Imported("stop", ["i32"], []);
  const f = new Func("run", []), i = f.local("i32");
  f.while(i, () => f.i32(calls), 1, () => f.call(start).i32(0).call(stop));
  const limits = { initial: 1, maximum: mostPages, shared };
  const code = assemble({ imports: [start, stop], functions: [f], table: [], memory: limits });
  const host = { memory: memory(), start: watch.start, stop: watch.stop };
  const run = new WebAssembly.Instance(new WebAssembly.Module(code), { host }).exports["run"] as () => void;
  let inside = Infinity, whole = Infinity;
  for (let n = 0; n < 20; n++) {
    watch.reset();
    const before = performance.now();
    run();
    whole = Math.min(whole, (performance.now() - before) / calls);
    inside = Math.min(inside, watch.milliseconds[0]! / calls);
  }
  return { inside, whole };
}
