/** The order of texts that no locale changes. */

/** Compares two texts by their code points; JavaScript's own comparison puts characters above U+FFFF too early. */
export function byCodePoint(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    // Where the first halves of two surrogate pairs are equal, the second halves decide.
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.codePointAt(i)! - b.codePointAt(i)!;
  }
  return a.length - b.length;
}
