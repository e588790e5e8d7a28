import { curvesOf } from "./history.ts";
import { lineChart } from "./line_chart.ts";
import { trainingCurves } from "./training_curves.ts";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";

Deno.test("curvesOf() leaves out what was never measured", () => {
  assertEquals(curvesOf("op", { loss: [2, 1], validation: [] }), {
    curves: [{ name: "loss", xs: [0, 1], ys: [2, 1] }],
    xTitle: "epoch",
  });
});

Deno.test("curvesOf() reads records by their step, and takes what a record lacks as not measured", () => {
  const { curves, xTitle } = curvesOf("op", [{ step: 10, epoch: 0, loss: 2 }, { step: 20, loss: 1, accuracy: 0.5 }]);
  assertEquals(xTitle, "step");
  assertEquals(curves, [{ name: "loss", xs: [10, 20], ys: [2, 1] }, { name: "accuracy", xs: [20], ys: [0.5] }]);
  assertEquals(curvesOf("op", [{ epoch: 3, loss: 2 }]), {
    curves: [{ name: "loss", xs: [3], ys: [2] }],
    xTitle: "epoch",
  });
});

Deno.test("curvesOf() counts records without a step", () => {
  assertEquals(curvesOf("op", [{ loss: 2 }, {}, { loss: NaN }]).curves, [{ name: "loss", xs: [0, 2], ys: [2, NaN] }]);
});

Deno.test("curvesOf() rejects what is no number, naming it", () => {
  const wrong = (history: unknown) => () => curvesOf("op", history as never);
  assertThrows(wrong({ loss: 3 }), Error, 'op: "loss" in history is of type number, not a list of numbers');
  assertThrows(wrong({ loss: [1, "2"] }), Error, 'op: "loss" in history is of type string at 1, not a number');
  assertThrows(wrong([{ step: NaN, loss: 1 }]), Error, "op: step of record 0 in history is NaN, not a finite number");
  assertThrows(wrong([{ step: 1, loss: 1 }, { loss: 1 }]), Error, "op: step of record 1 in history is undefined");
});

Deno.test("trainingCurves() rejects an empty history and a smoothing out of range before it loads anything", async () => {
  for (const empty of [{}, [], { loss: [] }, [{ step: 1 }]]) {
    await assertRejects(() => trainingCurves(empty), Error, "trainingCurves: history has no values");
  }
  for (const smooth of [-0.1, 1, NaN]) {
    await assertRejects(() => trainingCurves({ loss: [1] }, { smooth }), Error, "smooth is from 0 to below 1");
  }
});

Deno.test("lineChart() rejects no values, lists of two lengths, and places that its axis does not have", async () => {
  await assertRejects(() => lineChart({}), Error, "lineChart: there are no values");
  await assertRejects(() => lineChart({ a: { x: [1], y: [] } }), Error, 'lineChart: "a" has 1 x and 0 y');
  await assertRejects(() => lineChart({ a: { x: [NaN], y: [1] } }), Error, "a point at x = NaN");
  await assertRejects(() => lineChart({ a: [1] }, { logX: true }), Error, "x = 0, which has no place on a logarithmic");
});
