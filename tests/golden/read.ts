/** The golden files as tests use them: cases by name, values in f64, and the check of outputs and gradients. */
import { wasmBackend } from "../../core/backends/wasm/mod.ts";
import { isFloat } from "../../core/dtype.ts";
import { cast } from "../../core/ops/mod.ts";
import type { MaybeZero } from "../../core/primitive.ts";
import { Concrete, type Value } from "../../core/tensor.ts";
import { jit } from "../../core/transforms/jit.ts";
import { vjpFlat } from "../../core/transforms/linearize.ts";
import { arrayIn, assertNear, largest, materialized, roundoff64 } from "../laws/compare.ts";
import { make } from "../laws/values.ts";
import activations from "./activations.json" with { type: "json" };
import attention from "./attention.json" with { type: "json" };
import conv from "./conv.json" with { type: "json" };
import graph from "./graph.json" with { type: "json" };
import images from "./images.json" with { type: "json" };
import kinks from "./kinks.json" with { type: "json" };
import linalg from "./linalg.json" with { type: "json" };
import losses from "./losses.json" with { type: "json" };
import lossesMore from "./losses_more.json" with { type: "json" };
import norm from "./norm.json" with { type: "json" };
import ops from "./ops.json" with { type: "json" };
import pool from "./pool.json" with { type: "json" };
import resize from "./resize.json" with { type: "json" };
import rnn from "./rnn.json" with { type: "json" };
import special from "./special.json" with { type: "json" };
import transformer from "./transformer.json" with { type: "json" };
import { assert, assertEquals } from "@std/assert";

/** A number as the files write it: what JSON lacks is a string. */
export type GoldenNumber = number | "Infinity" | "-Infinity" | "NaN";

/** A tensor as the files write it, flat in row-major order. */
export interface GoldenTensor {
  readonly dtype: "f64" | "f32" | "i32" | "u32" | "u8" | "bool";
  readonly shape: readonly number[];
  readonly data: readonly GoldenNumber[];
}

/** One computation of another library. */
export interface GoldenCase {
  readonly name: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, GoldenTensor>>;
  readonly outputs: readonly GoldenTensor[];
  readonly cotangents?: readonly GoldenTensor[];
  readonly grads?: Readonly<Record<string, GoldenTensor>>;
}

/** A scalar function's values and derivatives at points, and its values at limits. */
export interface GoldenScalar {
  readonly name: string;
  readonly x: readonly GoldenNumber[];
  readonly value: readonly GoldenNumber[];
  readonly derivative: readonly GoldenNumber[];
  readonly limits: readonly { readonly x: GoldenNumber; readonly value: GoldenNumber }[];
}

/** One file. */
export interface GoldenGroup {
  readonly group: string;
  readonly cases: readonly GoldenCase[];
  readonly scalars: readonly GoldenScalar[];
}

const groups = {
  activations,
  attention,
  conv,
  graph,
  images,
  kinks,
  linalg,
  losses,
  losses_more: lossesMore,
  norm,
  ops,
  pool,
  resize,
  rnn,
  special,
  transformer,
} as unknown as Readonly<Record<string, GoldenGroup>>;

/** A group, such as `ops`. */
export function readGolden(group: string): GoldenGroup {
  const found = groups[group];
  assert(found !== undefined, `there is no golden group ${group}`);
  return { ...found, scalars: found.scalars ?? [] };
}

/** The cases of that name; at least one, and the names exist. */
export function casesOf(group: GoldenGroup, name: string): readonly GoldenCase[] {
  const found = group.cases.filter((c) => c.name === name);
  assert(found.length > 0, `${group.group} has no case ${name}`);
  return found;
}

/** A number as JavaScript has it. */
export const numberOf = (x: GoldenNumber): number => Number(x);

/** A tensor of the file's own dtype. */
export const tensorOf = (t: GoldenTensor): Value => make(t.shape, t.dtype, (i) => Number(t.data[i]!));

