/** Axes by name: how products of several tensors are told which axes belong together. */
import { reshape } from "../primitives/reshape.ts";
import { reduceSum } from "../primitives/reduce_sum.ts";
import { dotGeneral } from "../primitives/dot_general.ts";
import { transpose } from "../primitives/transpose.ts";
import { sizeOf } from "../shape.ts";
import type { Value } from "../tensor.ts";

/** A value, each of its axes under a label of its own. */
export interface Labelled {
  readonly value: Value;
  readonly labels: readonly string[];
}

const sizeAt = (x: Labelled, label: string): number => x.value.shape[x.labels.indexOf(label)]!;

/** Sums over the axes that `wanted` does not keep. */
export function summed(x: Labelled, wanted: (label: string) => boolean): Labelled {
  const gone = x.labels.flatMap((l, i) => wanted(l) ? [] : [i]);
  return { value: reduceSum(x.value, gone), labels: x.labels.filter(wanted) };
}

/** Leaves out the axes of size 1 that the other operand has longer: its product needs no repetition. */
function withoutSingles(x: Labelled, other: Labelled): Labelled {
  const stays = (l: string) => !(sizeAt(x, l) === 1 && other.labels.includes(l) && sizeAt(other, l) !== 1);
  const labels = x.labels.filter(stays);
  return { value: reshape(x.value, labels.map((l) => sizeAt(x, l))), labels };
}

/** The product of two, summed over every label that is not to be kept; sizes agree, or one of them is 1. */
export function contractPair(a: Labelled, b: Labelled, keep: (label: string) => boolean): Labelled {
  const left = withoutSingles(summed(a, (l) => keep(l) || b.labels.includes(l)), b);
  const right = withoutSingles(summed(b, (l) => keep(l) || a.labels.includes(l)), a);
  // A label whose partner was left out is summed on its own, unless it is kept.
  const x = summed(left, (l) => keep(l) || right.labels.includes(l));
  const y = summed(right, (l) => keep(l) || left.labels.includes(l));
  const shared = x.labels.filter((l) => y.labels.includes(l));
  const batch = shared.filter(keep), contract = shared.filter((l) => !keep(l));
  const at = (z: Labelled, labels: readonly string[]) => labels.map((l) => z.labels.indexOf(l));
  const free = (z: Labelled) => z.labels.filter((l) => !shared.includes(l));
  return {
    value: dotGeneral(x.value, y.value, {
      contract: [at(x, contract), at(y, contract)],
      batch: [at(x, batch), at(y, batch)],
    }),
    labels: [...batch, ...free(x), ...free(y)],
  };
}

/** The value with its axes in the order of `labels`. */
export const arranged = (x: Labelled, labels: readonly string[]): Value =>
  transpose(x.value, labels.map((l) => x.labels.indexOf(l)));

/** How many elements the product of two has before its sums. */
function productSize(a: Labelled, b: Labelled, keep: (label: string) => boolean): number {
  const labels = new Set([...a.labels, ...b.labels].filter(keep));
  return sizeOf(
    [...labels].map((l) => Math.max(a.labels.includes(l) ? sizeAt(a, l) : 1, b.labels.includes(l) ? sizeAt(b, l) : 1)),
  );
}

/**
 * The product of all, summed over every label not in `output`. Pair by pair, always the two whose product is smallest
 * beside what it replaces, the greedy order of opt_einsum (Smith and Gray, 2018, https://doi.org/10.21105/joss.00753).
 */
export function contractAll(given: readonly Labelled[], output: readonly string[]): Value {
  let operands = [...given];
  while (operands.length > 1) {
    let best = Infinity, pair: readonly [number, number] = [0, 1];
    for (let i = 0; i < operands.length; i++) {
      for (let j = i + 1; j < operands.length; j++) {
        const a = operands[i]!, b = operands[j]!;
        const cost = productSize(a, b, needed(operands, i, j, output)) - a.value.size - b.value.size;
        if (cost < best) {
          best = cost;
          pair = [i, j];
        }
      }
    }
    const [i, j] = pair, made = contractPair(operands[i]!, operands[j]!, needed(operands, i, j, output));
    operands = [...operands.filter((_, k) => k !== i && k !== j), made];
  }
  return arranged(summed(operands[0]!, (l) => output.includes(l)), output);
}

/** Whether a label is still asked for once the operands `i` and `j` are one. */
const needed = (operands: readonly Labelled[], i: number, j: number, output: readonly string[]) => (label: string) =>
  output.includes(label) || operands.some((x, k) => k !== i && k !== j && x.labels.includes(label));
