/**
 * The kernel IR: what a primitive computes, one element at a time, with no word on how to schedule it.
 *
 * A loop nest has a domain (the output's indices), a range to reduce over, a body (a scalar expression that reads the
 * inputs at computed indices) and a way to combine and to write. Tiles, lanes, threads and workgroups are each
 * backend's own business. Control flow stays above kernels.
 */
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { NdArray } from "../tensor.ts";
import type { Program } from "./program.ts";

/** A scalar expression over a kernel's indices and inputs. Indices and addresses are i32. */
export type Expr =
  | { readonly kind: "constant"; readonly value: number; readonly dtype: DType }
  /** A loop variable: the domain's axes come first, then the reduced ones. */
  | { readonly kind: "index"; readonly axis: number; readonly dtype: "i32" }
  /** One element of an input, at an index for each of its axes, all in range. */
  | { readonly kind: "load"; readonly input: number; readonly at: readonly Expr[]; readonly dtype: DType }
  /** A scalar function; `fn` is its exact meaning, the name what backends look up. Rounded to `dtype`. */
  | {
    readonly kind: "apply";
    readonly name: string;
    readonly fn: (...args: number[]) => number;
    readonly args: readonly Expr[];
    readonly dtype: DType;
  }
  /** Only the chosen side is evaluated, so it may guard a load. */
  | { readonly kind: "select"; readonly test: Expr; readonly yes: Expr; readonly no: Expr; readonly dtype: DType };

/** How the values of the reduced range become one; the index forms give the position in the (single) reduced range. */
export type Combine = "sum" | "prod" | "max" | "min" | "any" | "all" | "argmax" | "argmin";

/** How an element meets what is already at its place. */
export type Scatter = "set" | "add" | "mul" | "max" | "min";

/** `output[domain] = combine over reduce of body`, or a write through computed indices onto a copy of `base`. */
export interface LoopNest {
  readonly kind: "loop";
  readonly domain: Shape;
  readonly reduce: Shape;
  readonly combine: Combine | null;
  readonly body: Expr;
  readonly dtype: DType;
  /** Writes in order of the domain at these indices of the output, skipping those out of range. */
  readonly scatter?: {
    readonly base: number;
    readonly at: readonly Expr[];
    readonly shape: Shape;
    readonly with: Scatter;
  };
}

/** A running combination along one axis of `domain`. */
export interface Cumulative {
  readonly kind: "cumulative";
  readonly domain: Shape;
  readonly axis: number;
  readonly reverse: boolean;
  readonly combine: "sum" | "prod" | "max" | "min" | "logSumExp";
  readonly body: Expr;
  readonly dtype: DType;
}

/** A stable sort along one axis by the first `keys` inputs, every input reordered alike; this kernel gives input `output`. */
export interface Sort {
  readonly kind: "sort";
  readonly domain: Shape;
  readonly axis: number;
  readonly keys: number;
  readonly output: number;
  readonly dtype: DType;
}

/** One output's computation. */
export type Kernel = LoopNest | Cumulative | Sort;

/** A program applied along an axis: its inputs are constants, carry and slices, its outputs carry and slices. */
export interface ScanLowering {
  readonly kind: "scan";
  readonly program: Program;
  readonly consts: number;
  readonly carry: number;
  readonly length: number;
  readonly reverse: boolean;
}

/** A program repeated while a test of its carry holds: the inputs are both programs' constants, then the carry. */
export interface WhileLowering {
  readonly kind: "while";
  readonly test: Program;
  readonly body: Program;
  readonly testConsts: number;
  readonly bodyConsts: number;
}

/** One of several programs of the same inputs, chosen by the first input, an index in range. */
export interface BranchLowering {
  readonly kind: "branch";
  readonly branches: readonly Program[];
}

/** Something the host does with the inputs' elements, in program order; there are no outputs. */
export interface HostLowering {
  readonly kind: "host";
  readonly run: (inputs: readonly NdArray[]) => void;
}

/**
 * What a primitive becomes: a kernel an output, a program (its inputs are what it captured, then the primitive's), or
 * control flow above kernels. `never` is for what only other transformations understand, which no program that is run
 * holds.
 */
export type Lowering =
  | { readonly kind: "kernels"; readonly kernels: readonly Kernel[] }
  | { readonly kind: "program"; readonly program: Program }
  | ScanLowering
  | WhileLowering
  | BranchLowering
  | HostLowering
  | { readonly kind: "never" };

