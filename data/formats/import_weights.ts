/** Weights from elsewhere put into the parameters of a net: which tensor goes where, and what fits nowhere. */
import { add, AdjointError, ArgumentError, cast, type DType, type Shape, Tensor, transpose } from "../../mod.ts";
import type { Either, FormatError } from "../errors.ts";
import { clip, excerpt } from "./excerpt.ts";
import { treeFromTensors, treeToTensors } from "./named_leaves.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** What is done to a tensor on its way. */
export type WeightTransform = "transpose" | ((x: Tensor<Shape, DType>) => Tensor<Shape, DType>);

/** Where a tensor goes. */
export interface WeightRule {
  /** The tensor's name; or what its whole name matches. */
  readonly from: string | RegExp;
  /**
   * The leaf's name, as `treeToTensors` has it, such as `0.w`, in which `$1` stands for the first group that matched; or a
   * function of the match. `null` passes the tensor over.
   */
  readonly to: string | null | ((match: readonly string[]) => string | null);
  /** What is done to it first; `"transpose"` turns the order of its axes around. */
  readonly transform?: WeightTransform;
  /** Whether it is added to what else goes there, under rules that say so as well. */
  readonly add?: boolean;
}

/** A leaf and the tensors that do not fit it. */
export interface Misshaped {
  /** The leaf's name. */
  readonly name: string;
  /** The tensors' names. */
  readonly from: readonly string[];
  /** What does not fit. */
  readonly why: string;
}

/** What did not find together. */
export interface WeightReport {
  /** Leaves that no tensor goes to. */
  readonly missing: readonly string[];
  /** Tensors that no rule speaks of. */
  readonly unexpected: readonly string[];
  /** Leaves, or names of none, whose tensors do not fit them. */
  readonly misshaped: readonly Misshaped[];
}

/** Parameters with weights from elsewhere. */
export interface MappedWeights<T> {
  /** A tree like the one that was given. */
  readonly params: T;
  /** What did not find together; empty unless `lenient`. */
  readonly report: WeightReport;
}

/** Options of `mapWeights`. */
export interface MapWeightsOptions {
  /** Leaves keep what they have where nothing fits; otherwise that is an error. */
  readonly lenient?: boolean;
}

const op = "mapWeights";

/**
 * Puts named tensors, from PyTorch, Flax or anywhere, into the structure of a net's parameters.
 *
 * Every rule that matches a tensor's name is followed, so that one tensor may go to several leaves. Floats are cast to the
 * leaf's dtype; other dtypes must be the leaf's. `fromTorch` and `fromFlax` have rules for the usual layers.
 *
 * @param like A tree of the structure, shapes and dtypes that are expected: what a net's `init` gives, parameters and state.
 * @param tensors Tensors by name, as `decodeSafetensors` and `decodeNpz` give them. @param rules Which goes where.
 * @param options `lenient`: leaves to which nothing fits keep what they have.
 * @returns The tree with the tensors at its leaves, and a report of what did not find together; a report that is not empty is
 *   an error unless `lenient`. The error's offset is 0, as names have none.
 * @throws {ArgumentError} If `like` is no tree of tensors, two of its leaves have the same name, or a rule is none.
 *
 * @example A linear layer of PyTorch
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key, tensor } from "@adjoint/adjoint";
 * import { fromTorch, mapWeights, orThrow } from "@adjoint/adjoint/data";
 * import { dense, input } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const net = pipe(input([2]), dense(1));
 * const file = { "fc.weight": tensor([[1, 2]]), "fc.bias": tensor([3]) };
 * const { params } = orThrow(mapWeights(net.init(key(0)).params, file, fromTorch.dense("fc", "0")));
 * assertEquals(net.apply(params, [], tensor([[10, 20]]), { mode: "eval" })[0].toArray(), [[53]]);
 * ```
 */
export function mapWeights<T>(
  like: T,
  tensors: Readonly<Record<string, Tensor<Shape, DType>>>,
  rules: readonly WeightRule[],
  options: MapWeightsOptions = {},
): Either<FormatError, MappedWeights<T>> {
  const matchers = rules.map(matcherOf), leaves = new Map(Object.entries(treeToTensors(like)));
  const unexpected: string[] = [], pieces = new Map<string, Piece[]>();
  for (const [name, x] of Object.entries(tensors)) {
    let spoken = false;
    rules.forEach((rule, i) => {
      const match = matchers[i]!(name);
      if (match === null) return;
      spoken = true;
      const to = targetOf(rule, match);
      if (to === null) return;
      const there = pieces.get(to);
      if (there === undefined) pieces.set(to, [{ name, x, rule }]);
      else there.push({ name, x, rule });
    });
    if (!spoken) unexpected.push(name);
  }

  const found = new Map(leaves), misshaped: Misshaped[] = [];
  for (const [to, parts] of pieces) {
    const leaf = leaves.get(to);
    const x = leaf === undefined ? "there is no leaf of that name" : fitted(parts, leaf);
    if (typeof x === "string") misshaped.push({ name: to, from: parts.map(({ name }) => name), why: x });
    else found.set(to, x);
  }
  const missing = [...leaves.keys()].filter((name) => !pieces.has(name));
  const report: WeightReport = { missing, unexpected, misshaped };
  if (options.lenient !== true && missing.length + unexpected.length + misshaped.length > 0) {
    const message = `${op}: ${showWeightReport(report).replaceAll("\n", "; ")}`;
    return left({ _tag: "FormatError", format: "safetensors", offset: 0, message });
  }
  const params = treeFromTensors(like, Object.fromEntries(found));
  return params._tag === "Left" ? params : right({ params: params.right, report });
}

