/** Results and bars as text. */
import type { Standing } from "../bars.ts";
import { type Case, showMilliseconds } from "./case.ts";
import type { CaseResult, Result } from "./results.ts";

const showValue = (c: Case, value: number): string =>
  c.unit === undefined || c.unit === "ms" ? showMilliseconds(value) : `${value.toFixed(0)} ${c.unit}`;

/** Work done in a second, where the case says how much there is. */
function showRate({ flops, bytes }: Case, ms: number): string {
  if (flops !== undefined) return `${(flops / ms / 1e6).toPrecision(3)} GF/s`;
  return bytes === undefined ? "" : `${(bytes / ms / 1e6).toPrecision(3)} GB/s`;
}

function line(c: Case, r: Result, ours: number | null): string {
  const name = `  ${r.implementation.padEnd(29)}`;
  if (r.value === null) return `${name}${"—".padStart(10)}  ${r.error}`;
  const ratio = ours === null || r.implementation === "adjoint" ? "" : `${(r.value / ours).toPrecision(3)}×`;
  const arena = r.arena === undefined ? "" : `arena ${(r.arena / 2 ** 20).toFixed(1)} MiB`;
  return [name, showValue(c, r.value).padStart(10), showRate(c, r.value).padStart(12), ratio.padStart(9), arena]
    .join("  ").trimEnd();
}

/** A case: a line for each implementation, with its time over ours. */
export function caseTable({ case: c, results }: CaseResult): string {
  const ours = results.find((r) => r.implementation === "adjoint")?.value ?? null;
  return [c.name, ...results.map((r) => line(c, r, ours))].join("\n");
}

const short = (x: number): string => Number(x.toPrecision(2)).toString();

/** The bars: number, what must be reached, what is aimed at. */
export function barTable(standings: readonly Standing[]): string {
  const width = Math.max(...standings.map(({ bar }) => bar.name.length), 0);
  return standings.map(({ bar, ratio, state }) => {
    const unit = bar.unit === undefined ? "" : ` ${bar.unit}`;
    const got = ratio === null ? "—" : `${short(ratio)}${unit}`;
    return `${bar.name.padEnd(width)}  ${got.padStart(12)}  ${bar.sense} ${short(bar.must)}${unit} (aim ${
      short(bar.aim)
    })`.padEnd(width + 46) + state;
  }).join("\n");
}
