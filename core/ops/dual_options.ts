/** Operations of two tensors that also take options. */
import { isOperand } from "./static_operand.ts";

/** `f(a, b, options?)`, also data last: `f(b, options?)(a)`. An operand in second place tells. */
export function dualOptions(
  f: (a: unknown, b: unknown, options: Readonly<Record<string, unknown>>) => unknown,
): (...args: unknown[]) => unknown {
  const options = (o: unknown) => (o ?? {}) as Readonly<Record<string, unknown>>;
  return (...args) =>
    isOperand(args[1]) ? f(args[0], args[1], options(args[2])) : (a: unknown) => f(a, args[0], options(args[1]));
}
