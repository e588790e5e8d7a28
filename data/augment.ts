/** Augmentation: pictures changed at random in ways that leave what they show. All of it runs in `jit`. */
import {
  ArgumentError,
  bernoulli,
  type DType,
  dynamicSlice,
  type Key,
  pad,
  randint,
  reshape,
  reverse,
  type Shape,
  ShapeError,
  type Tensor,
  vmap,
  where,
} from "../mod.ts";

type Images = Tensor<Shape, DType>;

function requireImages(op: string, x: Images): readonly [number, number, number, number] {
  if (x.shape.length === 4) return x.shape as readonly [number, number, number, number];
  throw new ShapeError(`${op}: expected pictures [batch, height, width, channels], got [${x.shape.join(", ")}]`);
}

/**
 * Pictures of which each is turned left to right with a probability.
 *
 * @param key A key, used here only. @param images Pictures, `[batch, height, width, channels]`, of any dtype.
 * @param probability From 0 to 1; a half if left out.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes. @throws {ArgumentError} If the probability is out of range.
 *
 * @example All of them
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { randomFlip } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(randomFlip(key(0), tensor([[[[1], [2]]]]), 1).toArray(), [[[[2], [1]]]]);
 * ```
 */
export function randomFlip<S extends Shape, D extends DType>(
  key: Key,
  images: Tensor<S, D>,
  probability = 0.5,
): Tensor<S, D> {
  if (!(probability >= 0 && probability <= 1)) {
    throw new ArgumentError(`randomFlip: the probability is from 0 to 1, not ${probability}`);
  }
  const x = images as unknown as Images, [batch] = requireImages("randomFlip", x);
  const turned = bernoulli(key, probability, [batch]) as Tensor<Shape, "bool">;
  return where(
    reshape(turned, [batch, 1, 1, 1]) as Tensor<Shape, "bool">,
    reverse(x, { axis: 2 }) as Images,
    x,
  ) as never;
}

/**
 * Pictures each moved up or down and to a side by up to some pixels, every way equally likely; what comes in is 0.
 *
 * @param key A key, used here only. @param images Pictures, `[batch, height, width, channels]`, of any dtype.
 * @param most The farthest way, in pixels, 0 or more.
 * @returns Pictures of the same shape.
 * @throws {ShapeError} If there are not four axes. @throws {ArgumentError} If `most` is no whole number from 0.
 *
 * @example Nowhere
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { randomShift } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(randomShift(key(0), tensor([[[[1], [2]]]]), 0).toArray(), [[[[1], [2]]]]);
 * ```
 */
export function randomShift<S extends Shape, D extends DType>(
  key: Key,
  images: Tensor<S, D>,
  most: number,
): Tensor<S, D> {
  if (!(Number.isSafeInteger(most) && most >= 0)) {
    throw new ArgumentError(`randomShift: the farthest way is a whole number of pixels from 0, not ${most}`);
  }
  const x = images as unknown as Images, [batch, height, width, channels] = requireImages("randomShift", x);
  const wide = pad(x as Tensor, [[0, 0], [most, most], [most, most], [0, 0]]) as Images;
  const from = randint(key, [batch, 2], 0, 2 * most + 1) as Tensor<readonly [number, 2], "i32">;
  const cut = (picture: Images, at: Tensor<Shape, "i32">) =>
    dynamicSlice(picture as Tensor, [corner(at, 0), corner(at, 1), 0], [height, width, channels]) as Images;
  return vmap(cut as never, { inAxes: [0, 0] } as never)(wide as never, from as never) as never;
}

const corner = (at: Tensor<Shape, "i32">, i: number): Tensor<readonly [], "i32"> =>
  reshape(dynamicSlice(at as Tensor<Shape, "i32">, [i], [1]) as never, []) as never;
