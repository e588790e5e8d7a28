/** Where the time of a compiled program goes. */
import { compileWatched, type WatchedKernel } from "../core/backends/wasm/compile.ts";
import { type Bandwidth, type MachineLimits, machineLimits } from "../core/backends/wasm/limits.ts";
import { tileInUse } from "../core/backends/wasm/contraction/mod.ts";
import { ArgumentError, TransformError } from "../core/errors.ts";
import { Concrete, donate } from "../core/tensor.ts";
import { stage, template } from "../core/transforms/stage.ts";
import { type KernelWork, workOf } from "./kernel_work.ts";
import { type Bound, type KernelProfile, Profile } from "./profile_record.ts";
import { Stopwatch, watchCost } from "./stopwatch.ts";

/** How a program is profiled. */
export interface ProfileOptions {
  /** About how many milliseconds runs are measured for; 500 if left out. At least five runs are. */
  readonly milliseconds?: number;
}

/**
 * Times every kernel of a function, compiled as `jit` does it, and says how near each is to what the machine can do.
 *
 * A kernel's operations are its additions, multiplications and comparisons, one each, and functions such as `exp`, `div`
 * or `sqrt`, twelve each, about what they cost; a matrix product has 2·m·n·k. Its bytes are those of the elements it
 * reads and writes, each once. The limits are measured in the same process, before and after: multiply-adds on registers, and
 * streams through memory, over as many bytes as fit each cache, for a kernel whose operands are in a cache is not held
 * up by what lies behind it.
 *
 * So what the figures say has bounds: exact functions such as `tanh` cost more than twelve operations, and their kernels
 * are nearer to the limit than it looks; a kernel that one of two threads runs alone reaches half of it at most; and no
 * product reaches more than about nine tenths.
 *
 * The code that is timed is made for it, with a clock read before and after each kernel, so nothing costs anything
 * otherwise, and the results are the same bits. Kernels in a loop are listed once, with as many calls as steps. The
 * program runs on the WebAssembly backend, with the threads in use, many times: `debugPrint` prints as often. Donated
 * arguments are not given away; results are then written to places of their own.
 *
 * Accuracy: what reading the clock takes (50 to 200 ns) is measured and taken off, and what is left of calls under a
 * microsecond says little. Browsers round the clock, to 5 µs in isolated pages and up to 1 ms in others: there only
 * long kernels count. Threads of a page start when its code next returns to the event loop, so run the function once
 * before. Another load on the machine slows kernels and limits alike, not always evenly: repeat before you conclude.
 *
 * @param f A function of trees of tensors, jitted or not.
 * @param options `milliseconds`: about how long runs are measured.
 * @returns A function of the same arguments, that gives the profile of running `f` on them.
 * @throws {ArgumentError} If `milliseconds` is not positive and finite.
 * @throws {TransformError} If `f` reads a traced value or is async, or where values are only traced.
 * @see Williams, Waterman & Patterson, Roofline, 2009, https://doi.org/10.1145/1498765.1498785
 *
 * @example The operations of a product
 * ```ts
 * import { matmul, ones, type Tensor } from "@adjoint/adjoint";
 * import { profile } from "@adjoint/adjoint/explain";
 * import { assertEquals } from "@std/assert";
 *
 * const f = (x: Tensor<readonly [8, 16]>, w: Tensor<readonly [16, 4]>) => matmul(x, w);
 * const { kernels, result } = profile(f, { milliseconds: 1 })(ones([8, 16]), ones([16, 4]));
 * assertEquals(kernels.map((k) => [k.name, k.flops]), [["dotGeneral f32[8,4] over 16", 2 * 8 * 16 * 4]]);
 * assertEquals(result.shape, [8, 4]);
 * ```
 */
