/** Pictures that are held to what was looked at when they were last made. */
import {
  attentionMap,
  barChart,
  confusionPicture,
  histogram,
  imageGrid,
  lineChart,
  type Picture,
  scatter2d,
  trainingCurves,
} from "../../explain/mod.ts";
import { full, key, normal, randint, tensor, tril } from "../../mod.ts";

/** A name that would be markup if it were not escaped. */
const hostile = '<script>alert("&")</script>';

const losses = Array.from({ length: 200 }, (_, i) => 2.3 * Math.exp(-i / 60) + 0.1 * Math.sin(i * i));

/** A grey disc of a radius, with a lost pixel in its middle. */
const disc = (size: number, radius: number): number[][][] =>
  Array.from(
    { length: size },
    (_, y) =>
      Array.from({ length: size }, (_, x) => [x === 4 && y === 4 ? NaN : Number(Math.hypot(x - 4, y - 4) <= radius)]),
  );

/** How each picture is drawn; `pictures/NAME.svg` is what it gave. */
export const pictures: Readonly<Record<string, () => Promise<Picture>>> = {
  line_chart: () =>
    lineChart({ [hostile]: [3, 2, NaN, 1, 0.5, -Infinity, 0.2], sparse: { x: [0, 2, 4], y: [1, 2, 3] } }, {
      title: hostile,
      xTitle: "step",
      yTitle: "loss",
    }),
  line_chart_log: () =>
    lineChart({ loss: { x: [1e-7, 1e-5, 1e-3, 1e-1, 10], y: [2, 3, 0, 0.8, 3000] } }, {
      xTitle: "learning rate",
      yTitle: "loss",
      logX: true,
      logY: true,
    }),
  line_chart_lost: () => lineChart({ loss: [NaN, NaN] }),
  training_curves: () =>
    trainingCurves({ loss: [2.1, 1.2, 0.8, 0.61, 0.5], validation: [1.9, 1.25, 0.9, 0.85, 0.88] }, { title: "Digits" }),
  training_curves_smooth: () =>
    trainingCurves(losses.map((loss, i) => ({ step: 1000 * i, loss: i === 120 ? NaN : loss })), { smooth: 0.9 }),
  training_curves_single: () => trainingCurves({ loss: [1.5] }, { logY: true }),
  confusion: () =>
    confusionPicture(
      Array.from({ length: 10 }, (_, i) => Array.from({ length: 10 }, (_, j) => i === j ? 950 + 17 * i : i * j % 7)),
      { title: "Test set" },
    ),
  confusion_normalised: () =>
    confusionPicture([[8, 2, 0], [1, 1200, 3], [0, 0, 0]], {
      labels: ["aeroplane", hostile, "🐈 and a name that is much too long to be shown"],
      normalise: true,
    }),
  confusion_large: () =>
    confusionPicture(
      Array.from({ length: 31 }, (_, i) =>
        Array.from({ length: 31 }, (_, j) => i === j ? 60 : Number((i + j) % 9 === 0))),
    ),
  attention: () =>
    attentionMap(tensor([[0.9, 0.05, 0.05, 0], [0.1, 0.6, 0.2, 0.1], [NaN, 0, 0.4, 0.6]]), {
      rows: ["le", "chat", "dort"],
      columns: ["the", hostile, "is", "sleeping"],
      title: "Cross-attention",
    }),
  attention_heads: () => attentionMap(tril(full([5, 6, 6], 1 / 6))),
  histogram: () => histogram(normal(key(0), [5000]), { title: "Standard normal", bins: 40 }),
  histogram_tree: () =>
    histogram({
      dense: { bias: tensor([0, 0, 0]), [hostile]: normal(key(1), [300]) },
      lost: tensor([NaN, 1e9, Infinity]),
      none: tensor([NaN]),
      empty: tensor([]),
    }, { bins: 10 }),
  scatter: () =>
    scatter2d(normal(key(2), [90, 2]), Array.from({ length: 90 }, (_, i) => i % 9), {
      title: "Nine classes",
      xTitle: "first component",
      yTitle: hostile,
    }),
  scatter_lost: () => scatter2d(tensor([[1, 2], [NaN, 3], [2000, -1], [4, Infinity]])),
  bars: () =>
    barChart(["aeroplane", hostile, "ship", "lost", "none"], [1234567, 250000, 31, NaN, 0], { title: "Counts" }),
  bars_negative: () => barChart(["up", "down", "down"], [0.3, -1.25, -0.001]),
  images: () =>
    imageGrid(tensor(Array.from({ length: 5 }, (_, i) => disc(8, i)), { dtype: "f32" }), {
      columns: 3,
      captions: ["0", hostile, "two", "a long caption", "4"],
      title: "Discs",
    }),
  images_color: () => imageGrid(randint(key(3), [3, 4, 5, 3], 0, 256)),
};
