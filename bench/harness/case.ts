/** What is measured: a workload is a list of cases; a case is one computation, implemented by us and by others. */

/** An implementation made ready: its operands are placed and its functions compiled, as far as it compiles ahead. */
export type Ready = Timed | Sampled;

/** Something whose duration is measured by calling it. */
export interface Timed {
  /** One step; it is finished when this returns, or when the promise resolves. */
  readonly run: () => void | Promise<void>;
  /**
   * The numbers that implementations must agree on. Asked for once, before anything is timed, so a training step gives
   * its first losses.
   */
  readonly numbers?: () => ArrayLike<number> | Promise<ArrayLike<number>>;
}

/** Something that measures itself, in the case's unit: a whole process, or a count. */
export interface Sampled {
  readonly sample: () => number | Promise<number>;
}

/** How a case is computed by one library in one mode. */
export type Implementation = () => Ready | Promise<Ready>;

/** Implementations by name. */
export type Implementations = Readonly<Record<string, Implementation>>;

/** One computation. */
export interface Case {
  /** Its name in tables, bars and patterns. */
  readonly name: string;
  /** What the numbers are; milliseconds if left out. */
  readonly unit?: "ms" | "MB" | "modules";
  /** Floating-point operations of its matmuls and convolutions. */
  readonly flops?: number;
  /** Bytes that must be moved. */
  readonly bytes?: number;
  /** Largest difference between implementations, over the largest magnitude; 1e-3 if left out. */
  readonly tolerance?: number;
  /** How many turns every implementation gets; as many as the run says if left out. */
  readonly samples?: number;
  /** Seconds after which an implementation is given up; 60 if left out. */
  readonly limit?: number;
  readonly implementations: Implementations;
}

/** Milliseconds as `1.23 ms`, with a unit that suits. */
export function showMilliseconds(ms: number): string {
  const [x, unit] = Math.abs(ms) >= 1000 ? [ms / 1000, "s"] : Math.abs(ms) >= 1 ? [ms, "ms"] : [ms * 1000, "µs"];
  return `${Math.abs(x) >= 100 ? x.toFixed(0) : x.toPrecision(3)} ${unit}`;
}

/** The middle of some numbers. */
export function median(xs: readonly number[]): number {
  const sorted = [...xs].sort((a, b) => a - b), n = sorted.length;
  return (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2;
}
