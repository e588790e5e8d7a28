/** Wrong calls and what they are told. */
import { alloc, type DType } from "../dtype.ts";
import { AdjointError } from "../errors.ts";
import { sizeOf } from "../shape.ts";
import { Concrete, type Value } from "../tensor.ts";
import * as random from "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";

// deno-lint-ignore no-explicit-any -- the compiler rejects most of these calls; untyped code makes them
type Untyped = any;
const draw: Untyped = random;

const k = random.key(0);
const zeros = (dtype: DType, ...shape: number[]): Value => new Concrete(shape, dtype, alloc(dtype, sizeOf(shape)));
const v3 = zeros("f32", 3);

/** Calls of every sampler with something in the key's place. */
const withKey: Readonly<Record<string, (k: unknown) => unknown>> = {
  split: (k) => draw.split(k),
  foldIn: (k) => draw.foldIn(k, 1),
  bits: (k) => draw.bits(k),
  uniform: (k) => draw.uniform(k, [2]),
  normal: (k) => draw.normal(k, [2]),
  truncatedNormal: (k) => draw.truncatedNormal(k, [2]),
  exponential: (k) => draw.exponential(k, [2]),
  gumbel: (k) => draw.gumbel(k, [2]),
  laplace: (k) => draw.laplace(k, [2]),
  logistic: (k) => draw.logistic(k, [2]),
  randint: (k) => draw.randint(k, [2], 0, 3),
  bernoulli: (k) => draw.bernoulli(k, 0.5),
  categorical: (k) => draw.categorical(k, v3),
  gamma: (k) => draw.gamma(k, 1),
  beta: (k) => draw.beta(k, 1, 1),
  dirichlet: (k) => draw.dirichlet(k, v3),
  poisson: (k) => draw.poisson(k, 1),
  permutation: (k) => draw.permutation(k, 3),
  choice: (k) => draw.choice(k, 3),
};

const badKeys: readonly (readonly [unknown, string])[] = [
  [0, "got 0; make one with key(seed)"],
  [undefined, "got undefined; make one with key(seed)"],
  [null, "got null; make one with key(seed)"],
  [{}, "got an object; make one with key(seed)"],
  [new Map(), "got a Map; make one with key(seed)"],
  [random.key, "got a function; make one with key(seed)"],
  [random.split(k), "got an array; take one of its keys"],
  [zeros("f32", 2), "got f32[2]; make one with key(seed)"],
  [zeros("u32", 3), "got u32[3]; make one with key(seed)"],
  [zeros("u32", 5, 2), "got u32[5,2]; map over many keys with vmap"],
];

