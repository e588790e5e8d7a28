/**
 * Convolutions and pooling on one thread, kernel by kernel: the time of each, and for sums of products the ratio of
 * their rate to that of a product of 1024×1024 matrices, timed in alternation.
 *
 * `deno run bench/windows_bench.ts [words of the cases to run]`
 */
import process from "node:process";
import { Func } from "../core/backends/wasm/function.ts";
import { HostFunctions } from "../core/backends/wasm/host.ts";
import { assemble } from "../core/backends/wasm/module.ts";
import { bytesOfBuffer, type Piece, pieceOf } from "../core/backends/wasm/piece.ts";
import { Addresses } from "../core/compiler/address.ts";
import { contractionOf } from "../core/compiler/contraction.ts";
import { type Buffer, lowerProgram } from "../core/compiler/graph.ts";
import { extentsOf } from "../core/compiler/nest.ts";
import { type Program, trace } from "../core/compiler/program.ts";
import { vjpFlat } from "../core/transforms/linearize.ts";
import { sizeOf } from "../core/shape.ts";
import type { Spec, Value } from "../core/tensor.ts";
import {
  add as plus,
  convGeneral,
  type ConvOptions,
  full,
  matmul,
  mean,
  reduceWindow,
  type ReduceWindowOptions,
  relu,
  reshape,
  type Shape,
  type Tensor,
  valueAndGrad,
} from "../mod.ts";
import { softmaxCrossEntropy } from "../layers/mod.ts";
import { adam, applyUpdates, type OptState } from "../optim/mod.ts";

interface Kernel {
  readonly name: string;
  readonly products: number;
  readonly run: () => void;
}

const pages = { initial: 8192, maximum: 8192, shared: true };
const memory = new WebAssembly.Memory(pages), base = 1 << 16;
new Float32Array(memory.buffer).forEach((_, i, x) => x[i] = (i * 2654435761 % 1024) / 1024 - 0.5);

/** The kernels of a program, each to be run by itself. */
function kernelsOf(program: Program): Kernel[] {
  const graph = lowerProgram(program), host = new HostFunctions(), piece: Piece = pieceOf(graph, host);
  const places = new Map<Buffer, number>();
  let end = base + piece.bytes;
  for (const b of [...graph.inputs, ...graph.captured.keys(), ...graph.outputs]) {
    places.set(b, end);
    end += bytesOfBuffer(b);
  }
  const at = (b: Buffer): number => places.get(b.root) ?? base + piece.offsets.get(b.root)!;
  const { buffers, nodes, interner } = piece.fused;
  const drafts = piece.steps.map((s, i) => {
    if (s.kind !== "kernel") throw new Error("only kernels are timed");
    const { code } = s, f = new Func(`kernel${i}`, []), n = nodes[i]!;
    for (const b of code.inputs) f.i32(at(buffers[b]!));
    for (const b of code.outputs) f.i32(at(b));
    if (code.workBytes > 0) f.i32(base + s.scratch);
    f.i32(0).i32(code.units).call(code.entry);
    const nest = n.kind === "nest" ? n : null;
    const product = nest !== null && contractionOf(nest, new Addresses(extentsOf(nest), interner)) !== null;
    const name = nest === null
      ? n.kind
      : `${product ? "product" : nest.combine ?? "elements"} [${nest.domain}] [${nest.reduce}]` +
        (nest.results.length > 1 ? ` ×${nest.results.length}` : "");
    return { f, code, name, products: product ? sizeOf(extentsOf(nest!)) : 0 };
  });
  const code = assemble({
    imports: host.imports,
    exports: drafts.map((d) => d.f),
    functions: drafts.flatMap((d) => [d.f, ...d.code.functions]),
    table: [],
    memory: pages,
  });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), {
    host: { ...host.implementations, memory },
  });
  return drafts.map((d, i) => ({ name: d.name, products: d.products, run: exports[`kernel${i}`] as () => void }));
}

const f32 = (...shape: readonly number[]): Spec => ({ shape, dtype: "f32" });
type Images = Tensor<readonly [number, number, number, number]>;

/** A function with its derivatives in all inputs. */
function both(f: (xs: readonly Value[]) => Value, ...specs: readonly Spec[]): Program {
  return trace("both", (xs) => {
    const [[y], pullback] = vjpFlat((v) => [f(v)], xs, xs.map(() => true));
    return [y!, ...pullback([full(y!.shape, 0.5)]).map((v) => v!)];
  }, specs);
}

const conv = (x: Shape, w: Shape, o: ConvOptions = { padding: "same" }): Program =>
  both(([a, b]) => convGeneral(a as Images, b as Images, o), f32(...x), f32(...w));
const pool = (x: Shape, o: ReduceWindowOptions): Program => both(([a]) => reduceWindow(a!, o), f32(...x));
const halves = { window: [1, 2, 2, 1], strides: [1, 2, 2, 1] } as const;

