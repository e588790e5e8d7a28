/** The transpose of a linear scan: the other way round, with cotangents as its carry. */
import { type Equation, evalProgram, Program, type Var } from "../compiler/program.ts";
import { bind, bind1 } from "../interpreter.ts";
import type { MaybeZero } from "../primitive.ts";
import { add } from "../primitives/arithmetic.ts";
import { zerosLike } from "../primitives/create.ts";
import type { Spec, Value } from "../tensor.ts";
import { bits, derive, present, spread, traceLive, transposeProgram } from "../transforms/derived.ts";
import { count, scanP, type ScanParams, taker, thirds, where } from "./scan_primitive.ts";

/**
 * Cotangents of the linear inputs of a scan. A constant's is the sum of every step's: where a step's is a contraction,
 * its operands are stacked and contracted once, after the loop; else it is added up in the carry.
 */
export function transposeScan(
  cts: readonly MaybeZero[],
  inputs: readonly Value[],
  linearInputs: readonly boolean[],
  p: ScanParams,
): MaybeZero[] {
  // A carry that starts from a known zero is linear in the loop all the same.
  const linear = linearInputs.map((l, i) => l || (i >= p.consts && i < p.consts + p.carry));
  const [linC, linK, linX] = thirds(linear, p);
  const given = cts.slice(p.carry).map((c) => c !== null);
  const all = p.program.outputs.map((_, i) => i < p.carry || given[i - p.carry]!);
  const wanted = [...linC.map(() => false), ...linK, ...linX.map(() => false)];
  const back = transposeProgram(p.program, linear, all, wanted);
  const [maskC, , maskX] = thirds(back.mask, p);
  const fixedX = linX.map((l) => !l);
  const specsX = thirds<Spec>(p.program.inputs, p)[2], specsK = thirds<Spec>(p.program.inputs, p)[1];
  const constSpecs = thirds<Spec>(p.program.inputs, p)[0];
  const ySpecs = where<Spec>(p.program.outputs.slice(p.carry), given);
  const hidden = back.program.captured.length, fixedC = constSpecs.filter((_, i) => !linC[i]);
  const sums = where<Spec>(constSpecs, maskC);
  const { program, plans } = derive(back.program, `scan transpose ${bits(linear)} ${bits(given)}`, () => {
    const plans = back.program.outputs.slice(0, count(maskC)).map((v) =>
      deferred(back.program, v, hidden + fixedC.length)
    );
    const stackedVars = plans.flatMap((d) => d === null ? [] : operands(d));
    const inLoop = sums.filter((_, i) => plans[i] === null);
    const exposed = exposing(back.program, stackedVars);
    const made = traceLive("scan", (ins) => {
      const take = taker(ins);
      const captured = take(hidden), fc = take(fixedC.length), ck = take(p.carry), acc = take(inLoop.length);
      const fx = take(count(fixedX)), cy = take(ySpecs.length);
      const outs = taker(evalProgram(exposed, [...captured, ...fc, ...fx, ...ck, ...cy]));
      const cc = outs(count(maskC)),
        kOut = outs(p.carry),
        xOut = outs(count(maskX)),
        stacked = outs(stackedVars.length);
      const adding = cc.filter((_, i) => plans[i] === null);
      return [...kOut, ...adding.map((c, i) => add(acc[i]!, c)), ...xOut, ...stacked];
    }, [
      ...back.program.captured,
      ...fixedC,
      ...specsK,
      ...inLoop,
      ...where(specsX, fixedX),
      ...ySpecs,
    ]);
    return { program: made, plans, programs: [made] };
  });
  const [c, , x] = thirds(inputs, p);
  const consts = [...program.captured, ...back.program.captured, ...c.filter((_, i) => !linC[i])];
  const inLoop = sums.filter((_, i) => plans[i] === null);
  const outs = taker(bind(scanP, [
    ...consts,
    ...cts.slice(0, p.carry).map((ct, i) => ct ?? zerosLike(specsK[i]!)),
    ...inLoop.map((s) => zerosLike(s)),
    ...where(x, fixedX),
    ...present(cts.slice(p.carry))[0],
  ], { program, consts: consts.length, carry: p.carry + inLoop.length, length: p.length, reverse: !p.reverse }));
  const kOut = outs(p.carry), added = taker(outs(inLoop.length)), xOut = outs(count(maskX));
  const stacked = taker(outs(Infinity)), fixed = [...back.program.captured, ...c.filter((_, i) => !linC[i])];
  const constCts = plans.map((d) => d === null ? added(1)[0]! : contracted(d, stacked, fixed));
  return [...spread(constCts, maskC), ...spread(kOut, linK), ...spread(xOut, maskX)];
}

/** How to get the sum over all steps of a value from operands stacked by the loop. */
type Deferred =
  | {
    readonly kind: "contract";
    readonly equation: Equation;
    readonly stacked: readonly boolean[];
    /** For each operand that is the same at every step, which input it is; −1 for the others. */
    readonly fixed: readonly number[];
  }
  | { readonly kind: "apply"; readonly equation: Equation; readonly inner: Deferred };

/** A plan to sum `v` after the loop, or `null` where adding it up inside is as good. The first `invariant` inputs are the same at every step. */
function deferred(program: Program, v: Var, invariant: number): Deferred | null {
  const e = program.equations.find((q) => q.outputs.includes(v));
  if (e === undefined) return null;
  if (e.prim.sumOver !== undefined) {
    const fixed = e.inputs.map((x) => {
      const i = program.inputs.indexOf(x);
      return i < invariant ? i : -1;
    });
    return { kind: "contract", equation: e, stacked: fixed.map((i) => i < 0), fixed };
  }
  // A linear function of one input, of the sum: Σ f(xₜ) = f(Σ xₜ).
  if (e.prim.transpose === undefined || e.inputs.length !== 1 || e.outputs.length !== 1) return null;
  const inner = deferred(program, e.inputs[0]!, invariant);
  return inner === null ? null : { kind: "apply", equation: e, inner };
}

function operands(d: Deferred): Var[] {
  return d.kind === "apply" ? operands(d.inner) : where(d.equation.inputs, d.stacked);
}

function contracted(d: Deferred, stacked: (n: number) => Value[], fixed: readonly Value[]): Value {
  if (d.kind === "apply") return bind1(d.equation.prim, [contracted(d.inner, stacked, fixed)], d.equation.params);
  const xs = d.equation.inputs.map((_, i) => d.stacked[i] ? stacked(1)[0]! : fixed[d.fixed[i]!]!);
  return d.equation.prim.sumOver!(xs, d.stacked, d.equation.params);
}

/** The program with more of its values among the outputs. */
const exposing = (program: Program, vars: readonly Var[]): Program =>
  new Program(program.inputs, program.equations, [...program.outputs, ...vars], program.captured);
