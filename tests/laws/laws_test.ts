import { apply, elements, indices, load } from "../../core/compiler/kernel.ts";
import { bind1 } from "../../core/interpreter.ts";
import type { Primitive } from "../../core/primitive.ts";
import { add, mul, neg, scale, shift } from "../../core/primitives/arithmetic.ts";
import { full } from "../../core/primitives/create.ts";
import { elementwise, floating } from "../../core/primitives/elementwise.ts";
import { emptyArray } from "../../core/tensor.ts";
import { checkLaws } from "./laws.ts";
import { f64 } from "./values.ts";
import { assertThrows } from "@std/assert";

// A right primitive, x³, and a wrong record for each law: the laws must tell them apart.
type Cube = Primitive<undefined>;
const plain = elementwise("cube", { arity: 1, scalar: () => (x) => x * x * x, accepts: floating });

function cubeWith(change: (self: () => Cube) => Partial<Cube>): Cube {
  const self = (): Cube => made;
  const made: Cube = {
    ...plain,
    jvp: ([x], [dx]) => [[bind1(made, [x!], undefined)], [mul(dx!, scale(mul(x!, x!), 3))]],
    batch: ([x]) => ({ outputs: [bind1(made, [x!], undefined)], mapped: [true] }),
    ...change(self),
  };
  return made;
}

const check = (prim: Cube) => () =>
  checkLaws({ name: "cube", prim, params: undefined, inputs: [f64([3], [0.5, -1.25, 2])] });

Deno.test("checkLaws() passes a right primitive", check(cubeWith(() => ({}))));

/** A function of x whose value is that of `value` and whose derivative is that of `slope`. */
const liar = (value: number, slope: Cube): Cube => {
  const made: Cube = {
    ...elementwise("liar", { arity: 1, scalar: () => () => value, accepts: floating }),
    jvp: ([x], [dx]) => [[bind1(made, [x!], undefined)], [mul(dx!, bind1(slope, [x!], undefined))]],
  };
  return made;
};
const noSlope = elementwise("noSlope", { arity: 1, scalar: () => () => 0, accepts: floating });

const wrong: readonly { readonly what: string; readonly prim: Cube; readonly message: string }[] = [
  {
    what: "a wrong shape from infer",
    prim: cubeWith(() => ({ infer: ([x]) => [{ shape: [1, ...x!.shape], dtype: x!.dtype }] })),
    message: "infer: ",
  },
  {
    what: "a wrong dtype from infer",
    prim: cubeWith(() => ({ infer: ([x]) => [{ shape: x!.shape, dtype: "f32" }] })),
    message: "infer: ",
  },
  {
    what: "a write to an input",
    prim: cubeWith(() => ({
      reference: ([x]) => {
        x!.data.fill(0, 0, 1);
        return plain.reference([x!], undefined);
      },
    })),
    message: "input 0 was written to",
  },
  {
    what: "a tangent wrong in the eighth digit",
    prim: cubeWith((self) => ({
      jvp: ([x], [dx]) => [[bind1(self(), [x!], undefined)], [mul(dx!, scale(mul(x!, x!), 3 + 1e-8))]],
    })),
    message: "J·t and differences",
  },
  {
    what: "other outputs under jvp",
    prim: cubeWith((self) => ({
      jvp: ([x], [dx]) => [[neg(bind1(self(), [x!], undefined))], [mul(dx!, scale(mul(x!, x!), 3))]],
    })),
    message: "outputs under jvp",
  },
  {
    what: "a right slope whose own slope is wrong",
    prim: cubeWith((self) => ({
      jvp: ([x], [dx]) => [
        [bind1(self(), [x!], undefined)],
        [mul(dx!, add(scale(mul(x!, x!), 3), bind1(liar(0, plain), [x!], undefined)))],
      ],
    })),
    message: "order 2",
  },
  {
    what: "a batching rule with other values",
    prim: cubeWith((self) => ({
      batch: ([x]) => ({ outputs: [shift(bind1(self(), [x!], undefined), 1e-15)], mapped: [true] }),
    })),
    message: "vmap over inputs [0], size 3",
  },
  {
    what: "a batching rule that forgets the axis",
    prim: cubeWith((self) => ({ batch: ([x]) => ({ outputs: [bind1(self(), [x!], undefined)], mapped: [false] }) })),
    message: "batch: ",
  },
  {
    what: "a rule fixed to f64",
    prim: cubeWith((self) => ({
      jvp: ([x], [dx]) => [[bind1(self(), [x!], undefined)], [mul(dx!, mul(full(x!.shape, 3, "f64"), mul(x!, x!)))]],
    })),
    message: "f32: ",
  },
  {
    what: "a lowering of something else",
    prim: cubeWith(() => ({
      lower: ([x]) => {
        const at = indices(x!.shape.length);
        return elements(x!.shape, apply("cube", (v) => v * v * (v + 1e-12), [load(0, at, x!.dtype)], x!.dtype));
      },
    })),
    message: "kernels: as given: kernel 0",
  },
  {
    what: "a lowering that reads out of range",
    prim: cubeWith(() => ({
      lower: ([x]) => elements(x!.shape, load(0, [{ kind: "constant", value: 3, dtype: "i32" }], x!.dtype)),
    })),
    message: "a load at 3 on axis 0",
  },
  {
    what: "a reference that remembers",
    prim: cubeWith(() => {
      let runs = 0;
      return {
        reference: ([x]) => {
          const y = emptyArray(x!.shape, x!.dtype);
          y.data.fill(++runs);
          return [y];
        },
      };
    }),
    message: "a second run",
  },
];

for (const { what, prim, message } of wrong) {
  Deno.test(`checkLaws() finds ${what}`, () => {
    assertThrows(check(prim), Error, message);
  });
}

Deno.test("checkLaws() finds a transpose that is not the adjoint", () => {
  const made: Cube = {
    ...elementwise("twice", {
      arity: 1,
      scalar: () => (x) => 2 * x,
      accepts: floating,
      tangent: (_, [dx]) => bind1(made, [dx!], undefined),
      transpose: (ct) => [scale(ct, 2 + 1e-12)],
    }),
  };
  assertThrows(
    () => checkLaws({ name: "twice", prim: made, params: undefined, inputs: [f64([2], [1, 2])] }),
    Error,
    "⟨ct, J·t⟩",
  );
});

Deno.test("checkLaws() finds a rule that takes an absent tangent for a one", () => {
  const made: Cube = elementwise("addWrong", {
    arity: 2,
    scalar: () => (x, y) => x + y,
    accepts: floating,
    tangent: ([x], [dx, dy]) => add(dx ?? full(x!.shape, 1, x!.dtype), dy ?? full(x!.shape, 1, x!.dtype)),
  });
  const run = () => checkLaws({ name: "addWrong", prim: made, params: undefined, inputs: [f64([2], 1), f64([2], 2)] });
  assertThrows(run, Error, "jvp by inputs [0] alone");
});

Deno.test("checkLaws() refuses differences that do not settle", () => {
  const step = elementwise("nearlyStep", {
    arity: 1,
    scalar: () => (x) => Math.tanh(1e4 * (x - 1)),
    accepts: floating,
    tangent: ([x], [dx]) => mul(dx!, bind1(noSlope, [x!], undefined)),
  });
  const run = () => checkLaws({ name: "step", prim: step, params: undefined, inputs: [f64([1], [1])] });
  assertThrows(run, Error, "differences do not settle");
});
