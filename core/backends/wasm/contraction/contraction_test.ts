import { Func } from "../function.ts";
import { assemble } from "../module.ts";
import { type Axis, type Contraction, contraction, type ContractionOptions } from "./mod.ts";
import { sizeOf } from "./problem.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";

const axis = (size: number, a: number, b: number, c: number): Axis => ({ size, a, b, c });

/** Calls `body` with the element offsets of every index of the axes. */
function everyIndex(axes: readonly Axis[], body: (a: number, b: number, c: number) => void, a = 0, b = 0, c = 0): void {
  const [first, ...rest] = axes;
  if (first === undefined) return body(a, b, c);
  for (let i = 0; i < first.size; i++) everyIndex(rest, body, a + i * first.a, b + i * first.b, c + i * first.c);
}

/** The least and greatest offset of an operand. */
function reach(axes: readonly Axis[], operand: "a" | "b" | "c"): readonly [number, number] {
  let low = 0, high = 0;
  for (const x of axes) {
    const end = (x.size - 1) * x[operand];
    if (end < 0) low += end;
    else high += end;
  }
  return [low, high];
}

let seed = 1;
const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 1073741824 - 1;
const memory = new WebAssembly.Memory({ initial: 256, maximum: 256 }), store = memory.buffer as ArrayBuffer;

/**
 * Runs a contraction, its units in so many ranges from the last to the first, and compares with a loop in double
 * precision: an element may differ by what K rounded products and K rounded sums may, `(K + 1)·u·Σ|a·b|` to first order
 * (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1). Nothing else may be written.
 */
function check(c: Contraction, options: ContractionOptions, ranges = 1): readonly number[] {
  const outer = [...c.batch, ...c.rows, ...c.columns], all = [...outer, ...c.inner], empty = sizeOf(outer) === 0;
  const make = c.dtype === "f32" ? Float32Array : Float64Array, bytes = make.BYTES_PER_ELEMENT;
  let at = 64;
  const place = (operand: "a" | "b" | "c", slack: number) => {
    const [low, high] = empty ? [0, 0] : reach(all, operand);
    const length = high - low + 1, start = at, data = new make(store, at, length + slack / bytes);
    at += Math.ceil((length * bytes + 64) / 64) * 64;
    for (let i = 0; i < data.length; i++) data[i] = i < length ? random() : NaN;
    return { data, base: start - low * bytes, zero: -low };
  };
  const a = place("a", 16), b = place("b", 16), out = place("c", 64), before = out.data.slice();
  const { functions, entry, units, workBytes, finish } = contraction(c, options);
  const end = new Func("end", ["i32", "i32"]);
  if (finish !== null) end.get(end.args[0]!).get(end.args[1]!).call(finish);
  const work = at;
  assert(work + workBytes + 64 <= memory.buffer.byteLength, `${workBytes} bytes of scratch memory`);
  new Uint8Array(memory.buffer, work, workBytes).fill(0xff);
  const guard = new Uint8Array(memory.buffer, work + workBytes, 64).fill(7);
  const bytesOfCode = assemble({
    imports: [],
    functions: [...functions, end],
    table: [],
    memory: { initial: 256, maximum: 256, shared: false },
  });
  // 37 KB were seen, of a random contraction that reads all its lines by tables.
  assert(bytesOfCode.length < 49152, `${bytesOfCode.length} bytes of code`);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytesOfCode), { host: { memory } });
  const run = instance.exports[entry.name!] as (...x: number[]) => void;
  for (let r = ranges - 1; r >= 0; r--) {
    const from = Math.floor(units * r / ranges), to = Math.floor(units * (r + 1) / ranges);
    run(a.base, b.base, out.base, work, from, to);
  }
  (instance.exports["end"] as (...x: number[]) => void)(out.base, work);
  const terms = sizeOf(c.inner), u = c.dtype === "f32" ? 2 ** -24 : 2 ** -53, inner = c.inner.filter(() => !empty);
  everyIndex(outer, (ai, bi, ci) => {
    let sum = 0, size = 0;
    everyIndex(
      inner,
      (x, y) => {
        const product = a.data[a.zero + x]! * b.data[b.zero + y]!;
        sum += product;
        size += Math.abs(product);
      },
      ai,
      bi,
    );
    const got = out.data[out.zero + ci]!;
    // Twice, for the sum in double precision that it is compared with.
    const bound = (c.dtype === "f32" ? 1 : 2) * (terms + 1) * u * size;
    if (!(Math.abs(got - sum) <= bound)) {
      throw new Error(`${JSON.stringify(c)} at ${ci}: ${got}, not ${sum} within ${bound}; ${JSON.stringify(options)}`);
    }
    before[out.zero + ci] = got;
  });
  assertEquals(new Uint8Array(out.data.slice().buffer), new Uint8Array(before.buffer), "only c is written");
  assert(guard.every((x) => x === 7), "scratch memory is as large as said");
  return [...out.data];
}

