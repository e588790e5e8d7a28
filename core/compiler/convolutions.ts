/** Convolutions and windows made into copies and contractions. */
import { type DType, isFloat } from "../dtype.ts";
import { sameShape, type Shape, sizeOf } from "../shape.ts";
import { type Addresses, addressesOf, Interner } from "./address.ts";
import type { Buffer, Graph, KernelNode, Node } from "./graph.ts";
import {
  apply,
  below,
  both,
  type Combine,
  type Expr,
  index,
  indices,
  int,
  type LoopNest,
  minus,
  plus,
  ravel,
  select,
  times,
  unravel,
} from "./kernel.ts";
import {
  conjuncts,
  extentsOf,
  holds,
  isLinear,
  isNothing,
  type Nest,
  overLoops,
  reindex,
  usedOutside,
  visit,
} from "./nest.ts";

// Where elements come from: places in a buffer as places in what it was moved from.

/** A place in a buffer. */
export interface Place {
  readonly buffer: Buffer;
  readonly at: readonly Expr[];
}

/** A place in the buffer from which the elements were transposed, sliced, broadcast or reshaped, as far back as can be. */
export function originOf(place: Place, producers: ReadonlyMap<Buffer, KernelNode>, addresses: Addresses): Place {
  const { buffer, at } = place;
  if (buffer.root !== buffer) {
    const moved = reshaped(at, buffer.shape, buffer.root.shape, addresses);
    return moved === null ? place : originOf({ buffer: buffer.root, at: moved }, producers, addresses);
  }
  const node = producers.get(buffer);
  if (node === undefined || node.kernel.kind !== "loop") return place;
  const { kernel } = node, { body } = kernel;
  if (body.kind !== "load" || kernel.combine !== null || kernel.scatter !== undefined) return place;
  if (!sameShape(kernel.domain, buffer.shape)) return place;
  // What is read where other elements say is not moved, but looked up.
  if (body.at.some((e) => holds(e, (x) => x.kind === "load"))) return place;
  return originOf(
    { buffer: node.inputs[body.input]!, at: body.at.map((e) => addresses.simplify(reindex(e, at, addresses))) },
    producers,
    addresses,
  );
}

/**
 * The place at which a reshape's operand has the element. Axes that stay as they are keep their coordinates, which need
 * not be in range: only among those that do not are places counted.
 */
function reshaped(at: readonly Expr[], from: Shape, to: Shape, addresses: Addresses): Expr[] | null {
  if (sizeOf(from) === 0) return null;
  const out: Expr[] = [];
  for (let i = 0, j = 0; i < from.length || j < to.length;) {
    let m = i, n = j, a = 1, b = 1;
    do {
      if (n < to.length && (a > b || m === from.length || (a === b && to[n] === 1 && from[m] !== 1))) b *= to[n++]!;
      else a *= from[m++]!;
    } while (a !== b);
    const axes = from.slice(i, m), own = at.slice(i, m), target = to.slice(j, n);
    if (axes.length === 1 && target.length === 1) out.push(own[0]!);
    else out.push(...unravel(ravel(own, axes), target).map((e) => addresses.simplify(e)));
    i = m;
    j = n;
  }
  return out;
}

// Transposes of what a reduction gives, made part of it: each element is written where it is wanted.

/** A graph in which reductions that are only read to be transposed give the transposed. */
export function sunk(graph: Graph): Graph {
  const readers = new Map<Buffer, number>(graph.outputs.map((b) => [b.root, 1]));
  for (const n of graph.nodes) for (const b of n.inputs) readers.set(b.root, (readers.get(b.root) ?? 0) + 1);
  const at = new Map<Buffer, number>(), nodes: (Node | null)[] = [...graph.nodes], interner = new Interner();
  nodes.forEach((n, i) => {
    const order = n === null ? null : permutation(n), source = order === null ? null : (n as KernelNode).inputs[0]!;
    const from = source === null ? undefined : at.get(source), reduction = from === undefined ? null : nodes[from]!;
    if (reduction !== null && readers.get(source!) === 1) {
      nodes[i] = permuted(reduction as KernelNode, order!, (n as KernelNode).output, interner);
      nodes[from!] = null;
      at.set((n as KernelNode).output, i);
    } else if (n !== null && isReduction(n)) at.set(n.output, i);
  });
  return { ...graph, nodes: nodes.filter((n) => n !== null) };
}

const isReduction = (n: Node): n is KernelNode =>
  n.kind === "kernel" && n.kernel.kind === "loop" && n.kernel.combine !== null && n.kernel.scatter === undefined &&
  sameShape(n.kernel.domain, n.output.shape);

