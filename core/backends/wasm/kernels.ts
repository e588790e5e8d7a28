/** Which code serves a kernel. */
import { Addresses } from "../../compiler/address.ts";
import { type ContractionAxis, contractionOf } from "../../compiler/contraction.ts";
import { extentsOf, type Nest } from "../../compiler/nest.ts";
import { bytesOf } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import { contraction } from "./contraction/mod.ts";
import { Func } from "./function.ts";
import { kernelKey } from "./kernel_key.ts";
import { type FusedNode, writtenBy } from "../../compiler/fuse.ts";
import { type KernelCode, type KernelContext, scalarNest } from "./loop_nest.ts";
import { vectorNest } from "./vector_nest.ts";
import { runningKernel } from "./running.ts";
import { sortKernel } from "./sort.ts";

/** Shares of the peak rate aside, multiplications and additions a nanosecond. */
const productsPerNanosecond = 20;

/** Whether neighbours along an axis have neighbouring operands of their own: work on vectors along it. */
const ownOperands = ({ size, a, b, c }: ContractionAxis): boolean => c === 1 && a === 1 && b === 1 && size >= 4;

/** A sum of products as the code of a contraction; `null` for other nests. */
function contractionKernel(n: Nest, { interner }: KernelContext): KernelCode | null {
  const found = contractionOf(n, new Addresses(extentsOf(n), interner));
  if (found === null || found.batch.some(ownOperands)) return null;
  const { functions, entry, units, workBytes } = contraction(found, { fma: true });
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
    cost: sizeOf(extentsOf(n)) / productsPerNanosecond,
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
