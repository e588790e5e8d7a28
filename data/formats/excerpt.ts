/** Pieces of a file's own text for messages: short whatever the file holds. */

/** The beginning of a text. */
export const clip = (text: string): string => text.length > 80 ? `${text.slice(0, 80)}…` : text;

/** The beginning of a JSON value, as JSON; what lies deeper than a list's items, or in an object, is left out. */
export function excerpt(x: unknown): string {
  if (Array.isArray(x)) return clip(`[${x.slice(0, 8).map(shallow).join(",")}${x.length > 8 ? ",…" : ""}]`);
  return shallow(x);
}

function shallow(x: unknown): string {
  if (typeof x === "object" && x !== null) return Array.isArray(x) ? "[…]" : "{…}";
  return typeof x === "string" ? JSON.stringify(clip(x)) : String(x);
}
