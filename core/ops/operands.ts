/** What operations take: operands, options, axes, whole numbers, and functions that also stand in a pipe. */
import { type DType, isDType, isFloat, kindOf, type Promote, promote, rangeOf, type Weak, weak } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { cast, full } from "../primitives/create.ts";
import { dotGeneral } from "../primitives/dot_general.ts";
import { broadcastRight, reduceSum, reshape, transpose } from "../primitives/reshape.ts";
import { broadcastShapes, type Shape, show, sizeOf } from "../shape.ts";
import { Tensor, type Value } from "../tensor.ts";

// Whole numbers that operations take beside tensors: counts, shifts, positions.

/** How a message shows an argument. */
export function shown(x: unknown): string {
  if (x instanceof Tensor) return "a tensor";
  if (typeof x === "string") return JSON.stringify(x);
  if (Array.isArray(x)) return `[${x.map(shown)}]`;
  return typeof x === "object" && x !== null ? JSON.stringify(x) ?? "an object" : String(x);
}

/** A whole number from `least` on, or an error that names it. */
export function requireWhole(op: string, what: string, x: unknown, least = -Infinity): number {
  if (typeof x === "number" && Number.isInteger(x) && x >= least) return x;
  const bound = least === -Infinity ? "" : `, ${least} or more`;
  throw new ArgumentError(`${op}: ${what} is ${shown(x)}, not a whole number${bound}`);
}

/** A list of whole numbers; a single one stands for a list of one. */
export function requireWholes(op: string, what: string, xs: unknown, least = -Infinity): number[] {
  return Array.isArray(xs) ? xs.map((x) => requireWhole(op, what, x, least)) : [requireWhole(op, what, xs, least)];
}

// Options of operations: plain objects whose names are known.

/** Throws unless options are an object with no names but the given ones; a misspelt one would be passed over silently. */
export function requireOptions(op: string, options: unknown, example: string, names: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options) || options instanceof Tensor) {
    throw new ArgumentError(`${op}: options are an object, not ${shown(options)}; write ${example}`);
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw new ArgumentError(`${op}: there is no option ${name}; it takes ${names.join(", ")}`);
    }
  }
}

/** An option that is a truth value; false if left out. */
export function flag(op: string, name: string, x: unknown): boolean {
  if (x !== undefined && typeof x !== "boolean") {
    throw new ArgumentError(`${op}: ${name} is true or false, not ${shown(x)}`);
  }
  return x === true;
}

// How public operations take their operands: numbers beside tensors, promotion, broadcasting, data last.

/** What binary operations take: a tensor, or a JavaScript number or boolean, which adapts to the other operand's dtype. */
export type Operand = Value | number | boolean;

/** The shape of an operand. */
export type ShapeOf<A> = A extends Tensor<infer S, DType> ? S : readonly [];

/** The dtype of two operands together. */
export type DTypeOf<A, B> = A extends Tensor<Shape, infer DA>
  ? (B extends Tensor<Shape, infer DB> ? Promote<DA, DB> : B extends boolean ? DA : Weak<DA>)
  : B extends Tensor<Shape, infer DB> ? (A extends boolean ? DB : Weak<DB>)
  : A extends boolean ? (B extends boolean ? "bool" : "f32")
  : "f32";

/** A tensor, or an error that says what was given instead. */
export function requireTensor(op: string, x: unknown, what = "argument"): Value {
  if (x instanceof Tensor) return x as Value;
  const given = Array.isArray(x)
    ? "an array; wrap it: tensor([…])"
    : typeof x === "function"
    ? "a function; in a pipe, call the operation with its options first"
    : x instanceof Promise
    ? "a Promise; await it first"
    : ArrayBuffer.isView(x)
    ? "a typed array; wrap it: tensor(…)"
    : `${
      typeof x === "object" ? x === null ? "null" : x?.constructor?.name ?? "an object" : `the ${typeof x} ${String(x)}`
    }`;
  throw new ArgumentError(`${op}: expected a tensor as ${what}, got ${given}`);
}

/** A tensor of floats or integers. */
export function requireNumeric(op: string, x: unknown): Value {
  const value = requireTensor(op, x);
  if (kindOf(value.dtype) === "bool") throw new DTypeError(`${op}: takes numbers, not bool; cast it first`);
  return value;
}

/**
 * A JavaScript number as an element of the dtype that `owner` has; a fraction has no place among integers, and `remedy`
 * says what to do about it.
 */
export function elementOf(
  op: string,
  x: unknown,
  dtype: DType,
  owner = "the other operand",
  remedy = "cast it to f32 first",
): number {
  if (typeof x !== "number" && typeof x !== "boolean") {
    throw new ArgumentError(`${op}: the value is ${shown(x)}, not a number or a boolean`);
  }
  if (typeof x === "number" && kindOf(dtype) === "int" && !Number.isInteger(x)) {
    throw new DTypeError(`${op}: ${x} is not a whole number and ${owner} is ${dtype}; ${remedy}`);
  }
  const [low, high] = rangeOf(dtype);
  if (kindOf(dtype) === "int" && (Number(x) < low || Number(x) > high)) {
    throw new DTypeError(`${op}: ${x} is out of range for ${dtype}, ${owner}'s dtype; ${remedy}`);
  }
  return kindOf(dtype) === "bool" ? +(x !== 0 && x !== false) : Number(x);
}

