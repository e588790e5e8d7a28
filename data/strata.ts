/** Examples told apart by their labels, so that parts of them have each class in its share. */
import { ArgumentError, type DType, type Shape, ShapeError, type Tensor } from "../mod.ts";
import { isTensor } from "../core/tree.ts";

/** A label for each example: classes by number or by name. */
export type Labels = Tensor<readonly [number], DType> | ArrayLike<number | string>;

/** Labels as a list, one for each of `count` examples. */
export function labelList(op: string, labels: Labels, count?: number): ArrayLike<number | string> {
  const list = isTensor(labels) ? listOf(op, labels as Tensor<Shape, DType>) : labels as ArrayLike<number | string>;
  if (count !== undefined && list.length !== count) {
    throw new ShapeError(`${op}: there are ${list.length} labels for ${count} examples`);
  }
  return list;
}

function listOf(op: string, labels: Tensor<Shape, DType>): ArrayLike<number> {
  if (labels.shape.length === 1) return labels.dataSync();
  throw new ShapeError(`${op}: labels are [examples], got [${labels.shape.join(", ")}]; of one-hot rows take argmax`);
}

/** Where the examples of each class are, in the order of `order`; the classes ascend. */
export function placesByClass(
  labels: ArrayLike<number | string>,
  order: ArrayLike<number>,
): readonly (readonly [label: number | string, places: readonly number[]])[] {
  const strata = new Map<number | string, number[]>();
  for (let i = 0; i < order.length; i++) {
    const label = labels[order[i]!]!, stratum = strata.get(label);
    if (stratum === undefined) strata.set(label, [order[i]!]);
    else stratum.push(order[i]!);
  }
  return [...strata].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
}

/**
 * How many of `count` examples each part gets: as near to its fraction as whole numbers come, at least one where its
 * fraction is not 0 and there are enough; all together `count`.
 */
export function apportion(op: string, count: number, fractions: readonly number[]): readonly number[] {
  const sum = fractions.reduce((a, b) => a + b, 0);
  // Written as decimals, fractions of one add up to it but for rounding.
  if (fractions.some((f) => !(f >= 0 && f <= 1)) || Math.abs(sum - 1) > 1e-9 * fractions.length) {
    throw new ArgumentError(`${op}: fractions are from 0 to 1 and add up to 1, not ${fractions.join(" + ")} = ${sum}`);
  }
  const exact = fractions.map((f) => f * count), parts = exact.map(Math.floor);
  const give = (better: (a: number, b: number) => boolean, amount: number): void => {
    const best = exact.reduce((best, _, i) => better(i, best) ? i : best, 0);
    parts[best]! += amount;
  };
  while (parts.reduce((a, b) => a + b, 0) < count) give((a, b) => exact[a]! - parts[a]! >= exact[b]! - parts[b]!, 1);
  const wanted = fractions.filter((f) => f > 0).length;
  for (const [i, f] of fractions.entries()) {
    if (f === 0 || parts[i]! > 0 || count < wanted) continue;
    give((a, b) => parts[a]! > parts[b]!, -1);
    parts[i] = 1;
  }
  return parts;
}

/**
 * Places dealt out to parts of given sizes one by one, each to the part that is furthest behind its share: any stretch of
 * them is dealt out in about the same shares.
 */
export function deal(places: readonly number[], sizes: readonly number[]): readonly (readonly number[])[] {
  const parts = sizes.map((): number[] => []);
  for (const [i, place] of places.entries()) {
    const behind = (p: number): number =>
      parts[p]!.length === sizes[p] ? -Infinity : (i + 1) * sizes[p]! / places.length - parts[p]!.length;
    const next = sizes.reduce((best, _, p) => behind(p) > behind(best) ? p : best, 0);
    parts[next]!.push(place);
  }
  return parts;
}
