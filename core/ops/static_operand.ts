/** Operations whose required second operand is a plain number or list. */
import { Tensor } from "../tensor.ts";

/** Numbers, lists and tensors are operands; what else stands in their place are options. */
export const isOperand = (x: unknown): boolean => typeof x === "number" || Array.isArray(x) || x instanceof Tensor;

/** `f(x, k, options?)`, also data last: `f(k, options?)(x)`. A tensor in front, or an operand behind it, tells. */
export function dualStatic(
  f: (x: unknown, k: unknown, options: Record<string, unknown>) => unknown,
): (...args: unknown[]) => unknown {
  return (...args) => {
    const options = (o: unknown) => (o ?? {}) as Record<string, unknown>;
    return args[0] instanceof Tensor || isOperand(args[1])
      ? f(args[0], args[1], options(args[2]))
      : (x: unknown) => f(x, args[0], options(args[1]));
  };
}
