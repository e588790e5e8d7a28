import type { DType } from "../dtype.ts";
import { add, div, mul, neg, sub } from "../primitives/arithmetic.ts";
import { and, not, or, select, xor } from "../primitives/compare.ts";
import { cast, full } from "../primitives/create.ts";
import { pow, powConstant } from "../primitives/elementary.ts";
import { stopGradient } from "../primitives/elementwise.ts";
import { broadcast, reshape, transpose } from "../primitives/reshape.ts";
import { slice } from "../primitives/slice.ts";
import type { Shape } from "../shape.ts";
import type { Value } from "../tensor.ts";
import { trace } from "./program.ts";
import { algebra, deadCode } from "./simplify.ts";
import { assertEquals, assertStrictEquals } from "@std/assert";

type F = (...xs: Value[]) => Value;
const spec = (dtype: DType, shape: Shape = [2]) => ({ shape, dtype });

/** The equations left of a function, and what it gives. */
function left(f: F, ...specs: readonly ReturnType<typeof spec>[]): string {
  const program = deadCode(algebra(trace("f", (xs) => [f(...xs)], specs)));
  return program.toString().split("\n").slice(1).map((l) => l.trim()).join("; ");
}

const x = spec("f32"),
  n = spec("i32"),
  b = spec("bool"),
  c = (value: number, dtype: DType = "f32") => full([2], value, dtype);

const same: readonly (readonly [name: string, f: F, ...specs: readonly ReturnType<typeof spec>[]])[] = [
  ["x·1", (a) => mul(a, c(1)), x],
  ["1·x", (a) => mul(c(1), a), x],
  ["x/1", (a) => div(a, c(1)), x],
  ["x − 0", (a) => sub(a, c(0)), x],
  ["x + −0", (a) => add(a, c(-0)), x],
  ["−0 + x", (a) => add(c(-0), a), x],
  ["n + 0", (a) => add(a, c(0, "i32")), n],
  ["−(−x)", (a) => neg(neg(a)), x],
  ["x¹", (a) => powConstant(a, 1), x],
  ["x to a constant 1", (a) => pow(a, c(1)), x],
  ["stopGradient", (a) => stopGradient(a), x],
  ["x ∧ true", (a) => and(a, c(1, "bool")), b],
  ["false ∨ x", (a) => or(c(0, "bool"), a), b],
  ["x xor false", (a) => xor(a, c(0, "bool")), b],
  ["¬¬x", (a) => not(not(a)), b],
  ["a choice that is made", (a, y) => select(c(1, "bool"), a, y), x, x],
  ["a choice of the same", (a, t) => select(t, a, a), x, b],
  ["transposed twice", (a) => transpose(transpose(a, [1, 0]), [1, 0]), spec("f32", [2, 3])],
  ["reshaped back", (a) => reshape(reshape(a, [3, 2]), [2, 3]), spec("f32", [2, 3])],
  ["f32 through f64", (a) => cast(cast(a, "f64"), "f32"), x],
  ["u8 through i32", (a) => cast(cast(a, "i32"), "u8"), spec("u8")],
];
for (const [name, f, ...specs] of same) {
  Deno.test(`algebra() gives back x: ${name}`, () => assertEquals(left(f, ...specs), "-> a }"));
}

const simpler:
  readonly (readonly [name: string, result: string, f: F, ...specs: readonly ReturnType<typeof spec>[]])[] = [
    ["x + −y", "c:f32[2] = sub a b; -> c }", (a, y) => add(a, neg(y)), x, x],
    ["−x + y", "c:f32[2] = sub b a; -> c }", (a, y) => add(neg(a), y), x, x],
    ["x − −y", "c:f32[2] = add a b; -> c }", (a, y) => sub(a, neg(y)), x, x],
    ["x²", "b:f32[2] = mul a a; -> b }", (a) => powConstant(a, 2), x],
    ["x to a constant 3", "b:f32[2] = powConstant[exponent=3] a; -> b }", (a) => pow(a, c(3)), x],
    ["a choice of the other", "-> b }", (a, y) => select(c(0, "bool"), a, y), x, x],
    [
      "reshapes",
      "b:f32[6] = reshape[shape=(6)] a; -> b }",
      (a) => reshape(reshape(a, [3, 2]), [6]),
      spec("f32", [2, 3]),
    ],
    [
      "transposes",
      "b:f32[4,2,3] = transpose[perm=(2,0,1)] a; -> b }",
      (a) => transpose(transpose(a, [1, 2, 0]), [1, 2, 0]),
      spec("f32", [2, 3, 4]),
    ],
    [
      "broadcasts",
      "b:f32[4,3,2] = broadcast[shape=(4,3,2) axes=(2)] a; -> b }",
      (a) => broadcast(broadcast(a, [1, 2], [1]), [4, 3, 2], [1, 2]),
      x,
    ],
    ["u8 to i32 to f32", "b:f32[2] = cast[dtype=f32] a; -> b }", (a) => cast(cast(a, "i32"), "f32"), spec("u8")],
    ["a rounded constant", "b:f32[2] = full[value=0.10000000149011612 shape=(2) dtype=f32]; -> b }", () => c(0.1), x],
    [
      "functions of constants",
      "b:f64[1000] = full[value=2.200000047683716 shape=(1000) dtype=f64]; -> b }",
      () => cast(slice(broadcast(mul(full([], 1.1, "f32"), full([], 2, "f32")), [2000], []), [500], [1500]), "f64"),
      x,
    ],
  ];
for (const [name, result, f, ...specs] of simpler) {
  Deno.test(`algebra() finds something simpler: ${name}`, () => assertEquals(left(f, ...specs), result));
}

const kept: readonly (readonly [name: string, f: F, ...specs: readonly ReturnType<typeof spec>[]])[] = [
  ["x + 0, which is 0 for −0", (a) => add(a, c(0)), x],
  ["x − −0, which is 0 for −0", (a) => sub(a, c(-0)), x],
  ["x·0, which is NaN for ∞", (a) => mul(a, c(0)), x],
  ["x − x, which is NaN for ∞", (a) => sub(a, a), x],
  ["f64 through f32", (a) => cast(cast(a, "f32"), "f64"), spec("f64")],
  ["i32 through f32", (a) => cast(cast(a, "f32"), "i32"), n],
  ["i32 through f64 to u8, which clamps", (a) => cast(cast(a, "f64"), "u8"), n],
  ["f32 through i32", (a) => cast(cast(a, "i32"), "f32"), x],
  ["√x as x^½, which differs for −0", (a) => powConstant(a, 0.5), x],
];
for (const [name, f, ...specs] of kept) {
  Deno.test(`algebra() leaves ${name}`, () => {
    const program = trace("f", (xs) => [f(...xs)], specs);
    assertStrictEquals(algebra(program), program);
  });
}
