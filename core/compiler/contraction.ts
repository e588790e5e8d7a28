/** Which nests are contractions: sums of products of two operands, each walked linearly by every loop. */
import { isFloat } from "../dtype.ts";
import type { Addresses } from "./address.ts";
import type { Nest } from "./nest.ts";

/** One loop of a contraction: its size, and how far the operands and the result move with it. */
export interface ContractionAxis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** A contraction's operands (numbers of buffers, and where they start) and loops. */
export interface ContractionNest {
  readonly a: number;
  readonly b: number;
  readonly startA: number;
  readonly startB: number;
  readonly dtype: "f32" | "f64";
  readonly batch: readonly ContractionAxis[];
  readonly rows: readonly ContractionAxis[];
  readonly columns: readonly ContractionAxis[];
  readonly inner: readonly ContractionAxis[];
}

/** A nest as a contraction; `null` if it is none. */
export function contractionOf(n: Nest, addresses: Addresses): ContractionNest | null {
  const body = n.results[0]!.body;
  if (n.combine !== "sum" || n.scatter !== undefined || n.results.length !== 1 || n.reduce.length === 0) return null;
  if (body.kind !== "apply" || body.name !== "mul" || !isFloat(body.dtype)) return null;
  const [x, y] = body.args;
  if (x?.kind !== "load" || y?.kind !== "load") return null;
  const [la, lb] = [addresses.linear(x.at[0]!), addresses.linear(y.at[0]!)];
  if ([...la.terms, ...lb.terms].some((t) => t.atom.kind !== "index")) return null;
  const factors = (l: typeof la): number[] => {
    const out = new Array<number>(n.domain.length + n.reduce.length).fill(0);
    for (const { factor, atom } of l.terms) if (atom.kind === "index") out[atom.axis] = factor;
    return out;
  };
  const fa = factors(la), fb = factors(lb);
  let stride = 1;
  const fc = fa.map(() => 0);
  for (let i = n.domain.length - 1; i >= 0; i--) {
    fc[i] = stride;
    stride *= n.domain[i]!;
  }
  const axes = fa.map((a, i): ContractionAxis => ({
    size: i < n.domain.length ? n.domain[i]! : n.reduce[i - n.domain.length]!,
    a,
    b: fb[i]!,
    c: fc[i]!,
  }));
  const outer = axes.slice(0, n.domain.length), inner = axes.slice(n.domain.length);
  // A loop that moves neither operand repeats the result: it is a batch with nothing of its own.
  const rows = outer.filter((t) => t.a !== 0 && t.b === 0), columns = outer.filter((t) => t.a === 0 && t.b !== 0);
  return {
    a: x.input,
    b: y.input,
    startA: la.constant,
    startB: lb.constant,
    dtype: body.dtype as "f32" | "f64",
    batch: outer.filter((t) => (t.a !== 0) === (t.b !== 0)),
    rows,
    columns,
    inner,
  };
}
