/** Optimizers against PyTorch's trajectories (tests/golden/README.md, optimizers.json). */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  add,
  ArgumentError,
  type DType,
  jit,
  matmul,
  type Shape,
  sigmoid,
  sum,
  swapAxes,
  type Tensor,
  tensor,
  tree,
  valueAndGrad,
} from "../mod.ts";
import golden from "../tests/golden/optimizers.json" with { type: "json" };
import {
  adam,
  applyUpdates,
  chain,
  clipByGlobalNorm,
  type GradientTransformation,
  identity,
  monoidTransformation,
  sgd,
} from "./mod.ts";

type X = Tensor<Shape, DType>;
type Params = readonly [X, X, X, X];
const shapes = [[3, 2], [3], [1, 3], [1]] as const;
const f64 = (data: readonly number[], shape: readonly number[]): X => tensor(Float64Array.from(data), { shape });

const start = golden.setup.initial.map((d, i) => f64(d, shapes[i]!)) as unknown as Params;
const x = f64(golden.setup.x.data, golden.setup.x.shape);

function loss([w1, b1, w2, b2]: Params): Tensor<readonly [], "f64"> {
  const turned = (w: X) => swapAxes(w, 0, 1) as X;
  const hidden = sigmoid(add(matmul(x, turned(w1)) as X, b1) as X) as X;
  return sum(sigmoid(add(matmul(hidden, turned(w2)) as X, b2) as X) as X) as unknown as Tensor<readonly [], "f64">;
}

/** Runs a case and compares every sample. 201 steps of contractive updates: each rounds to 2⁻⁵³ a handful of times. */
function replay(name: string, index: number, optimizer: GradientTransformation): void {
  const c = golden.cases.filter((g) => g.name === name)[index]!;
  const step = jit((p: Params, state: unknown) => {
    const [l, g] = valueAndGrad(loss)(p);
    const [updates, next] = optimizer.update(g as unknown as Params, state, p);
    return [applyUpdates(p, updates), next, l] as const;
  });
  let params = start, state = optimizer.init(start), sample = 0;
  for (let i = 0; i < c.steps; i++) {
    const [next, s, l] = step(params, state);
    if (i % c.every === 0) assertAlmostEquals(l.item(), c.loss_before_step[sample]!, 1e-12);
    params = next;
    state = s;
    if (i % c.every === 0) {
      const want = c.params[sample++]!;
      params.forEach((p, k) => {
        const got = p.dataSync();
        want[k]!.forEach((v, j) => assertAlmostEquals(got[j]!, v, 1e-12, `${name}, step ${i + 1}, parameter ${k}`));
      });
    }
  }
  assert(sample > 3);
}

Deno.test("sgd() with momentum follows PyTorch's trajectory", () => replay("SGD", 0, sgd(0.1, { momentum: 0.9 })));

Deno.test("adam() behind coupled weight decay follows PyTorch's trajectory", () => {
  // PyTorch's weight_decay of Adam adds λ·w to the gradient.
  const decay: GradientTransformation = {
    init: () => [],
    update: (g, s, p) => [tree.add(g, tree.scale(p, 0.01)), s],
  };
  replay("Adam", 0, chain(decay, adam(0.01)));
});

Deno.test("Nesterov's momentum is momentum looked ahead: two steps by hand", () => {
  const optimizer = sgd(0.1, { momentum: 0.5, nesterov: true }), p = [tensor([1])];
  const [u1, s1] = optimizer.update([tensor([2])], optimizer.init(p), p);
  const [u2] = optimizer.update([tensor([4])], s1, p);
  // v₁ = 2, u₁ = −0.1·(2 + 0.5·2); v₂ = 0.5·2 + 4 = 5, u₂ = −0.1·(4 + 0.5·5).
  assertAlmostEquals(u1[0]!.toArray()[0]!, -0.3, 1e-7);
  assertAlmostEquals(u2[0]!.toArray()[0]!, -0.65, 1e-7);
});

Deno.test("a learning rate may be a tensor or a schedule, read at each step", () => {
  const p = [tensor([0])], g = [tensor([1])];
  const scheduled = sgd((step) => add(step, 1) as unknown as Tensor<readonly []>);
  const [u1, s1] = scheduled.update(g, scheduled.init(p), p);
  const [u2] = scheduled.update(g, s1, p);
  assertEquals([u1[0]!.toArray(), u2[0]!.toArray()], [[-1], [-2]]);
  const fixed = sgd(tensor(0.5));
  assertEquals(fixed.update(g, fixed.init(p), p)[0][0]!.toArray(), [-0.5]);
});

Deno.test("gradient transformations obey the laws of a Monoid", () => {
  const parts = [sgd(0.5), sgd(0.25, { momentum: 0.5 }), adam(0.1), clipByGlobalNorm(1), identity];
  const twice = (t: GradientTransformation, g: number) => {
    const p = [tensor([1])], grads = [tensor([g])];
    const [, s] = t.update(grads, t.init(p), p);
    return t.update(grads, s, p)[0][0]!.toArray();
  };
  const { concat, empty } = monoidTransformation,
    any = fc.constantFrom(...parts),
    slope = fc.float({ noNaN: true, min: -8, max: 8 });
  fc.assert(fc.property(any, any, any, slope, (a, b, c, g) => {
    assertEquals(twice(concat(concat(a, b), c), g), twice(concat(a, concat(b, c)), g));
    assertEquals(twice(concat(empty, a), g), twice(a, g));
    assertEquals(twice(concat(a, empty), g), twice(a, g));
  }));
});

Deno.test("clipByGlobalNorm() leaves short gradients and zeros alone", () => {
  const clip = clipByGlobalNorm(10);
  for (const g of [[tensor([3, 4])], [tensor([0, 0])]]) {
    assertEquals(clip.update(g, [], g)[0][0]!.toArray(), g[0]!.toArray());
  }
});

Deno.test("optimizers refuse settings out of range", () => {
  const table: readonly (readonly [() => unknown, string])[] = [
    [() => sgd(-1), "sgd: the learning rate is a number of 0 or more, a scalar tensor or a schedule, not -1"],
    [() => sgd(0.1, { momentum: 1 }), "sgd: momentum is 0 or more and below 1, not 1"],
    [() => sgd(0.1, { nesterov: true }), "sgd: Nesterov's method needs a momentum above 0"],
    [() => adam(0.1, { beta1: 1.5 }), "adam: beta1 is 0 or more and below 1, not 1.5"],
    [() => adam(0.1, { epsilon: -1 }), "adam: epsilon is 0 or more, not -1"],
    [() => clipByGlobalNorm(0), "clipByGlobalNorm: the limit is positive, not 0"],
  ];
  for (const [call, message] of table) assertEquals(assertThrows(call, ArgumentError).message, message);
});
