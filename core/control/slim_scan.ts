/** Loops with what nobody needs taken out of them. */
import { hasEffect, Program, type Var } from "../compiler/program.ts";
import type { Slim } from "../primitive.ts";
import type { ScanParams } from "./scan_primitive.ts";

/**
 * A scan of fewer inputs and outputs. Left out are results and parts of the carry that nobody needs, what is given or
 * stacked twice, slices that are handed on as they come, and what the body does not read; a part of the carry that never
 * changes becomes a constant.
 *
 * @param inputs What the scan is given; the same object where it is the same value.
 * @param needed Which outputs are read.
 */
export function slimScan(
  inputs: readonly object[],
  p: ScanParams,
  needed: readonly boolean[],
): Slim<ScanParams> | null {
  const { program: { inputs: names, equations, outputs }, consts, carry } = p;
  const isCarry = (i: number): boolean => i >= consts && i < consts + carry;
  // Values of the body that are another: what is given twice.
  const first = new Map<Var, Var>();
  names.forEach((v, i) => {
    const same = inputs.findIndex((x, j) => x === inputs[i] && j < consts === i < consts && !isCarry(j));
    if (same < i && !isCarry(i)) first.set(v, names[same]!);
  });
  const look = (v: Var): Var => first.get(v) ?? v, given = outputs.map(look);
  const steady = (k: number): boolean => given[k] === names[consts + k];
  /** The input that an output is, as it comes. */
  const passed = given.map((v, i) => i < carry ? steady(i) ? consts + i : -1 : names.indexOf(v, consts + carry));
  const at = [...names.keys()], moving = new Set<number>();
  for (let k = 0; k < carry; k++) if (needed[k]! && !steady(k)) moving.add(k);
  const stacked = [...new Set(given.filter((_, i) => i >= carry && needed[i]! && passed[i]! < 0))];

  // What is read for the sake of what is needed; it may be a carry, which then is needed itself.
  let live = new Set<Var>();
  for (let before = -1; before < moving.size;) {
    before = moving.size;
    live = new Set([...[...moving].map((k) => given[k]!), ...stacked]);
    for (const e of equations.toReversed()) {
      if (e.outputs.some((v) => live.has(v)) || hasEffect(e)) { for (const v of e.inputs) live.add(look(v)); }
    }
    for (let k = 0; k < carry; k++) if (!steady(k) && live.has(names[consts + k]!)) moving.add(k);
  }

  const carried = [...moving].sort((a, b) => a - b);
  const kept = {
    consts: at.filter((i) => live.has(names[i]!) && (i < consts || isCarry(i) && steady(i - consts))),
    carry: carried.map((k) => consts + k),
    xs: at.filter((i) => i >= consts + carry && live.has(names[i]!)),
  };
  const order = [...kept.consts, ...kept.carry, ...kept.xs];
  if (order.length === names.length && carried.length + stacked.length === outputs.length) return null;
  const body = new Program(
    order.map((i) => names[i]!),
    equations.map((e) => ({ ...e, inputs: e.inputs.map(look) })),
    [...carried.map((k) => given[k]!), ...stacked],
  );
  return {
    inputs: order,
    params: { ...p, program: body, consts: kept.consts.length, carry: carried.length },
    outputs: given.map((v, i) => {
      if (passed[i]! >= 0) return { input: passed[i]! };
      const place = i < carry ? carried.indexOf(i) : needed[i]! ? carried.length + stacked.indexOf(v) : -1;
      return place < 0 ? null : { output: place };
    }),
  };
}
