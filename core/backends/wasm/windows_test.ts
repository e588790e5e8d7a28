/** Convolutions and windows with their derivatives, compiled, on small whole numbers: every order of summation is exact. */
import {
  grad,
  jit,
  mul,
  reduceWindow as windows,
  referenceBackend,
  sum,
  type Tensor,
  tensor,
  tile,
} from "../../../mod.ts";
import { alloc, type DType } from "../../dtype.ts";
import { convGeneral, type ConvParams, convShape } from "../../primitives/convolution.ts";
import { identity, reduceWindow, type ReduceWindowParams, windowShape } from "../../primitives/reduce_window.ts";
import { moveAxis } from "../../primitives/reshape.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { arrayOf, type Concrete, fromArray, type Spec, type Value } from "../../tensor.ts";
import { vjpFlat } from "../../transforms/linearize.ts";
import { wasmBackend } from "./mod.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";

/** Whole numbers from −3 to 3, the same for the same seed. */
function values(shape: Shape, dtype: DType, seed: number): Concrete {
  const data = alloc(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    data[i] = (seed >>> 16) % 7 - 3;
  }
  return fromArray({ shape, dtype, data });
}

const numbers = (x: Value): number[] => Array.from(arrayOf(x as Concrete).data, (v) => Number(v) + 0);

/** A function and its derivatives in all inputs give the same, compiled and by the reference. */
function agrees(f: (xs: readonly Value[]) => Value, xs: readonly Concrete[]): void {
  const both = (...inputs: readonly Value[]): Value[] => {
    const [[y], pullback] = vjpFlat((v) => [f(v)], inputs, inputs.map(() => true));
    return [y!, ...pullback([y!]).map((v) => v!)];
  };
  const want = jit(both, { backend: referenceBackend })(...xs), got = jit(both, { backend: wasmBackend })(...xs);
  assertEquals(got.map((y) => [y.shape, numbers(y)]), want.map((y) => [y.shape, numbers(y)]));
}

const fits = (shape: () => Shape): boolean => {
  try {
    return sizeOf(shape()) < 4000;
  } catch {
    return false;
  }
};
const whole = (min: number, max: number) => fc.integer({ min, max });
const each = <A>(n: number, one: fc.Arbitrary<A>) => fc.array(one, { minLength: n, maxLength: n });
const floats = fc.constantFrom<"f32" | "f64">("f32", "f64");

interface Convolution {
  readonly x: Spec;
  readonly w: Spec;
  readonly p: ConvParams;
}

const convolutions: fc.Arbitrary<Convolution> = whole(0, 2).chain((n) =>
  fc.record({
    examples: whole(0, 3),
    sizes: each(n, whole(1, 8)),
    window: each(n, whole(1, 4)),
    per: whole(1, 5),
    own: whole(1, 6),
    groups: fc.constantFrom(1, 1, 1, 2, 3, 5),
    strides: each(n, whole(1, 3)),
    padding: each(n, fc.tuple(whole(-1, 3), whole(-1, 3))),
    inputDilation: each(n, fc.constantFrom(1, 1, 2, 3)),
    kernelDilation: each(n, fc.constantFrom(1, 1, 2, 3)),
    dtype: floats,
  })
).map(({ examples, sizes, window, per, own, groups, dtype, ...p }) => ({
  x: { shape: [examples, ...sizes, per * groups], dtype },
  w: { shape: [...window, per, own * groups], dtype },
  p: { ...p, groups },
})).filter(({ x, w, p }) => fits(() => convShape("conv", x, w, p)));

/** The input's gradient, by phases of two, has rows beyond the input that no test of the input's own rows excludes. */
const phasesBeyondTheEnd: Convolution = {
  x: { shape: [2, 3, 3, 6], dtype: "f64" },
  w: { shape: [3, 2, 2, 9], dtype: "f64" },
  p: { strides: [2, 1], padding: [[-1, 1], [1, 0]], inputDilation: [1, 3], kernelDilation: [1, 1], groups: 3 },
};

Deno.test("convolutions and their gradients are compiled to what the reference gives", () => {
  fc.assert(
    fc.property(convolutions, whole(1, 1e9), fc.boolean(), ({ x, w, p }, seed, moved) => {
      const xs = [values(x.shape, x.dtype, seed), values(w.shape, w.dtype, seed + 1)];
      if (!moved) agrees(([a, b]) => convGeneral(a!, b!, p), xs);
      else {
        // The operands and the result where they were moved from and to.
        const given = [moveAxis(xs[0]!, 0, x.shape.length - 1) as Concrete, moveAxis(xs[1]!, 0, 1) as Concrete];
        agrees(
          ([a, b]) => moveAxis(convGeneral(moveAxis(a!, x.shape.length - 1, 0), moveAxis(b!, 1, 0), p), 0, 1),
          given,
        );
      }
    }),
    { numRuns: 60, examples: [[phasesBeyondTheEnd, 1, false]] },
  );
});

const pools: fc.Arbitrary<{ readonly x: Spec; readonly p: ReduceWindowParams }> = whole(1, 3).chain((n) =>
  fc.record({
    shape: each(n, whole(1, 9)),
    window: each(n, whole(1, 3)),
    strides: each(n, whole(1, 3)),
    padding: each(n, fc.tuple(whole(-1, 2), whole(-1, 2))),
    dilation: each(n, fc.constantFrom(1, 1, 2)),
    op: fc.constantFrom("max" as const, "min" as const, "sum" as const),
    dtype: floats,
    channels: fc.constantFrom(0, 1, 3, 4, 7, 16),
  })
).map(({ shape, dtype, channels, window, strides, padding, dilation, op }) => {
  const last = channels === 0 ? [] : [1], none = channels === 0 ? [] : [[0, 0] as const];
  return {
    x: { shape: [...shape, ...channels === 0 ? [] : [channels]], dtype },
    p: {
      op,
      window: [...window, ...last],
      strides: [...strides, ...last],
      padding: [...padding, ...none],
      dilation: [...dilation, ...last],
    },
  };
}).filter(({ x, p }) => fits(() => windowShape("pool", x, p)));

Deno.test("windows and their gradients are compiled to what the reference gives", () => {
  fc.assert(
    fc.property(pools, whole(1, 1e9), ({ x, p }, seed) => {
      // What is padding alone is infinite, and so would be its cotangent.
      const xs = [values(x.shape, x.dtype, seed)], y = reduceWindow(xs[0]!, p);
      if (p.op !== "sum" && numbers(y).includes(identity(p.op, x.dtype))) return;
      agrees(([a]) => reduceWindow(a!, p), xs);
    }),
    { numRuns: 80 },
  );
});

Deno.test("what strides have spread out is not gathered through a reshape", () => {
  const x = tensor([-1, -1, -4]) as Tensor;
  const whole = (x: Tensor, stride: number) => windows(x, { op: "sum", window: [1], strides: [stride] }) as Tensor;
  const squares = (x: Tensor): Tensor => {
    const y = whole(whole(tile(x, [2]) as Tensor, 1), 2);
    return sum(mul(y, y)) as Tensor;
  };
  // Every second of -1, -1, -4, -1, -1, -4: the first, the third and the second of the three.
  assertEquals(jit(grad(squares))(x).toArray(), [-2, -2, -8]);
});
