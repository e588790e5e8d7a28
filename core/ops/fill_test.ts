/** Tensors from nothing and from data: values, dtypes and refusals. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  arange,
  diag,
  diagonal,
  eye,
  full,
  fullLike,
  grad,
  linspace,
  logspace,
  meshgrid,
  mul,
  oneHot,
  ones,
  onesLike,
  sum,
  type Tensor,
  tensor,
  tril,
  triu,
  zeros,
  zerosLike,
} from "../../mod.ts";

Deno.test("zeros, ones, full and their like have the shape and dtype asked for", () => {
  assertEquals([zeros([0, 3]).shape, ones([]).item(), full([2], true).toArray(), full([1], 2.5).dtype], [[0, 3], 1, [
    true,
    true,
  ], "f32"]);
  const x = tensor([1, 2], { dtype: "i32" });
  assertEquals([zerosLike(x).dtype, onesLike(x, { dtype: "f64" }).dtype, fullLike(x, 7).toArray()], ["i32", "f64", [
    7,
    7,
  ]]);
  assertEquals(zeros([2], { dtype: "bool" }).toArray(), [false, false]);
});

Deno.test("eye, diag, diagonal, tril and triu agree on where a diagonal is", () => {
  assertEquals(eye(2, { columns: 3, offset: 1 }).toArray(), [[0, 1, 0], [0, 0, 1]]);
  for (const offset of [-2, -1, 0, 1, 2]) {
    const v = tensor([1, 2, 3]), m = diag(v, { offset });
    assertEquals(m.shape, [3 + Math.abs(offset), 3 + Math.abs(offset)]);
    assertEquals(diagonal(m, { offset }).toArray(), [1, 2, 3]);
    assertEquals(sum(m).item(), 6);
  }
  const x = tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9]]);
  assertEquals(tril(x, { offset: -1 }).toArray(), [[0, 0, 0], [4, 0, 0], [7, 8, 0]]);
  assertEquals(triu(x, { offset: 1 }).toArray(), [[0, 2, 3], [0, 0, 6], [0, 0, 0]]);
  assertEquals(
    grad((v: Tensor<readonly [2]>) => sum(mul(diag(v), tensor([[1, 9], [9, 4]]))))(tensor([5, 6])).toArray(),
    [1, 4],
  );
});

Deno.test("arange counts as NumPy's does, in i32 for whole numbers and f32 for others", () => {
  assertEquals([arange(4).dtype, arange(0, 1, 0.25).dtype, arange(0, 1, 0.25).toArray()], ["i32", "f32", [
    0,
    0.25,
    0.5,
    0.75,
  ]]);
  assertEquals([arange(5, 0, -2).toArray(), arange(3, 3).toArray(), arange(2, { dtype: "f64" }).dtype], [
    [5, 3, 1],
    [],
    "f64",
  ]);
});

Deno.test("arange and linspace of bool hold only 0 and 1", () => {
  assertEquals(arange(4, { dtype: "bool" }).dataSync(), new Uint8Array([0, 1, 1, 1]));
  assertEquals(linspace(0, 1, 3, { dtype: "bool" }).dataSync(), new Uint8Array([0, 1, 1]));
});

Deno.test("linspace and logspace end where they say", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 50 }),
      fc.float({ noNaN: true, min: -100, max: 100 }),
      fc.float({ noNaN: true, min: -100, max: 100 }),
      (n, a, b) => {
        const x = linspace(a, b, n).toArray() as unknown as number[];
        assertEquals([x.length, x[0], x[n - 1]], [n, a, b]);
      },
    ),
  );
  assertEquals([
    linspace(0, 1, 1).toArray(),
    linspace(0, 1, 0).toArray(),
    linspace(0, 1, 4, { endpoint: false }).toArray(),
  ], [[0], [], [0, 0.25, 0.5, 0.75]]);
  assertEquals(logspace(0, 3, 4, { base: 2 }).toArray(), [1, 2, 4, 8]);
});

Deno.test("oneHot leaves labels out of range at zero, on any leading axes", () => {
  assertEquals(oneHot(tensor([[0, 3], [-1, 1]], { dtype: "i32" }), 2).toArray(), [[[1, 0], [0, 0]], [[0, 0], [0, 1]]]);
});

Deno.test("meshgrid varies its k-th along axis k", () => {
  const [a, b] = meshgrid(tensor([1, 2]), tensor([3, 4, 5]));
  assertEquals([a!.toArray(), b!.toArray()], [[[1, 1, 1], [2, 2, 2]], [[3, 4, 5], [3, 4, 5]]] as never);
});

Deno.test("tensor() copies what it is given, and nothing it gives can change it", () => {
  const data = new Float32Array([1, 2, 3, 4]), x = tensor(data, { shape: [2, 2] });
  data[0] = 9;
  (x.toArray() as number[][])[0]![0] = 9;
  x.dataSync()[0] = 9;
  assertEquals(x.toArray(), [[1, 2], [3, 4]]);
  assertThrows(() => (x.shape as unknown as number[]).push(1), TypeError);
});

/** Wrong calls and what they say. */
const wrong: readonly (readonly [() => unknown, string])[] = [
  [
    () => tensor([[1, 2], [3]] as never),
    "tensor: the nested arrays are ragged; the first entries say shape 2×2, another differs at axis 1",
  ],
  [
    () => tensor([1, [2]] as never),
    "tensor: the nested arrays are ragged; the first entries say shape 2, another differs at axis 1",
  ],
  [() => tensor(["1"] as never), 'tensor: expected numbers or booleans, got the string "1"'],
  [() => tensor([tensor(1)] as never), "tensor: expected numbers or booleans, got a tensor; use stack to join tensors"],
  [() => tensor(tensor(1) as never), "tensor: the argument is a tensor already; use cast to change its dtype"],
  [() => tensor([1.5], { dtype: "i32" }), "tensor: 1.5 is no i32; round or clamp it first, or choose another dtype"],
  [() => tensor([256], { dtype: "u8" }), "tensor: 256 is no u8; round or clamp it first, or choose another dtype"],
  [() => tensor([1], { dtype: "f16" as never }), "tensor: f16 is not a dtype; use f32, f64, i32, u32, u8 or bool"],
  [() => tensor(new Float32Array(3), { shape: [2, 2] }), "tensor: 3 elements do not fill shape 2×2, which has 4"],
  [
    () => tensor(new Int16Array(3) as never),
    "tensor: no dtype holds a Int16Array; convert it to a Float32Array, Float64Array, Int32Array, Uint32Array or Uint8Array first",
  ],
  [() => zeros([2, -1]), "zeros: 2×-1 is not a shape; every size is a whole number, 0 or more"],
  [() => zeros(3 as never), "zeros: a shape is an array of sizes, not number; write [3]"],
  [
    () => full([2], 0.5, { dtype: "i32" }),
    "full: 0.5 is not a whole number and the result is i32; choose another dtype",
  ],
  [() => full([2], 300, { dtype: "u8" }), "full: 300 is out of range for u8, the result's dtype; choose another dtype"],
  [() => full([2], undefined as never), "full: the value is undefined, not a number or a boolean"],
  [() => fullLike(zeros([2]), "1" as never), 'fullLike: the value is "1", not a number or a boolean'],
  [
    () => tensor([1, 2], { shape: [2, 1] } as never),
    "tensor: shape is for typed arrays; nest the arrays, or reshape the tensor",
  ],
  [() => eye(2, { offset: 0.5 }), "eye: offset is 0.5, not a whole number"],
  [() => diag(zeros([2]), { offset: 0.5 }), "diag: offset is 0.5, not a whole number"],
  [() => tril(zeros([2, 2]), { offset: NaN }), "tril: offset is NaN, not a whole number"],
  [() => triu(zeros([2, 2]), { offset: 0.5 }), "triu: offset is 0.5, not a whole number"],
  [() => tensor([1], "i32" as never), 'tensor: options are an object, not "i32"; write { dtype: "i32" }'],
  [() => zeros([1], { type: "i32" } as never), "zeros: there is no option type; it takes dtype"],
  [() => tril(zeros([2, 2]), -1 as never), "tril: options are an object, not -1; write { offset: 1 }"],
  [() => eye(-1), "eye: the number of rows is a whole number, 0 or more, not -1"],
  [() => diag(zeros([2, 2])), "diag: expected a vector, got rank 2; use diagonal to read a matrix's diagonal"],
  [() => diagonal(zeros([2])), "diagonal: expected rank 2 or more, got rank 1"],
  [() => diagonal(zeros([2, 2]), { offset: 3 }), "diagonal: offset 3 lies outside a matrix of 2×2"],
  [() => tril(zeros([2])), "tril: expected rank 2 or more, got rank 1"],
  [() => arange(0, 1, 0), "arange: start, stop and step are finite numbers and step is not 0, got 0, 1, 0"],
  [() => arange(250, 260, 2, { dtype: "u8" }), "arange: 256 is out of range for u8; choose another dtype"],
  [() => arange(2 ** 31 - 1, 2 ** 31 + 1), "arange: 2147483648 is out of range for i32; choose another dtype"],
  [() => linspace(0, 1e10, 3, { dtype: "i32" }), "linspace: 5000000000 is out of range for i32; choose another dtype"],
  [() => linspace(undefined as never, 1, 3), "linspace: start is undefined, not a finite number"],
  [() => logspace(0, Infinity, 3), "logspace: stop is Infinity, not a finite number"],
  [() => linspace(0, 1, 1.5), "linspace: the count is a whole number, 0 or more, not 1.5"],
  [() => oneHot(tensor([0.5]), 2), "oneHot: labels are integers, not f32; cast them to i32"],
  [() => meshgrid(zeros([2, 2])), "meshgrid: expected vectors, but argument 0 has rank 2"],
  [() => tensor([1, 2]).item(), "item: a tensor of shape 2 has 2 elements, not one; use toArray, or index it first"],
  [
    () => `${+(tensor(1) as never)}`,
    "tensors do not take JavaScript's operators; use add(a, b), less(a, b), … or x.item() for a number",
  ],
];
for (const [call, message] of wrong) {
  Deno.test(`a wrong call says: ${message}`, () => {
    assertEquals(assertThrows(call, Error).message, message);
  });
}