/** For each axis of the one input, the axis of the output, if a node only permutes axes. */
function permutation(n: Node): readonly number[] | null {
  if (n.kind !== "kernel" || n.kernel.kind !== "loop" || n.inputs.length !== 1) return null;
  const { body, combine, scatter, domain } = n.kernel;
  if (body.kind !== "load" || combine !== null || scatter !== undefined) return null;
  const axes = body.at.map((e) => e.kind === "index" ? e.axis : -1);
  return axes.length === domain.length && new Set(axes).size === axes.length && !axes.includes(-1) ? axes : null;
}

function permuted(n: KernelNode, order: readonly number[], output: Buffer, interner: Interner): KernelNode {
  const kernel = n.kernel as LoopNest, { domain, reduce, combine, body } = kernel, rank = domain.length;
  const nest: Nest = { kind: "nest", domain, reduce, combine, results: [{ body, output }] };
  const to = extentsOf(nest).map((_, i): Expr => index(i < rank ? order[i]! : i));
  const moved = overLoops(nest, output.shape, reduce, to, interner);
  output.op = n.output.op;
  return { ...n, kernel: { ...kernel, domain: output.shape, body: moved.results[0]!.body }, output };
}

// Windows that meet only every d-th place, without asking at each place.
//
// A reduction over k of what stands at ⌊(i ± k + c) / d⌋, guarded by d | i ± k + c, looks at d terms to take one. With
// i = d·q + r and ±k = d·m − r − c, the place is q + m: every m counts, as long as k is in its range.

/** The most phases that are computed each by itself. */
const mostPhases = 9;

/** A test of divisibility that can be had without: d | i ± k + c. */
interface Grid {
  readonly i: number;
  readonly k: number;
  readonly up: boolean;
  readonly c: number;
  readonly d: number;
}

function gridsOf(n: Nest, interner: Interner): Grid[] {
  const { combine, domain } = n, { body } = n.results[0]!;
  if (combine === null || combine === "argmax" || combine === "argmin" || body.kind !== "select") return [];
  if (!isNothing(body.no, combine, body.dtype)) return [];
  const addresses = addressesOf(extentsOf(n), interner), rank = domain.length;
  return conjuncts(body.test).flatMap((test): Grid[] => {
    if (test.kind !== "apply" || test.name !== "equal") return [];
    const [left, zero] = test.args as [Expr, Expr];
    if (zero.kind !== "constant" || zero.value !== 0 || left.kind !== "apply" || left.name !== "mod") return [];
    const d = (left.args[1] as Expr & { kind: "constant" }).value, sum = addresses.linear(left.args[0]!);
    if (!isLinear(sum) || sum.terms.length !== 2) return [];
    const [i, k] = sum.terms.map((t) => ({ axis: (t.atom as { axis: number }).axis, factor: t.factor }))
      .sort((x, y) => x.axis - y.axis) as [{ axis: number; factor: number }, { axis: number; factor: number }];
    if (i.axis >= rank || k.axis < rank || i.factor !== 1 || Math.abs(k.factor) !== 1) return [];
    // The axis may have to become longer, and what is there beyond must be guarded.
    if (domain[i.axis]! % d !== 0 && usedOutside(body, i.axis, sum, addresses)) return [];
    return [{ i: i.axis, k: k.axis, up: k.factor === 1, c: sum.constant, d }];
  });
}

/** The sizes of a nest's domain made multiples of the distances of places met. Its tests must not be simplified yet. */
export function wholePhases(n: Nest, interner: Interner): number[] {
  const domain = [...n.domain];
  for (const { i, d } of gridsOf(n, interner)) domain[i] = Math.ceil(domain[i]! / d) * d;
  return domain;
}

/** A nest without tests of divisibility, and for each that it had the loops that came of it: over r and over m. */
export interface Phased {
  readonly nest: Nest;
  readonly loops: readonly { readonly r: number; readonly m: number }[];
}

/** The nest with as few tests of divisibility as can be. */
export function phased(n: Nest, interner: Interner): Phased {
  let nest = n, loops: Phased["loops"] = [];
  for (let next = phasedOnce(n, interner); next !== null; next = phasedOnce(nest, interner)) {
    const { i, k } = next;
    nest = next.nest;
    loops = [...loops.map(({ r, m }) => ({ r: r > i ? r + 1 : r, m: m + 1 })), { r: i + 1, m: k + 1 }];
  }
  return { nest, loops };
}

