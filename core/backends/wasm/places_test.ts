import { trace } from "../../compiler/program.ts";
import { alloc, type DType } from "../../dtype.ts";
import { bind } from "../../interpreter.ts";
import { argMaxP, argMinP } from "../../primitives/reduce.ts";
import { sizeOf } from "../../shape.ts";
import { arrayOf, type Concrete, fromArray } from "../../tensor.ts";
import { compile } from "./compile.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";

const whole = (min: number, max: number) => fc.integer({ min, max });

Deno.test("places of extremes are compiled to what the reference gives, with ties, infinities and NaN", () => {
  const shapes = fc.oneof(
    fc.tuple(whole(1, 90)),
    fc.tuple(whole(1, 40), whole(1, 40)),
    fc.tuple(whole(1, 9), whole(1, 9), whole(1, 40)),
  );
  fc.assert(
    fc.property(
      shapes,
      whole(0, 2),
      fc.constantFrom<DType>("f32", "f64", "i32", "u32", "u8"),
      fc.array(fc.constantFrom(-Infinity, -2, -1, 0, 1, 2, Infinity, NaN), { minLength: 1, maxLength: 50 }),
      fc.boolean(),
      (shape, axis, dtype, pattern, most) => {
        const data = alloc(dtype, sizeOf(shape)), prim = most ? argMaxP : argMinP;
        data.forEach((_, i) => data[i] = pattern[(i * 7 + (i >> 3)) % pattern.length]!);
        const x = { shape, dtype, data }, params = { axis: axis % shape.length };
        const program = trace("places", (xs) => bind(prim, xs, params), [x]);
        const [y] = compile(program).run([fromArray(x)]), [want] = prim.reference([x], params);
        assertEquals(arrayOf(y as Concrete), want);
      },
    ),
    { numRuns: 150 },
  );
});
