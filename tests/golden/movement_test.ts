import { addAt } from "../../core/ops/at.ts";
import { pad, type PadMode, roll } from "../../core/ops/concat.ts";
import { scatterAdd, take, takeAlongAxis } from "../../core/ops/gather.ts";
import type { Value } from "../../core/tensor.ts";
import { i32 } from "../laws/values.ts";
import { casesOf, checkGolden, type GoldenCase, readGolden } from "./read.ts";

const ops = readGolden("ops");

/** Elements are copied, and at most two updates are added to one, in the order of the file: nothing may differ. */
const exact = 0;

/**
 * The cotangents of an element's copies are added, 9 of them in a corner repeated 3 by 3 times, in any order: 8 additions
 * on either side, each of at most 9 cotangents, none of which is larger than the largest gradient where there are copies.
 */
const copies = 2 * 8 * 9;

function golden(name: string, roundings: number, f: (c: GoldenCase, ...xs: Value[]) => Value): void {
  Deno.test(`golden ops: ${name}`, () => {
    for (const c of casesOf(ops, name)) checkGolden(c, (...xs) => f(c, ...xs), roundings);
  });
}

/** The index of a case, a list or a list of lists. */
function indexOf(c: GoldenCase): Value {
  const rows = c.attrs.index as readonly (number | readonly number[])[], first = rows[0]!;
  return i32(typeof first === "number" ? [rows.length] : [rows.length, first.length], rows.flat() as number[]);
}

const modes: Readonly<Record<string, PadMode>> = { replicate: "edge", circular: "wrap", constant: "constant" };

golden("roll", exact, (c, x) => roll(x, c.attrs.shifts as number, { axis: c.attrs.dims as number }));
golden("gather", exact, (c, x) => takeAlongAxis(x, indexOf(c), { axis: c.attrs.dim as number }));
golden("scatter_add", exact, (c, x, s) => addAt(x, [i32([2, 1], [0, 1]), indexOf(c)], s));
golden("index_add", exact, (c, x, s) => {
  const at = indexOf(c);
  return scatterAdd(x, i32([at.size, 1], [...at.dataSync()]), s);
});
golden("embedding", exact, (c, w) => take(w, indexOf(c), { axis: 0 }));
golden("pad", copies, (c, x) => {
  const [left, right, top, bottom] = c.attrs.pad_last_first as readonly [number, number, number, number];
  return pad(x, [0, 0, [top, bottom], [left, right]], { mode: modes[c.attrs.mode as string]! });
});
