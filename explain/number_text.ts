/** Numbers as pictures write them. */

/** A number as a picture writes it: thousands set off, very large and very small ones by powers of ten. */
export function numberText(x: number, digits = 6): string {
  if (!Number.isFinite(x)) return String(x).replace("Infinity", "∞").replace("-", "−");
  const size = Math.abs(x), plain = size === 0 || size >= 1e-3 && size < 1e7;
  const text = plain
    ? size.toLocaleString("en", { maximumSignificantDigits: Number.isInteger(size) ? 7 : digits })
    : size.toExponential(digits - 1).replace(/\.?0*e\+?/, "e").replace("-", "−");
  return x < 0 ? `−${text}` : text;
}

/** What the ticks of an axis say: six digits, or as many more as it takes to tell them apart. */
export function tickTexts(ticks: readonly number[]): readonly string[] {
  for (let digits = 6;; digits += 3) {
    const texts = ticks.map((t) => numberText(t, digits));
    if (digits > 15 || new Set(texts).size === ticks.length) return texts;
  }
}
