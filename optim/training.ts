/** One step of a training: what goes in, what comes out, and how a loss and an optimizer make one. */
import {
  ArgumentError,
  type FloatDType,
  type Key,
  type Shape,
  type Tensor,
  tensor,
  tree,
  type TypedArray,
  valueAndGrad,
} from "../mod.ts";
import { applyUpdates, type GradientTransformation, type OptState } from "./transformation.ts";

/** What a step of training changes: trees of tensors. */
export interface Training<P, S> {
  /** The parameters. */
  readonly params: P;
  /** The layers' state, such as the running averages of batch normalization. */
  readonly state: S;
  /** The optimizer's state. */
  readonly opt: OptState;
}

/**
 * A loss to train by: of parameters, the layers' state, a batch and a key (for dropout and the like), the loss and the
 * state afterwards.
 */
export type TrainingLoss<P, S, B> = (
  params: P,
  state: S,
  batch: B,
  key: Key,
) => readonly [loss: Tensor<readonly [], FloatDType>, state: S];

/** A step of training: what it leaves behind, and its loss. It is pure. */
export type TrainingStep<P, S, B> = (
  training: Training<P, S>,
  batch: B,
  key: Key,
) => readonly [training: Training<P, S>, loss: Tensor<readonly [], FloatDType>];

/**
 * The step that a loss and an optimizer make: gradient, update, new parameters.
 *
 * @param loss The loss. @param optimizer The optimizer.
 * @returns A pure function, to be jitted.
 *
 * @example One step of gradient descent
 * ```ts
 * import { key, square, sub, tensor, type Tensor } from "@adjoint/adjoint";
 * import { sgd, type Training, trainingStep } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * type Scalar = Tensor<readonly []>;
 * const optimizer = sgd(0.25), params = tensor(0) as Scalar;
 * const step = trainingStep((w: Scalar, state: null, x: Scalar) => [square(sub(w, x)), state] as const, optimizer);
 * const [next, loss] = step({ params, state: null, opt: optimizer.init(params) }, tensor(4), key(0));
 * assertEquals([loss.item(), next.params.item()], [16, 2]);
 * ```
 */
export function trainingStep<P, S, B>(
  loss: TrainingLoss<P, S, B>,
  optimizer: GradientTransformation,
): TrainingStep<P, S, B> {
  const slope = valueAndGrad(loss as never, { hasAux: true }) as unknown as (
    ...args: Parameters<typeof loss>
  ) => readonly [ReturnType<typeof loss>, P];
  return ({ params, state, opt }, batch, key) => {
    const [[value, after], gradient] = slope(params, state, batch, key);
    const [updates, next] = optimizer.update(gradient, opt, params);
    return [{ params: applyUpdates(params, updates), state: after, opt: next }, value];
  };
}

/**
 * A copy of a tree, with memory of its own: it stays when what it was copied from is donated.
 *
 * @param values A tree of tensors.
 * @returns A promise of the copy.
 *
 * @example Kept for later
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { snapshot } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const { w } = await snapshot({ w: tensor([1, 2]) });
 * assertEquals(w.toArray(), [1, 2]);
 * ```
 */
export async function snapshot<T>(values: T): Promise<T> {
  const [leaves, structure] = tree.flatten(values);
  const copies = await Promise.all(leaves.map(async (l) => {
    const copy = tensor as (data: TypedArray, options: { shape: Shape; dtype: typeof l.dtype }) => typeof l;
    return copy(await l.data(), { shape: l.shape, dtype: l.dtype });
  }));
  return tree.unflatten(structure, copies) as T;
}

/** Settings of a training that `fit` and `findLearningRate` share. */
export interface BatchesOption<B> {
  /**
   * The batches of a pass over the data, trees of tensors: from the epoch, counted from 0, and a key of its own to draw an
   * order with. `(epoch, key) => batches(examples, 32, { key })` with `batches` of `@adjoint/adjoint/data`.
   */
  readonly batches: (epoch: number, key: Key) => Iterable<B> | AsyncIterable<B>;
}

/** An error for an epoch without batches, which would go on for ever or mean nothing. */
export const noBatches = (op: string, epoch: number): ArgumentError =>
  new ArgumentError(
    `${op}: epoch ${epoch} has no batches; batches(epoch, key) must give new ones each time it is called`,
  );
