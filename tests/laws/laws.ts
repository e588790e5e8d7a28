/**
 * What every primitive must satisfy, whatever it computes, checked on one case at a time:
 *
 * 1. its outputs have the shapes and dtypes that `infer` says, and its inputs are left as they were;
 * 2. its tangents are what central differences in f64 tend to, and handle absent tangents as zeros;
 * 3. its transpose is the adjoint of its tangent map: ⟨ct, J·t⟩ = ⟨Jᵀ·ct, t⟩;
 * 4. the same holds of its gradient, as a function of point and cotangent: second derivatives in every nesting;
 * 5. batched, it is the stack of what a loop computes, bit for bit, nested and with derivatives inside and outside too;
 * 6. traced, it is what it was run eagerly, bit for bit, derivatives included, and prints alike each time;
 * 7. its lowering, run by a plain interpreter of the kernel IR, is its reference;
 * 8. its rules work in f32 as in f64.
 *
 * A family of primitives is a table of cases:
 *
 * ```ts
 * laws([{ name: "sin on [-3,3]", prim: sinP, params: undefined, inputs: [uniform([5], -3, 3, 1)] }]);
 * ```
 */
import { isFloat } from "../../core/dtype.ts";
import type { Primitive } from "../../core/primitive.ts";
import type { Value } from "../../core/tensor.ts";
import { backendLaws } from "./backend_laws.ts";
import { batchLaws } from "./batch_laws.ts";
import { applied, type Checked } from "./checked.ts";
import { arrayIn, assertAllSame, specOf } from "./compare.ts";
import { derivativeLaws } from "./derivative_laws.ts";
import { kernelLaws } from "./kernel_laws.ts";
import { precisionLaws, programLaws } from "./program_laws.ts";
import { assertEquals } from "@std/assert";

/** One primitive at one point. */
export interface LawCase<P> {
  /** What is special about it, e.g. "sin on [-3,3]"; unique. */
  readonly name: string;
  readonly prim: Primitive<P>;
  readonly params: P;
  /** Concrete; floats in f64, at least a hundredth of their size away from kinks. */
  readonly inputs: readonly Value[];
  /**
   * Whether finite differences describe it here; true if left out. `false` for integers, steps and kinks: the order-2
   * laws are left out too, and the adjoint identity stays.
   */
  readonly smooth?: boolean;
  /** The inputs with tangents; the float ones if left out (where not smooth, those in f64). */
  readonly active?: readonly boolean[];
  /** Whether to check second derivatives; true if left out. */
  readonly order2?: boolean;
  /** The largest step of the differences, relative to min(|x|, 1); 2^-8 if left out. */
  readonly step?: number;
  /** Whether to run the lowering; true if left out. */
  readonly lowers?: boolean;
  /** Whether batching and kernels reproduce the reference bit for bit; `false` needs a reason in a comment. */
  readonly exact?: boolean;
  /** Whether it also takes its floats in f32; `false` where `params` fix f64. */
  readonly f32?: boolean;
  /** A condition number by which derived tolerances are multiplied; give the reason in a comment. */
  readonly scale?: number;
}

/** Registers one test a case. */
// deno-lint-ignore no-explicit-any -- a table holds primitives of different parameters
export function laws(cases: readonly LawCase<any>[]): void {
  const names = new Set<string>();
  for (const c of cases) {
    if (names.has(c.name)) throw new Error(`laws: two cases are called "${c.name}"`);
    names.add(c.name);
    Deno.test(`${c.prim.name} obeys the laws of primitives: ${c.name}`, () => checkLaws(c));
  }
}

/** Runs every law on one case; throws at the first broken one, naming it. */
export function checkLaws<P>(c: LawCase<P>): void {
  const smooth = c.smooth ?? true;
  const checked: Checked<P> = {
    ...c,
    smooth,
    active: c.active ?? c.inputs.map((x) => smooth ? isFloat(x.dtype) : x.dtype === "f64"),
    order2: c.order2 ?? true,
    exact: c.exact ?? true,
    scale: c.scale ?? 1,
    f: applied(c.prim, c.params),
  };
  const before = c.inputs.map((x) => ({ ...arrayIn(x), data: arrayIn(x).data.slice() }));
  const named = (law: string, check: () => void): void => {
    try {
      check();
      c.inputs.forEach((x, i) => assertEquals(arrayIn(x).data, before[i]!.data, `input ${i} was written to`));
    } catch (e) {
      throw new Error(`${c.name}: ${law}: ${e instanceof Error ? e.message : e}`, { cause: e });
    }
  };
  named("infer", () => inferLaw(checked));
  named("derivatives", () => derivativeLaws(checked));
  named("batch", () => batchLaws(checked));
  named("programs", () => programLaws(checked));
  if (c.lowers ?? true) {
    named("kernels", () => kernelLaws(checked));
    named("WebAssembly", () => backendLaws(checked));
  }
  if (c.f32 ?? true) named("f32", () => precisionLaws(checked));
}

function inferLaw<P>({ prim, params, inputs, f }: Checked<P>): void {
  const outputs = f(inputs);
  assertEquals(outputs.map(specOf), prim.infer(inputs.map(specOf), params).map(specOf), "specs of the outputs");
  outputs.forEach((y, i) => {
    assertEquals(arrayIn(y).data.length, y.size, `elements of output ${i}`);
  });
  assertAllSame(f(inputs), outputs, "a second run");
}
