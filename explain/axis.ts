/** Axes: where they begin and end, and where their ticks stand. */

/** The scale of an axis. */
export interface Axis {
  /** Whether equal ratios, not differences, are equally far apart. */
  readonly log: boolean;
  /** The least and the largest number on it. */
  readonly domain: readonly [number, number];
  /** The numbers that have a tick. */
  readonly ticks: readonly number[];
}

/** How an axis is laid out. */
export interface AxisOptions {
  /** Logarithmic; the values are above 0 then. */
  readonly log?: boolean;
  /** Ticks at whole numbers only. */
  readonly whole?: boolean;
  /** Ends at the outermost values instead of at the ticks beyond them. */
  readonly tight?: boolean;
  /** About how many ticks there are; 6 if left out. */
  readonly count?: number;
}

/** The axis of finite values; from 0 to 1, or from 1 to 10 of a logarithmic one, if there are none. */
export function axisOf(values: readonly number[], options: AxisOptions = {}): Axis {
  const { log = false, whole = false, tight = false, count = 6 } = options;
  const [least, largest] = rangeOf(values) ?? (log ? [1, 10] : [0, 1]);
  // Values that differ in their last digits only are one to the eye, and so would their ticks be.
  const size = Math.max(Math.abs(least), Math.abs(largest));
  const same = largest / 2 - least / 2 <= 1e-10 * size || !log && size < tiny;
  const [low, high] = same ? around(least, log, whole) : [least, largest];
  return log ? logAxis(low, high, tight) : linearAxis(low, high, whole, tight, count);
}

/** The least and the largest of some numbers, if there are any. */
function rangeOf(values: readonly number[]): readonly [number, number] | undefined {
  let least = Infinity, largest = -Infinity;
  for (const v of values) {
    least = Math.min(least, v);
    largest = Math.max(largest, v);
  }
  return least <= largest ? [least, largest] : undefined;
}

/** Numbers too small to be divided evenly, for they have few digits left. */
const tiny = 1e-290;

/** A range around a single value, which the largest and smallest numbers keep to on one side. */
function around(value: number, log: boolean, whole: boolean): readonly [number, number] {
  const size = Math.abs(value), reach = whole && size < 1e6 || size < tiny ? 1 : size / 10;
  const [low, high] = log ? [value / 2, value * 2] : [value - reach, value + reach];
  return [log ? Math.max(low, Number.MIN_VALUE) : Math.max(low, -Number.MAX_VALUE), Math.min(high, Number.MAX_VALUE)];
}

function linearAxis(low: number, high: number, whole: boolean, tight: boolean, count: number): Axis {
  // Each divided first, for the range of the largest numbers overflows.
  const raw = high / count - low / count, power = 10 ** Math.floor(Math.log10(raw));
  // The step of 1, 2, 5 or 10 that is nearest by its logarithm.
  const size = [1, 2, 5, 10].find((_, i) => raw / power <= Math.sqrt([2, 10, 50, Infinity][i]!))! * power;
  const step = whole ? Math.max(1, size) : size;
  const from = Math.floor(low / step), to = Math.ceil(high / step);
  // A quotient of whole numbers is rounded once, where 3 · 0.1 would be rounded twice.
  const place = (k: number) => step < 1 ? k / Math.round(1 / step) : k * step;
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => place(from + i)).filter(Number.isFinite);
  return tight
    ? { log: false, domain: [low, high], ticks: ticks.filter((t) => t >= low && t <= high) }
    : { log: false, domain: [Math.min(low, ...ticks), Math.max(high, ...ticks)], ticks };
}

function logAxis(low: number, high: number, tight: boolean): Axis {
  const from = Math.floor(Math.log10(low)), to = Math.ceil(Math.log10(high)), every = Math.ceil((to - from) / 8);
  // As text, since powers of ten are not exact.
  const steps = Array.from({ length: to - from + 1 }, (_, i) => [1, 2, 5].map((f) => Number(`${f}e${from + i}`)))
    .flat().filter((t) => t > 0 && t < Infinity);
  const domain = tight
    ? [low, high] as const
    : [steps.filter((t) => t <= low).at(-1) ?? low, steps.find((t) => t >= high) ?? high] as const;
  const ticks = steps.filter((_, i) => to - from <= 3 || i % (3 * every) === 0);
  return { log: true, domain, ticks: ticks.filter((t) => t >= domain[0] && t <= domain[1]) };
}
