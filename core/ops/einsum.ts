/** General contractions: by axes, by letters. */
import type { DType, Promote } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { dotGeneral as contract, dotGeneralP } from "../primitives/dot_general.ts";
import { diagonalOf } from "../primitives/gather.ts";
import { normalizeAxis, type Shape, show } from "../shape.ts";
import type { Einsum, EinsumOk, Reduce } from "../shape_types.ts";
import type { Tensor, Value } from "../tensor.ts";
import {
  contractAll,
  dualOptions,
  factors,
  type Labelled,
  promoted,
  requireOptions,
  requireProducts,
  requireTensor,
  shown,
} from "./operands.ts";

// Contraction in general.

/** Which axes of the two operands belong together; none where left out, negative ones count from the end. */
export interface DotOptions {
  /** Axes summed over, those of the left operand and those of the right, in pairs. */
  readonly contract?: readonly [left: readonly number[], right: readonly number[]];
  /** Axes walked through together, likewise. */
  readonly batch?: readonly [left: readonly number[], right: readonly number[]];
}

/** The type of {@linkcode dotGeneral}: `dotGeneral(a, b, options)`, or `pipe(a, dotGeneral(b, options))`. */
export interface DotGeneralOp {
  /** `dotGeneral(a, b, options)`. */
  <DA extends DType, DB extends DType>(
    a: Tensor<Shape, DA>,
    b: Tensor<Shape, DB>,
    options?: DotOptions,
  ): Tensor<Shape, Promote<DA, DB>>;
  /** `pipe(a, dotGeneral(b, options))`. */
  <DB extends DType>(
    b: Tensor<Shape, DB>,
    options?: DotOptions,
  ): <DA extends DType>(a: Tensor<Shape, DA>) => Tensor<Shape, Promote<DA, DB>>;
}

function general(given: unknown, other: unknown, options: DotOptions): Value {
  const xs = factors("dotGeneral", given, other);
  requireOptions("dotGeneral", options, "{ contract: [[1], [0]] }", ["contract", "batch"]);
  const counted = (name: keyof DotOptions) => {
    const pairs = options[name] ?? [[], []], lists: readonly unknown[] = pairs;
    if (lists.length !== 2 || !lists.every((l) => Array.isArray(l))) {
      throw new ArgumentError(
        `dotGeneral: ${name} is ${shown(pairs)}, not two lists of axes; write { ${name}: [[1], [0]] }`,
      );
    }
    const [l, r] = xs.map((x, i) => pairs[i]!.map((n) => normalizeAxis("dotGeneral", n, x.shape.length)));
    return [l!, r!] as const;
  };
  const params = { contract: counted("contract"), batch: counted("batch") };
  dotGeneralP.infer(xs, params);
  return contract(xs[0], xs[1], params);
}

/**
 * Sums of products over any axes of two tensors, with any others walked through together.
 *
 * @param a Any numeric tensor.
 * @param b Any numeric tensor.
 * @param options `contract` and `batch`: pairs of lists of axes, the left operand's and the right one's.
 * @returns The sums, in the common dtype: batch axes first, then the other axes of `a`, then those of `b`.
 * @throws {ShapeError} If axes are out of range, named twice, or of different sizes.
 * @throws {DTypeError} If both are bool.
 * @throws {ArgumentError} If `contract` or `batch` is not two lists.
 * @see https://openxla.org/stablehlo/spec#dot_general
 *
 * @example Rows of one matrix against rows of another, pair by pair
 * ```ts
 * import { dotGeneral, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([[1, 2], [3, 4]]), b = tensor([[1, 1], [0, 2]]);
 * assertEquals(dotGeneral(a, b, { contract: [[1], [1]], batch: [[0], [0]] }).toArray(), [3, 8]);
 * ```
 */
export const dotGeneral: DotGeneralOp = dualOptions(general as Parameters<typeof dualOptions>[0]) as DotGeneralOp;

// Contraction over axes named by number.

/** How many axes to contract, the last of `a` with the first of `b`; or which of each, in pairs. */
export type TensordotAxes = number | readonly [left: number | readonly number[], right: number | readonly number[]];

