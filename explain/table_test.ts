import { tensor, zeros } from "../mod.ts";
import { jupyterDisplay } from "./display.ts";
import { showTensor } from "./show_tensor.ts";
import { table } from "./table.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";

Deno.test("table() counts what is not finite, and shows nothing of no elements", () => {
  const { text } = table([tensor([1, NaN, Infinity]), zeros([0, 3]), tensor([true], { dtype: "bool" })]);
  assertEquals(text.split("\n"), [
    "path   shape   dtype  count  size  mean  std  not finite",
    "────────────────────────────────────────────────────────",
    "0      [3]     f32        3  12 B   NaN  NaN           2",
    "1      [0, 3]  f32        0   0 B                      0",
    "2      [1]     bool       1   1 B     1    0           0",
    "────────────────────────────────────────────────────────",
    "total                     4  13 B                      2",
  ]);
});

Deno.test("table() of a tensor calls it the root, and one of nothing has a total of 0", () => {
  assertEquals(table(tensor(2)).text.split("\n")[2], "the root  []     f32        1   4 B     2    0");
  assertEquals(table([]).text.split("\n").at(-1), "total                    0   0 B");
});

Deno.test("table() escapes names in HTML, and is what a notebook shows", () => {
  const shown = table({ "<script>": tensor(1) }), display = shown[jupyterDisplay]();
  assert(shown.html.includes("&lt;script&gt;") && !shown.html.includes("<script>"));
  assertEquals(display, { "text/plain": shown.text, "text/html": shown.html });
});

Deno.test("table() finds a small deviation beside a large mean", () => {
  // The population's deviation of three neighbours is √(2/3).
  const { text } = table(tensor([1e8, 1e8 + 1, 1e8 + 2], { dtype: "f64" }));
  assert(text.includes("0.8165"), text);
});

Deno.test("table() rejects what is no tree", () => {
  assertThrows(() => table([1]), Error, "table: the number 1 at [0] is no tree");
});

Deno.test("showTensor() shows the range of values, and only the tensor if there are none", () => {
  assertEquals(showTensor(zeros([0, 2])).text, "f32[0,2] []");
  assertEquals(showTensor(tensor(-3)).text, "f32[] -3\nfrom −3 to −3, mean −3, std 0");
  assertEquals(showTensor(tensor([1, NaN])).text.split("\n")[1], "from NaN to NaN, mean NaN, std NaN, 1 not finite");
  const { html } = showTensor(tensor([[1, 2], [3, 4]]));
  assertEquals(html.match(/<td/g)?.length, 4);
  assert(html.endsWith("<p>from 1 to 4, mean 2.5, std 1.118</p>"));
});
