/** How windows lie on spatial axes: what convolutions, pools and unfolding share. */
import { ArgumentError, type Padding, type PerAxis, reshape, type Shape, ShapeError, type Value } from "../mod.ts";
import { quoted } from "./operands.ts";

/** As many sizes as `S` has, none of them known. */
export type AnySizes<S extends Shape> = { readonly [I in keyof S]: number };

/** One size for each axis of `S`: a number for all of them, or a list. */
export type SizesOf<S extends Shape, K extends PerAxis> = K extends number ? { readonly [I in keyof S]: K }
  : K extends Shape ? K
  : Shape;

/** The shape `[...L, …spatial, C]` after windows of as many axes as `W` has slid over it, with `C2` channels. */
export type SlidOver<S extends Shape, W extends Shape, C2 extends number | "kept"> = S extends
  readonly [...infer L extends Shape, ...AnySizes<W>, infer C extends number]
  ? readonly [...L, ...AnySizes<W>, C2 extends number ? C2 : C]
  : Shape;

/** How windows slide. */
export interface WindowOptions {
  /** Distances between neighbouring windows. */
  readonly stride?: PerAxis;
  /** Room at the borders: `"same"`, `"valid"` (none), a number, or for each axis a number or a pair, before and after. */
  readonly padding?: Padding;
  /** Distances between neighbouring elements of a window; 1 if left out. */
  readonly dilation?: PerAxis;
  /** Whether a last window that reaches beyond the border counts; it does not if left out. */
  readonly ceilMode?: boolean;
}

/** Windows with their place on every spatial axis. */
export interface Windows {
  /** Sizes of the input. */
  readonly sizes: Shape;
  /** Elements of a window. */
  readonly window: Shape;
  /** Distances between windows. */
  readonly stride: Shape;
  /** Distances between elements of a window. */
  readonly dilation: Shape;
  /** Room before and after. */
  readonly padding: readonly (readonly [number, number])[];
  /** What a last window of `ceilMode` needs beyond the room after. */
  readonly overhang: Shape;
  /** How many windows there are. */
  readonly counts: Shape;
}

const whole = (x: unknown, least: number): x is number => Number.isInteger(x) && x as number >= least;

/** Throws where an option is misspelt. */
export function requireNames(op: string, options: object, names: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw new ArgumentError(`${op}: there is no option ${name}; it takes ${names.join(", ")}`);
    }
  }
}

/** Throws unless a value is one of some words. */
export function requireChoice(op: string, name: string, given: unknown, choices: readonly string[]): void {
  if (choices.includes(given as string)) return;
  throw new ArgumentError(`${op}: ${name} ${JSON.stringify(given)} must be ${quoted(choices)}`);
}

/** Throws unless a number is whole and 1 or more. */
export function requireCount(op: string, name: string, given: unknown): void {
  if (!whole(given, 1)) {
    throw new ArgumentError(`${op}: ${name} ${JSON.stringify(given)} must be a whole number, 1 or more`);
  }
}

/** One number for each of `n` axes, from a number for all or a list. */
export function perAxis(op: string, name: string, given: unknown, n: number, least = 1): readonly number[] {
  const list: unknown = Array.isArray(given) ? given : new Array<unknown>(n).fill(given);
  if ((list as unknown[]).length !== n || !(list as unknown[]).every((x) => whole(x, least))) {
    throw new ArgumentError(
      `${op}: ${name} ${JSON.stringify(given)} must be a whole number, ${least} or more, or a list of ${n} of them, ` +
        `one for each spatial axis`,
    );
  }
  return list as number[];
}

/** A list of sizes: at level 0, where it tells how many axes are spatial. */
export function sizeList(op: string, name: string, given: unknown, least = 1): Shape {
  if (!Array.isArray(given) || given.length === 0 || !given.every((x) => whole(x, least))) {
    throw new ArgumentError(
      `${op}: ${name} ${JSON.stringify(given)} must be a list of whole numbers, ${least} or more, ` +
        "one for each spatial axis",
    );
  }
  return given;
}

/** A pair for each of `n` axes, before and after, from a number for all or a list of numbers and pairs; else undefined. */
export function pairs(given: unknown, n: number): readonly (readonly [number, number])[] | undefined {
  const integer = (x: unknown): x is number => Number.isInteger(x);
  const list: readonly unknown[] = Array.isArray(given) ? given : new Array<unknown>(n).fill(given);
  const each = list.map((p) => integer(p) ? [p, p] : p);
  const fits = each.length === n && each.every((p) => Array.isArray(p) && p.length === 2 && p.every(integer));
  return fits ? each as unknown as readonly (readonly [number, number])[] : undefined;
}

