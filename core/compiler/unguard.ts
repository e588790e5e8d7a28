/**
 * Sums of products over windows as contractions.
 *
 * A convolution reads its input at sums of loop variables and takes zero where there is nothing. With the zeros put
 * around a copy of the input (and between its elements, where it is dilated) nothing has to be asked, and what is left
 * is a sum of products over an overlapping view: a contraction. The copy takes the elements from as far back as they
 * were moved from, and its axes in their order there, so that it reads and writes neighbours.
 */
import { isFloat } from "../dtype.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { type Addresses, addressesOf, Interner } from "./address.ts";
import {
  gathered,
  originOf,
  type Phase,
  type Phased,
  phased,
  phasesOf,
  type Place,
  sunk,
  unrolled,
  wholePhases,
} from "./convolutions.ts";
import { Buffer, type Graph, type KernelNode, type Node } from "./graph.ts";
import {
  constant,
  type Expr,
  index,
  indices,
  int,
  type Kernel,
  load,
  type LoopNest,
  over,
  plus,
  same,
  select,
} from "./kernel.ts";
import {
  conjunction,
  conjuncts,
  type Coordinate,
  coordinateOf,
  extentsOf,
  inCoordinates,
  isLinear,
  isNothing,
  type Nest,
  overLoops,
  reindex,
  split,
} from "./nest.ts";

/** A graph whose windows are guarded as little as can be. */
export function unguard(graph: Graph): Graph {
  return new Unguarder(sunk(graph)).run();
}

/** An operand of a product. */
interface Operand {
  readonly buffer: Buffer;
  readonly load: Expr & { readonly kind: "load" };
}

/** An operand where its elements come from. */
interface Side {
  readonly buffer: Buffer;
  readonly coordinates: readonly Coordinate[];
  /** What decides whether an element counts, in terms of its coordinates. */
  readonly guard: Expr | null;
}

class Unguarder {
  readonly #interner = new Interner();
  readonly #producers = new Map<Buffer, KernelNode>();
  readonly #copies = new Map<string, Buffer>();
  readonly #ids = new Map<Buffer, number>();
  readonly #nodes: Node[] = [];

  constructor(readonly graph: Graph) {}

  run(): Graph {
    for (const n of this.graph.nodes) {
      if (n.kind === "kernel" && n.kernel.kind === "loop") this.#loop(n, n.kernel);
      else this.#nodes.push(n);
    }
    return { ...this.graph, nodes: this.#nodes };
  }

  #push(kernel: Kernel, inputs: readonly Buffer[], output: Buffer): void {
    const node: KernelNode = { kind: "kernel", kernel, inputs, output };
    this.#nodes.push(node);
    this.#producers.set(output, node);
  }

