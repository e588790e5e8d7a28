/**
 * The rows of PNG: samples packed into bytes, each row filtered by the one above.
 *
 * @see https://www.w3.org/TR/png-3/, sections 7 to 9
 */

/** Part of the pixels: those of every `dx`th column from `x` on, in every `dy`th row from `y` on. */
export interface Pass {
  /** The first column. */
  readonly x: number;
  /** The first row. */
  readonly y: number;
  /** From column to column. */
  readonly dx: number;
  /** From row to row. */
  readonly dy: number;
}

const whole: readonly Pass[] = [{ x: 0, y: 0, dx: 1, dy: 1 }];

const adam7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/** A pass over a picture: how many pixels and bytes its rows have. */
export interface PassSize extends Pass {
  /** Pixels a row. */
  readonly columns: number;
  /** Rows. */
  readonly rows: number;
  /** Bytes a row, without the one that names its filter. */
  readonly stride: number;
}

/** The passes over a picture that have pixels. */
export function passesOf(width: number, height: number, bits: number, interlaced: boolean): readonly PassSize[] {
  return (interlaced ? adam7 : whole)
    .map((pass) => {
      const columns = Math.ceil((width - pass.x) / pass.dx), rows = Math.ceil((height - pass.y) / pass.dy);
      return { ...pass, columns, rows, stride: Math.ceil(columns * bits / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/** How many bytes the rows of passes take, filters included. */
export const bytesOf = (passes: readonly PassSize[]): number =>
  passes.reduce((sum, { rows, stride }) => sum + rows * (1 + stride), 0);

/** What a filter, 0 to 4, expects of a byte, by those to the left, above, and above the left. */
export function expected(filter: number, left: number, above: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  return filter === 3 ? left + above >> 1 : paeth(left, above, corner);
}

/** The one nearest to left + above − corner; ties go to the left, then to what is above. */
function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const a = Math.abs(guess - left), b = Math.abs(guess - above), c = Math.abs(guess - corner);
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

/**
 * Takes the filters off the rows of a pass that starts at `start`, in place; gives the place of a row whose filter is none
 * of the five, or −1. `step` is the bytes of a pixel, one at least.
 */
export function unfilter(bytes: Uint8Array, start: number, { rows, stride }: PassSize, step: number): number {
  for (let r = 0; r < rows; r++) {
    const mark = start + r * (1 + stride), from = mark + 1, up = 1 + stride;
    const filter = bytes[mark]!;
    if (filter > 4) return mark;
    for (let i = 0; i < stride && filter > 0; i++) {
      const at = from + i;
      const left = i < step ? 0 : bytes[at - step]!, above = r === 0 ? 0 : bytes[at - up]!;
      const corner = r === 0 || i < step ? 0 : bytes[at - up - step]!;
      bytes[at] = bytes[at]! + expected(filter, left, above, corner);
    }
  }
  return -1;
}

/** The sample at a place in a row that starts at byte `row`. */
export function sampleAt(bytes: Uint8Array, row: number, place: number, depth: number): number {
  if (depth === 8) return bytes[row + place]!;
  if (depth === 16) return bytes[row + 2 * place]! << 8 | bytes[row + 2 * place + 1]!;
  const bit = place * depth;
  return bytes[row + (bit >> 3)]! >> 8 - depth - (bit & 7) & (1 << depth) - 1;
}
