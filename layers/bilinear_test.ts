/** Linear and bilinear layers against PyTorch, with and without biases. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pipe } from "fp-ts/lib/function.js";
import {
  type DType,
  key,
  max,
  normal,
  ones,
  type Shape,
  ShapeError,
  type Tensor,
  transpose,
  type Value,
  vmap,
  zeros,
} from "../mod.ts";
import { casesOf, checkGoldenBoth, readGolden } from "../tests/golden/read.ts";
import {
  act,
  type Bilinear,
  bilinear,
  bilinearInit,
  type BilinearWeights,
  bilinearWith,
  dense,
  input,
  type Linear,
  linear,
  linearInit,
  type LinearParams,
  type LinearWeights,
  type Net,
  netOf,
  type Nil,
  onesInit,
  relu,
  type Spec,
  zerosInit,
} from "./mod.ts";

type X = Tensor<Shape, DType>;
const evaluate = { mode: "eval" } as const;

Deno.test("linear() has PyTorch's values and gradients", () => {
  for (const c of casesOf(readGolden("ops"), "linear")) {
    // PyTorch's weights are [outputs, inputs]. A sum of four products and the bias, each way.
    checkGoldenBoth(c, (...xs) => {
      const [x, w, b] = xs as readonly X[];
      return linear({ w: transpose(w!), b: b! } as unknown as Linear<4, 2>)(x as never) as Value;
    }, 16);
  }
});

Deno.test("bilinearWith() has PyTorch's values and gradients", () => {
  for (const c of casesOf(readGolden("ops"), "bilinear")) {
    // PyTorch's weights are [outputs, first, second]. Sums of four and of five products and the bias, each way.
    checkGoldenBoth(c, (...xs) => {
      const [x, y, w, b] = xs as readonly X[];
      const p = { w: transpose(w!, [1, 2, 0]), b: b! } as unknown as Bilinear<4, 5, 2>;
      return bilinearWith(p)(x as never, y as never) as Value;
    }, 32);
  }
});

Deno.test("linear layers without biases have weights alone, in types too", () => {
  const net = pipe(input([4]), dense(3, { bias: false }), act(relu), dense(2, { weights: onesInit }));
  const { params, state } = net.init(key(0));
  const first: LinearWeights<4, 3> = params[0], second: Linear<3, 2> = params[1];
  assertEquals([Object.keys(first), second.b.shape, second.w.toArray()[2]], [["w"], [2], [1, 1]]);
  // @ts-expect-error there are no biases
  assertEquals(params[0].b, undefined);
  assertEquals(net.apply(params, state, zeros([1, 4]), evaluate)[0].toArray(), [[0, 0]]);
  const either: LinearParams<4, 3, boolean> = linearInit(key(0), 4, 3, { bias: 1 > 0 });
  assertEquals(linear(either)(zeros([4])).toArray(), [0, 0, 0]);
  assertEquals(linear({ w: ones([2, 1]) })(ones([3, 2])).toArray(), [[2], [2], [2]]);
});

type Pair<A extends Shape, B extends Shape> = readonly [Spec<A, "f32">, Spec<B, "f32">];
function pairOf<const A extends Shape, const B extends Shape>(a: A, b: B): Net<Pair<A, B>, Pair<A, B>, Nil, Nil> {
  const spec: Pair<A, B> = [{ shape: a, dtype: "f32" }, { shape: b, dtype: "f32" }];
  return netOf(spec, spec, []);
}

Deno.test("bilinear() makes one vector of two, typed, with leading axes, and without biases", () => {
  const net = pipe(pairOf([6, 3], [6, 5]), bilinear(4), act(relu)), { params, state } = net.init(key(0));
  const p: Bilinear<3, 5, 4> = params[0];
  const [y] = net.apply(params, state, [ones([2, 6, 3]), ones([2, 6, 5])], evaluate),
    shape: readonly [2, 6, 4] = y.shape;
  assertEquals([p.w.shape, shape], [[3, 5, 4], [2, 6, 4]]);
  const bare = pipe(pairOf([3], [5]), bilinear(4, { bias: false })).init(key(0)).params;
  const weights: BilinearWeights<3, 5, 4> = bare[0];
  assertEquals(Object.keys(weights), ["w"]);
  // @ts-expect-error there are no biases
  assertEquals(bare[0].b, undefined);
  const bound = max(bilinearInit(key(1), 100, 20, 30).w).item();
  // The largest of 60,000 uniform numbers up to 1/√100.
  assertEquals(bound <= 0.1 && bound > 0.0999, true);
});

Deno.test("bilinearWith() obeys its shape law, sizes 0 and 1 included, and vmap is a loop", () => {
  const size = fc.nat(3);
  fc.assert(
    fc.property(fc.array(size, { maxLength: 2 }), size, size, size, (lead, a, b, o) => {
      const p = bilinearInit(key(0), a, b, o);
      assertEquals(bilinearWith(p)(zeros([...lead, a]) as never, zeros([...lead, b]) as never).shape, [...lead, o]);
    }),
    { seed: 6, numRuns: 40 },
  );
  const p = bilinearInit(key(0), 3, 2, 4), x = normal(key(1), [5, 3]), y = normal(key(2), [5, 2]);
  const f = bilinearWith(p), mapped = vmap((a: Tensor<readonly [3]>, b: Tensor<readonly [2]>) => f(a, b))(x, y);
  const want = f(x, y).toArray().flat();
  // Sums of three and of two products, of numbers up to 4.
  mapped.toArray().flat().forEach((v, i) => assertAlmostEquals(v, want[i]!, 8 * 4 * 2 ** -24));
});

Deno.test("linear and bilinear layers say what is wrong", () => {
  const table: readonly (readonly [() => unknown, string])[] = [
    [
      () => linearInit(key(0), 1, 1, { bias: false, biases: zerosInit }),
      "linear: bias: false leaves no biases to start; leave one of bias and biases out",
    ],
    [
      () => bilinearInit(key(0), 1, 1, 1, { bias: false, biases: zerosInit }),
      "bilinear: bias: false leaves no biases to start; leave one of bias and biases out",
    ],
    [
      () => pipe(input([3]) as never, bilinear(2) as never),
      "bilinear: an example is not a pair of tensors; begin the net with a pair of specs",
    ],
    [
      () => pipe(pairOf([2, 3], [4, 3]) as never, bilinear(2) as never),
      "bilinear: examples [2, 3] and [4, 3] differ in more than their last axes; reshape one",
    ],
    [
      () => pipe(pairOf([], []) as never, bilinear(2) as never),
      "bilinear: examples [] and [] differ in more than their last axes; reshape one",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, Error).message, message);
  assertThrows(() => linear({ w: ones([2, 1]) })(ones([3]) as never), ShapeError, "inner sizes differ");
});
