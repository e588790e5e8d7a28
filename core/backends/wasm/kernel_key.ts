/** Kernels as text: equal text means equal code, whatever the buffers are. */
import type { FusedNode } from "../../compiler/fuse.ts";
import type { Buffer } from "../../compiler/graph.ts";
import type { Expr } from "../../compiler/kernel.ts";
import { expressionsOf, inputsOf, type Nest, visit } from "../../compiler/nest.ts";

/** A kernel's text, and the numbers of the buffers it reads in the order that the text names them. */
export interface KernelKey {
  readonly text: string;
  readonly inputs: readonly number[];
}

/** The text of a kernel. */
export function kernelKey(
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
