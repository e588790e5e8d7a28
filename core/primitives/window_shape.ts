/** How windows slide over a value: sizes, checks, and which elements each window sees. */
import { both, type Expr, inRange, int, minus, modulo, over, plus, same, times } from "../compiler/kernel.ts";
import { ShapeError } from "../errors.ts";
import { type Shape, show, sizeOf } from "../shape.ts";

/**
 * One entry an axis: the distance between windows, room before and after (removed where negative), the distances between
 * neighbouring elements of the input and of the window.
 */
export interface Sliding {
  readonly strides: readonly number[];
  readonly padding: readonly (readonly [lo: number, hi: number])[];
  readonly inputDilation: readonly number[];
  readonly kernelDilation: readonly number[];
}

/** How far `n` elements reach when neighbours are `dilation` apart. */
export const reach = (n: number, dilation: number): number => n === 0 ? 0 : (n - 1) * dilation + 1;

/** How many windows there are along each axis; throws where not one fits. One element fits nowhere in nothing: no windows. */
export function windowCounts(op: string, what: string, input: Shape, window: Shape, s: Sliding): number[] {
  const rank = input.length, positive = (n: number) => Number.isInteger(n) && n >= 1;
  for (
    const [name, list] of [["strides", s.strides], ["input dilation", s.inputDilation], [
      "dilation",
      s.kernelDilation,
    ]] as const
  ) {
    if (list.length !== rank || !list.every(positive)) {
      throw new ShapeError(
        `${op}: ${name} [${list}] must be a whole number, 1 or more, for each of the ${rank} axes of ${show(input)}`,
      );
    }
  }
  if (s.padding.length !== rank || !s.padding.flat().every(Number.isInteger)) {
    throw new ShapeError(
      `${op}: padding ${JSON.stringify(s.padding)} must be a pair of whole numbers for each of the ${rank} axes of ${
        show(input)
      }`,
    );
  }
  if (window.length !== rank || !window.every(positive)) {
    throw new ShapeError(
      `${op}: the ${what} ${show(window)} must have 1 or more elements on each of the ${rank} axes of ${show(input)}`,
    );
  }
  const room = input.map((d, a) => reach(d, s.inputDilation[a]!) + s.padding[a]![0] + s.padding[a]![1]);
  const need = window.map((d, a) => reach(d, s.kernelDilation[a]!));
  if (room.some((n, a) => n < need[a]! && !(n === 0 && need[a] === 1))) {
    throw new ShapeError(
      `${op}: the ${what} is wider than the padded input, ${show(need)} over ${show(room)}` +
        `${need.some((n, a) => n !== window[a]) ? " with dilation" : ""}; add padding or use a smaller ${what}`,
    );
  }
  return room.map((n, a) => Math.floor((n - need[a]!) / s.strides[a]!) + 1);
}

/** Windows over an array: the slid-over axes of the input, the window's size and how many there are. */
export interface Windows extends Sliding {
  readonly input: Shape;
  readonly window: Shape;
  readonly counts: Shape;
}

/**
 * Calls `visit` for every window in row-major order, with the elements it sees, in the window's row-major order: their
 * offsets in the input, and which element of the window each is. The lists are reused, and hold `seen` entries.
 */
export function eachWindow(
  w: Windows,
  inputStrides: readonly number[],
  visit: (at: number, seen: number, offsets: Int32Array, elements: Int32Array) => void,
): void {
  const rank = w.input.length, size = sizeOf(w.window), total = sizeOf(w.counts);
  // Along each axis, for each window and each of its elements: the input's offset, or −1 where there is none.
  const tables = w.window.map((k, a) => axisTable(w, a, k, inputStrides[a]!));
  const digits = new Int32Array(size * rank), at = new Int32Array(rank);
  for (let e = 0; e < size; e++) {
    for (let a = rank - 1, rest = e; a >= 0; a--) {
      digits[e * rank + a] = rest % w.window[a]!;
      rest = Math.floor(rest / w.window[a]!);
    }
  }
  const offsets = new Int32Array(size), elements = new Int32Array(size);
  for (let i = 0; i < total; i++) {
    let seen = 0;
    for (let e = 0; e < size; e++) {
      let offset = 0;
      for (let a = 0; a < rank; a++) {
        const o = tables[a]![at[a]! * w.window[a]! + digits[e * rank + a]!]!;
        if (o < 0) {
          offset = -1;
          break;
        }
        offset += o;
      }
      if (offset < 0) continue;
      offsets[seen] = offset;
      elements[seen++] = e;
    }
    visit(i, seen, offsets, elements);
    for (let a = rank - 1; a >= 0; a--) {
      if (++at[a]! < w.counts[a]!) break;
      at[a] = 0;
    }
  }
}

function axisTable(w: Windows, a: number, k: number, stride: number): Int32Array {
  const n = w.counts[a]!, table = new Int32Array(n * k);
  for (let i = 0; i < table.length; i++) {
    const p = Math.floor(i / k) * w.strides[a]! + i % k * w.kernelDilation[a]! - w.padding[a]![0];
    const q = p / w.inputDilation[a]!;
    table[i] = Number.isInteger(q) && q >= 0 && q < w.input[a]! ? q * stride : -1;
  }
  return table;
}

/** In kernels: where in the input an element of a window lies on each axis, and whether there is anything. */
export function windowAddress(
  s: Sliding,
  input: Shape,
  at: readonly Expr[],
  element: readonly Expr[],
): { readonly address: Expr[]; readonly inside: Expr } {
  const spread = at.map((e, a) =>
    minus(plus(times(e, int(s.strides[a]!)), times(element[a]!, int(s.kernelDilation[a]!))), int(s.padding[a]![0]))
  );
  const address = spread.map((e, a) => over(e, int(s.inputDilation[a]!)));
  const onGrid = spread.flatMap((e, a): Expr[] =>
    s.inputDilation[a] === 1 ? [] : [same(modulo(e, int(s.inputDilation[a]!)), int(0))]
  );
  return { address, inside: onGrid.reduce(both, inRange(address, input)) };
}
