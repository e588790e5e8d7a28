/**
 * Augmentation: examples changed at random in ways that leave what they show. Every one is a pure function of a key and
 * a batch, changes each example in its own way, and runs in `jit`.
 */
export * from "./augment_with.ts";
export { affine, type AffineOptions } from "./affine.ts";
export { adjustBrightness, adjustContrast, adjustSaturation, type Factor, randomGrayscale } from "./colour.ts";
export * from "./color_jitter.ts";
export { centerCrop, type Cropped, randomCrop, type RandomCropOptions, randomShift } from "./crop.ts";
export * from "./flip.ts";
export * from "./erase.ts";
export * from "./hue.ts";
export * from "./magnitude_warp.ts";
export * from "./mask_tokens.ts";
export * from "./mix.ts";
export * from "./noise.ts";
export { type Range, type Spread } from "./operands.ts";
export * from "./random_affine.ts";
export { type Proportions } from "./rectangles.ts";
export * from "./resized_crop.ts";
export * from "./rotate.ts";
export { type SampleOptions } from "./sample.ts";
export { type MaskIds, swapNeighbours, wordDropout } from "./text.ts";
export * from "./time_mask.ts";
export * from "./time_shift.ts";
