/** Batch normalization: by the statistics of a batch in training, by running ones in evaluation. */
import {
  add,
  ArgumentError,
  cast,
  div,
  mean,
  mul,
  ones,
  rsqrt,
  type Shape,
  ShapeError,
  square,
  stopGradient,
  sub,
  type Tensor,
  zeros,
} from "../mod.ts";
import {
  type Affine,
  affine,
  affineInit,
  type AffineOptions,
  type EntryUnless,
  requireEpsilon,
  requireFit,
} from "./affine.ts";
import type { Entries } from "./block.ts";
import { grow, type Net, type Spec } from "./net.ts";

/** Running statistics of each channel. */
export interface BatchState<C extends number = number> {
  /** Means. */
  readonly mean: Tensor<readonly [C]>;
  /** Unbiased variances. */
  readonly variance: Tensor<readonly [C]>;
  /** How many batches they have seen. */
  readonly count: Tensor<readonly [], "i32">;
}

/**
 * Running statistics before any batch: means 0 and variances 1.
 *
 * @param channels How many channels.
 * @returns The state.
 *
 * @example Eight channels
 * ```ts
 * import { batchStateInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(batchStateInit(8).mean.shape, [8]);
 * ```
 */
export function batchStateInit<const C extends number>(channels: C): BatchState<C> {
  return { mean: zeros([channels]), variance: ones([channels]), count: zeros([], { dtype: "i32" }) };
}

/** How a batch is normalized. */
export interface BatchStatisticsOptions {
  /**
   * How far running statistics move to a batch's, 0.1 if left out; `"cumulative"` makes them the mean over all batches.
   */
  readonly momentum?: number | "cumulative";
  /** What is added to the variance; 1e-5 if left out. */
  readonly epsilon?: number;
}

/** `BatchStatisticsOptions`, and whether the batch's or the running statistics count. */
export interface BatchNormWithOptions extends BatchStatisticsOptions {
  /** `"train"`: by the batch's, and move the running ones; `"eval"`: by the running ones. */
  readonly mode: "train" | "eval";
}

/**
 * Batch normalization: each channel, over all axes but the last, to mean 0 and variance 1, then scaled and shifted.
 *
 * @param params `scale` and `bias`, `[channels]`; `null` for neither.
 * @param state Running statistics; `null` for none, where the batch's own count in evaluation too.
 * @param options `mode`, `momentum`, `epsilon`.
 * @returns A function from `[...L, channels]` to a tensor like it and the state afterwards. The running variance is the
 *   unbiased one, while the batch is divided by the biased one.
 * @throws {ShapeError} If a channel of the batch has not two values in training, or the channels do not fit.
 * @throws {ArgumentError} If an option is out of range.
 * @see Ioffe and Szegedy, Batch normalization, 2015, https://arxiv.org/abs/1502.03167
 *
 * @example Two values of one channel
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { batchNormWith, batchStateInit } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [y, state] = batchNormWith(null, batchStateInit(1), { mode: "train" })(tensor([[1], [5]]));
 * assertAlmostEquals(y.toArray()[1]![0]!, 1, 1e-5);
 * assertAlmostEquals(state.mean.toArray()[0]!, 0.3, 1e-6);
 * ```
 */
export function batchNormWith<C extends number, R extends BatchState<C> | null>(
  params: Affine<readonly [C]> | null,
  state: R,
  options: BatchNormWithOptions,
): <L extends Shape>(x: Tensor<readonly [...L, C]>) => readonly [Tensor<readonly [...L, C]>, R] {
  const { mode, momentum = 0.1, epsilon = 1e-5 } = options;
  if (mode !== "train" && mode !== "eval") {
    throw new ArgumentError(`batchNorm: mode is ${JSON.stringify(mode)}; use "train" or "eval"`);
  }
  requireMomentum(momentum);
  requireEpsilon("batchNorm", epsilon);
  return <L extends Shape>(given: Tensor<readonly [...L, C]>) => {
    const x = given as unknown as Tensor, shape: Shape = x.shape;
    if (shape.length === 0) throw scalar();
    requireFit("batchNorm", params?.scale.shape ?? state?.mean.shape ?? [], shape);
    const done = (y: Tensor, after: unknown) =>
      [affine(y, params as Affine | null), after] as unknown as readonly [Tensor<readonly [...L, C]>, R];
    const running: BatchState | null = state;
    if (mode === "eval" && running !== null) {
      const d: Tensor = sub(x, running.mean);
      return done(mul(d, rsqrt(add(running.variance, epsilon))), running);
    }
    const axis = shape.slice(0, -1).map((_, i) => i), n = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    if (n < 2) {
      throw new ShapeError(
        `batchNorm: training wants two values or more a channel, got ${n} in [${
          shape.join(", ")
        }]; give a larger batch, or apply it in evaluation`,
      );
    }
    const centre: Tensor = mean(x, { axis }), d: Tensor = sub(x, centre);
    const spread = mean(square(d), { axis });
    const y = mul(d, rsqrt(add(spread, epsilon)));
    return done(y, running === null ? null : moved(running, centre, mul(spread, n / (n - 1)), momentum));
  };
}

