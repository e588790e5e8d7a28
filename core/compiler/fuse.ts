/**
 * Fusion: elementwise work moves into the kernels that read it, and what is left is grouped into few walks over memory.
 *
 * A kernel that only moves elements (a broadcast, transpose, slice, pad) costs nothing where it is read. One that
 * computes is moved when its one reader visits each element once, or when it is cheaper to compute than to store.
 */
import { isFloat } from "../dtype.ts";
import { sizeOf } from "../shape.ts";
import { type Addresses, addressesOf, Interner } from "./address.ts";
import { contractionOf } from "./contraction.ts";
import { Buffer, type Graph, type KernelNode } from "./graph.ts";
import { type FusedNode, grouped, movable, parted, type Running, wanted } from "./group.ts";
import { type Cumulative, type Expr, inRange, int, load, type LoopNest, ravel } from "./kernel.ts";
import { canonical, canonicalised, type Nest, reindex, visit } from "./nest.ts";
import { unguard } from "./unguard.ts";

export { type FusedNode, type Running, writtenBy } from "./group.ts";

/** A graph after fusion. `buffers[i]` is what loads from input `i` of its nests read. */
export interface FusedGraph {
  readonly graph: Graph;
  readonly buffers: readonly Buffer[];
  readonly nodes: readonly FusedNode[];
  readonly interner: Interner;
}

/** How much work an expression is: about the instructions of one element. Moving elements is none. */
export function costOf(e: Expr): number {
  let cost = 0;
  const inAddress = new Set<Expr>();
  visit([e], (x) => {
    if (x.kind === "load") visit(x.at, (a) => inAddress.add(a));
  });
  visit([e], (x) => {
    if (x.kind === "load" && x.at.some((a) => holdsLoad(a))) cost += 4;
    if (x.kind === "apply" && !inAddress.has(x)) {
      cost += simple.has(x.name) && x.dtype === "bool" ? 0.5 : weightOf(x.name);
    }
  });
  return cost;
}

/** About how many instructions a scalar function is. */
export const weightOf = (name: string): number => simple.has(name) ? 1 : 12;

const simple = new Set(
  "add sub mul neg abs maximum minimum relu cast and or not xor less lessEqual greater greaterEqual equal notEqual sign stopGradient bitAnd bitOr bitXor bitNot"
    .split(" "),
);

function holdsLoad(e: Expr): boolean {
  let found = false;
  visit([e], (x) => {
    if (x.kind === "load") found = true;
  });
  return found;
}

/** A buffer is small beside one this many times as large: such as what rows have in common, it is in the nearest cache. */
const littleBeside = 8;
/** Parts of an expression from which it is stored, not moved into its reader: passes over ever longer ones take ever longer. */
const longest = 128;
/** Parts that all that is moved into one kernel has together, at most. */
const longestTogether = 512;

interface Draft {
  readonly node: KernelNode & { readonly kernel: LoopNest };
  /** Its body over its own loops, with what it reads already moved in. */
  readonly nest: Nest;
  readonly cost: number;
  /** What it reads of buffers that are not small beside its own. */
  readonly loads: number;
  /** Parts of its body. */
  readonly parts: number;
}

/** Moves elementwise kernels into their readers and merges walks over one domain. */
export function fuse(graph: Graph): FusedGraph {
  return new Fuser(unguard(graph)).run();
}

class Fuser {
  readonly #interner = new Interner();
  readonly #buffers: Buffer[] = [];
  readonly #numbers = new Map<Buffer, number>();
  readonly #drafts = new Map<Buffer, Draft>();
  /** Kernels that read a buffer. */
  readonly #readers = new Map<Buffer, number>();
  /** Buffers that must exist in memory. */
  readonly #kept = new Set<Buffer>();

  constructor(readonly graph: Graph) {}