export function profile<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  options: ProfileOptions = {},
): (...args: A) => Profile<R> {
  const { milliseconds = 500 } = options;
  if (!(milliseconds > 0 && milliseconds < Infinity)) {
    throw new ArgumentError(`profile: milliseconds is ${milliseconds}; it must be positive and finite`);
  }
  return (...args) => {
    const [program, result] = stage("profile", f as never, args);
    const inputs = [...program.captured, ...template(args).tensors];
    if (!inputs.every((x) => x instanceof Concrete)) {
      throw new TransformError(
        "profile: values that are only traced take no time; put profile outside, as in profile(jit(f))",
      );
    }
    const watch = new Stopwatch(), compiled = () => compileWatched(program, watch);
    let { code, kernels } = compiled();
    let results: readonly Concrete[] = [];
    /** Runs the program, in places that the last run's results leave, as those of a training step do. */
    const run = (): number => {
      for (const x of results) if (!inputs.includes(x)) donate(x, "profile");
      const started = performance.now();
      results = code.run(inputs);
      return performance.now() - started;
    };
    // Until the workers have started, the engine has optimised the code and the tiles have been tried out.
    const before = machineLimits(), warm = performance.now() + Math.min(milliseconds, 200);
    do run(); while (performance.now() < warm);
    if (code.tile !== tileInUse()) ({ code, kernels } = compiled());
    const { runs, times, outside } = measured(watch, kernels.length, milliseconds, run), limits = machineLimits(before);
    const inKernels = times.reduce((sum, t) => sum + t, 0);
    const profiles = kernels.map((k, i): KernelProfile => {
      const share = inKernels > 0 ? times[i]! / inKernels : 1 / kernels.length;
      return profiled(k, workOf(k), watch.calls[i] ?? 0, times[i]!, share, limits);
    });
    profiles.sort((a, b) => b.milliseconds - a.milliseconds);
    return new Profile(result.fill(results) as R, profiles, inKernels + outside, outside, runs, limits);
  };
}

const median = (xs: readonly number[]): number => xs.toSorted((a, b) => a - b)[Math.floor(xs.length / 2)]!;

/** Runs kept, however short they are. */
const mostRuns = 2000;

/** Milliseconds of each kernel in a run, and of what is outside them, without those that watching takes. */
function measured(
  watch: Stopwatch,
  kernels: number,
  milliseconds: number,
  run: () => number,
): { readonly runs: number; readonly times: readonly number[]; readonly outside: number } {
  const cost = watchCost(), times = Array.from({ length: kernels }, (): number[] => []), outside: number[] = [];
  const end = performance.now() + milliseconds;
  while (outside.length < 5 || (performance.now() < end && outside.length < mostRuns)) {
    watch.reset();
    let rest = run();
    times.forEach((own, k) => {
      const took = watch.milliseconds[k] ?? 0, calls = watch.calls[k] ?? 0;
      own.push(Math.max(0, took - calls * cost.inside));
      rest -= took + calls * (cost.whole - cost.inside);
    });
    outside.push(Math.max(0, rest));
  }
  return { runs: outside.length, times: times.map(median), outside: median(outside) };
}

/** A kernel's time beside the least that the limits allow. */
function profiled(
  { step }: WatchedKernel,
  { name, flops, bytes, double }: KernelWork,
  calls: number,
  milliseconds: number,
  share: number,
  limits: MachineLimits,
): KernelProfile {
  const atBest: Readonly<Record<Bound, number>> = {
    compute: flops / (1e6 * limits.gflops * (double ? 0.5 : 1)),
    memory: bytes / (1e6 * bandwidthAt(limits.bandwidth, bytes)),
    overhead: limits.overhead,
  };
  const bound = (["memory", "compute", "overhead"] as const).reduce((a, b) => atBest[b] > atBest[a] ? b : a);
  const rate = (amount: number): number => milliseconds > 0 ? calls * amount / (1e6 * milliseconds) : 0;
  return {
    name,
    calls,
    milliseconds,
    share,
    flops: calls * flops,
    bytes: calls * bytes,
    gflops: rate(flops),
    gigabytesPerSecond: rate(bytes),
    threads: step.share === null ? 1 : limits.threads,
    bound,
    ofLimit: milliseconds > 0 ? Math.min(1, calls * atBest[bound] / milliseconds) : calls > 0 ? 1 : 0,
  };
}

/** How fast memory is for so many bytes: between two working sets as far as their sizes' logarithms are. */
function bandwidthAt(known: readonly Bandwidth[], bytes: number): number {
  const above = known.findIndex((b) => b.bytes >= bytes);
  if (above <= 0) return known.at(above)!.gigabytesPerSecond;
  const low = known[above - 1]!, high = known[above]!;
  const part = Math.log(bytes / low.bytes) / Math.log(high.bytes / low.bytes);
  return low.gigabytesPerSecond + part * (high.gigabytesPerSecond - low.gigabytesPerSecond);
}
