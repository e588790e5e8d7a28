/** Settings and figures of the WebAssembly backend. */
import { ArgumentError } from "../../errors.ts";
import { cacheStats, clearCompiled } from "./cache.ts";
import { large, nursery } from "./heap.ts";
import { setThreads, threads } from "./threads.ts";

/** Settings of the WebAssembly backend. */
export interface Configuration {
  /** Threads that compute, 1 to 64; the machine's cores if never set. Results do not depend on it. */
  readonly threads?: number;
}

/**
 * Sets how the WebAssembly backend works from now on.
 *
 * @returns The settings in force. `threads` is 1 where there are no worker threads, as in browsers.
 * @throws {ArgumentError} If `threads` is no whole number from 1 to 64, or a setting is unknown.
 *
 * @example One thread, the same results
 * ```ts
 * import { configure, matmul, ones } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const before = configure();
 * configure({ threads: 1 });
 * assertEquals(matmul(ones([2, 3]), ones([3, 2])).toArray(), [[3, 3], [3, 3]]);
 * configure(before);
 * ```
 */
export function configure(settings: Configuration = {}): Required<Configuration> {
  const unknown = Object.keys(settings).find((k) => k !== "threads");
  if (unknown !== undefined) throw new ArgumentError(`configure: there is no setting \`${unknown}\`; it takes threads`);
  const n = settings.threads;
  if (n !== undefined) {
    if (!Number.isInteger(n) || n < 1 || n > 64) {
      throw new ArgumentError(`configure: threads is ${n}; it must be a whole number from 1 to 64`);
    }
    // Programs are compiled for a number of threads.
    if (n !== threads()) clearCompiled();
    setThreads(n);
  }
  return { threads: threads() };
}

/** What the WebAssembly backend holds, in bytes. */
export interface MemoryStats {
  /** Middling results that live in its memory. */
  readonly nurseryBytes: number;
  /** Large results and arguments that live in its memory. */
  readonly largeBytes: number;
  /** Scratch memory of the program that needs the most. */
  readonly scratchBytes: number;
  /** Compiled programs. */
  readonly programs: number;
  /** Bytes of their code. */
  readonly codeBytes: number;
}

/**
 * What the WebAssembly backend holds now.
 *
 * @example A program compiled
 * ```ts
 * import { clearCaches, jit, memoryStats, mul, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * clearCaches();
 * jit((x: Tensor) => mul(x, x))(tensor([1, 2]));
 * assertEquals(memoryStats().programs, 1);
 * ```
 */
export const memoryStats = (): MemoryStats => ({
  nurseryBytes: nursery.bytes,
  largeBytes: large.bytes,
  ...cacheStats(),
});

/**
 * Forgets compiled programs, and moves all tensors out of WebAssembly memory. Nothing changes but speed: what is needed
 * again is compiled again.
 *
 * @example Before a long pause
 * ```ts
 * import { clearCaches, memoryStats } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * clearCaches();
 * assertEquals(memoryStats().codeBytes, 0);
 * ```
 */
export function clearCaches(): void {
  clearCompiled();
  nursery.empty();
  large.empty();
}
