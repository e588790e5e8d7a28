/** Recurrent cells, once for a moment and once over time: what every recurrent layer is made of. */
import {
  arange,
  ArgumentError,
  broadcastTo,
  type DType,
  DTypeError,
  expandDims,
  type FloatDType,
  less,
  moveAxis,
  reshape,
  scan,
  type Shape,
  ShapeError,
  type Tensor,
  tree,
  where,
  zeros,
} from "../mod.ts";
import type { Lead, Settled } from "./leading.ts";

type Any = Tensor<Shape, DType>;

/** What is known of a recurrent cell or layer: its sizes, and the state it starts from. */
export interface Recurrent<I extends number, O extends number, C, D extends FloatDType = "f32"> {
  /** Its name in messages. */
  readonly name: string;
  /** Size of the last axis taken. */
  readonly inputs: I;
  /** Size of the last axis given. */
  readonly outputs: O;
  /** Dtype of its parameters, and so of all it takes and gives. */
  readonly dtype: D;
  /** One sequence's carry before the first moment: zeros, a tree of tensors without leading axes. */
  readonly start: C;
  /** The output that a carry stands for: of an LSTM's `{ h, c }`, h. */
  readonly read: (carry: Lead<Shape, C>) => Tensor<Shape, D>;
}

/**
 * A recurrent cell in two halves, so that what depends on inputs alone is computed for all moments at once: what
 * `recurrentCell` and `recurrentMap` are made from. Both halves take any leading axes.
 */
export interface Recurrence<I extends number, O extends number, C, D extends FloatDType = "f32">
  extends Recurrent<I, O, C, D> {
  /** From inputs `[…, inputs]` to what `step` takes of them, `[…, any size]`. */
  readonly project: (x: Tensor<Shape, D>) => Tensor<Shape, D>;
  /** From the carry and a moment's projected input to `[next carry, output]`. */
  readonly step: (
    carry: Lead<Shape, C>,
    projected: Tensor<Shape, D>,
  ) => readonly [Lead<Shape, C>, Tensor<Shape, D>];
}

/** A cell: from the carry and one moment's input to `[next carry, output]`, with any leading axes. */
export interface RecurrentCell<I extends number, O extends number, C, D extends FloatDType = "f32">
  extends Recurrent<I, O, C, D> {
  /** One moment. */
  <L extends Shape>(
    carry: Lead<L, C>,
    x: Tensor<readonly [...L, I], D>,
  ): readonly [Lead<L, C>, Tensor<readonly [...L, O], D>];
}

/** Options of a recurrent layer's call, for sequences `[...L, T, inputs]`. */
export interface SequenceOptions<L extends Shape, C> {
  /** The carry before the first moment; zeros if left out. */
  readonly carry?: Lead<L, C>;
  /** How long each sequence is, i32 `[...L]`, 0 to `T`. Behind its end a sequence's carry stays and its outputs are 0. */
  readonly lengths?: Tensor<Readonly<L>, "i32">;
  /** Which moments there are, bool `[...L, T]`: `lengths` for sequences with gaps. */
  readonly mask?: Tensor<readonly [...L, number], "bool">;
  /** From the last moment to the first; each sequence starts at its own end. The outputs keep the order of the inputs. */
  readonly reverse?: boolean;
}

/** A recurrent layer over time: from sequences `[...L, T, inputs]` to `[last carry, outputs [...L, T, outputs]]`. */
export interface RecurrentMap<I extends number, O extends number, C, D extends FloatDType = "f32">
  extends Recurrent<I, O, C, D> {
  /** All moments. */
  <L extends Shape, T extends number>(
    xs: Tensor<readonly [...L, T, I], D>,
    options?: SequenceOptions<Settled<L>, C>,
  ): readonly [Lead<L, C>, Tensor<readonly [...L, T, O], D>];
}

/** A recurrent layer that goes one way, and so can also be run one moment at a time. */
export interface CausalMap<I extends number, O extends number, C, D extends FloatDType = "f32">
  extends RecurrentMap<I, O, C, D> {
  /** Its cell: the same for one moment. */
  readonly cell: RecurrentCell<I, O, C, D>;
}

