/** `scan` as a primitive: a program applied along an axis, its carry handed from step to step. */
import { evalProgram, type Program, runProgram } from "../compiler/program.ts";
import { bind } from "../interpreter.ts";
import type { MaybeZero, Primitive } from "../primitive.ts";
import { broadcastInFront } from "../primitives/broadcast.ts";
import { zerosLike } from "../primitives/create.ts";
import { moveAxis } from "../primitives/transpose.ts";
import { sizeOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import {
  batchProgram,
  bits,
  derive,
  jvpProgram,
  linearizeProgram,
  present,
  spread,
  traceLive,
} from "../transforms/derived.ts";
import { transposeScan } from "./scan_transpose.ts";

/** The body's inputs are `consts`, then `carry`, then one slice of each scanned input; its outputs carry, then slices. */
export interface ScanParams {
  readonly program: Program;
  readonly consts: number;
  readonly carry: number;
  readonly length: number;
  readonly reverse: boolean;
}

/** Splits a list in three: consts, carry, and what is scanned. */
export const thirds = <A>(xs: readonly A[], { consts, carry }: { consts: number; carry: number }): [A[], A[], A[]] => [
  xs.slice(0, consts),
  xs.slice(consts, consts + carry),
  xs.slice(consts + carry),
];

/** One slice of a spec along its first axis. */
export const sliceSpec = (s: Spec): Spec => ({ shape: s.shape.slice(1), dtype: s.dtype });

/** The scanned axis in front of a spec. */
export const stackSpec = (s: Spec, length: number): Spec => ({ shape: [length, ...s.shape], dtype: s.dtype });

const slice = (x: NdArray, t: number): NdArray => {
  const shape = x.shape.slice(1), n = sizeOf(shape);
  return { shape, dtype: x.dtype, data: x.data.subarray(t * n, (t + 1) * n) };
};

function run(inputs: readonly NdArray[], p: ScanParams): NdArray[] {
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
export function fixpoint<A extends { readonly mask: readonly boolean[] }>(
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
  reference: run,
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
};

/** Takes from the front, some at a time. */
export function taker<A>(xs: readonly A[]): (n: number) => A[] {
  let at = 0;
  return (n) => xs.slice(at, at += n);
}

/** How many flags are set. */
export const count = (flags: readonly boolean[]): number => flags.filter(Boolean).length;

const filled = (dxs: readonly MaybeZero[], xs: readonly Value[]): Value[] => xs.map((x, i) => dxs[i] ?? zerosLike(x));

/** The primal scan now, its residuals stacked; the linear scan for later. */
function linearizeScan(
  inputs: readonly Value[],
  wantedActive: readonly boolean[],
  p: ScanParams,
): readonly [readonly Value[], (tangents: readonly MaybeZero[]) => readonly MaybeZero[]] {
  const [split, active] = fixpoint(wantedActive, p, (flags, wanted) => linearizeProgram(p.program, flags, wanted));
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