/** Running statistics moved to a batch's. */
function moved(state: BatchState, mean: Tensor, variance: Tensor, momentum: number | "cumulative"): BatchState {
  const count = add(state.count, 1) as BatchState["count"];
  const share = momentum === "cumulative" ? div(1, cast(count, "f32")) as Tensor : momentum;
  const move = (old: Tensor, now: Tensor) => add(old, mul(sub(stopGradient(now), old), share));
  return {
    mean: move(state.mean, mean) as BatchState["mean"],
    variance: move(state.variance, variance) as BatchState["variance"],
    count,
  };
}

function requireMomentum(momentum: unknown): void {
  if (momentum === "cumulative" || (typeof momentum === "number" && momentum >= 0 && momentum <= 1)) return;
  throw new ArgumentError(
    `batchNorm: momentum is ${JSON.stringify(momentum)}; use a number from 0 to 1, or "cumulative"`,
  );
}

const scalar = () =>
  new ShapeError("batchNorm: an example is a scalar, and has no axis of channels; reshape it to [1]");

/** Options of `batchNorm`. */
export interface BatchNormOptions<A extends boolean = boolean, T extends boolean = boolean>
  extends BatchStatisticsOptions, AffineOptions {
  /** Whether a scale and a bias are learned; true if left out. */
  readonly affine?: A;
  /** Whether running statistics are kept; true if left out. Without them a batch's own count in evaluation too. */
  readonly track?: T;
}

/**
 * Batch normalization as a layer, of each channel of the last axis.
 *
 * @param options `momentum`, `epsilon`, `affine`, `track`; `scale`, `bias`: initializers.
 * @returns From a net of examples `[...L, channels]` to one of the same. The running statistics are an entry of its state.
 * @throws {ShapeError} If an example is a scalar, or a channel of a batch has not two values in training.
 * @throws {ArgumentError} If an option is out of range.
 * @see Ioffe and Szegedy, 2015, https://arxiv.org/abs/1502.03167
 *
 * @example Its state moves in training
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, ones } from "@adjoint/adjoint";
 * import { batchNorm, input } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const net = pipe(input([3]), batchNorm());
 * const { params, state } = net.init(key(0));
 * const [, after] = net.apply(params, state, ones([4, 3]), { mode: "train" });
 * assertAlmostEquals(after[0].mean.toArray()[0]!, 0.1, 1e-6);
 * ```
 */
export function batchNorm<const A extends boolean = true, const T extends boolean = true>(
  options: BatchNormOptions<A, T> = {},
): <I, L extends Shape, C extends number, P extends Entries, S extends Entries>(
  net: Net<I, Spec<readonly [...L, C], "f32">, P, S>,
) => Net<
  I,
  Spec<readonly [...L, C], "f32">,
  readonly [...P, ...EntryUnless<A, Affine<readonly [C]>>],
  readonly [...S, ...EntryUnless<T, BatchState<C>>]
> {
  const { momentum = 0.1, epsilon = 1e-5, affine: learned = true, track = true } = options;
  requireMomentum(momentum);
  requireEpsilon("batchNorm", epsilon);
  return (net) => {
    const shape: Shape = net.output.shape, channels = shape.at(-1);
    if (channels === undefined) throw scalar();
    return grow(net, {
      name: "batchNorm",
      output: net.output,
      ...(learned ? { params: (key) => affineInit(key, [channels], options) } : {}),
      ...(track ? { state: () => batchStateInit(channels) } : {}),
      apply: (p, s, x, { mode }) =>
        batchNormWith((p ?? null) as Affine<readonly [number]> | null, (s ?? null) as BatchState | null, {
          mode,
          momentum,
          epsilon,
        })(x as Tensor<readonly number[]> as never),
    });
  };
}
