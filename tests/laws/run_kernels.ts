/**
 * A plain interpreter of the kernel IR: what every compiler's code is to compute, one element after another.
 *
 * It is strict where compilers may trust: it checks types before running and every address as it runs. With each element
 * it gives a bound on how far another order of summation, or rounding at other places, may lead from it.
 */
import type { Cumulative, Expr, Kernel, LoopNest, Sort } from "../../core/compiler/kernel.ts";
import { alloc, type DType, isFloat } from "../../core/dtype.ts";
import { sameShape, type Shape, sizeOf, stridesOf } from "../../core/shape.ts";
import type { NdArray } from "../../core/tensor.ts";

/** A kernel's output, and for each element how far from it an exact or a differently ordered computation may be. */
export interface KernelResult {
  readonly output: NdArray;
  readonly bound: (element: number) => number;
}

/** Runs one kernel. */
export function runKernel(kernel: Kernel, inputs: readonly NdArray[]): KernelResult {
  switch (kernel.kind) {
    case "loop":
      return runLoop(kernel, inputs);
    case "cumulative":
      return runCumulative(kernel, inputs);
    case "sort":
      return runSort(kernel, inputs);
  }
}

/** Rounds a number to a dtype as storing it would. */
function rounder(dtype: DType): (x: number) => number {
  switch (dtype) {
    case "f64":
      return (x) => x;
    case "f32":
      return Math.fround;
    case "i32":
      return (x) => x | 0;
    case "u32":
      return (x) => x >>> 0;
    case "u8":
      return (x) => x & 255;
    case "bool":
      return (x) => {
        if (Number(x) !== 0 && Number(x) !== 1) throw new Error(`a bool expression gave ${x}, not 0 or 1`);
        return Number(x);
      };
  }
}

type Run = (at: readonly number[]) => number;

/** An expression as a function of the loop variables, `rank` of them. */
function compile(e: Expr, inputs: readonly NdArray[], rank: number): Run {
  switch (e.kind) {
    case "constant": {
      const value = rounder(e.dtype)(e.value);
      return () => value;
    }
    case "index": {
      if (!(e.axis >= 0 && e.axis < rank)) throw new Error(`index ${e.axis} in a nest of ${rank} loops`);
      return (at) => at[e.axis]!;
    }
    case "load":
      return compileLoad(e, inputs, rank);
    case "apply": {
      const args = e.args.map((a) => compile(a, inputs, rank)), round = rounder(e.dtype), { fn } = e;
      if (args.length === 1) {
        const a = args[0]!;
        return (at) => round(fn(a(at)));
      }
      return (at) => round(fn(...args.map((a) => a(at))));
    }
    case "select": {
      if (e.test.dtype !== "bool") throw new Error(`a select tests ${e.test.dtype}, not bool`);
      if (e.yes.dtype !== e.dtype || e.no.dtype !== e.dtype) {
        throw new Error(`a select of ${e.dtype} chooses between ${e.yes.dtype} and ${e.no.dtype}`);
      }
      const test = compile(e.test, inputs, rank), yes = compile(e.yes, inputs, rank), no = compile(e.no, inputs, rank);
      return (at) => test(at) !== 0 ? yes(at) : no(at);
    }
  }
}

function compileLoad(e: Expr & { kind: "load" }, inputs: readonly NdArray[], rank: number): Run {
  const x = inputs[e.input];
  if (x === undefined) throw new Error(`a load from input ${e.input} of ${inputs.length}`);
  if (x.dtype !== e.dtype) throw new Error(`a load of ${e.dtype} from input ${e.input}, which is ${x.dtype}`);
  if (e.at.length !== x.shape.length) {
    throw new Error(`a load at ${e.at.length} indices from input ${e.input} of shape [${x.shape}]`);
  }
  const at = e.at.map((a) => {
    if (a.dtype !== "i32") throw new Error(`an address is ${a.dtype}, not i32`);
    return compile(a, inputs, rank);
  });
  const strides = stridesOf(x.shape);
  return (loop) => {
    let p = 0;
    for (let i = 0; i < at.length; i++) {
      const k = at[i]!(loop);
      if (!(k >= 0 && k < x.shape[i]!)) {
        throw new Error(
          `a load at ${k} on axis ${i} of input ${e.input} of shape [${x.shape}], in iteration [${loop}]`,
        );
      }
      p += k * strides[i]!;
    }
    return x.data[p]!;
  };
}

