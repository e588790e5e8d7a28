/**
 * How near the contractions come to the arithmetic alone: GF/s on one thread, and the ratio to a loop of multiply-adds
 * on registers that runs in alternation with them.
 *
 * `deno run bench/contraction_bench.ts [words of the shapes to run]`
 */
import { type Axis, type Contraction, contraction, type Tile } from "../core/backends/wasm/contraction/mod.ts";
import { Func } from "../core/backends/wasm/function.ts";
import { assemble } from "../core/backends/wasm/module.ts";
import process from "node:process";

const axis = (size: number, a: number, b: number, c: number): Axis => ({ size, a, b, c });

/** The matrix product m×k · k×n, either operand stored transposed. */
const product = (
  m: number,
  k: number,
  n: number,
  ta = false,
  tb = false,
  dtype: "f32" | "f64" = "f32",
): Contraction => ({
  dtype,
  batch: [],
  rows: [axis(m, ta ? 1 : k, 0, n)],
  columns: [axis(n, 0, tb ? k : 1, 1)],
  inner: [axis(k, ta ? m : 1, tb ? 1 : n, 0)],
});

/** A 3×3 convolution with padding: n images of size×size, `from` channels to `to`. */
function convolution(
  n: number,
  size: number,
  from: number,
  to: number,
  what: "forward" | "filters" | "input",
): Contraction {
  const padded = size + 2, [inside, outside] = what === "input" ? [to, from] : [from, to];
  const row = padded * inside;
  const image = [[n, padded * row, size * size * outside], [size, row, size * outside], [
    size,
    inside,
    outside,
  ]] as const;
  const window = [[3, row, 3 * from * to], [3, inside, from * to], [inside, 1, what === "input" ? 1 : to]] as const;
  if (what === "filters") {
    return {
      dtype: "f32",
      batch: [],
      rows: window.map(([count, x, w]) => axis(count, x, 0, w)),
      columns: [axis(to, 0, 1, 1)],
      inner: image.map(([count, x, y]) => axis(count, x, y, 0)),
    };
  }
  return {
    dtype: "f32",
    batch: [],
    rows: image.map(([count, x, y]) => axis(count, x, 0, y)),
    columns: [what === "input" ? axis(from, 0, to, 1) : axis(to, 0, 1, 1)],
    // The gradient with respect to the input runs over the filters backwards.
    inner: window.map(([count, x, w], i) => axis(count, x, what === "input" && i < 2 ? -w : w, 0)),
  };
}

const cases: Record<string, Contraction> = {
  "512": product(512, 512, 512),
  "1024": product(1024, 1024, 1024),
  "510": product(510, 510, 510),
  "1023": product(1023, 1023, 1023),
  "128×784×10": product(128, 784, 10),
  "128×784×16": product(128, 784, 16),
  "1024 A·Bᵀ": product(1024, 1024, 1024, false, true),
  "1024 Aᵀ·B": product(1024, 1024, 1024, true),
  "64 × (128×64×128)": { ...product(128, 64, 128), batch: [axis(64, 128 * 64, 64 * 128, 128 * 128)] },
  "64 × (128×128×64)": { ...product(128, 128, 64), batch: [axis(64, 128 * 128, 64 * 128, 128 * 64)] },
  "128×64×128": product(128, 64, 128),
  "1×1024×1024": product(1, 1024, 1024),
  "1×1024×1024 A·Bᵀ": product(1, 1024, 1024, false, true),
  "1024×1024×1": product(1024, 1024, 1),
  "mlp 128×784×512": product(128, 784, 512),
  "mlp 784×128×512 Aᵀ·B": product(784, 128, 512, true),
  "mlp 128×512×784 A·Bᵀ": product(128, 512, 784, false, true),
  "mlp 256×128×10 Aᵀ·B": product(256, 128, 10, true),
  "mlp 128×10×256 A·Bᵀ": product(128, 10, 256, false, true),
  "conv 16→32 at 14 forward": convolution(64, 14, 16, 32, "forward"),
  "conv 16→32 at 14 filters": convolution(64, 14, 16, 32, "filters"),
  "conv 16→32 at 14 input": convolution(64, 14, 16, 32, "input"),
  "conv 64→64 at 32 forward": convolution(8, 32, 64, 64, "forward"),
  "conv 64→64 at 32 filters": convolution(8, 32, 64, 64, "filters"),
  "conv 64→64 at 32 input": convolution(8, 32, 64, 64, "input"),
  "conv 1→16 at 28 forward": convolution(64, 28, 1, 16, "forward"),
  "conv 1→16 at 28 filters": convolution(64, 28, 1, 16, "filters"),
  "f64 512": product(512, 512, 512, false, false, "f64"),
};

