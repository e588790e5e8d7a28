/** The entry of a kernel: which index of the batch a unit belongs to. */
import { Func, type Local } from "../function.ts";
import { type Problem, sizeOf } from "./problem.ts";

/** What computes one index of the batch. */
export interface Part {
  /** A function `(a, b, c, work, from, to)` for a range of groups. */
  readonly one: Func;
  /** All functions it needs, itself among them. */
  readonly functions: readonly Func[];
  /** Groups into which the work is cut. */
  readonly groups: number;
  readonly workBytes: number;
}

/** A function `(a, b, c, work, from, to)` over the groups of all indices of the batch. */
export function entryOf({ batch, swapped, dtype }: Problem, { one, groups }: Part): Func {
  const f = new Func("contraction", new Array(6).fill("i32"));
  const [first, second, c, work, from, to] = f.args as [Local, Local, Local, Local, Local, Local];
  const [a, b] = swapped ? [second, first] : [first, second], bytes = dtype === "f32" ? 4 : 8;
  if (sizeOf(batch) === 1) {
    return f.get(from).get(to).op("i32.lt_s").if(() => f.get(a).get(b).get(c).get(work).get(from).get(to).call(one));
  }
  const rest = f.local("i32"), index = f.local("i32"), low = f.local("i32"), high = f.local("i32");
  const bases = (["a", "b", "c"] as const).map((o) => ({ o, base: { a, b, c }[o], at: f.local("i32") }));
  return f.while(from, () => f.get(to), 0, () => {
    f.get(from).i32(groups).op("i32.div_u").set(rest);
    f.get(from).i32(groups).op("i32.rem_u").set(low);
    f.get(low).get(to).op("i32.add").get(from).op("i32.sub").set(high);
    f.get(high).i32(groups).op("i32.gt_s").if(() => f.i32(groups).set(high));
    for (const { base, at } of bases) f.get(base).set(at);
    for (let i = batch.length - 1; i >= 0; i--) {
      const axis = batch[i]!;
      f.get(rest);
      if (i > 0) f.i32(axis.size).op("i32.rem_u");
      f.set(index);
      for (const { o, at } of bases) f.get(index).i32(axis[o] * bytes).op("i32.mul").get(at).op("i32.add").set(at);
      if (i > 0) f.get(rest).i32(axis.size).op("i32.div_u").set(rest);
    }
    for (const { at } of bases) f.get(at);
    f.get(work).get(low).get(high).call(one);
    f.get(from).get(high).op("i32.add").get(low).op("i32.sub").set(from);
  });
}
