/** Losses at their kinks, composed of the core's operations: their gradients are PyTorch's. */
import { assertEquals } from "@std/assert";
import {
  abs,
  clamp,
  type DType,
  less,
  mul,
  type Shape,
  square,
  sub,
  type Tensor,
  type Value,
  where,
} from "../../mod.ts";
import { casesOf, checkGolden, readGolden } from "./read.ts";

type X = Tensor<Shape, DType>;
/** The quadratic within 1 of zero and a line outside it. */
const huber = (x: X): X =>
  where(less(abs(x) as X, 1) as Tensor<Shape, "bool">, mul(square(x) as X, 0.5) as X, sub(abs(x) as X, 0.5) as X) as X;

// Chains of at most a dozen operations, each within a few roundings of a size no larger than the largest element.
const roundings = 128;

/** At the kinks themselves: which side a branch takes is the convention. */
const kinks: Readonly<Record<string, (x: X) => X>> = {
  huber_at_delta: huber,
  smooth_l1_at_beta: huber,
  hinge_at_margin: (x) => clamp(sub(1, x) as X, { min: 0 }) as X,
};

for (const [name, f] of Object.entries(kinks)) {
  Deno.test(`${name}, composed of core operations, has PyTorch's gradient at its kink`, () => {
    const cases = casesOf(readGolden("kinks"), name);
    assertEquals(cases.length, 1);
    checkGolden(cases[0]!, (...xs) => f(xs[0] as X) as Value, roundings);
  });
}
