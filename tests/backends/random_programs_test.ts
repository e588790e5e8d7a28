/** Random programs: compiled to WebAssembly they give what the reference gives. */
import { assert } from "@std/assert";
import fc from "fast-check";
import { jit, type Value, wasmBackend } from "../../mod.ts";
import { type Cell, elementsOf } from "./random/cell.ts";
import { programs, type RandomProgram } from "./random_programs.ts";
import { soaked } from "./soaked.ts";

/** Where a value is not what a cell says, in words; `null` where it is. */
function fault(actual: Value, { value, error }: Cell): string | null {
  if (actual.dtype !== value.dtype || actual.shape.join() !== value.shape.join()) {
    return `${actual.dtype}[${actual.shape}] in place of ${value.dtype}[${value.shape}]`;
  }
  const a = elementsOf(actual), e = elementsOf(value), bounds = error === null ? null : elementsOf(error);
  for (let i = 0; i < e.length; i++) {
    const same = bounds === null || !Number.isFinite(e[i]!)
      ? Object.is(a[i], e[i])
      : Math.abs(a[i]! - e[i]!) <= bounds[i]!;
    if (!same) return `element ${i} is ${a[i]} in place of ${e[i]}${bounds === null ? "" : ` ± ${bounds[i]}`}`;
  }
  return null;
}

export function check(p: RandomProgram): void {
  const results = p.results;
  let actual: readonly Value[];
  try {
    actual = jit(p.f, { backend: wasmBackend })(...p.inputs);
  } catch (e) {
    throw new Error(`${p}\n${e instanceof Error ? e.stack : e}`);
  }
  results.forEach((place, i) => {
    const wrong = fault(actual[i]!, p.cells[place]!);
    assert(wrong === null, `${wrong} (value ${place}) of\n${p}`);
  });
}

Deno.test("random programs compiled to WebAssembly give the reference's values", () => {
  fc.assert(fc.property(programs, check), { numRuns: soaked(300, 20_000) });
});
