/** Augmentations one after another. */
import { ArgumentError, foldIn, type Key } from "../../mod.ts";

/** A change at random: a pure function of a key and what it changes. */
export type Augmentation<X> = (key: Key, x: X) => X;

/**
 * Changes at random one after another, each with a key of its own: step i is given `foldIn(key, i)`. Two of the same
 * kind therefore draw apart, and another step at the end leaves what the others draw.
 *
 * @param steps Functions of a key and what they change, such as `(key, x) => randomFlip(key, x)`.
 * @returns A function of the same kind, which runs in `jit` where the steps do, and may itself be a step.
 * @throws {ArgumentError} If a step is not a function.
 *
 * @example For training on small pictures
 * ```ts
 * import { jit, key, type Tensor, zeros } from "@adjoint/adjoint";
 * import { augmentWith, cutout, randomCrop, randomFlip } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * type Images = Tensor<readonly [number, 8, 8, 3]>;
 * const augment = jit(augmentWith<Images>(
 *   (key, x) => randomFlip(key, x),
 *   (key, x) => randomCrop(key, x, [8, 8], { padding: 1 }),
 *   (key, x) => cutout(key, x, 4),
 * ));
 * assertEquals(augment(key(0), zeros([2, 8, 8, 3])).toArray(), zeros([2, 8, 8, 3]).toArray());
 * ```
 */
export function augmentWith<X>(...steps: readonly Augmentation<X>[]): Augmentation<X> {
  steps.forEach((step, i) => {
    if (typeof step === "function") return;
    throw new ArgumentError(`augmentWith: step ${i} is not a function; write (key, x) => randomFlip(key, x)`);
  });
  return (key, x) => steps.reduce((y, step, i) => step(foldIn(key, i), y), x);
}
