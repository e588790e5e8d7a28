import { elementsOf } from "../../tests/laws/compare.ts";
import { f64 } from "../../tests/laws/values.ts";
import type { Tensor, Value } from "../tensor.ts";
import { einsum } from "./einsum.ts";
import { zeros } from "./fill.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";

const nested = (x: Value): unknown => x.toArray();
// The compiler cannot read the expressions that the tests make up.
const sum = einsum as unknown as (expression: string, ...xs: readonly Value[]) => Value;

/** One loop a letter, of whole numbers, so that every order of summation is exact. */
function naive(inputs: readonly string[], output: string, sizes: ReadonlyMap<string, number>, xs: readonly Value[]) {
  const letters = [...sizes.keys()], data = xs.map(elementsOf);
  const out = new Map<string, number>(), at = new Map<string, number>();
  const visit = (i: number): void => {
    if (i < letters.length) {
      for (let k = 0; k < sizes.get(letters[i]!)!; k++) {
        at.set(letters[i]!, k);
        visit(i + 1);
      }
      return;
    }
    const offset = (term: string) => [...term].reduce((p, l) => p * sizes.get(l)! + at.get(l)!, 0);
    const key = String(offset(output));
    out.set(key, (out.get(key) ?? 0) + inputs.reduce((p, t, j) => p * data[j]![offset(t)]!, 1));
  };
  visit(0);
  const n = [...output].reduce((p, l) => p * sizes.get(l)!, 1);
  return Array.from({ length: n }, (_, i) => out.get(String(i)) ?? 0);
}

Deno.test("einsum() is its loops, whatever the expression", () => {
  const letter = fc.constantFrom(..."ijkl");
  const term = fc.array(letter, { maxLength: 3 }).map((t) => t.join(""));
  fc.assert(
    fc.property(
      fc.array(term, { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
      fc.nat(),
      fc.boolean(),
      (inputs, lengths, seed, reversed) => {
        const used = [...new Set(inputs.join(""))];
        const kept = used.filter((_, i) => (seed >> i & 1) === 1), output = (reversed ? kept.reverse() : kept).join("");
        const sizes = new Map(used.map((l) => [l, lengths["ijkl".indexOf(l)]!]));
        const xs = inputs.map((t, i) =>
          f64([...t].map((l) => sizes.get(l)!), (p: number) => (p * 7 + i * 3 + seed % 5) % 5 - 2)
        );
        const y = sum(`${inputs.join(",")}->${output}`, ...xs);
        assertEquals(y.shape, [...output].map((l) => sizes.get(l)!));
        // −0 and 0 are one here: a sum of nothing and a product with 0 differ in their signs.
        assertEquals([...elementsOf(y)].map((v) => v + 0), naive(inputs, output, sizes, xs).map((v) => v + 0));
      },
    ),
  );
});

Deno.test("einsum() finds an output left unsaid: the ellipsis, then the letters that stand once, in order", () => {
  const x = f64([2, 3], 1), y = f64([3, 4], 2);
  assertEquals(einsum("ji", x).shape, [3, 2]);
  assertEquals(einsum("ba,ac", x, y).shape, [2, 4]);
  assertEquals(einsum("ii", f64([2, 2], [1, 2, 3, 4])).toArray(), 5);
  assertEquals(sum("bA", x).shape, [3, 2]);
  assertEquals(sum("i...", f64([2, 3, 4], 1)).shape, [3, 4, 2]);
});

Deno.test("einsum() broadcasts the axes of an ellipsis, and they alone", () => {
  const a = f64([4, 1, 2, 3], 1), b = f64([5, 3, 2], 2);
  assertEquals(sum("...ij,...jk->...ik", a, b).shape, [4, 5, 2, 2]);
  assertEquals(sum("...,...", f64([3], 1), f64([2, 1], 2)).shape, [2, 3]);
  // Left out of the output, the ellipsis is summed over, the repeated axis as often as it is repeated.
  assertEquals(nested(sum("...i,...i->i", f64([1, 2], [1, 2]), f64([3, 2], [1, 1, 1, 1, 1, 1]))), [3, 6]);
  assertEquals(nested(sum("...i->i", f64([2, 2], [1, 2, 3, 4]))), [4, 6]);
});

Deno.test("einsum() takes diagonals, of three axes too", () => {
  const x = f64([2, 2, 2], (i: number) => i);
  assertEquals(nested(sum("iii->i", x)), [0, 7]);
  assertEquals(nested(sum("iij->ji", x)), [[0, 6], [1, 7]]);
  assertEquals(nested(sum("ii->i", f64([0, 0], []))), []);
  assertEquals(nested(sum("ii->i", f64([1, 1], [3]))), [3]);
});

Deno.test("einsum() gives the common dtype of all operands, in types too", () => {
  const a = zeros([2, 3], { dtype: "i32" }), b = zeros([3]), c = zeros([3, 5], { dtype: "f64" });
  const x: Tensor<readonly [3, 2], "i32"> = einsum("ij->ji", a);
  const y: Tensor<readonly [2], "f32"> = einsum("ij,j->i", a, b);
  const z: Tensor<readonly [2, 5], "f64"> = einsum("ij,j,jk->ik", a, b, c);
  assertEquals([x.dtype, y.dtype, z.dtype, z.shape], ["i32", "f32", "f64", [2, 5]]);
});

Deno.test("einsum() contracts a chain from its small end", () => {
  // In the order given, the first product would have 10^10 elements.
  const n = 100_000, v = f64([n], () => 1), w = f64([n], () => 2);
  assertEquals(nested(sum("i,j,i,j->", v, w, v, w)), n * 4 * n);
});
