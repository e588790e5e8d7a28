/** Lowered code against the reference. */
import { outputSpecs, runProgram } from "../../core/compiler/program.ts";
import { isFloat } from "../../core/dtype.ts";
import { cast } from "../../core/primitives/create.ts";
import { fromArray, type NdArray } from "../../core/tensor.ts";
import { type Checked, roundings } from "./checked.ts";
import { arrayIn, assertNear, assertSame, largest, roundoff32, roundoff64, specOf } from "./compare.ts";
import { floatSteps, runKernel } from "./run_kernels.ts";
import { assertEquals } from "@std/assert";

/** A lowering has the outputs that `infer` says, and computes the reference, in f64 and in f32. */
export function kernelLaws<P>(c: Checked<P>): void {
  lowered(c, c.inputs.map(arrayIn), "as given");
  if ((c.f32 ?? true) && c.inputs.some((x) => x.dtype === "f64")) {
    lowered(c, c.inputs.map((x) => arrayIn(x.dtype === "f64" ? cast(x, "f32") : x)), "in f32");
  }
}

function lowered<P>(
  { prim, params, exact, scale, inputs: given }: Checked<P>,
  inputs: readonly NdArray[],
  what: string,
): void {
  const specs = inputs.map(specOf), expected = prim.reference(inputs, params), lowering = prim.lower(specs, params);
  const wanted = prim.infer(specs, params).map(specOf);
  // Where code and reference order or round differently: k roundings of the largest element.
  const loose = (y: NdArray): number =>
    isFloat(y.dtype)
      ? scale * roundings(given) * (y.dtype === "f32" ? roundoff32 : roundoff64) * largest([fromArray(y)])
      : 0;
  switch (lowering.kind) {
    case "scan":
    case "while":
    case "branch":
    case "host":
    case "never":
      return;
    case "program": {
      const { program } = lowering, args = [...program.captured.map(arrayIn), ...inputs];
      assertEquals(outputSpecs(program).map(specOf), wanted, `${what}: specs of the program's outputs`);
      runProgram(program, args).forEach((y, i) =>
        assertNear(y, expected[i]!, loose(expected[i]!), `${what}: output ${i}`)
      );
      return;
    }
    case "kernels":
      assertEquals(lowering.kernels.length, wanted.length, `${what}: number of kernels`);
      lowering.kernels.forEach((kernel, i) => {
        const { output, bound } = runKernel(kernel, inputs), y = expected[i]!;
        assertEquals(specOf(output), wanted[i], `${what}: spec of kernel ${i}`);
        // Movement and single functions agree bit for bit; `bound` is 0 there. Code rounds after every function, which in
        // f32 the reference, working in f64, need not do.
        const summed = Array.from(y.data, (_, j) => bound(j)).some((b) => b > 0);
        const narrow = kernel.kind !== "sort" && floatSteps(kernel.body) > 1 && inputs.some((x) => x.dtype === "f32");
        if (exact && !summed && !narrow) assertSame(output, y, `${what}: kernel ${i}`);
        else {
          const extra = exact && !narrow ? 0 : loose(y);
          assertNear(output, y, (j) => scale * bound(j) + extra, `${what}: kernel ${i}`);
        }
      });
  }
}
