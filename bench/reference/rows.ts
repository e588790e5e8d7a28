/** Study kernels of softmax and layer norm: what hand-written passes over rows reach. */
import { Func, type Local } from "../../core/backends/wasm/function.ts";
import type { Implementations } from "../harness/case.ts";
import type { HostArray } from "../harness/host.ts";
import { acrossLanes, exponential } from "./exponential.ts";
import { Team } from "./team.ts";

/** Runs over the vectors of a row: `body` gets the offset of each of `unroll` neighbours from the moving places. */
function overRow(f: Func, bytes: number, unroll: number, moving: readonly Local[], body: (at: number) => void): void {
  const i = f.local("i32");
  f.i32(0).set(i);
  f.while(i, () => f.i32(bytes), 16 * unroll, () => {
    for (let u = 0; u < unroll; u++) body(u);
    for (const m of moving) f.step(m, 16 * unroll);
  });
  f.free(i);
  for (const m of moving) f.step(m, -bytes);
}

/** `kernel(x, y, rows)`: softmax of rows of so many bytes, a multiple of 32. */
function softmaxKernel(bytes: number): Func {
  const f = new Func("kernel", ["i32", "i32", "i32"]), [x, y, rows] = f.args as [Local, Local, Local];
  const acc = [f.local("v128"), f.local("v128")] as const, top = f.local("v128"), t = f.local("v128");
  f.loop((again) => {
    for (const a of acc) f.f32x4(-Infinity).set(a);
    overRow(f, bytes, 2, [x], (u) => f.get(acc[u]!).get(x).memory("v128.load", 16 * u).op("f32x4.pmax").set(acc[u]!));
    f.get(acc[0]).get(acc[1]).op("f32x4.pmax").set(top);
    acrossLanes(f, top, "f32x4.pmax").set(top);
    for (const a of acc) f.f32x4(0).set(a);
    overRow(f, bytes, 2, [x, y], (u) => {
      f.get(x).memory("v128.load", 16 * u).get(top).op("f32x4.sub").set(t);
      exponential(f, t);
      f.get(y).get(t).memory("v128.store", 16 * u).get(acc[u]!).get(t).op("f32x4.add").set(acc[u]!);
    });
    f.get(acc[0]).get(acc[1]).op("f32x4.add").set(acc[0]);
    f.f32x4(1);
    acrossLanes(f, acc[0], "f32x4.add").op("f32x4.div").set(top);
    overRow(f, bytes, 2, [y], (u) => {
      f.get(y).get(y).memory("v128.load", 16 * u).get(top).op("f32x4.mul").memory("v128.store", 16 * u);
    });
    f.step(x, bytes).step(y, bytes).get(rows).i32(1).op("i32.sub").tee(rows).brIf(again);
  });
  return f;
}

/** `kernel(x, y, rows, scale, shift)`: layer norm of rows of so many bytes, a multiple of 64. */
function layerNormKernel(bytes: number): Func {
  const f = new Func("kernel", ["i32", "i32", "i32", "i32", "i32"]);
  const [x, y, rows, scale, shift] = f.args as [Local, Local, Local, Local, Local];
  const acc = Array.from({ length: 4 }, () => f.local("v128")), each = f.local("v128"), d = f.local("v128");
  const centre = f.local("v128"), total = acc[0]!;
  f.f32x4(4 / bytes).set(each);
  const average = (): Func => {
    for (const a of acc.slice(1)) f.get(total).get(a).op("f32x4.add").set(total);
    return acrossLanes(f, total, "f32x4.add").get(each).op("f32x4.mul");
  };
  f.loop((again) => {
    for (const a of acc) f.f32x4(0).set(a);
    overRow(f, bytes, 4, [x], (u) => f.get(acc[u]!).get(x).memory("v128.load", 16 * u).op("f32x4.add").set(acc[u]!));
    average().set(centre);
    for (const a of acc) f.f32x4(0).set(a);
    overRow(f, bytes, 4, [x], (u) => {
      f.get(x).memory("v128.load", 16 * u).get(centre).op("f32x4.sub").tee(d);
      f.get(d).get(acc[u]!).op("f32x4.relaxed_madd").set(acc[u]!);
    });
    average().f32x4(1e-5).op("f32x4.add", "f32x4.sqrt").set(total);
    f.f32x4(1).get(total).op("f32x4.div").set(total);
    overRow(f, bytes, 4, [x, y, scale, shift], (u) => {
      f.get(y).get(x).memory("v128.load", 16 * u).get(centre).op("f32x4.sub").get(total).op("f32x4.mul");
      f.get(scale).memory("v128.load", 16 * u).get(shift).memory("v128.load", 16 * u).op("f32x4.relaxed_madd");
      f.memory("v128.store", 16 * u);
    });
    f.step(x, bytes).step(y, bytes).get(rows).i32(1).op("i32.sub").tee(rows).brIf(again);
  });
  return f;
}

/** A kernel over the rows of a matrix, half of them on each of two threads. */
function overRows(kernel: (bytes: number) => Func, x: HostArray, vectors: readonly HostArray[]): Implementations {
  return {
    "study kernel": async () => {
      const [rows, columns] = x.shape as [number, number], bytes = 4 * columns, size = rows * bytes, from = 65536;
      const team = await Team.start(kernel(bytes), 2, from + 2 * size + vectors.length * bytes);
      const memory = new Float32Array(team.memory.buffer);
      memory.set(x.data, from / 4);
      vectors.forEach((v, i) => memory.set(v.data, (from + 2 * size + i * bytes) / 4));
      const args = [0, 1].map((i) => {
        const skip = i * size / 2;
        return [from + skip, from + size + skip, rows / 2, ...vectors.map((_, v) => from + 2 * size + v * bytes)];
      });
      const run = () => team.run(args);
      return {
        run,
        numbers: () => {
          run();
          return memory.slice((from + size) / 4, (from + 2 * size) / 4);
        },
      };
    },
  };
}

/** Softmax of the rows of a matrix. */
export const softmaxStudy = (x: HostArray): Implementations => overRows(softmaxKernel, x, []);

/** Layer norm of the rows of a matrix. */
export const layerNormStudy = (x: HostArray, scale: HostArray, shift: HostArray): Implementations =>
  overRows(layerNormKernel, x, [scale, shift]);
