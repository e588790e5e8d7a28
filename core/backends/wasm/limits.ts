/** What this machine can do at most, measured by loops that do nothing else. */
import { Func, type Local } from "./function.ts";
import { arenaBase, large, memory, mostPages, shared } from "./heap.ts";
import { multiplyAdds, multiplyAddsBytes, operationsOfTurn, triad } from "./limit_kernels.ts";
import { assemble, withCallees } from "./module.ts";
import { aboutToShare, control, crewOf, nextModule, publish, threads } from "./threads.ts";

/** How fast memory is when a loop goes over so many bytes again and again. */
export interface Bandwidth {
  /** Bytes gone over: as few as the first cache holds, or more than any. */
  readonly bytes: number;
  /** Bytes moved, in 10⁹ a second. */
  readonly gigabytesPerSecond: number;
}

/** What a machine can do at most, with the threads in use. */
export interface MachineLimits {
  /** Threads that took part. */
  readonly threads: number;
  /** Multiply-adds of f32 numbers on registers alone, each two operations, in 10⁹ a second. */
  readonly gflops: number;
  /** What three streams in and one out move, from the smallest to the largest working set. */
  readonly bandwidth: readonly Bandwidth[];
  /** Milliseconds of handing a kernel out to the threads. */
  readonly overhead: number;
}

/** Bytes of all four streams: within each of the caches, and outside them. */
const workingSets = [1 << 17, 1 << 20, 1 << 23, 1 << 26] as const;
/** Bytes of a stream in one unit of work. */
const blockBytes = 4096;
/** Bytes moved in one call: enough for the call itself not to count. */
const movedBytes = 1 << 24;
/** Streams that began at the same place of a page would push each other out of the first cache. */
const apart = 5 * 64;
/** Turns of the arithmetic loop in one unit of work, some tens of microseconds. */
const turns = 4096;

const [compute, move, nothing] = [0, 1, 2];

type Run = (task: number, units: number, chunk: number) => void;

/** Arguments of the tasks are read from the control words, as kernels' are. */
const argument = (f: Func, i: number): Func => f.i32(control.args + 4 * i).memory("i32.load");

function computeTask(): Func {
  const f = new Func(null, ["i32", "i32"]), [from, to] = f.args as [Local, Local];
  f.get(to).get(from).op("i32.sub").i32(turns).op("i32.mul");
  return f.get(from).i32(multiplyAddsBytes).op("i32.mul").i32(arenaBase).op("i32.add").call(multiplyAdds());
}

/** `passes` over its blocks of streams that begin `stride` bytes apart. */
function moveTask(): Func {
  const f = new Func(null, ["i32", "i32"]), [from, to] = f.args as [Local, Local], pass = f.local("i32");
  const kernel = triad();
  f.while(pass, () => argument(f, 0), 1, () => {
    for (const [stream, block] of [[0, from], [1, from], [2, from], [3, from], [3, to]] as const) {
      f.get(block).i32(blockBytes).op("i32.mul").i32(arenaBase).op("i32.add");
      argument(f, 1).i32(stream).op("i32.mul", "i32.add");
    }
    f.call(kernel);
  });
  return f;
}

let made: { readonly run: Run; readonly threads: number } | null = null;

/** The loops, for the threads now in use. */
function loops(): Run {
  if (made?.threads === threads()) return made.run;
  const id = nextModule(),
    crew = crewOf(id, threads()),
    table = [computeTask(), moveTask(), new Func(null, ["i32", "i32"])];
  const entry = new Func("run", ["i32", "i32", "i32"]);
  for (const a of entry.args) entry.get(a);
  entry.call(crew.fork);
  const bytes = assemble({
    imports: [],
    functions: withCallees([entry, ...crew.functions, ...table]),
    exports: [entry, crew.join],
    table,
    memory: { initial: 1, maximum: mostPages, shared },
  });
  const module = new WebAssembly.Module(bytes), host = { memory: memory() };
  made = { run: new WebAssembly.Instance(module, { host }).exports["run"] as Run, threads: threads() };
  publish(id, module, made);
  return made.run;
}

/** Milliseconds of the fastest of the runs that so many milliseconds allow: whatever else the machine does only slows. */
function fastest(milliseconds: number, run: () => void): number {
  const end = performance.now() + milliseconds;
  let best = Infinity;
  for (let now = performance.now(), runs = 0; runs < 3 || now < end; runs++) {
    run();
    const after = performance.now();
    best = Math.min(best, after - now);
    now = after;
  }
  return best;
}

/** Measures the limits, in a quarter of a second; where those `known` are higher, it was disturbed this time. */
export function machineLimits(known?: MachineLimits): MachineLimits {
  const run = loops(), n = threads(), words = new Int32Array(memory().buffer, control.args, 2);
  const streams = workingSets.at(-1)! + 4 * apart;
  large.clear(arenaBase + streams);
  // What other programs left there may be denormal numbers, which are slow.
  new Uint8Array(memory().buffer, arenaBase, streams).fill(0);
  // Workers may have to start, which takes some of the time.
  aboutToShare(Infinity);
  const units = 8 * n, gflops = units * turns * operationsOfTurn / fastest(100, () => run(compute!, units, 1)) / 1e6;
  const bandwidth = workingSets.map((bytes, i): Bandwidth => {
    const blocks = bytes / 4 / blockBytes, passes = Math.max(1, movedBytes / bytes);
    words.set([passes, bytes / 4 + apart]);
    const took = fastest(30, () => run(move!, blocks, Math.ceil(blocks / n)));
    return {
      bytes,
      gigabytesPerSecond: Math.max(bytes * passes / took / 1e6, known?.bandwidth[i]?.gigabytesPerSecond ?? 0),
    };
  });
  // One call is too short for some clocks.
  const calls = 100,
    overhead = fastest(5, () => {
      for (let i = 0; i < calls; i++) run(nothing!, n, 1);
    }) / calls;
  return {
    threads: n,
    gflops: Math.max(gflops, known?.gflops ?? 0),
    bandwidth,
    overhead: Math.min(overhead, known?.overhead ?? Infinity),
  };
}