/** The inputs in the file's order. */
export const inputsOf = (c: GoldenCase): Value[] => Object.values(c.inputs).map(tensorOf);

/**
 * Holds a function to a case: its outputs, and the gradients of the inputs that have one in the file, computed one
 * operation at a time and compiled to WebAssembly. `roundings` is how many unit roundoffs of the largest element of an
 * array an element of it may be off: each side rounds once a step.
 */
export function checkGolden(c: GoldenCase, f: Computation, roundings: number): void {
  const inputs = inputsOf(c), names = Object.keys(c.inputs), grads = c.grads ?? {};
  const { active, cotangents, results, compiled } = derivativesOf(c, f);
  for (const [way, compute] of Object.entries({ "one by one": results, compiled })) {
    const { outputs, pulled } = compute(inputs, cotangents);
    outputs.forEach((y, i) => near(y, tensorOf(c.outputs[i]!), roundings, `${c.name}, ${way}: output ${i}`));
    names.forEach((n, i) => {
      if (active[i]) near(pulled[i]!, tensorOf(grads[n]!), roundings, `${c.name}, ${way}: gradient of ${n}`);
    });
  }
}

/**
 * `checkGolden`, and the same in f32: compiled to WebAssembly it is held to the f64 result for the same rounded inputs.
 * A step of f32 may be off by 2.5 units in the last place, the bound of the elementary functions, which is five
 * roundings.
 */
export function checkGoldenBoth(c: GoldenCase, f: Computation, roundings: number): void {
  checkGolden(c, f, roundings);
  const { cotangents, results, compiled } = derivativesOf(c, f);
  const single = (x: Value): Value => isFloat(x.dtype) ? cast(x, "f32") : x;
  const double = (x: Value): Value => isFloat(x.dtype) ? cast(x, "f64") : x;
  const short = inputsOf(c).map(single), shortCotangents = cotangents.map(single);
  const got = compiled(short, shortCotangents), want = results(short.map(double), shortCotangents.map(double));
  const close = (x: Value, y: Value, what: string) => near(double(x), double(y), 5 * roundings * 2 ** 29, what);
  got.outputs.forEach((y, i) => close(y, want.outputs[i]!, `${c.name}, in f32: output ${i}`));
  got.pulled.forEach((g, i) => close(g, want.pulled[i]!, `${c.name}, in f32: gradient ${i}`));
}

/** What a case is computed with. */
export type Computation = (...inputs: Value[]) => Value | readonly Value[];

/** A computation with the gradients that a case has, one operation at a time and compiled. */
function derivativesOf(c: GoldenCase, f: Computation) {
  const names = Object.keys(c.inputs), grads = c.grads ?? {};
  const active = names.map((n) => n in grads), cotangents = (c.cotangents ?? []).map(tensorOf);
  const run = (xs: readonly Value[]): readonly Value[] => {
    const y = f(...xs);
    return Array.isArray(y) ? y as readonly Value[] : [y as Value];
  };
  const results = (xs: readonly Value[], cts: readonly Value[]) => {
    const [outputs, pullback] = vjpFlat(run, xs, active);
    assertEquals(outputs.length, c.outputs.length, `${c.name}: number of outputs`);
    if (!active.includes(true)) return { outputs, pulled: [] };
    assert(cts.length > 0, `${c.name} has gradients but no cotangents`);
    const given: MaybeZero[] = outputs.map((y, i) => isFloat(y.dtype) ? cts[i]! : null);
    return { outputs, pulled: materialized(pullback(given), xs) };
  };
  return { active, cotangents, results, compiled: jit(results, { backend: wasmBackend }) };
}

function near(actual: Value, expected: Value, roundings: number, what: string): void {
  assert(actual instanceof Concrete, `${what} is traced`);
  const size = largest([expected]);
  assertNear(arrayIn(actual), arrayIn(expected), (Number.isFinite(size) ? size : 1) * roundings * roundoff64, what);
}
