/** Recurrent layers of nets, of any kind of cell: one way or both, one layer or several. */
import { ArgumentError, foldIn, type Key, type Shape, ShapeError, type Tensor } from "../mod.ts";
import { bidirectionalWith, type Join, type JoinedSize, requireJoin, stackedWith } from "./deep_recurrent.ts";
import type { Gru } from "./gru.ts";
import type { Lstm, PeepholeLstm } from "./lstm.ts";
import { grow, isSpec, type Net, type Spec } from "./net.ts";
import { requireCount, requireDropout } from "./operands.ts";
import type { RecurrentMap } from "./recurrence.ts";
import type { Rnn } from "./rnn.ts";
import {
  keyOf,
  type MaskedSequence,
  type SequenceOf,
  sequenceOf,
  type SequenceSpec,
  type WidthOf,
} from "./sequence_specs.ts";

/** A sequence and how long it is. */
export interface SequenceWithLength {
  /** The sequence, `[...L, T, I]`. */
  readonly x: SequenceSpec;
  /** How many of its moments count, `[...L]`. */
  readonly lengths: Spec<Shape, "i32">;
}

/** Examples that recurrent layers take: a sequence, with a mask `[...L, T]`, or with its length. */
export type RecurrentExamples = SequenceSpec | MaskedSequence | SequenceWithLength;

/** Options of every recurrent layer of a net. */
export interface RecurrentLayerOptions<
  Last extends boolean = boolean,
  W extends boolean | Join = boolean | Join,
  N extends number | undefined = number | undefined,
> {
  /** Whether it gives the last output alone, each sequence's at its own end; all outputs if left out. */
  readonly last?: Last;
  /** Whether it goes from the last moment to the first. */
  readonly reverse?: boolean;
  /** Both ways, and how their outputs are joined: `true` is `"concat"`. */
  readonly bidirectional?: W;
  /** How many layers stand on top of each other; the parameters then are a list of theirs. */
  readonly layers?: N;
  /** Probability that an output between two layers is dropped in training, where it needs a key; 0 if left out. */
  readonly dropout?: number;
}

/** Parameters of each kind of layer, of `H` units on `I` inputs. */
export interface RecurrentKinds<I extends number, H extends number> {
  /** An Elman network. */
  readonly rnn: Rnn<I, H>;
  /** An LSTM. */
  readonly lstm: Lstm<I, H>;
  /** An LSTM with peepholes. */
  readonly peepholeLstm: PeepholeLstm<I, H>;
  /** A gated recurrent unit. */
  readonly gru: Gru<I, H>;
}

/** Parameters of a layer both ways. */
export interface BothWays<P> {
  /** Of the direction from the first moment on. */
  readonly forward: P;
  /** Of the direction from the last moment back. */
  readonly backward: P;
}

/** The size of a layer's outputs: that of its units, or of those of both ways, joined. */
export type UnitsOf<H extends number, W extends boolean | Join> = W extends false ? H
  : JoinedSize<H, W extends Join ? W : "concat">;

/** One layer's parameters: its own, or those of both ways. */
export type WaysOf<P, W extends boolean | Join> = W extends false ? P : BothWays<P>;

/** A recurrent layer's entry among a net's parameters. */
export type RecurrentEntry<
  K extends keyof RecurrentKinds<number, number>,
  I extends number,
  H extends number,
  W extends boolean | Join,
  N extends number | undefined,
> = N extends number
  ? readonly [WaysOf<RecurrentKinds<I, H>[K], W>, ...WaysOf<RecurrentKinds<UnitsOf<H, W>, H>[K], W>[]]
  : WaysOf<RecurrentKinds<I, H>[K], W>;

/** What a recurrent layer gives for a sequence: one of another size, or its last output. */
export type RecurrentOutput<X, H extends number, Last extends boolean> = X extends Spec<infer S, "f32">
  ? S extends readonly [...infer L extends Shape, infer T extends number, number]
    ? Spec<Last extends true ? readonly [...L, H] : readonly [...L, T, H], "f32">
  : Spec<Shape, "f32">
  : never;

/** A recurrent layer of a net: from a net of sequences to one with the layer after it. */
export type RecurrentLayer<
  K extends keyof RecurrentKinds<number, number>,
  H extends number,
  Last extends boolean,
  W extends boolean | Join,
  N extends number | undefined,
> = <I, O extends RecurrentExamples, P extends readonly unknown[], S extends readonly unknown[]>(
  net: Net<I, O, P, S>,
) => Net<
  I,
  RecurrentOutput<SequenceOf<O>, UnitsOf<H, W>, Last>,
  readonly [...P, RecurrentEntry<K, WidthOf<O>, H, W, N>],
  S
>;

