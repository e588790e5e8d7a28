/** One value or another, chosen element by element. */
import { elements, indices, load, select as selectExpr } from "../compiler/kernel.ts";
import { DTypeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { emptyArray, type Value } from "../tensor.ts";
import { zerosLike } from "./create.ts";
import { align, inferShape } from "./elementwise.ts";

/** `test ? yes : no`, elementwise; linear in both values. */
export const selectP: Primitive<undefined> = {
  name: "select",
  infer: (xs) => {
    const [test, yes, no] = xs;
    if (test!.dtype !== "bool") throw new DTypeError(`select: the test must be bool, not ${test!.dtype}`);
    if (yes!.dtype !== no!.dtype) throw new DTypeError(`select: dtypes ${yes!.dtype} and ${no!.dtype} differ; cast one of them`);
    return [{ shape: inferShape("select", xs), dtype: yes!.dtype }];
  },
  reference: ([test, yes, no]) => {
    const y = emptyArray(yes!.shape, yes!.dtype), t = test!.data, a = yes!.data, b = no!.data;
    for (let i = 0; i < t.length; i++) y.data[i] = t[i] !== 0 ? a[i]! : b[i]!;
    return [y];
  },
  jvp: ([test, yes, no], [, da, db]) => [
    [select(test!, yes!, no!)],
    [da || db ? select(test!, da ?? zerosLike(yes!), db ?? zerosLike(no!)) : null],
  ],
  transpose: ([ct], [test], [, la, lb]) => [
    null,
    la ? select(test!, ct!, zerosLike(ct!)) : null,
    lb ? select(test!, zerosLike(ct!), ct!) : null,
  ],
  batch: (xs, mapped, _, axis) => ({ outputs: [bind1(selectP, align(xs, mapped, axis), undefined)], mapped: [true] }),
  lower: ([test, yes]) => {
    const at = indices(yes!.shape.length);
    return elements(yes!.shape, selectExpr(load(0, at, test!.dtype), load(1, at, yes!.dtype), load(2, at, yes!.dtype)));
  },
};

/** `test ? yes : no`. */
export const select = (test: Value, yes: Value, no: Value): Value => bind1(selectP, [test, yes, no], undefined);