/** Calls that are told off, with the whole message. */
export const randomErrors: readonly { readonly call: () => unknown; readonly message: string }[] = [
  ...Object.entries(withKey).flatMap(([op, call]) =>
    badKeys.map(([bad, message]) => ({ call: () => call(bad), message: `${op}: expected a key (u32[2]), ${message}` }))
  ),
  ...[-1, 0.5, 2 ** 53, NaN, "1", -1n, 2n ** 64n].map((seed) => ({
    call: () => draw.key(seed),
    message:
      `key: a seed is a whole number from 0 to 2^53 - 1, or a bigint from 0n to 2n ** 64n - 1n, not ${seed}; use foldIn to mix in a traced number`,
  })),
  ...["uniform", "normal", "truncatedNormal", "exponential", "gumbel", "laplace", "logistic"].flatMap((op) => [
    {
      call: () => draw[op](k, [2, -1]),
      message: `${op}: 2×-1 is not a shape; every size is a whole number, 0 or more`,
    },
    { call: () => draw[op](k, 3), message: `${op}: a shape is an array of sizes, not number; write [3]` },
    {
      call: () => draw[op](k, [2], { dtype: "i32" }),
      message: `${op}: draws f32 or f64, not i32; cast the result`,
    },
  ]),
  { call: () => draw.split(k, -1), message: "split: makes a whole number of keys, 0 or more, not -1" },
  { call: () => draw.split(k, 1.5), message: "split: makes a whole number of keys, 0 or more, not 1.5" },
  { call: () => draw.split(k, [-2]), message: "split: -2 is not a shape; every size is a whole number, 0 or more" },
  {
    call: () => draw.foldIn(k, -1),
    message: "foldIn: mixes in a whole number from 0 to 2^32 - 1 or an integer scalar, not -1",
  },
  { call: () => draw.foldIn(k, zeros("f32")), message: "foldIn: mixes in an integer, not f32; cast it first" },
  {
    call: () => draw.foldIn(k, zeros("i32", 3)),
    message: "foldIn: mixes in a scalar, not a tensor of shape 3; map over it with vmap",
  },
  { call: () => draw.bits(k, [2], { dtype: "f32" }), message: "bits: draws u32 or u8, not f32; cast the result" },
  { call: () => draw.uniform(k, [2], { min: 2, max: 1 }), message: "uniform: min 2 is above max 1; swap them" },
  { call: () => draw.uniform(k, [2], { min: NaN }), message: "uniform: min is NaN; it must be a number" },
  {
    call: () => draw.uniform(k, [2], { max: v3 }),
    message: "uniform: max of shape 3 does not broadcast to the shape to draw, 2",
  },
  {
    call: () => draw.uniform(k, [2], { max: [1, 2] }),
    message: "uniform: max is an array; wrap it: tensor([…])",
  },
  {
    call: () => draw.truncatedNormal(k, [2], { min: 1, max: 1 }),
    message: "truncatedNormal: min 1 is not below max 1; nothing lies between them",
  },
  { call: () => draw.gumbel(k, [2], { mode: "best" }), message: 'gumbel: mode is best; use "low" or "high"' },
  { call: () => draw.bernoulli(k, 0.5, [2], { mode: 1 }), message: 'bernoulli: mode is 1; use "low" or "high"' },
  { call: () => draw.bernoulli(k, 1.5), message: "bernoulli: p is 1.5; it must lie between 0 and 1" },
  { call: () => draw.bernoulli(k, -0.1), message: "bernoulli: p is -0.1; it must lie between 0 and 1" },
  {
    call: () => draw.bernoulli(k, v3, [2]),
    message: "bernoulli: p of shape 3 does not broadcast to the shape to draw, 2",
  },
  { call: () => draw.bernoulli(k), message: "bernoulli: p is undefined; give a number or a tensor" },
  {
    call: () => draw.categorical(k, [1, 2]),
    message: "categorical: expected a tensor as logits, got an array; wrap it: tensor([…])",
  },
  { call: () => draw.categorical(k, zeros("f32")), message: "categorical: axis -1 of a scalar, which has no axes" },
  {
    call: () => draw.categorical(k, v3, { axis: 1 }),
    message: "categorical: axis 1 is out of range for rank 1; use -1 to 0",
  },
  {
    call: () => draw.categorical(k, zeros("f32", 2, 0)),
    message: "categorical: logits of shape 2×0 have no classes along axis 1",
  },
  {
    call: () => draw.categorical(k, zeros("f32", 2, 3), { shape: [3] }),
    message: "categorical: the shape to draw, 3, does not end in 2, that of the logits without axis 1",
  },
  { call: () => draw.randint(k, [2], 5, 1), message: "randint: min 5 is above max 1; swap them" },
  { call: () => draw.randint(k, [2], 0.5, 1), message: "randint: min 0.5 and max 1 must be whole numbers" },
  {
    call: () => draw.randint(k, [2], 0, 2 ** 31 + 1),
    message: "randint: i32 does not hold all of 0, …, 2147483649 - 1; it holds -2147483648 to 2147483647",
  },
  {
    call: () => draw.randint(k, [2], 0, 300, { dtype: "u8" }),
    message: "randint: u8 does not hold all of 0, …, 300 - 1; it holds 0 to 255",
  },
  {
    call: () => draw.randint(k, [2], 0, 3, { dtype: "f32" }),
    message: "randint: draws i32, u32 or u8, not f32; cast the result",
  },
  { call: () => draw.randint(k, [2], 0, zeros("f32", 2)), message: "randint: max is f32; cast it to i32 first" },
  {
    call: () => draw.randint(k, [2], 0.5, zeros("i32", 2)),
    message: "randint: min is 0.5; beside a tensor it must be a whole number from -2147483648 to 2147483647",
  },
  { call: () => draw.gamma(k, 0), message: "gamma: a is 0; it must be positive" },
  { call: () => draw.gamma(k, NaN), message: "gamma: a is NaN; it must be positive" },
  { call: () => draw.gamma(k, v3, [2]), message: "gamma: a of shape 3 does not broadcast to the shape to draw, 2" },
  { call: () => draw.gamma(k, 1, [], { dtype: "u8" }), message: "gamma: draws f32 or f64, not u8; cast the result" },
  { call: () => draw.beta(k, 1, -1), message: "beta: b is -1; it must be positive" },
  {
    call: () => draw.beta(k, v3, zeros("f32", 2)),
    message: "beta: cannot broadcast 3 with 2; sizes must be equal or 1, counted from the last axis",
  },
  {
    call: () => draw.dirichlet(k, 1),
    message: "dirichlet: alpha is a scalar; give a vector, or [..., n] of them",
  },
  {
    call: () => draw.dirichlet(k, zeros("f32", 2, 3), [4]),
    message: "dirichlet: alpha of shape 2×3 does not broadcast to the shape to draw, 4×3",
  },
  {
    call: () => draw.dirichlet(k, zeros("f32", 0)),
    message: "dirichlet: alpha of shape 0 holds no parameters along its last axis",
  },
  { call: () => draw.poisson(k, -1), message: "poisson: lam is -1; it must be 0 or more, and below 2^31" },
  { call: () => draw.permutation(k, -1), message: "permutation: orders a whole number of things, 0 or more, not -1" },
  { call: () => draw.permutation(k, zeros("f32")), message: "permutation: axis 0 of a scalar, which has no axes" },
  {
    call: () => draw.permutation(k, [1, 2]),
    message: "permutation: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  { call: () => draw.choice(k, 0), message: "choice: there is nothing to draw from" },
  { call: () => draw.choice(k, 1.5), message: "choice: draws from a whole number of things, not 1.5" },
  {
    call: () => draw.choice(k, 3, [4], { replace: false }),
    message: "choice: 4 draws from 3 things without putting back; draw fewer, or set replace",
  },
  {
    call: () => draw.choice(k, 3, [4], { p: zeros("f32", 2) }),
    message: "choice: p of shape 2 for 3 things; give one probability for each",
  },
];

for (const [i, { call, message }] of randomErrors.entries()) {
  Deno.test(`wrong call ${i}: ${message}`, () => {
    assertEquals(assertThrows(call, AdjointError).message, message);
  });
}
