/** What a training has measured, as curves. */
import { ArgumentError } from "../mod.ts";
import type { History } from "../optim/fit.ts";

/**
 * What a training has measured: the `history` of `fit`; lists by name, with an entry for each epoch; or a record for each
 * time something was measured, such as `{ step: 100, loss: 0.3 }`, in which `step`, or else `epoch`, is where.
 */
export type TrainingHistory =
  | History
  | Readonly<Record<string, readonly number[]>>
  | readonly Readonly<Record<string, number | undefined>>[];

/** One quantity over time. */
export interface Curve {
  /** What was measured. */
  readonly name: string;
  /** When: all finite. */
  readonly xs: readonly number[];
  /** What it came to. */
  readonly ys: readonly number[];
}

/** The curves of a history that have values, in the order of their names in it, and what their x is. */
export function curvesOf(op: string, history: TrainingHistory): { readonly curves: Curve[]; readonly xTitle: string } {
  const { curves, xTitle } = Array.isArray(history) ? ofRecords(op, history) : ofLists(op, history);
  return { curves: curves.filter((c) => c.ys.length > 0), xTitle };
}

function ofLists(op: string, history: object) {
  const curves = Object.entries(history).map(([name, ys]): Curve => {
    if (!Array.isArray(ys)) {
      throw new ArgumentError(
        `${op}: ${JSON.stringify(name)} in history is of type ${typeof ys}, not a list of numbers; give lists by name`,
      );
    }
    return { name, xs: ys.map((_, i) => i), ys: ys.map((y, i) => numberIn(op, name, i, y)) };
  });
  return { curves, xTitle: "epoch" };
}

function ofRecords(op: string, records: readonly Readonly<Record<string, unknown>>[]) {
  const names = [...new Set(records.flatMap((r) => Object.keys(r)))];
  const where = ["step", "epoch"].find((name) => names.includes(name));
  const place = (r: Readonly<Record<string, unknown>>, i: number) => where === undefined ? i : r[where];
  const measured = names.filter((name) => name !== "step" && name !== "epoch");
  const curves = measured.map((name): Curve => {
    const at = records.map((r, i) => [place(r, i), r[name], i] as const).filter(([, y]) => y !== undefined);
    return {
      name,
      xs: at.map(([x, , i]) => {
        if (typeof x === "number" && Number.isFinite(x)) return x;
        throw new ArgumentError(`${op}: ${where} of record ${i} in history is ${String(x)}, not a finite number`);
      }),
      ys: at.map(([, y, i]) => numberIn(op, name, i, y)),
    };
  });
  return { curves, xTitle: where ?? "step" };
}

function numberIn(op: string, name: string, i: number, y: unknown): number {
  if (typeof y === "number") return y;
  throw new ArgumentError(`${op}: ${JSON.stringify(name)} in history is of type ${typeof y} at ${i}, not a number`);
}
