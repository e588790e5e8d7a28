/** The laws of the primitives that randomness is made of. */
import { fusedMultiplyAddP } from "../../core/primitives/arithmetic.ts";
import { threefryP } from "../../core/primitives/threefry.ts";
import type { Value } from "../../core/tensor.ts";
import { laws } from "./laws.ts";
import { integers, make, uniform } from "./values.ts";

/** Words that use all 32 bits. */
const words = (shape: readonly number[], seed: number): Value => integers(shape, 0, 2 ** 32, seed, "u32");
const bits = { output: "bits" } as const, keys = { output: "keys" } as const;

laws([
  { name: "bits of a scalar", prim: threefryP, params: bits, inputs: [words([2], 1), words([], 2)], smooth: false },
  { name: "bits of none", prim: threefryP, params: bits, inputs: [words([2], 1), words([2, 0], 2)], smooth: false },
  { name: "bits of one", prim: threefryP, params: bits, inputs: [words([2], 1), words([1], 2)], smooth: false },
  {
    name: "bits of 3×2×1×3",
    prim: threefryP,
    params: bits,
    inputs: [words([2], 1), words([3, 2, 1, 3], 2)],
    smooth: false,
  },
  {
    name: "bits of 5 keys",
    prim: threefryP,
    params: bits,
    inputs: [words([5, 2], 3), words([5, 3], 4)],
    smooth: false,
  },
  {
    name: "bits of 2×3 keys, one each",
    prim: threefryP,
    params: bits,
    inputs: [words([2, 3, 2], 5), words([2, 3], 6)],
    smooth: false,
  },
  {
    name: "bits of no keys",
    prim: threefryP,
    params: bits,
    inputs: [words([0, 2], 3), words([0, 3], 4)],
    smooth: false,
  },
  {
    name: "bits of all zeros and all ones",
    prim: threefryP,
    params: bits,
    inputs: [make([2, 2], "u32", (i) => i < 2 ? 0 : 2 ** 32 - 1), make([2, 2], "u32", (i) => i % 2 ? 2 ** 32 - 1 : 0)],
    smooth: false,
  },
  { name: "one key of a scalar", prim: threefryP, params: keys, inputs: [words([2], 1), words([], 2)], smooth: false },
  { name: "keys of 3×2", prim: threefryP, params: keys, inputs: [words([2], 7), words([3, 2], 8)], smooth: false },
  { name: "keys of no keys", prim: threefryP, params: keys, inputs: [words([0, 2], 7), words([0], 8)], smooth: false },
  {
    name: "keys of 3 keys",
    prim: threefryP,
    params: keys,
    inputs: [words([3, 2], 7), words([3, 1], 8)],
    smooth: false,
  },
  ...[[], [0], [1], [3, 2], [2, 1, 1, 3]].map((shape) => ({
    name: `[${shape}]`,
    prim: fusedMultiplyAddP,
    params: undefined,
    inputs: [uniform(shape, 0.1, 1, 1), uniform(shape, -3, -1, 2), uniform(shape, 1, 2, 3)],
  })),
]);