/** A tensor under a rule. */
interface Piece {
  readonly name: string;
  readonly x: Tensor<Shape, DType>;
  readonly rule: WeightRule;
}

/** What says whether a name is one that a rule speaks of: the groups that matched. */
function matcherOf({ from, to, transform }: WeightRule, i: number): (name: string) => readonly string[] | null {
  const rule = (what: string) => new ArgumentError(`${op}: rule ${i} has ${what}`);
  if (to !== null && typeof to !== "string" && typeof to !== "function") {
    throw rule(`no \`to\`; give the name of a leaf, a function, or null to pass tensors over`);
  }
  if (transform !== undefined && transform !== "transpose" && typeof transform !== "function") {
    throw rule(`the transform ${excerpt(transform)}; it is "transpose" or a function`);
  }
  if (typeof from === "string") return (name) => name === from ? [name] : null;
  if (!(from instanceof RegExp)) throw rule("no `from`; give a name or a regular expression");
  const whole = new RegExp(`^(?:${from.source})$`, from.flags.replace(/[gy]/g, ""));
  return (name) => whole.exec(name);
}

function targetOf({ from, to }: WeightRule, match: readonly string[]): string | null {
  if (typeof to === "function") return to(match);
  return to === null || typeof from === "string" ? to : to.replace(/\$(\d)/g, (_, group) => match[Number(group)] ?? "");
}

/** What goes to a leaf, or why it cannot. */
function fitted(parts: readonly Piece[], leaf: Tensor<Shape, DType>): Tensor<Shape, DType> | string {
  if (parts.length > 1 && !parts.every(({ rule }) => rule.add === true)) {
    return "several tensors go there; rules whose tensors are to be added say `add: true`";
  }
  let sum: Tensor<Shape, DType> | undefined;
  for (const { x, rule: { transform } } of parts) {
    const y = attempt((): Tensor<Shape, DType> => {
      if (transform === undefined) return x;
      return transform === "transpose" ? transpose(x) : transform(x);
    });
    if (typeof y === "string") return y;
    if (!(y instanceof Tensor)) throw new ArgumentError(`${op}: a transform gave ${excerpt(y)}; it gives a tensor`);
    if (String(y.shape) !== String(leaf.shape)) {
      return `it is ${shown(y.shape)} where ${shown(leaf.shape)} is expected`;
    }
    const floats = y.dtype.startsWith("f") && leaf.dtype.startsWith("f");
    if (!floats && y.dtype !== leaf.dtype) return `it is ${y.dtype} where ${leaf.dtype} is expected`;
    const same: Tensor<Shape, DType> = y.dtype === leaf.dtype ? y : cast(y, leaf.dtype);
    sum = sum === undefined ? same : add(sum, same) as Tensor<Shape, DType>;
  }
  return sum!;
}

const shown = (shape: Shape): string => clip(`[${shape.join(", ")}]`);

/** What a function gives; its complaint where the tensor is not what it takes. */
function attempt<A>(f: () => A): A | string {
  try {
    return f();
  } catch (e) {
    if (e instanceof AdjointError) return e.message;
    throw e;
  }
}

/**
 * A report as text, a line for each kind of thing that did not find together; long lists are cut.
 *
 * @param report What `mapWeights` gave.
 * @returns Up to three lines.
 *
 * @example Nothing wrong, and a tensor too many
 * ```ts
 * import { showWeightReport } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const empty = { missing: [], unexpected: [], misshaped: [] };
 * assertEquals(showWeightReport(empty), "every leaf has its tensor");
 * assertEquals(showWeightReport({ ...empty, unexpected: ["fc.bias"] }), '1 unexpected: "fc.bias"');
 * ```
 */
export function showWeightReport({ missing, unexpected, misshaped }: WeightReport): string {
  const lines = [
    listed("missing", missing.map(excerpt)),
    listed("unexpected", unexpected.map(excerpt)),
    listed("misshaped", misshaped.map((m) => `${excerpt(m.name)} from ${named(m.from)}: ${m.why}`)),
  ].filter((line) => line !== "");
  return lines.length === 0 ? "every leaf has its tensor" : lines.join("\n");
}

const named = (from: readonly string[]): string =>
  from.slice(0, 4).map(excerpt).join(" + ") + (from.length > 4 ? ` and ${from.length - 4} more` : "");

function listed(kind: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  const most = 8, more = items.length > most ? ` and ${items.length - most} more` : "";
  return `${items.length} ${kind}: ${items.slice(0, most).join(", ")}${more}`;
}
