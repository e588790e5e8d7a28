/**
 * Every vectorised path at sizes around its widths, for every dtype, on contiguous elements and on views of them.
 *
 * Elements are such that all results are exact, so compiled and reference code must agree bit for bit.
 */
import { alloc, isFloat } from "../../core/dtype.ts";
import { iota } from "../../core/primitives/create.ts";
import { Concrete } from "../../core/tensor.ts";
import * as op from "../../mod.ts";
import { type DType, dtypes, jit, referenceBackend, type Value, wasmBackend } from "../../mod.ts";
import { arrayIn, assertSame } from "../laws/compare.ts";
import { assert, assertEquals } from "@std/assert";

const sizes = [0, 1, 3, 4, 5, 16, 17, 63, 64, 65, 1000, 4097];
type F = (...xs: Value[]) => readonly unknown[];

/** Small whole numbers without a pattern that a lane could repeat; powers of 2 for products. */
function filled(shape: readonly number[], dtype: DType, kind: "sum" | "product" = "sum"): Value {
  const n = shape.reduce((a, b) => a * b, 1), data = alloc(dtype, n);
  for (let i = 0, r = 12345; i < n; i++) {
    r = (Math.imul(r, 1103515245) + 12345) >>> 0;
    const k = (r >>> 16) % 9;
    if (kind === "product") data[i] = k < 5 || !isFloat(dtype) ? 1 : k === 5 ? -1 : k % 2 === 0 ? 2 : 0.5;
    else data[i] = dtype === "bool" ? k & 1 : dtype === "u32" || dtype === "u8" ? k : k - 4;
  }
  return new Concrete(Object.freeze([...shape]), dtype, data);
}

function agree(what: string, f: F, ...xs: readonly Value[]): void {
  const [actual, expected] = [wasmBackend, referenceBackend].map((backend) =>
    jit((...ys: Value[]) => [...f(...ys)] as Value[], { backend })(...xs)
  ) as [Value[], Value[]];
  expected.forEach((y, i) => assertSame(arrayIn(actual[i]!), arrayIn(y), `${what}: result ${i}`));
}

const forEach = (name: string, check: (what: string, dtype: DType, n: number) => void): void => {
  for (const dtype of dtypes) {
    Deno.test(`${name} of ${dtype} are the reference's at every size`, () => {
      for (const n of sizes) check(`${dtype}, ${n}`, dtype, n);
    });
  }
};
const isBool = (x: Value): boolean => x.dtype === "bool";

/** Arithmetic, choices, comparisons and casts, fused into one walk. */
const elementwise: F = (x, y) => {
  const test = op.less(op.cast(x!, "i32"), op.cast(y!, "i32")) as Value;
  const chosen = op.where(test as never, x!, y!) as Value, casts = dtypes.map((d) => op.cast(chosen, d));
  if (isBool(x!)) {
    return [op.and(x as never, y as never), op.xor(x as never, test as never), op.not(chosen as never), ...casts];
  }
  const sum = op.add(op.mul(x!, y!), 3), least = op.minimum(op.maximum(x!, 1), y!);
  const bits = isFloat(x!.dtype)
    ? [op.div(x!, 2), op.floor(op.mul(x!, 0.5))]
    : [op.bitXor(x!, op.shiftLeft(y!, 1)), op.bitNot(x!)];
  return [sum, least, chosen, test, op.equal(sum, least), op.abs(op.sub(x!, y!)), ...bits, ...casts];
};

forEach("elements", (what, dtype, n) => agree(what, elementwise, filled([n], dtype), op.reverse(filled([n], dtype))));

forEach("views", (what, dtype, n) => {
  const join = (a: Value, b: Value): Value =>
    isBool(a) ? op.xor(a as never, b as never) as Value : op.add(a, b) as Value;
  agree(
    what,
    (x, y, row, column) => [
      join(x!, op.transpose(y!)),
      join(op.reverse(x!), x!),
      op.reverse(x!, { axis: 1 }),
      join(op.slice(x!, [], [], [1, 2]) as Value, op.slice(op.reverse(x!, { axis: 0 }), [], [], [1, 2]) as Value),
      op.slice(x!, [1, n > 2 ? 1 : 0], [3, null], [1, 2]),
      op.slice(x!, [null, null], [null, null], [-1, -3]),
      join(x!, row!),
      join(x!, column!),
      join(op.transpose(x!) as Value, op.reshape(row!, [n, 1])),
      op.pad(x!, [[1, 0], [2, 1]]),
      op.concat([x!, x!], { axis: 1 }),
      op.tile(x!, [1, 2]),
      op.roll(x!, 1, { axis: 1 }),
    ],
    filled([3, n], dtype),
    filled([n, 3], dtype),
    filled([n], dtype),
    filled([3, 1], dtype),
  );
});

