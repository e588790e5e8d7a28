/** What the public control-flow functions share: bodies traced on trees, and checks that a carry keeps its type. */
import { type Program, trace } from "../compiler/program.ts";
import { showSpec } from "../compiler/print.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { full } from "../primitives/create.ts";
import { sameShape } from "../shape.ts";
import { type Spec, Tensor, type Value } from "../tensor.ts";
import { flattenWith, sameStructure, showStructure, type Structure, unflattenWith } from "../tree.ts";
import { synchronous } from "../transforms/tensors_in.ts";

/** Leaves and structure of a tree; numbers and booleans in it become scalars. */
export function leavesOf(op: string, tree: unknown): readonly [Value[], Structure] {
  return flattenWith(
    op,
    tree,
    (x) =>
      x instanceof Tensor
        ? x as Value
        : typeof x === "number"
        ? full([], x, "f32")
        : typeof x === "boolean"
        ? full([], Number(x), "bool")
        : undefined,
  );
}

/** A traced body, and the structures of the trees it returned. */
export interface Body {
  readonly program: Program;
  readonly results: readonly Structure[];
}

/** Traces a function of trees that returns `results` trees (one: the tree itself, more: an array of them). */
export function traceBody(
  op: string,
  f: (...trees: never[]) => unknown,
  arguments_: readonly (readonly [readonly Spec[], Structure])[],
  results: number,
): Body {
  let structures: Structure[] = [];
  const program = trace(op, (ins) => {
    let at = 0;
    const trees = arguments_.map(([specs, s]) => unflattenWith(s, ins.slice(at, at += specs.length)));
    const out = synchronous(op, f(...trees as never[])), parts = results === 1 ? [out] : out;
    if (!Array.isArray(parts) || parts.length !== results) {
      throw new ArgumentError(`${op}: the body must return [new carry, result]`);
    }
    const flat = parts.map((t) => leavesOf(op, t));
    structures = flat.map(([, s]) => s);
    return flat.flatMap(([leaves]) => leaves);
  }, arguments_.flatMap(([specs]) => [...specs]));
  return { program, results: structures };
}

/** Throws unless what a loop hands on has the structure, shapes and dtypes of what it was given. */
export function requireSameCarry(
  op: string,
  init: readonly Spec[],
  was: Structure,
  next: readonly Spec[],
  is: Structure,
  what = "the carry changes",
): void {
  if (!sameStructure(was, is)) {
    throw new ArgumentError(
      `${op}: ${what} structure, from ${showStructure(was)} to ${showStructure(is)}; return trees of one structure`,
    );
  }
  init.forEach((a, i) => {
    const b = next[i]!;
    if (!sameShape(a.shape, b.shape)) {
      throw new ShapeError(`${op}: ${what} shape, from ${showSpec(a)} to ${showSpec(b)}; they must be equal`);
    }
    if (a.dtype !== b.dtype) {
      throw new DTypeError(`${op}: ${what} dtype, from ${showSpec(a)} to ${showSpec(b)}; cast one of them`);
    }
  });
}

/** A scalar predicate or index. */
export function requireScalar(op: string, x: Spec, dtype: "bool" | "i32", what: string): void {
  if (x.shape.length !== 0 || x.dtype !== dtype) {
    throw new ShapeError(`${op}: ${what} must be ${dtype === "i32" ? "an" : "a"} ${dtype} scalar, not ${showSpec(x)}`);
  }
}
