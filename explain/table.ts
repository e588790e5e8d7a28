/** The tensors of a tree, with what they hold. */
import { grouped, sized, tableHtml, tableText } from "../core/format_table.ts";
import { countBytes, countParams } from "../layers/summary.ts";
import { type Display, displayOf } from "./display.ts";
import { leavesOf } from "./leaves.ts";
import { numberText } from "./number_text.ts";
import { statisticsOf } from "./statistics.ts";

/**
 * A table of a tree of parameters, gradients or states: path, shape, dtype, number of elements, size, mean and standard
 * deviation of each tensor, and how many elements are not finite if any are; with totals.
 *
 * @param params A tree of tensors.
 * @returns The table as text, and as HTML that a notebook shows.
 * @throws {ArgumentError} If `params` is no tree of tensors.
 *
 * @example A linear layer's parameters
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { table } from "@adjoint/adjoint/explain";
 * import { assertEquals } from "@std/assert";
 *
 * const { text } = table({ w: tensor([[1, 2], [3, 4]]), b: tensor([0, 0]) });
 * assertEquals(text.split("\n"), [
 *   "path   shape   dtype  count  size  mean    std",
 *   "──────────────────────────────────────────────",
 *   "b      [2]     f32        2   8 B     0      0",
 *   "w      [2, 2]  f32        4  16 B   2.5  1.118",
 *   "──────────────────────────────────────────────",
 *   "total                     6  24 B",
 * ]);
 * ```
 */
export function table(params: unknown): Display {
  const leaves = leavesOf("table", params).map((l) => ({ ...l, ...statisticsOf(l.x.dataSync()) }));
  const lost = leaves.reduce((n, l) => n + l.lost, 0), last = (text: string) => lost === 0 ? [] : [text];
  const rows = [
    ["path", "shape", "dtype", "count", "size", "mean", "std", ...last("not finite")],
    ...leaves.map(({ path, x, mean, std, lost }) => [
      path === "" ? "the root" : path,
      `[${x.shape.join(", ")}]`,
      x.dtype,
      grouped(x.size),
      sized(countBytes(x)),
      ...(x.size === 0 ? ["", ""] : [numberText(mean, 4), numberText(std, 4)]),
      ...last(grouped(lost)),
    ]),
    ["total", "", "", grouped(countParams(params)), sized(countBytes(params)), "", "", ...last(grouped(lost))],
  ];
  const cells = { rows, left: 3 };
  return displayOf(tableText(cells), tableHtml(cells));
}
