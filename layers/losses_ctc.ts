/** Connectionist temporal classification: the loss of a label sequence that is aligned with no one knows which frames. */
import {
  add,
  all,
  and,
  arange,
  ArgumentError,
  broadcastTo,
  cast,
  clamp,
  concat,
  div,
  type DType,
  expandDims,
  type FloatDType,
  full,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logAddExp,
  logSumExp,
  maximum,
  moveAxis,
  mul,
  neg,
  not,
  notEqual,
  or,
  pad,
  reshape,
  scan,
  type Shape,
  ShapeError,
  slice,
  squeeze,
  stack,
  sub,
  takeAlongAxis,
  type Tensor,
  where,
} from "../mod.ts";
import { requireIntegers } from "./labels.ts";
import {
  type LossOptions,
  type Reduced,
  reduceLosses,
  type Reduction,
  requireElements,
  requireFloats,
  sameShape,
} from "./losses.ts";
import { requireChoice } from "./operands.ts";

/** Options of `ctc`. */
export interface CtcOptions<R extends Reduction> extends LossOptions<R> {
  /** How many frames of each example count, integers `[...L]`; all if left out. */
  readonly inputLengths?: Tensor<Shape, DType>;
  /** How many labels of each example count, integers `[...L]`; all if left out. */
  readonly labelLengths?: Tensor<Shape, DType>;
  /** The class that stands for no label; 0 if left out. */
  readonly blank?: number;
  /** Whether examples that cannot be aligned, whose loss is infinite, count as 0; false if left out. */
  readonly zeroInfinity?: boolean;
}

type Ints = Tensor<Shape, "i32">;

/**
 * Connectionist temporal classification: minus the logarithm of the probability of all alignments of a label sequence.
 * An alignment gives every frame a class or the blank, and becomes the labels when repetitions are merged and blanks
 * dropped. Computed in logarithms by the forward recursion; the derivative is that of the recursion. PyTorch: `CTCLoss`.
 *
 * @param logits Floats, `[...L, frames, classes]`, one class being the blank; logarithms of probabilities will do too.
 * @param labels Class indices, integers `[...L, labels]`; what stands behind an example's length is not looked at.
 * @param options `inputLengths`, `labelLengths`: integers `[...L]`, all if left out; `blank`: a class, 0 if left out;
 *   `zeroInfinity`: impossible examples count 0, instead of infinity, in any case without a derivative; `reduction`:
 *   `"mean"` if left out, of the losses divided by their labels' lengths, as in PyTorch.
 * @returns A scalar, or `[...L]` for `"none"`. In a compiled program, where a wrong label or length cannot throw, it is NaN.
 * @throws {ShapeError} If the shapes do not fit. @throws {DTypeError} If labels or lengths are not integers.
 * @throws {ArgumentError} If a label is the blank or no class, a length is out of range, or the blank is no class.
 * @see Graves et al., Connectionist temporal classification, 2006, https://doi.org/10.1145/1143844.1143891, eq. 5–8
 *
 * @example Two frames of chance: three of nine alignments give the label 1
 * ```ts
 * import { tensor, zeros } from "@adjoint/adjoint";
 * import { ctc } from "@adjoint/adjoint/layers";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const loss = ctc(zeros([1, 2, 3]), tensor([[1]], { dtype: "i32" }));
 * assertAlmostEquals(loss.item(), Math.log(9 / 3), 1e-6);
 * ```
 */
export function ctc<
  const L extends Shape,
  T extends number,
  C extends number,
  D extends FloatDType,
  const R extends Reduction = "mean",
>(
  logits: Tensor<readonly [...L, T, C], D>,
  labels: Tensor<Shape, DType>,
  options: CtcOptions<R> = {},
): Tensor<Reduced<L, R>, D> {
  const given = requireArguments(logits, labels, options),
    { x, batch, frames, blank, inputLengths, labelLengths } = given;
  const how: Reduction = requireChoice("ctc", "reduction", options.reduction ?? "mean", ["none", "mean", "sum"]);
  const aligned = logLikelihood(given), impossible = less(aligned, unlikely / 10);
  const losses = where(impossible, options.zeroInfinity === true ? 0 : Infinity, neg(aligned));
  const inside = and(greaterEqual(given.labels, 0), less(given.labels, x.shape.at(-1)!));
  const usable = or(and(inside, notEqual(given.labels, blank)), not(given.known));
  const lengths = and(within(inputLengths, frames), within(labelLengths, given.labels.shape[1]!));
  const checked = mul(losses, cast(where(and(all(usable, { axis: 1 }), lengths), 1, NaN), x.dtype));
  const scaled = how === "mean" ? div(checked, cast(maximum(labelLengths, 1), x.dtype)) : checked;
  return reduceLosses("ctc", reshape(scaled, batch) as Tensor, { reduction: how as R });
}

/** Stands for log 0: finite, so that no ∞ − ∞ enters the derivatives, and as good as it, being far below any log-probability. */
const unlikely = -1e30;

const within = (n: Ints, most: number) => and(greaterEqual(n, 0), lessEqual(n, most));

/** The arguments with one axis for the batch. */
interface Arguments {
  readonly x: Tensor;
  readonly labels: Ints;
  readonly batch: Shape;
  readonly frames: number;
  readonly blank: number;
  readonly inputLengths: Ints;
  readonly labelLengths: Ints;
  /** `[batch, labels]`: which labels count. */
  readonly known: Tensor<Shape, "bool">;
}

