/** Simplification: the passes that make a program smaller, one after another until nothing changes. */
import { algebra } from "./algebra.ts";
import { commonSubexpressions } from "./cse.ts";
import { deadCode } from "./dead_code.ts";
import { fold } from "./fold.ts";
import { inline } from "./inline.ts";
import { mapPrograms } from "./nested.ts";
import { Program } from "./program.ts";

/** Rounds after which even a program that still changes is left: each is linear in its size. */
const rounds = 4;

const known = new WeakMap<Program, Program>();

/**
 * A program that computes the same, bit for bit, with fewer equations, and so in the programs it holds. Effects stay, in
 * their order. The same object for the same program.
 */
export function simplify(program: Program): Program {
  const done = known.get(program);
  if (done !== undefined) return done;
  let now = withinEquations(deadCode(inline(program)));
  for (let i = 0; i < rounds; i++) {
    const next = deadCode(commonSubexpressions(algebra(fold(now))));
    if (next === now) break;
    now = next;
  }
  known.set(program, now);
  known.set(now, now);
  return now;
}

/** Simplifies the bodies of loops, branches, and calls that stay. */
function withinEquations(program: Program): Program {
  let changed = false;
  const equations = program.equations.map((e) => {
    const params = mapPrograms(e.params, simplify);
    if (params === e.params) return e;
    changed = true;
    return { ...e, params };
  });
  return changed ? new Program(program.inputs, equations, program.outputs, program.captured) : program;
}
