/** Options of operations: plain objects whose names are known. */
import { ArgumentError } from "../errors.ts";
import { Tensor } from "../tensor.ts";
import { shown } from "./whole_numbers.ts";

/** Throws unless options are an object with no names but the given ones; a misspelt one would be passed over silently. */
export function requireOptions(op: string, options: unknown, example: string, names: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options) || options instanceof Tensor) {
    throw new ArgumentError(`${op}: options are an object, not ${shown(options)}; write ${example}`);
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw new ArgumentError(`${op}: there is no option ${name}; it takes ${names.join(", ")}`);
    }
  }
}

/** An option that is a truth value; false if left out. */
export function flag(op: string, name: string, x: unknown): boolean {
  if (x !== undefined && typeof x !== "boolean") {
    throw new ArgumentError(`${op}: ${name} is true or false, not ${shown(x)}`);
  }
  return x === true;
}
