/** Fused graphs as text: one kernel a line, its loops, what it reads where, and what it computes. */
import type { FusedGraph, FusedNode } from "./fuse.ts";
import type { Buffer } from "./graph.ts";
import type { Expr } from "./kernel.ts";
import type { Nest } from "./nest.ts";

const infix: Readonly<Record<string, string>> = { add: "+", sub: "-", mul: "*", div: "/" };

/** The text of a fused graph. Inputs are a, b, …; what kernels write is t0, t1, …, each `@` its place if it has one. */
export function printFused(
  { graph, buffers, nodes }: FusedGraph,
  places: ReadonlyMap<Buffer, number | string> = new Map(),
): string {
  const names = new Map<Buffer, string>();
  [...graph.inputs, ...graph.captured.keys()].forEach((b, i) => names.set(b.root, String.fromCharCode(97 + i % 26)));
  let made = 0;
  const name = (b: Buffer): string => {
    let n = names.get(b.root);
    if (n === undefined) {
      const at = places.get(b.root);
      names.set(b.root, n = `t${made++}${at === undefined ? "" : `@${at}`}`);
    }
    return n;
  };
  const expr = (e: Expr): string => {
    switch (e.kind) {
      case "constant":
        return String(e.value);
      case "index":
        return `i${e.axis}`;
      case "load":
        return `${name(buffers[e.input]!)}[${e.at.map(expr)}]`;
      case "select":
        return `(${expr(e.test)} ? ${expr(e.yes)} : ${expr(e.no)})`;
      case "apply": {
        const sign = infix[e.name], args = e.args.map(expr);
        return sign !== undefined && args.length === 2
          ? `(${args[0]} ${sign} ${args[1]})`
          : `${e.name}(${args.join(", ")})`;
      }
    }
  };
  const nest = ({ domain, reduce, combine, results, scatter }: Nest): string =>
    results.map(({ body, output }) => {
      const head = `${name(output)}[${domain}] ${
        scatter === undefined ? "" : `at ${expr(scatter.at)} ${scatter.with} `
      }=`;
      return `${head} ${combine === null ? "" : `${combine}[${reduce}] `}${expr(body)}`;
    }).join("\n  and ");
  const line = (n: FusedNode): string => {
    if (n.kind === "nest") return nest(n);
    if (n.kind === "running") return `${nest(n.nest)} running ${n.kernel.combine} along ${n.kernel.axis}`;
    if (n.kind === "sort") {
      return `${name(n.node.output)} = sort along ${n.node.kernel.axis} (${n.node.inputs.map(name)})`;
    }
    return `(${n.node.outputs.map(name)}) = ${n.node.kind} (${n.node.inputs.map(name)})`;
  };
  return [...nodes.map(line), `-> ${graph.outputs.map(name).join(" ")}`].join("\n");
}
