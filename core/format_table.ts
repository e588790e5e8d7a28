/** Tables as text and as HTML, and the numbers in them. */
import { escapeHtml } from "./format.ts";

/** Rows of cells: first the head, last the totals. The first `left` columns begin at the left, the others end at the right. */
export interface Cells {
  /** The rows, all of one length. */
  readonly rows: readonly (readonly string[])[];
  /** How many columns hold words. */
  readonly left: number;
}

/** A table for a terminal, with a rule below its head and above its totals. */
export function tableText({ rows, left }: Cells): string {
  const widths = rows[0]!.map((_, i) => rows.reduce((w, r) => Math.max(w, r[i]!.length), 0));
  const lines = rows.map((r) =>
    r.map((c, i) => i < left ? c.padEnd(widths[i]!) : c.padStart(widths[i]!)).join("  ").trimEnd()
  );
  const rule = "─".repeat(widths.reduce((a, b) => a + b + 2, -2));
  return [lines[0], rule, ...lines.slice(1, -1), rule, lines.at(-1)].join("\n");
}

/** A table for a page; two spaces are an indentation. */
export function tableHtml({ rows, left }: Cells): string {
  const line = (tag: string, row: readonly string[]) => {
    const cells = row.map((c, i) => {
      const text = escapeHtml(c).replaceAll("  ", "&emsp;");
      return `<${tag} style="text-align:${i < left ? "left" : "right"}">${text}</${tag}>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  };
  const body = rows.slice(1).map((r) => line("td", r)).join("");
  return `<table><thead>${line("th", rows[0]!)}</thead><tbody>${body}</tbody></table>`;
}

/** A number with its thousands set off. */
export const grouped = (n: number): string => n.toLocaleString("en");

/** A number of bytes in the unit that suits it. */
export function sized(n: number): string {
  // Of what is shown, so that 999,990 bytes are 1.0 MB and not 1000.0 kB.
  const shown = (power: number) => power === 0 ? String(n) : (n / 1000 ** power).toFixed(1);
  const units = ["B", "kB", "MB", "GB"], power = units.findIndex((_, p) => p === 3 || Number(shown(p)) < 1000);
  return `${shown(power)} ${units[power]}`;
}
