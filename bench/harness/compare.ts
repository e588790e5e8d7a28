/** Measures a case: every implementation in a process of its own, in turns. */
import { dissenters } from "./agree.ts";
import { type Case, median } from "./case.ts";
import { Child } from "./process.ts";
import type { CaseResult, Result } from "./results.ts";

/** How long to measure. */
export interface Effort {
  /** Turns of every implementation. */
  readonly rounds: number;
  /** Milliseconds of one turn. */
  readonly budget: number;
  /** Whether ours is measured alone, as it is and under V8's flags for speed. */
  readonly fast: boolean;
}

interface Runner {
  readonly name: string;
  readonly child: Child;
  readonly rounds: number[];
  /** Milliseconds spent on it in turns so far. */
  spent: number;
  digest: readonly number[] | null;
  arena: number | null;
  error: string | null;
}

const messageOf = (e: unknown): string => (e instanceof Error ? e.message : String(e)).split("\n")[0]!;

/** Does something with an implementation; from then on it is left alone if that fails. */
async function attempt(r: Runner, f: () => Promise<void>): Promise<void> {
  if (r.error !== null) return;
  try {
    await f();
  } catch (e) {
    r.error = messageOf(e);
    await r.child.close();
  }
}

/** The processes of a case by the names of what runs in them. */
function children(c: Case, python: readonly string[], fast: boolean): readonly (readonly [string, () => Child])[] {
  const names = Object.keys(c.implementations), inDeno = (name: string) => () => Child.inDeno(c.name, name);
  if (fast) {
    return names.filter((name) => name.startsWith("adjoint")).flatMap((name) => [
      [name, inDeno(name)],
      [`${name}, V8 flags`, () => Child.inDeno(c.name, name, { fast })],
    ]);
  }
  return [
    ...names.map((name) => [name, inDeno(name)] as const),
    ...python.map((name) => [name, () => Child.inPython(c.name, name)] as const),
  ];
}

/**
 * Measures a case. Implementations that fail, are too slow or compute something else are named, and not timed on.
 *
 * @param python Libraries in Python that have the case too.
 */
export async function compare(
  c: Case,
  python: readonly string[],
  { rounds, budget, fast }: Effort,
): Promise<CaseResult> {
  const limit = c.limit ?? 60, runners: Runner[] = [];
  try {
    for (const [name, start] of children(c, python, fast)) {
      const r: Runner = {
        name,
        child: start(),
        rounds: [],
        spent: 0,
        digest: null,
        arena: null,
        error: null,
      };
      runners.push(r);
      await attempt(r, async () => void (r.digest = await r.child.ready(limit)));
    }
    const digests = new Map(runners.flatMap((r) => r.digest === null ? [] : [[r.name, r.digest]]));
    const strays = dissenters(digests, c.tolerance ?? 1e-3);
    for (let i = 0; i < (c.samples ?? rounds); i++) {
      for (const r of runners) {
        // Those whose one call outlasts a turn get fewer of them: their noise is small against their length.
        if (c.samples === undefined && i >= 2 && r.spent > 3 * rounds * budget) continue;
        const start = performance.now();
        await attempt(r, async () => {
          const { value, arena } = await r.child.measure(budget, limit);
          r.rounds.push(value);
          r.arena = arena;
        });
        r.spent += performance.now() - start;
      }
    }
    return { case: c, results: runners.map((r) => resultOf(r, strays.get(r.name))) };
  } finally {
    for (const { child } of runners) await child.close();
  }
}

function resultOf(r: Runner, stray: number | undefined): Result {
  const error = r.error ?? (stray === undefined ? null : `differs from the others by ${stray.toPrecision(2)}`);
  return {
    implementation: r.name,
    value: error === null ? median(r.rounds) : null,
    rounds: r.rounds,
    ...error === null ? {} : { error },
    ...r.arena === null ? {} : { arena: r.arena },
  };
}
