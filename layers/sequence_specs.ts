/** Examples that layers of attention take: a sequence, or several with masks, as a tree. */
import { expandDims, type Key, type Shape, ShapeError, Tensor } from "../mod.ts";
import type { Mask } from "./masked_softmax.ts";
import { type Context, isSpec, type Spec } from "./net.ts";
import { drawingKey } from "./noise.ts";

/** A sequence of vectors: `[...L, T, D]`. */
export type SequenceSpec = Spec<readonly [...Shape, number, number], "f32">;

/** A sequence and which of its positions are seen: `[...L, T]`, or for each position which it sees, `[...L, T, T]`. */
export interface MaskedSequence {
  /** The sequence. */
  readonly x: SequenceSpec;
  /** `true` for what is seen. */
  readonly mask: Spec<Shape, "bool">;
}

/** A sequence, and another that it looks at. */
export interface SequenceAndMemory {
  /** The sequence that looks. */
  readonly x: SequenceSpec;
  /** The sequence that is looked at. */
  readonly memory: SequenceSpec;
  /** Which positions of the sequence see which of it: `[...L, T]` or `[...L, T, T]`. */
  readonly mask?: Spec<Shape, "bool">;
  /** Which positions of the memory are seen: `[...L, N]`, or by whom, `[...L, T, N]`. */
  readonly memoryMask?: Spec<Shape, "bool">;
}

/** The sequence among examples. */
export type SequenceOf<O> = O extends { readonly x: infer X } ? X : O;

/** The size of the vectors of the sequence among examples. */
export type WidthOf<O> = LastOf<SequenceOf<O>>;

/** The size of the vectors of the memory among examples. */
export type MemoryWidthOf<O> = O extends { readonly memory: infer M } ? LastOf<M> : never;

/** The last size of a spec. */
export type LastOf<X> = X extends Spec<infer S, "f32">
  ? S extends readonly [...Shape, infer D extends number] ? D : number
  : number;

/** The spec of the sequence among examples; throws unless it is one and its masks fit. */
export function sequenceOf(op: string, output: unknown): SequenceSpec {
  if (isSpec(output)) return requireSequenceSpec(op, "an example", output);
  const { x, mask } = Object(output) as { readonly x?: unknown; readonly mask?: unknown };
  const spec = requireSequenceSpec(op, "x", x);
  if (mask !== undefined) requireMaskSpec(op, "mask", mask, spec.shape, spec.shape.at(-2)!);
  return spec;
}

/** The spec of the memory among examples; throws unless there is one and its mask fits. */
export function memoryOf(op: string, output: unknown): SequenceSpec {
  const { memory, memoryMask } = Object(output) as { readonly memory?: unknown; readonly memoryMask?: unknown };
  const spec = requireSequenceSpec(op, "memory", memory), x = sequenceOf(op, output);
  const before = x.shape.slice(0, -2);
  if (before.length !== spec.shape.length - 2 || before.some((d, i) => d !== spec.shape[i])) {
    throw new ShapeError(
      `${op}: x [${x.shape.join(", ")}] and memory [${spec.shape.join(", ")}] differ before their last two axes`,
    );
  }
  if (memoryMask !== undefined) requireMaskSpec(op, "memoryMask", memoryMask, x.shape, spec.shape.at(-2)!);
  return spec;
}

function requireSequenceSpec(op: string, what: string, spec: unknown): SequenceSpec {
  if (!isSpec(spec) || spec.shape.length < 2 || spec.dtype !== "f32") {
    const have = isSpec(spec) ? `${spec.dtype} [${spec.shape.join(", ")}]` : spec === undefined ? "missing" : "a tree";
    throw new ShapeError(`${op}: ${what} is a sequence of vectors, f32 [..., T, D], not ${have}`);
  }
  return spec as unknown as SequenceSpec;
}

function requireMaskSpec(op: string, name: string, mask: unknown, x: Shape, keys: number): void {
  const each = [...x.slice(0, -2), keys], full = [...x.slice(0, -1), keys];
  const is = (want: Shape) =>
    isSpec(mask) && mask.dtype === "bool" && mask.shape.length === want.length &&
    mask.shape.every((d, i) => d === want[i]);
  if (is(each) || is(full)) return;
  const have = isSpec(mask) ? `${mask.dtype} [${(mask.shape as Shape).join(", ")}]` : "a tree";
  throw new ShapeError(`${op}: ${name} is bool [${each.join(", ")}] or [${full.join(", ")}], not ${have}`);
}

/** The sequence of a batch of examples, and one of its masks, if it is there, as calls take it. */
export function maskOf(
  batch: unknown,
  name: "mask" | "memoryMask",
): { readonly x: Tensor; readonly mask: { readonly mask?: Mask } } {
  if (batch instanceof Tensor) return { x: batch as Tensor, mask: {} };
  const tree = batch as { readonly x: Tensor } & Readonly<Record<string, Tensor | undefined>>;
  const x = tree.x, mask = tree[name] as Mask | undefined;
  if (mask === undefined) return { x, mask: {} };
  // One mask for all queries lacks their axis.
  return { x, mask: { mask: mask.rank < x.rank ? expandDims(mask, -2) as Mask : mask } };
}

/** The key of a context where there is something to draw; throws if it is missing then. */
export function keyOf(op: string, context: Context, rate = 0): { readonly key?: Key } {
  const key = rate === 0 ? undefined : drawingKey(op, context);
  return key === undefined ? {} : { key };
}