/** The shape of {@linkcode tensordot}`(a, b, { axes: N })`. */
export type Tensordot<A extends Shape, B extends Shape, N> = N extends readonly [infer L, infer R]
  ? readonly [...Reduce<A, L>, ...Reduce<B, R>]
  : N extends 0 ? readonly [...A, ...B]
  : N extends 1
    ? A extends readonly [...infer P extends Shape, number]
      ? B extends readonly [number, ...infer Q extends Shape] ? readonly [...P, ...Q] : Shape
    : Shape
  : N extends 2
    ? A extends readonly [...infer P extends Shape, number, number]
      ? B extends readonly [number, number, ...infer Q extends Shape] ? readonly [...P, ...Q] : Shape
    : Shape
  : Shape;

/** The type of {@linkcode tensordot}: `tensordot(a, b, options?)`, or `pipe(a, tensordot(b, options?))`. */
export interface TensordotOp {
  /** `tensordot(a, b, options?)`. */
  <A extends Shape, B extends Shape, DA extends DType, DB extends DType, const N extends TensordotAxes = 2>(
    a: Tensor<A, DA>,
    b: Tensor<B, DB>,
    options?: { readonly axes?: N },
  ): Tensor<Tensordot<A, B, N>, Promote<DA, DB>>;
  /** `pipe(a, tensordot(b, options?))`. */
  <B extends Shape, DB extends DType, const N extends TensordotAxes = 2>(
    b: Tensor<B, DB>,
    options?: { readonly axes?: N },
  ): <A extends Shape, DA extends DType>(a: Tensor<A, DA>) => Tensor<Tensordot<A, B, N>, Promote<DA, DB>>;
}

/** The contracted axes of each side, counted from the front. */
function contracted(a: Value, b: Value, axes: TensordotAxes): readonly [number[], number[]] {
  const m = a.shape.length, n = b.shape.length;
  if (typeof axes === "number") {
    if (!Number.isInteger(axes) || axes < 0 || axes > Math.min(m, n)) {
      throw new ShapeError(
        `tensordot: cannot contract ${axes} axes of ${show(a.shape)} · ${show(b.shape)}; use 0 to ${Math.min(m, n)}`,
      );
    }
    const count = Array.from({ length: axes }, (_, i) => i);
    return [count.map((i) => m - axes + i), count];
  }
  if (!Array.isArray(axes) || axes.length !== 2) {
    throw new ArgumentError(
      `tensordot: axes are a number or a pair of lists, not ${JSON.stringify(axes)}; write { axes: [[0], [1]] }`,
    );
  }
  const [l, r] = [a, b].map((x, i) =>
    ([axes[i]!].flat() as number[]).map((d) => normalizeAxis("tensordot", d, x.shape.length))
  );
  return [l!, r!];
}

/**
 * Sums of products over pairs of axes.
 *
 * @param a Any numeric tensor.
 * @param b Any numeric tensor.
 * @param options `axes`: how many, the last of `a` with the first of `b` (2 if left out), or a pair of lists of axes.
 * @returns The sums, with the other axes of `a`, then those of `b`, in the common dtype.
 * @throws {ShapeError} If the sizes of paired axes differ, or an axis is out of range or named twice.
 *
 * @example Over all axes of two matrices
 * ```ts
 * import { tensor, tensordot } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([[1, 2], [3, 4]]);
 * assertEquals(tensordot(a, a).item(), 30);
 * assertEquals(tensordot(a, a, { axes: [[0], [0]] }).toArray(), [[10, 14], [14, 20]]);
 * ```
 */
