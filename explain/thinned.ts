/** Fewer points that look the same. */

/** A place and a height; NaN where there is nothing to draw. */
export type Point = readonly [x: number, y: number];

/** Points beyond which more cannot be told apart. */
const dense = 1200;

/**
 * As many points as can be told apart: of each group the outermost, so that no peak is lost, and the first that cannot
 * be drawn, so that no gap is.
 */
export function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= dense) return points;
  const groups = dense / 4;
  return Array.from({ length: groups }, (_, g) => {
    const group = points.slice(Math.floor(g * points.length / groups), Math.floor((g + 1) * points.length / groups));
    const kept = group.reduce(({ low, high, lost }, [, y], i) => ({
      low: low < 0 || y < group[low]![1] ? (Number.isNaN(y) ? low : i) : low,
      high: high < 0 || y > group[high]![1] ? (Number.isNaN(y) ? high : i) : high,
      lost: lost < 0 && Number.isNaN(y) ? i : lost,
    }), { low: -1, high: -1, lost: -1 });
    const places = new Set([kept.low, kept.high, kept.lost, g === groups - 1 ? group.length - 1 : 0]);
    return [...places].filter((i) => i >= 0).sort((a, b) => a - b).map((i) => group[i]!);
  }).flat();
}