const pages = { initial: 4096, maximum: 4096, shared: true };
const memory = new WebAssembly.Memory(pages);
new Float32Array(memory.buffer).forEach((_, i, x) => x[i] = (i * 2654435761 % 1024) / 1024 - 0.5);

type Run = (...x: number[]) => void;
function instantiate(functions: readonly Func[]): { readonly run: Run; readonly bytes: number } {
  const code = assemble({ imports: [], functions, table: [], memory: pages });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { host: { memory } });
  return { run: Object.values(exports)[0] as Run, bytes: code.length };
}

/** Multiply-adds of twelve vectors that stay in registers, so many times. */
function peak(): Run {
  const f = new Func("peak", ["i32"]), left = f.args[0]!, x = f.local("v128"), y = f.local("v128");
  const sums = Array.from({ length: 12 }, () => f.local("v128"));
  f.f32x4(0.5).set(x).f32x4(0.25).set(y);
  f.loop((again) => {
    for (let i = 0; i < 4; i++) for (const s of sums) f.get(x).get(y).get(s).op("f32x4.relaxed_madd").set(s);
    f.step(left, -1).get(left).brIf(again);
  });
  f.i32(0);
  sums.forEach((s, i) => (f.get(s), i > 0 && f.op("f32x4.add")));
  return instantiate([f.memory("v128.store")]).run;
}

/** Sums the numbers of a matrix of 1024 rows and columns, so many times: what a vector can gain. */
function stream(): Run {
  const f = new Func("stream", ["i32"]), left = f.args[0]!, at = f.local("i32");
  const sums = Array.from({ length: 8 }, () => f.local("v128"));
  f.loop((again) => {
    f.i32(0).set(at);
    f.loop((next) => {
      sums.forEach((s, i) => f.get(at).memory("v128.load", (64 << 20) + 16 * i).get(s).op("f32x4.add").set(s));
      f.step(at, 128).get(at).i32(4 << 20).op("i32.lt_u").brIf(next);
    });
    f.step(left, -1).get(left).brIf(again);
  });
  f.i32(0);
  sums.forEach((s, i) => (f.get(s), i > 0 && f.op("f32x4.add")));
  return instantiate([f.memory("v128.store")]).run;
}

/** Milliseconds of processor time, which unlike those of the clock do not count what other processes take. */
const timed = (body: () => void): number => {
  const start = process.cpuUsage();
  body();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};
const median = (xs: readonly number[]): number => [...xs].sort((x, y) => x - y)[xs.length >> 1]!;

/** Prints a line for each shape. */
export function main(words: readonly string[], tile: Tile = {}): void {
  const loop = peak(), rounds = 21;
  for (let i = 0; i < 20; i++) loop(100_000);
  const sum = stream(), streams = Array.from({ length: 9 }, () => timed(() => sum(100)));
  console.log(`${(100 * 4.194 / median(streams)).toFixed(1)} GB/s: the sum of 1024×1024 numbers`);
  for (const [name, c] of Object.entries(cases)) {
    if (words.length > 0 && !words.some((w) => name.includes(w))) continue;
    const start = performance.now(), { functions, units, workBytes } = contraction(c, { fma: true, tile });
    const { run, bytes } = instantiate(functions), made = performance.now() - start;
    const call = () => run(64 << 10, 64 << 20, 128 << 20, 192 << 20, 0, units);
    const flops = 2 * [...c.batch, ...c.rows, ...c.columns, ...c.inner].reduce((n, x) => n * x.size, 1);
    for (const until = performance.now() + 150; performance.now() < until;) call();
    const repeat = Math.max(1, Math.round(3 / timed(call)));
    const rates: number[] = [], ratios: number[] = [];
    for (let i = 0; i < rounds; i++) {
      const best = 384 * 200_000 / timed(() => loop(200_000)) / 1e6;
      const rate = flops * repeat / timed(() => {
        for (let j = 0; j < repeat; j++) call();
      }) / 1e6;
      rates.push(rate);
      ratios.push(rate / best);
    }
    const size = `${(bytes / 1024).toFixed(1)} KB in ${made.toFixed(1)} ms, ${units} units, ${workBytes >> 10} KB work`;
    const line = `${median(rates).toFixed(1).padStart(6)} GF/s  ${median(ratios).toFixed(2)} of the loop`;
    console.log(`${name.padEnd(26)}${line} (best ${Math.max(...ratios).toFixed(2)})  ${size}`);
  }
}

if (import.meta.main) main(Deno.args);
