import { arange, full, reshape, tensor, zeros } from "../mod.ts";
import { formatHtml } from "./format.ts";
import { assertEquals } from "@std/assert";

Deno.test("a tensor's text has its dtype, its shape and its values, aligned", () => {
  assertEquals(String(tensor([[1, 20], [-3, 4]])), "f32[2,2] [[ 1, 20],\n          [-3,  4]]");
  assertEquals(String(tensor(2.5)), "f32[] 2.5");
  assertEquals(String(tensor([true, false])), "bool[2] [ true, false]");
  assertEquals(String(tensor([1.5, NaN, -Infinity])), "f32[3] [      1.5,       NaN, -Infinity]");
  assertEquals(String(tensor([1e-9, 1])), "f32[2] [1.0000e-9, 1.0000e+0]");
  assertEquals(String(tensor([0.1])), "f32[1] [0.1]");
  assertEquals(String(zeros([0, 3])), "f32[0,3] []");
  assertEquals(String(zeros([2, 1, 1])), "f32[2,1,1] [[[0]],\n\n            [[0]]]");
});

Deno.test("a large tensor's text leaves its middle out", () => {
  assertEquals(String(arange(2000)), "i32[2000] [   0,    1,    2, …, 1997, 1998, 1999]");
  const lines = String(reshape(arange(10_000), [100, 100])).split("\n");
  assertEquals(lines.length, 7);
  assertEquals(lines[3]!.trim(), "…,");
});

Deno.test("the console and notebooks show what toString gives, as text and as a table", () => {
  const x = tensor([[1, 2]]), shown = x as unknown as Record<symbol, () => unknown>;
  assertEquals(shown[Symbol.for("Deno.customInspect")]!(), String(x));
  assertEquals(shown[Symbol.for("nodejs.util.inspect.custom")]!(), String(x));
  assertEquals(shown[Symbol.for("Jupyter.display")]!(), {
    "text/plain": String(x),
    "text/html":
      '<table><caption>f32[1,2]</caption><tr><td style="text-align:right">1</td><td style="text-align:right">2</td></tr></table>',
  });
  assertEquals(
    formatHtml({ shape: [1, 1, 1], dtype: "f32", data: new Float32Array([7]) }),
    "<pre>f32[1,1,1] [[[7]]]</pre>",
  );
});

Deno.test("what has no elements to show is shown by its type", () => {
  assertEquals(String(full([2], 1)), "f32[2] [1, 1]");
  assertEquals(formatHtml({ shape: [2], dtype: "i32" }), "<pre>i32[2]</pre>");
});
