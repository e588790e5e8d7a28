/** Programs as graphs in the DOT language. */
import { type Equation, letters, type Program, programsIn, showSpec, type Var } from "../core/compiler/program.ts";
import { ArgumentError } from "../core/errors.ts";

/** How a program is drawn. */
export interface ProgramDrawing {
  /** A line above the drawing. */
  readonly title?: string;
  /** Where values flow to: `"down"`, if left out, or `"right"`. */
  readonly direction?: "down" | "right";
}

const directions = { down: "TB", right: "LR" } as const;

/**
 * A program as a directed graph in Graphviz's DOT language, for any program that reads it.
 *
 * Inputs are blue ovals, dashed where they are captured; outputs are green double ovals; equations are boxes with the
 * primitive's name and, as in the printed program, each output's letter, dtype and shape; constants are bare text. The
 * programs inside a loop, a choice or a call are frames around graphs of their own. What a loop hands from one step to
 * the next goes back up on dashed lines.
 *
 * @param program What `makeProgram` gives.
 * @param options `title`: a line above. `direction`: `"down"` or `"right"`.
 * @returns The text of a `digraph`; equal programs have equal texts.
 * @throws {ArgumentError} If `direction` is neither.
 * @see Graphviz, The DOT Language, https://graphviz.org/doc/info/lang.html
 *
 * @example An input, an equation, an output
 * ```ts
 * import { makeProgram, tanh, type Tensor, tensor } from "@adjoint/adjoint";
 * import { programToDot } from "@adjoint/adjoint/explain";
 * import { assertEquals } from "@std/assert";
 *
 * const dot = programToDot(makeProgram((x: Tensor) => tanh(x))(tensor([1, 2])));
 * assertEquals(dot.split("\n").filter((line) => line.includes("->")), ["  n0 -> n1", "  n1 -> n2"]);
 * ```
 */
export function programToDot(program: Program, options: ProgramDrawing = {}): string {
  const { title, direction = "down" } = options;
  if (!(direction in directions)) {
    throw new ArgumentError(`programToDot: direction is ${String(direction)}; it must be "down" or "right"`);
  }
  const drawing = new Drawing(), { inputs, captured } = program;
  const given = inputs.map((v, i) =>
    drawing.node(valueName(i, v), i < captured.length ? styles.captured : styles.input)
  );
  const results = drawing.equations(program, given);
  results.forEach((from, i) => {
    const shown = showSpec(program.outputs[i]!);
    drawing.edge(from, drawing.node(shown, styles.output));
  });
  return [
    "digraph {",
    `  graph [rankdir=${directions[direction]} nodesep=0.2 ranksep=0.3 fontname="Helvetica" fontsize=11${
      title === undefined ? "" : ` label=${quoted(title)} labelloc=t fontcolor="#222222"`
    }]`,
    '  node [fontname="Helvetica" fontsize=10 fontcolor="#222222" color="#888888" height=0.3 margin="0.1,0.04"]',
    '  edge [fontname="Helvetica" fontsize=8 color="#666666" arrowsize=0.6]',
    ...drawing.nodes,
    ...drawing.edges,
    "}",
  ].join("\n");
}

const styles = {
  input: 'shape=oval style=filled fillcolor="#dbe9fb"',
  captured: 'shape=oval style="filled,dashed" fillcolor="#eef4fd"',
  output: 'shape=oval peripheries=2 style=filled fillcolor="#dcf3df"',
  equation: 'shape=box style="filled,rounded" fillcolor="#ffffff"',
  constant: 'shape=plaintext fontsize=8 fontcolor="#777777" width=0 height=0.15 margin="0.02,0.01"',
} as const;

const handedOn = 'style=dashed constraint=false color="#9a6fb0"';

const valueName = (i: number, v: Var): string => `${letters(i)}:${showSpec(v)}`;

/** A text as DOT's string: its escapes and entities are taken literally, and what no picture can hold is left out. */
const quoted = (s: string): string =>
  `"${s.replace(/[^\n\P{Cc}]/gu, " ").replace(/&/g, "&amp;").replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n")}"`;

/** A nested program, which of the equation's operands its last inputs are, and the carry that goes round from where on. */
interface Nested {
  readonly label: string;
  readonly program: Program;
  readonly operands: readonly number[];
  readonly carry?: { readonly from: number; readonly count: number };
}

class Drawing {
  readonly nodes: string[] = [];
  /** Apart from the nodes, for a node that is named within a frame is drawn in it. */
  readonly edges: string[] = [];
  #indent = "  ";
  #count = 0;
  #frames = 0;

  node(label: string, style: string): string {
    const id = `n${this.#count++}`;
    this.nodes.push(`${this.#indent}${id} [label=${quoted(label)} ${style}]`);
    return id;
  }

  edge(from: string, to: string, style?: string): void {
    this.edges.push(`  ${from} -> ${to}${style === undefined ? "" : ` [${style}]`}`);
  }

