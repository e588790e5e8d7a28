/** Tracing against running, and f32 against f64. */
import { eqProgram, evalProgram, outputSpecs, type Program, runProgram, trace } from "../../core/compiler/program.ts";
import { deadCode, simplify } from "../../core/compiler/simplify.ts";
import { isFloat } from "../../core/dtype.ts";
import { bind } from "../../core/interpreter.ts";
import { cast } from "../../core/primitives/create.ts";
import { fromArray, type Value } from "../../core/tensor.ts";
import { jitP } from "../../core/transforms/derived.ts";
import { jvpFlat } from "../../core/transforms/linearize.ts";
import {
  type Checked,
  chosen,
  cotangent,
  direction,
  floatPart,
  gradientMap,
  roundings,
  tangentMap,
} from "./checked.ts";
import {
  arrayIn,
  assertAllNear,
  assertAllSame,
  assertNear,
  type Flat,
  largest,
  materialized,
  roundoff32,
  roundoff64,
  specOf,
} from "./compare.ts";
import { assert, assertEquals } from "@std/assert";

/** Every law of tracing. */
export function programLaws<P>(c: Checked<P>): void {
  const program = tracedLaw(c.f, c.inputs, "jit");
  assert(program.toString().includes(c.prim.name), "the printed program does not name the primitive");
  if (!c.active.includes(true)) return;
  const xs = chosen(c.inputs, c.active), f = floatPart(c.f, c.inputs, c.active), n = xs.length;
  const ts = xs.map((x, i) => direction(x, i)), cts = f(xs).map((y, i) => cotangent(y, 60 + i));
  tracedLaw(tangentMap(f, n), [...xs, ...ts], "jit of jvp");
  tracedLaw(gradientMap(f, n), [...xs, ...cts], "jit of vjp");
  const call: Flat = (ins) => {
    const inside = trace("call", f, ins);
    return bind(jitP, [...inside.captured, ...ins], { name: "call", program: inside });
  };
  const tolerance = c.scale * roundings(c.inputs) * roundoff64;
  assertAllNear(
    tangentMap(call, n)([...xs, ...ts]),
    tangentMap(f, n)([...xs, ...ts]),
    tolerance,
    "jvp of jit",
  );
  assertAllNear(
    gradientMap(call, n)([...xs, ...cts]),
    gradientMap(f, n)([...xs, ...cts]),
    tolerance,
    "vjp of jit",
  );
}

/** A traced function runs as it does untraced, in every way to run it, and prints the same each time. */
function tracedLaw(f: Flat, xs: readonly Value[], what: string): Program {
  const program = trace("law", f, xs), expected = f(xs), args = [...program.captured, ...xs];
  assertEquals(outputSpecs(program).map(specOf), expected.map(specOf), `${what}: specs of the program's outputs`);
  assertAllSame(runProgram(program, args.map(arrayIn)).map(fromArray), expected, `${what}: runProgram`);
  assertAllSame(
    runProgram(deadCode(program), args.map(arrayIn)).map(fromArray),
    expected,
    `${what}: without dead code`,
  );
  assertAllSame(runProgram(simplify(program), args.map(arrayIn)).map(fromArray), expected, `${what}: simplified`);
  assertAllSame(evalProgram(program, args), expected, `${what}: evalProgram`);
  const shown = program.toString();
  assertEquals(program.toString(), shown, `${what}: printed twice`);
  const again = trace("law", f, xs);
  assertEquals(again.toString(), shown, `${what}: traced twice`);
  assert(again.captured.length > 0 || eqProgram.equals(again, program), `${what}: equal programs`);
  return program;
}

/**
 * In f32 the same rules hold: derivatives come in f32, and values lie within k roundings of f64's at the same point, by
 * backward stability (see `differenceLaw`).
 */
export function precisionLaws<P>(c: Checked<P>): void {
  const floats = c.inputs.map((x) => isFloat(x.dtype));
  if (!floats.includes(true)) return;
  const narrow = c.inputs.map((x) => isFloat(x.dtype) ? cast(x, "f32") : x);
  const wide = narrow.map((x, i) => cast(x, c.inputs[i]!.dtype));
  const ys = c.f(narrow);
  assertEquals(ys.map(specOf), c.prim.infer(narrow.map(specOf), c.params).map(specOf), "specs of the outputs");
  const active = chosen(narrow, c.active);
  if (active.length > 0) {
    const f = floatPart(c.f, narrow, c.active), n = active.length;
    const outs = f(active), cts = outs.map((y, i) => cotangent(y, i)), ts = active.map((x, i) => direction(x, i));
    assertEquals(tangentMap(f, n)([...active, ...ts]).slice(outs.length).map(specOf), outs.map(specOf), "tangents");
    assertEquals(gradientMap(f, n)([...active, ...cts]).map(specOf), active.map(specOf), "cotangents");
  }
  if (!c.smooth || !c.active.includes(true)) return;
  const expected = c.f(wide);
  const [, dys] = jvpFlat(c.f, wide, wide.map((x, i) => c.active[i] ? direction(x, i) : null));
  const slopes = largest(materialized(dys, expected).filter((y) => isFloat(y.dtype)));
  const at = Math.max(1, largest(chosen(wide, c.active)));
  const bound = c.scale * roundings(c.inputs) * roundoff32 *
    (largest(expected.filter((y) => isFloat(y.dtype))) + at * slopes);
  expected.forEach((y, i) => {
    if (isFloat(y.dtype)) assertNear(arrayIn(cast(ys[i]!, y.dtype)), arrayIn(y), bound, `output ${i} against f64`);
  });
}
