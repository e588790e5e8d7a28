/** The Jacobian and a directional derivative of a function of six numbers, by every route, as PyTorch gives them. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  add,
  at,
  jacfwd,
  jacrev,
  jit,
  jvp,
  linearize,
  log1p,
  mul,
  sin,
  square,
  stack,
  type Tensor,
  tensor,
} from "../../mod.ts";
import golden from "./autodiff.json" with { type: "json" };

type Z = Tensor<readonly [6], "f64">;
type S = Tensor<readonly [], "f64">;
const c = golden.cases[0]!;
const z = tensor(c.inputs.z.data, { dtype: "f64" }) as unknown as Z,
  v = tensor(c.inputs.v.data, { dtype: "f64" }) as unknown as Z;

/** `[z₀·z₁ + z₂³, sin(z₃)·z₄, log(1 + z₅²)·z₀]`. */
function f(x: Z): Tensor<readonly [3], "f64"> {
  const [a, b, d, e, g, h] = [0, 1, 2, 3, 4, 5].map((i) => at(x, i) as unknown as S) as [S, S, S, S, S, S];
  const rows = [add(mul(a, b), mul(d, square(d))), mul(sin(e), g), mul(log1p(square(h)), a)];
  return stack(rows as [S, S, S]) as unknown as Tensor<readonly [3], "f64">;
}

/** A few roundings of numbers below 4. */
const close = (got: readonly number[], want: readonly number[]): void => {
  assertEquals(got.length, want.length);
  got.forEach((x, i) => assertAlmostEquals(x, want[i]!, 16 * 2 ** -53));
};

Deno.test("jacfwd, jacrev, jvp and linearize give PyTorch's derivatives of a function of six numbers", () => {
  assertEquals(c.attrs.f, "[z0*z1+z2^3, sin(z3)*z4, log1p(z5^2)*z0]");
  close(f(z).toArray(), c.outputs[0]!.data);
  for (const J of [jacfwd(f), jacrev(f), jit(jacfwd(f)), jit(jacrev(f))]) {
    close((J(z).toArray() as number[][]).flat(), c.jacobian.data);
  }
  close(jvp(f, [z], [v])[1].toArray(), c.jvp.data);
  close(linearize(f, z)[1](v).toArray(), c.jvp.data);
});