const shown = (...sizes: readonly (number | string)[]): string => `[${sizes.join(", ")}]`;

function requireArguments(logits: unknown, labels: unknown, options: CtcOptions<Reduction>): Arguments {
  const x = requireFloats("ctc", "logits", logits), rank = x.shape.length, batch = x.shape.slice(0, -2);
  if (rank < 2) throw new ShapeError(`ctc: logits are [...batch, frames, classes], not ${shown(...x.shape)}`);
  const l = requireIntegers("ctc", "labels", "class indices", labels), size = batch.reduce((a, b) => a * b, 1);
  if (l.shape.length !== rank - 1 || !sameShape(l.shape.slice(0, -1), batch)) {
    const want = shown(...batch, "labels");
    throw new ShapeError(`ctc: logits ${shown(...x.shape)} want labels ${want}, got ${shown(...l.shape)}`);
  }
  const frames = x.shape[rank - 2]!, classes = x.shape[rank - 1]!, most = l.shape.at(-1)!, { blank = 0 } = options;
  if (!Number.isInteger(blank) || blank < 0 || blank >= classes) {
    throw new ArgumentError(`ctc: the blank ${blank} is not one of the ${classes} classes, 0 to ${classes - 1}`);
  }
  const lengths = (name: "inputLengths" | "labelLengths", limit: number): Ints => {
    if (options[name] === undefined) return full([size], limit, { dtype: "i32" });
    const n = requireIntegers("ctc", name, "integers", options[name]);
    if (!sameShape(n.shape, batch)) {
      throw new ShapeError(`ctc: ${name} are ${shown(...batch)}, got ${shown(...n.shape)}`);
    }
    requireElements(n, (v) => v >= 0 && v <= limit, (v) => `ctc: ${name} are 0 to ${limit}, not ${v}`);
    return reshape(cast(n, "i32"), [size]);
  };
  const inputLengths = lengths("inputLengths", frames), labelLengths = lengths("labelLengths", most);
  const flat: Ints = reshape(cast(l, "i32"), [size, most]),
    known = less(arange(0, most, 1), expandDims(labelLengths, -1));
  // What stands behind a length may be anything; the smallest integer is no class that anybody means.
  const fits = (v: number) => v === -(2 ** 31) || v >= 0 && v < classes && v !== blank;
  requireElements(
    where(known, flat, -(2 ** 31)),
    fits,
    (v) =>
      v === blank
        ? `ctc: label ${v} is the blank; leave it out, and give labelLengths if it is padding`
        : `ctc: label ${v} is not one of the ${classes} classes, 0 to ${classes - 1}`,
  );
  return {
    x: reshape(x, [size, frames, classes]),
    labels: flat,
    batch,
    frames,
    blank,
    inputLengths,
    labelLengths,
    known,
  };
}

/** The logarithm of the probability of all alignments, `[batch]`; about `unlikely` or below where there is none. */
function logLikelihood({ x, labels, frames, blank, inputLengths, labelLengths, known }: Arguments): Tensor {
  const [size, most] = labels.shape as readonly [number, number], states = 2 * most + 1;
  // A blank before, between and after the labels: a state for each, in which a frame can be.
  const blanks = (n: number): Ints => full([size, n], blank, { dtype: "i32" });
  const pairs = stack([blanks(most), where(known, labels, blank)], { axis: 2 });
  const path = concat([reshape(pairs, [size, 2 * most]), blanks(1)], { axis: 1 }) as Ints;
  // The blank before a label can be skipped, unless it parts two equal ones.
  const from = <D extends DType>(a: Tensor<Shape, D>, steps: number, value: number): Tensor<Shape, D> =>
    slice(pad(a, [[0, 0], [steps, 0]], { value }), [0, 0], [size, states]);
  const skips = and(notEqual(path, blank), notEqual(path, from(path, 2, blank)));
  const logs = clamp(sub(x, logSumExp(x, { axis: -1, keepDims: true })), { min: unlikely });
  const index = broadcastTo(expandDims(path, 1), [size, frames, states]);
  const emitted: Tensor = moveAxis(takeAlongAxis(logs, index, { axis: 2 }), 1, 0);
  // Before the first frame all is in the first blank, from where the first frame can stay or enter the first label.
  const start: Tensor = pad(full([size, 1], 0, { dtype: x.dtype }), [[0, 0], [0, states - 1]], { value: unlikely });
  const [end] = scan(
    (a, { emit, t }) => {
      const stayed = logAddExp(a, from(a, 1, unlikely)), skipped = where(skips, from(a, 2, unlikely), unlikely);
      return [where(expandDims(less(t, inputLengths), -1), add(logAddExp(stayed, skipped), emit), a), null] as const;
    },
    start,
    { emit: emitted, t: arange(0, frames, 1) },
  );
  const at = (i: Ints): Tensor => squeeze(takeAlongAxis(end, expandDims(i, -1), { axis: 1 }), { axis: 1 });
  const last = mul(labelLengths, 2), label = at(maximum(sub(last, 1), 0));
  return logAddExp(at(last), where(greater(labelLengths, 0), label, unlikely));
}