/** Calls `f` with every index of a shape in row-major order; `at` is reused, and holds it from `from` on. */
function forEach(shape: Shape, at: number[], from: number, f: () => void): void {
  const n = sizeOf(shape);
  for (let a = 0; a < shape.length; a++) at[from + a] = 0;
  for (let i = 0; i < n; i++) {
    f();
    for (let a = shape.length - 1; a >= 0; a--) {
      if (++at[from + a]! < shape[a]!) break;
      at[from + a] = 0;
    }
  }
}

/** The lowest and highest values of a dtype, what a maximum or minimum of nothing is. */
function extremes(dtype: DType): readonly [number, number] {
  if (isFloat(dtype)) return [-Infinity, Infinity];
  return dtype === "i32" ? [-(2 ** 31), 2 ** 31 - 1] : [0, dtype === "u32" ? 2 ** 32 - 1 : dtype === "u8" ? 255 : 1];
}

/** Functions of float results in an expression: each may round. */
export function floatSteps(e: Expr): number {
  switch (e.kind) {
    case "apply":
      return e.args.reduce((n, a) => n + floatSteps(a), isFloat(e.dtype) ? 1 : 0);
    case "select":
      return floatSteps(e.yes) + floatSteps(e.no);
    default:
      return 0;
  }
}

const unit = (d: DType): number => d === "f32" ? 2 ** -24 : 2 ** -53;

/** A running combination; `error` bounds its distance from any other order and any other rounding of the terms. */
interface Fold {
  readonly put: (x: number, position: number) => void;
  readonly value: () => number;
  readonly error: () => number;
}

/** A fresh combination of values of a dtype. A NaN makes maxima and minima NaN, and is where argmax and argmin stop. */
function fold(combine: LoopNest["combine"] | "logSumExp", dtype: DType, steps: number): Fold {
  const u = unit(dtype), none = () => 0;
  let acc = 0, terms = 0, count = 0, best = NaN, at = 0;
  switch (combine) {
    case null:
      return { put: (x) => acc = x, value: () => acc, error: none };
    case "sum":
      return {
        put: (x) => {
          acc += x;
          terms += Math.abs(x);
          count++;
        },
        value: () => acc,
        // Terms rounded `steps` times each, added in f64 in any order, the result rounded once.
        error: () => isFloat(dtype) ? terms * (steps * u + count * 2 ** -53) + Math.abs(acc) * u : 0,
      };
    case "prod": {
      acc = 1;
      const times = dtype === "i32" || dtype === "u32" ? Math.imul : (a: number, b: number) => a * b;
      return {
        put: (x) => {
          acc = times(acc, x);
          count++;
        },
        value: () => acc,
        error: () => isFloat(dtype) ? Math.abs(acc) * (count * (steps * u + 2 ** -53) + u) : 0,
      };
    }
    case "max":
    case "min": {
      acc = extremes(dtype)[combine === "max" ? 0 : 1];
      const pick = combine === "max" ? Math.max : Math.min;
      return { put: (x) => acc = pick(acc, x), value: () => acc, error: none };
    }
    case "any":
      return { put: (x) => acc = acc !== 0 || x !== 0 ? 1 : 0, value: () => acc, error: none };
    case "all":
      acc = 1;
      return { put: (x) => acc = acc !== 0 && x !== 0 ? 1 : 0, value: () => acc, error: none };
    case "argmax":
    case "argmin": {
      const better = combine === "argmax" ? (x: number) => x > best : (x: number) => x < best;
      return {
        put: (x, position) => {
          if (count++ === 0 || (best === best && (x !== x || better(x)))) {
            best = x;
            at = position;
          }
        },
        value: () => at,
        error: none,
      };
    }
    case "logSumExp":
      acc = -Infinity;
      return {
        put: (x) => {
          const high = Math.max(acc, x);
          // ∞ − ∞ has no place here: what is infinite, or NaN, decides alone.
          acc = Number.isFinite(high) ? high + Math.log(Math.exp(acc - high) + Math.exp(x - high)) : high;
          terms = Math.max(terms, Number.isFinite(x) ? Math.abs(x) : 0);
          count++;
        },
        value: () => acc,
        // exp of an argument wrong by |x|·u, then additions of positive terms, then a logarithm.
        error: () => (terms + count + 8) * 8 * u,
      };
  }
}

