/** `jit`: a function is traced once for each kind of argument, and its program is run from then on. */
import { type Backend, computing, withBackend } from "../backend.ts";
import { type Program, trace } from "../compiler/program.ts";
import { ArgumentError } from "../errors.ts";
import { settingKey } from "../format.ts";
import { axisEnvironment, bind, currentInterpreter, insideStepwise } from "../interpreter.ts";
import type { Donation } from "../primitive.ts";
import { Concrete, donate as markDonated, storageIdentity, Tensor, Tracer, type Value } from "../tensor.ts";
import { jitP, withCaptured } from "./derived.ts";
import { keysOf, requireFunction, synchronous, type Template, template } from "./stage.ts";

/** Options of `jit`. */
export interface JitOptions {
  /**
   * Positions of arguments that are no tensors but settings of the function, compared by value (functions and class
   * instances by identity). Numbers, strings and booleans are settings wherever they stand.
   */
  readonly static?: readonly number[];
  /** Positions of arguments whose tensors the call may overwrite; reading them afterwards throws `DonatedError`. */
  readonly donate?: readonly number[];
  /** The name in messages and printed programs; the function's own if left out. */
  readonly name?: string;
  /** Where it runs; the default backend if left out. */
  readonly backend?: Backend;
}

interface Traced {
  readonly program: Program;
  readonly result: Template;
  /** What a call gives away. */
  readonly donated?: Donation;
}

/** Kinds of argument a jitted function keeps programs for; the least recently used goes first. */
const kept = 256;

/**
 * Compiles a function: it is traced to a `Program` on the first call with each combination of shapes, dtypes, tree
 * structures and settings, and later calls run that program without calling the function again.
 *
 * Numbers, strings and booleans among the arguments are settings, compared by value: a learning rate that changes from
 * step to step should be a tensor. Tensors the function closes over are read when it is traced; a later change of the
 * closure is not seen.
 *
 * @param f A pure function of trees of tensors and settings.
 * @param options `static`: positions of arguments that are settings as a whole. `donate`: positions of arguments given away.
 * @returns A function with the same signature.
 * @throws {ArgumentError} If a position is no whole number, or an argument holds what is neither tensor nor setting.
 * @throws {TransformError} If `f` reads a traced value (`item`, a host `if`) or is async.
 *
 * @example A function traced once
 * ```ts
 * import { add, jit, mul, tensor, type Tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * let traced = 0;
 * const f = jit((x: Tensor) => (traced++, add(mul(x, x), 1)));
 * assertEquals([f(tensor([2])).toArray(), f(tensor([3])).toArray(), traced], [[5], [10], 1]);
 * ```
 */
export function jit<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  options: JitOptions = {},
): (...args: A) => R {
  requireFunction("jit", f);
  const name = options.name ?? (f.name || "jit");
  const backend = options.backend === undefined ? undefined : computing("jit", options.backend);
  for (const option of ["static", "donate"] as const) {
    const wrong = options[option]?.find((n) => !Number.isInteger(n) || n < 0);
    if (wrong !== undefined) {
      throw new ArgumentError(`jit: \`${option}\` lists ${wrong}; positions of arguments are whole numbers from 0`);
    }
  }
  const cache = new Map<string, Traced>();
  const isStatic = (i: number): boolean => options.static?.includes(i) ?? false;
  const jitted = (...args: A): R => {
    if (insideStepwise()) return f(...args);
    const leaves: Value[] = [];
    const key = `${
      args.map((a, i) => isStatic(i) ? settingKey(a) : treeKey(name, a, leaves, [i])).join()
    } ${axisEnvironment()}`;
    let traced = cache.get(key);
    if (traced === undefined) {
      traced = remember(cache, key, donating(traceCall(name, f, args, isStatic, leaves), name, args, options));
    } else {
      cache.delete(key);
      cache.set(key, traced);
    }
    const { program, donated } = traced, gives = donated !== undefined && currentInterpreter().outer === null;
    const params = gives ? { name, program, donated } : { name, program };
    const outs = withBackend(backend, () => bind(jitP, withCaptured(program, leaves), params));
    if (options.donate !== undefined && currentInterpreter().outer === null) {
      giveAway(name, args, options.donate, [...traced.program.captured, ...outs]);
    }
    return traced.result.fill(outs) as R;
  };
  Object.defineProperty(jitted, "name", { value: name });
  return jitted;
}

