/** e^x on four numbers. */
import type { Func, Local } from "../../core/backends/wasm/function.ts";

/**
 * Replaces `x` by e^x, for arguments at most 0 and not below −87: 2^n · p(r) with r = x − n·ln 2, the polynomial as in
 * Cephes' expf (Moshier, https://www.netlib.org/cephes/).
 */
export function exponential(f: Func, x: Local): void {
  const n = f.local("v128"), r = f.local("v128");
  const madd = () => f.op("f32x4.relaxed_madd");
  f.get(x).f32x4(-87).op("f32x4.pmax").set(x);
  f.get(x).f32x4(Math.LOG2E).op("f32x4.mul", "f32x4.nearest").set(n);
  // ln 2 in two parts, of which the first has few bits, so that its products are exact.
  f.get(n).f32x4(-0.693359375).get(x);
  madd().set(r).get(n).f32x4(2.12194440e-4).get(r);
  madd().set(r);
  f.f32x4(1.9875691500e-4);
  for (const c of [1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 0.5]) {
    f.get(r).f32x4(c);
    madd();
  }
  f.get(r).get(r).op("f32x4.mul").get(r);
  madd().f32x4(1).op("f32x4.add");
  f.get(n).op("i32x4.trunc_sat_f32x4_s").i32(23).op("i32x4.shl", "i32x4.add").set(x);
  f.free(n, r);
}

/** Leaves on the stack the sum, or what else an instruction combines, of the four lanes of a vector, in each lane. */
export function acrossLanes(f: Func, v: Local, instruction: string): Func {
  f.get(v).get(v).get(v).shuffle32(2, 3, 0, 1).op(instruction).set(v);
  return f.get(v).get(v).get(v).shuffle32(1, 0, 3, 2).op(instruction);
}