  /** Draws a program's equations; `given` are the nodes of its inputs, and what comes back those of its outputs. */
  equations(program: Program, given: readonly string[]): string[] {
    const from = new Map<Var, string>(), names = new Map<Var, string>();
    const named = (v: Var): void => void names.set(v, valueName(names.size, v));
    program.inputs.forEach((v, i) => {
      named(v);
      from.set(v, given[i]!);
    });
    for (const e of program.equations) {
      e.outputs.forEach(named);
      const made = this.#equation(e, e.inputs.map((v) => from.get(v)!), e.outputs.map((v) => names.get(v)!));
      e.outputs.forEach((v, i) => from.set(v, made[i]!));
    }
    return program.outputs.map((v) => from.get(v)!);
  }

  /** Draws an equation, and gives for each of its outputs the node that it comes from. */
  #equation(e: Equation, operands: readonly string[], outputs: readonly string[]): readonly string[] {
    const nested = nestedIn(e);
    if (nested.length > 0) return this.#frame(e, nested, operands, outputs);
    const constant = operands.length === 0, value = (e.params as { readonly value?: unknown } | undefined)?.value;
    const label = constant && typeof value === "number" ? String(value) : [e.prim.name, ...outputs].join("\n");
    const node = this.node(label, constant ? styles.constant : styles.equation);
    new Set(operands).forEach((from) => this.edge(from, node));
    return outputs.map(() => node);
  }

  /** Draws an equation that holds programs as a frame around them, and its outputs as a node below. */
  #frame(e: Equation, nested: readonly Nested[], operands: readonly string[], outputs: readonly string[]): string[] {
    const single = nested.length === 1, used = new Set<number>(), ends: string[] = [];
    this.#framed(single ? nested[0]!.label : e.prim.name, () => {
      for (const n of nested) {
        n.operands.forEach((o) => used.add(o));
        if (single) ends.push(...this.#nested(n, operands));
        else this.#framed(n.label, () => ends.push(...this.#nested(n, operands)));
      }
      const rest = operands.filter((_, i) => !used.has(i));
      const end = this.node([e.prim.name, ...outputs].join("\n"), styles.equation);
      new Set([...rest, ...ends]).forEach((from) => this.edge(from, end));
      ends.splice(0, ends.length, ...outputs.map(() => end));
    });
    return ends;
  }

  #framed(label: string, draw: () => void): void {
    const before = this.#indent;
    this.nodes.push(`${before}subgraph cluster_${this.#frames++} {`);
    this.#indent = `${before}  `;
    this.nodes.push(
      `${this.#indent}graph [label=${
        quoted(label)
      } labeljust=l style="rounded,filled" color="#bbbbbb" fillcolor="#00000008"]`,
    );
    draw();
    this.#indent = before;
    this.nodes.push(`${before}}`);
  }

  #nested({ program, operands: places, carry }: Nested, operands: readonly string[]): string[] {
    const { inputs } = program, hidden = inputs.length - places.length;
    const given = inputs.map((v, i) => {
      const node = this.node(valueName(i, v), i < hidden ? styles.captured : styles.input);
      if (i >= hidden) this.edge(operands[places[i - hidden]!]!, node);
      return node;
    });
    const results = this.equations(program, given);
    for (let k = 0; k < (carry?.count ?? 0); k++) this.edge(results[k]!, given[carry!.from + k]!, handedOn);
    return results;
  }
}

/** The programs that an equation runs, as what it is lowered to tells. */
function nestedIn({ prim, inputs, params }: Equation): readonly Nested[] {
  if (programsIn(params).length === 0) return [];
  const all = [...inputs.keys()], lowering = prim.lower(inputs, params);
  switch (lowering.kind) {
    case "scan": {
      const { program, consts: from, carry: count, length, reverse } = lowering;
      const label = `${prim.name}, ${length} steps${reverse ? " from the end" : ""}`;
      return [{ label, program, operands: all, carry: { from, count } }];
    }
    case "while": {
      const { test, body, testConsts, bodyConsts } = lowering, carried = all.slice(testConsts + bodyConsts);
      const own = all.slice(testConsts, testConsts + bodyConsts), carry = { from: bodyConsts, count: carried.length };
      return [
        { label: "while", program: test, operands: [...all.slice(0, testConsts), ...carried] },
        { label: "do", program: body, operands: [...own, ...carried], carry },
      ];
    }
    case "branch":
      return lowering.branches.map((program, i) => ({ label: `branch ${i}`, program, operands: all.slice(1) }));
    case "program": {
      const { name } = params as { readonly name?: unknown };
      const label = typeof name === "string" && name !== "" ? `${prim.name} ${name}` : prim.name;
      return [{ label, program: lowering.program, operands: all }];
    }
    default:
      return [];
  }
}
