/** Branches: several blocks beside each other, and what joins their results. */
import { add, ArgumentError, concat, foldIn, type Shape, ShapeError, type Tensor } from "../mod.ts";
import { asLayer, type Entries, type Extension, sameSpec, showSpec } from "./block.ts";
import { contextAt, grow, isSpec, type Layer, type Net, netOf, type Nil, type Spec } from "./net.ts";

/** A net of whatever parameters, state and results. */
export interface AnyNet {
  /** The examples it takes. */
  readonly input: unknown;
  /** The examples it gives. */
  readonly output: unknown;
  /** What it is made of. */
  readonly layers: readonly Layer[];
}

/** Nets by name, or in order. */
export type Nets = Readonly<Record<string, AnyNet>> | readonly AnyNet[];

/** The examples that nets give, by name or in order. */
export type OutputsOf<N> = { readonly [K in keyof N]: N[K] extends { readonly output: infer O } ? O : never };
/** The parameters of nets, by name or in order. */
export type ParamsOfEach<N> = {
  readonly [K in keyof N]: N[K] extends Net<infer _I, infer _O, infer P, infer _S> ? P : never;
};
/** The state of nets, by name or in order. */
export type StateOfEach<N> = {
  readonly [K in keyof N]: N[K] extends Net<infer _I, infer _O, infer _P, infer S> ? S : never;
};
/** What stands under a name or at a place. */
export type PartOf<X, K> = K extends keyof X ? X[K] : never;

/** A function of each entry of a record or an array, giving one like it. */
function mapEntries(of: object, f: (name: string, i: number) => unknown): unknown {
  const names = Object.keys(of);
  return Array.isArray(of) ? names.map(f) : Object.fromEntries(names.map((k, i) => [k, f(k, i)]));
}

type Named = Readonly<Record<string, unknown>>;

/** Blocks side by side as one layer; `take` gives each its part of the examples taken, and of a batch. */
function sideBySide(
  op: string,
  blocks: object,
  examples: unknown,
  take: (all: unknown, name: string) => unknown,
): Layer & { readonly output: never } {
  const layers = new Map(
    Object.entries(blocks as Readonly<Record<string, (net: unknown) => AnyNet & { readonly apply: unknown }>>).map(
      ([name, block]) => {
        const part = take(examples, name);
        return [name, asLayer(name, block(netOf(part, part, [])))];
      },
    ),
  );
  const of = (name: string) => layers.get(name)!;
  return {
    name: op,
    output: mapEntries(blocks, (k) => of(k).output) as never,
    inner: [...layers.values()],
    params: (key) => mapEntries(blocks, (k, i) => of(k).params(foldIn(key, i))),
    state: (key) => mapEntries(blocks, (k, i) => of(k).state(foldIn(key, i))),
    apply: (p, s, x, context) => {
      const results = mapEntries(
        blocks,
        (k, i) => of(k).apply((p as Named)[k], (s as Named)[k], take(x, k), contextAt(context, i)),
      ) as Readonly<Record<string, readonly [unknown, unknown]>>;
      return [mapEntries(blocks, (k) => results[k]![0]), mapEntries(blocks, (k) => results[k]![1])];
    },
  };
}

/**
 * Several blocks on the same input.
 *
 * @param blocks Blocks by name, or an array of them.
 * @returns From a net to one whose examples are a record, or a tuple, of what the blocks give; parameters and state are
 *   one entry each, likewise a record or a tuple.
 *
 * @example A mean and a spread
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, zeros } from "@adjoint/adjoint";
 * import { act, branches, dense, input, relu } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([4]), branches({ mean: dense(2), spread: (x) => pipe(x, dense(1), act(relu)) }));
 * const { params, state } = net.init(key(0));
 * assertEquals(params[0].spread[0].w.shape, [4, 1]);
 * assertEquals(net.apply(params, state, zeros([3, 4]), { mode: "eval" })[0].mean.shape, [3, 2]);
 * ```
 */
export function branches<X, const N extends Nets>(
  blocks: { readonly [K in keyof N]: (net: Net<X, X, Nil, Nil>) => N[K] },
): Extension<X, OutputsOf<N>, ParamsOfEach<N>, StateOfEach<N>> {
  return (net) => grow(net, sideBySide("branches", blocks, net.output, (x) => x));
}

