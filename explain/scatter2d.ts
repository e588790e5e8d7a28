/** Points in a plane. */
import { ArgumentError, type DType, type Shape, ShapeError, type Tensor } from "../mod.ts";
import { axisOf } from "./axis.ts";
import { drawFramed } from "./frame.ts";
import { numberText } from "./number_text.ts";
import { pageOf } from "./page.ts";
import type { Picture } from "./picture.ts";
import { paper, pointSymbols, seriesColor, seriesColors } from "./theme.ts";

/** Options of `scatter2d`. */
export interface Scatter2dOptions {
  /** What stands above the points. */
  readonly title?: string;
  /** What the first coordinate is. */
  readonly xTitle?: string;
  /** What the second coordinate is. */
  readonly yTitle?: string;
}

/** Points beyond which they are one cloud to the eye, and every so many are drawn. */
const mostPoints = 10_000;

/** How many classes colours and shapes tell apart. */
const mostClasses = seriesColors.length * pointSymbols.length;

/**
 * Points in a plane, with a colour and a shape for each class; such as an embedding that was reduced to two dimensions.
 *
 * Of more than 10,000 points evenly many are drawn; points that are not finite are not. What is missing is said beneath the
 * picture. Loads `@observablehq/plot` and `linkedom`.
 *
 * @param points Coordinates, `[n, 2]`. @param labels The class of each point, 21 of them at most; one class if left out.
 * @param options `title`, `xTitle`, `yTitle`.
 * @returns A promise of the picture.
 * @throws {ShapeError} If the points are not `[n, 2]`.
 * @throws {ArgumentError} If there are not as many labels as points, or more than 21 classes.
 *
 * @example Iris flowers, in a notebook or for a page
 * ```ts
 * import { tensor, type Tensor } from "@adjoint/adjoint";
 * import { scatter2d } from "@adjoint/adjoint/explain";
 * import { assertRejects } from "@std/assert";
 *
 * const draw = async (points: Tensor, species: string[]) =>
 *   (await scatter2d(points, species, { xTitle: "petal length", yTitle: "petal width" })).svg;
 * await assertRejects(() => draw(tensor([[1.4, 0.2]]), []), Error, "1 points have 0 labels");
 * ```
 */
export async function scatter2d(
  points: Tensor<Shape, DType>,
  labels?: readonly (string | number)[],
  options: Scatter2dOptions = {},
): Promise<Picture> {
  const op = "scatter2d", { title, xTitle = "", yTitle = "" } = options, [n = 0, dimensions] = points.shape;
  if (points.rank !== 2 || dimensions !== 2) {
    throw new ShapeError(`${op}: points are [${points.shape.join(", ")}], not [n, 2]; reduce them to two dimensions`);
  }
  if (labels !== undefined && labels.length !== n) {
    throw new ArgumentError(`${op}: ${n} points have ${labels.length} labels; give one for each`);
  }
  const names = [...new Set((labels ?? []).map(String))];
  if (names.length > mostClasses) {
    throw new ArgumentError(
      `${op}: ${names.length} classes are more than can be told apart, ${mostClasses}; join some`,
    );
  }
  const classes = names.map((name, i) => ({
    name,
    color: seriesColor(i),
    symbol: pointSymbols[Math.floor(i / seriesColors.length)]!,
  }));
  const data = await points.data(),
    every = Math.max(1, Math.ceil(n / mostPoints)),
    at = new Map(names.map((s, i) => [s, i]));
  const places = Array.from({ length: n }, (_, i) => ({
    x: data[2 * i]!,
    y: data[2 * i + 1]!,
    of: labels === undefined ? 0 : at.get(String(labels[i]))!,
  }));
  const finite = places.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const drawn = finite.filter((_, i) => i % every === 0);
  const [x, y] = [axisOf(drawn.map((p) => p.x), { count: 8 }), axisOf(drawn.map((p) => p.y))];
  const panel = await drawFramed(
    op,
    { x, y, xTitle, yTitle, grid: "x and y" },
    (plot) =>
      (classes.length === 0 ? [{ color: seriesColor(0), symbol: pointSymbols[0] }] : classes).map((c, i) =>
        plot.dot(drawn.filter((p) => p.of === i), {
          x: "x",
          y: "y",
          symbol: c.symbol,
          fill: c.color,
          stroke: paper,
          strokeWidth: 0.5,
          r: drawn.length > 2000 ? 2 : 3.5,
        })
      ),
  );
  const notes = [
    ...(drawn.length < finite.length
      ? [`${numberText(drawn.length)} of ${numberText(finite.length)} points are drawn.`]
      : []),
    ...(finite.length < n ? [`${numberText(n - finite.length)} of ${numberText(n)} points are not finite.`] : []),
  ];
  return pageOf([panel], { title, legend: classes, note: notes.join(" ") });
}
