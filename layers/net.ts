/**
 * Level 1: a network that carries its own initialisation.
 *
 * A `Net` is a value; layers are functions from a net to a longer net, so they compose with `pipe` and `flow`. Shapes are
 * per example; `apply` takes exactly one batch axis in front of every tensor, of any size, and gives it back.
 */
import { ArgumentError, type DType, foldIn, type Key, type Shape, ShapeError, Tensor } from "../mod.ts";

/** Shape and dtype of one example's tensor. */
export interface Spec<S extends Shape = Shape, D extends DType = DType> {
  /** Sizes of the axes, without the batch. */
  readonly shape: S;
  /** Element type. */
  readonly dtype: D;
}

/** A batch of a tree of specs: tensors with an axis of size `B` in front. */
export type Batch<B extends number, T> = T extends Spec<infer S, infer D> ? Tensor<readonly [B, ...S], D>
  : { readonly [K in keyof T]: Batch<B, T[K]> };

/** What a net is applied with: a key for what is random, and whether it is being trained. */
export interface Context {
  /** Needed by layers that draw (dropout) while they do. */
  readonly key?: Key;
  /** `"train"` or `"eval"`. */
  readonly mode: "train" | "eval";
  /**
   * Whether layers that draw do so: in training only if left out. `true` in evaluation is Monte Carlo dropout.
   *
   * @see Gal and Ghahramani, Dropout as a Bayesian approximation, 2016, https://arxiv.org/abs/1506.02142
   */
  readonly noise?: boolean;
}

/** What a fresh net starts from. */
export interface Initial<P, S> {
  /** What is learned: one entry for each layer that learns. */
  readonly params: P;
  /** What is carried along (running means): one entry for each layer that has some. */
  readonly state: S;
}

/** One layer: what it gives, how it starts and what it does to a batch. Types are the business of who adds it to a net. */
export interface Layer {
  /** Its name in messages and summaries. */
  readonly name: string;
  /** The examples it gives. */
  readonly output: unknown;
  /** Fresh parameters; left out where nothing is learned. */
  readonly params?: (key: Key) => unknown;
  /** Fresh state, from the key that `params` had; left out where nothing is carried along. */
  readonly state?: (key: Key) => unknown;
  /** The result for a batch, and the state afterwards. */
  readonly apply: (params: unknown, state: unknown, x: unknown, context: Context) => readonly [unknown, unknown];
  /** The layers it is made of, where it holds some: a summary shows them indented. */
  readonly inner?: readonly Layer[];
}

/**
 * A network from examples of type `I` to examples of type `O`, with parameters `P` and state `S`, both tuples with an
 * entry for each layer that has some.
 */
export interface Net<
  I,
  O,
  P extends readonly unknown[] = readonly unknown[],
  S extends readonly unknown[] = readonly unknown[],
> {
  /** The examples it takes. */
  readonly input: I;
  /** The examples it gives. */
  readonly output: O;
  /** What it is made of, in order. */
  readonly layers: readonly Layer[];
  /** Fresh parameters and state. A layer's place is folded into its key, so equal layers start differently. */
  readonly init: (key: Key) => Initial<P, S>;
  /** Results for a batch, and the state afterwards. */
  readonly apply: <B extends number>(
    params: P,
    state: S,
    x: Batch<B, I>,
    context: Context,
  ) => readonly [Batch<B, O>, S];
}

/** The parameters of a net. */
export type ParamsOf<N> = N extends Net<infer _I, infer _O, infer P, infer _S> ? P : never;
/** The state of a net. */
export type StateOf<N> = N extends Net<infer _I, infer _O, infer _P, infer S> ? S : never;

/** The empty tuple: no parameters, or no state. */
export type Nil = readonly [];

