/** The perceptron: its rule, training against a plain loop, Novikoff's bound, and what no line separates. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { jit, key, ones, type Shape, type Tensor, tensor, vmap, zeros } from "../mod.ts";
import {
  onesInit,
  type Perceptron,
  perceptronInit,
  perceptronTrain,
  type PerceptronTrainOptions,
  perceptronUpdate,
  perceptronWith,
} from "./mod.ts";

type Data = { readonly x: readonly (readonly number[])[]; readonly d: readonly number[] };
const tensors = ({ x, d }: Data) => ({
  x: tensor(x) as unknown as Tensor<readonly [number, number]>,
  d: tensor(d) as unknown as Tensor<readonly [number]>,
});

/** Training as a plain loop over arrays. */
function trained({ x, d }: Data, options: PerceptronTrainOptions) {
  const { rate = 1, mode = "online", activation = "step", tolerance = 1 / d.length, limit = 1000 } = options;
  const f = (z: number) => activation === "step" ? z >= 0 ? 1 : 0 : Math.sign(z);
  let w = x[0]!.map(() => 0), b = 0;
  const errors: number[] = [];
  do {
    let total = 0, sumW = w.map(() => 0), sumB = 0;
    x.forEach((row, j) => {
      const off = d[j]! - f(row.reduce((s, v, i) => s + v * w[i]!, b));
      total += Math.abs(off);
      if (mode === "online") {
        w = w.map((v, i) => v + rate * off * row[i]!);
        b += rate * off;
      } else {
        sumW = sumW.map((v, i) => v + off * row[i]!);
        sumB += off;
      }
    });
    w = w.map((v, i) => v + rate * sumW[i]!);
    b += rate * sumB;
    errors.push(total / d.length);
  } while (errors.length < limit && !(errors.at(-1)! < tolerance));
  return { w, b, errors, converged: errors.at(-1)! < tolerance };
}

const whole = fc.integer({ min: -5, max: 5 });
const rows = fc.integer({ min: 1, max: 3 }).chain((n) =>
  fc.array(fc.array(whole, { minLength: n, maxLength: n }), { minLength: 1, maxLength: 8 })
);

Deno.test("perceptronTrain() is the plain loop, number for number, in both modes and under jit", () => {
  const options = fc.record({
    mode: fc.constantFrom("online" as const, "offline" as const),
    activation: fc.constantFrom("step" as const, "sign" as const),
    rate: fc.constantFrom(1, 0.5, 2),
    limit: fc.constantFrom(1, 12),
  });
  fc.assert(
    fc.property(rows, options, fc.infiniteStream(fc.boolean()), (x, chosen, answers) => {
      const d = x.map(() => answers.next().value ? 1 : chosen.activation === "step" ? 0 : -1), t = tensors({ x, d });
      const p = perceptronInit(key(0), x[0]!.length), want = trained({ x, d }, chosen);
      const train = (a: typeof t.x, b: typeof t.d) => perceptronTrain(p, a, b, chosen);
      for (const got of [train(t.x, t.d), jit(train)(t.x, t.d)]) {
        // Whole numbers and halves of them: sums are exact.
        assertEquals([got.params.w.toArray(), got.params.b.item()], [want.w.map((v) => v + 0), want.b]);
        assertEquals([got.converged.item(), got.steps.item()], [want.converged, want.errors.length]);
        const errors = got.errors.toArray();
        assertEquals(errors, errors.map((_, i) => i < want.errors.length ? Math.fround(want.errors[i]!) : NaN));
      }
    }),
    { seed: 9, numRuns: 40 },
  );
});

Deno.test("separable examples are learned within Novikoff's bound on the number of updates", () => {
  const plane = fc.record({ w: fc.array(whole, { minLength: 2, maxLength: 2 }), b: whole });
  const points = fc.array(fc.array(whole, { minLength: 2, maxLength: 2 }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(plane, points, ({ w, b }, all) => {
      const z = (p: readonly number[]) => p[0]! * w[0]! + p[1]! * w[1]! + b;
      const x = all.filter((p) => Math.abs(z(p)) >= 1), d = x.map((p) => z(p) > 0 ? 1 : 0);
      fc.pre(x.length > 0);
      const margin = Math.min(...x.map((p) => Math.abs(z(p)))), size = w[0]! ** 2 + w[1]! ** 2 + b ** 2;
      const bound = Math.max(...x.map((p) => p[0]! ** 2 + p[1]! ** 2 + 1)) * size / margin ** 2;
      const t = tensors({ x, d }),
        { converged, errors, params, steps } = perceptronTrain(
          perceptronInit(key(0), 2),
          t.x,
          t.d,
          // A pass that is not the last makes an update at least.
          { limit: Math.ceil(bound) + 2 },
        );
      assert(converged.item());
      const updates = errors.toArray().slice(0, steps.item()).reduce((s, e) => s + Math.round(e * x.length), 0);
      // The step answers 1 on the plane itself, where the proof counts an error: one more, for the zeros of the start.
      assert(updates <= bound + 1, `${updates} updates, bound ${bound}`);
      assertEquals(perceptronWith(params)(t.x).toArray(), d);
    }),
    { seed: 10, numRuns: 60 },
  );
});

Deno.test("exclusive or is not learned, and the limit ends it", () => {
  const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), d = tensor([0, 1, 1, 0], { dtype: "i32" });
  for (const mode of ["online", "offline"] as const) {
    const { converged, steps, errors } = perceptronTrain(perceptronInit(key(0), 2), x, d, { mode, limit: 50 });
    assertEquals([converged.item(), steps.item(), errors.shape], [false, 50, [50]]);
    assert(errors.toArray().every((e) => e >= 0.25));
  }
  // A tolerance above one error in four lets it end.
  const loose = perceptronTrain(perceptronInit(key(0), 2), x, d, { mode: "offline", tolerance: 0.6, limit: 50 });
  assert(loose.converged.item() && loose.steps.item() < 50);
});

