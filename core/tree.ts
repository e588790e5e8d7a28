/**
 * Trees: plain objects, arrays, tuples, `null` and `undefined`, with tensors at the leaves.
 *
 * Object keys are taken in sorted order, so that two trees of the same keys have their leaves in the same order. A tree
 * that is built from a structure has its keys as they were written, for a jitted function takes another order for another
 * kind of argument.
 */
import { ArgumentError } from "./errors.ts";
import { Tensor, type Value } from "./tensor.ts";

/** A tree's shape without its leaves. */
export type Structure =
  | { readonly kind: "leaf" }
  | { readonly kind: "empty"; readonly value: null | undefined }
  | { readonly kind: "array"; readonly items: readonly Structure[] }
  | {
    readonly kind: "object";
    readonly keys: readonly string[];
    readonly items: readonly Structure[];
    /** The keys as they were written, where that is not the sorted order; two structures are the same without regard to it. */
    readonly written?: readonly string[];
  };

/** Whether a value is a tensor, traced or concrete. */
export const isTensor = (x: unknown): x is Value => x instanceof Tensor;

const leaf: Structure = { kind: "leaf" };
const emptyNull: Structure = { kind: "empty", value: null };
const emptyUndefined: Structure = { kind: "empty", value: undefined };

function isPlain(x: object): boolean {
  const p = Object.getPrototypeOf(x);
  return p === Object.prototype || p === null;
}

const showPath = (path: readonly (string | number)[]): string =>
  path.map((p) => typeof p === "number" ? `[${p}]` : `.${p}`).join("") || "the root";

/** What `x` is, for a message. */
const describe = (x: unknown): string =>
  typeof x === "function"
    ? "a function"
    : typeof x === "object" && x !== null
    ? `a ${x.constructor?.name ?? "object"}`
    : `the ${typeof x} ${String(x)}`;

/**
 * The leaves of a tree in order, and its structure. `toLeaf` says what else than a tensor is a leaf: it returns the leaf,
 * or `undefined` for none.
 */
export function flattenWith<L>(
  op: string,
  tree: unknown,
  toLeaf: (x: unknown) => L | undefined,
): readonly [L[], Structure] {
  const leaves: L[] = [];
  const path: (string | number)[] = [];
  const walk = (x: unknown): Structure => {
    if (x === null) return emptyNull;
    if (x === undefined) return emptyUndefined;
    const l = toLeaf(x);
    if (l !== undefined) {
      leaves.push(l);
      return leaf;
    }
    if (Array.isArray(x)) return { kind: "array", items: x.map((y, i) => step(i, y)) };
    if (typeof x === "object" && isPlain(x)) {
      const written = Object.keys(x), keys = [...written].sort();
      const items = keys.map((k) => step(k, (x as Record<string, unknown>)[k]));
      return keys.every((k, i) => k === written[i])
        ? { kind: "object", keys, items }
        : { kind: "object", keys, items, written };
    }
    throw new ArgumentError(
      `${op}: ${describe(x)} at ${
        showPath(path)
      } is no tree; trees are plain objects, arrays and null, with tensors at the leaves`,
    );
  };
  const step = (key: string | number, x: unknown): Structure => {
    path.push(key);
    const s = walk(x);
    path.pop();
    return s;
  };
  return [leaves, walk(tree)];
}

/** Leaves and structure of a tree of tensors. */
export const flattenTensors = (op: string, tree: unknown): readonly [Value[], Structure] =>
  flattenWith(op, tree, (x) => isTensor(x) ? x : undefined);

/** The tree of a structure with the given leaves. */
export function unflattenWith(structure: Structure, leaves: readonly unknown[]): unknown {
  let at = 0;
  const build = (s: Structure): unknown => {
    switch (s.kind) {
      case "leaf":
        return leaves[at++];
      case "empty":
        return s.value;
      case "array":
        return s.items.map(build);
      case "object": {
        const entries = s.keys.map((k, i) => [k, build(s.items[i]!)] as const);
        if (s.written === undefined) return Object.fromEntries(entries);
        const built = new Map(entries);
        return Object.fromEntries(s.written.map((k) => [k, built.get(k)]));
      }
    }
  };
  return build(structure);
}

/** A structure as text: equal text, equal structure. */
export function showStructure(s: Structure): string {
  switch (s.kind) {
    case "leaf":
      return "*";
    case "empty":
      return String(s.value);
    case "array":
      return `[${s.items.map(showStructure).join(", ")}]`;
    case "object":
      return `{${s.keys.map((k, i) => `${JSON.stringify(k)}: ${showStructure(s.items[i]!)}`).join(", ")}}`;
  }
}

/** Whether two structures are the same. */
export function sameStructure(a: Structure, b: Structure): boolean {
  if (a === b) return true;
  if (a.kind === "empty" || b.kind === "empty") return a.kind === b.kind;
  if (a.kind === "leaf" || b.kind === "leaf") return a.kind === b.kind;
  if (a.kind !== b.kind || a.items.length !== b.items.length) return false;
  if (a.kind === "object" && b.kind === "object" && !a.keys.every((k, i) => k === b.keys[i])) return false;
  return a.items.every((x, i) => sameStructure(x, b.items[i]!));
}

/** A message's way of saying where two structures part. */
export function requireSameStructure(op: string, a: Structure, b: Structure, what: string): void {
  if (!sameStructure(a, b)) {
    throw new ArgumentError(`${op}: ${what} differ in structure, ${showStructure(a)} against ${showStructure(b)}`);
  }
}

/** How many leaves a structure has. */
export function leafCount(s: Structure): number {
  return s.kind === "leaf" ? 1 : s.kind === "empty" ? 0 : s.items.reduce((n, x) => n + leafCount(x), 0);
}
