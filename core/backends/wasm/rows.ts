/**
 * Kernels that go through the same rows, run row after row instead of one after another: what one leaves of a row, the
 * next finds in the first cache. A softmax is such a group: maxima, exponentials, sums, quotients.
 */
import { Addresses } from "../../compiler/address.ts";
import { contractionOf } from "../../compiler/contraction.ts";
import type { FusedNode } from "../../compiler/fuse.ts";
import type { Buffer } from "../../compiler/graph.ts";
import type { Interner } from "../../compiler/interner.ts";
import { index, int, plus, times } from "../../compiler/kernel.ts";
import { expressionsOf, extentsOf, type Nest, overLoops, visit } from "../../compiler/nest.ts";
import { bytesOf } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import { Func, type Local } from "./function.ts";
import type { KernelCode } from "./loop_nest.ts";

/** Nests whose outermost loop is over the same rows; each reads of the others' results only the row that it is at. */
export interface RowGroup {
  readonly kind: "rows";
  readonly members: readonly Nest[];
  readonly rows: number;
}

/** Bytes of results within a group from which the first cache would not hold them anyway. */
const worthGrouping = 16384;
/** Bytes of rows that are gone through at once. */
const blockBytes = 16384;

/** Steps with neighbouring nests that share their rows made groups. */
export function rowGroups(
  nodes: readonly FusedNode[],
  buffers: readonly Buffer[],
  interner: Interner,
): (FusedNode | RowGroup)[] {
  const out: (FusedNode | RowGroup)[] = [];
  let open: { nests: Nest[]; originals: Nest[] } = { nests: [], originals: [] };
  const close = (): void => {
    const { nests, originals } = open, made = nests.slice(0, -1).flatMap((n) => n.results.map((r) => r.output));
    const bytes = made.reduce((sum, b) => sum + b.size * bytesOf(b.dtype), 0);
    if (nests.length > 1 && bytes >= worthGrouping) {
      out.push({ kind: "rows", members: nests, rows: nests[0]!.domain[0]! });
    } else out.push(...originals);
    open = { nests: [], originals: [] };
  };
  for (const n of nodes) {
    if (n.kind !== "nest" || !hasRows(n, interner)) {
      close();
      out.push(n);
      continue;
    }
    const joined = together(open.nests, n, buffers, interner);
    if (joined === null) {
      close();
      open = { nests: [n], originals: [n] };
    } else open = { nests: joined, originals: [...open.originals, n] };
  }
  close();
  return out;
}

const hasRows = (n: Nest, interner: Interner): boolean =>
  n.scatter === undefined && n.domain.length > 0 && sizeOf(extentsOf(n)) > 0 &&
  contractionOf(n, new Addresses(extentsOf(n), interner)) === null;

/** The nests with one more, all over the same rows; `null` if they have none in common. */
function together(
  nests: readonly Nest[],
  n: Nest,
  buffers: readonly Buffer[],
  interner: Interner,
): Nest[] | null {
  if (nests.length === 0) return null;
  const rows = Math.min(nests[0]!.domain[0]!, n.domain[0]!);
  if (rows < 2) return null;
  const cut = [...nests, n].map((x) => withRows(x, rows, interner));
  if (cut.includes(null)) return null;
  const all = cut as Nest[], made = new Set(all.slice(0, -1).flatMap((x) => x.results.map((r) => r.output)));
  let reads = false;
  const local = all.every((x) => {
    const addresses = new Addresses(extentsOf(x), interner);
    let ok = true;
    visit(expressionsOf(x), (e) => {
      if (e.kind !== "load" || !made.has(buffers[e.input]!)) return;
      reads = true;
      const { constant, terms } = addresses.linear(e.at[0]!), size = buffers[e.input]!.size / rows;
      const own = terms.find((t) => t.atom.kind === "index" && t.atom.axis === 0)?.factor ?? 0;
      const [low, high] = addresses.range({
        constant,
        terms: terms.filter((t) => t.atom !== interner.intern(index(0))),
      });
      ok &&= own === size && low >= 0 && high < size;
    });
    return ok;
  });
  return local && reads ? all : null;
}

/** A nest with that many rows outermost; one over a flat range is cut, for it has none of its own. */
function withRows(n: Nest, rows: number, interner: Interner): Nest | null {
  const [first, ...rest] = n.domain as [number, ...number[]];
  if (first === rows) return n;
  if (n.combine !== null || rest.length > 0 || first % rows !== 0) return null;
  const columns = first / rows;
  return overLoops(n, [rows, columns], [], [plus(times(index(0), int(columns)), index(1))], interner);
}

/** The code of a group from that of its members, whose units are the rows. */
export function rowKernel(codes: readonly KernelCode[], rows: number, buffers: readonly Buffer[]): KernelCode {
  const outputs = codes.flatMap((c) => c.outputs), made = new Set(outputs);
  const inputs = [...new Set(codes.flatMap((c) => c.inputs))].filter((i) => !made.has(buffers[i]!));
  const f = new Func(null, new Array<"i32">(inputs.length + outputs.length + 2).fill("i32"));
  const [from, to] = f.args.slice(-2) as [Local, Local], end = f.local("i32");
  const pointer = (b: Buffer): Local => {
    const i = outputs.indexOf(b);
    return f.args[i >= 0 ? inputs.length + i : inputs.findIndex((n) => buffers[n] === b)]!;
  };
  const bytes = outputs.reduce((sum, b) => sum + b.size * bytesOf(b.dtype), 0) / rows;
  const block = Math.max(1, Math.floor(blockBytes / bytes));
  f.while(from, () => f.get(to), block, () => {
    f.get(from).i32(block).op("i32.add").tee(end).get(to).get(end).get(to).op("i32.lt_s", "select").set(end);
    for (const c of codes) {
      for (const i of c.inputs) f.get(pointer(buffers[i]!));
      for (const b of c.outputs) f.get(pointer(b));
      f.get(from).get(end).call(c.entry);
    }
  });
  return {
    functions: [...codes.flatMap((c) => c.functions), f],
    entry: f,
    inputs,
    outputs,
    units: rows,
    workBytes: 0,
    alone: codes.some((c) => c.alone === true),
    cost: codes.reduce((sum, c) => sum + c.cost, 0),
  };
}
