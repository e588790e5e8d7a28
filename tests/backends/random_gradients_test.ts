/** Gradients of random programs: compiled to WebAssembly they are what the reference gives. */
import fc from "fast-check";
import {
  add,
  arange,
  cast,
  cos,
  flatten,
  grad,
  jit,
  makeProgram,
  mean,
  mul,
  referenceBackend,
  sin,
  type Value,
  wasmBackend,
  zeros,
} from "../../mod.ts";
import { elementsOf } from "./random/cell.ts";
import { type RandomProgram, smoothPrograms } from "./random_programs.ts";
import { soaked } from "./soaked.ts";

/** Results made one number that every element of them counts in, differently. */
function loss(p: RandomProgram): (...xs: Value[]) => Value {
  return (...xs) =>
    p.f(...xs).filter((y) => y.size > 0).map((y) =>
      mean(mul(sin(flatten(y)), cos(cast(arange(y.size), y.dtype)))) as Value
    )
      .reduce((a, b) => cast(add(a, b), "f64") as Value, zeros([], { dtype: "f64" }) as Value);
}

function check(p: RandomProgram): void {
  const argnums = p.inputs.map((_, i) => i), f = grad(loss(p) as never, { argnums }) as (...xs: Value[]) => Value[];
  const expected = jit(f, { backend: referenceBackend })(...p.inputs);
  const actual = jit(f, { backend: wasmBackend })(...p.inputs);
  const size = Math.max(1, ...expected.flatMap((g) => Array.from(elementsOf(g), Math.abs)));
  const single = p.cells.some((c) => c.value.dtype === "f32");
  // Some thousand roundings of the largest element, and slopes of the steps multiply what errors there are by a few
  // hundreds: 2^12 · 2^8 roundings of f64; f32 has no room for more than 2^14.
  const bound = size * (single ? 2 ** -10 : 2 ** -33);
  expected.forEach((g, i) => {
    const a = elementsOf(actual[i]!), e = elementsOf(g);
    const same = actual[i]!.shape.join() === g.shape.join() && actual[i]!.dtype === g.dtype;
    const wrong = same ? Array.from(e).findIndex((x, k) => !(Math.abs(a[k]! - x) <= bound)) : 0;
    if (wrong >= 0) {
      throw new Error(
        `element ${wrong} of gradient ${i} is ${a[wrong]}, not ${e[wrong]} ± ${bound}, of\n${p}\n${
          makeProgram(f)(...p.inputs)
        }`,
      );
    }
  });
}

Deno.test("gradients of random programs compiled to WebAssembly are the reference's", () => {
  fc.assert(fc.property(smoothPrograms, check), soaked(80, 4000));
});
