/** The loop of known length as a primitive. */
import { type Equation, evalProgram, Program, runProgram, type Var } from "../compiler/program.ts";
import { bytesOf } from "../dtype.ts";
import { bind, bind1 } from "../interpreter.ts";
import type { MaybeZero, Primitive } from "../primitive.ts";
import { add } from "../primitives/arithmetic.ts";
import { zerosLike } from "../primitives/create.ts";
import { broadcastInFront, moveAxis } from "../primitives/reshape.ts";
import { sizeOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import {
  batchProgram,
  bits,
  derive,
  jvpProgram,
  linearizeProgram,
  present,
  type Prices,
  spread,
  traceLive,
  transposeProgram,
} from "../transforms/derived.ts";
import { slimScan } from "./slim_scan.ts";

// The transpose of a linear scan: the other way round, with cotangents as its carry.

/**
 * Cotangents of the linear inputs of a scan. A constant's is the sum of every step's: where a step's is a contraction,
 * its operands are stacked and contracted once, after the loop; else it is added up in the carry.
 */
function transposeScan(
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

// `scan` as a primitive: a program applied along an axis, its carry handed from step to step.

/** The body's inputs are `consts`, then `carry`, then one slice of each scanned input; its outputs carry, then slices. */
export interface ScanParams {
  readonly program: Program;
  readonly consts: number;
  readonly carry: number;
  readonly length: number;
  readonly reverse: boolean;
}

/** Splits a list in three: consts, carry, and what is scanned. */
const thirds = <A>(xs: readonly A[], { consts, carry }: { consts: number; carry: number }): [A[], A[], A[]] => [
  xs.slice(0, consts),
  xs.slice(consts, consts + carry),
  xs.slice(consts + carry),
];

/** One slice of a spec along its first axis. */
export const sliceSpec = (s: Spec): Spec => ({ shape: s.shape.slice(1), dtype: s.dtype });

/** The scanned axis in front of a spec. */
const stackSpec = (s: Spec, length: number): Spec => ({ shape: [length, ...s.shape], dtype: s.dtype });

const slice = (x: NdArray, t: number): NdArray => {
  const shape = x.shape.slice(1), n = sizeOf(shape);
  return { shape, dtype: x.dtype, data: x.data.subarray(t * n, (t + 1) * n) };
};

function runScan(inputs: readonly NdArray[], p: ScanParams): NdArray[] {
  const [consts, init, xs] = thirds(inputs, p);
  const ys = p.program.outputs.slice(p.carry).map((v) => emptyArray([p.length, ...v.shape], v.dtype));
  let carry: NdArray[] = init;
  for (let i = 0; i < p.length; i++) {
    const t = p.reverse ? p.length - 1 - i : i;
    const outs = runProgram(p.program, [...consts, ...carry, ...xs.map((x) => slice(x, t))]);
    carry = outs.slice(0, p.carry);
    ys.forEach((y, k) => y.data.set(outs[p.carry + k]!.data, t * outs[p.carry + k]!.data.length));
  }
  return [...carry, ...ys];
}

/** Widens the carry's flags until the body asks for no more. */
function fixpoint<A extends { readonly mask: readonly boolean[] }>(
  flags: readonly boolean[],
  p: ScanParams,
  make: (flags: readonly boolean[], wanted: readonly boolean[]) => A,
): readonly [A, boolean[]] {
  let [consts, carry, xs] = thirds(flags, p);
  for (;;) {
    const all: boolean[] = [...consts, ...carry, ...xs];
    const made = make(all, carry);
    const next = carry.map((c, i) => c || made.mask[i]!);
    if (next.every((c, i) => c === carry[i])) return [made, all];
    carry = next;
  }
}

/** Picks by flags. */
export const where = <A>(xs: readonly A[], flags: readonly boolean[]): A[] => xs.filter((_, i) => flags[i]);

/** Runs a program along an axis. */
export const scanP: Primitive<ScanParams> = {
  name: "scan",
  infer: (_, { program, carry, length }) =>
    program.outputs.map((v, i) => i < carry ? { shape: v.shape, dtype: v.dtype } : stackSpec(v, length)),
  reference: runScan,
  jvp: (inputs, tangents, p) => {
    const [pushed, active] = fixpoint(
      tangents.map((t) => t !== null),
      p,
      (flags, wanted) => jvpProgram(p.program, flags, wanted),
    );
    const [dc, dk, dx] = thirds(active, p), yMask = pushed.mask.slice(p.carry);
    const hidden = pushed.program.captured.length, n = p.program.outputs.length;
    const [specC, specK, specX] = thirds<Spec>(p.program.inputs, p);
    const { program } = derive(p.program, `scan jvp ${bits(active)}`, () => {
      const made = traceLive("scan", (ins) => {
        const take = taker(ins);
        const captured = take(hidden), c = take(p.consts), tc = take(count(dc));
        const k = take(p.carry), tk = take(count(dk)), x = take(specX.length), tx = take(count(dx));
        const outs = evalProgram(pushed.program, [...captured, ...c, ...k, ...x, ...tc, ...tk, ...tx]);
        const kOuts = outs.slice(0, p.carry), yOuts = outs.slice(p.carry, n), ts = outs.slice(n);
        return [...kOuts, ...ts.slice(0, count(dk)), ...yOuts, ...ts.slice(count(dk))];
      }, [
        ...pushed.program.captured,
        ...specC,
        ...where(specC, dc),
        ...specK,
        ...where(specK, dk),
        ...specX,
        ...where(specX, dx),
      ]);
      return { program: made, programs: [made] };
    });
    const [c, k, x] = thirds(inputs, p), [tc, tk, tx] = thirds(tangents, p);
    const outs = bind(scanP, [
      ...program.captured,
      ...pushed.program.captured,
      ...c,
      ...present(tc)[0],
      ...k,
      ...where(filled(tk, k), dk),
      ...x,
      ...present(tx)[0],
    ], {
      program,
      consts: program.captured.length + hidden + p.consts + count(dc),
      carry: p.carry + count(dk),
      length: p.length,
      reverse: p.reverse,
    });
    const take = taker(outs);
    const kOuts = take(p.carry), dkOuts = take(count(dk)), yOuts = take(n - p.carry), dyOuts = take(count(yMask));
    return [[...kOuts, ...yOuts], [...spread(dkOuts, dk), ...spread(dyOuts, yMask)]];
  },
  linearize: (inputs, wantedActive, p) => linearizeScan(inputs, wantedActive, p),
  transpose: (cts, inputs, linear, p) => transposeScan(cts, inputs, linear, p),
  batch: (inputs, mapped, p, axis) => {
    const [batched, flags] = fixpoint(mapped, p, (m, wanted) => batchProgram(p.program, m, axis, wanted));
    const [, k, x] = thirds(flags, p);
    const [c, init, xs] = thirds(inputs, p), givenK = thirds(mapped, p)[1];
    const outs = bind(scanP, [
      ...batched.program.captured,
      ...c,
      ...init.map((v, i) => k[i] && !givenK[i] ? broadcastInFront(v, axis.size) : v),
      ...xs.map((v, i) => x[i] ? moveAxis(v, 0, 1) : v),
    ], { ...p, program: batched.program, consts: p.consts + batched.program.captured.length });
    const mask = batched.mask;
    return { outputs: outs.map((y, i) => i >= p.carry && mask[i] ? moveAxis(y, 1, 0) : y), mapped: mask };
  },
  lower: (_, p) => ({ kind: "scan", ...p }),
  slim: slimScan,
};

/** Takes from the front, some at a time. */
export function taker<A>(xs: readonly A[]): (n: number) => A[] {
  let at = 0;
  return (n) => xs.slice(at, at += n);
}

/** How many flags are set. */
export const count = (flags: readonly boolean[]): number => flags.filter(Boolean).length;

const filled = (dxs: readonly MaybeZero[], xs: readonly Value[]): Value[] => xs.map((x, i) => dxs[i] ?? zerosLike(x));

/**
 * What stacking a value of each step costs. Constants of the loop are there anyway. What has the size of a slice that the loop
 * goes along can be stacked where that was: it is written and read, and takes no memory.
 */
function pricesOf({ program, consts, carry }: ScanParams): Prices {
  const slices = new Set(program.inputs.slice(consts + carry).map((x) => sizeOf(x.shape) * bytesOf(x.dtype)));
  return (input, bytes) => input >= 0 && input < consts ? 0 : input < 0 && slices.has(bytes) ? bytes / 2 : bytes;
}

/** The primal scan now, its residuals stacked; the linear scan for later. */
function linearizeScan(
  inputs: readonly Value[],
  wantedActive: readonly boolean[],
  p: ScanParams,
): readonly [readonly Value[], (tangents: readonly MaybeZero[]) => readonly MaybeZero[]] {
  const [split, active] = fixpoint(wantedActive, p, (flags, wanted) => {
    return linearizeProgram(p.program, flags, wanted, pricesOf(p));
  });
  const { forward, linear, fromInputs, mask } = split;
  const [dc, dk, dx] = thirds(active, p), n = p.program.outputs.length;
  const isConst = (i: number) => i < p.consts, isCarry = (i: number) => i >= p.consts && i < p.consts + p.carry;
  const carried = fromInputs.filter(isCarry);
  // The carry of each step that the linear part needs is one more output of the forward scan.
  const { forwardBody, linearBody } = derive(p.program, `scan linearize ${bits(active)}`, () => {
    const forwardBody = traceLive("scan", (ins) => {
      const outs = evalProgram(forward, ins);
      return [...outs, ...carried.map((i) => ins[forward.captured.length + i]!)];
    }, forward.inputs);
    const residuals = linear.inputs.slice(linear.captured.length, linear.inputs.length - count(active));
    const given = residuals.slice(0, fromInputs.length), computed = residuals.slice(fromInputs.length);
    const pick = <A>(xs: readonly A[], test: (i: number) => boolean) => xs.filter((_, j) => test(fromInputs[j]!));
    const tangents = linear.inputs.slice(linear.inputs.length - count(active));
    const [tc, tk, tx] = [
      tangents.slice(0, count(dc)),
      tangents.slice(count(dc), count(dc) + count(dk)),
      tangents.slice(count(dc) + count(dk)),
    ];
    const isScanned = (i: number) => !isConst(i) && !isCarry(i);
    const linearBody = traceLive("scan", (ins) => {
      const take = taker(ins);
      const captured = take(linear.captured.length), rc = take(pick(given, isConst).length), vc = take(tc.length);
      const vk = take(tk.length);
      const rk = take(carried.length), rx = take(pick(given, isScanned).length), rr = take(computed.length);
      const vx = take(tx.length);
      const from = { c: taker(rc), k: taker(rk), x: taker(rx) };
      const ordered = fromInputs.map((i) => (isConst(i) ? from.c : isCarry(i) ? from.k : from.x)(1)[0]!);
      return evalProgram(linear, [...captured, ...ordered, ...rr, ...vc, ...vk, ...vx]);
    }, [
      ...linear.captured,
      ...pick(given, isConst),
      ...tc,
      ...tk,
      ...pick(given, isCarry),
      ...pick(given, isScanned),
      ...computed,
      ...tx,
    ]);
    return { forwardBody, linearBody, programs: [forwardBody, linearBody] };
  });
  const outs = bind(scanP, [...forwardBody.captured, ...forward.captured, ...inputs], {
    ...p,
    program: forwardBody,
    consts: forwardBody.captured.length + forward.captured.length + p.consts,
  });
  const computed = outs.slice(n, outs.length - carried.length), carries = outs.slice(outs.length - carried.length);
  const resConsts = fromInputs.filter(isConst).map((i) => inputs[i]!);
  const resScanned = fromInputs.filter((i) => !isConst(i) && !isCarry(i)).map((i) => inputs[i]!);
  const k = thirds(inputs, p)[1];
  return [outs.slice(0, n), (tangents) => {
    const [tc, tk, tx] = thirds(tangents, p);
    const consts = [...linearBody.captured, ...linear.captured, ...resConsts, ...present(tc)[0]];
    const ys = bind(scanP, [
      ...consts,
      ...where(filled(tk, k), dk),
      ...carries,
      ...resScanned,
      ...computed,
      ...where(tx, dx) as Value[],
    ], { ...p, program: linearBody, consts: consts.length, carry: count(dk) });
    return spread(ys, mask);
  }];
}
