/** The example of house prices, on districts of its own. */
import { assert, assertEquals } from "@std/assert";
import { key, normal, type Tensor, tensor } from "@adjoint/adjoint";
import { districtsOf, features, predictByLine, predictPrices } from "./housing.ts";
import { measure, rSquared } from "@adjoint/adjoint/layers";

/** Made-up districts whose prices bend with income and fall to the east. */
function madeUp(count: number) {
  const z = normal(key(3), [count, 8]).dataSync(),
    inputs = new Float32Array(8 * count),
    values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const at = (k: number) => z[8 * i + k]!;
    inputs.set(
      [at(0), at(1), 20 + at(2), 900 + 50 * at(3), i % 7 === 0 ? NaN : 180, 1000, 300, Math.exp(at(7))],
      8 * i,
    );
    values[i] = 2e5 + 4e4 * at(7) ** 2 - 2e4 * Math.abs(at(0));
  }
  return {
    inputs: tensor(inputs, { shape: [count, 8] }) as Tensor<readonly [number, 8]>,
    proximity: tensor(new Int32Array(count)) as Tensor<readonly [number], "i32">,
    values: tensor(values) as Tensor<readonly [number]>,
  };
}

Deno.test("predictPrices() learns what a line cannot", () => {
  const all = districtsOf(madeUp(1200));
  assertEquals(all.inputs.shape as readonly number[], [1200, features]);
  assert(all.inputs.dataSync().every(Number.isFinite));
  const prices = predictPrices(all, all.inputs, { epochs: 30, batch: 50, rate: 0.003, seed: 0 });
  const score = (given: typeof prices) => measure(rSquared(), [[given, all.values]]).item(), bent = score(prices);
  assert(bent > 0.95, `${bent}`);
  assert(score(predictByLine(all, all.inputs)) < 0.5);
});