/** Every combination over an axis. */
const combined = (axis: number | undefined): F => (x, factors) => {
  const over = axis === undefined ? {} : { axis }, size = axis === undefined ? x!.size : x!.shape[axis]!;
  const sums = [
    op.sum(x!, over),
    op.prod(factors!, over),
    op.any(x!, over),
    op.all(x!, over),
    op.mean(x!, over),
    op.countNonZero(x!, over),
  ];
  // Only what is not stored is worth combining in vectors: an elementwise prologue.
  const after = isBool(x!) ? [] : [op.sum(op.mul(op.add(x!, 1), x!), over)];
  if (isBool(x!) || size === 0) return [...sums, ...after];
  return [
    ...sums,
    ...after,
    op.max(x!, over),
    op.min(x!, over),
    op.argmax(x!, over),
    op.argmin(op.neg(op.cast(x!, "i32")), over),
    op.max(op.abs(op.sub(x!, 1)), over),
  ];
};
const pair = (
  shape: readonly number[],
  dtype: DType,
): [Value, Value] => [filled(shape, dtype), filled(shape, dtype, "product")];

forEach("reductions along rows", (what, dtype, n) => agree(what, combined(1), ...pair([3, n], dtype)));
forEach("reductions down columns", (what, dtype, n) => agree(what, combined(0), ...pair([5, n], dtype)));
forEach("reductions down long columns", (what, dtype, n) => agree(what, combined(0), ...pair([n, 5], dtype)));
forEach("reductions of everything", (what, dtype, n) => agree(what, combined(undefined), ...pair([n], dtype)));
forEach("reductions of an axis between others", (what, dtype, n) => {
  if (n <= 1000) agree(what, combined(1), ...pair([2, n, 4], dtype));
});
forEach("reductions of transposed matrices", (what, dtype, n) => {
  agree(what, (x, y) => combined(0)(op.transpose(x!) as Value, op.transpose(y!) as Value), ...pair([4, n], dtype));
});

forEach("running combinations and sorts", (what, dtype, n) => {
  const f = (axis: number): F => (x, factors) => [
    op.cumSum(x!, { axis }),
    op.cumProd(factors!, { axis, reverse: true }),
    op.sort(x!, { axis }),
    op.argsort(x!, { axis, descending: true }),
    ...isBool(x!) ? [] : [op.cumMax(x!, { axis }), op.cumMin(x!, { axis, reverse: true })],
  ];
  if (n > 1000) return;
  agree(what, f(1), ...pair([2, n], dtype));
  agree(what, f(0), ...pair([n, 2], dtype));
});

forEach("many results of one walk", (what, dtype, n) => {
  const step = (a: Value, b: Value): Value =>
    isBool(a) ? op.xor(a as never, b as never) as Value : op.sub(op.maximum(a, b), b) as Value;
  agree(
    what,
    (x, y) => {
      const out = [x!, y!];
      for (let i = 0; i < 9; i++) out.push(step(out[i]!, out[i + 1]!));
      return out.slice(2);
    },
    filled([n], dtype),
    op.reverse(filled([n], dtype)),
  );
});

const compiled = (f: (x: Value) => unknown, x: Value): Value =>
  jit((v: Value) => f(v) as Value, { backend: wasmBackend })(x);

Deno.test("the sum of ten million tenths in f32 is right to 1e-6", () => {
  const x = op.full([10_000_000], 0.1), wanted = 1e7 * Math.fround(0.1);
  const sums = [
    compiled((v) => op.sum(v), x),
    compiled((v) => op.sum(op.mul(v, 1)), x),
    compiled((v) => op.sum(op.reshape(v, [2_500_000, 4]), { axis: 0 }), x),
    compiled((v) => op.sum(op.reshape(v, [4, 2_500_000]), { axis: 1 }), x),
  ];
  assert(Math.abs(sums[0]!.item() as number / wanted - 1) < 1e-6);
  assert(Math.abs(sums[1]!.item() as number / wanted - 1) < 1e-6);
  for (const s of sums.slice(2)) for (const y of s.dataSync()) assert(Math.abs(y / (wanted / 4) - 1) < 1e-6, `${y}`);
});

Deno.test("the variance of 1000, 1001, 1000, … in f32 is a quarter", () => {
  for (const n of [2, 64, 1000, 4098]) {
    const x = op.add(op.mod(op.arange(n), 2), 1000) as Value;
    assertEquals(compiled((v) => op.variance(v), x).item(), 0.25);
    assertEquals(compiled((v) => op.variance(op.reshape(v, [n, 1]), { axis: 0 }), x).toArray(), [0.25]);
  }
});

