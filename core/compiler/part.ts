/** Long reductions to few elements cut in parts, which threads can share: partial results, and a reduction of those. */
import { sizeOf } from "../shape.ts";
import { Addresses } from "./address.ts";
import { Buffer } from "./graph.ts";
import type { Interner } from "./interner.ts";
import { type Expr, index, int, load, plus, ravel, times } from "./kernel.ts";
import { type Nest, overLoops } from "./nest.ts";

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
  const partial = new Buffer([...domain, parts], result.output.dtype);
  const cut = overLoops(n, [...domain, parts], [size, ...rest], to, interner);
  const addresses = new Addresses([...domain, parts], interner);
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