function phasedOnce(
  n: Nest,
  interner: Interner,
): { readonly nest: Nest; readonly i: number; readonly k: number } | null {
  const { domain, reduce } = n, { body } = n.results[0]!, sizes = extentsOf(n), rank = domain.length;
  const grid = gridsOf(n, interner).find(({ i, d }) => domain[i]! % d === 0);
  if (grid === undefined || body.kind !== "select") return null;
  const { i, k, up, c, d } = grid, count = sizes[k]!;
  const first = Math.ceil((up ? c : c - count + 1) / d), last = Math.floor((up ? c + d + count - 2 : c + d - 1) / d);
  const at = (a: number): Expr => index(a > i ? a + 1 : a), q = index(i), r = index(i + 1);
  const signed = minus(minus(times(plus(at(k), int(first)), int(d)), r), int(c));
  const element = up ? signed : minus(int(0), signed);
  const to = sizes.map((_, a): Expr => a === i ? plus(times(q, int(d)), r) : a === k ? element : at(a));
  const inRange = both(below(int(-1), index(k)), below(index(k), int(count)));
  const guarded: Nest = {
    ...n,
    results: [{ ...n.results[0]!, body: select(both(body.test, inRange), body.yes, body.no) }],
  };
  const wide = domain.flatMap((s, a) => a === i ? [s / d, d] : [s]);
  const narrow = reduce.map((s, a) => a + rank === k ? last - first + 1 : s);
  return { nest: overLoops(guarded, wide, narrow, to, interner), i, k };
}

/** One phase of a nest: what it computes for one value of each r, with the terms that count there alone. */
export interface Phase {
  readonly at: readonly number[];
  readonly nest: Nest;
}

/** Each phase by itself; `null` where there are too many. */
export function phasesOf({ nest, loops }: Phased, interner: Interner): Phase[] | null {
  const rank = nest.domain.length, counts = loops.map(({ r }) => nest.domain[r]!);
  if (loops.length === 0 || sizeOf(counts) > mostPhases) return null;
  return Array.from({ length: sizeOf(counts) }, (_, phase): Phase => {
    const at = unravel(int(phase), counts).map((e) => (e as Expr & { kind: "constant" }).value);
    const sizes = extentsOf(nest), lows = sizes.map(() => 0), gone = new Set(loops.map(({ r }) => r));
    const moved = (): Nest => {
      let next = 0;
      const to = sizes.map((_, a): Expr => {
        const phase = loops.findIndex(({ r }) => r === a);
        return phase >= 0 ? int(at[phase]!) : plus(index(next++), int(lows[a]!));
      });
      const kept = (from: number, end: number) => sizes.slice(from, end).filter((_, a) => !gone.has(a + from));
      return overLoops(nest, kept(0, rank), kept(rank, sizes.length), to, interner);
    };
    // A loop over m is cut to where no test is false from the start.
    for (const { m } of loops) {
      const all = sizes[m]!,
        open = Array.from({ length: all }, (_, i) => {
          [lows[m], sizes[m]] = [i, 1];
          return moved().results[0]!.body.kind !== "constant";
        });
      const first = open.indexOf(true);
      [lows[m], sizes[m]] = [Math.max(0, first), first < 0 ? 0 : open.lastIndexOf(true) - first + 1];
    }
    return { at, nest: moved() };
  });
}

// Sums over arrays that were spread out with zeros between their elements, as guarded sums over the arrays themselves.

/** A reduction of what was spread, reading it from before; `null` for others. */
export function gathered(
  { kernel, inputs }: { readonly kernel: LoopNest; readonly inputs: readonly Buffer[] },
  producers: ReadonlyMap<Buffer, KernelNode>,
  interner: Interner,
): { readonly kernel: LoopNest; readonly inputs: readonly Buffer[] } | null {
  const { body, combine, domain, reduce } = kernel, term = body.kind === "select" ? body.yes : body;
  if (combine === null || combine === "argmax" || combine === "argmin" || term.kind !== "load") return null;
  if (body.kind === "select" && !isNothing(body.no, combine, body.dtype)) return null;
  const from = producers.get(inputs[term.input]!);
  if (from === undefined || from.kernel.kind !== "loop" || from.kernel.combine !== null) return null;
  // A reshape may read it at places of another shape.
  if (!sameShape(from.kernel.domain, inputs[term.input]!.shape)) return null;
  const spread = from.kernel.body;
  if (spread.kind !== "select" || spread.yes.kind !== "load" || !isNothing(spread.no, combine, body.dtype)) return null;
  const between = holds(spread.test, (e) => e.kind === "apply" && e.name === "mod");
  if (!between || holds(spread.test, (e) => e.kind === "load")) return null;
  // No test may be decided by where the domain ends: it may yet become longer.
  const addresses = addressesOf([...domain.map(() => Infinity), ...reduce], interner);
  const moved = reindex(spread, term.at, addresses);
  if (moved.kind !== "select") return null;
  const test = body.kind === "select" ? both(body.test, moved.test) : moved.test;
  return { kernel: { ...kernel, body: select(test, moved.yes, moved.no) }, inputs: from.inputs };
}