/** A kind of cell: how it starts, and its layer over time. */
export interface RecurrentKind {
  /** Fresh parameters. */
  readonly init: (key: Key, inputs: number, units: number) => unknown;
  /** The layer of them. */
  readonly over: (params: never) => unknown;
}

type Over = RecurrentMap<number, number, unknown>;

/** The layer of a kind of cell, one way or both, one or several. */
export function recurrentLayer<
  K extends keyof RecurrentKinds<number, number>,
  H extends number,
  Last extends boolean,
  W extends boolean | Join,
  N extends number | undefined,
>(
  op: K,
  kind: RecurrentKind,
  units: H,
  { last, reverse = false, bidirectional = false as W, layers, dropout = 0 }: RecurrentLayerOptions<Last, W, N>,
): RecurrentLayer<K, H, Last, W, N> {
  requireCount(op, "units", units);
  if (layers !== undefined) requireCount(op, "layers", layers, 1);
  requireDropout(op, dropout);
  if (dropout > 0 && (layers ?? 1) < 2) {
    throw new ArgumentError(`${op}: dropout acts between layers; give layers: 2 or more, or a dropout layer after it`);
  }
  const join = joinOf(op, bidirectional);
  const fresh = (key: Key, inputs: number) =>
    join === null ? kind.init(key, inputs, units) : {
      forward: kind.init(foldIn(key, 0), inputs, units),
      backward: kind.init(foldIn(key, 1), inputs, units),
    };
  const over = (p: unknown): Over => {
    if (join === null) return kind.over(p as never) as Over;
    const { forward, backward } = p as BothWays<never>;
    return bidirectionalWith(kind.over(forward) as Over, kind.over(backward) as Over, { join }) as unknown as Over;
  };
  const size = join === "concat" ? 2 * units : units;
  const name = `${layers === undefined ? "" : `${layers} × `}${join === null ? "" : "bidirectional "}${op}(${units})`;
  return (net) => {
    const { shape } = sequenceIn(op, net.output), inputs = shape.at(-1)!, bare = isSpec(net.output);
    const before = shape.slice(0, last === true ? -2 : -1);
    return grow(net, {
      name,
      output: { shape: [...before, size], dtype: "f32" } as never,
      params: (key) =>
        layers === undefined
          ? fresh(key, inputs)
          : Array.from({ length: layers }, (_, i) => fresh(foldIn(key, i), i === 0 ? inputs : size)),
      apply: (p, s, batch, context) => {
        const { x, ...which } = bare ? { x: batch } : pick(batch as Sequences), { key } = keyOf(op, context, dropout);
        const map = layers === undefined ? over(p) : stackedWith(
          (p as readonly unknown[]).map(over) as never,
          key === undefined ? {} : { dropout, key },
        ) as unknown as Over;
        const [carry, ys] = map(x as Tensor<[number, number]>, { ...which, reverse });
        return [last === true ? map.read(carry) : ys, s];
      },
    });
  };
}

/** A batch of sequences, with what says which of their moments count. */
interface Sequences {
  readonly x: unknown;
  readonly mask?: never;
  readonly lengths?: never;
}

const pick = ({ x, mask, lengths }: Sequences): Sequences => ({
  x,
  ...(mask === undefined ? {} : { mask }),
  ...(lengths === undefined ? {} : { lengths }),
});

/** How both ways are joined; `null` for one way. */
function joinOf(op: string, bidirectional: boolean | Join): Join | null {
  if (typeof bidirectional === "boolean") return bidirectional ? "concat" : null;
  return requireJoin(op, "bidirectional", bidirectional);
}

/** The spec of the sequence among examples; throws unless it is one and its mask or length fits. */
function sequenceIn(op: string, output: unknown): SequenceSpec {
  if (isSpec(output)) return sequenceOf(op, output);
  const { x, mask, lengths } = Object(output) as Readonly<Record<"x" | "mask" | "lengths", unknown>>;
  const spec = sequenceOf(op, { x });
  if (mask !== undefined && lengths !== undefined) {
    throw new ArgumentError(`${op}: examples have lengths and a mask; give one of them`);
  }
  if (mask !== undefined) requireBeside(op, "mask", mask, "bool", spec.shape.slice(0, -1));
  if (lengths !== undefined) requireBeside(op, "lengths", lengths, "i32", spec.shape.slice(0, -2));
  return spec;
}

function requireBeside(op: string, name: string, given: unknown, dtype: string, want: Shape): void {
  const is = isSpec(given) ? given : null, shape: Shape = is?.shape ?? [];
  if (is?.dtype === dtype && shape.length === want.length && shape.every((d, i) => d === want[i])) return;
  const have = is === null ? "a tree" : `${is.dtype} [${shape.join(", ")}]`;
  throw new ShapeError(`${op}: ${name} is ${dtype} [${want.join(", ")}], the sequences' own, not ${have}`);
}