/**
 * A block for each entry of a tree of inputs.
 *
 * @param blocks A record or an array of blocks, with the entries of the examples.
 * @returns From a net of records, or tuples, to one whose examples are what the blocks give of their entries.
 * @throws {ArgumentError} If the entries of the blocks and of the examples differ.
 *
 * @example Two inputs
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { act, concatenate, dense, input, inputs, onEach, relu, spec } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(inputs({ a: spec([4]), b: spec([2]) }), onEach({ a: dense(3), b: act(relu) }), concatenate(), dense(1));
 * assertEquals(net.init(key(0)).params[1].w.shape, [5, 1]);
 * ```
 */
export function onEach<X, const N extends Nets>(
  blocks: { readonly [K in keyof N]: (net: Net<PartOf<X, K>, PartOf<X, K>, Nil, Nil>) => N[K] },
): Extension<X, OutputsOf<N>, ParamsOfEach<N>, StateOfEach<N>> {
  return (net) => {
    const given = entriesOf("onEach", net.output), wanted = Object.keys(blocks);
    if (given.length !== wanted.length || wanted.some((k) => !given.includes(k))) {
      throw new ArgumentError(
        `onEach: the examples have the entries ${given.join(", ")} and the blocks ${
          wanted.join(", ")
        }; give a block for each entry`,
      );
    }
    return grow(net, sideBySide("onEach", blocks, net.output, (x, k) => (x as Named)[k]));
  };
}

/**
 * One block, with one set of parameters, on every entry of a tree of inputs: a Siamese network. Its state goes through
 * all of them.
 *
 * @param block The layers, for the spec that all entries have.
 * @returns From a net of records, or tuples, of equal specs to one whose examples are what the block gives of each.
 * @throws {ShapeError} If the entries differ in shape. @throws {ArgumentError} If there are no entries.
 * @see Bromley et al., Signature verification using a Siamese time delay neural network, 1993,
 *   https://proceedings.neurips.cc/paper/1993/hash/288cc0ff022877bd3df94bc9360b9c5d-Abstract.html
 *
 * @example Two inputs, one encoder
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { countParams, dense, inputs, onAll, spec } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(inputs([spec([4]), spec([4])]), onAll(dense(2)));
 * assertEquals(countParams(net.init(key(0)).params), 10);
 * ```
 */
export function onAll<X, Y, P2 extends Entries, S2 extends Entries>(
  block: (net: Net<EntryOf<X>, EntryOf<X>, Nil, Nil>) => Net<EntryOf<X>, Y, P2, S2>,
): Extension<X, { readonly [K in keyof X]: Y }, P2, S2> {
  return (net) => {
    const spec = equalEntries("onAll", net.output) as EntryOf<typeof net.output>;
    const layer = asLayer("onAll", block(netOf(spec, spec, [])));
    return grow(net, {
      ...layer,
      output: mapEntries(net.output as object, () => layer.output) as { readonly [K in keyof typeof net.output]: Y },
      apply: (p, s, x, context) => {
        let state = s;
        const y = mapEntries(net.output as object, (k, i) => {
          const [z, next] = layer.apply(p, state, (x as Named)[k], contextAt(context, i));
          state = next;
          return z;
        });
        return [y, state];
      },
    });
  };
}

/** What an entry of a record or an array is. */
export type EntryOf<X> = X extends readonly (infer E)[] ? E : X[keyof X];

/**
 * The entries of a tree of tensors one after the other along an axis.
 *
 * @param options `axis`: of an example; the last if left out.
 * @returns From a net of records, or tuples, of specs to one of their concatenation.
 * @throws {ShapeError} If other axes differ, or there is no such axis. @throws {ArgumentError} If there are no entries.
 *
 * @example Two branches joined
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { branches, concatenate, dense, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([4]), branches([dense(2), dense(3)]), concatenate());
 * assertEquals(net.output.shape, [5]);
 * ```
 */
