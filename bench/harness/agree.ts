/** Whether implementations compute the same thing. */

/** Some of many numbers, evenly spread, and the mean of all. */
export function digest(numbers: ArrayLike<number>): number[] {
  const n = numbers.length, kept = Math.min(n, 256), out: number[] = [];
  for (let i = 0; i < kept; i++) out.push(numbers[Math.floor(i * n / kept)]!);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += numbers[i]!;
  out.push(sum / n);
  return out;
}

/** The largest difference over the largest magnitude; infinite where lengths differ or something is no number. */
function distance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || ![...a, ...b].every(Number.isFinite)) return Infinity;
  const scale = Math.max(...a.map(Math.abs), ...b.map(Math.abs), Number.MIN_VALUE);
  return Math.max(...a.map((x, i) => Math.abs(x - b[i]!))) / scale;
}

/**
 * Those who are not with the majority, and by how much.
 *
 * @param digests What each implementation computed. @param tolerance The largest difference allowed.
 */
export function dissenters(digests: ReadonlyMap<string, readonly number[]>, tolerance: number): Map<string, number> {
  const friends = (d: readonly number[]) => [...digests.values()].filter((e) => distance(d, e) <= tolerance).length;
  const chosen = [...digests.values()].reduce<readonly number[] | null>(
    (best, d) => best === null || friends(d) > friends(best) ? d : best,
    null,
  );
  const out = new Map<string, number>();
  for (const [name, d] of digests) {
    const far = distance(chosen!, d);
    if (!(far <= tolerance)) out.set(name, far);
  }
  return out;
}
