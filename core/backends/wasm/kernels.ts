/** Code of kernels, each once, and what it asks of the host. */
import { addressesOf } from "../../compiler/address.ts";
import { type ContractionAxis, type ContractionNest, contractionOf } from "../../compiler/contraction.ts";
import { type FusedNode, writtenBy } from "../../compiler/fuse.ts";
import type { Buffer } from "../../compiler/graph.ts";
import type { Expr } from "../../compiler/kernel.ts";
import { expressionsOf, extentsOf, inputsOf, type Nest, visit } from "../../compiler/nest.ts";
import { bytesOf, type DType } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import { contraction } from "./contraction/mod.ts";
import { Func } from "./function.ts";
import { type KernelCode, type KernelContext, scalarNest } from "./loop_nest.ts";
import { Imported } from "./module.ts";
import { runningKernel, sortKernel } from "./running.ts";
import { type MathFunctions, valueType } from "./scalar_ops.ts";
import { vectorNest } from "./vector_nest.ts";

// Kernels as text: equal text means equal code, whatever the buffers are.

/** A kernel's text, and the numbers of the buffers it reads in the order that the text names them. */
export interface KernelKey {
  readonly text: string;
  readonly inputs: readonly number[];
}

/** The text of a kernel. */
function kernelKey(
  n: Exclude<FusedNode, { readonly kind: "other" }>,
  buffers: readonly Buffer[],
): KernelKey {
  if (n.kind === "nest") return nestKey(n, buffers, "");
  if (n.kind === "running") {
    const { axis, reverse, combine } = n.kernel;
    return nestKey(n.nest, buffers, `running ${axis} ${reverse} ${combine} `);
  }
  const { kernel, inputs: ins } = n.node,
    numbers = ins.map((b) => buffers.indexOf(b.root)),
    inputs = [...new Set(numbers)];
  const reads = numbers.map((b, i) => `${inputs.indexOf(b)}${ins[i]!.dtype}`);
  const { domain, axis, keys, output, dtype } = kernel;
  return { text: `sort [${domain}] ${axis} ${keys} ${output} ${dtype} (${reads})`, inputs };
}

function nestKey(n: Nest, buffers: readonly Buffer[], prefix: string): KernelKey {
  const inputs = inputsOf(n), names = new Map<Expr, number>(), lines: string[] = [];
  visit(expressionsOf(n), (e) => {
    lines.push(line(e, (x) => names.get(x)!, (b) => inputs.indexOf(b)));
    names.set(e, names.size);
  });
  const results = n.results.map((r) => `${names.get(r.body)}${r.output.dtype}`);
  const reads = inputs.map((b) => `${buffers[b]!.dtype}${buffers[b]!.size}`), s = n.scatter;
  const scatter = s === undefined
    ? ""
    : ` scatter ${inputs.indexOf(s.base)} [${s.shape}] ${s.with} ${names.get(s.at)} ${names.get(s.inside)}`;
  const head = `${prefix}[${n.domain}] [${n.reduce}] ${n.combine} (${reads}) (${results})${scatter}`;
  return { text: `${head}\n${lines.join("\n")}`, inputs };
}

function line(e: Expr, name: (e: Expr) => number, input: (b: number) => number): string {
  switch (e.kind) {
    case "constant":
      return `${e.dtype} ${Object.is(e.value, -0) ? "-0" : e.value}`;
    case "index":
      return `i${e.axis}`;
    case "load":
      return `load ${input(e.input)} ${e.at.map(name)}`;
    case "apply":
      return `${e.name} ${e.dtype} ${e.args.map(name)}`;
    case "select":
      return `select ${name(e.test)} ${name(e.yes)} ${name(e.no)}`;
  }
}

// Which code serves a kernel.

/** Shares of the peak rate aside, multiplications and additions a nanosecond, and bytes from memory. */
const productsPerNanosecond = 20, bytesPerNanosecond = 20;

/** About how many nanoseconds a contraction takes: of few rows, those of reading the matrix. */
function costOf({ dtype, batch, rows, columns, inner }: ContractionNest): number {
  const axes = [...batch, ...rows, ...columns, ...inner],
    sizes = (some: typeof axes) => sizeOf(some.map((x) => x.size));
  const read = (["a", "b"] as const).reduce((sum, o) => sum + sizes(axes.filter((x) => x[o] !== 0)), 0);
  return Math.max(sizes(axes) / productsPerNanosecond, read * bytesOf(dtype) / bytesPerNanosecond);
}

/** Whether neighbours along an axis have neighbouring operands of their own: work on vectors along it. */
const ownOperands = ({ size, a, b, c }: ContractionAxis): boolean => c === 1 && a === 1 && b === 1 && size >= 4;

