/** The random numbers of threefry. */
import { trace } from "../compiler/program.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Primitive } from "../primitive.ts";
import { sameShape, type Shape, show, sizeOf } from "../shape.ts";
import { emptyArray, type NdArray, type Spec, type Value } from "../tensor.ts";
import { add, shift } from "./arithmetic.ts";
import { bitOr, bitXor, shiftLeft, shiftRightLogical } from "./compare.ts";
import { fullLike, iota } from "./create.ts";
import { broadcast, broadcastInFront, reshape } from "./reshape.ts";
import { concat, sliceAxis } from "./slice.ts";

// Threefry-2x32 with 20 rounds: two key words and two counter words become two random words.
//
// Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011,
// https://doi.org/10.1145/2063384.2063405

/** Left rotations of the four rounds between two additions of key words, taken in turn. */
const rotations: readonly (readonly [number, number, number, number])[] = [[13, 15, 26, 6], [17, 29, 16, 24]];

/** Makes the third key word of the other two. */
const parity = 0x1bd11bda;

/** Where `hash` leaves its second word: a pair returned would be an object for every element drawn. */
export let second = 0;

/** The first word of the hash, as an i32; the second is left in `second`. Words are i32 or u32 alike. */
export function hash(k0: number, k1: number, c0: number, c1: number): number {
  const k2 = k0 ^ k1 ^ parity;
  let x = (c0 + k0) | 0, y = (c1 + k1) | 0;
  // Written out: a loop over the rotations costs several times as much.
  y = ((y << 13) | (y >>> 19)) ^ (x = (x + y) | 0);
  y = ((y << 15) | (y >>> 17)) ^ (x = (x + y) | 0);
  y = ((y << 26) | (y >>> 6)) ^ (x = (x + y) | 0);
  y = ((y << 6) | (y >>> 26)) ^ (x = (x + y) | 0);
  x = (x + k1) | 0;
  y = (y + k2 + 1) | 0;
  y = ((y << 17) | (y >>> 15)) ^ (x = (x + y) | 0);
  y = ((y << 29) | (y >>> 3)) ^ (x = (x + y) | 0);
  y = ((y << 16) | (y >>> 16)) ^ (x = (x + y) | 0);
  y = ((y << 24) | (y >>> 8)) ^ (x = (x + y) | 0);
  x = (x + k2) | 0;
  y = (y + k0 + 2) | 0;
  y = ((y << 13) | (y >>> 19)) ^ (x = (x + y) | 0);
  y = ((y << 15) | (y >>> 17)) ^ (x = (x + y) | 0);
  y = ((y << 26) | (y >>> 6)) ^ (x = (x + y) | 0);
  y = ((y << 6) | (y >>> 26)) ^ (x = (x + y) | 0);
  x = (x + k0) | 0;
  y = (y + k1 + 3) | 0;
  y = ((y << 17) | (y >>> 15)) ^ (x = (x + y) | 0);
  y = ((y << 29) | (y >>> 3)) ^ (x = (x + y) | 0);
  y = ((y << 16) | (y >>> 16)) ^ (x = (x + y) | 0);
  y = ((y << 24) | (y >>> 8)) ^ (x = (x + y) | 0);
  x = (x + k1) | 0;
  y = (y + k2 + 4) | 0;
  y = ((y << 13) | (y >>> 19)) ^ (x = (x + y) | 0);
  y = ((y << 15) | (y >>> 17)) ^ (x = (x + y) | 0);
  y = ((y << 26) | (y >>> 6)) ^ (x = (x + y) | 0);
  y = ((y << 6) | (y >>> 26)) ^ (x = (x + y) | 0);
  second = (y + k0 + 5) | 0;
  return (x + k2) | 0;
}

// Counter-based random words: what all randomness is made of.

/** `bits`: one word an element, the two of the hash xored. `keys`: both words, along a new last axis of size 2. */
export interface ThreefryParams {
  readonly output: "bits" | "keys";
}

/**
 * Threefry-2x32 of keys `[...B, 2]` and counters `[...B, ...S]`, all u32, the counter's high word being 0: each key with
 * the counters at its place. An element depends on its own counter alone, so a short draw is the start of a long one.
 */
