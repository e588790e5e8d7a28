/** Ranges of an axis, by Python's rules: ends beyond the axis are cut off, negative ones count from the end. */

/** Elements from `start` up to but not with `stop`, `step` apart; all of them, forwards, if left out. */
export interface IndexRange {
  /** The first; the axis's first (its last, for a negative step) if left out. */
  readonly start?: number | null;
  /** The first one too far; beyond the axis's end if left out. */
  readonly stop?: number | null;
  /** The distance, not 0; 1 if left out. Negative ones go backwards. */
  readonly step?: number | null;
}