/** A contraction in all its forms. */
function checkAll(c: Contraction): void {
  for (const dtype of ["f32", "f64"] as const) check({ ...c, dtype }, { fma: true });
  check(c, { fma: false });
}

/** The matrix product m×k · k×n, either operand stored transposed. */
const product = (
  m: number,
  n: number,
  k: number,
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

const sizes = [1, 2, 3, 5, 7, 8, 9, 15, 17, 31, 33, 64, 65];

Deno.test("contraction() multiplies matrices of every size and form", () => {
  let at = 0;
  for (const m of sizes) {
    for (const n of sizes) {
      // Every pair of sizes of c, with the sizes of the sum, the forms and the dtypes taking turns.
      const k = sizes[at++ % sizes.length]!, form = at % 4;
      check(product(m, n, k, form % 2 === 1, form > 1, at % 3 === 0 ? "f64" : "f32"), { fma: at % 5 > 0 });
    }
  }
});

Deno.test("contraction() adds the sums of several blocks", () => {
  for (
    const [m, n, k] of [[3, 5, 321], [13, 10, 1000], [1, 17, 700], [31, 1, 641], [40, 24, 646], [6, 3, 333]] as const
  ) {
    for (const form of [0, 1, 2, 3]) checkAll(product(m, n, k, form % 2 === 1, form > 1));
  }
});

Deno.test("contraction() of many rows and columns goes through them in blocks", () => {
  checkAll(product(3, 310, 330));
  checkAll(product(2, 270, 330, true, true));
  checkAll(product(401, 7, 20));
  checkAll(product(403, 10, 20, true));
  check(product(18, 2100, 321), { fma: true });
  check(product(389, 20, 321, true, true), { fma: true });
});

Deno.test("contraction() of a vector and a matrix whose sum is over several axes", () => {
  for (const [outer, run] of [[2, 18], [5, 100], [3, 331], [40, 21]] as const) {
    checkAll({
      ...product(1, 7, 1),
      columns: [axis(7, 0, outer * (run + 3), 2)],
      inner: [axis(outer, -run - 1, run + 3, 0), axis(run, 1, 1, 0)],
    });
    checkAll({ ...product(1, 37, 1), inner: [axis(outer, -2 * run, 37 * run, 0), axis(run, 2, 37, 0)] });
  }
});

Deno.test("contraction() of nothing is zeros, and nothing of an empty result", () => {
  checkAll(product(5, 7, 0));
  for (const [m, n, k] of [[0, 7, 3], [5, 0, 3], [0, 0, 0]] as const) {
    assertEquals(contraction(product(m, n, k), { fma: true }).units, 0);
    checkAll(product(m, n, k));
  }
});

/** Batched products; `shared` operands are the same for every index. */
const batched = (batch: number, m: number, n: number, k: number, shared: string, ta = false): Contraction => ({
  ...product(m, n, k, ta),
  batch: [axis(batch, shared === "a" ? 0 : m * k, shared === "b" ? 0 : k * n, m * n)],
});

Deno.test("contraction() over a batch, with operands shared or not", () => {
  for (const shared of ["", "a", "b"]) {
    for (const [batch, m, n, k] of [[3, 5, 9, 7], [20, 4, 3, 8], [2, 1, 33, 17], [5, 13, 1, 20]] as const) {
      checkAll(batched(batch, m, n, k, shared));
      checkAll(batched(batch, m, n, k, shared, true));
    }
  }
});

Deno.test("contraction() of heads: batch axes apart, and results not contiguous", () => {
  const [b, h, t, d] = [2, 3, 9, 8];
  // [b, t, h, d] · [b, t, h, d] → [b, h, t, t], and the values back to [b, t, h, d].
  checkAll({
    dtype: "f32",
    batch: [axis(b, t * h * d, t * h * d, h * t * t), axis(h, d, d, t * t)],
    rows: [axis(t, h * d, 0, t)],
    columns: [axis(t, 0, h * d, 1)],
    inner: [axis(d, 1, 1, 0)],
  });
  checkAll({
    dtype: "f32",
    batch: [axis(b, h * t * t, t * h * d, t * h * d), axis(h, t * t, d, d)],
    rows: [axis(t, t, 0, h * d)],
    columns: [axis(d, 0, 1, 1)],
    inner: [axis(t, 1, h * d, 0)],
  });
  // Neither rows nor columns contiguous.
  checkAll({
    dtype: "f32",
    batch: [axis(h, 1, 1, 1)],
    rows: [axis(t, d * h, 0, t * h)],
    columns: [axis(t, 0, d * h, h)],
    inner: [axis(d, h, h, 0)],
  });
});

/** A convolution over images already padded, NHWC, with filters [kh, kw, in, out]. */
interface Shape {
  readonly n: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly from: number;
  readonly to: number;
}

/** The axes of x, filters and y for each index. */
function convolution({ n, out, kernel, stride, dilation, from, to }: Shape, kind: "forward" | "filters"): Contraction {
  const width = (out - 1) * stride + (kernel - 1) * dilation + 1, row = width * from;
  const image = [[n, width * row, out * out * to], [out, stride * row, out * to], [out, stride * from, to]] as const;
  const window = [[kernel, dilation * row, kernel * from * to], [kernel, dilation * from, from * to], [
    from,
    1,
    to,
  ]] as const;
  return kind === "forward"
    ? {
      dtype: "f32",
      batch: [],
      rows: image.map(([size, x, y]) => axis(size, x, 0, y)),
      columns: [axis(to, 0, 1, 1)],
      inner: window.map(([size, x, w]) => axis(size, x, w, 0)),
    }
    : {
      dtype: "f32",
      batch: [],
      rows: window.map(([size, x, w]) => axis(size, x, 0, w)),
      columns: [axis(to, 0, 1, 1)],
      inner: image.map(([size, x, y]) => axis(size, x, y, 0)),
    };
}

const convolutions: readonly Shape[] = [
  { n: 2, out: 5, kernel: 3, stride: 1, dilation: 1, from: 4, to: 8 },
  { n: 1, out: 6, kernel: 3, stride: 2, dilation: 1, from: 3, to: 10 },
  { n: 2, out: 4, kernel: 3, stride: 1, dilation: 2, from: 5, to: 7 },
  { n: 3, out: 7, kernel: 5, stride: 1, dilation: 1, from: 1, to: 6 },
  { n: 2, out: 3, kernel: 2, stride: 3, dilation: 2, from: 4, to: 1 },
  { n: 1, out: 20, kernel: 3, stride: 1, dilation: 1, from: 40, to: 3 },
];

Deno.test("contraction() is convolution over overlapping windows, and its filter gradient", () => {
  for (const shape of convolutions) {
    checkAll(convolution(shape, "forward"));
    checkAll(convolution(shape, "filters"));
  }
});

Deno.test("contraction() is the input gradient of a convolution: filters flipped by negative strides", () => {
  for (const [n, out, k, from, to] of [[2, 6, 3, 8, 5], [1, 5, 2, 12, 16], [1, 4, 3, 1, 1]] as const) {
    const row = (out + k - 1) * to;
    checkAll({
      dtype: "f32",
      batch: [],
      rows: [axis(n, (out + k - 1) * row, 0, out * out * from), axis(out, row, 0, out * from), axis(out, to, 0, from)],
      columns: [axis(from, 0, to, 1)],
      inner: [axis(k, row, -k * from * to, 0), axis(k, to, -from * to, 0), axis(to, 1, 1, 0)],
    });
  }
});

Deno.test("contraction() gives the same bits however its units are shared out and its tiles chosen", () => {
  const cases = [
    product(64, 65, 33),
    product(9, 200, 400),
    product(200, 9, 400, true),
    product(1, 300, 50),
    product(1, 300, 50, false, true),
    product(1, 301, 1000),
    product(2, 300, 500),
    batched(3, 1, 18, 700, ""),
    product(130, 130, 50, true),
    product(37, 20, 31),
    product(37, 20, 31, true),
    product(19, 3, 10),
    batched(3, 31, 17, 9, ""),
    batched(33, 5, 7, 9, ""),
    convolution(convolutions[0]!, "forward"),
    convolution(convolutions[5]!, "filters"),
  ];
  for (const [at, c] of cases.entries()) {
    const bits = (options: ContractionOptions, ranges: number) => {
      seed = 99;
      return check(c, options, ranges);
    };
    const once = bits({ fma: true }, 1);
    for (const ranges of [2, 3, 7]) assertEquals(bits({ fma: true }, ranges), once);
    // The choices take turns.
    for (let choice = at % 3; choice < 16; choice += 3) {
      const on = (bit: number) => (choice >> bit) % 2 === 1;
      const tile = { packA: on(0), packB: on(1), shuffles: on(2), wide: on(3), tables: on(0) };
      assertEquals(bits({ fma: true, tile }, 2), once, JSON.stringify(tile));
    }
  }
});

Deno.test("contraction() equals the plain loop for axes and strides of any kind", () => {
  const size = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 6 }) }, fc.integer({ min: 7, max: 19 }));
  const choice = fc.boolean();
  const axes = fc.array(size, { maxLength: 3 });
  const order = fc.array(fc.nat(), { minLength: 12, maxLength: 12 });
  const shape = fc.record({
    dtype: fc.constantFrom("f32" as const, "f64" as const),
    batch: fc.array(fc.record({ size, in: fc.constantFrom("a", "b", "ab") }), { maxLength: 2 }),
    rows: axes,
    columns: axes,
    inner: axes,
    orders: fc.record({ a: order, b: order, c: order }),
    gaps: fc.integer({ min: 1, max: 2 }),
    flip: fc.nat({ max: 31 }),
    fma: fc.boolean(),
    ranges: fc.integer({ min: 1, max: 4 }),
    tile: fc.record({ packA: choice, packB: choice, shuffles: choice, wide: choice, tables: choice }, {
      requiredKeys: [],
    }),
  });
  fc.assert(
    fc.property(shape, ({ dtype, batch, rows, columns, inner, orders, gaps, flip, fma, ranges, tile }) => {
      const named = [
        ...batch.map((x) => ({ kind: "batch", size: x.size, uses: `${x.in}c` })),
        ...rows.map((size) => ({ kind: "rows", size, uses: "ac" })),
        ...columns.map((size) => ({ kind: "columns", size, uses: "bc" })),
        ...inner.map((size) => ({ kind: "inner", size, uses: "ab" })),
      ];
      // Each operand lays its axes out in an order of its own, some of them backwards, with gaps.
      const strides = { a: named.map(() => 0), b: named.map(() => 0), c: named.map(() => 0) };
      for (const o of ["a", "b", "c"] as const) {
        let stride = o === "c" ? 1 : gaps;
        const mine = [...named.keys()].filter((i) => named[i]!.uses.includes(o));
        for (const i of mine.sort((x, y) => orders[o][x]! - orders[o][y]!)) {
          strides[o][i] = o !== "c" && (flip >> i) % 2 === 1 ? -stride : stride;
          stride *= named[i]!.size;
        }
      }
      const of = (kind: string) =>
        named.flatMap((x, i) => x.kind === kind ? [axis(x.size, strides.a[i]!, strides.b[i]!, strides.c[i]!)] : []);
      const c = { dtype, batch: of("batch"), rows: of("rows"), columns: of("columns"), inner: of("inner") };
      fc.pre(sizeOf([...c.batch, ...c.rows, ...c.columns, ...c.inner]) < 100_000);
      check(c, { fma, tile }, ranges);
    }),
    { numRuns: 250 },
  );
});

Deno.test("contraction() packs rows of two axes whose tiles start at odd rows", () => {
  for (const size of [6, 10, 11]) {
    const c = {
      dtype: "f64" as const,
      batch: [],
      rows: [axis(2, 1, 0, 1)],
      columns: [axis(size, 0, 14, 4), axis(2, 0, 1, 2)],
      inner: [axis(7, 2, 2, 0)],
    };
    for (const dtype of ["f32", "f64"] as const) {
      for (const fma of [true, false]) check({ ...c, dtype }, { fma, tile: { packA: true, shuffles: false } });
    }
    const four = { ...c, dtype: "f32" as const, columns: [axis(size, 0, 28, 8), axis(4, 0, 1, 2)] };
    check(four, { fma: true, tile: { packA: true } });
  }
});
