/** Walks that share what they read made one; long ones cut in parts. */
import { sameShape, sizeOf } from "../shape.ts";
import { addressesOf, type Interner } from "./address.ts";
import { Buffer, type KernelNode, type Node, outputsOf } from "./graph.ts";
import { type Cumulative, type Expr, index, indices, int, load, plus, ravel, type Sort, times } from "./kernel.ts";
import { expressionsOf, inputsOf, type Nest, overLoops, visit } from "./nest.ts";

// Grouping: walks over one domain that read or make the same elements become one walk with several results.

/** A step of a fused graph: nests in place of loops. */
export type FusedNode =
  | Nest
  | { readonly kind: "other"; readonly node: Exclude<Node, { readonly kind: "kernel" }> }
  | Running
  | { readonly kind: "sort"; readonly node: KernelNode & { readonly kernel: Sort } };

/** A running combination along one axis of a nest's domain. */
export interface Running {
  readonly kind: "running";
  readonly nest: Nest;
  readonly kernel: Cumulative;
}

/** What a step writes. */
export const writtenBy = (n: FusedNode): readonly Buffer[] =>
  n.kind === "nest"
    ? n.results.map((r) => r.output)
    : n.kind === "running"
    ? n.nest.results.map((r) => r.output)
    : outputsOf(n.node);

/** Whether a nest computes each element by itself. */
export const movable = (n: Nest): boolean => n.combine === null && n.scatter === undefined;

/** What a step reads. */
export const readBy = (n: FusedNode, buffers: readonly Buffer[]): readonly Buffer[] =>
  n.kind === "nest" || n.kind === "running"
    ? inputsOf(n.kind === "nest" ? n : n.nest).map((i) => buffers[i]!)
    : n.node.inputs.map((b) => b.root);

/** The steps without results that only walks wanted which have joined theirs; `outputs` are wanted outside. */
export function wanted(
  nodes: readonly FusedNode[],
  buffers: readonly Buffer[],
  outputs: readonly Buffer[],
): FusedNode[] {
  const read = new Set(outputs.map((b) => b.root));
  return nodes.toReversed().flatMap((n): FusedNode[] => {
    const results = n.kind === "nest" ? n.results.filter((r) => read.has(r.output)) : null;
    if (results?.length === 0) return [];
    const kept = n.kind === "nest" && results!.length < n.results.length ? { ...n, results: results! } : n;
    for (const b of readBy(kept, buffers)) read.add(b);
    return [kept];
  }).toReversed();
}

/**
 * Numbers of the buffers that a step reads for the last time just before it writes the same element, so that a result may
 * take their place: what a walk reads nowhere but where it is, and what a scatter writes upon.
 */
export function replaceable(n: FusedNode, interner: Interner): readonly number[] {
  if (n.kind !== "nest" || n.combine !== null) return [];
  const { domain, scatter } = n, addresses = addressesOf(domain, interner), elsewhere = new Set<number>();
  const here = addresses.simplify(ravel(indices(domain.length), domain));
  visit(expressionsOf(n), (e) => {
    if (e.kind !== "load") return;
    if (scatter !== undefined || addresses.simplify(e.at[0]!) !== here) elsewhere.add(e.input);
  });
  return (scatter === undefined ? inputsOf(n) : [scatter.base]).filter((b) => !elsewhere.has(b));
}

/** The steps with walks merged where all that the later one reads exists by the first; `buffers` are what loads number. */
export const grouped = (nodes: readonly FusedNode[], buffers: readonly Buffer[], interner: Interner): FusedNode[] =>
  new Grouper(buffers, interner).run(nodes);

/** Groups looked at for each buffer that a nest reads. */
const mostLooked = 64;
/** Parts of a group's expressions: passes over ever longer ones take ever longer. */
const mostParts = 512;

interface Group {
  node: FusedNode;
  readonly index: number;
}

class Grouper {
  readonly #inputs = new WeakMap<Nest, readonly number[]>();
  readonly #parts = new WeakMap<Nest, number>();
  /** By buffer number, the groups that read it. */
  readonly #readers = new Map<number, number[]>();

  constructor(readonly buffers: readonly Buffer[], readonly interner: Interner) {}

  run(nodes: readonly FusedNode[]): FusedNode[] {
    const groups: Group[] = [], made = new Map<Buffer, number>();
    for (const n of nodes) {
      const host = n.kind === "nest" ? this.#host(n, groups, made) : null;
      if (host === null || n.kind !== "nest") {
        groups.push({ node: n, index: groups.length });
      } else {
        host.node = this.#join(host.node as Nest, n);
      }
      const at = host?.index ?? groups.length - 1;
      for (const b of writtenBy(n)) made.set(b, at);
      if (n.kind === "nest") this.#note(n, at);
    }
    return groups.map((g) => g.node);
  }

