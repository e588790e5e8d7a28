/** Every backend computes the reference. */
import { compile } from "../../core/backends/wasm/compile.ts";
import { trace } from "../../core/compiler/program.ts";
import { isFloat } from "../../core/dtype.ts";
import { bind } from "../../core/interpreter.ts";
import { cast } from "../../core/primitives/create.ts";
import { type Concrete, fromArray, type NdArray } from "../../core/tensor.ts";
import { type Checked, roundings } from "./checked.ts";
import { arrayIn, assertNear, largest, roundoff32, roundoff64, specOf } from "./compare.ts";
import { assertEquals } from "@std/assert";

/** A primitive compiled to WebAssembly gives what its reference does, in f64 and in f32. */
export function backendLaws<P>(c: Checked<P>): void {
  compiled(c, c.inputs.map(arrayIn), "as given");
  if ((c.f32 ?? true) && c.inputs.some((x) => x.dtype === "f64")) {
    compiled(c, c.inputs.map((x) => arrayIn(x.dtype === "f64" ? cast(x, "f32") : x)), "in f32");
  }
}

function compiled<P>(
  { prim, params, scale, inputs: given }: Checked<P>,
  inputs: readonly NdArray[],
  what: string,
): void {
  const expected = prim.reference(inputs, params);
  const program = trace(prim.name, (xs) => bind(prim, xs, params), inputs.map(specOf));
  const actual = compile(program).run([...program.captured as Concrete[], ...inputs.map(fromArray)]).map(arrayIn);
  assertEquals(actual.map(specOf), expected.map(specOf), `${what}: specs of the outputs`);
  actual.forEach((y, i) => {
    const want = expected[i]!, unit = want.dtype === "f32" ? roundoff32 : roundoff64;
    // Code rounds after every step and sums in another order: k roundings of the largest element.
    const bound = isFloat(want.dtype) ? scale * roundings(given) * unit * largest([fromArray(want)]) : 0;
    assertNear(y, want, bound, `${what}: output ${i}`);
  });
}
