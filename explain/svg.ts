/** Writing SVG: elements, and text that cannot be taken for markup. */
import { escapeHtml } from "../core/format.ts";

/** An element; what an attribute and a text hold is escaped here, what `inside` holds is SVG already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  inside = "",
): string {
  const written = Object.entries(attributes).map(([k, v]) =>
    ` ${k}="${escapeHtml(String(v)).replaceAll('"', "&quot;")}"`
  );
  return `<${name}${written.join("")}>${inside}</${name}>`;
}

/** A line of text. */
export const textElement = (text: string, attributes: Readonly<Record<string, string | number>>): string =>
  element("text", attributes, escapeHtml(text));

/** The text with what XML does not allow in any form replaced: control characters and halves of pairs. */
export const wellFormed = (text: string): string =>
  // deno-lint-ignore no-control-regex -- these are what is looked for
  text.toWellFormed().replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