  /** Numbers of the buffers a nest reads: every later walk asks. */
  #inputsOf(n: Nest): readonly number[] {
    let inputs = this.#inputs.get(n);
    if (inputs === undefined) this.#inputs.set(n, inputs = inputsOf(n));
    return inputs;
  }

  /** How many parts a nest's expressions have. */
  #partsOf(n: Nest): number {
    let parts = this.#parts.get(n);
    if (parts === undefined) {
      parts = 0;
      visit(expressionsOf(n), () => parts!++);
      this.#parts.set(n, parts);
    }
    return parts;
  }

  #host(
    n: Nest,
    groups: readonly Group[],
    made: ReadonlyMap<Buffer, number>,
  ): Group | null {
    if (!movable(n)) return null;
    const read = this.#inputsOf(n),
      reads = read.map((i) => this.buffers[i]!),
      latest = Math.max(-1, ...reads.map((b) => made.get(b) ?? -1));
    for (const i of this.#sharing(read, latest)) {
      const g = groups[i]!.node;
      if (g.kind !== "nest" || !movable(g) || !sameShape(g.domain, n.domain) || g.results.length >= 6) continue;
      const inputs = new Set([...this.#inputsOf(g), ...read]);
      if (inputs.size + g.results.length > 14 || this.#partsOf(g) + this.#partsOf(n) > mostParts) continue;
      // Sharing nothing, two walks at once only compete for registers.
      const shares = inputs.size < this.#inputsOf(g).length + read.length || latest === i;
      if (shares && this.#readsOwn(n, g)) return groups[i]!;
    }
    return null;
  }

  /** Notes which buffers a group reads. */
  #note(n: Nest, group: number): void {
    for (const b of this.#inputsOf(n)) {
      const readers = this.#readers.get(b);
      if (readers === undefined) this.#readers.set(b, [group]);
      else if (readers.at(-1) !== group) readers.push(group);
    }
  }

  /** Groups from the `latest` on that read some of what a nest reads, the latest itself included; of many the last ones. */
  #sharing(read: readonly number[], latest: number): number[] {
    const found = new Set(latest < 0 ? [] : [latest]);
    for (const b of read) {
      for (const g of (this.#readers.get(b) ?? []).slice(-mostLooked)) if (g >= latest) found.add(g);
    }
    return [...found].sort((x, y) => x - y);
  }

  /** Whether a nest reads a group's results only at the element it is at. */
  #readsOwn(n: Nest, g: Nest): boolean {
    const outputs = new Set(g.results.map((r) => r.output)), addresses = addressesOf(n.domain, this.interner);
    const here = addresses.simplify(ravel(indices(n.domain.length), n.domain));
    let ok = true;
    visit(n.results.map((r) => r.body), (e) => {
      if (e.kind === "load" && outputs.has(this.buffers[e.input]!) && e.at[0] !== here) ok = false;
    });
    return ok;
  }

  /** One nest of both; what it reads of the first one's results, be it for an address, is what would be stored there. */
  #join(g: Nest, n: Nest): Nest {
    const values = new Map(g.results.map((r) => [r.output, r.body])), done = new Map<Expr, Expr>();
    const addresses = addressesOf(g.domain, this.interner);
    const go = (x: Expr): Expr => {
      let made = done.get(x);
      if (made !== undefined) return made;
      const value = x.kind === "load" ? values.get(this.buffers[x.input]!) : undefined;
      if (value !== undefined) made = value;
      else if (x.kind === "load") made = { ...x, at: x.at.map((a) => addresses.simplify(go(a))) };
      else if (x.kind === "apply") made = { ...x, args: x.args.map(go) };
      else if (x.kind === "select") made = { ...x, test: go(x.test), yes: go(x.yes), no: go(x.no) };
      else made = x;
      made = this.interner.intern(made);
      done.set(x, made);
      return made;
    };
    return { ...g, results: [...g.results, ...n.results.map((r) => ({ ...r, body: go(r.body) }))] };
  }
}

// Long reductions to few elements cut in parts, which threads can share: partial results, and a reduction of those.

/** Elements from which cutting pays. */
const long = 1 << 17;
/** Parts: as many as there may be cores to share them, and no more than adds up in no time. */
const [fewest, most] = [8, 64];

/**
 * The nest as it is, or two in its place. The parts depend on the sizes alone, so results do not depend on the number of
 * threads. `number` gives a new buffer its number among those that loads read.
 */
export function parted(n: Nest, number: (b: Buffer) => number, interner: Interner): readonly Nest[] {
  const { domain, reduce, combine, results } = n, [first, ...rest] = reduce, [result] = results;
  if (combine === null || combine === "argmax" || combine === "argmin") return [n];
  if (n.scatter !== undefined || results.length !== 1 || first === undefined || result === undefined) return [n];
  if (sizeOf(domain) >= fewest || sizeOf(domain) * sizeOf(reduce) < long) return [n];
  const parts = divisor(first);
  if (parts === null) return [n];
  const d = domain.length, size = first / parts;
  // Variable d becomes the part; it and the next one make the old first variable of the range.
  const to = [...domain, ...reduce].map((_, i): Expr =>
    i < d ? index(i) : i === d ? plus(times(index(d), int(size)), index(d + 1)) : index(i + 1)
  );
  const partial = new Buffer([...domain, parts], result.output.dtype, undefined, result.output.op);
  const cut = overLoops(n, [...domain, parts], [size, ...rest], to, interner);
  const addresses = addressesOf([...domain, parts], interner);
  const place = addresses.simplify(ravel([...domain, parts].map((_, i) => index(i)), partial.shape));
  const together: Nest = {
    ...n,
    reduce: [parts],
    results: [{ body: interner.intern(load(number(partial), [place], partial.dtype)), output: result.output }],
  };
  return [{ ...cut, results: [{ ...cut.results[0]!, output: partial }] }, together];
}

function divisor(n: number): number | null {
  for (let d = most; d >= fewest; d--) if (n % d === 0) return d;
  return null;
}