  #loop(given: KernelNode, own: LoopNest): void {
    const node = { ...given, ...gathered({ ...given, kernel: own }, this.#producers, this.#interner) };
    const kernel = node.kernel as LoopNest;
    const { domain, reduce, combine, body } = kernel, sizes = [...domain, ...reduce];
    const guarded = combine !== null && kernel.scatter === undefined && body.kind === "select" && sizeOf(sizes) > 0;
    if (!guarded) {
      this.#push(kernel, node.inputs, node.output);
      return;
    }
    let nest: Nest = { kind: "nest", domain, reduce, combine, results: [{ body, output: node.output }] };
    const shape = wholePhases(nest, this.#interner);
    nest = overLoops(nest, shape, reduce, indices(sizes.length), this.#interner);
    const whole = sameShape(shape, domain),
      output = whole ? node.output : new Buffer(shape, kernel.dtype, undefined, node.output.op);
    const inPhases = phased(nest, this.#interner), product = productOf(inPhases.nest, this.#interner) === "contraction";
    const phases = product ? phasesOf(inPhases, this.#interner) : null;
    if (phases === null) this.#unguarded(split(inPhases.nest, this.#interner), node.inputs, kernel.dtype, output);
    else this.#interleaved(inPhases, phases, node.inputs, kernel.dtype, output);
    if (whole) return;
    const part = load(0, indices(domain.length), kernel.dtype);
    this.#push(
      { kind: "loop", domain, reduce: [], combine: null, body: part, dtype: kernel.dtype },
      [output],
      node.output,
    );
  }

  /** Phases computed each by itself, and put in each other's gaps. */
  #interleaved(
    { nest, loops }: Phased,
    phases: readonly Phase[],
    inputs: readonly Buffer[],
    dtype: Kernel["dtype"],
    output: Buffer,
  ): void {
    const rs = loops.map(({ r }) => r),
      domain = nest.domain,
      rest = domain.flatMap((_, a) => rs.includes(a) ? [] : [index(a)]);
    const parts: Buffer[] = [], zero = constant(0, dtype);
    const body = phases.reduceRight<Expr | null>((no, phase) => {
      const own = phase.nest.domain, empty = phase.nest.reduce.includes(0);
      const part = empty ? zero : load(parts.length, rest, dtype);
      if (!empty) {
        const made = new Buffer(own, dtype, undefined, output.op);
        parts.push(made);
        this.#unguarded(split(phase.nest, this.#interner), inputs, dtype, made);
      }
      const here = conjunction(rs.map((r, i) => same(index(r), int(phase.at[i]!))))!;
      return no === null ? part : select(here, part, no);
    }, null)!;
    this.#push({ kind: "loop", domain, reduce: [], combine: null, body, dtype }, parts, output);
  }

  #unguarded(nest: Nest, inputs: readonly Buffer[], dtype: Kernel["dtype"], output: Buffer): void {
    const kind = productOf(nest, this.#interner);
    const few = kind === "contraction" ? null : unrolled(nest, this.#interner);
    const product = kind === "none" || few !== null ? null : this.#product(nest, inputs);
    const { domain, reduce, combine, results } = few ?? nest;
    if (product === null) {
      this.#push({ kind: "loop", domain, reduce, combine, body: results[0]!.body, dtype }, inputs, output);
      return;
    }
    const body: Expr = { ...product.times, args: product.operands.map((o, i): Expr => ({ ...o.load, input: i })) };
    this.#push({ kind: "loop", domain, reduce, combine, body, dtype }, product.operands.map((o) => o.buffer), output);
  }

  /** The factors of a guarded sum of products, of which copies hold zeros where the guard is false; `null` for others. */
  #product(
    nest: Nest,
    inputs: readonly Buffer[],
  ): { readonly times: Expr & { readonly kind: "apply" }; readonly operands: readonly Operand[] } | null {
    const { body } = nest.results[0]!;
    if (body.kind !== "select") return null;
    const { test } = body, times = body.yes as Expr & { readonly kind: "apply" };
    const addresses = addressesOf(extentsOf(nest), this.#interner);
    const loads = times.args as Operand["load"][], places = loads.map((e) => ({ buffer: inputs[e.input]!, at: e.at }));
    const origins = places.map((p) => originOf(p, this.#producers, addresses));
    // What was broadcast has lost the coordinates to ask about.
    const found = this.#shared(test, origins, addresses) ?? this.#shared(test, places, addresses);
    if (found === null) return null;
    const operands = found.map(({ buffer, coordinates, guard }, i) =>
      guard === null
        ? { buffer: places[i]!.buffer, load: loads[i]! }
        : this.#copy(buffer, coordinates, guard, addresses)
    );
    const linear = operands.every((o) => o.load.at.every((e) => isLinear(addresses.linear(e))));
    return linear ? { times, operands } : null;
  }

  /** The operands as they are read, each with its share of the guard; `null` if a part of that belongs to none alone. */
  #shared(test: Expr, places: readonly Place[], addresses: Addresses): Side[] | null {
    const sides = places.map(({ buffer, at }) => ({ buffer, coordinates: at.map((x) => coordinateOf(x, addresses)) }));
    if (sides.some((s) => s.coordinates.includes(null))) return null;
    const known = sides as { buffer: Buffer; coordinates: Coordinate[] }[], guards: Expr[][] = known.map(() => []);
    for (const t of conjuncts(test)) {
      const owner = known.findIndex(({ coordinates }, i) => {
        const moved = inCoordinates(t, coordinates, addresses);
        if (moved !== null) guards[i]!.push(moved);
        return moved !== null;
      });
      if (owner < 0) return null;
    }
    return known.map((s, i) => ({ ...s, guard: conjunction(guards[i]!) }));
  }

  /** The elements at all values of the coordinates, zero where the guard is false. */
  #copy(buffer: Buffer, coordinates: readonly Coordinate[], guard: Expr, addresses: Addresses): Operand {
    const shape = coordinates.map((c) => c.size), { dtype } = buffer, inside = addressesOf(shape, this.#interner);
    const from = coordinates.map((c, i) => plus(over(plus(index(i), int(c.low)), int(c.by)), int(c.plus)));
    const body = reindex(select(guard, load(0, from, dtype), constant(0, dtype)), indices(shape.length), inside);
    const key = `${this.#id(buffer)} ${shape} ${this.#interner.id(body)}`;
    let copy = this.#copies.get(key);
    if (copy === undefined) {
      this.#copies.set(key, copy = new Buffer(shape, dtype));
      this.#push({ kind: "loop", domain: shape, reduce: [], combine: null, body, dtype }, [buffer], copy);
    }
    const at = coordinates.map((c) => addresses.expr({ ...c.sum, constant: c.sum.constant - c.low }));
    return { buffer: copy, load: load(0, at, dtype) as Operand["load"] };
  }

  #id(b: Buffer): number {
    let id = this.#ids.get(b);
    if (id === undefined) this.#ids.set(b, id = this.#ids.size);
    return id;
  }
}

/**
 * What a nest is: a sum of products; one where each element of the last axis has operands of its own, which is no
 * contraction but work on vectors along that axis; or none.
 */
function productOf(n: Nest, interner: Interner): "contraction" | "elements" | "none" {
  const { body } = n.results[0]!, times = body.kind === "select" ? body.yes : body;
  if (
    n.combine !== "sum" || !isFloat(body.dtype) || (body.kind === "select" && !isNothing(body.no, "sum", body.dtype))
  ) {
    return "none";
  }
  if (times.kind !== "apply" || times.name !== "mul" || times.args.some((a) => a.kind !== "load")) return "none";
  const addresses = addressesOf(extentsOf(n), interner), last = n.domain.length - 1;
  const moves = (times.args as Operand["load"][]).map(({ at }) =>
    at.some((e) => addresses.linear(e).terms.some((t) => t.atom.kind === "index" && t.atom.axis === last))
  );
  return moves.every((m) => m) ? "elements" : "contraction";
}
