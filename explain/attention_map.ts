/** What attention attends to. */
import { ArgumentError, type DType, type Shape, ShapeError, type Tensor } from "../mod.ts";
import { inRows } from "./arrange.ts";
import { drawHeatMap, requireCells, shareRamp } from "./heat_map.ts";
import { numberText } from "./number_text.ts";
import { pageOf } from "./page.ts";
import type { Picture } from "./picture.ts";
import { widest } from "./text_width.ts";
import { pictureWidth } from "./theme.ts";

/** Options of `attentionMap`. */
export interface AttentionMapOptions {
  /** What each query is, such as the tokens that are written; their positions if left out. */
  readonly rows?: readonly string[];
  /** What each key is, such as the tokens that are read; their positions if left out. */
  readonly columns?: readonly string[];
  /** What stands above the map. */
  readonly title?: string;
}

/**
 * Attention weights as colours, from 0 to the largest of all heads. A weight that is not finite is grey.
 *
 * @param weights Weights, `[Tq, Tk]` or `[heads, Tq, Tk]`, as `selfAttentionWeights` gives them. @param options `rows`,
 *   `columns`, `title`.
 * @returns A promise of the picture: a map for each head.
 * @throws {ShapeError} If the weights are not of rank 2 or 3, or empty.
 * @throws {ArgumentError} If a weight is negative, there are more than 40,000, or there are not as many names as queries or keys.
 *
 * @example Three tokens that attend to themselves
 * ```ts
 * import { eye } from "@adjoint/adjoint";
 * import { attentionMap } from "@adjoint/adjoint/explain";
 * import { assert } from "@std/assert";
 *
 * const tokens = ["the", "cat", "sat"];
 * const { svg } = await attentionMap(eye(3), { rows: tokens, columns: tokens });
 * assert(tokens.every((t) => svg.includes(`>${t}<`)));
 * ```
 */
export async function attentionMap(
  weights: Tensor<Shape, DType>,
  options: AttentionMapOptions = {},
): Promise<Picture> {
  const op = "attentionMap", shape = weights.shape;
  if (!(shape.length === 2 || shape.length === 3) || weights.size === 0) {
    throw new ShapeError(
      `${op}: weights are [${shape.join(", ")}], not [Tq, Tk] or [heads, Tq, Tk] with sizes from 1; take one example`,
    );
  }
  requireCells(op, weights.size);
  const [heads, queries, keys] = (shape.length === 2 ? [1, ...shape] : shape) as [number, number, number];
  const rows = namesOf(op, "rows", "queries", options.rows, queries);
  const columns = namesOf(op, "columns", "keys", options.columns, keys);
  const values = Array.from(await weights.data());
  const largest = values.reduce((a, v) => Number.isFinite(v) ? Math.max(a, v) : a, 0);
  if (values.some((v) => v < 0)) {
    throw new ArgumentError(`${op}: a weight is negative; weights are what the softmax gives, not scores`);
  }
  const perRow = heads === 1 ? 1 : heads <= 4 ? 2 : 3;
  const room = Math.max(60, pictureWidth / perRow - Math.min(140, widest(rows)) - 50);
  const maps = Array.from({ length: heads }, (_, h) =>
    drawHeatMap({
      shares: Array.from({ length: queries }, (_, i) => {
        const at = (h * queries + i) * keys;
        return values.slice(at, at + keys).map((v) => largest === 0 && v === 0 ? 0 : v / largest);
      }),
      rows,
      columns,
      rowTitle: "query",
      columnTitle: "key",
      title: heads === 1 ? "" : `head ${h}`,
      room,
    }));
  const { title } = options;
  return pageOf([shareRamp("0", numberText(largest, 3), "weight"), inRows(maps, perRow)], { title });
}

function namesOf(op: string, option: string, what: string, names: readonly string[] | undefined, count: number) {
  const all = names ?? Array.from({ length: count }, (_, i) => String(i));
  if (all.length === count) return all;
  throw new ArgumentError(`${op}: ${option} names ${all.length} of ${count} ${what}; name each once`);
}
