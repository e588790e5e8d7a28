/** Which classes are taken for which. */
import { ArgumentError, type DType, type Shape, ShapeError, Tensor } from "../mod.ts";
import { drawHeatMap, requireCells, shareRamp } from "./heat_map.ts";
import { numberText } from "./number_text.ts";
import { pageOf } from "./page.ts";
import type { Picture } from "./picture.ts";
import { pictureWidth } from "./theme.ts";

/** Options of `confusionPicture`. */
export interface ConfusionPictureOptions {
  /** Names of the classes; their indices if left out. */
  readonly labels?: readonly string[];
  /** Whether the cells show the share of their row in percent instead of the count. */
  readonly normalise?: boolean;
  /** What stands above the matrix. */
  readonly title?: string;
}

/**
 * A confusion matrix: rows are labels, columns predictions, and the colour of a cell is its share of its row. Of more
 * than 30 classes only the colours are drawn.
 *
 * @param matrix Counts, `[k, k]`, as `confusionMatrix` gives them, or rows of numbers. @param options `labels`,
 *   `normalise`, `title`.
 * @returns A promise of the picture.
 * @throws {ShapeError} If the matrix is not square, or empty.
 * @throws {ArgumentError} If a count is negative or not finite, there are more than 200 classes, or there are not as many labels as classes.
 *
 * @example Two classes
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { confusionPicture } from "@adjoint/adjoint/explain";
 * import { assert } from "@std/assert";
 *
 * const picture = await confusionPicture(tensor([[50, 2], [5, 1043]], { dtype: "i32" }), { labels: ["cat", "dog"] });
 * assert(picture.svg.includes(">1,043<") && picture.svg.includes(">dog<"));
 * ```
 */
export async function confusionPicture(
  matrix: Tensor<Shape, DType> | readonly (readonly number[])[],
  options: ConfusionPictureOptions = {},
): Promise<Picture> {
  const op = "confusionPicture", { title, normalise = false } = options, counts = await squareOf(op, matrix);
  requireCells(op, counts.length ** 2);
  const labels = options.labels ?? counts.map((_, i) => String(i));
  if (labels.length !== counts.length) {
    throw new ArgumentError(`${op}: ${counts.length} classes have ${labels.length} labels; name each class once`);
  }
  const shares = counts.map((row) => {
    const total = row.reduce((a, b) => a + b, 0);
    return row.map((n) => total === 0 ? 0 : n / total);
  });
  const texts = counts.length > mostTexts
    ? undefined
    : normalise
    ? shares.map((row) => row.map((s) => `${(100 * s).toFixed(1)} %`))
    : counts.map((row) => row.map((n) => numberText(n)));
  const names = { rows: labels, columns: labels, rowTitle: "label", columnTitle: "prediction" };
  const map = drawHeatMap({ shares, ...(texts && { texts }), ...names, room: pictureWidth });
  return pageOf(texts ? [map] : [shareRamp("0 %", "100 %", "share of the row"), map], { title });
}

/** Classes beyond which the cells are too many to be read, and show their colour only. */
const mostTexts = 30;

async function squareOf(
  op: string,
  matrix: Tensor<Shape, DType> | readonly (readonly number[])[],
): Promise<readonly (readonly number[])[]> {
  const columns = matrix instanceof Tensor ? matrix.shape[1] ?? 0 : matrix.length;
  const flat = matrix instanceof Tensor ? await matrix.data() : undefined;
  const rows = matrix instanceof Tensor
    ? Array.from({ length: matrix.shape[0] ?? 0 }, (_, i) => [...flat!.subarray(i * columns, (i + 1) * columns)])
    : matrix;
  const rank = matrix instanceof Tensor ? matrix.rank : 2, odd = rows.find((r) => r.length !== rows.length);
  if (rank !== 2 || rows.length === 0 || odd !== undefined) {
    const shape = matrix instanceof Tensor ? matrix.shape.join(", ") : `${rows.length}, ${odd?.length ?? 0}`;
    throw new ShapeError(
      `${op}: the matrix is [${shape}], not [k, k] with k from 1; give a row and a column each class`,
    );
  }
  const wrong = rows.flat().find((n) => !(n >= 0 && n < Infinity));
  if (wrong !== undefined) throw new ArgumentError(`${op}: a count is ${wrong}; counts are 0 or more, and finite`);
  return rows;
}
