/** The same elements under another shape. */
import { elements, indices, load, ravel, unravel } from "../compiler/kernel.ts";
import { applied, madeBy } from "../compiler/rule.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { resolveReshape, sameShape, type Shape } from "../shape.ts";
import type { Value } from "../tensor.ts";

/** Row-major reinterpretation; on concrete tensors a view of the same storage. */
export const reshapeP: Primitive<{ readonly shape: Shape }> = {
  name: "reshape",
  view: true,
  infer: ([x], { shape }) => [{ shape: resolveReshape("reshape", x!.shape, shape), dtype: x!.dtype }],
  reference: ([x], { shape }) => [{ shape, dtype: x!.dtype, data: x!.data }],
  jvp: ([x], [dx], p) => [[bind1(reshapeP, [x!], p)], [bind1(reshapeP, [dx!], p)]],
  transpose: ([ct], [x]) => [reshape(ct!, x!.shape)],
  batch: ([x], _, { shape }, { size }) => ({ outputs: [reshape(x!, [size, ...shape])], mapped: [true] }),
  simplify: ([x], _, { shape }) => {
    if (x!.constant !== null) return x!.constant;
    if (sameShape(x!.shape, shape)) return x!;
    const before = madeBy(x!, reshapeP);
    return before === null ? null : applied(reshapeP, before.inputs, { shape });
  },
  lower: ([x], { shape }) => elements(shape, load(0, unravel(ravel(indices(shape.length), shape), x!.shape), x!.dtype)),
};

/** `x` with its elements, in order, under `shape`. */
export const reshape = (x: Value, shape: Shape): Value =>
  sameShape(x.shape, shape) ? x : bind1(reshapeP, [x], { shape: Object.freeze([...shape]) });