export const threefryP: Primitive<ThreefryParams> = {
  name: "threefry",
  infer: ([key, counters], { output }) => {
    check(key!, counters!);
    return [{ shape: outputShape(counters!, output), dtype: "u32" }];
  },
  reference: ([key, counters], { output }) => {
    const y = emptyArray(outputShape(counters!, output), "u32");
    (output === "bits" ? fillBits : fillKeys)(y, key!, counters!);
    return [y];
  },
  jvp: (inputs, _, p) => [[bind1(threefryP, inputs, p)], [null]],
  batch: ([key, counters], [keyMapped, countersMapped], { output }, { size }) => {
    const keys = keyMapped || key!.shape.length === 1 ? key! : broadcastInFront(key!, size);
    return {
      outputs: [threefry(keys, countersMapped ? counters! : broadcastInFront(counters!, size), output)],
      mapped: [true],
    };
  },
  lower: (specs, { output }) => ({
    kind: "program",
    program: trace("threefry", ([key, counters]) => [rounds(key!, counters!, output)], specs),
  }),
};

function check(key: Spec, counters: Spec): void {
  if (key.dtype !== "u32" || counters.dtype !== "u32") {
    throw new DTypeError(
      `threefry: takes u32 keys and counters, not ${key.dtype} and ${counters.dtype}; cast them first`,
    );
  }
  const lead = key.shape.slice(0, -1);
  if (key.shape.at(-1) !== 2 || !sameShape(counters.shape.slice(0, lead.length), lead)) {
    throw new ShapeError(
      `threefry: keys ${show(key.shape)} do not fit counters ${show(counters.shape)}; keys end in an axis of 2, and ` +
        "the axes before it begin the counters' shape",
    );
  }
}

const outputShape = (counters: Spec, output: ThreefryParams["output"]): Shape =>
  output === "bits" ? counters.shape : [...counters.shape, 2];

function fillBits(y: NdArray, { data: keys }: NdArray, { data: counters }: NdArray): void {
  const out = y.data, each = out.length / (keys.length / 2);
  for (let k = 0, i = 0; i < out.length; k += 2) {
    const k0 = keys[k]!, k1 = keys[k + 1]!;
    for (const end = i + each; i < end; i++) out[i] = hash(k0, k1, 0, counters[i]!) ^ second;
  }
}

function fillKeys(y: NdArray, { data: keys }: NdArray, { data: counters }: NdArray): void {
  const out = y.data, each = counters.length / (keys.length / 2);
  for (let k = 0, i = 0; i < counters.length; k += 2) {
    const k0 = keys[k]!, k1 = keys[k + 1]!;
    for (const end = i + each; i < end; i++) {
      out[2 * i] = hash(k0, k1, 0, counters[i]!);
      out[2 * i + 1] = second;
    }
  }
}

/** The hash in integer primitives, for compilers. */
function rounds(key: Value, counters: Value, output: ThreefryParams["output"]): Value {
  const lead = key.shape.slice(0, -1), axes = lead.map((_, i) => i);
  const word = (i: number): Value =>
    broadcast(reshape(sliceAxis(key, lead.length, i, i + 1), lead), counters.shape, axes);
  const k0 = word(0), k1 = word(1), k2 = bitXor(bitXor(k0, k1), fullLike(k0, parity));
  const words = [k0, k1, k2];
  let x = k0, y = add(counters, k1);
  for (let group = 0; group < 5; group++) {
    for (const r of rotations[group % 2]!) {
      x = add(x, y);
      y = bitXor(rotateLeft(y, r), x);
    }
    x = add(x, words[(group + 1) % 3]!);
    y = shift(add(y, words[(group + 2) % 3]!), group + 1);
  }
  if (output === "bits") return bitXor(x, y);
  const column = (z: Value): Value => reshape(z, [...z.shape, 1]);
  return concat([column(x), column(y)], counters.shape.length);
}

const rotateLeft = (x: Value, r: number): Value =>
  bitOr(shiftLeft(x, fullLike(x, r)), shiftRightLogical(x, fullLike(x, 32 - r)));

/** Words of keys and counters. */
export const threefry = (key: Value, counters: Value, output: ThreefryParams["output"]): Value =>
  bind1(threefryP, [key, counters], { output });

/** Counters 0, 1, 2, … in a shape. */
export const counters = (shape: Shape): Value => reshape(iota([sizeOf(shape)], 0, "u32"), shape);
