/** Optimizers from rules for one tensor: what they keep of its gradients, and which way they go. */
import { cast, type Tensor, tree, type Value } from "../mod.ts";
import { add, mul, neg, sub } from "./loose.ts";
import { firstStep, type LearningRate, nextStep, rateAt } from "./schedule.ts";
import type { GradientTransformation, OptState } from "./transformation.ts";

/** Tensors by name. */
export type Moments<N extends string> = Readonly<Record<N, Value>>;

/** How one tensor of parameters is treated; every tensor of a tree is treated alike. */
export interface Rule<N extends string = string> {
  /** What is kept of a tensor's gradients, as it is before the first. */
  readonly moments: Readonly<Record<N, (p: Value) => Value>>;
  /**
   * The direction for a gradient, and what is kept afterwards.
   *
   * @param g The gradient. @param kept What is kept. @param t The number of this step from 1, in the gradient's dtype.
   * @param p The parameters.
   */
  direction(g: Value, kept: Moments<N>, t: Value, p: Value): readonly [Value, Moments<N>];
}

type Step = Tensor<readonly [], "i32">;

/** One step of a rule for a whole tree: `finish` makes the update of a direction. */
function walk<P>(
  rule: Rule,
  finish: (direction: Value, p: Value) => Value,
  gradients: P,
  state: OptState,
  params: P,
): readonly [P, OptState] {
  const before = state as { readonly step: Step } & Readonly<Record<string, unknown>>;
  const names = Object.keys(rule.moments), step = nextStep(before.step);
  const kept = names.map((): Value[] => []), ps = tree.leaves(params);
  let at = 0;
  const updates = tree.map(
    (g, ...moments) => {
      const p = ps[at++] ?? g, mine = Object.fromEntries(names.map((n, i) => [n, moments[i]!]));
      const [direction, after] = rule.direction(g, mine, cast(step as unknown as Value, g.dtype), p);
      // A gradient of a wider dtype than its parameters leaves what is kept as it was, so that no step is traced anew.
      names.forEach((n, i) => kept[i]!.push(cast(after[n]!, mine[n]!.dtype)));
      return finish(direction, p);
    },
    gradients,
    ...names.map((n) => before[n]),
  );
  const structure = tree.structure(gradients);
  const after = names.map((n, i) => [n, tree.unflatten(structure, kept[i]!)]);
  return [updates, { step, ...Object.fromEntries(after) }];
}

const start = (rule: Rule) => (params: unknown): OptState => {
  const names = Object.keys(rule.moments);
  return {
    step: firstStep(),
    ...Object.fromEntries(names.map((n) => [n, tree.map((p) => rule.moments[n]!(p), params)])),
  };
};

/** The rule's directions as they are, uphill and without a step size. */
export const directionsOf = (rule: Rule): GradientTransformation => ({
  init: start(rule),
  update: (gradients, state, params) => walk(rule, (d) => d, gradients, state, params),
});

/** How an optimizer goes along a rule's directions. */
export interface Pace {
  /** The step size η. */
  readonly rate: LearningRate;
  /** The step size as the rule uses it, where it is not η itself. */
  readonly paced?: (rate: Value | number, t: Value) => Value | number;
  /** λ: λ·w is added to the gradient before the rule sees it. */
  readonly coupled?: number;
  /** λ: η·λ·w is taken from the parameters beside the rule's own update. */
  readonly decoupled?: number;
}

/** Minus the step size times the rule's directions, with weight decay. */
export function optimizerOf(rule: Rule, pace: Pace): GradientTransformation {
  const { rate, paced = (r) => r, coupled = 0, decoupled = 0 } = pace;
  const given: Rule = coupled === 0
    ? rule
    : { ...rule, direction: (g, kept, t, p) => rule.direction(add(g, mul(p, coupled)), kept, t, p) };
  return {
    init: start(rule),
    update: (gradients, state, params) => {
      const { step } = state as { readonly step: Step }, eta = rateAt(rate, step), t = nextStep(step);
      const finish = (direction: Value, p: Value): Value => {
        const d = direction.dtype, now = eta(d);
        const update = mul(neg(direction), paced(now, cast(t as unknown as Value, d)));
        return decoupled === 0 ? update : sub(update, mul(mul(p, now), decoupled));
      };
      return walk(given, finish, gradients, state, params);
    },
  };
}