/**
 * The cell of a recurrence.
 *
 * @param r The recurrence.
 * @returns From the carry and one moment's input `[...L, inputs]` to `[next carry, output [...L, outputs]]`.
 * @throws {ShapeError} If the input's last axis is not `inputs` long. @throws {DTypeError} If dtypes differ.
 *
 * @example A running sum as a cell of one's own
 * ```ts
 * import { add, tensor, zeros } from "@adjoint/adjoint";
 * import { recurrentCell } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const cell = recurrentCell({
 *   ...{ name: "sum", inputs: 2, outputs: 2, dtype: "f32", start: zeros([2]) },
 *   read: (s) => s,
 *   project: (x) => x,
 *   step: (s, x) => [add(s, x) as typeof s, add(s, x) as typeof s],
 * });
 * assertEquals(cell(tensor([1, 2]), tensor([10, 20]))[1].toArray(), [11, 22]);
 * ```
 */
export function recurrentCell<I extends number, O extends number, C, D extends FloatDType>(
  r: Recurrence<I, O, C, D>,
): RecurrentCell<I, O, C, D> {
  const cell = (carry: unknown, x: Any) => {
    requireInput(r, x, 1);
    requireCarry(r, carry, x.shape.slice(0, -1));
    return r.step(carry as never, r.project(x as never));
  };
  return withFacts(cell, r, {}) as unknown as RecurrentCell<I, O, C, D>;
}

/**
 * A recurrence over time: one compiled loop, with the inputs of all moments projected before it.
 *
 * What stands behind a sequence's end, or where its mask is false, has no effect on anything, whatever it is.
 *
 * @param r The recurrence.
 * @returns From sequences `[...L, T, inputs]` to `[last carry, outputs [...L, T, outputs]]`.
 * @throws {ShapeError} If the last axis is not `inputs` long, or the carry, lengths or mask do not fit.
 * @throws {ArgumentError} If both lengths and a mask are given. @throws {DTypeError} If dtypes differ.
 *
 * @example A running sum of sequences of different lengths
 * ```ts
 * import { add, tensor, zeros } from "@adjoint/adjoint";
 * import { recurrentMap } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const sums = recurrentMap({
 *   ...{ name: "sum", inputs: 1, outputs: 1, dtype: "f32", start: zeros([1]) },
 *   read: (s) => s,
 *   project: (x) => x,
 *   step: (s, x) => [add(s, x) as typeof s, add(s, x) as typeof s],
 * });
 * const [last, ys] = sums(tensor([[[1], [2], [4]], [[1], [2], [4]]]), { lengths: tensor([3, 1], { dtype: "i32" }) });
 * assertEquals(ys.toArray(), [[[1], [3], [7]], [[1], [0], [0]]]);
 * assertEquals(last.toArray(), [[7], [1]]);
 * ```
 */
export function recurrentMap<I extends number, O extends number, C, D extends FloatDType>(
  r: Recurrence<I, O, C, D>,
): CausalMap<I, O, C, D> {
  const over = (xs: Any, options: SequenceOptions<Shape, C> = {}) => {
    requireInput(r, xs, 2);
    const leading = xs.shape.slice(0, -2), axis = leading.length;
    const carry = options.carry ?? zeroCarry(r.start, leading), on = maskOf(r, xs, options);
    requireCarry(r, carry, leading);
    const reverse = options.reverse ?? false, inOrder: Any = moveAxis(xs, axis, 0) as Any;
    const [last, ys] = on === null
      ? scan(r.step as never, carry, r.project(inOrder as never), { reverse })
      : scan(masked(r.step as never) as never, carry, { x: r.project(blank(inOrder, on) as never), on } as never, {
        reverse,
      });
    return [last, moveAxis(ys as Any, 0, axis)];
  };
  return withFacts(over, r, { cell: recurrentCell(r) }) as unknown as CausalMap<I, O, C, D>;
}

/** What messages and checks need to know. */
export type Facts = Omit<Recurrent<number, number, unknown, FloatDType>, "read">;

/** A function with the facts of a recurrent thing. */
export function withFacts<F extends (...args: never[]) => unknown, R extends Facts & { readonly read: unknown }, E>(
  f: F,
  { name, inputs, outputs, dtype, start, read }: R,
  more: E,
): F & Pick<R, "name" | "inputs" | "outputs" | "dtype" | "start" | "read"> & E {
  // A function's name is there already and cannot be assigned to, only defined anew.
  return Object.defineProperty(Object.assign(f, { inputs, outputs, dtype, start, read }, more), "name", {
    value: name,
  }) as never;
}

