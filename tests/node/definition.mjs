/** One record for the ways of writing a test: `(name, fn)`, `(fn)`, `(options)`, `(options, fn)`, `(name, options, fn)`. */
export function definition(args) {
  const fn = args.findLast((arg) => typeof arg === "function");
  const name = args.find((arg) => typeof arg === "string");
  const options = args.find((arg) => typeof arg === "object");
  return { name: name ?? options?.name ?? fn.name, fn: fn ?? options.fn, ignore: options?.ignore ?? false };
}
