/** Maxima and minima in vectors: NaN wins, and −0 is less than 0, exactly as one element at a time. */
import { assert } from "@std/assert";
import fc from "fast-check";
import { jit, max, min, referenceBackend, type Shape, type Tensor, tensor, wasmBackend } from "../../mod.ts";

type X = Tensor<Shape, "f32">;
const special = fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1, -1, 2);

Deno.test("max() and min() of zeros of both signs, infinities and NaN are the reference's to the last bit", () => {
  const few = fc.subarray([0, -0, NaN, Infinity, -Infinity, 1, -1, 2], { minLength: 1 });
  const lists = few.chain((pool) =>
    fc.oneof(
      fc.array(fc.constantFrom(...pool), { minLength: 4, maxLength: 160 }),
      fc.array(special, { minLength: 4, maxLength: 160 }),
    )
  );
  fc.assert(fc.property(lists, fc.constantFrom("f32", "f64"), fc.boolean(), (values, dtype, rows) => {
    const n = Math.floor(values.length / 4);
    const array = (dtype === "f32" ? Float32Array : Float64Array).from(values.slice(0, 4 * n));
    const x = tensor(array, { shape: rows ? [4, n] : [n, 4] }) as X;
    for (const op of [max, min]) {
      const f = (v: X): X => op(v, { axis: rows ? 1 : 0 }) as X;
      const [actual, expected] = [wasmBackend, referenceBackend].map((backend) => jit(f, { backend })(x).dataSync());
      actual!.forEach((v, i) => assert(Object.is(v, expected![i]), `${v}, not ${expected![i]}`));
    }
  }));
});