function runLoop(k: LoopNest, inputs: readonly NdArray[]): KernelResult {
  if (k.combine === null && k.reduce.length > 0) throw new Error("a reduced range without a combination");
  const positions = k.combine === "argmax" || k.combine === "argmin";
  if (positions ? k.reduce.length !== 1 : k.body.dtype !== k.dtype) {
    throw new Error(`a ${k.combine ?? "loop"} over [${k.reduce}] of ${k.body.dtype} gives ${k.dtype}`);
  }
  const rank = k.domain.length + k.reduce.length, at = new Array<number>(rank).fill(0);
  const body = compile(k.body, inputs, rank), steps = floatSteps(k.body);
  const element = (): readonly [number, number] => {
    const f = fold(k.combine, positions ? k.body.dtype : k.dtype, steps);
    let position = 0;
    forEach(k.reduce, at, k.domain.length, () => f.put(body(at), position++));
    return [f.value(), f.error()];
  };
  if (k.scatter !== undefined) return runScatter(k, k.scatter, inputs, at, element);
  const data = alloc(k.dtype, sizeOf(k.domain)), errors = new Float64Array(data.length);
  let i = 0;
  forEach(k.domain, at, 0, () => {
    [data[i], errors[i]] = element() as [number, number];
    i++;
  });
  return { output: { shape: k.domain, dtype: k.dtype, data }, bound: (j) => errors[j]! };
}

function runScatter(
  k: LoopNest,
  s: NonNullable<LoopNest["scatter"]>,
  inputs: readonly NdArray[],
  at: number[],
  element: () => readonly [number, number],
): KernelResult {
  const base = inputs[s.base];
  if (base === undefined || base.dtype !== k.dtype || !sameShape(base.shape, s.shape)) {
    throw new Error(`a scatter onto input ${s.base}, which is no ${k.dtype}[${s.shape}]`);
  }
  if (s.at.length !== s.shape.length) throw new Error(`a scatter at ${s.at.length} indices into [${s.shape}]`);
  const places = s.at.map((e) => {
    if (e.dtype !== "i32") throw new Error(`an address is ${e.dtype}, not i32`);
    return compile(e, inputs, k.domain.length);
  });
  // Floats meet in f64 and are rounded at the end; integers wrap around at each step.
  const sums = isFloat(k.dtype) ? Float64Array.from(base.data) : base.data.slice();
  const terms = Float64Array.from(base.data, Math.abs),
    errors = new Float64Array(sums.length),
    strides = stridesOf(s.shape);
  const counts = new Float64Array(sums.length);
  forEach(k.domain, at, 0, () => {
    let p = 0;
    for (let i = 0; i < places.length; i++) {
      const j = places[i]!(at);
      if (!(j >= 0 && j < s.shape[i]!)) return;
      p += j * strides[i]!;
    }
    const [x, error] = element(), old = sums[p]!;
    sums[p] = meet(s.with, k.dtype, old, x);
    if (!isFloat(k.dtype)) return;
    counts[p]!++;
    terms[p] = s.with === "mul" ? Math.abs(sums[p]!) : terms[p]! + Math.abs(x);
    errors[p] = s.with === "set"
      ? error
      : s.with === "mul"
      ? errors[p]! * Math.abs(x) + error * Math.abs(old)
      : errors[p]! + error;
  });
  const data = alloc(k.dtype, sums.length), sum = s.with === "add" || s.with === "mul";
  data.set(sums);
  return {
    output: { shape: s.shape, dtype: k.dtype, data },
    bound: (j) => errors[j]! + (sum && isFloat(k.dtype) ? counts[j]! * terms[j]! * unit(k.dtype) : 0),
  };
}

