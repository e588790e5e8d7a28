/** Operations of two tensors that also take options. */

/** What may stand in the place of options: nothing, or a plain object. */
const isOptions = (x: unknown): boolean =>
  x === undefined || (typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype);

/** `f(a, b, options?)`, also data last: `f(b, options?)(a)`. Whatever is no options in second place tells. */
export function dualOptions(
  f: (a: unknown, b: unknown, options: Readonly<Record<string, unknown>>) => unknown,
): (...args: unknown[]) => unknown {
  const options = (o: unknown) => (o ?? {}) as Readonly<Record<string, unknown>>;
  return (...args) =>
    args.length > 2 || !isOptions(args[1])
      ? f(args[0], args[1], options(args[2]))
      : (a: unknown) => f(a, args[0], options(args[1]));
}
