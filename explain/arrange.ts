/** Panels beside one another. */
import type { Panel } from "./page.ts";
import { element } from "./svg.ts";

const gap = 16;

/** Panels in rows of so many; each stands in the upper left corner of its place, and all places are of one size. */
export function inRows(panels: readonly Panel[], perRow: number): Panel {
  const size = (of: (p: Panel) => number) => panels.reduce((a, p) => Math.max(a, of(p)), 0);
  const width = size((p) => p.width) + gap, height = size((p) => p.height) + gap;
  const inside = panels.map((p, i) =>
    element("g", { transform: `translate(${(i % perRow) * width},${Math.floor(i / perRow) * height})` }, p.inside)
  );
  return {
    inside: inside.join(""),
    width: Math.min(perRow, panels.length) * width - gap,
    height: Math.ceil(panels.length / perRow) * height - gap,
  };
}
