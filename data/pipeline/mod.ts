/**
 * Pipelines: examples read, changed, shuffled and put into batches, one after the other, as they are asked for.
 *
 * A pipeline is a value and a stage a function from one to another, so fp-ts's `pipe` builds them. Every pass over a
 * pipeline gives the same elements in the same order; a pass that was interrupted goes on at its `position`, a text to keep
 * in a checkpoint. Errors and early ends close what was opened. Nothing is read before it is asked for, and no stage holds
 * more than it says.
 *
 * @example Two epochs of shuffled batches
 * ```ts
 * import { key, tensor } from "@adjoint/adjoint";
 * import { pipeline as p } from "@adjoint/adjoint/data";
 * import { pipe } from "fp-ts/lib/function.js";
 * import { assertEquals } from "@std/assert";
 *
 * const data = pipe(
 *   p.examples({ x: tensor([[1], [2], [3], [4]]), y: tensor([0, 1, 0, 1]) }),
 *   p.shuffle(key(0)),
 *   p.batch(2),
 *   p.repeat(2),
 * );
 * const pass = data.open();
 * const first = await pass.next();
 * const rest = data.open(pass.position);
 * let batches = 0;
 * for await (const { x, y } of rest) batches += x.shape[0] === y.shape[0] ? 1 : 0;
 * assertEquals([first.done, batches], [false, 3]);
 * ```
 *
 * @module
 */

export * from "./ahead.ts";
export * from "./batch.ts";
export * from "./bucket.ts";
export * from "./collate.ts";
export * from "./elements.ts";
export * from "./interleave.ts";
export {
  type Access,
  define,
  type Epochs,
  type Pass,
  type Pipeline,
  type Stage,
  type State,
  stateOf,
  type Step,
  type Steps,
} from "./pipeline.ts";
export * from "./shuffle.ts";
export * from "./sources.ts";