function remember(cache: Map<string, Traced>, key: string, traced: Traced): Traced {
  // A program that captured a tracer is of this moment only.
  if (traced.program.captured.some((c) => c instanceof Tracer)) return traced;
  cache.set(key, traced);
  if (cache.size > kept) cache.delete(cache.keys().next().value!);
  return traced;
}

function traceCall<A extends readonly unknown[], R>(
  name: string,
  f: (...args: A) => R,
  args: A,
  isStatic: (i: number) => boolean,
  leaves: readonly Value[],
): Traced {
  let result: Template | undefined;
  const program = trace("jit", (ins) => {
    const filled = template(args.filter((_, i) => !isStatic(i))).fill(ins) as unknown[];
    let at = 0;
    const given = args.map((a, i) => isStatic(i) ? a : filled[at++]) as unknown as A;
    result = template(synchronous(name, f(...given)));
    return result.tensors;
  }, leaves);
  return { program, result: result! };
}

/** A traced call with the places of what it gives away among the program's inputs. */
function donating(traced: Traced, name: string, args: readonly unknown[], options: JitOptions): Traced {
  const { donate, static: settings } = options, inputs: number[] = [];
  let at = traced.program.captured.length;
  args.forEach((a, i) => {
    if (settings?.includes(i)) return;
    const end = at + template(a).tensors.length;
    if (!donate?.includes(i)) at = end;
    while (at < end) inputs.push(at++);
  });
  return inputs.length === 0 ? traced : { ...traced, donated: { call: name, inputs } };
}

/** What of an argument decides which program serves: structure, shapes, dtypes and settings. Collects its tensors. */
function treeKey(name: string, x: unknown, leaves: Value[], path: readonly (number | string)[]): string {
  if (x instanceof Tensor) {
    leaves.push(x as Value);
    return `${x.dtype}${x.shape.join("x")}`;
  }
  if (Array.isArray(x)) return `[${x.map((y, i) => treeKey(name, y, leaves, [...path, i])).join()}]`;
  if (typeof x === "object" && x !== null) {
    const p = Object.getPrototypeOf(x);
    if (p === Object.prototype || p === null) {
      const parts = new Map(
        keysOf(x).map((k) => [k, treeKey(name, (x as Record<string, unknown>)[k], leaves, [...path, k])]),
      );
      // The function may see the order in which an object was written, so it is part of the key.
      return `{${Object.keys(x).map((k) => `${JSON.stringify(k)}:${parts.get(k)}`).join()}}`;
    }
  }
  if (typeof x === "function" || (typeof x === "object" && x !== null)) {
    const kind = typeof x === "function" ? "a function" : `a ${x.constructor?.name}`;
    const remedy = ArrayBuffer.isView(x) ? "make it one: tensor(…)" : "list its position in jit's `static`";
    throw new ArgumentError(`${name}: argument ${path[0]} holds ${kind}, which is no tensor and no setting; ${remedy}`);
  }
  return settingKey(x);
}

/** Marks the storage of donated arguments, sparing what a kept argument, a captured value or a result shares. */
function giveAway(
  name: string,
  args: readonly unknown[],
  positions: readonly number[],
  others: readonly Value[],
): void {
  const of = (x: unknown) => template(x).tensors.filter((t) => t instanceof Concrete);
  const spared = new Set(
    [...args.filter((_, i) => !positions.includes(i)).flatMap(of), ...of(others)].map(storageIdentity),
  );
  const given = positions.flatMap((i) => of(args[i]));
  const times = new Map<object, number>();
  for (const t of given) times.set(storageIdentity(t), (times.get(storageIdentity(t)) ?? 0) + 1);
  for (const t of given) {
    const s = storageIdentity(t);
    if (!spared.has(s) && times.get(s) === 1) markDonated(t, name);
  }
}
