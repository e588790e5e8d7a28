/**
 * Random programs: inputs of every dtype and many shapes, and steps that apply public operations to earlier values.
 *
 * A program is written from a list of numbers, running it on the reference as it goes, so that every step is well-typed
 * and every value has a bound for how far another backend may be from the reference.
 */
import fc from "fast-check";
import { AdjointError, dtypes, evalShape, makeProgram, type Value } from "../../mod.ts";
import { loops, withBackend } from "../../core/backend.ts";
import { type Cell, cellOf, type Draft, elementsOf, type Step, volume } from "./random/cell.ts";
import { Choices } from "./random/choices.ts";
import { contractionRules } from "./random/contractions.ts";
import { type Compose, controlRules } from "./random/control.ts";
import { elementwiseRules } from "./random/elementwise.ts";
import { indexingRules } from "./random/indexing.ts";
import { inputs, number } from "./random/inputs.ts";
import { movementRules } from "./random/movement.ts";
import { Pool } from "./random/pool.ts";
import { smoothFamilies } from "./random/smooth.ts";
import { reductionRules } from "./random/reductions.ts";

/** A random program with what its values are on the reference. */
export class RandomProgram {
  constructor(readonly inputs: readonly Value[], readonly steps: readonly Step[], readonly cells: readonly Cell[]) {}

  /** Which values of the pool are results: those that nothing reads, and a few more. */
  get results(): readonly number[] {
    const read = new Set(this.steps.flatMap((s) => s.inputs));
    return [...this.cells.keys()].filter((i) => i >= this.inputs.length && (!read.has(i) || i % 3 === 0));
  }

  /** All values after the steps from one on up to, without, another, given all before. */
  values(xs: readonly Value[], from = 0, to: number = this.steps.length): Value[] {
    const values = [...xs];
    for (const s of this.steps.slice(from, to)) values.push(s.run(s.inputs.map((i) => values[i]!)));
    return values;
  }

  /** The program as a function. */
  readonly f = (...xs: Value[]): Value[] => {
    const values = this.values(xs);
    return this.results.map((i) => values[i]!);
  };

  /** The steps, the inputs and the traced program. */
  toString(): string {
    const inputs = this.inputs.map((x, i) =>
      `${i}: ${x.dtype}[${x.shape}] ${Array.from(elementsOf(x)).slice(0, 40).join(" ")}`
    );
    const steps = this.steps.map((s, i) => `${i + this.inputs.length}: ${s.name}(${s.inputs})`);
    return [...inputs, ...steps, `results ${this.results}`, makeProgram(this.f)(...this.inputs)].join("\n");
  }
}

type Families = readonly (readonly Rule[])[];
type Rule = (c: Choices, pool: Pool, compose: Compose) => Draft | null;
const families: Families = [
  elementwiseRules,
  movementRules,
  reductionRules,
  elementwiseRules,
  indexingRules,
  elementwiseRules,
  movementRules,
  contractionRules,
  reductionRules,
  controlRules,
];
const straight = families.filter((f) => f !== controlRules);

/** Elements that a value may have at most. */
const limit = 5000;

/** What a draft gives; `null` where the operation refuses its operands. */
function attempt(draft: Draft | null, cells: readonly Cell[]): Cell | null {
  if (draft === null) return null;
  const given = draft.inputs.map((i) => cells[i]!);
  try {
    // Asked beforehand: shapes that broadcast to one another can make more than there is time for.
    const { shape } = evalShape((...xs: Value[]) => draft.run(xs), ...given.map((c) => c.value));
    return volume(shape) > limit ? null : cellOf(draft, given);
  } catch (e) {
    if (e instanceof AdjointError) return null;
    throw e;
  }
}

/** Adds a step, if the list describes one that can be applied and `keeps` its value. */
function extend(
  cells: Cell[],
  steps: Step[],
  c: Choices,
  from: Families,
  keeps: (cell: Cell) => boolean = () => true,
): void {
  const draft = c.of(c.of(from))(c, new Pool(cells), compose);
  const cell = attempt(draft, cells);
  if (cell === null || !keeps(cell)) return;
  steps.push(draft!);
  cells.push(cell);
}

/** Bodies of loops: exact steps without loops of their own. */
const compose: Compose = (c, given, count) => {
  const cells = [...given], steps: Step[] = [];
  for (let i = 0; i < count; i++) extend(cells, steps, c, straight, (x) => x.error === null);
  return steps;
};

/** The program that lists of numbers describe, one list a step. */
function write(
  inputs: readonly Value[],
  lists: readonly (readonly number[])[],
  from: Families,
  keeps?: (cell: Cell) => boolean,
): RandomProgram {
  return withBackend(loops, () => {
    const cells: Cell[] = inputs.map((value) => ({ value, error: null })), steps: Step[] = [];
    for (const list of lists) extend(cells, steps, new Choices(list), from, keeps);
    return new RandomProgram(inputs, steps, cells);
  });
}

const lists = fc.noBias(
  fc.array(fc.array(number, { minLength: 24, maxLength: 24 }), { minLength: 1, maxLength: 12, size: "max" }),
);

/** Random programs of up to twelve steps. */
export const programs: fc.Arbitrary<RandomProgram> = fc.tuple(inputs(dtypes.toReversed(), 4), lists)
  .map(([xs, steps]) => write(xs, steps, families));

/** Random programs of floats that can be differentiated and whose values stay moderate. */
export const smoothPrograms: fc.Arbitrary<RandomProgram> = fc.tuple(inputs(["f64", "f32"], 2), lists)
  .map(([xs, steps]) =>
    write(xs, steps, smoothFamilies, ({ value }) => Array.from(elementsOf(value)).every((x) => Math.abs(x) < 30))
  );