// Combinations of a few terms written out: walks over the outputs alone, which fuse with others.

/** The most terms: so many numbers added in f32 err as little as the vector code of sums allows. */
const most = 16;

/** A nest without its combination; `null` where the loop is better. */
export function unrolled(n: Nest, interner: Interner): Nest | null {
  const { domain, reduce, combine } = n, { body } = n.results[0]!, count = sizeOf(reduce);
  if (combine === null || count > most || count === 0) return null;
  if (count > 1 && !besideWindows(n, interner)) return null;
  const terms = Array.from({ length: count }, (_, i) => {
    const to = [...indices(domain.length), ...unravel(int(i), reduce)];
    return overLoops(n, domain, [], to, interner).results[0]!.body;
  });
  const value = combine === "argmax" || combine === "argmin"
    ? placeOf(terms, combine, body.dtype, interner)
    : terms.reduce((a, b) => pair(combine, a, b, body.dtype));
  return { ...n, reduce: [], combine: null, results: [{ ...n.results[0]!, body: interner.intern(value) }] };
}

/** Whether vectors run along the last axis of the domain rather than along the terms. */
function besideWindows(n: Nest, interner: Interner): boolean {
  const rank = n.domain.length, addresses = addressesOf(extentsOf(n), interner);
  const last = n.domain.findLastIndex((d) => d > 1);
  if (last < 0 || n.domain[last]! < 4) return false;
  let along = false, beside = false;
  visit(n.results.map((r) => r.body), (e) => {
    if (e.kind !== "load") return;
    const inner = e.at.findLast((x) => addresses.linear(x).terms.length > 0);
    for (const { atom, factor } of inner === undefined ? [] : addresses.linear(inner).terms) {
      if (atom.kind !== "index" || factor !== 1) continue;
      if (atom.axis >= rank) along = true;
      if (atom.axis === last) beside = true;
    }
  });
  return beside || !along || sizeOf(n.reduce) <= 4;
}

function pair(combine: Combine, a: Expr, b: Expr, dtype: DType): Expr {
  switch (combine) {
    case "sum":
      return apply("add", (x, y) => x + y, [a, b], dtype);
    case "prod":
      return apply("mul", dtype === "i32" || dtype === "u32" ? Math.imul : (x, y) => x * y, [a, b], dtype);
    case "max":
      return apply("maximum", Math.max, [a, b], dtype);
    case "min":
      return apply("minimum", Math.min, [a, b], dtype);
    case "all":
      return apply("and", (x, y) => x & y, [a, b], "bool");
    default:
      return apply("or", (x, y) => x | y, [a, b], "bool");
  }
}

/** The first place of the best term; NaN is better than any number. */
function placeOf(terms: readonly Expr[], combine: "argmax" | "argmin", dtype: DType, interner: Interner): Expr {
  let best = terms[0]!, at: Expr = int(0);
  const compare = (name: string, fn: (x: number, y: number) => number, a: Expr, b: Expr): Expr =>
    apply(name, fn, [a, b], "bool");
  for (const [i, v] of terms.entries()) {
    if (i === 0) continue;
    const greater = combine === "argmax";
    // Not "at most", so that NaN passes.
    let better = isFloat(dtype)
      ? apply("not", (x) => 1 - x, [
        greater
          ? compare("lessEqual", (x, y) => +(x <= y), v, best)
          : compare("greaterEqual", (x, y) => +(x >= y), v, best),
      ], "bool")
      : greater
      ? compare("greater", (x, y) => +(x > y), v, best)
      : compare("less", (x, y) => +(x < y), v, best);
    if (isFloat(dtype)) {
      better = apply("and", (x, y) => x & y, [better, compare("equal", (x, y) => +(x === y), best, best)], "bool");
    }
    // What is used several times is made one object first, or each use of a use would be visited.
    better = interner.intern(better);
    best = interner.intern(select(better, v, best));
    at = interner.intern(select(better, int(i), at));
  }
  return at;
}
