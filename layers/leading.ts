/** Types of batched trees: axes in front of every tensor. */
import type { DType, Shape, Tensor } from "../mod.ts";

/** Axes as other arguments say, never inferred from here: `NoInfer`, which TypeScript does not unwrap within a tuple. */
export type Settled<L extends Shape> = L extends infer M extends Shape ? M : never;

/** A tree of tensors with the axes `L` in front of every tensor. */
export type Lead<L extends Shape, T> = T extends Tensor<infer S, infer D extends DType>
  ? Tensor<readonly [...L, ...S], D>
  : T extends object ? { readonly [K in keyof T]: Lead<L, T[K]> }
  : T;

/** A tree of tensors with the axes `F` in the place of every first axis. */
export type WithFirst<F extends Shape, T> = T extends Tensor<infer S, infer D extends DType>
  ? S extends readonly [unknown, ...infer R extends readonly number[]] ? Tensor<readonly [...F, ...R], D>
  : Tensor<readonly number[], D>
  : T extends object ? { readonly [K in keyof T]: WithFirst<F, T[K]> }
  : T;
