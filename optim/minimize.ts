/** Minimisers of a whole loss: directions from what steps have shown, and a line search along each. */
import { cast, type DType, type Tensor, type Value, whileLoop } from "../mod.ts";
import { choose, evaluation, flat, scalar } from "./flat.ts";
import { type LineSearch, lineSearchOf, type LineSearchOptions } from "./line_search.ts";
import {
  abs,
  add,
  all,
  and,
  div,
  dot,
  equal,
  isFinite,
  less,
  lessEqual,
  max,
  minimum,
  mul,
  neg,
  not,
  or,
  sub,
  sum,
  where,
} from "./loose.ts";
import { requireNonNegative, requireWhole } from "./settings.ts";

/** When a minimiser stops, and how it searches along a line. */
export interface MinimizeOptions extends LineSearchOptions {
  /** It has converged where no entry of the gradient is larger than this; 1e-5 if left out. */
  readonly tolerance?: number;
  /** How many steps it takes at most, 500 if left out. */
  readonly maxSteps?: number;
}

/** What a minimiser found. Inside `jit` all of it is traced; outside, `item()` reads the scalars. */
export interface Minimum<P, D extends DType = "f32"> {
  /** The parameters with the smallest loss that was found. */
  readonly params: P;
  /** The loss there. */
  readonly value: Tensor<readonly [], D>;
  /** The largest size of an entry of the gradient there. */
  readonly gradientNorm: Tensor<readonly [], D>;
  /** How many steps were taken. */
  readonly steps: Tensor<readonly [], "i32">;
  /** How often the loss and its gradient were evaluated. */
  readonly evaluations: Tensor<readonly [], "i32">;
  /**
   * Whether the gradient is as small as asked for. If not, the steps ran out, or no step makes the loss smaller: rounding
   * hides it, or the loss is not finite.
   */
  readonly converged: Tensor<readonly [], "bool">;
}

/** What a step has shown, vectors of `[n]`. */
export interface Observed {
  /** The step. */
  readonly s: Value;
  /** How the gradient changed. */
  readonly y: Value;
  /** The direction the step went along. */
  readonly direction: Value;
  /** The gradient before the step. */
  readonly before: Value;
  /** The gradient after it. */
  readonly after: Value;
}

/** Where to go next; M is what is remembered, a tree of tensors that keeps its shapes. */
export interface Directions<M> {
  /** What is remembered at first: the direction is then steepest descent. */
  readonly empty: (x: Value) => M;
  /** The direction for a gradient. */
  readonly direction: (memory: M, gradient: Value) => Value;
  /** What is remembered after a step. */
  readonly remember: (memory: M, observed: Observed) => M;
  /** Whether directions have the length of the step, so that 1 is tried first. */
  readonly scaled: boolean;
}

interface Walk<M> {
  readonly x: Value;
  readonly value: Value;
  readonly gradient: Value;
  readonly memory: M;
  readonly fresh: Value;
  readonly promised: Value;
  readonly steps: Value;
  readonly evaluations: Value;
  readonly stuck: Value;
}

const largest = (gradient: Value): Value => max(abs(gradient));

/** One step: a direction, a line search along it, and what that has shown. */
function stepOf<M>(directions: Directions<M>, evaluate: ReturnType<typeof evaluation>, search: LineSearch) {
  return (w: Walk<M>): Walk<M> => {
    const { x, value, gradient } = w, nothing = directions.empty(x);
    const wanted = directions.direction(w.memory, gradient);
    // A direction that rounding has turned uphill is given up for steepest descent, with all that led to it.
    const slopeOfWanted = dot(gradient, wanted), downhill = and(less(slopeOfWanted, 0), isFinite(slopeOfWanted));
    const direction = where(downhill, wanted, neg(gradient));
    const slope = where(downhill, slopeOfWanted, neg(dot(gradient, gradient)));
    const memory = choose(downhill, w.memory, nothing), fresh = or(w.fresh, not(downhill));
    // The first length moves the parameters by 1 in all at most; where directions have no length of their own, later ones
    // promise as much as the step before gave.
    const cautious = minimum(div(1, sum(abs(gradient))), scalar(1, x.dtype));
    const first = where(fresh, cautious, directions.scaled ? 1 : div(w.promised, slope));
    const found = search(evaluate, { x, direction, value, gradient, slope }, first);
    const s = mul(direction, found.at), next = add(x, s), moved = not(all(equal(next, x)));
    const observed = { s, y: sub(found.gradient, gradient), direction, before: gradient, after: found.gradient };
    return {
      x: next,
      value: found.value,
      gradient: found.gradient,
      memory: choose(moved, directions.remember(memory, observed), nothing),
      fresh: not(moved),
      promised: where(moved, mul(found.at, slope), w.promised),
      steps: add(w.steps, cast(moved, "i32")),
      evaluations: add(w.evaluations, found.evaluations),
      // What was remembered may be at fault; where nothing was, no step leads on.
      stuck: and(not(moved), fresh),
    };
  };
}

/** Minimises a loss of a tree of parameters. */
export function minimizeBy<M, P, D extends DType>(
  op: string,
  directions: Directions<M>,
  loss: (params: P) => Tensor<readonly [], D>,
  params: P,
  options: MinimizeOptions,
  usualCurvature: number,
): Minimum<P, D> {
  const { tolerance = 1e-5, maxSteps = 500 } = options, search = lineSearchOf(op, options, usualCurvature);
  requireNonNegative(op, "tolerance", tolerance);
  requireWhole(op, "maxSteps", maxSteps, 0);
  const given = flat(op, "the parameters", params), x = given.vector;
  let dtype: DType = x.dtype;
  const evaluate = evaluation((p: P) => {
    const value = loss(p);
    dtype = value.dtype;
    return value;
  }, given);
  const [value, gradient] = evaluate(x), none = scalar(0, "i32");
  const begin: Walk<M> = {
    x,
    value,
    gradient,
    memory: directions.empty(x),
    fresh: scalar(true, "bool"),
    promised: scalar(0, x.dtype),
    steps: none,
    evaluations: add(none, 1),
    stuck: not(and(isFinite(value), all(isFinite(gradient)))),
  };
  const goesOn = (w: Walk<M>): Value =>
    and(and(not(w.stuck), less(w.steps, maxSteps)), not(lessEqual(largest(w.gradient), tolerance)));
  const end = whileLoop(goesOn as never, stepOf(directions, evaluate, search), begin), norm = largest(end.gradient);
  return {
    params: given.restore(end.x),
    value: cast(end.value, dtype),
    gradientNorm: cast(norm, dtype),
    steps: end.steps,
    evaluations: end.evaluations,
    converged: and(lessEqual(norm, tolerance), isFinite(end.value)),
  } as unknown as Minimum<P, D>;
}
