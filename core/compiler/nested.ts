/** Programs inside programs: what an equation's parameters hold, and questions asked of all equations down there. */
import { type Equation, Program } from "./program.ts";

/** The programs among an equation's parameters: the body of a loop, the branches of a choice. */
export function programsIn(params: unknown): Program[] {
  if (params instanceof Program) return [params];
  if (Array.isArray(params)) return params.flatMap(programsIn);
  if (typeof params !== "object" || params === null) return [];
  return Object.values(params).flatMap((p) => p instanceof Program || Array.isArray(p) ? programsIn(p) : []);
}

/** Parameters with every program they hold replaced; the same object where none is. */
export function mapPrograms(params: unknown, f: (program: Program) => Program): unknown {
  if (params instanceof Program) return f(params);
  if (typeof params !== "object" || params === null) return params;
  if (Array.isArray(params)) {
    const mapped = params.map((p) => mapPrograms(p, f));
    return mapped.some((p, i) => p !== params[i]) ? mapped : params;
  }
  let changed = false;
  const mapped = Object.entries(params).map(([k, p]) => {
    const q = p instanceof Program || Array.isArray(p) ? mapPrograms(p, f) : p;
    changed ||= q !== p;
    return [k, q] as const;
  });
  return changed ? Object.fromEntries(mapped) : params;
}

/** What is known of a program as a whole, found once. */
interface Facts {
  /** Something in it is run for its effect. */
  readonly effect: boolean;
  /** Names of the mapped axes that its collectives run over. */
  readonly axes: ReadonlySet<string>;
}

const known = new WeakMap<Program, Facts>();

function factsOf(program: Program): Facts {
  let facts = known.get(program);
  if (facts === undefined) {
    const inside = program.equations.map(factsOfApplication);
    known.set(
      program,
      facts = { effect: inside.some((f) => f.effect), axes: new Set(inside.flatMap((f) => [...f.axes])) },
    );
  }
  return facts;
}

function factsOfApplication({ prim, params }: Pick<Equation, "prim" | "params">): Facts {
  const nested = programsIn(params).map(factsOf), own = prim.axisName?.(params);
  return {
    effect: prim.effect === true || nested.some((f) => f.effect),
    axes: new Set([...own === undefined ? [] : [own], ...nested.flatMap((f) => [...f.axes])]),
  };
}

/** Whether applying a primitive does something besides giving its outputs, itself or in a program it holds. */
export const hasEffect = (application: Pick<Equation, "prim" | "params">): boolean =>
  factsOfApplication(application).effect;

/** Whether applying a primitive depends on where along a mapped axis it happens, itself or in a program it holds. */
export const meetsAxis = (application: Pick<Equation, "prim" | "params">, name: string): boolean =>
  factsOfApplication(application).axes.has(name);
