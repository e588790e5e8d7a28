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

/** Throws unless an option is a finite number for which `fits` holds; `what` says what that is. */
export function requireNumber(
  op: string,
  name: string,
  x: unknown,
  fits: (x: number) => boolean = () => true,
  what = "a finite number",
): void {
  if (typeof x === "number" && Number.isFinite(x) && fits(x)) return;
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

/** Throws unless a word is one of those there are. */
export function requireChoice(op: string, name: string, x: unknown, choices: readonly string[]): void {
  if (choices.includes(x as string)) return;
  const [last, ...others] = choices.map((c) => `"${c}"`).reverse();
  const list = others.length === 0 ? last : `${others.reverse().join(", ")} or ${last}`;
  throw new ArgumentError(`${op}: ${name} is ${list}, not ${typeof x === "string" ? `"${x}"` : String(x)}`);
}

/** The size of the last axis of examples, or an error. */
export function lastAxis(op: string, shape: Shape): number {
  if (shape.length === 0) {
    throw new ShapeError(`${op}: an example is a scalar, and has no axis to map; reshape it to [1]`);
  }
  return shape.at(-1)!;
}
