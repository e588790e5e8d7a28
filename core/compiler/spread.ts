/** Sums over arrays that were spread out with zeros between their elements, as guarded sums over the arrays themselves. */
import { Addresses } from "./address.ts";
import type { Buffer, KernelNode } from "./graph.ts";
import { holds, isNothing } from "./guard.ts";
import type { Interner } from "./interner.ts";
import { both, type LoopNest, select } from "./kernel.ts";
import { reindex } from "./nest.ts";

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
  const spread = from.kernel.body;
  if (spread.kind !== "select" || spread.yes.kind !== "load" || !isNothing(spread.no, combine, body.dtype)) return null;
  const between = holds(spread.test, (e) => e.kind === "apply" && e.name === "mod");
  if (!between || holds(spread.test, (e) => e.kind === "load")) return null;
  // No test may be decided by where the domain ends: it may yet become longer.
  const addresses = new Addresses([...domain.map(() => Infinity), ...reduce], interner);
  const moved = reindex(spread, term.at, addresses);
  if (moved.kind !== "select") return null;
  const test = body.kind === "select" ? both(body.test, moved.test) : moved.test;
  return { kernel: { ...kernel, body: select(test, moved.yes, moved.no) }, inputs: from.inputs };
}
