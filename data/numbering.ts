/** Symbols and their numbers: what `charactersOf` and `vocabulary` share. */
import { ArgumentError } from "../core/errors.ts";
import { tensor } from "../core/ops/create.ts";
import type { Tensor } from "../core/tensor.ts";
import { excerpt } from "./formats/excerpt.ts";

/** Both ways between symbols and their places in a list. */
export interface Numbering {
  /** The numbers of symbols, i32 `[length]`. */
  readonly encode: (given: readonly string[]) => Tensor<readonly [number], "i32">;
  /** The symbols of numbers. */
  readonly decode: (numbers: Iterable<number>) => string[];
}

/**
 * The numbering of a list of symbols, all different.
 *
 * Of symbols before `from`, which have numbers but stand in no text, and of all others, the number is `unknown`; if there
 * is none they are refused. `kind` is what messages call the symbols.
 */
export function numberingOf(symbols: readonly string[], kind: string, from = 0, unknown?: number): Numbering {
  const numbers = new Map<string, number>();
  for (let i = from; i < symbols.length; i++) numbers.set(symbols[i]!, i);
  const known = `the ${numbers.size} ${kind} known`;
  const numberOf = (s: string): number => {
    const n = numbers.get(s) ?? unknown;
    if (n !== undefined) return n;
    throw new ArgumentError(`encode: ${excerpt(s)} is none of ${known}`);
  };
  return {
    encode: (given) => tensor(Int32Array.from(given, numberOf)) as Tensor<readonly [number], "i32">,
    decode: (given) =>
      Array.from(given, (n) => {
        const s = symbols[n];
        if (s !== undefined) return s;
        throw new ArgumentError(`decode: ${n} is the number of none of the ${symbols.length} ${kind} known`);
      }),
  };
}