/** As `elementOf`, as a scalar tensor. */
export const scalarOf = (op: string, x: unknown, dtype: DType, owner?: string, remedy?: string): Value =>
  full([], elementOf(op, x, dtype, owner, remedy), dtype);

/** Both operands as tensors of their common dtype, shapes as they are. */
export function promoted(op: string, ...xs: readonly unknown[]): Value[] {
  const tensors = xs.filter((x): x is Value => x instanceof Tensor);
  const numbers = xs.filter((x) => typeof x === "number");
  let dtype: DType = tensors.length > 0
    ? tensors.map((t) => t.dtype).reduce(promote)
    : numbers.length > 0
    ? "f32"
    : "bool";
  if (numbers.length > 0) dtype = weak(dtype);
  return xs.map((x, i) =>
    typeof x === "number" || typeof x === "boolean"
      ? scalarOf(op, x, dtype)
      : cast(requireTensor(op, x, ["first operand", "second operand", "third operand"][i]), dtype)
  );
}

/** Operands of one shape. */
export function broadcasted(op: string, xs: readonly Value[]): Value[] {
  const shape = broadcastShapes(op, ...xs.map((x) => x.shape));
  return xs.map((x) => broadcastRight(x, shape));
}

/** An elementwise binary operation on promoted, broadcast operands. */
export function binary(op: string, prim: Primitive<undefined>, a: unknown, b: unknown): Value {
  return bind1(prim, broadcasted(op, promoted(op, a, b)), undefined);
}

/** As `binary`, on floats: integers and truth values become f32 first. */
export function binaryFloat(op: string, prim: Primitive<undefined>, a: unknown, b: unknown): Value {
  return bind1(prim, broadcasted(op, promoted(op, a, b).map((x) => asFloat(x))), undefined);
}

/** A float tensor: floats as they are, all else as f32. */
export const asFloat = (x: Value): Value => isFloat(x.dtype) ? x : cast(x, "f32");

/** An elementwise operation of one float operand. */
export const unaryFloat = (op: string, prim: Primitive<undefined>, x: unknown): Value =>
  bind1(prim, [asFloat(requireTensor(op, x))], undefined);

/**
 * A binary function that is also data-last: `f(a, b)`, or `pipe(a, f(b))`, which is f(a, b) too. The arity of the call
 * tells the two apart.
 */
export function dual(f: (a: unknown, b: unknown) => Value): (...args: unknown[]) => unknown {
  return (...args) => args.length >= 2 ? f(args[0], args[1]) : (a: unknown) => f(a, args[0]);
}

/** A dtype option, checked. */
export function requireDType(op: string, d: unknown): DType {
  if (!isDType(d)) throw new DTypeError(`${op}: ${String(d)} is not a dtype; use f32, f64, i32, u32, u8 or bool`);
  return d;
}

// Operations whose required second operand is a plain number or list.

/** Numbers, lists and tensors are operands; what else stands in their place are options. */
export const isOperand = (x: unknown): boolean => typeof x === "number" || Array.isArray(x) || x instanceof Tensor;

/** `f(x, k, options?)`, also data last: `f(k, options?)(x)`. A tensor in front, or an operand behind it, tells. */
export function dualStatic(
  f: (x: unknown, k: unknown, options: Record<string, unknown>) => unknown,
): (...args: unknown[]) => unknown {
  return (...args) => {
    const options = (o: unknown) => (o ?? {}) as Record<string, unknown>;
    return args[0] instanceof Tensor || isOperand(args[1])
      ? f(args[0], args[1], options(args[2]))
      : (x: unknown) => f(x, args[0], options(args[1]));
  };
}

// Operations of two tensors that also take options.

/** What may stand in the place of options: nothing, or a plain object. */
const isOptions = (x: unknown): boolean =>
  x === undefined || (typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype);

/** `f(a, b, options?)`, also data last: `f(b, options?)(a)`. Whatever is no options in second place tells. */
export function dualOptions(
  f: (a: unknown, b: unknown, options: Readonly<Record<string, unknown>>) => unknown,
): (...args: unknown[]) => unknown {
  const options = (o: unknown) => (o ?? {}) as Readonly<Record<string, unknown>>;
  return (...args) =>
    args.length > 2 || !isOptions(args[1])
      ? f(args[0], args[1], options(args[2]))
      : (a: unknown) => f(a, args[0], options(args[1]));
}

// Broadcasting to a shape that is given.

/** `x` repeated to `shape`, or an error with both. */
export function broadcastValue(op: string, x: Value, shape: Shape): Value {
  const skipped = shape.length - x.shape.length;
  if (skipped >= 0 && x.shape.every((d, a) => d === 1 || d === shape[skipped + a])) return broadcastRight(x, shape);
  throw new ShapeError(
    `${op}: cannot broadcast ${show(x.shape)} to ${show(shape)}; sizes must be equal or 1, counted from the last axis`,
  );
}

