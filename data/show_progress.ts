/** A line in the terminal while a file is fetched. */
import type { DownloadProgress } from "./source.ts";

/** What a line is written to; the `process.stderr` of Node, Deno and Bun is one. */
export interface ProgressOutput {
  /** Whether somebody looks; nothing is written otherwise. */
  readonly isTTY?: boolean;
  /** How wide the terminal is; 80 if left out. */
  readonly columns?: number;
  /** Writes a text. */
  readonly write: (text: string) => unknown;
}

/**
 * Shows how far a download is, in a line that is rewritten in place at most ten times a second. Nothing is written if
 * `output` is no terminal, so that logs stay clean. There are no colours, so `NO_COLOR` changes nothing.
 *
 * @param output What is written to; stderr if left out.
 * @param now The time in milliseconds; `performance.now` if left out.
 * @returns The `onProgress` of `loadFile` and of the loaders of data sets.
 *
 * @example A file of two megabytes
 * ```ts
 * import { showProgress } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const written: string[] = [];
 * const show = showProgress({ isTTY: true, columns: 60, write: (text) => written.push(text.trimEnd()) });
 * show({ file: "names.txt", received: 2_000_000, total: 2_000_000 });
 * assertEquals(written, ["\rnames.txt  2.0 of 2.0 MB  100 %"]);
 * ```
 */
export function showProgress(
  output: ProgressOutput | undefined = standardError(),
  now: () => number = () => performance.now(),
): (progress: DownloadProgress) => void {
  if (output?.isTTY !== true) return () => {};
  let shownAt = -Infinity, shown = "", ended = false;
  return ({ file, received, total }) => {
    const done = received >= total, other = file !== shown;
    if (!done && !other && now() - shownAt < 100) return;
    const begin = other && shown !== "" && !ended ? "\n" : "";
    [shownAt, shown, ended] = [now(), file, done];
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1), width = (output.columns || 80) - 1;
    const part = total > 0 ? Math.floor(100 * received / total) : 100;
    const line = `${file}  ${megabytes(received)} of ${megabytes(total)} MB  ${part} %`;
    // One column is left free, or some terminals wrap; the spaces wipe out what stood there.
    output.write(`${begin}\r${line.slice(0, width).padEnd(width)}${done ? "\n" : ""}`);
  };
}

const standardError = (): ProgressOutput | undefined =>
  (globalThis as { readonly process?: { readonly stderr?: ProgressOutput } }).process?.stderr;
