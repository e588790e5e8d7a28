/** jit: when it traces, what its programs depend on, and what donation takes away. */
import { assert, assertEquals, assertNotEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  add,
  ArgumentError,
  debugPrint,
  DonatedError,
  eqProgram,
  grad,
  jit,
  jvp,
  makeProgram,
  mul,
  neg,
  reshape,
  scan,
  sin,
  sum,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "../../mod.ts";

type X = Tensor;

/** A jitted function that counts its traces. */
function counted<A extends readonly unknown[], R>(f: (...args: A) => R, options = {}) {
  const count = { traces: 0 };
  const g = jit((...args: A) => {
    count.traces++;
    return f(...args);
  }, options);
  return [g, count] as const;
}

Deno.test("jit() traces once for the same shapes, dtypes and structure", () => {
  const [f, count] = counted((p: { readonly a: X; readonly b: readonly X[] }) => add(p.a, p.b[0]!));
  for (let i = 0; i < 5; i++) assertEquals(f({ a: tensor([i]), b: [tensor([1])] }).toArray(), [i + 1]);
  assertEquals(count.traces, 1);
  f({ b: [tensor([1])], a: tensor([2, 3]) });
  assertEquals(count.traces, 2);
});

Deno.test("jit() traces anew for another shape, dtype, structure or setting", () => {
  const [f, count] = counted((x: unknown, _setting?: unknown) => mul((Array.isArray(x) ? x[0] : x) as X, 1));
  const calls: readonly (() => unknown)[] = [
    () => f(tensor([1])),
    () => f(tensor([1, 2])),
    () => f(tensor([1], { dtype: "f64" })),
    () => f([tensor([1])]),
    () => f(tensor([1]), 0),
    () => f(tensor([1]), -0),
    () => f(tensor([1]), NaN),
    () => f(tensor([1]), "0"),
    () => f(tensor([1]), true),
    () => f(tensor([1]), null),
    () => f(tensor([1]), { a: 1 }),
    () => f(tensor([1]), { a: 2 }),
    () => f(tensor([1]), ["1,2"]),
    () => f(tensor([1]), ["1", "2"]),
  ];
  calls.forEach((call, i) => {
    call();
    assertEquals(count.traces, i + 1, `call ${i}`);
  });
  for (const call of calls) call();
  assertEquals(count.traces, calls.length);
});

Deno.test("settings that are functions go by identity, listed in static", () => {
  const twice = (x: X) => mul(x, 2), thrice = (x: X) => mul(x, 3);
  const f = jit((g: (x: X) => X, x: X) => g(x), { static: [0] });
  assertEquals([f(twice, tensor([1])).toArray(), f(thrice, tensor([1])).toArray(), f(twice, tensor([5])).toArray()], [
    [2],
    [3],
    [10],
  ]);
  assertThrows(
    () => (jit((g: (x: X) => X, x: X) => g(x)))(twice, tensor([1])),
    ArgumentError,
    "argument 0 holds a function, which is no tensor and no setting; list its position in jit's `static`",
  );
});

Deno.test("static objects are compared by value", () => {
  const [f, count] = counted((o: { readonly n: number }, x: X) => mul(x, o.n), { static: [0] });
  assertEquals([
    f({ n: 2 }, tensor([1])).toArray(),
    f({ n: 2 }, tensor([1])).toArray(),
    f({ n: 3 }, tensor([1])).toArray(),
  ], [[2], [2], [3]]);
  assertEquals(count.traces, 2);
});

Deno.test("what a jitted function closes over is read when it is traced", () => {
  let w = tensor([10]);
  const f = jit((x: X) => add(x, w));
  assertEquals(f(tensor([1])).toArray(), [11]);
  w = tensor([20]);
  assertEquals(f(tensor([1])).toArray(), [11]); // the first w is part of the program
  assertEquals(f(tensor([1, 1])).toArray(), [21, 21]); // another shape is another trace
});

Deno.test("a traced value closed over belongs to one call, and its derivative is right", () => {
  let traces = 0;
  const f = (w: Tensor<readonly []>) => {
    const g = jit((x: Tensor<readonly []>) => (traces++, mul(x, mul(w, w))));
    return add(g(tensor(1)), g(tensor(2)));
  };
  assertEquals([grad(f)(tensor(3)).item(), grad(f)(tensor(5)).item()], [18, 30]);
  assertEquals(traces, 4); // a program that captured a tracer is not kept
  assertEquals(vmap(f)(tensor([1, 2])).toArray(), [3, 12]);
});

Deno.test("results that are no tensors come back as they were traced", () => {
  const f = jit((x: X) => ({ y: neg(x), name: "negated", n: 3, nothing: null }));
  const { y, ...rest } = f(tensor([1]));
  assertEquals([y.toArray(), rest], [[-1], { name: "negated", n: 3, nothing: null }]);
});

Deno.test("a jitted function is transformed like the plain one", () => {
  const f = (x: Tensor<readonly []>) => mul(sin(x), x), g = jit(f), x = tensor(0.5), one = tensor(1);
  assertEquals(g(x).item(), f(x).item());
  assertEquals(grad(g)(x).item(), grad(f)(x).item());
  assertEquals(jvp(g, [x], [one])[1].item(), jvp(f, [x], [one])[1].item());
  const xs = tensor([1, 2, 3]);
  assertEquals(vmap(g)(xs).toArray(), vmap(f)(xs).toArray());
  const loop = scan((c: Tensor<readonly []>, v) => [add(c, g(v as Tensor<readonly []>)), v] as const, tensor(0), xs)[0];
  assertEquals(
    loop.item(),
    xs.toArray().reduce((s, v) => Math.fround(s + f(tensor(v) as Tensor<readonly []>).item()), 0),
  );
});

Deno.test("a donated tensor throws when read, and so does any view of it; the result does not", () => {
  const step = jit((s: X) => add(s, 1), { donate: [0], name: "step" });
  const s = tensor([1, 2, 3, 4]), view = reshape(s, [2, 2]), next = step(s);
  assertEquals(next.toArray(), [2, 3, 4, 5]);
  for (const read of [() => s.toArray(), () => view.dataSync(), () => add(view, 1)]) {
    assertThrows(read, DonatedError, "was donated to step and cannot be read any more");
  }
  assertThrows(() => step(s), DonatedError);
  assertEquals(String(s), "f32[4]");
});

Deno.test("donation spares what is shared with a kept argument, with another leaf, or with a result", () => {
  const x = tensor([1, 2]), y = reshape(x, [2, 1]);
  jit((a: X, b: X) => add(a, sum(b)), { donate: [0] })(x, y);
  assertEquals(x.toArray(), [1, 2]);
  const z = tensor([1]);
  jit((p: readonly X[]) => add(p[0]!, p[1]!), { donate: [0] })([z, z]);
  assertEquals(z.toArray(), [1]);
  const kept = tensor([5]);
  const [same] = jit((a: X) => [a, neg(a)] as const, { donate: [0] })(kept);
  assertEquals([same.toArray(), kept.toArray()], [[5], [5]]);
});

Deno.test("a long loop of donated steps runs in a plain synchronous loop", () => {
  const step = jit((s: X) => add(mul(s, 0.5), 1), { donate: [0] });
  let s: X = zeros([64]);
  for (let i = 0; i < 2000; i++) s = step(s);
  assertEquals((s.toArray() as number[])[0], 2);
});

Deno.test("programs print alike when they are alike, and are equal by structure", () => {
  const f = (x: X) => add(mul(x, x), 1);
  const a = makeProgram(f)(tensor([1, 2])), b = makeProgram(f)(tensor([3, 4])), c = makeProgram(f)(tensor([3]));
  assertEquals(a.toString(), b.toString());
  assert(eqProgram.equals(a, b) && !eqProgram.equals(a, c));
  assertNotEquals(
    makeProgram((x: X) => add(x, 1))(tensor([1])).toString(),
    makeProgram((x: X) => add(x, 2))(tensor([1])).toString(),
  );
});

Deno.test("debugPrint() prints in program order, in jit, scan and vmap, and dead code keeps it", () => {
  const lines: string[] = [], log = console.log;
  console.log = (line: string) => lines.push(line);
  try {
    const f = jit((x: X) => {
      debugPrint("first {} {}", x, "known");
      const y = mul(x, 2);
      debugPrint("second {}", y);
      return x;
    });
    f(tensor([1]));
    f(tensor([2]));
    scan(
      (c: X, v) => {
        debugPrint("step {}", v);
        return [add(c, v as X), null] as const;
      },
      tensor([0]) as X,
      tensor([[1], [2]]) as X,
    );
    vmap((x: X) => (debugPrint("batch {}", x), x))(tensor([7, 8]) as never);
    grad((x: Tensor<readonly []>) => (debugPrint("primal {}", x), mul(x, x)))(tensor(3));
  } finally {
    console.log = log;
  }
  assertEquals(lines, [
    "first f32[1] [1] known",
    "second f32[1] [2]",
    "first f32[1] [2] known",
    "second f32[1] [4]",
    "step f32[1] [1]",
    "step f32[1] [2]",
    "batch f32[2] [7, 8]",
    "primal f32[] 3",
  ]);
});

Deno.test("the name of a jitted function is its function's", () => {
  const square = (x: X) => mul(x, x);
  assertStrictEquals(jit(square).name, "square");
  assertStrictEquals(jit(square, { name: "other" }).name, "other");
});
