/** A live line on stderr that says how far a training run is; nothing at all where nobody looks. */

import { terminalColumns } from "./command.ts";

/** Where a run stands. */
export interface Progress {
  /** Steps done. */
  readonly step: number;
  /** Steps in all. */
  readonly total: number;
  readonly loss: number;
  /** A fraction, 0 to 1. */
  readonly accuracy: number;
  /** Images seen since the start. */
  readonly images: number;
}

/** Seconds as `0:07`, `12:34` or `1:02:03`. */
export function formatTime(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** A progress line of at most `columns` characters, after `seconds` of running. */
export function formatProgress(p: Progress, seconds: number, columns: number = 80): string {
  const rate = seconds > 0 ? Math.round(p.images / seconds).toLocaleString("en-US") : "–";
  const left = p.step > 0 ? formatTime(seconds * (p.total - p.step) / p.step) : "–";
  // Every field keeps its width from step to step, so that the line stands still while the numbers run.
  const fields = [
    `step ${String(p.step).padStart(String(p.total).length)}/${p.total}`,
    `loss ${p.loss.toFixed(4)}`,
    `accuracy ${(100 * p.accuracy).toFixed(1).padStart(5)} %`,
    `${rate.padStart(6)} images/s`,
    `${left} left`,
  ];
  return fields.join("  ").slice(0, columns);
}

/** What a progress line is written to; `Deno.stderr` is one. */
export interface Terminal {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}

/** A line that is rewritten in place. */
export interface ProgressLine {
  /** Shows where the run stands, at most ten times a second. */
  show(p: Progress): void;
  /** Shows the last state that was given and leaves the line. */
  end(): void;
}

/** A progress line on `out`, timed from now by `now` (milliseconds); it writes nothing if `out` is not a terminal. */
export function progressLine(
  out: Terminal = Deno.stderr,
  now: () => number = () => performance.now(),
  columns: () => number = terminalColumns,
): ProgressLine {
  if (!out.isTerminal()) return { show: () => {}, end: () => {} };
  const encoder = new TextEncoder();
  const start = now();
  let shownAt = -Infinity;
  let last: { readonly p: Progress; readonly at: number } | undefined;

  // One column is left free: a full last column makes some terminals wrap, and `\r` would then not reach the start.
  const line = (p: Progress, at: number) => `\r${formatProgress(p, (at - start) / 1000, columns() - 1)}\x1b[K`;
  return {
    show(p) {
      last = { p, at: now() };
      if (last.at - shownAt < 100) return;
      shownAt = last.at;
      out.writeSync(encoder.encode(line(p, last.at)));
    },
    end() {
      if (last) out.writeSync(encoder.encode(`${line(last.p, last.at)}\n`));
      last = undefined;
    },
  };
}
