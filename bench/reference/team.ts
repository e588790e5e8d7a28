/** Reference kernels on one or two threads, over one shared memory. */
import type { Func } from "../../core/backends/wasm/function.ts";
import { assemble } from "../../core/backends/wasm/module.ts";
import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** What a worker is told at its start. */
export interface Start {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
}

/** Places in the control block: how many jobs were given out, how many are done, and the arguments from `args` on. */
export const slots = { given: 0, done: 16, count: 31, args: 32 } as const;
const pageBytes = 65536;

/** Runs an exported function `kernel(…)` on every thread at once, each with arguments of its own. */
export class Team {
  readonly #control: Int32Array<SharedArrayBuffer>;
  readonly #kernel: (...args: number[]) => void;

  private constructor(readonly memory: WebAssembly.Memory, start: Start, readonly threads: number) {
    this.#control = new Int32Array(start.control);
    this.#kernel = kernelOf(start);
  }

  /** The team of a kernel, with so many bytes of memory. */
  static async start(kernel: Func, threads: 1 | 2, bytes: number): Promise<Team> {
    const pages = Math.max(1, Math.ceil(bytes / pageBytes)), shared = true;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    const limits = { initial: pages, maximum: pages, shared };
    const code = assemble({ imports: [], functions: [kernel], table: [], memory: limits });
    const start = { module: new WebAssembly.Module(code), memory, control: new SharedArrayBuffer(256) };
    if (threads === 2) {
      const worker = new Worker(new URL("./team_worker.ts", import.meta.url), { workerData: start });
      await once(worker, "message");
    }
    return new Team(memory, start, threads);
  }

  /** One call, with the arguments of each thread; it returns when all have. */
  run(args: readonly (readonly number[])[]): void {
    const c = this.#control;
    if (this.threads === 2) {
      c[slots.count] = args[1]!.length;
      c.set(args[1]!, slots.args);
      Atomics.add(c, slots.given, 1);
      Atomics.notify(c, slots.given);
    }
    this.#kernel(...args[0]!);
    if (this.threads === 2) {
      while (Atomics.load(c, slots.done) !== Atomics.load(c, slots.given)) {
        /* It is short. */
      }
    }
  }
}

/** The exported kernel of a team's module. */
export function kernelOf({ module, memory }: Start): (...args: number[]) => void {
  return new WebAssembly.Instance(module, { host: { memory } }).exports["kernel"] as (...args: number[]) => void;
}
