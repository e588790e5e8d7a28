import { full, tensor } from "../mod.ts";
import { barChart } from "./bar_chart.ts";
import { histogram } from "./histogram.ts";
import { scatter2d } from "./scatter2d.ts";
import { assertRejects } from "@std/assert";

Deno.test("histogram() rejects no tensors, too many, what is no tree, and bins that are no whole number", async () => {
  await assertRejects(() => histogram({ a: [] }), Error, "histogram: there are no tensors in the tree");
  await assertRejects(() => histogram([1]), Error, "histogram: the number 1 at [0] is no tree");
  await assertRejects(
    () => histogram(Array.from({ length: 61 }, () => tensor(1))),
    Error,
    "61 tensors are more than 60",
  );
  for (const bins of [0, 1.5, NaN]) {
    await assertRejects(() => histogram(tensor([1]), { bins }), Error, "histogram: bins is a whole number, 1 or more");
  }
});

Deno.test("scatter2d() rejects what is not [n, 2], labels that are too few, and classes that are too many", async () => {
  for (const shape of [[4], [3, 3], [2, 2, 2]]) {
    await assertRejects(() => scatter2d(full(shape, 0)), Error, `scatter2d: points are [${shape.join(", ")}], not`);
  }
  await assertRejects(() => scatter2d(full([3, 2], 0), [1]), Error, "scatter2d: 3 points have 1 labels");
  const classes = Array.from({ length: 22 }, (_, i) => i);
  await assertRejects(() => scatter2d(full([22, 2], 0), classes), Error, "22 classes are more than can be told apart");
});

Deno.test("barChart() rejects no names, and values that are not as many", async () => {
  await assertRejects(() => barChart([], []), Error, "barChart: there are no names");
  await assertRejects(() => barChart(["a"], []), Error, "barChart: 1 names have 0 values");
});
