/** Loops that do nothing but what is limited: arithmetic on registers, and streams through memory. */
import { Func, type Local } from "./function.ts";
import { relaxedSimd } from "./module.ts";

/** Pushes x·y + z, in one instruction where there is one. */
function multiplyAdd(f: Func, x: () => void, y: () => void, z: () => void): void {
  const fused = relaxedSimd();
  for (const push of fused ? [x, y, z] : [z, x, y]) push();
  f.op(...fused ? ["f32x4.relaxed_madd"] : ["f32x4.mul", "f32x4.add"]);
}

/** Independent sums: two multiply-adds a cycle with a latency of four need eight at least. */
const chains = 10;
/** Multiply-adds of every chain in one turn of the loop. */
const unroll = 4;

/** Operations on f32 numbers in one turn of `multiplyAdds`. */
export const operationsOfTurn: number = chains * unroll * 8;

/** Bytes that `multiplyAdds` writes. */
export const multiplyAddsBytes: number = chains * 16;

/** `kernel(turns, at)`: multiply-adds on registers alone; the sums are stored, so that they are not left out. */
export function multiplyAdds(): Func {
  const f = new Func("kernel", ["i32", "i32"]), [turns, at] = f.args as [Local, Local], factor = f.local("v128");
  const sums = Array.from({ length: chains }, () => f.local("v128")), half = (): void => void f.get(factor);
  // Sums go to 1: neither denormal nor infinite.
  f.f32x4(0.5).set(factor);
  f.loop((again) => {
    for (let u = 0; u < unroll; u++) {
      for (const s of sums) {
        multiplyAdd(f, () => f.get(s), half, half);
        f.set(s);
      }
    }
    f.get(turns).i32(1).op("i32.sub").tee(turns).brIf(again);
  });
  sums.forEach((s, i) => f.get(at).get(s).memory("v128.store", 16 * i));
  return f;
}

/** `kernel(x, y, z, out, end)`: x·y + z until `out` is at its end, which is a multiple of 64 bytes away. */
export function triad(): Func {
  const f = new Func("kernel", ["i32", "i32", "i32", "i32", "i32"]);
  const [x, y, z, out, end] = f.args as [Local, Local, Local, Local, Local];
  f.while(out, () => f.get(end), 64, () => {
    for (let at = 0; at < 64; at += 16) {
      f.get(out);
      const [a, b, c] = [x, y, z].map((p) => () => void f.get(p).memory("v128.load", at));
      multiplyAdd(f, a!, b!, c!);
      f.memory("v128.store", at);
    }
    for (const p of [x, y, z]) f.step(p, 64);
  });
  return f;
}
