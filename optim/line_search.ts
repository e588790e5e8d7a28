/** Line searches: how far to go along a direction downhill. */
import { ArgumentError, type Value, whileLoop } from "../mod.ts";
import {
  abs,
  add,
  and,
  div,
  dot,
  equal,
  greater,
  greaterEqual,
  isFinite,
  less,
  lessEqual,
  maximum,
  minimum,
  mul,
  not,
  or,
  sign,
  sqrt,
  square,
  sub,
  where,
} from "./loose.ts";
import { choose, epsilonOf, type Evaluate, scalar } from "./flat.ts";
import { requireChoice, requireFraction, requireWhole } from "./settings.ts";

/** Options of a line search. */
export interface LineSearchOptions {
  /**
   * What ends the search: `"strongWolfe"`, as if left out, a loss that has fallen enough and a slope that has flattened
   * enough; `"backtracking"` the first alone (Armijo's condition), from the first length downwards.
   */
  readonly lineSearch?: "strongWolfe" | "backtracking";
  /** c₁: the loss falls by this share, or more, of what the first slope promises; 1e-4 if left out. */
  readonly decrease?: number;
  /** c₂, above c₁: the slope becomes this share, or less, of the first one; 0.9 if left out, 0.1 in conjugate gradients. */
  readonly curvature?: number;
  /** How many evaluations a search takes at most, 25 if left out. */
  readonly maxEvaluations?: number;
}

/** Where a search begins. All scalars have the dtype of the vectors. */
export interface Line {
  /** The point, `[n]`. */
  readonly x: Value;
  /** A direction downhill, `[n]`. */
  readonly direction: Value;
  /** The loss there. */
  readonly value: Value;
  /** Its gradient there, `[n]`. */
  readonly gradient: Value;
  /** gradient · direction, below 0. */
  readonly slope: Value;
}

/** Where a search ends; `at` is 0 if no length was found that makes the loss smaller. */
export interface Found {
  /** The length of the step, in directions. */
  readonly at: Value;
  /** The loss there. */
  readonly value: Value;
  /** Its gradient there. */
  readonly gradient: Value;
  /** How often the loss was evaluated, i32. */
  readonly evaluations: Value;
}

/** A line search, from a first length on. */
export type LineSearch = (evaluate: Evaluate, line: Line, first: Value) => Found;

/** A length, and what is known of the loss there; the gradient is kept of the best one only. */
interface Point {
  readonly at: Value;
  readonly value: Value;
  readonly slope: Value;
}

/** The search that options ask for. */
export function lineSearchOf(op: string, options: LineSearchOptions, usualCurvature: number): LineSearch {
  const { lineSearch = "strongWolfe", decrease = 1e-4, curvature = usualCurvature, maxEvaluations = 25 } = options;
  requireChoice(op, "lineSearch", lineSearch, ["strongWolfe", "backtracking"]);
  requireFraction(op, "decrease", decrease);
  requireFraction(op, "curvature", curvature);
  requireWhole(op, "maxEvaluations", maxEvaluations, 1);
  if (lineSearch === "strongWolfe" && !(curvature > decrease)) {
    throw new ArgumentError(`${op}: curvature is above decrease (${decrease}), not ${curvature}`);
  }
  return lineSearch === "backtracking"
    ? (evaluate, line, first) => backtracking(evaluate, line, first, decrease, maxEvaluations)
    : (evaluate, line, first) => strongWolfe(evaluate, line, first, decrease, curvature, maxEvaluations);
}

/** The loss along the line; a loss that is not finite counts as infinitely high. */
function along(evaluate: Evaluate, { x, direction }: Line, at: Value): Point & { readonly gradient: Value } {
  const [value, gradient] = evaluate(add(x, mul(direction, at))), slope = dot(gradient, direction);
  const finite = and(isFinite(value), isFinite(slope));
  return { at, value: where(finite, value, Infinity), slope: where(finite, slope, 0), gradient };
}

/**
 * Whether the loss has fallen enough: Armijo's condition, or, where the loss is so flat that rounding hides its fall, the
 * same said of the slopes of a parabola (Hager & Zhang, 2005, https://doi.org/10.1137/030601880, equation 4.1).
 */
function fallen({ value, slope }: Line, p: Point, decrease: number): Value {
  const enough = lessEqual(p.value, add(value, mul(mul(p.at, slope), decrease)));
  const level = lessEqual(p.value, add(value, mul(abs(value), 4 * epsilonOf(value.dtype))));
  return or(enough, and(level, lessEqual(p.slope, mul(slope, 2 * decrease - 1))));
}

