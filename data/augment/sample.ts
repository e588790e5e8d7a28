/** Pictures read at places between their pixels. */
import {
  add,
  and,
  arange,
  ArgumentError,
  cast,
  clamp,
  expandDims,
  floor,
  gather,
  greaterEqual,
  lessEqual,
  mul,
  reshape,
  type Shape,
  ShapeError,
  sub,
  type Tensor,
  type Value,
  where,
} from "../../mod.ts";
import { type Examples, requireFloats, requireImages } from "./operands.ts";

/** How pictures are sampled between and beyond their pixels. */
export interface SampleOptions {
  /** `"bilinear"` between the four nearest pixels (if left out), or the `"nearest"` pixel alone. */
  readonly mode?: "bilinear" | "nearest";
  /** What lies beyond the picture: a number (0 if left out), or `"edge"` for the pixel at the edge. */
  readonly fill?: number | "edge";
}

/** Throws unless the options are in range and fit the pictures. */
export function requireSampling(op: string, images: Examples, { mode, fill }: SampleOptions): void {
  if (mode !== undefined && mode !== "bilinear" && mode !== "nearest") {
    throw new ArgumentError(`${op}: mode is "bilinear" or "nearest", not ${JSON.stringify(mode)}`);
  }
  if (fill !== undefined && fill !== "edge" && typeof fill !== "number") {
    throw new ArgumentError(`${op}: fill is a number or "edge", not ${JSON.stringify(fill)}`);
  }
  if (mode !== "nearest") requireFloats(op, images);
}

/** One of the pixels next to a place along an axis: its number, and whether there is one. */
interface Neighbour {
  readonly at: Tensor<Shape, "i32">;
  readonly inside: Tensor<Shape, "bool">;
}

/**
 * Pictures `[batch, height, width, channels]` read at places `[batch, h, w]`, x to the right and y down, in pixels from
 * the middle of the picture.
 */
export function sample(op: string, images: Examples, x: Tensor, y: Tensor, options: SampleOptions): Examples {
  requireSampling(op, images, options);
  const [, height, width] = requireImages(op, images), { mode = "bilinear", fill = 0 } = options;
  if (height * width === 0 && x.size > 0) {
    throw new ShapeError(`${op}: pictures of ${height} × ${width} have no pixel to read`);
  }
  const fromCorner = (p: Tensor, n: number): Tensor => add(p, (n - 1) / 2) as unknown as Tensor;
  const column = fromCorner(x, width), row = fromCorner(y, height);
  const read = (r: Neighbour, c: Neighbour): Tensor => {
    const pixel = pixelsAt(images, r.at, c.at);
    if (fill === "edge") return pixel;
    return where(expandDims(and(r.inside, c.inside), -1) as Tensor<Shape, "bool">, pixel, fill) as Value as Tensor;
  };
  if (mode === "nearest") {
    const nearest = (p: Tensor, n: number) => neighbour(floor(add(p, 0.5)) as unknown as Tensor, 0, n);
    return read(nearest(row, height), nearest(column, width));
  }
  const [top, left] = [floor(row), floor(column)] as Tensor[];
  const down = share(row, top!, images), right = share(column, left!, images);
  const between = (a: Tensor, b: Tensor, t: Tensor): Tensor => add(a, mul(t, sub(b, a))) as unknown as Tensor;
  const line = (i: number): Tensor => {
    const r = neighbour(top!, i, height);
    return between(read(r, neighbour(left!, 0, width)), read(r, neighbour(left!, 1, width)), right);
  };
  return between(line(0), line(1), down);
}

/** How far a place is on the way from the pixel before it to the next, for all channels. */
const share = (p: Tensor, before: Tensor, images: Examples): Tensor =>
  cast(expandDims(sub(p, before) as unknown as Tensor, -1) as Tensor, images.dtype as "f32") as unknown as Tensor;

/** The pixel `i` after the one before a place, of `n` in a row. */
function neighbour(before: Tensor, i: number, n: number): Neighbour {
  // Held near the picture first, for a far place has no number in i32.
  const at = add(cast(clamp(before, { min: -2, max: n }), "i32"), i) as unknown as Tensor<Shape, "i32">;
  const inside = and(greaterEqual(at, 0), lessEqual(at, n - 1)) as Tensor<Shape, "bool">;
  return { at: clamp(at, { min: 0, max: Math.max(n - 1, 0) }), inside };
}

/** The pixels of each picture at rows and columns: `[batch, h, w, channels]`. */
function pixelsAt(images: Examples, row: Tensor<Shape, "i32">, column: Tensor<Shape, "i32">): Tensor {
  const [batch, height, width, channels] = requireImages("sample", images);
  const picture = reshape(arange(0, batch, 1, { dtype: "i32" }), [batch, 1, 1]) as Tensor<Shape, "i32">;
  const line = add(mul(picture, height), row) as unknown as Tensor<Shape, "i32">;
  const place = add(mul(line, width), column) as unknown as Tensor<Shape, "i32">;
  const flat = reshape(images as Tensor, [batch * height * width, channels]) as Tensor;
  return gather(flat, expandDims(place, -1) as Tensor<Shape, "i32">) as unknown as Tensor;
}
