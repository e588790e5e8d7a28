/** Random programs: compiled to WebAssembly they give what the reference gives. */
import { assert } from "@std/assert";
import fc from "fast-check";
import { jit, type Value, wasmBackend } from "../../mod.ts";
import { computing, withBackend } from "../../core/backend.ts";
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

/** Ways to compute all results of a program, the second and third now and then. */
function waysOf(p: RandomProgram): Readonly<Record<string, () => readonly Value[]>> {
  const half = p.steps.length >> 1, options = { backend: wasmBackend }, every = p.inputs.length % 2 === 0;
  const compiled = { compiled: () => jit(p.f, options)(...p.inputs) };
  if (p.steps.length % 4 !== 0) return compiled;
  const first = (...xs: Value[]): Value[] => p.values(xs, 0, half);
  const second = (...xs: Value[]): Value[] => p.values(xs, half).filter((_, i) => p.results.includes(i));
  return {
    ...compiled,
    ...every
      ? { "compiled in two parts": () => jit(second, options)(...jit(first, options)(...p.inputs)) }
      : { "one operation at a time": () => withBackend(computing("eager", wasmBackend), () => p.f(...p.inputs)) },
  };
}

function check(p: RandomProgram): void {
  const results = p.results;
  for (const [way, run] of Object.entries(waysOf(p))) {
    let actual: readonly Value[];
    try {
      actual = run();
    } catch (e) {
      throw new Error(`${way}: ${e instanceof Error ? e.stack : e}\n${p}`);
    }
    results.forEach((place, i) => {
      const wrong = fault(actual[i]!, p.cells[place]!);
      assert(wrong === null, `${way}, ${wrong} (value ${place}) of\n${p}`);
    });
  }
}

Deno.test("random programs compiled to WebAssembly give the reference's values", () => {
  fc.assert(fc.property(programs, check), soaked(300, 20_000));
});