export function concatenate<A extends number = -1>(
  options: { readonly axis?: A } = {},
): <I, X, P extends Entries, S extends Entries>(
  net: Net<I, X, P, S>,
) => Net<I, Joined<EntryOf<X>, A>, P, S> {
  return <I, X, P extends Entries, S extends Entries>(net: Net<I, X, P, S>) => {
    const specs = specEntries("concatenate", net.output), first = specs[0]!, rank = first.shape.length;
    const given = options.axis ?? -1, axis = given < 0 ? given + rank : given;
    if (!(Number.isInteger(axis) && axis >= 0 && axis < rank)) {
      throw new ShapeError(`concatenate: an example of shape [${first.shape.join(", ")}] has no axis ${given}`);
    }
    const others = ({ shape, dtype }: Spec) => ({ shape: shape.map((d, i) => i === axis ? 0 : d), dtype });
    const odd = specs.find((s) => !sameSpec(others(s), others(first)));
    if (odd !== undefined) {
      throw new ShapeError(
        `concatenate: ${showSpec(first)} and ${
          showSpec(odd)
        } differ beside axis ${axis}; give entries that are equal but for it`,
      );
    }
    const size = specs.reduce((n, s) => n + s.shape[axis]!, 0);
    const output = { shape: first.shape.map((d, i) => i === axis ? size : d), dtype: first.dtype };
    return grow(net, {
      name: "concatenate",
      output: output as unknown as Joined<EntryOf<X>, A>,
      apply: (_, s, x) => [concat(tensorsIn(net.output, x), { axis: axis + 1 }), s],
    });
  };
}

/** The spec of specs put one after the other: along the last axis, if `A` is −1, the leading sizes are known. */
export type Joined<X, A extends number> = X extends Spec<infer S, infer D> ? Spec<
    number extends A ? { readonly [K in keyof S]: number }
      : A extends -1 ? S extends readonly [...infer L extends Shape, number] ? readonly [...L, number] : Shape
      : { readonly [K in keyof S]: number },
    D
  >
  : never;

/**
 * The sum of the entries of a tree of tensors.
 *
 * @returns From a net of records, or tuples, of equal specs to one of their sum.
 * @throws {ShapeError} If the entries differ in shape. @throws {ArgumentError} If there are no entries.
 *
 * @example Two branches added
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { tensor } from "@adjoint/adjoint";
 * import { inputs, spec, sumUp } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(inputs({ a: spec([2]), b: spec([2]) }), sumUp());
 * const batch = { a: tensor([[1, 2]]), b: tensor([[10, 20]]) };
 * assertEquals(net.apply([], [], batch, { mode: "eval" })[0].toArray(), [[11, 22]]);
 * ```
 */
export function sumUp(): <I, X, P extends Entries, S extends Entries>(
  net: Net<I, X, P, S>,
) => Net<I, EntryOf<X>, P, S> {
  return <I, X, P extends Entries, S extends Entries>(net: Net<I, X, P, S>) =>
    grow(net, {
      name: "sumUp",
      output: equalEntries("sumUp", net.output) as EntryOf<X>,
      apply: (_, s, x) => [tensorsIn(net.output, x).reduce((a, b) => add(a, b)), s],
    });
}

/** A batch's entries in the order of the examples: its own may be another, as it is behind `jit`. */
const tensorsIn = (examples: unknown, batch: unknown): Tensor[] =>
  Object.keys(examples as object).map((k) => (batch as Named)[k] as Tensor);

/** The specs that are the entries of a tree. */
function specEntries(op: string, examples: unknown): Spec[] {
  return entriesOf(op, examples).map((k) => {
    const entry = (examples as Named)[k];
    if (isSpec(entry)) return entry;
    throw new ArgumentError(`${op}: the entry ${JSON.stringify(k)} is the tree ${showSpec(entry)}; join that first`);
  });
}

/** What all entries of a tree are. */
function equalEntries(op: string, examples: unknown): unknown {
  const [first, ...rest] = entriesOf(op, examples).map((k) => (examples as Named)[k]);
  const odd = rest.find((s) => !sameSpec(first, s));
  if (odd === undefined) return first;
  throw new ShapeError(`${op}: the entries ${showSpec(first)} and ${showSpec(odd)} differ; give entries of one shape`);
}

function entriesOf(op: string, examples: unknown): string[] {
  const names = isSpec(examples) || typeof examples !== "object" || examples === null ? [] : Object.keys(examples);
  if (names.length > 0) return names;
  throw new ArgumentError(
    `${op}: the examples are ${showSpec(examples)}, and no tree with entries; put branches or inputs before it`,
  );
}