export const tensordot: TensordotOp = dualOptions((given, other, options) => {
  const [a, b] = factors("tensordot", given, other), axes = (options["axes"] ?? 2) as TensordotAxes;
  requireOptions("tensordot", options, "{ axes: 1 }", ["axes"]);
  const [l, r] = contracted(a, b, axes), both = `${show(a.shape)} · ${show(b.shape)}`;
  if (l.length !== r.length) {
    throw new ShapeError(`tensordot: axes [${l}] and [${r}] of ${both} are not as many; name them in pairs`);
  }
  for (const [side, used] of [["left", l], ["right", r]] as const) {
    if (new Set(used).size !== used.length) {
      throw new ShapeError(`tensordot: ${side} axes [${used}] of ${both} name the same axis twice`);
    }
  }
  l.forEach((x, i) => {
    const y = r[i]!;
    if (a.shape[x] !== b.shape[y]) {
      throw new ShapeError(
        `tensordot: sizes differ, axis ${x} of ${show(a.shape)} and axis ${y} of ${show(b.shape)}; ` +
          "name axes of equal size in pairs",
      );
    }
  });
  return contract(a, b, { contract: [l, r], batch: [[], []] });
}) as TensordotOp;

// Reading the expressions of `einsum`.

/** The labels of every operand's axes, and of the result's. Axes under an ellipsis are labelled `.0`, `.1`, … from the last. */
export interface Expression {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** What stands for one tensor: letters, and perhaps an ellipsis after the first `ellipsis` of them. */
interface Term {
  readonly text: string;
  readonly letters: readonly string[];
  readonly ellipsis: number | null;
}

function term(text: string): Term {
  const at = text.indexOf("..."), rest = at < 0 ? text : text.slice(0, at) + text.slice(at + 3);
  const stray = rest.match(/[^A-Za-z]/);
  if (stray !== null) {
    throw new ArgumentError(
      `einsum: ${JSON.stringify(stray[0])} in ${JSON.stringify(text)} has no meaning; ` +
        'write letters for axes, with commas between operands, "->" before the output and "..." for other axes',
    );
  }
  return { text, letters: [...rest], ellipsis: at < 0 ? null : at };
}

const dots = (n: number): string[] => Array.from({ length: n }, (_, i) => `.${n - 1 - i}`);

/** The term's labels, with `n` axes in place of its ellipsis. */
const labelsOf = ({ letters, ellipsis }: Term, n: number): string[] =>
  ellipsis === null ? [...letters] : [...letters.slice(0, ellipsis), ...dots(n), ...letters.slice(ellipsis)];

/** The labels left unsaid: the ellipsis, then every letter that stands once, capitals first, alphabetically. */
function implicit(terms: readonly Term[], n: number): string[] {
  const all = terms.flatMap((t) => t.letters);
  return [...dots(n), ...all.filter((l) => all.indexOf(l) === all.lastIndexOf(l)).sort()];
}

/** An expression's labels for operands of the given shapes; throws where they do not fit it. */
function readExpression(expression: string, shapes: readonly Shape[]): Expression {
  const [left, right, ...more] = expression.replaceAll(/\s/g, "").split("->");
  if (more.length > 0) throw new ArgumentError(`einsum: ${JSON.stringify(expression)} has more than one "->"`);
  const terms = left!.split(",").map(term);
  if (terms.length !== shapes.length) {
    throw new ArgumentError(
      `einsum: ${terms.length > shapes.length ? "fewer" : "more"} operands than the expression names; ` +
        `${JSON.stringify(expression)} has ${terms.length}, given are ${shapes.length}`,
    );
  }
  const inputs = terms.map((t, i) => {
    const s = shapes[i]!, free = s.length - t.letters.length;
    if (t.ellipsis === null ? free !== 0 : free < 0) {
      throw new ShapeError(
        `einsum: ${t.text} does not fit the shape ${show(s)} of operand ${i}; it names ${t.letters.length} axes` +
          (t.ellipsis === null ? "" : " or more"),
      );
    }
    return labelsOf(t, free);
  });
  const spread = Math.max(0, ...terms.map((t, i) => t.ellipsis === null ? 0 : shapes[i]!.length - t.letters.length));
  const output = right === undefined ? implicit(terms, spread) : labelsOf(term(right), spread);
  checkSizes(inputs, shapes);
  checkOutput(output, inputs);
  return { inputs, output };
}

function checkSizes(inputs: readonly (readonly string[])[], shapes: readonly Shape[]): void {
  const sizes = new Map<string, number>();
  inputs.forEach((labels, i) =>
    labels.forEach((l, axis) => {
      const d = shapes[i]![axis]!, known = sizes.get(l), ellipsis = l.startsWith(".");
      if (known === undefined || (ellipsis && known === 1)) sizes.set(l, d);
      else if (known !== d && !(ellipsis && d === 1)) {
        throw new ShapeError(
          `einsum: ${ellipsis ? "an axis of the ellipsis" : l} is both ${known} and ${d}; ` +
            `the operands are ${shapes.map(show).join(", ")}`,
        );
      }
    })
  );
}

function checkOutput(output: readonly string[], inputs: readonly (readonly string[])[]): void {
  for (const l of output) {
    if (output.indexOf(l) !== output.lastIndexOf(l)) {
      throw new ArgumentError(`einsum: the output names ${l} twice; name each axis once`);
    }
    if (!inputs.some((labels) => labels.includes(l))) {
      throw new ArgumentError(`einsum: the output names ${l}, which no operand has`);
    }
  }
}

// Einstein summation.

/** The shapes of a list of tensors. */
export type ShapesOf<Ts extends readonly Value[]> = {
  readonly [K in keyof Ts]: Ts[K] extends Tensor<infer S, DType> ? S : Shape;
};

/** The common dtype of a list of tensors. */
export type PromoteAll<Ts extends readonly Value[]> = Ts extends readonly [Tensor<Shape, infer D>] ? D
  : Ts extends readonly [Tensor<Shape, infer D>, ...infer R extends readonly Value[]] ? Promote<D, PromoteAll<R>>
  : DType;

/** An operand with each of its labels once: where one is repeated, the diagonal. */
function distinct(value: Value, labels: readonly string[]): Labelled {
  const second = labels.findIndex((l, i) => labels.indexOf(l) < i);
  if (second < 0) return { value, labels };
  const first = labels.indexOf(labels[second]!);
  const rest = labels.filter((_, i) => i !== first && i !== second);
  return distinct(diagonalOf(value, first, second), [...rest, labels[second]!]);
}

/**
 * Einstein summation: products of tensors, summed over the letters that the output does not name.
 *
 * A letter for every axis; operands are parted by commas. A letter repeated within one operand means its diagonal.
 * `...` stands for axes without letters, which broadcast. Without `->` the output is the ellipsis and the letters that
 * stand once, in alphabetical order. Pairs are contracted in a greedy order, smallest results first.
 *
 * @param expression Such as `"bij,bjk->bik"`; spaces are ignored.
 * @param xs One numeric tensor for every operand the expression names.
 * @returns The sums, with the axes in the output's order, in the common dtype.
 * @throws {ShapeError} If a letter has two sizes, or an operand another rank.
 * @throws {ArgumentError} If the expression has stray characters, or names more or fewer operands.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.einsum.html
 *
 * @example A bilinear form
 * ```ts
 * import { einsum, tensor } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1, 2]), a = tensor([[1, 2], [3, 4]]);
 * assertEquals(einsum("i,ij,j->", x, a, x).item(), 27);
 * ```
 */
export function einsum<const E extends string, const Ts extends readonly Value[]>(
  expression: E & EinsumOk<E, ShapesOf<Ts>>,
  ...xs: Ts
): Tensor<Einsum<E, ShapesOf<Ts>>, PromoteAll<Ts>> {
  if (typeof expression !== "string") {
    throw new ArgumentError(`einsum: the expression comes first, as a string such as "ij,jk->ik"`);
  }
  const given = promoted("einsum", ...xs.map((x, i) => requireTensor("einsum", x, `operand ${i}`)));
  const { inputs, output } = readExpression(expression, given.map((x) => x.shape));
  requireProducts("einsum", given[0]!.dtype);
  const y = contractAll(given.map((x, i) => distinct(x, inputs[i]!)), output);
  return y as unknown as Tensor<Einsum<E, ShapesOf<Ts>>, PromoteAll<Ts>>;
}
