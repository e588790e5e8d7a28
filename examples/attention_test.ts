/** The example of attention, on short sequences. */
import { assert, assertEquals } from "@std/assert";
import { key, tree } from "@adjoint/adjoint";
import { accuracyOf, draw, drawWeights, init, scores, train, writeOut } from "./attention.ts";

const sizes = { symbols: 4, length: 4, units: 12 };

Deno.test("the writer learns to turn short sequences around, the same to the last bit for the same seed", () => {
  const settings = { ...sizes, steps: 250, batch: 32, rate: 0.02, seed: 0 }, params = train("additive", settings);
  const right = accuracyOf(params, "additive", sizes, draw(key(9), 200, sizes));
  assert(right > 0.9, `${right}`);
  const few = { ...settings, steps: 3 }, bits = () => tree.leaves(train("dot", few)).map((l) => l.dataSync());
  assertEquals(bits(), bits());
});

Deno.test("with every score the weights of each symbol sum to 1", () => {
  for (const name of scores) {
    const { symbols, weights } = writeOut(init(key(1), name, sizes), name, sizes, draw(key(2), 3, sizes));
    assertEquals(symbols.shape as readonly number[], [3, 4]);
    for (const row of weights.toArray().flat()) {
      // Four quotients and their sum round by less than 2⁻²².
      assert(Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 2 ** -20, name);
    }
  }
});

Deno.test("drawWeights() is darker where it looks", () => {
  assertEquals(drawWeights([[1, 0], [0.3, 0.7]], ["x", "y"], ["a", "b"]), "    a b\n x ██  \n y ░░▓▓");
});
