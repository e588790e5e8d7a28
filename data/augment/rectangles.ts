/** Rectangles in pictures: drawn by their area and their proportions, and turned into masks. */
import {
  add,
  and,
  any,
  arange,
  argmax,
  cast,
  div,
  exp,
  expandDims,
  foldIn,
  greaterEqual,
  type Key,
  less,
  lessEqual,
  mul,
  randint,
  reshape,
  round,
  type Shape,
  sqrt,
  squeeze,
  sub,
  takeAlongAxis,
  type Tensor,
  uniform,
} from "../../mod.ts";
import type { Range } from "./operands.ts";

/** Whole numbers. */
export type Wholes = Tensor<Shape, "i32">;

/** Rows and columns. */
export type Size = readonly [number, number];

/** A rectangle for each picture, `[batch]` of each. */
export interface Rectangles {
  /** The first row; it may lie above the picture. */
  readonly top: Wholes;
  /** The first column; it may lie to the left of the picture. */
  readonly left: Wholes;
  /** How many rows. */
  readonly height: Wholes;
  /** How many columns. */
  readonly width: Wholes;
}

/** Areas, as shares of a picture's, and proportions, to be drawn. */
export interface Proportions {
  /** Shares of the picture's area, each equally likely. */
  readonly scale: Range;
  /** Proportions, each logarithm of one equally likely. */
  readonly ratio: Range;
}

/** How often Inception's way draws before it gives up. */
const tries = 10;

/**
 * For each picture the first of ten draws that is no larger than the picture, and whether there is one. `tall` says
 * whether proportions are of height to width, instead of width to height.
 */
export function drawSizes(
  key: Key,
  batch: number,
  [height, width]: Size,
  { scale, ratio }: Proportions,
  tall = false,
): Pick<Rectangles, "height" | "width"> & { readonly found: Tensor<Shape, "bool"> } {
  const draw = (i: number, [min, max]: Range) => uniform(foldIn(key, i), [batch, tries], { min, max }) as Tensor;
  const area = mul(draw(0, scale), height * width) as unknown as Tensor;
  const proportion = exp(draw(1, [Math.log(ratio[0]), Math.log(ratio[1])]));
  const side = (x: unknown): Wholes => cast(round(sqrt(x as Tensor)), "i32") as Wholes;
  const long = side(mul(area, proportion)), short = side(div(area, proportion));
  const [h, w] = tall ? [long, short] : [short, long];
  const within = (x: Wholes, most: number) => and(greaterEqual(x, 1), lessEqual(x, most)) as Tensor<Shape, "bool">;
  const fits = and(within(h, height), within(w, width)) as Tensor<Shape, "bool">;
  const first = expandDims(argmax(cast(fits, "i32"), { axis: 1 }) as Wholes, 1) as Wholes;
  const pick = (x: Wholes) => squeeze(takeAlongAxis(x, first, { axis: 1 }), { axis: 1 }) as Wholes;
  return { height: pick(h), width: pick(w), found: any(fits, { axis: 1 }) as Tensor<Shape, "bool"> };
}

/** Rectangles of sizes up to the pictures', each at a place of its own, every place in the picture equally likely. */
export function placeAnywhere(key: Key, [h, w]: Size, { height, width }: Omit<Rectangles, "top" | "left">): Rectangles {
  const from = (i: number, n: number, size: Wholes): Wholes =>
    randint(foldIn(key, i), size.shape, 0, sub(n + 1, size) as never) as Wholes;
  return { top: from(0, h, height), left: from(1, w, width), height, width };
}

/** Which pixels rectangles cover, `[batch, height, width, 1]`. */
export function covered({ top, left, height, width }: Rectangles, [h, w]: Size): Tensor<Shape, "bool"> {
  const along = (axis: number, n: number, from: Wholes, size: Wholes): Tensor<Shape, "bool"> => {
    const each = (x: Wholes) => reshape(x, [x.shape[0]!, 1, 1, 1]) as Wholes;
    const at = reshape(arange(0, n, 1, { dtype: "i32" }), [0, 1, 2, 3].map((a) => a === axis ? n : 1)) as Wholes;
    return and(greaterEqual(at, each(from)), less(at, each(add(from, size) as Wholes))) as Tensor<Shape, "bool">;
  };
  return and(along(1, h, top, height), along(2, w, left, width)) as Tensor<Shape, "bool">;
}