Deno.test("perceptrons keep f64, take leading axes, and train side by side under vmap", () => {
  const double = (x: readonly number[]) => tensor(x, { dtype: "f64" }) as unknown as Tensor<readonly [number]>;
  const p = { w: double([0, 0]), b: tensor(0, { dtype: "f64" }) as unknown as Tensor<readonly []> };
  const x = tensor([[1, 0], [0, 1]], { dtype: "f64" }) as unknown as Tensor<readonly [2, number]>;
  const got = perceptronTrain(p, x, tensor([1, 0]));
  assertEquals([got.params.w.dtype, got.errors.dtype, got.params.w.toArray()], ["f64" as "f32", "f64" as "f32", [
    1,
    -1,
  ]]);
  const q = { w: ones([3]), b: tensor(-2) };
  assertEquals(perceptronWith(q)(ones([2, 4, 3])).shape, [2, 4]);
  const typed: Perceptron<3> = perceptronUpdate(q, ones([2, 4, 3]), zeros([2, 4]));
  assertEquals([typed.w.toArray(), typed.b.item()], [[-7, -7, -7], -10]);
  const xs = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), ds = tensor([[0, 1, 1, 1], [0, 0, 0, 1], [0, 1, 1, 0]]);
  const start = perceptronInit(key(0), 2);
  const train = (d: Tensor<readonly [4]>) => {
    const { steps, params } = perceptronTrain(start, xs, d, { limit: 20 });
    return { steps, w: params.w };
  };
  const together = vmap(train)(ds) as { readonly steps: Tensor<Shape, "i32">; readonly w: Tensor };
  const alone = ds.toArray().map((d) => train(tensor(d) as unknown as Tensor<readonly [4]>));
  assertEquals(together.steps.toArray(), alone.map((a) => a.steps.item()));
  assertEquals(together.w.toArray(), alone.map((a) => a.w.toArray()));
});

Deno.test("perceptrons say what is wrong", () => {
  const p = perceptronInit(key(0), 2, { weights: onesInit }), x = ones([3, 2]), d = ones([3]);
  const above = "is a finite number above 0, not";
  const table: readonly (readonly [() => unknown, string])[] = [
    [
      () => perceptronWith(p, { activation: "relu" as "sign" }),
      'perceptron: activation is "step" or "sign", not "relu"',
    ],
    [() => perceptronUpdate(p, x, d, { rate: 0 }), `perceptron: rate ${above} 0`],
    [() => perceptronTrain(p, x, d, { rate: -1 }), `perceptron: rate ${above} -1`],
    [() => perceptronTrain(p, x, d, { tolerance: 0 }), `perceptron: tolerance ${above} 0`],
    [() => perceptronTrain(p, x, d, { limit: 0 }), "perceptron: limit is a whole number, 1 or more, not 0"],
    [() => perceptronTrain(p, x, d, { mode: "of" as "online" }), 'perceptron: mode is "online" or "offline", not "of"'],
    [
      () => perceptronUpdate(p, x, ones([2]) as never),
      "perceptron: inputs [3, 2] want answers of shape [3], got [2]",
    ],
    [
      () => perceptronTrain(p, x, ones([3, 1]) as never),
      "perceptron: inputs [3, 2] want answers of shape [3], got [3, 1]",
    ],
    [
      () => perceptronTrain(p, zeros([0, 2]), zeros([0])),
      "perceptron: training takes inputs [examples, inputs], not [0, 2]",
    ],
    [
      () => perceptronTrain(p, ones([2]) as never, tensor(1) as never),
      "perceptron: training takes inputs [examples, inputs], not [2]",
    ],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, Error).message, message);
});
