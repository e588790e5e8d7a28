/** The WebAssembly backend and its settings. */
import { type Backend, type Computing, loops } from "../../backend.ts";
import type { Expr, Kernel } from "../../compiler/kernel.ts";
import { visit } from "../../compiler/nest.ts";
import { isFloat } from "../../dtype.ts";
import { ArgumentError } from "../../errors.ts";
import type { Primitive } from "../../primitive.ts";
import { sizeOf } from "../../shape.ts";
import type { Concrete, Spec } from "../../tensor.ts";
import { cacheStats, clearCompiled, codeOf, codeOfOne } from "./compile.ts";
import { large, nursery } from "./heap.ts";
import { setThreads, threads } from "./threads.ts";

// Which primitives every correct implementation computes alike, bit for bit.

const exact = new Set(
  ("add sub mul div neg abs sqrt rsqrt floor ceil trunc round maximum minimum relu sign cast stopGradient " +
    "fusedMultiplyAdd equal notEqual less lessEqual greater greaterEqual and or xor not mod floorDiv").split(" "),
);

function exactExpression(e: Expr): boolean {
  let ok = true;
  visit([e], (x) => {
    if (x.kind === "apply" && isFloat(x.dtype) && !exact.has(x.name)) ok = false;
  });
  return ok;
}

function exactKernel(k: Kernel): boolean {
  if (k.kind === "sort") return true;
  const summed = k.combine === "sum" || k.combine === "prod" || k.combine === "logSumExp" || k.kind === "cumulative";
  return exactExpression(k.body) && !(isFloat(k.dtype) && summed);
}

const known = new WeakMap<Primitive, Map<boolean, boolean>>();

/** Whether a primitive's kernels only move, compare and round exactly, so that the reference gives the same bits. */
function exactlyRounded<P>(prim: Primitive<P>, inputs: readonly Spec[], params: P): boolean {
  const float = inputs.some((x) => isFloat(x.dtype));
  let found = known.get(prim as Primitive);
  if (found === undefined) known.set(prim as Primitive, found = new Map());
  let answer = found.get(float);
  if (answer === undefined) {
    const lowering = prim.lower(inputs, params);
    answer = lowering.kind === "kernels" && lowering.kernels.every(exactKernel);
    found.set(float, answer);
  }
  return answer;
}

// Settings and figures of the WebAssembly backend.

/** Settings of the WebAssembly backend. */
export interface Configuration {
  /** Threads that compute, 1 to 64; the machine's cores if never set. Results do not depend on it. */
  readonly threads?: number;
}

/**
 * Sets how the WebAssembly backend works from now on.
 *
 * @returns The settings in force. `threads` is 1 where threads cannot share memory: in a browser, in a page that is not
 * isolated from other origins (`crossOriginIsolated` is false), or whose content security policy has refused a worker.
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

// The WebAssembly backend: what is traced runs as compiled modules, and so do large operations called one by one.

/** Elements up to which an operation that rounds like the reference is left to it: a call costs more than they do. */
const small = 1024;

/**
 * Compiles to WebAssembly with SIMD; needs no permission and no flag. The default.
 *
 * @example Named explicitly
 * ```ts
 * import { jit, mul, tensor, type Tensor, wasmBackend } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const square = jit((x: Tensor) => mul(x, x), { backend: wasmBackend });
 * assertEquals(square(tensor([3])).toArray(), [9]);
 * ```
 */
export const wasmBackend: Backend = { name: "wasm", apply } as Computing;

function apply<P>(prim: Primitive<P>, inputs: readonly Concrete[], params: P): readonly Concrete[] {
  const program = prim.calls?.(params);
  if (program !== undefined) return codeOf(program).run(inputs, prim.donated?.(params));
  const plain = prim.effect === true || prim.view === true || isSmall(prim, inputs, params);
  return plain ? loops.apply(prim, inputs, params) : codeOfOne(prim, inputs, params).run(inputs);
}

function isSmall<P>(prim: Primitive<P>, inputs: readonly Concrete[], params: P): boolean {
  for (const x of inputs) if (x.size > small) return false;
  return exactlyRounded(prim, inputs, params) && prim.infer(inputs, params).every((s) => sizeOf(s.shape) <= small);
}
