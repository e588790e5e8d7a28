/** A choice between two values, element by element. */
import { elements, indices, load, select as choose } from "../compiler/kernel.ts";
import { DTypeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { emptyArray, type Value } from "../tensor.ts";
import { zerosLike } from "./create.ts";
import { align, anyKind, inferDType, inferShape } from "./elementwise.ts";

/** `yes` where `test` holds, `no` elsewhere. The side not chosen has no part in derivatives, whatever it holds. */
export const selectP: Primitive<undefined> = {
  name: "select",
  infer: ([test, yes, no]) => {
    if (test!.dtype !== "bool") {
      throw new DTypeError(`select: the condition is ${test!.dtype}, not bool; compare it first`);
    }
    return [{ shape: inferShape("select", [test!, yes!, no!]), dtype: inferDType("select", [yes!, no!], anyKind) }];
  },
  reference: ([test, yes, no]) => {
    const y = emptyArray(yes!.shape, yes!.dtype), c = test!.data, a = yes!.data, b = no!.data, out = y.data;
    for (let i = 0; i < out.length; i++) out[i] = c[i] !== 0 ? a[i]! : b[i]!;
    return [y];
  },
  jvp: ([test, yes, no], [, da, db]) => {
    const tangent = da || db ? select(test!, da ?? zerosLike(yes!), db ?? zerosLike(no!)) : null;
    return [[select(test!, yes!, no!)], [tangent]];
  },
  transpose: ([ct], [test], [, la, lb]) => [
    null,
    la ? select(test!, ct!, zerosLike(ct!)) : null,
    lb ? select(test!, zerosLike(ct!), ct!) : null,
  ],
  batch: (xs, mapped, _, axis) => ({ outputs: [bind1(selectP, align(xs, mapped, axis), undefined)], mapped: [true] }),
  simplify: ([test, yes, no]) => {
    if (test!.constant !== null) return test!.constant !== 0 ? yes! : no!;
    return yes === no ? yes! : null;
  },
  lower: ([test, yes, no]) => {
    const at = indices(test!.shape.length);
    return elements(test!.shape, choose(load(0, at, "bool"), load(1, at, yes!.dtype), load(2, at, no!.dtype)));
  },
};

/** `yes` where `test` holds, `no` elsewhere. */
export const select = (test: Value, yes: Value, no: Value): Value => bind1(selectP, [test, yes, no], undefined);
