/** How wide text will be, near enough to leave room for it: there is no font to ask before a picture is shown. */
import { fontSize } from "./theme.ts";

/** Widths of Roboto's letters in shares of the size, in classes that are within a tenth of the size. */
const widthOf = (letter: string): number =>
  /[iljI.,:;'!|]/.test(letter)
    ? 0.26
    : /[ ftr()\[\]{}"\/\\-]/.test(letter)
    ? 0.35
    : /[mwMW@%…—]/.test(letter)
    ? 0.86
    : /[A-Z]/.test(letter)
    ? 0.65
    : letter < "\u0530"
    ? 0.56
    : 1;

/** The width of a text in pixels, in letters of the size that labels have or another. */
export function textWidth(text: string, size: number = fontSize): number {
  let width = 0;
  for (const letter of text) width += widthOf(letter);
  return Math.ceil(width * size);
}

/** The widest of some labels. */
export const widest = (labels: readonly string[]): number => labels.reduce((w, l) => Math.max(w, textWidth(l)), 0);

/** The text, its end left out where it would be wider than a number of pixels. */
export function fitted(text: string, width: number, size: number = fontSize): string {
  if (textWidth(text, size) <= width) return text;
  let room = width - textWidth("…", size), kept = "";
  for (const letter of text) {
    room -= widthOf(letter) * size;
    if (room < 0) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}