/**
 * The net of some layers.
 *
 * @param input The examples it takes. @param output The examples it gives. @param layers The layers, in order.
 * @returns The net.
 *
 * @example A net of one layer that learns nothing
 * ```ts
 * import { neg, type Tensor, tensor } from "@adjoint/adjoint";
 * import { netOf } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const spec = { shape: [2], dtype: "f32" } as const;
 * const net = netOf(spec, spec, [{ name: "negate", output: spec, apply: (_, s, x) => [neg(x as Tensor), s] }]);
 * assertEquals(net.apply([], [], tensor([[1, 2]]), { mode: "eval" })[0].toArray(), [[-1, -2]]);
 * ```
 */
export function netOf<I, O, P extends readonly unknown[], S extends readonly unknown[]>(
  input: I,
  output: O,
  layers: readonly Layer[],
): Net<I, O, P, S> {
  return {
    input,
    output,
    layers,
    init: (key) => ({
      params: freshParams(layers, key) as unknown as P,
      state: freshState(layers, key) as unknown as S,
    }),
    apply: (params, state, x, context) => {
      requireBatch("net", input, x);
      requireContext(context);
      let p = 0, s = 0, y: unknown = x;
      const after: unknown[] = [];
      layers.forEach((l, i) => {
        const own = l.params === undefined ? undefined : entry(params, p++, "parameters", l);
        const kept = l.state === undefined ? undefined : entry(state, s++, "state", l);
        const [z, next] = l.apply(own, kept, y, contextAt(context, i));
        y = z;
        if (l.state !== undefined) after.push(next);
      });
      return [y, after] as never;
    },
  };
}

/** The context of the part at place `i`: its place is folded into the key. */
export const contextAt = (context: Context, i: number): Context =>
  context.key === undefined ? context : { ...context, key: foldIn(context.key, i) };

/** Fresh parameters of some layers, an entry for each that learns. */
export const freshParams = (layers: readonly Layer[], key: Key): unknown[] =>
  layers.flatMap((l, i) => l.params === undefined ? [] : [l.params(foldIn(key, i))]);

/** Fresh state of some layers, an entry for each that has some. */
export const freshState = (layers: readonly Layer[], key: Key): unknown[] =>
  layers.flatMap((l, i) => l.state === undefined ? [] : [l.state(foldIn(key, i))]);

/**
 * The net with a layer after it: what every layer function ends in.
 *
 * @param net The net so far. @param layer The layer; its `output` are the examples the new net gives.
 * @returns The longer net. What it has of parameters and state is for its type arguments to say.
 *
 * @example A layer of one's own
 * ```ts
 * import { neg, type Tensor, tensor } from "@adjoint/adjoint";
 * import { grow, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const before = input([2]);
 * const net = grow(before, { name: "negate", output: before.output, apply: (_, s, x) => [neg(x as Tensor), s] });
 * assertEquals(net.apply([], [], tensor([[1, 2]]), { mode: "eval" })[0].toArray(), [[-1, -2]]);
 * ```
 */
export function grow<I, O, O2, P extends readonly unknown[], S extends readonly unknown[]>(
  net: { readonly input: I; readonly layers: readonly Layer[] },
  layer: Layer & { readonly output: O2 },
): Net<I, O2, P, S> {
  return netOf(net.input, layer.output, [...net.layers, layer]);
}

function entry(list: readonly unknown[], i: number, what: string, layer: Layer): unknown {
  if (i < list.length) return list[i];
  throw new ArgumentError(
    `${layer.name}: no ${what} for it, only ${list.length} given; use those that this net's init made`,
  );
}

