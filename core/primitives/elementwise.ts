/** The making of primitives that work element by element. */
import { apply, constant, elements, indices, load } from "../compiler/kernel.ts";
import { type DType, type Kind, kindOf, rounded } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { MappedAxis, MaybeZero, Operand, Primitive, Rule } from "../primitive.ts";
import { sameShape, show } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import { fullP } from "./create.ts";
import { broadcastInFront } from "./reshape.ts";

// How elementwise primitives are made: a scalar function, and what its derivative is.
//
// Operands have equal shapes and dtypes; broadcasting and promotion are made explicit above (`core/ops/operands.ts`).

/** The exact meaning of an elementwise primitive on one element. Results are rounded to the output's dtype. */
export type Scalar = (...args: number[]) => number;

/** What sets one elementwise primitive apart. `P` are its static parameters. */
export interface Elementwise<P = undefined> {
  readonly arity: 1 | 2 | 3;
  /** The scalar function for inputs of this dtype; it takes the elements, then the constants. */
  readonly scalar: (dtype: DType) => Scalar;
  /** The parameters as numbers that the scalar function takes last, rounded to the inputs' dtype. */
  readonly constants?: (params: P) => readonly number[];
  /** Kinds of input taken. */
  readonly accepts: readonly Kind[];
  /** Dtype of the output; the inputs' where left out. */
  readonly output?: (dtype: DType) => DType;
  /** The output's tangent; zero where left out. `y` is the output. */
  readonly tangent?: (xs: readonly Value[], dxs: readonly MaybeZero[], y: Value, params: P) => MaybeZero;
  /** Cotangents, for those linear in some inputs. */
  readonly transpose?: (ct: Value, xs: readonly Value[], linear: readonly boolean[]) => readonly MaybeZero[];
  /** Something simpler with the same bits, for inputs that are not all constant. */
  readonly simplify?: Rule<P>;
  /** As in the record. */
  readonly again?: number;
}

/** The record of an elementwise primitive. */
export function elementwise<P = undefined>(name: string, e: Elementwise<P>): Primitive<P> {
  const output = e.output ?? ((d: DType) => d);
  const constantsFor = (dtype: DType, params: P): number[] =>
    (e.constants?.(params) ?? []).map((c) => rounded(c, dtype));
  const self: Primitive<P> = {
    name,
    ...e.again === undefined ? {} : { again: e.again },
    infer: (xs) => [{ shape: inferShape(name, xs), dtype: output(inferDType(name, xs, e.accepts)) }],
    reference: (xs, params) => {
      const x = xs[0]!, f = e.scalar(x.dtype), constants = constantsFor(x.dtype, params);
      const y = emptyArray(x.shape, output(x.dtype));
      fill(y, constants.length === 0 ? f : (a) => f(a, ...constants), xs);
      return [y];
    },
    jvp: (xs, dxs, params) => {
      const y = bind1(self, xs, params);
      return [[y], [e.tangent?.(xs, dxs, y, params) ?? null]];
    },
    batch: (xs, mapped, params, axis) => ({ outputs: [bind1(self, align(xs, mapped, axis), params)], mapped: [true] }),
    lower: (xs, params) => {
      const x = xs[0]!, at = indices(x.shape.length);
      const args = [
        ...xs.map((s, i) => load(i, at, s.dtype)),
        ...constantsFor(x.dtype, params).map((c) => constant(c, x.dtype)),
      ];
      return elements(x.shape, apply(name, e.scalar(x.dtype), args, output(x.dtype)));
    },
    simplify: (xs, params, out) => {
      if (xs.every((x) => x.constant !== null)) return self.reference(xs.map(oneElement), params)[0]!.data[0]!;
      return e.simplify?.(xs, params, out) ?? null;
    },
  };
  const { transpose } = e;
  if (transpose === undefined) return self;
  return Object.assign(self, {
    transpose: ([ct]: readonly MaybeZero[], xs: readonly Value[], linear: readonly boolean[]) =>
      transpose(ct!, xs, linear),
  });
}

const oneElement = ({ constant, dtype }: Operand): NdArray =>
  fullP.reference([], { value: constant!, shape: [1], dtype })[0]!;

/** Gives the mapped axis to every operand. */
export const align = (xs: readonly Value[], mapped: readonly boolean[], axis: MappedAxis): Value[] =>
  xs.map((x, i) => mapped[i] ? x : broadcastInFront(x, axis.size));

function fill(y: NdArray, f: Scalar, xs: readonly NdArray[]): void {
  const out = y.data, n = out.length, [a, b, c] = xs.map((x) => x.data);
  if (c !== undefined) { for (let i = 0; i < n; i++) out[i] = f(a![i]!, b![i]!, c[i]!); }
  else if (b !== undefined) { for (let i = 0; i < n; i++) out[i] = f(a![i]!, b[i]!); }
  else for (let i = 0; i < n; i++) out[i] = f(a![i]!);
}

/** The one shape of all operands. */
export function inferShape(name: string, xs: readonly Spec[]): Spec["shape"] {
  const shape = xs[0]!.shape;
  for (const x of xs) {
    if (!sameShape(x.shape, shape)) {
      throw new ShapeError(`${name}: shapes ${show(shape)} and ${show(x.shape)} differ; broadcast them first`);
    }
  }
  return shape;
}

/** The one dtype of all operands. */
export function inferDType(name: string, xs: readonly Spec[], accepts: readonly Kind[]): DType {
  const dtype = xs[0]!.dtype;
  for (const x of xs) {
    if (x.dtype !== dtype) throw new DTypeError(`${name}: dtypes ${dtype} and ${x.dtype} differ; cast one of them`);
  }
  if (!accepts.includes(kindOf(dtype))) {
    const wanted = accepts.map((k) => ({ float: "f32 or f64", int: "integers", bool: "bool" })[k]).join(", ");
    throw new DTypeError(`${name}: takes ${wanted}, not ${dtype}; cast it first`);
  }
  return dtype;
}

/** Kinds with arithmetic. */
export const numeric: readonly Kind[] = ["float", "int"];
/** Floats alone. */
export const floating: readonly Kind[] = ["float"];
/** Any kind. */
export const anyKind: readonly Kind[] = ["float", "int", "bool"];

/** `f(x)` with `f′`, or what divides its tangent, given as a function of x and of y = f(x), and `mul` or `div` to match. */
export const unary = (
  name: string,
  f: (x: number) => number,
  derivative: ((x: Value, y: Value) => Value) | null,
  by: (a: Value, b: Value) => Value,
  options: { readonly accepts?: readonly Kind[]; readonly again?: number } = {},
): Primitive<undefined> =>
  elementwise(name, {
    accepts: floating,
    ...options,
    arity: 1,
    scalar: () => f,
    ...(derivative === null ? {} : { tangent: ([x], [dx], y) => by(dx!, derivative(x!, y)) }),
  });

// The identity that derivatives do not pass.

/** x, without its tangent. */
export const stopGradientP: Primitive<undefined> = Object.assign(
  elementwise("stopGradient", { arity: 1, scalar: () => (x) => x, accepts: anyKind, simplify: ([x]) => x! }),
  { view: true, reference: ([x]: readonly NdArray[]): readonly NdArray[] => [x!] },
);

/** x, without its tangent. */
export const stopGradient = (x: Value): Value => bind1(stopGradientP, [x], undefined);
