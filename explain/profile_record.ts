/** What a profile says, as a record, a text and a table. */
import type { MachineLimits } from "../core/backends/wasm/limits.ts";
import { escapeHtml } from "../core/format.ts";

/** What a kernel's time would be spent on if nothing but its limit held it up. */
export type Bound = "compute" | "memory" | "overhead";

/** One kernel of a program. */
export interface KernelProfile {
  /** The operations fused in it, each once, its results, and what it reduces over. */
  readonly name: string;
  /** How often a run of the program runs it: more than once in a loop. */
  readonly calls: number;
  /** Milliseconds of all its calls in a run, the median of the runs. */
  readonly milliseconds: number;
  /** Its part of the time that kernels take, from 0 to 1. */
  readonly share: number;
  /** Operations in a run. */
  readonly flops: number;
  /** Bytes that it has to read and write in a run, each element once a call. */
  readonly bytes: number;
  /** Operations in 10⁹ a second. */
  readonly gflops: number;
  /** Those bytes in 10⁹ a second. */
  readonly gigabytesPerSecond: number;
  /** Threads that share it: all, or one where it is too small or cannot be cut. */
  readonly threads: number;
  /** What would take the longest at the machine's limits: its arithmetic, its memory, or being called at all. */
  readonly bound: Bound;
  /** The least time that the machine's limits allow over the time taken, from 0 to 1. */
  readonly ofLimit: number;
}

/** How a compiled program spends its time. */
export class Profile<R = unknown> {
  /** A profile as measured. */
  constructor(
    /** What the function gave. */
    readonly result: R,
    /** The kernels, those that take the most time first. */
    readonly kernels: readonly KernelProfile[],
    /** Milliseconds of a run: of its kernels and outside them. */
    readonly total: number,
    /** Milliseconds of a run outside kernels: arguments and results, loops, what the host does. */
    readonly outside: number,
    /** Runs measured. */
    readonly runs: number,
    /** What the machine can do, measured along with the runs. */
    readonly limits: MachineLimits,
  ) {}

  /** The kernels as a table of text, those that take the most time first. */
  toString(): string {
    const rows = [header, ...this.kernels.map(cells)],
      widths = header.map((_, i) => Math.max(...rows.map((r) => r[i]!.length)));
    const line = (r: readonly string[]): string =>
      r.map((c, i) => i === 0 || i === r.length - 1 ? c.padEnd(widths[i]!) : c.padStart(widths[i]!)).join("  ")
        .trimEnd();
    return [...rows.map(line), ...this.#notes()].join("\n");
  }

  #notes(): readonly string[] {
    const { total, outside, runs, limits: { threads, gflops, bandwidth, overhead } } = this;
    const speeds = bandwidth.map((b) => `${b.gigabytesPerSecond.toFixed(0)} GB/s in ${size(b.bytes)}`);
    return [
      `${total.toFixed(3)} ms a run, ${outside.toFixed(3)} of them outside kernels; medians of ${runs} runs`,
      `limits on ${threads} ${threads === 1 ? "thread" : "threads"}: ${gflops.toFixed(0)} GFLOP/s; ${
        speeds.join(", ")
      }; ${(1e3 * overhead).toFixed(1)} µs a call`,
    ];
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Readonly<Record<string, string>> {
    const row = (r: readonly string[], cell: string): string =>
      `<tr>${
        r.map((c, i) => `<${cell} style="text-align:${i === 0 ? "left" : "right"}">${escapeHtml(c)}</${cell}>`).join("")
      }</tr>`;
    const table = `<table>${row(header, "th")}${this.kernels.map((k) => row(cells(k), "td")).join("")}</table>`;
    return {
      "text/plain": this.toString(),
      "text/html": table + this.#notes().map((n) => `<div>${escapeHtml(n)}</div>`).join(""),
    };
  }
}

const header = ["kernel", "calls", "ms", "share", "GFLOP/s", "GB/s", "threads", "of limit", "bound by"] as const;

const percent = (x: number): string => `${(100 * x).toFixed(0)} %`;

const size = (bytes: number): string => bytes < 2 ** 20 ? `${bytes / 2 ** 10} KiB` : `${bytes / 2 ** 20} MiB`;

const cells = (k: KernelProfile): readonly string[] => [
  k.name,
  String(k.calls),
  k.milliseconds.toFixed(3),
  percent(k.share),
  k.gflops.toFixed(1),
  k.gigabytesPerSecond.toFixed(1),
  String(k.threads),
  percent(k.ofLimit),
  k.bound,
];