/** Throws unless `x` is a batch of examples of a spec, or of a tree of them. */
export function requireBatch(op: string, spec: unknown, x: unknown, at = ""): void {
  if (isSpec(spec)) {
    const want = `[batch, ${spec.shape.join(", ")}]`.replace(", ]", "]");
    if (!(x instanceof Tensor)) {
      throw new ArgumentError(`${op}: expected a ${spec.dtype} tensor of shape ${want}${at}, got ${typeof x}`);
    }
    const shape = x.shape as Shape;
    if (shape.length !== spec.shape.length + 1 || spec.shape.some((d, i) => d !== shape[i + 1])) {
      throw new ShapeError(
        `${op}: expected a batch of shape ${want}${at}, got [${
          shape.join(", ")
        }]; put one batch axis in front of each example`,
      );
    }
    return;
  }
  if (typeof spec !== "object" || spec === null) return;
  for (const [k, s] of Object.entries(spec)) {
    if (typeof x !== "object" || x === null || !(k in x)) {
      throw new ArgumentError(
        `${op}: expected an entry ${JSON.stringify(k)}; give a tree like { ${Object.keys(spec).join(", ")} }`,
      );
    }
    requireBatch(op, s, (x as Readonly<Record<string, unknown>>)[k], ` at ${JSON.stringify(k)}`);
  }
}

function requireContext(context: Context): void {
  const mode: unknown = context?.mode;
  if (mode === "train" || mode === "eval") return;
  throw new ArgumentError(`net: mode is ${JSON.stringify(mode)}; apply it with { mode: "train" } or { mode: "eval" }`);
}

/** Whether a value is a spec, and not a tree of them. */
export const isSpec = (x: unknown): x is Spec =>
  typeof x === "object" && x !== null && "shape" in x && "dtype" in x && Array.isArray(x.shape);

/**
 * The net that gives what it takes: where a `pipe` of layers begins.
 *
 * @param shape One example's shape, without the batch.
 * @param options `dtype`, f32 if left out.
 * @returns A net without parameters.
 *
 * @example A small network
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, zeros } from "@adjoint/adjoint";
 * import { act, dense, input, relu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([4]), dense(8), act(relu), dense(2));
 * const { params, state } = net.init(key(0));
 * const [y] = net.apply(params, state, zeros([5, 4]), { mode: "eval" });
 * assertEquals(y.shape, [5, 2]);
 * ```
 */
export function input<const S extends Shape, D extends DType = "f32">(
  shape: S,
  options: { readonly dtype?: D } = {},
): Net<Spec<S, D>, Spec<S, D>, Nil, Nil> {
  const spec: Spec<S, D> = { shape, dtype: options.dtype ?? "f32" as D };
  return netOf(spec, spec, []);
}

/**
 * Shape and dtype of one example's tensor, as a value.
 *
 * @param shape Sizes of the axes, without the batch. @param dtype f32 if left out.
 * @returns `{ shape, dtype }`.
 *
 * @example Labels
 * ```ts
 * import { spec } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(spec([], "i32"), { shape: [], dtype: "i32" });
 * ```
 */
export function spec<const S extends Shape>(shape: S): Spec<S, "f32">;
/** Shape and dtype of one example's tensor, as a value. */
export function spec<const S extends Shape, const D extends DType>(shape: S, dtype: D): Spec<S, D>;
export function spec(shape: Shape, dtype: DType = "f32"): Spec {
  return { shape, dtype };
}

/**
 * The net that gives the tree it takes: where a `pipe` of layers with several inputs begins.
 *
 * @param specs A record or an array of specs, at any depth.
 * @returns A net without parameters, whose examples are trees of tensors.
 *
 * @example An image and a number
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { zeros } from "@adjoint/adjoint";
 * import { concatenate, inputs, spec } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(inputs({ pixels: spec([4]), age: spec([1]) }), concatenate());
 * const [y] = net.apply([], [], { pixels: zeros([2, 4]), age: zeros([2, 1]) }, { mode: "eval" });
 * assertEquals(y.shape, [2, 5]);
 * ```
 */
export function inputs<const T extends SpecTree>(specs: T): Net<T, T, Nil, Nil> {
  return netOf(specs, specs, []);
}

/** A tree with specs at its leaves. */
export type SpecTree = Spec | readonly SpecTree[] | { readonly [name: string]: SpecTree };