Deno.test("a NaN anywhere is the largest and the smallest element, and where it is", () => {
  for (const dtype of ["f32", "f64"] as const) {
    const f = jit((x: Value) =>
      [
        op.max(x),
        op.min(x),
        op.argmax(x),
        op.argmin(x),
        op.max(x, { axis: 0 }),
        op.min(x, { axis: 0 }),
        op.max(x, { axis: 1 }),
        op.maximum(x, 0),
        op.minimum(0, x),
        op.cumMax(x, { axis: 0 }),
        op.relu(x),
        op.clamp(x, { min: 0, max: 1 }),
      ] as Value[], { backend: wasmBackend });
    const g = jit((x: Value) => f(x), { backend: referenceBackend });
    for (const at of [0, 1, 5, 16, 17, 30, 33, 50]) {
      const data = alloc(dtype, 51).fill(-1);
      data[at] = NaN;
      const x = new Concrete([3, 17], dtype, data), expected = g(x), actual = f(x);
      assertEquals([actual[0]!.item(), actual[1]!.item(), actual[2]!.item()], [NaN, NaN, at]);
      expected.forEach((y, i) => assertSame(arrayIn(actual[i]!), arrayIn(y), `${dtype}, NaN at ${at}: result ${i}`));
    }
  }
});

Deno.test("zeros keep their signs", () => {
  for (const dtype of ["f32", "f64"] as const) {
    const x = op.tensor([0, -0, -0, 0, -0.3, 0.3, -Infinity, -0, 1], { dtype }),
      y = op.tensor([-0, 0, -0, 0, 0, -0, -0, 3, -0], { dtype });
    agree(
      dtype,
      (a, b) => [
        op.add(a!, b!),
        op.sub(a!, b!),
        op.mul(a!, b!),
        op.div(a!, b!),
        op.maximum(a!, b!),
        op.minimum(a!, b!),
        op.neg(a!),
        op.abs(a!),
        op.sign(a!),
        op.round(a!),
        op.ceil(a!),
        op.floor(a!),
        op.trunc(a!),
        op.sqrt(op.abs(b!)),
        op.sqrt(b!),
        op.relu(a!),
        op.mod(a!, 2),
        op.floorDiv(a!, 3),
        op.clamp(a!, { min: 0 }),
        op.where(op.less(a!, b!) as never, a!, b!),
        op.cast(op.cast(a!, "i32"), dtype),
        op.max(a!),
        op.min(a!),
        op.max(b!),
        op.min(b!),
        op.sort(a!),
        op.argsort(b!),
        op.argmax(a!),
        op.argmin(b!),
        op.cumMax(b!),
        op.cumMin(a!),
        op.equal(a!, b!),
        op.reciprocal(b!),
        op.square(a!),
      ],
      x,
      y,
    );
  }
});

Deno.test("integers wrap around in comparisons, and as places", () => {
  const ends = op.tensor([715827883, 715827882, 0, 1, 2, 3, 2147483647, -2147483648], { dtype: "i32" });
  agree(
    "i32",
    (i, x) => {
      const steps = iota([8], 0), large = op.mul(steps, 1_000_000_000), six = op.mul(i!, 6);
      return [
        op.less(large, 0),
        op.equal(large, -294967296),
        op.less(op.sub(op.sub(steps, 2147483647), 100), 0),
        op.where(op.less(large, 0) as never, x!, op.neg(x!)),
        op.take(x!, op.mod(large, 5)),
        op.take(x!, large),
        op.segmentSum(x!, op.mod(six, 3), 4),
        op.segmentSum(x!, op.floorDiv(six, 3), 4),
        op.segmentSum(x!, op.floorDiv(op.floorDiv(op.add(i!, 1), 65536), 65536), 4),
      ];
    },
    ends,
    op.arange(8),
  );
});

Deno.test("equal reductions of different dtypes in one program are told apart", () => {
  const options = { op: "max", window: [2], strides: [2], padding: "same" } as const;
  const f = (...xs: Value[]) => xs.map((x) => op.reduceWindow(x, options));
  agree("windows", f, ...(["f64", "u32", "f32", "i32", "u8"] as const).map((d) => filled([3], d)));
});

Deno.test("quotients of 2^45 to 2^55 are rounded down alike", () => {
  const n = 4001, from = (f: (i: number) => number) => op.tensor(Float64Array.from({ length: n }, (_, i) => f(i)));
  const x = from((i) => (Math.sin(i) + 0.3) * 2 ** (45 + i % 10)), y = from((i) => Math.cos(3 * i) * 2 ** (i % 5 - 2));
  agree("f64", (a, b) => [op.floorDiv(a!, b!), op.mod(a!, b!)], x, y);
});
