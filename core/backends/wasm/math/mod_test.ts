import { type Case, cases, logAddExp } from "./cases.ts";
import type { Float } from "./lanes.ts";
import { vectorMath } from "./mod.ts";
import { type Floats, samples, unitsOff } from "./precision.ts";
import { onArrays } from "./run_math.ts";
import { assert, assertEquals } from "@std/assert";

const count = 1 << 13;
const title = (c: Case): string => c.constant === undefined ? c.name : `${c.name} (${c.constant})`;

/** Operands: those of two meet in pairs of every kind. */
function operands(c: Case, dtype: Float): Floats[] {
  const x = samples(dtype, count, c.range);
  if (c.arity === 1) return [x];
  const y = x.map((_, i) => x[Math.imul(i, 0x9e3779b1) >>> 19]!) as Floats;
  return [x, y];
}

function run(c: Case, dtype: Float, fused: boolean, xs: readonly Floats[], straight = false): Floats {
  const options = c.constant === undefined ? { fused } : { fused, constant: c.constant };
  const emit = vectorMath(c.name, dtype, options)!;
  return onArrays((f, args) => (f.straight = straight, emit(f, args)), dtype, c.arity)(...xs);
}

for (const dtype of ["f32", "f64"] as const) {
  for (const c of cases) {
    const bound = dtype === "f32" ? c.single : c.double;

    Deno.test(`${title(c)} on ${dtype} is precise to ${bound} units in the last place`, () => {
      const xs = operands(c, dtype);
      for (const fused of [true, false]) {
        run(c, dtype, fused, xs).forEach((y, i) => {
          const at = xs.map((x) => x[i]!), exact = c.scalar(...at), off = unitsOff(y, exact, dtype);
          assert(off <= bound, `${title(c)}(${at}) = ${y}, not ${exact}: ${off} units off`);
        });
      }
    });

    Deno.test(`${title(c)} on ${dtype} depends neither on other lanes nor on branches`, () => {
      const xs = operands(c, dtype),
        moved = (x: Floats): Floats => x.map((_, i) => x[(i * 4099 + 1) % count]!) as Floats;
      // Each number beside others, and beside itself.
      const alike = (x: Floats): Floats => x.map((_, i) => x[i >> 2]!) as Floats;
      for (const f of [moved, alike]) assertEquals(run(c, dtype, true, xs.map(f)), f(run(c, dtype, true, xs)));
      assertEquals(run(c, dtype, true, xs, true), run(c, dtype, true, xs));
    });
  }
}

Deno.test("logAddExp is precise to two units in the last place of its result or of an operand", () => {
  const scalar = (x: number, y: number): number => logAddExp.scalar(x, y);
  for (const dtype of ["f32", "f64"] as const) {
    const [x, y] = operands(logAddExp, dtype) as [Floats, Floats];
    run(logAddExp, dtype, true, [x, y]).forEach((z, i) => {
      const exact = scalar(x[i]!, y[i]!);
      if (unitsOff(z, exact, dtype) < 1) return;
      // Where the result is nearly 0, roundings of the larger operand's size are left.
      const slack = 2 * 2 ** -52 * Math.max(Math.abs(x[i]!), Math.abs(y[i]!)) +
        2 ** (dtype === "f32" ? -24 : -52) * Math.abs(exact);
      assert(Math.abs(z - exact) <= slack, `logAddExp(${x[i]}, ${y[i]}) = ${z}, not ${exact}`);
    });
  }
});

Deno.test("vectorMath() has no code for other functions", () => {
  assertEquals(vectorMath("add", "f32"), undefined);
  // Its order must be known.
  assertEquals(vectorMath("besselI", "f64"), undefined);
});