// Operands of products.

/** Two tensors of numbers in their common dtype. */
export function factors(op: string, a: unknown, b: unknown): readonly [Value, Value] {
  const [x, y] = promoted(op, requireTensor(op, a, "first operand"), requireTensor(op, b, "second operand"));
  requireProducts(op, x!.dtype);
  return [x!, y!];
}

/** Truth values have no products here. */
export function requireProducts(op: string, dtype: DType): void {
  if (kindOf(dtype) === "bool") throw new DTypeError(`${op}: takes numbers, not bool; cast one of the operands first`);
}

// Axes by name: how products of several tensors are told which axes belong together.

/** A value, each of its axes under a label of its own. */
export interface Labelled {
  readonly value: Value;
  readonly labels: readonly string[];
}

const sizeAt = (x: Labelled, label: string): number => x.value.shape[x.labels.indexOf(label)]!;

/** Sums over the axes that `wanted` does not keep. */
function summed(x: Labelled, wanted: (label: string) => boolean): Labelled {
  const gone = x.labels.flatMap((l, i) => wanted(l) ? [] : [i]);
  return { value: reduceSum(x.value, gone), labels: x.labels.filter(wanted) };
}

/** Leaves out the axes of size 1 that the other operand has longer: its product needs no repetition. */
function withoutSingles(x: Labelled, other: Labelled): Labelled {
  const stays = (l: string) => !(sizeAt(x, l) === 1 && other.labels.includes(l) && sizeAt(other, l) !== 1);
  const labels = x.labels.filter(stays);
  return { value: reshape(x.value, labels.map((l) => sizeAt(x, l))), labels };
}

/** The product of two, summed over every label that is not to be kept; sizes agree, or one of them is 1. */
function contractPair(a: Labelled, b: Labelled, keep: (label: string) => boolean): Labelled {
  const left = withoutSingles(summed(a, (l) => keep(l) || b.labels.includes(l)), b);
  const right = withoutSingles(summed(b, (l) => keep(l) || a.labels.includes(l)), a);
  // A label whose partner was left out is summed on its own, unless it is kept.
  const x = summed(left, (l) => keep(l) || right.labels.includes(l));
  const y = summed(right, (l) => keep(l) || left.labels.includes(l));
  const shared = x.labels.filter((l) => y.labels.includes(l));
  const batch = shared.filter(keep), contract = shared.filter((l) => !keep(l));
  const at = (z: Labelled, labels: readonly string[]) => labels.map((l) => z.labels.indexOf(l));
  const free = (z: Labelled) => z.labels.filter((l) => !shared.includes(l));
  return {
    value: dotGeneral(x.value, y.value, {
      contract: [at(x, contract), at(y, contract)],
      batch: [at(x, batch), at(y, batch)],
    }),
    labels: [...batch, ...free(x), ...free(y)],
  };
}

/** The value with its axes in the order of `labels`. */
const arranged = (x: Labelled, labels: readonly string[]): Value =>
  transpose(x.value, labels.map((l) => x.labels.indexOf(l)));

/** How many elements the product of two has before its sums. */
function productSize(a: Labelled, b: Labelled, keep: (label: string) => boolean): number {
  const labels = new Set([...a.labels, ...b.labels].filter(keep));
  return sizeOf(
    [...labels].map((l) => Math.max(a.labels.includes(l) ? sizeAt(a, l) : 1, b.labels.includes(l) ? sizeAt(b, l) : 1)),
  );
}

/**
 * The product of all, summed over every label not in `output`. Pair by pair, always the two whose product is smallest
 * beside what it replaces, the greedy order of opt_einsum (Smith and Gray, 2018, https://doi.org/10.21105/joss.00753).
 */
export function contractAll(given: readonly Labelled[], output: readonly string[]): Value {
  let operands = [...given];
  while (operands.length > 1) {
    let best = Infinity, pair: readonly [number, number] = [0, 1];
    for (let i = 0; i < operands.length; i++) {
      for (let j = i + 1; j < operands.length; j++) {
        const a = operands[i]!, b = operands[j]!;
        const cost = productSize(a, b, needed(operands, i, j, output)) - a.value.size - b.value.size;
        if (cost < best) {
          best = cost;
          pair = [i, j];
        }
      }
    }
    const [i, j] = pair, made = contractPair(operands[i]!, operands[j]!, needed(operands, i, j, output));
    operands = [...operands.filter((_, k) => k !== i && k !== j), made];
  }
  return arranged(summed(operands[0]!, (l) => output.includes(l)), output);
}

/** Whether a label is still asked for once the operands `i` and `j` are one. */
const needed = (operands: readonly Labelled[], i: number, j: number, output: readonly string[]) => (label: string) =>
  output.includes(label) || operands.some((x, k) => k !== i && k !== j && x.labels.includes(label));