function backtracking(evaluate: Evaluate, line: Line, first: Value, decrease: number, most: number): Found {
  const zero = scalar(0, line.value.dtype);
  const begin = { at: zero, next: first, value: line.value, gradient: line.gradient, count: scalar(0, "i32") };
  const end = whileLoop(({ at, count }) => and(equal(at, 0), less(count, most)) as never, (s: typeof begin) => {
    const p = along(evaluate, line, s.next), enough = and(fallen(line, p, decrease), isFinite(p.value));
    // The lowest point of the parabola through what is known, held between a tenth and a half of the length.
    const rise = sub(sub(p.value, line.value), mul(line.slope, p.at));
    const lowest = div(mul(mul(line.slope, square(p.at)), -0.5), rise);
    return {
      at: where(enough, p.at, 0),
      next: minimum(maximum(where(isFinite(lowest), lowest, 0), mul(p.at, 0.1)), mul(p.at, 0.5)),
      value: where(enough, p.value, s.value),
      gradient: where(enough, p.gradient, s.gradient),
      count: add(s.count, 1),
    };
  }, begin);
  return { at: end.at, value: end.value, gradient: end.gradient, evaluations: end.count };
}

/** Where the cubic through two points and their slopes is lowest (Nocedal & Wright, equation 3.59); NaN if nowhere. */
function lowestOfCubic(a: Point, b: Point): Value {
  const d1 = sub(add(a.slope, b.slope), mul(div(sub(a.value, b.value), sub(a.at, b.at)), 3));
  const d2 = mul(sign(sub(b.at, a.at)), sqrt(sub(square(d1), mul(a.slope, b.slope))));
  const share = div(sub(add(b.slope, d2), d1), add(sub(b.slope, a.slope), mul(d2, 2)));
  return sub(b.at, mul(sub(b.at, a.at), share));
}

/**
 * Nocedal & Wright's algorithms 3.5 and 3.6 as one loop, each turn of which evaluates the loss once: first lengths grow
 * until an interval surely holds an end, then the interval shrinks around it.
 */
function strongWolfe(
  evaluate: Evaluate,
  line: Line,
  first: Value,
  decrease: number,
  curvature: number,
  most: number,
): Found {
  const { dtype } = line.value, start: Point = { at: scalar(0, dtype), value: line.value, slope: line.slope };
  const begin = {
    // The best length so far, which has fallen enough or is 0; the interval's other end, once there is one.
    low: start,
    gradient: line.gradient,
    high: start,
    next: first,
    width: scalar(Infinity, dtype),
    bracketed: scalar(false, "bool"),
    done: scalar(false, "bool"),
    count: scalar(0, "i32"),
  };
  const end = whileLoop(({ done, count }) => and(not(done), less(count, most)) as never, (s: typeof begin) => {
    const { low, high, bracketed } = s, { gradient, ...p } = along(evaluate, line, s.next);
    const enough = and(fallen(line, p, decrease), isFinite(p.value));
    const accepted = and(enough, lessEqual(abs(p.slope), mul(line.slope, -curvature)));
    const tooHigh = and(not(accepted), or(not(enough), greaterEqual(p.value, low.value)));
    // The end lies behind the new point where the loss rises towards the interval's other end.
    const ahead = where(bracketed, sign(sub(high.at, low.at)), 1);
    const turned = greaterEqual(mul(p.slope, ahead), 0), found = or(bracketed, or(tooHigh, turned));
    const nextLow = choose(tooHigh, low, p), nextHigh = choose(tooHigh, p, choose(turned, low, high));
    const width = abs(sub(nextHigh.at, nextLow.at)), cubic = lowestOfCubic(nextLow, nextHigh);
    const within = and(
      greater(cubic, minimum(nextLow.at, nextHigh.at)),
      less(cubic, maximum(nextLow.at, nextHigh.at)),
    );
    // The middle is taken where interpolation fails, or did not make the interval smaller by a third.
    const middle = mul(add(nextLow.at, nextHigh.at), 0.5);
    const inside = where(and(within, less(width, mul(s.width, 2 / 3))), cubic, middle);
    const further = lowestOfCubic(low, p), least = add(p.at, mul(sub(p.at, low.at), 0.01)), furthest = mul(p.at, 10);
    const beyond = where(isFinite(further), minimum(maximum(further, least), furthest), furthest);
    const next = where(found, inside, beyond);
    const stuck = or(or(equal(next, nextLow.at), equal(next, nextHigh.at)), not(isFinite(next)));
    return {
      low: nextLow,
      gradient: where(tooHigh, s.gradient, gradient),
      high: nextHigh,
      next,
      width: where(found, width, s.width),
      bracketed: found,
      done: or(accepted, and(found, stuck)),
      count: add(s.count, 1),
    };
  }, begin);
  return { at: end.low.at, value: end.low.value, gradient: end.gradient, evaluations: end.count };
}
