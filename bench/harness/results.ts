/** What was measured. */
import type { Case } from "./case.ts";

/** One implementation of one case. */
export interface Result {
  readonly implementation: string;
  /** The median of its rounds, in the case's unit; `null` if it failed. */
  readonly value: number | null;
  /** The medians of the rounds. */
  readonly rounds: readonly number[];
  /** Why it failed, or in how far it computes something else than the others. */
  readonly error?: string;
  /** The largest arena its programs used, in bytes, where it says. */
  readonly arena?: number;
}

/** A case with all its implementations. */
export interface CaseResult {
  readonly case: Case;
  readonly results: readonly Result[];
}

/** The library of an implementation's name: what stands before the mode. */
export const libraryOf = (implementation: string): string => implementation.split(",")[0]!;

/** Everything of a run, to be asked by bars. */
export class Measured {
  readonly #cases: ReadonlyMap<string, CaseResult>;

  constructor(cases: readonly CaseResult[]) {
    this.#cases = new Map(cases.map((c) => [c.case.name, c]));
  }

  /** Whether a case was run. */
  has(name: string): boolean {
    return this.#cases.has(name);
  }

  /** What an implementation of a case took; `null` if it failed. */
  value(name: string, implementation = "adjoint"): number | null {
    const { results } = this.#cases.get(name)!;
    return results.find((r) => r.implementation === implementation)?.value ?? null;
  }

  /** The least that any of some libraries took in any mode; `null` if all failed. */
  best(name: string, libraries: readonly string[]): number | null {
    const values = this.#cases.get(name)!.results
      .filter((r) => r.value !== null && libraries.includes(libraryOf(r.implementation)))
      .map((r) => r.value!);
    return values.length === 0 ? null : Math.min(...values);
  }

  /** Operations a millisecond of an implementation of a case. */
  rate(name: string, implementation = "adjoint"): number | null {
    const value = this.value(name, implementation), { flops } = this.#cases.get(name)!.case;
    return value === null || flops === undefined ? null : flops / value;
  }

  /** Operations of a case. */
  flops(name: string): number {
    return this.#cases.get(name)!.case.flops ?? 0;
  }
}
