/** What f32 promises, compiled: elementary functions within their bounds, sums of any length, finite values and gradients at extremes. */
import { erf as erf64 } from "../../core/primitives/special_functions.ts";
import {
  add,
  clamp,
  div,
  erf,
  erfc,
  exp,
  full,
  grad,
  jit,
  log,
  logSigmoid,
  logSumExp,
  mean,
  mul,
  norm,
  pow,
  prod,
  type Shape,
  sigmoid,
  softplus,
  sub,
  sum,
  tanh,
  type Tensor,
  tensor,
  variance,
} from "../../mod.ts";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";

type X = Tensor<Shape, "f32">;
type F = (x: X) => X;

/** Floats of every size and sign: each exponent, several fractions, and the edges. */
function everySize(): Float32Array {
  const bits = new Uint32Array(2 * 256 * 64);
  let n = 0;
  for (let sign = 0; sign < 2; sign++) {
    for (let exponent = 0; exponent < 256; exponent++) {
      for (let k = 0; k < 64; k++) bits[n++] = (sign << 31) | (exponent << 23) | (Math.imul(k, 0x20893) & 0x7fffff);
    }
  }
  return new Float32Array(bits.buffer);
}

/** The distance of neighbouring f32 numbers around x; that of denormals below the normal ones. */
const ulp = (x: number): number => 2 ** Math.max(Math.floor(Math.log2(Math.abs(x) || 2 ** -126)) - 23, -149);

const sigmoid64 = (x: number): number => x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
/** The function, its value in double precision, and the bound in units of the last place. */
const functions: readonly (readonly [string, F, (x: number) => number, number])[] = [
  ["exp", exp as F, Math.exp, 2.5],
  ["log", log as F, Math.log, 2.5],
  ["tanh", tanh as F, Math.tanh, 6],
  ["sigmoid", sigmoid as F, sigmoid64, 2.5],
  ["softplus", softplus as F, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 2.5],
  ["erf", erf as F, erf64, 2.5],
  ["logSigmoid", logSigmoid as F, (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))), 2.5],
];

for (const [name, f, exact, bound] of functions) {
  Deno.test(`${name} of f32 is within ${bound} units in the last place over the whole range`, () => {
    const xs = everySize(), ys = (jit(f)(tensor(xs) as X)).dataSync();
    xs.forEach((x, i) => {
      const want = exact(x), y = ys[i]!;
      if (want !== want) assert(y !== y, `${name}(${x}) is ${y}, not NaN`);
      else if (!Number.isFinite(Math.fround(want))) assertEquals(y, Math.fround(want), `${name}(${x})`);
      else {
        const error = Math.abs(y - want) / ulp(want);
        assert(error <= bound, `${name}(${x}) is ${y}, not ${want}: ${error} units`);
      }
    });
  });
}

Deno.test("exp is finite up to where its value is", () => {
  const y = jit(exp as F)(tensor([88.5, 88.72, 88.73, -87, -103, -104]) as X).dataSync();
  assertAlmostEquals(y[0]! / Math.exp(88.5), 1, 1e-5);
  assert(Number.isFinite(y[1]!) && y[2] === Infinity && y[3]! > 0 && y[4]! > 0 && y[5] === 0);
});

Deno.test("a sum of ten million tenths is a million, within a millionth", () => {
  const x = full([10_000_000], 0.1, { dtype: "f32" }) as unknown as X;
  for (const s of [sum(x), jit((v: X) => sum(v) as X)(x), jit((v: X) => sum(mul(v, 1) as X) as X)(x)]) {
    assertAlmostEquals((s as X).item() / 1e6, 1, 1e-6);
  }
});

Deno.test("the variance of 1000 and 1001 in turn is a quarter, along every axis", () => {
  const x = tensor(Float32Array.from({ length: 40_000 }, (_, i) => 1000 + i % 2), { shape: [100, 400] }) as X;
  assertEquals((jit((v: X) => variance(v) as X)(x)).item(), 0.25);
  const columns = jit((v: X) => variance(v, { axis: 1 }) as X)(x).dataSync();
  assert(columns.every((v) => v === 0.25));
});

Deno.test("the tail of the error function's complement keeps its relative precision", () => {
  const y = jit(erfc as F)(tensor([3, 5, 9]) as X).dataSync(),
    want = [2.209049699858544e-5, 1.5374597944280349e-12, 4.137031746513810e-37];
  want.forEach((w, i) => assertAlmostEquals(y[i]! / w, 1, 1e-6));
  assertEquals(jit(erf as F)(tensor([0, 10, -10]) as X).toArray(), [0, 1, -1]);
});

/** gelu by way of erfc, whose tail does not cancel. */
const gelu: F = (x) => mul(mul(x, 0.5) as X, erfc(mul(x, -Math.SQRT1_2) as X) as X) as X;
const elu: F = (x) => sub(exp(clamp(x, { max: 0 }) as X) as X, 1) as X;
const mish: F = (x) => mul(x, tanh(softplus(x) as X) as X) as X;
const silu: F = (x) => mul(x, sigmoid(x) as X) as X;

Deno.test("gelu's negative tail keeps its relative precision", () => {
  const x = -6, want = 0.5 * x * 1.973175290075396e-9;
  assertAlmostEquals(jit(gelu)(tensor([x]) as X).dataSync()[0]! / want, 1, 1e-5);
});

const extremes: readonly (readonly [string, F, number, number])[] = [
  ["sigmoid", sigmoid as F, -100, 0],
  ["silu", silu, -100, 0],
  ["softplus", softplus as F, 100, 1],
  ["elu's exponential side", elu, 100, 0],
  ["mish", mish, 100, 1],
  ["pow(x, 2)", (x) => pow(x, 2) as X, 0, 0],
  ["logSigmoid", logSigmoid as F, -100, 1],
  ["norm", (x) => norm(x) as X, 0, 0],
  ["prod with a zero", (x) => prod(x) as X, 0, 1],
  ["logSumExp", (x) => logSumExp(x) as X, 1000, 1],
];

for (const [name, f, x, slope] of extremes) {
  Deno.test(`the gradient of ${name} at ${x} is ${slope}, eager and compiled`, () => {
    const loss = (v: X): X => sum(f(v)) as X;
    for (const g of [grad(loss), jit(grad(loss))]) assertAlmostEquals(g(tensor([x]) as X).dataSync()[0]!, slope, 1e-6);
  });
}

Deno.test("a mean and a logSumExp of values near the largest float stay finite", () => {
  const x = tensor([3e38, 3e38, -3e38]) as X;
  assertEquals(jit((v: X) => logSumExp(v) as X)(x).item(), Math.fround(3e38));
  assert(Number.isFinite(jit((v: X) => mean(div(v, 4) as X) as X)(x).item()));
  assertEquals(jit((v: X) => add(v, v) as X)(x).toArray(), [Infinity, Infinity, -Infinity]);
});
