/** Embeddings against PyTorch, their padding token, and tokens out of range. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";
import {
  ArgumentError,
  DTypeError,
  grad,
  jit,
  key,
  mean,
  ones,
  type Shape,
  square,
  std,
  sum,
  type Tensor,
  tensor,
  type Value,
  vmap,
  zeros,
} from "../mod.ts";
import { casesOf, checkGoldenBoth, readGolden } from "../tests/golden/read.ts";
import { dense, type Embedding, embedding, embeddingInit, embeddingWith, flatten, input } from "./mod.ts";

const tokensOf = (xs: readonly number[]) => tensor(xs, { dtype: "i32" });

Deno.test("embeddingWith() has PyTorch's values and gradients", () => {
  for (const c of casesOf(readGolden("ops"), "embedding")) {
    const tokens = tensor(c.attrs["index"] as number[][], { dtype: "i32" }) as Tensor<Shape, "i32">;
    // Values are copied; two of the gradient's rows are added.
    checkGoldenBoth(c, (w) => embeddingWith({ w: w as Tensor<readonly [5, 3]> })(tokens) as Value, 2);
  }
});

Deno.test("the padding token starts as zeros and has no gradient, whichever way it is named", () => {
  for (const paddingIndex of [2, -1]) {
    const p = embeddingInit(key(0), 3, 2, { paddingIndex }), f = embeddingWith(p, { paddingIndex });
    assertEquals(f(tokensOf([2, -1, 7])).toArray(), [[0, 0], [0, 0], [0, 0]]);
    const loss = (q: Embedding<3, 2>) => sum(embeddingWith(q, { paddingIndex })(tokensOf([0, 2, -1, 7, -3, 1])));
    assertEquals(grad(loss)(p).w.toArray(), [[2, 2], [1, 1], [0, 0]]);
    assertEquals(jit(grad(loss))(p).w.toArray(), [[2, 2], [1, 1], [0, 0]]);
  }
  const full = { w: ones([3, 2]) };
  assertEquals(embeddingWith(full, { paddingIndex: 0 })(tokensOf([0])).toArray(), [[1, 1]]);
});

Deno.test("tokens count from the end if negative, and those out of range read the nearest", () => {
  const p = { w: tensor([[1], [2], [3]]) };
  const want = [[3], [1], [1], [3]];
  assertEquals(embeddingWith(p)(tokensOf([-1, -3, -9, 3])).toArray(), want);
  assertEquals(embeddingWith(p, { paddingIndex: 1 })(tokensOf([-1, -3, -9, 3])).toArray(), want);
  const small = embeddingWith(p, { paddingIndex: 1 })(tensor([0, 2], { dtype: "u8" })),
    shape: readonly [2, 1] = small.shape;
  assertEquals([small.toArray(), shape], [[[1], [3]], [2, 1]]);
});

Deno.test("embedding() takes i32 and gives typed vectors", () => {
  const net = pipe(input([7], { dtype: "i32" }), embedding(10, 4), flatten(), dense(2));
  const { params, state } = net.init(key(0)), first: Embedding<10, 4> = params[0];
  const [y] = net.apply(params, state, zeros([3, 7], { dtype: "i32" }), { mode: "eval" }),
    shape: readonly [3, 2] = y.shape;
  assertEquals([first.w.shape, shape], [[10, 4], [3, 2]]);
  // @ts-expect-error tokens are integers
  pipe(input([7]), embedding(10, 4));
});

Deno.test("vectors start normal, of deviation 1", () => {
  const { w } = embeddingInit(key(1), 200, 50);
  // Six standard errors of 10,000 draws.
  assertAlmostEquals(mean(w).item(), 0, 0.06);
  assertAlmostEquals(std(w).item() as number, 1, 6 / Math.sqrt(20000));
});

Deno.test("embeddingWith() obeys its shape law, is a loop under vmap, and has second derivatives", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { maxLength: 3 }), fc.nat(3), fc.boolean(), (shape, features, padded) => {
      const p = embeddingInit(key(0), 4, features), options = padded ? { paddingIndex: 1 } : {};
      assertEquals(embeddingWith(p, options)(zeros(shape, { dtype: "i32" })).shape, [...shape, features]);
    }),
    { seed: 7, numRuns: 40 },
  );
  const p = embeddingInit(key(0), 4, 3), tokens = tensor([[0, 1], [3, 1]], { dtype: "i32" });
  const f = embeddingWith(p, { paddingIndex: 1 });
  assertEquals(vmap((t: Tensor<readonly [2], "i32">) => f(t))(tokens).toArray(), f(tokens).toArray());
  const loss = (q: Embedding<4, 3>) => sum(square(embeddingWith(q, { paddingIndex: 1 })(tokens)));
  const twice = grad((q: Embedding<4, 3>) => sum(grad(loss)(q).w) as Tensor<readonly []>)(p).w.toArray();
  assertEquals(twice, [[2, 2, 2], [0, 0, 0], [0, 0, 0], [2, 2, 2]]);
});

Deno.test("embeddings say what is wrong", () => {
  for (const paddingIndex of [3, -4, 0.5]) {
    const message = `embedding: paddingIndex ${paddingIndex} is not one of the 3 tokens`;
    for (
      const call of [
        () => embeddingInit(key(0), 3, 2, { paddingIndex }),
        () => embeddingWith({ w: ones([3, 2]) }, { paddingIndex }),
        () => embedding(3, 2, { paddingIndex }),
      ]
    ) assertEquals(assertThrows(call, ArgumentError).message, message);
  }
  assertThrows(() => embeddingWith({ w: ones([3, 2]) })(ones([1]) as never), DTypeError, "take");
});
