/** A tensor with what its values are like. */
import type { DType, Shape, Tensor } from "../mod.ts";
import { formatHtml } from "../core/format.ts";
import { grouped } from "../core/format_table.ts";
import { type Display, displayOf } from "./display.ts";
import { numberText } from "./number_text.ts";
import { statisticsOf } from "./statistics.ts";

/**
 * A tensor as text and as an HTML table, the middle left out where there are many values, with their range, mean and
 * standard deviation.
 *
 * @param x A tensor of any shape and dtype.
 * @returns The text, and the HTML that a notebook shows.
 * @throws {DonatedError} If the tensor's elements were given away.
 *
 * @example Three numbers
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { showTensor } from "@adjoint/adjoint/explain";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(showTensor(tensor([1, 2, 6])).text, "f32[3] [1, 2, 6]\nfrom 1 to 6, mean 3, std 2.16");
 * ```
 */
export function showTensor(x: Tensor<Shape, DType>): Display {
  const { shape, dtype } = x, data = x.dataSync(), { mean, std, least, largest, lost } = statisticsOf(data);
  const [low, high, center, spread] = [least, largest, mean, std].map((v) => numberText(v, 4));
  const notes = x.size === 0 ? [] : [
    `from ${low} to ${high}, mean ${center}, std ${spread}${lost === 0 ? "" : `, ${grouped(lost)} not finite`}`,
  ];
  const html = formatHtml({ shape, dtype, data }) + notes.map((n) => `<p>${n}</p>`).join("");
  return displayOf([String(x), ...notes].join("\n"), html);
}
