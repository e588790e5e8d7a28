/** What a module asks of its host: scalar functions with no code of their own yet, and printing. */
import type { DType } from "../../dtype.ts";
import { Imported } from "./module.ts";
import { valueType } from "./scalar_ops.ts";

/** Functions a module imports, and their implementations by name. */
export class HostFunctions {
  readonly imports: Imported[] = [];
  readonly implementations: Record<string, (...args: number[]) => number | void> = {};
  /** How often a function was asked for: code made meanwhile calls the host. */
  uses = 0;
  readonly #scalars = new Map<string, Imported>();

  /** A scalar function of float64 arguments whose result is stored as `dtype`. */
  scalar(name: string, fn: (...args: number[]) => number, args: readonly DType[], dtype: DType): Imported {
    this.uses++;
    const key = `${name}(${args}):${dtype}`;
    let f = this.#scalars.get(key);
    if (f === undefined) {
      f = this.#import(new Imported(`${this.imports.length}`, args.map(() => "f64"), [valueType(dtype)]), fn);
      this.#scalars.set(key, f);
    }
    return f;
  }

  /** A call with addresses. */
  action(addresses: number, run: (...addresses: number[]) => void): Imported {
    const params = Array.from({ length: addresses }, () => "i32" as const);
    return this.#import(new Imported(`${this.imports.length}`, params, []), run);
  }

  #import(f: Imported, run: (...args: number[]) => number | void): Imported {
    this.imports.push(f);
    this.implementations[f.name] = run;
    return f;
  }
}