function meet(how: NonNullable<LoopNest["scatter"]>["with"], dtype: DType, old: number, x: number): number {
  switch (how) {
    case "set":
      return x;
    case "add":
      return old + x;
    case "mul":
      return dtype === "i32" || dtype === "u32" ? Math.imul(old, x) : old * x;
    case "max":
      return Math.max(old, x);
    case "min":
      return Math.min(old, x);
  }
}

/** Calls `f` with the first index of every line along an axis, and the line's length. */
function forEachLine(shape: Shape, axis: number, f: (at: number[], length: number) => void): void {
  if (!(axis >= 0 && axis < shape.length)) throw new Error(`axis ${axis} of a domain [${shape}]`);
  const at = new Array<number>(shape.length).fill(0);
  forEach(shape.map((d, i) => i === axis ? Math.min(d, 1) : d), at, 0, () => f([...at], shape[axis]!));
}

function runCumulative(k: Cumulative, inputs: readonly NdArray[]): KernelResult {
  if (k.body.dtype !== k.dtype) throw new Error(`a running ${k.combine} of ${k.body.dtype} gives ${k.dtype}`);
  const body = compile(k.body, inputs, k.domain.length), steps = floatSteps(k.body), strides = stridesOf(k.domain);
  const data = alloc(k.dtype, sizeOf(k.domain)), errors = new Float64Array(data.length);
  forEachLine(k.domain, k.axis, (at, length) => {
    const f = fold(k.combine, k.dtype, steps);
    for (let i = 0; i < length; i++) {
      at[k.axis] = k.reverse ? length - 1 - i : i;
      f.put(body(at), i);
      const p = at.reduce((sum, j, a) => sum + j * strides[a]!, 0);
      data[p] = f.value();
      errors[p] = f.error();
    }
  });
  return { output: { shape: k.domain, dtype: k.dtype, data }, bound: (j) => errors[j]! };
}

/** Ascending, −0 with 0, NaN last. */
function order(a: number, b: number): number {
  if (a !== a || b !== b) return Number(a !== a) - Number(b !== b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function runSort(k: Sort, inputs: readonly NdArray[]): KernelResult {
  inputs.forEach((x, i) => {
    if (!sameShape(x.shape, k.domain)) throw new Error(`a sort of [${k.domain}] with input ${i} of shape [${x.shape}]`);
  });
  const from = inputs[k.output];
  if (from === undefined || from.dtype !== k.dtype) throw new Error(`a sort gives ${k.dtype} from input ${k.output}`);
  const data = alloc(k.dtype, sizeOf(k.domain)), strides = stridesOf(k.domain), keys = inputs.slice(0, k.keys);
  forEachLine(k.domain, k.axis, (at, length) => {
    const start = at.reduce((sum, j, a) => sum + j * strides[a]!, 0), step = strides[k.axis]!;
    const places = Array.from({ length }, (_, i) => start + i * step);
    const sorted = places.toSorted((p, q) => {
      for (const key of keys) {
        const o = order(key.data[p]!, key.data[q]!);
        if (o !== 0) return o;
      }
      return p - q;
    });
    sorted.forEach((p, i) => data[places[i]!] = from.data[p]!);
  });
  return { output: { shape: k.domain, dtype: k.dtype, data }, bound: () => 0 };
}