/** Zeros like one sequence's carry, for all. */
export const zeroCarry = <C>(start: C, leading: Shape): C =>
  tree.map((s) => zeros([...leading, ...s.shape], { dtype: s.dtype }), start);

/** A step that leaves everything as it is where the moment is none. */
function masked(step: (carry: unknown, x: Any) => readonly [unknown, Any]) {
  return (carry: unknown, { x, on }: { readonly x: Any; readonly on: Any }) => {
    const [next, y] = step(carry, x);
    return [tree.map((n, old) => where(beside(on, n), n as Tensor, old as Tensor), next, carry), blank(y, on)];
  };
}

/** Zeros where a mask of the leading axes is false. */
const blank = (x: Any, on: Any): Any =>
  where(beside(on, x) as Tensor<Shape, "bool">, x, zeros([], { dtype: x.dtype })) as Any;

/** A mask with axes of size 1 after it, to stand beside a tensor of more axes. */
const beside = (on: Any, x: Any): Tensor<Shape, "bool"> =>
  reshape(on, [...on.shape, ...x.shape.slice(on.shape.length).map(() => 1)]) as Tensor<Shape, "bool">;

/** Which moments there are, bool `[T, ...L]`; `null` for all. */
export function maskOf(
  r: Facts,
  xs: Any,
  { lengths, mask }: { readonly lengths?: Any; readonly mask?: Any },
): Any | null {
  const leading = xs.shape.slice(0, -2), time = xs.shape.at(-2)!, axis = leading.length;
  if (lengths !== undefined && mask !== undefined) {
    throw new ArgumentError(`${r.name}: lengths and a mask are both given; give one of them`);
  }
  if (mask !== undefined) {
    requireBeside(r, "a mask", mask, "bool", [...leading, time]);
    return moveAxis(mask, axis, 0) as Any;
  }
  if (lengths === undefined) return null;
  requireBeside(r, "lengths", lengths, "i32", leading);
  const moments = reshape(arange(0, time, 1, { dtype: "i32" }), [time, ...leading.map(() => 1)]);
  return less(broadcastTo(moments, [time, ...leading]), expandDims(lengths, 0) as never) as Any;
}

function requireBeside(r: Facts, what: string, x: Any, dtype: DType, want: Shape): void {
  if (x.dtype !== dtype) {
    throw new DTypeError(`${r.name}: expected ${what} of ${dtype}, got ${x.dtype}; cast to ${dtype}`);
  }
  if (x.shape.length !== want.length || want.some((d, i) => d !== x.shape[i])) {
    throw new ShapeError(
      `${r.name}: expected ${what} of shape [${want.join(", ")}], the sequences' own, got [${x.shape.join(", ")}]`,
    );
  }
}

/** Throws unless an input has the axes, the size and the dtype that are taken. */
export function requireInput(r: Facts, x: Any, axes: 1 | 2): void {
  if (x.shape.length < axes || x.shape.at(-1) !== r.inputs) {
    const want = axes === 1 ? `[..., ${r.inputs}]` : `[..., time, ${r.inputs}]`;
    throw new ShapeError(`${r.name}: expected inputs of shape ${want}, got [${x.shape.join(", ")}]`);
  }
  if (x.dtype !== r.dtype) {
    throw new DTypeError(`${r.name}: inputs are ${x.dtype} and parameters ${r.dtype}; cast one of them`);
  }
}

/** Throws unless a carry is like one sequence's, with leading axes in front. */
function requireCarry(r: Facts, carry: unknown, leading: Shape): void {
  if (!tree.same(carry, r.start)) {
    throw new ArgumentError(
      `${r.name}: the carry is of another structure than its own; start from zeros or its last one`,
    );
  }
  const given = tree.leaves(carry);
  tree.leaves(r.start).forEach((s, i) => {
    const want = [...leading, ...s.shape], { shape, dtype } = given[i]!;
    if (shape.length !== want.length || want.some((d, k) => d !== shape[k]) || dtype !== s.dtype) {
      throw new ShapeError(
        `${r.name}: expected a carry of ${s.dtype}[${want.join(", ")}], got ${dtype}[${shape.join(", ")}]`,
      );
    }
  });
}
