/** What functions of tensors take: floats, axes, and options that are numbers within bounds. */
import { ArgumentError, cast, type Shape, ShapeError, Tensor } from "../mod.ts";

/** The tensor, integers and bool as f32, or an error that says what was given instead. */
export function floats(op: string, x: unknown): Tensor {
  if (!(x instanceof Tensor)) {
    throw new ArgumentError(
      `${op}: expected a tensor, got ${Array.isArray(x) ? "an array; wrap it: tensor([…])" : typeof x}`,
    );
  }
  return x.dtype === "f64" ? x as Tensor : cast(x, "f32") as Tensor;
}

/** An option that is a finite number for which `fits` holds, or an error; `what` says what that is. */
export function requireNumber(
  op: string,
  name: string,
  x: unknown,
  fits: (x: number) => boolean = () => true,
  what = "a finite number",
): number {
  if (typeof x === "number" && Number.isFinite(x) && fits(x)) return x;
  throw new ArgumentError(`${op}: ${name} is ${what}, not ${String(x)}`);
}

/** Throws unless a count is a whole number from `least` on. */
export function requireCount(op: string, name: string, x: unknown, least = 0): void {
  requireNumber(op, name, x, (n) => Number.isInteger(n) && n >= least, `a whole number, ${least} or more`);
}

/** Throws unless a rate of dropout is a probability below 1. */
export function requireDropout(op: string, rate: number): void {
  requireNumber(op, "dropout", rate, (r) => r >= 0 && r < 1, "a probability below 1");
}

/** A word that is one of those there are, or an error that names them all. */
export function requireChoice<C extends string>(op: string, name: string, x: unknown, choices: readonly C[]): C {
  if (choices.includes(x as C)) return x as C;
  throw new ArgumentError(`${op}: ${name} is ${quoted(choices)}, not ${JSON.stringify(x) ?? String(x)}`);
}

/** Words in messages: `"a", "b" or "c"`. */
export function quoted(words: readonly string[]): string {
  const all = words.map((w) => `"${w}"`);
  return all.length < 2 ? all.join() : `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;
}

/** The size of the last axis of examples, or an error. */
export function lastAxis(op: string, shape: Shape): number {
  if (shape.length === 0) {
    throw new ShapeError(`${op}: an example is a scalar, and has no axis to map; reshape it to [1]`);
  }
  return shape.at(-1)!;
}