/** A step of Adam for two convolutions, each with ReLU and the larger of 2×2, and a dense layer. */
function step(batch: number): Program {
  const shapes = [[3, 3, 1, 16], [16], [3, 3, 16, 32], [32], [7 * 7 * 32, 10], [10]];
  const optimizer = adam(1e-3), labels: Spec = { shape: [batch], dtype: "i32" };
  const init = shapes.map((s) => full(s, 0.1)), state = optimizer.init(init);
  return trace("step", ([images, labels, ...rest]) => {
    const params = rest.slice(0, 6);
    const opt = { step: rest[6], mean: rest.slice(7, 13), square: rest.slice(13) } as OptState;
    const loss = (p: Value[]): Tensor<readonly []> => {
      const [k1, b1, k2, b2, w, b] = p as unknown as [
        Images,
        Value,
        Images,
        Value,
        Tensor<readonly [number, number]>,
        Value,
      ];
      const largest = (x: Value) => reduceWindow(x, { op: "max", ...halves }) as Images;
      const one = largest(relu(plus(convGeneral(images as Images, k1, { padding: "same" }), b1)));
      const two = largest(relu(plus(convGeneral(one, k2, { padding: "same" }), b2)));
      const logits = plus(matmul(reshape(two, [batch, 7 * 7 * 32]), w), b);
      return mean(softmaxCrossEntropy(logits as never, labels as never)) as Tensor<readonly []>;
    };
    const [value, gradients] = valueAndGrad(loss)(params as Value[]);
    const [updates, next] = optimizer.update(gradients, opt, params) as [
      Value[],
      { step: Value; mean: Value[]; square: Value[] },
    ];
    return [value, ...applyUpdates(params, updates), next.step, ...next.mean, ...next.square];
  }, [
    f32(batch, 28, 28, 1),
    labels,
    ...shapes.map((s) => f32(...s)),
    specOf((state as { step: Value }).step),
    ...shapes.map((s) => f32(...s)),
    ...shapes.map((s) => f32(...s)),
  ]);
}
const specOf = ({ shape, dtype }: Value): Spec => ({ shape, dtype });

const cases: Record<string, () => Program> = {
  "conv 3×3 16→32 at 14×14, 64": () => conv([64, 14, 14, 16], [3, 3, 16, 32]),
  "conv 3×3 64→64 at 32×32, 8": () => conv([8, 32, 32, 64], [3, 3, 64, 64]),
  "conv 3×3 1→16 at 28×28, 64": () => conv([64, 28, 28, 1], [3, 3, 1, 16]),
  "conv 3×3 32→64 at 28×28 by 2, 16": () => conv([16, 28, 28, 32], [3, 3, 32, 64], { padding: "same", strides: 2 }),
  "conv 1×1 64→64 at 28×28, 8": () => conv([8, 28, 28, 64], [1, 1, 64, 64]),
  "conv 3×3 64→64 in 4 groups at 14×14, 32": () =>
    conv([32, 14, 14, 64], [3, 3, 16, 64], { padding: "same", groups: 4 }),
  "depthwise 3×3 of 64 at 28×28, 16": () => conv([16, 28, 28, 64], [3, 3, 1, 64], { padding: "same", groups: 64 }),
  "max pool 2×2 of 32×28×28×16": () => pool([32, 28, 28, 16], { op: "max", ...halves }),
  "sum pool 2×2 of 32×28×28×16": () => pool([32, 28, 28, 16], { op: "sum", ...halves }),
  "max pool 3×3 by 2 of 32×28×28×16": () =>
    pool([32, 28, 28, 16], { op: "max", window: [1, 3, 3, 1], strides: [1, 2, 2, 1], padding: "same" }),
  "max pool 2×2 of 64×28×28×1": () => pool([64, 28, 28, 1], { op: "max", ...halves }),
  "training step, 64": () => step(64),
};

/** Milliseconds of processor time, which unlike those of the clock do not count what other processes take. */
const timed = (body: () => void): number => {
  const start = process.cpuUsage();
  body();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};
const median = (xs: readonly number[]): number => [...xs].sort((x, y) => x - y)[xs.length >> 1]!;

const square = kernelsOf(
  trace("product", ([x, y]) => [matmul(x as never, y as never) as Value], [f32(1024, 1024), f32(1024, 1024)]),
)[0]!;
const words = Deno.args;
for (const [name, make] of Object.entries(cases)) {
  if (words.length > 0 && !words.some((w) => name.includes(w))) continue;
  const start = performance.now(), kernels = kernelsOf(make());
  console.log(`${name}: ${kernels.length} kernels in ${(performance.now() - start).toFixed(0)} ms`);
  let total = 0;
  for (const k of kernels) {
    for (const until = performance.now() + 100; performance.now() < until;) k.run();
    const repeat = Math.max(
      1,
      Math.ceil(
        3 / Math.max(
          0.001,
          timed(() => {
            for (let i = 0; i < 20; i++) k.run();
          }) / 20,
        ),
      ),
    );
    const times: number[] = [], ratios: number[] = [];
    for (let i = 0; i < 9; i++) {
      const time = timed(() => {
        for (let j = 0; j < repeat; j++) k.run();
      }) / repeat;
      times.push(time);
      if (k.products > 0) ratios.push(k.products / time / (square.products / timed(square.run)));
    }
    const time = median(times);
    total += time;
    const rate = k.products === 0 ? "" : `  ${median(ratios).toFixed(2)} of the square product`;
    console.log(`  ${k.name.padEnd(60)}${(time * 1000).toFixed(1).padStart(9)} µs${rate}`);
  }
  console.log(`  ${"together".padEnd(60)}${(total * 1000).toFixed(1).padStart(9)} µs`);
}