  run(): FusedGraph {
    const { nodes, outputs } = this.graph;
    for (const b of outputs) this.#kept.add(b.root);
    for (const n of nodes) {
      if (n.kind !== "kernel" || n.kernel.kind === "sort") {
        for (const b of n.inputs) this.#kept.add(b.root);
        continue;
      }
      for (const b of new Set(n.inputs.map((x) => x.root))) this.#readers.set(b, (this.#readers.get(b) ?? 0) + 1);
      const { kernel } = n;
      if (kernel.kind === "loop" && kernel.scatter !== undefined) this.#kept.add(n.inputs[kernel.scatter.base]!.root);
    }
    const order = nodes.map((n): Draft | FusedNode => {
      if (n.kind !== "kernel") return { kind: "other", node: n };
      const { kernel } = n;
      if (kernel.kind === "sort") {
        n.inputs.forEach((b) => this.#number(b.root));
        return { kind: "sort", node: { ...n, kernel } };
      }
      if (kernel.kind === "cumulative") return this.#running(kernel, n);
      const draft = this.#draft({ ...n, kernel });
      this.#drafts.set(n.output, draft);
      return draft;
    });
    const fused = order.flatMap((x): FusedNode[] => {
      if (!("cost" in x)) return [x];
      return movable(x.nest) && !this.#kept.has(x.node.output) ? [] : [x.nest];
    });
    // Walks over one domain meet under its own axes first, then under what is left of them: [128, 1] beside [128].
    const merged = grouped(fused, this.#buffers, this.#interner).flatMap((n): FusedNode[] =>
      n.kind === "nest"
        ? parted(canonical(n, this.#interner), (b) => this.#number(b), this.#interner)
          .map((part) => canonical(part, this.#interner))
        : [n]
    );
    const steps = wanted(grouped(merged, this.#buffers, this.#interner), this.#buffers, outputs);
    return { graph: this.graph, buffers: this.#buffers, nodes: steps, interner: this.#interner };
  }

  #number(b: Buffer): number {
    let n = this.#numbers.get(b);
    if (n === undefined) {
      this.#numbers.set(b, n = this.#buffers.length);
      this.#buffers.push(b);
    }
    return n;
  }

  /** A kernel as a nest: loads become places in flat memory, or the work that would have been stored there. */
  #draft(node: Draft["node"]): Draft {
    const { kernel, inputs, output } = node, { domain, reduce, combine, scatter } = kernel;
    const volume = sizeOf(domain) * sizeOf(reduce);
    const addresses = addressesOf([...domain, ...reduce], this.#interner);
    const flat = (e: Expr): Expr => canonicalised(this.#flattened(e, inputs), addresses);
    const raw = flat(kernel.body);
    const nestOf = (body: Expr): Nest => ({ kind: "nest", domain, reduce, combine, results: [{ body, output }] });
    const plain = nestOf(raw), product = contractionOf(plain, addresses) !== null;
    const body = this.#moveIn(raw, addresses, volume, (e) => !product || isPlace(e, addresses));
    let nest = nestOf(body);
    if (scatter !== undefined) {
      const moved = (e: Expr): Expr => this.#moveIn(flat(e), addresses, volume, () => true);
      const at = scatter.at.map(moved);
      nest = {
        ...nest,
        scatter: {
          base: this.#number(inputs[scatter.base]!.root),
          shape: scatter.shape,
          with: scatter.with,
          at: addresses.simplify(ravel(at, scatter.shape)),
          inside: canonicalised(inRange(at, scatter.shape), addresses),
        },
      };
    }
    let loads = 0, parts = 0;
    visit([body], (e) => {
      parts++;
      if (e.kind === "load" && littleBeside * this.#buffers[e.input]!.size > output.size) loads++;
    });
    return { node, nest, cost: costOf(body), loads, parts };
  }

  #running(kernel: Cumulative, { inputs, output }: KernelNode): Running {
    const { domain } = kernel, addresses = addressesOf(domain, this.#interner);
    const flat = canonicalised(this.#flattened(kernel.body, inputs), addresses);
    const body = this.#moveIn(flat, addresses, sizeOf(domain), () => true);
    return {
      kind: "running",
      kernel,
      nest: { kind: "nest", domain, reduce: [], combine: null, results: [{ body, output }] },
    };
  }

  #flattened(e: Expr, inputs: readonly Buffer[]): Expr {
    const done = new Map<Expr, Expr>();
    const go = (x: Expr): Expr => {
      let made = done.get(x);
      if (made === undefined) done.set(x, made = this.#flattenOne(x, inputs, go));
      return made;
    };
    return go(e);
  }

  #flattenOne(x: Expr, inputs: readonly Buffer[], go: (e: Expr) => Expr): Expr {
    switch (x.kind) {
      case "load": {
        const b = inputs[x.input]!;
        return { ...x, input: this.#number(b.root), at: [ravel(x.at.map(go), b.shape)] };
      }
      case "apply":
        return { ...x, args: x.args.map(go) };
      case "select":
        return { ...x, test: go(x.test), yes: go(x.yes), no: go(x.no) };
      default:
        return x;
    }
  }

  /** Replaces loads by what makes the elements, where that is worth it and `allows` it. */
  #moveIn(
    e: Expr,
    addresses: Addresses,
    volume: number,
    allows: (replacement: Expr) => boolean,
  ): Expr {
    const done = new Map<Expr, Expr>(), places = new Map<number, number>();
    let room = longestTogether;
    visit([e], (x) => {
      if (x.kind === "load") places.set(x.input, (places.get(x.input) ?? 0) + 1);
    });
    const go = (x: Expr): Expr => {
      let made = done.get(x);
      if (made !== undefined) return made;
      switch (x.kind) {
        case "load": {
          const at = addresses.simplify(go(x.at[0]!)), b = this.#buffers[x.input]!;
          const parts = this.#drafts.get(b)?.parts ?? 0, fits = parts <= Math.min(longest, room);
          const moved = fits ? this.#replacement(b, at, addresses, volume * places.get(x.input)!, allows) : null;
          if (moved === null) this.#kept.add(b);
          else room -= parts;
          made = moved ?? { ...x, at: [at] };
          break;
        }
        case "apply":
          made = { ...x, args: x.args.map(go) };
          break;
        case "select":
          made = { ...x, test: go(x.test), yes: go(x.yes), no: go(x.no) };
          break;
        default:
          made = x;
      }
      made = this.#interner.intern(made);
      done.set(x, made);
      return made;
    };
    return canonicalised(go(e), addresses);
  }

  #replacement(
    b: Buffer,
    at: Expr,
    addresses: Addresses,
    volume: number,
    allows: (e: Expr) => boolean,
  ): Expr | null {
    const draft = this.#drafts.get(b);
    if (draft === undefined || !movable(draft.nest)) return null;
    const { nest, cost, loads } = draft, { domain } = nest;
    const once = this.#readers.get(b) === 1 && volume <= b.size && !this.#kept.has(b);
    const cheap = cost <= 2 && loads <= 1 && !this.#kept.has(b);
    if (cost > 0 && !once && !cheap) return null;
    const to = addresses.unravel(at, domain);
    const body = reindex(nest.results[0]!.body, to, addresses);
    return allows(body) ? body : null;
  }
}

/** Whether an expression is an element at a place that the loop variables give linearly. */
const isPlace = (e: Expr, addresses: Addresses): boolean =>
  e.kind === "load" && addresses.linear(e.at[0]!).terms.every((t) => t.atom.kind === "index");

// Numbers taken out of kernels, which then differ no more where they differed in numbers alone.

const arithmetic = new Set("add sub mul div maximum minimum less lessEqual greater greaterEqual".split(" "));
/** The most numbers that a kernel reads: each is an argument of its function. */
const mostNumbers = 8;

/** A graph whose kernels read the numbers that they compute with from buffers of one element, and those numbers. */
export function withoutNumbers(fused: FusedGraph): [FusedGraph, ReadonlyMap<Buffer, number>] {
  const buffers = [...fused.buffers], values = new Map<Buffer, number>(), known = new Map<Expr, Expr>();
  const read = (e: Expr & { kind: "constant" }): Expr => {
    let made = known.get(e);
    if (made === undefined) {
      const b = new Buffer([], e.dtype);
      values.set(b, e.value);
      known.set(e, made = fused.interner.intern(load(buffers.push(b) - 1, [int(0)], e.dtype)));
    }
    return made;
  };
  const nodes = fused.nodes.map((n) => n.kind === "nest" ? readingNumbers(n, fused.interner, read) : n);
  return [{ ...fused, buffers, nodes }, values];
}

type Constant = Expr & { readonly kind: "constant" };

const isNumber = (e: Expr): e is Constant => e.kind === "constant" && isFloat(e.dtype);

function readingNumbers(n: Nest, interner: Interner, read: (e: Constant) => Expr): Nest {
  const found = new Set<Expr>(), done = new Map<Expr, Expr>();
  visit(n.results.map((r) => r.body), (e) => {
    if (e.kind === "apply" && arithmetic.has(e.name)) {
      e.args.filter(isNumber).forEach((a) => found.add(interner.intern(a)));
    }
  });
  if (found.size === 0 || found.size > mostNumbers) return n;
  const go = (e: Expr): Expr => {
    let made = done.get(e);
    if (made !== undefined) return made;
    if (e.kind === "select") made = { ...e, test: go(e.test), yes: go(e.yes), no: go(e.no) };
    else if (e.kind !== "apply") made = e;
    else {
      const reads = arithmetic.has(e.name);
      made = { ...e, args: e.args.map((a) => reads && isNumber(a) ? read(interner.intern(a) as Constant) : go(a)) };
    }
    done.set(e, made = interner.intern(made));
    return made;
  };
  return { ...n, results: n.results.map((r) => ({ ...r, body: go(r.body) })) };
}
