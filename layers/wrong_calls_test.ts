/** Wrong calls of layers and losses that no other test makes, and what is said of each. */
import { assertThrows } from "@std/assert";
import { ArgumentError, DTypeError, ShapeError, tensor, zeros } from "../mod.ts";
import { pipe } from "fp-ts/lib/function.js";
import { masked, partition, sgd } from "../optim/mod.ts";
import {
  batchNormWith,
  binaryCrossEntropyWithLogits,
  cosineEmbedding,
  cosineSimilarity,
  ctc,
  dense,
  dice,
  expectedCalibrationError,
  infoNce,
  input,
  inputs,
  instanceNorm,
  klDivergence,
  negativeLogLikelihood,
  softmaxCrossEntropy,
  spec,
} from "./mod.ts";

// Types refuse most of these calls; what is thrown is what a call without types gets.
const x = (...shape: readonly number[]) => zeros(shape) as never;
const ints = (...shape: readonly number[]) => zeros(shape, { dtype: "i32" }) as never;
const train = { mode: "train" } as const;

const calls:
  readonly (readonly [() => unknown, typeof ArgumentError | typeof DTypeError | typeof ShapeError, string])[] = [
    [
      () => batchNormWith(null, null, train)(x()),
      ShapeError,
      "batchNorm: an example is a scalar",
    ],
    [
      () => instanceNorm({ affine: true })(input([]) as never),
      ShapeError,
      "instanceNorm: an example is a scalar, and has no axis of channels; reshape it to [1]",
    ],
    [
      () => negativeLogLikelihood(x(), ints()),
      ShapeError,
      "negativeLogLikelihood: log-probabilities need an axis of classes, got a scalar",
    ],
    [
      () => binaryCrossEntropyWithLogits(x(2, 3), x(2, 3), { weights: x(4) } as never),
      ShapeError,
      "binaryCrossEntropyWithLogits: weights [4] do not broadcast to [2, 3]; reshape them, with 1 where they repeat",
    ],
    [() => infoNce(x(2, 3, 4), x(2, 3, 4)), ShapeError, "are [batch, features], not [2, 3, 4]; reshape or vmap"],
    [
      () => softmaxCrossEntropy(x(2, 3), zeros([2, 3], { dtype: "bool" }) as never),
      DTypeError,
      "softmaxCrossEntropy: labels are class indices or probabilities, not bool; cast them",
    ],
    [
      () => softmaxCrossEntropy(x(2, 3), x(2, 3), { ignoreIndex: 0 }),
      ArgumentError,
      "softmaxCrossEntropy: ignoreIndex goes with class indices; to ignore a line of probabilities make it zeros",
    ],
    [
      () => softmaxCrossEntropy(x(2, 3), x(2, 4)),
      ShapeError,
      "softmaxCrossEntropy: logits [2, 3] want probabilities of shape [2, 3], got [2, 4]",
    ],
    [() => ctc(x(3), ints(3)), ShapeError, "ctc: logits are [...batch, frames, classes], not [3]"],
    [() => ctc(x(2, 5, 4), ints(3, 2)), ShapeError, "ctc: logits [2, 5, 4] want labels [2, labels], got [3, 2]"],
    [
      () => ctc(x(2, 5, 4), ints(2, 2), { blank: 4 }),
      ArgumentError,
      "ctc: the blank 4 is not one of the 4 classes, 0 to 3",
    ],
    [() => ctc(x(2, 5, 4), ints(2, 2), { inputLengths: ints(3) }), ShapeError, "ctc: inputLengths are [2], got [3]"],
    [
      () => klDivergence(x(), x(), { reduction: "batchmean" }),
      ArgumentError,
      'klDivergence: "batchmean" divides by the size of the first axis, and a scalar has none; use "sum"',
    ],
    [() => dice(x(), x()), ShapeError, "dice: a scalar is no region; give the probabilities an axis to sum over"],
    [
      () => cosineSimilarity(x(2), zeros([2], { dtype: "f64" }) as never),
      DTypeError,
      "cosineSimilarity: vectors of f32 and of f64; cast one of them",
    ],
    [
      () => cosineSimilarity(x(2, 3), x(3, 3)),
      ShapeError,
      "cosineSimilarity: shapes [2, 3] and [3, 3] do not broadcast; reshape them, with 1 where they repeat",
    ],
    [
      () => cosineSimilarity(x(2, 3), x(2, 3), { axis: 2 } as never),
      ShapeError,
      "cosineSimilarity: axis 2 is out of range for shapes [2, 3] and [2, 3]",
    ],
    [
      () => cosineEmbedding(x(), x(), tensor(1) as never),
      ShapeError,
      "cosineEmbedding: first vectors need an axis of features, got a scalar",
    ],
    [
      () => expectedCalibrationError().of(x(0, 0), ints(0)),
      ShapeError,
      "expectedCalibrationError: logits have no classes",
    ],
    [
      () => pipe(input([2]), dense(1)).apply([] as never, [], 3 as never, train),
      ArgumentError,
      "net: expected a f32 tensor of shape [batch, 2], got number",
    ],
    [
      () => inputs({ a: spec([2]), b: spec([]) }).apply([], [], { a: x(1, 2) } as never, train),
      ArgumentError,
      'net: expected an entry "b"; give a tree like { a, b }',
    ],
    [
      () => input([2]).apply([], [], x(1, 2), { mode: "test" } as never),
      ArgumentError,
      'net: mode is "test"; apply it with { mode: "train" } or { mode: "eval" }',
    ],
    [
      () => partition((() => "c") as never, { a: sgd(1), b: sgd(1) } as never).init({ w: x(1) }),
      ArgumentError,
      "partition: w is in the group c, which is none of a, b",
    ],
    [
      () => masked(sgd(1), (() => "yes") as never).init({ w: x(1) }),
      ArgumentError,
      "masked: the choice for w is a boolean, not yes",
    ],
  ];

for (const [call, kind, message] of calls) {
  Deno.test(`a wrong call is told: ${message}`, () => {
    assertThrows(call, kind, message);
  });
}