/** How far a window of `n` elements reaches when neighbours are `dilation` apart. */
const reach = (n: number, dilation: number): number => (n - 1) * dilation + 1;

/** Shapes in messages. */
const show = (s: Shape): string => `[${s.join(", ")}]`;

/**
 * The windows that fit. `"same"` padding gives ⌈size / stride⌉ of them, the odd element of room behind.
 *
 * @throws {ArgumentError} If an option is out of range. @throws {ShapeError} If a window is wider than the padded input.
 */
export function placeWindows(
  op: string,
  what: "kernel" | "window",
  sizes: Shape,
  window: Shape,
  options: WindowOptions,
): Windows {
  const n = sizes.length, stride = perAxis(op, "stride", options.stride ?? 1, n);
  const dilation = perAxis(op, "dilation", options.dilation ?? 1, n);
  const need = window.map((k, a) => reach(k, dilation[a]!));
  const padding = paddingOf(op, options.padding ?? "valid", n, (a) => {
    const room = Math.max(0, (Math.ceil(sizes[a]! / stride[a]!) - 1) * stride[a]! + need[a]! - sizes[a]!);
    return [Math.floor(room / 2), Math.ceil(room / 2)];
  });
  const padded = sizes.map((d, a) => d + padding[a]![0] + padding[a]![1]);
  if (padded.some((d, a) => d < need[a]!)) {
    throw new ShapeError(
      `${op}: the ${what} ${show(window)}${
        need.some((k, a) => k !== window[a]) ? `, with dilation ${show(need)},` : ""
      } is wider than the padded input ${show(padded)}; add padding or use a smaller ${what}`,
    );
  }
  const counts = padded.map((d, a) => {
    const room = d - need[a]!, step = stride[a]!;
    if (options.ceilMode !== true) return Math.floor(room / step) + 1;
    const count = Math.ceil(room / step) + 1;
    // The last window must begin before the room behind the input does.
    return (count - 1) * step >= sizes[a]! + padding[a]![0] ? count - 1 : count;
  });
  const overhang = counts.map((c, a) => Math.max(0, (c - 1) * stride[a]! + need[a]! - padded[a]!));
  return { sizes, window, stride, dilation, padding, overhang, counts };
}

/** Padding as a pair for each axis; `same` says what `"same"` means there. */
export function paddingOf(
  op: string,
  given: unknown,
  n: number,
  same: (axis: number) => readonly [number, number],
): readonly (readonly [number, number])[] {
  const axes = Array.from({ length: n }, (_, a) => a);
  const found = given === "valid"
    ? axes.map(() => [0, 0] as const)
    : given === "same"
    ? axes.map(same)
    : pairs(given, n);
  if (found !== undefined) return found;
  throw new ArgumentError(
    `${op}: padding ${
      JSON.stringify(given)
    } must be "same", "valid", a whole number, or a list of ${n} numbers or pairs`,
  );
}

/** Spatial sizes and channels of one example, `[…spatial, C]`. */
export function spatialShape(op: string, shape: Shape): readonly [sizes: Shape, channels: number] {
  if (shape.length < 2) {
    throw new ShapeError(
      `${op}: an example ${show(shape)} has no spatial axis; it takes [L, C], [H, W, C] or [D, H, W, C]`,
    );
  }
  return [shape.slice(0, -1), shape.at(-1)!];
}

/** `f` of a tensor `[N, …spatial, C]`, for one with any axes in the place of N. `n` axes are spatial. */
export function overLeading(op: string, n: number, x: Value, f: (x: Value) => Value): Value {
  const given = x.shape, rank = given.length;
  if (rank < n + 1) {
    const axes = n === 1 ? "1 spatial axis needs" : `${n} spatial axes need`,
      names = n === 1 ? "L" : ["D", "H", "W"].slice(-n).join(", ");
    throw new ShapeError(`${op}: ${axes} a tensor [..., ${names}, C], got ${show(given)}`);
  }
  const lead = given.slice(0, rank - n - 1);
  if (lead.length === 1) return f(x);
  const y = f(reshape(x, [lead.reduce((a, b) => a * b, 1), ...given.slice(lead.length)]) as Value);
  return reshape(y, [...lead, ...y.shape.slice(1)]) as Value;
}