/** A sum of products as the code of a contraction; `null` for other nests. */
function contractionKernel(n: Nest, { interner, tile, host }: KernelContext): KernelCode | null {
  const found = contractionOf(n, addressesOf(extentsOf(n), interner));
  if (found === null || found.batch.some(ownOperands)) return null;
  const shared = { tables: true, packA: found.inner.some((x) => x.a !== 1), packB: true };
  const { functions, entry, units, workBytes, finish } = contraction(found, {
    fma: true,
    tile: host.math === null ? tile : { ...tile, ...shared },
  });
  // The operands may begin inside their buffers: a slice is read in place.
  const bytes = bytesOf(found.dtype), shifted = new Func(null, new Array<"i32">(6).fill("i32"));
  const starts = [found.startA * bytes, found.startB * bytes], moved = starts.some((s) => s !== 0);
  shifted.args.forEach((a, i) => {
    shifted.get(a);
    if ((starts[i] ?? 0) !== 0) shifted.i32(starts[i]!).op("i32.add");
  });
  shifted.call(entry);
  return {
    functions: moved ? [...functions, shifted] : functions,
    entry: moved ? shifted : entry,
    inputs: [found.a, found.b],
    outputs: [n.results[0]!.output],
    units,
    // Its function always takes an address of scratch memory.
    workBytes: Math.max(16, workBytes),
    ...finish === null ? {} : { finish },
    repeats: workBytes > 0,
    cost: costOf(found),
  };
}

/** Codes of a module's kernels by their text: equal kernels have one function. */
export class Kernels {
  readonly #known = new Map<string, { readonly code: KernelCode; readonly reads: readonly number[] }>();

  /** The code of a kernel; with `rows`, that of a nest whose units are the steps of its outermost loop, so many. */
  of(n: Exclude<FusedNode, { readonly kind: "other" }>, context: KernelContext, rows?: number): KernelCode {
    const key = kernelKey(n, context.buffers), { inputs } = key, outputs = writtenBy(n);
    const text = rows === undefined ? key.text : `rows ${key.text}`;
    let known = this.#known.get(text);
    if (known === undefined) {
      const { host } = context,
        uses = host.uses,
        code = rows === undefined ? kernelOf(n, context) : rowsOf(n as Nest, context, rows);
      known = { code: { ...code, alone: host.uses !== uses }, reads: code.inputs.map((b) => inputs.indexOf(b)) };
      this.#known.set(text, known);
    }
    return { ...known.code, inputs: known.reads.map((i) => inputs[i]!), outputs };
  }
}

/** A nest's code by rows. One of a single loop has vectors along it, and units of many rows: it goes without vectors. */
function rowsOf(n: Nest, context: KernelContext, rows: number): KernelCode {
  const code = vectorNest(n, context);
  return code !== null && code.units === rows ? code : scalarNest(n, context);
}

function kernelOf(n: Exclude<FusedNode, { readonly kind: "other" }>, context: KernelContext): KernelCode {
  switch (n.kind) {
    case "nest":
      return contractionKernel(n, context) ?? vectorNest(n, context) ?? scalarNest(n, context);
    case "running":
      return runningKernel(n, context);
    case "sort":
      return sortKernel(n.node, context);
  }
}

// What a module asks of its host: scalar functions with no code of their own yet, and printing.

/** Functions a module imports, and their implementations by name. */
export class HostFunctions {
  readonly imports: Imported[] = [];
  readonly implementations: Record<string, (...args: number[]) => number | void> = {};
  /** How often a function was asked for: code made meanwhile calls the host. */
  uses = 0;
  readonly #scalars = new Map<string, Imported>();

  /** With functions of numbers that kernels call, the module is compact: little code counts for more than fast code. */
  constructor(readonly math: MathFunctions | null = null) {}

  /** A scalar function of float64 arguments whose result is stored as `dtype`. */
  scalar(name: string, fn: (...args: number[]) => number, args: readonly DType[], dtype: DType): Imported {
    this.uses++;
    const key = `${name}(${args}):${dtype}`;
    let f = this.#scalars.get(key);
    if (f === undefined) {
      f = this.#import(new Imported(`${this.imports.length}`, args.map(() => "f64"), [valueType(dtype)]), fn);
      this.#scalars.set(key, f);
    }
    return f;
  }

  /** A call with addresses. */
  action(addresses: number, run: (...addresses: number[]) => void): Imported {
    const params = Array.from({ length: addresses }, () => "i32" as const);
    return this.#import(new Imported(`${this.imports.length}`, params, []), run);
  }

  #import(f: Imported, run: (...args: number[]) => number | void): Imported {
    this.imports.push(f);
    this.implementations[f.name] = run;
    return f;
  }
}