/** A constant. */
export const constant = (value: number, dtype: DType): Expr => ({ kind: "constant", value, dtype });
/** An integer constant, for addresses. */
export const int = (value: number): Expr => constant(value, "i32");
/** A loop variable. */
export const index = (axis: number): Expr => ({ kind: "index", axis, dtype: "i32" });
/** The first `n` loop variables, or those from `from` on. */
export const indices = (n: number, from = 0): Expr[] => Array.from({ length: n }, (_, i) => index(from + i));
/** An element of an input. */
export const load = (input: number, at: readonly Expr[], dtype: DType): Expr => ({ kind: "load", input, at, dtype });
/** A scalar function of expressions. */
export const apply = (name: string, fn: (...args: number[]) => number, args: readonly Expr[], dtype: DType): Expr => ({
  kind: "apply",
  name,
  fn,
  args,
  dtype,
});
/** One side or the other. */
export const select = (test: Expr, yes: Expr, no: Expr): Expr => ({ kind: "select", test, yes, no, dtype: yes.dtype });

const i32 =
  (name: string, fn: (a: number, b: number) => number, known: (a: Expr, b: Expr) => Expr | null) =>
  (a: Expr, b: Expr): Expr => {
    if (a.kind === "constant" && b.kind === "constant") return int(fn(a.value, b.value));
    return known(a, b) ?? apply(name, fn, [a, b], "i32");
  };
const is = (e: Expr, v: number): boolean => e.kind === "constant" && e.value === v;

/** Address arithmetic: `a + b`. */
export const plus: (a: Expr, b: Expr) => Expr = i32(
  "add",
  (a, b) => a + b,
  (a, b) => is(a, 0) ? b : is(b, 0) ? a : null,
);
/** Address arithmetic: `a − b`. */
export const minus: (a: Expr, b: Expr) => Expr = i32("sub", (a, b) => a - b, (a, b) => is(b, 0) ? a : null);
/** Address arithmetic: `a · b`. */
export const times: (a: Expr, b: Expr) => Expr = i32(
  "mul",
  (a, b) => a * b,
  (a, b) => is(a, 0) || is(b, 0) ? int(0) : is(a, 1) ? b : is(b, 1) ? a : null,
);
/** Address arithmetic: `⌊a / b⌋` for b > 0. */
export const over: (a: Expr, b: Expr) => Expr = i32(
  "floorDiv",
  (a, b) => Math.floor(a / b),
  (a, b) => is(b, 1) ? a : null,
);
/** Address arithmetic: `a − b·⌊a / b⌋` for b > 0. */
export const modulo: (a: Expr, b: Expr) => Expr = i32(
  "mod",
  (a, b) => a - b * Math.floor(a / b),
  (_, b) => is(b, 1) ? int(0) : null,
);
/** `a < b`. */
export const below = (a: Expr, b: Expr): Expr => apply("less", (x, y) => +(x < y), [a, b], "bool");
/** `a = b`. */
export const same = (a: Expr, b: Expr): Expr => apply("equal", (x, y) => +(x === y), [a, b], "bool");
/** `a ∧ b`. */
export const both = (a: Expr, b: Expr): Expr => apply("and", (x, y) => x & y, [a, b], "bool");
/** `0 ≤ at < size` on every axis; `null` where that needs no test. */
export const inRange = (at: readonly Expr[], sizes: Shape): Expr =>
  at.map((e, i) => both(below(int(-1), e), below(e, int(sizes[i]!)))).reduce(both, constant(1, "bool"));

/** A kernel that writes every element of its domain once. */
export const elements = (domain: Shape, body: Expr): Lowering => ({
  kind: "kernels",
  kernels: [{ kind: "loop", domain, reduce: [], combine: null, body, dtype: body.dtype }],
});

/** A kernel that combines over a range. */
export const reduction = (
  domain: Shape,
  reduce: Shape,
  combine: Combine,
  body: Expr,
  dtype = body.dtype,
): Lowering => ({
  kind: "kernels",
  kernels: [{ kind: "loop", domain, reduce, combine, body, dtype }],
});

/** The multi-index of a position in row-major order. */
export function unravel(flat: Expr, shape: Shape): Expr[] {
  let inner = shape.reduce((a, b) => a * b, 1);
  return shape.map((d, axis) => {
    inner = d === 0 ? 0 : inner / d;
    const q = inner === 0 ? int(0) : over(flat, int(inner));
    return axis === 0 ? q : modulo(q, int(d));
  });
}

/** The position of a multi-index in row-major order. */
export const ravel = (at: readonly Expr[], shape: Shape): Expr =>
  at.reduce((sum, e, axis) => plus(times(sum, int(shape[axis]!)), e), int(0));
