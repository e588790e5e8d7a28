import { assertEquals } from "@std/assert";
import { standings } from "./bars.ts";
import { Measured } from "./harness/results.ts";

/** How the bars of one case stand, for some results. */
function states(name: string, values: Readonly<Record<string, number | null>>) {
  const results = Object.entries(values).map(([implementation, value]) => ({ implementation, value, rounds: [] }));
  return standings(new Measured([{ case: { name, implementations: {} }, results }])).map((s) => s.state);
}

Deno.test("a bar is held against the best mode of the best peer", () => {
  const peers = { "jax-js, sync": 90, "jax-js, async": 50, tfjs: 60, onnxruntime: null };
  assertEquals(states("exp", { adjoint: 4, ...peers }), ["aim"]);
  assertEquals(states("exp", { adjoint: 10, ...peers }), ["must"]);
  assertEquals(states("exp", { adjoint: 20, ...peers }), ["missed"]);
});

Deno.test("a bar is missed if we failed, and not measured if every peer did", () => {
  assertEquals(states("exp", { adjoint: null, tfjs: 60 }), ["missed"]);
  assertEquals(states("exp", { adjoint: 4, tfjs: null }), ["no measure"]);
});

Deno.test("bars of cases that were not run are left out", () => {
  // Its other bar needs the rate of a large matmul.
  assertEquals(states("MLP train step", { adjoint: 1, tfjs: 10 }), ["aim"]);
  assertEquals(states("something else", {}), []);
});

Deno.test("absolute bars count in their unit", () => {
  assertEquals(states("eager op on 10 numbers", { adjoint: 0.002 }), ["must"]);
  assertEquals(states("deno task mnist", { adjoint: 11_000 }), ["missed"]);
});
