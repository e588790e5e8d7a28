/** Nets inside nets: branches, residuals, repetition, mapped parameters; their state, names and tables. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";
import {
  add,
  AdjointError,
  cast,
  exp,
  grad,
  jit,
  key,
  log,
  matmul,
  mul,
  normal,
  ones,
  square,
  sum,
  swapAxes,
  type Tensor,
  tensor,
  tree,
  zeros,
} from "../mod.ts";
import {
  act,
  batchNorm,
  block,
  branches,
  checkpointed,
  concatenate,
  type Context,
  countBytes,
  countParams,
  dense,
  dropout,
  flatten,
  freeze,
  input,
  inputs,
  lambda,
  linear,
  mapParams,
  named,
  onAll,
  onEach,
  onesInit,
  type ParamsOf,
  relu,
  repeat,
  requireParams,
  residual,
  shared,
  spec,
  summary,
  sumUp,
  tied,
} from "./mod.ts";

const evaluate = { mode: "eval" } as const, train = { mode: "train" } as const;
const numbers = (x: unknown): number[] => Array.from((x as Tensor).dataSync());
const any = (x: unknown): never => x as never;
/** How many batches the running statistics of a layer have seen, wherever it stands in a state. */
const counts = (state: unknown): number[] =>
  tree.leaves(state).filter((l) => l.dtype === "i32").map((l) => (l as unknown as Tensor).item() as number);
const x = normal(key(1), [5, 4]);
const says = (rows: readonly (readonly [() => unknown, string])[]) => {
  for (const [call, message] of rows) assertEquals(assertThrows(call, AdjointError).message, message);
};

Deno.test("branches() gives each block the input, parameters of its own and a key of its own", () => {
  const net = pipe(input([4]), branches({ a: dense(3), b: (n) => pipe(n, dense(3), act(relu)), c: act((v) => v) }));
  const { params, state } = net.init(key(0)), [y] = net.apply(params, state, x, evaluate), [p] = params;
  assertEquals(numbers(y.a), numbers(linear(p.a[0])(x)));
  assertEquals(numbers(y.b), numbers(relu(linear(p.b[0])(x))));
  assertEquals([numbers(y.c), p.c.length], [numbers(x), 0]);
  assert(numbers(p.a[0].w).some((v, i) => v !== numbers(p.b[0].w)[i]));
  const drawn = pipe(input([4]), branches([dropout(0.5), dropout(0.5)]), sumUp());
  const [z] = drawn.apply([[[], []]], [[[], []]], ones([50, 4]), { ...train, key: key(2) });
  // Two equal draws would give 0 and 4 alone.
  assert(numbers(z).includes(2));
});

Deno.test("state goes through branches(), residual(), repeat() and named() in training, and stays in evaluation", () => {
  const net = pipe(
    input([4]),
    branches({ a: batchNorm(), b: (n) => pipe(n, dense(4), batchNorm()) }),
    sumUp(),
    residual(batchNorm()),
    repeat(2, batchNorm()),
    named("last", batchNorm()),
    block((n) => pipe(n, batchNorm(), checkpointed(batchNorm()), freeze(batchNorm()))),
  );
  const { params, state } = net.init(key(0)), [, after] = net.apply(params, state, x, train);
  assertEquals(counts(state), [0, 0, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(counts(after), [1, 1, 1, 1, 1, 1, 1, 1, 1]);
  assertEquals(tree.paths(after), tree.paths(state));
  const [, kept] = net.apply(params, after, x, evaluate);
  assertEquals(tree.leaves(kept).map(numbers), tree.leaves(after).map(numbers));
  const compiled = jit((s: typeof state) => net.apply(params, s, x, train)[1])(state);
  assertEquals(counts(compiled), counts(after));
});

Deno.test("onEach() gives each block its entry, onAll() one block all of them, with its state through all", () => {
  const two = inputs({ a: spec([4]), b: spec([2]) }), b = normal(key(2), [5, 2]);
  const each = pipe(two, onEach({ a: dense(3), b: act(relu) })), [p] = each.init(key(0)).params;
  const [y] = each.apply([p], [{ a: [], b: [] }], { a: x, b }, evaluate);
  assertEquals([numbers(y.a), numbers(y.b)], [numbers(linear(p.a[0])(x)), numbers(relu(b))]);
  const all = pipe(inputs([spec([4]), spec([4]), spec([4])]), onAll((n) => pipe(n, dense(2), batchNorm())));
  const { params, state } = all.init(key(0)), batch = [x, mul(x, 2) as typeof x, add(x, 1) as typeof x] as const;
  assertEquals([params.length, params[0].length, counts(state)], [1, 2, [0]]);
  const [out, after] = all.apply(params, state, batch, train);
  assertEquals([out.length, out[2].shape, counts(after)], [3, [5, 2], [3]]);
});

Deno.test("concatenate() and sumUp() go by the order of the examples, whatever the batch's", () => {
  const specs = { b: spec([2, 2]), a: spec([2, 2]) }, a = tensor([[[1, 2], [3, 4]]]), b = tensor([[[5, 6], [7, 8]]]);
  const last = pipe(inputs(specs), concatenate()), first = pipe(inputs(specs), concatenate({ axis: 0 }));
  const run = (net: typeof last | typeof first, batch: { a: typeof a; b: typeof b }) =>
    any((net as typeof last).apply([], [], batch, evaluate)[0].toArray());
  for (const batch of [{ a, b }, { b, a }]) {
    assertEquals(run(last, batch), [[[5, 6, 1, 2], [7, 8, 3, 4]]] as never);
    assertEquals(run(first, batch), [[[5, 6], [7, 8], [1, 2], [3, 4]]] as never);
    // Behind jit() the entries of a tree come sorted by name.
    const compiled = jit((batch: { a: typeof a; b: typeof b }) => last.apply([], [], batch, evaluate)[0]);
    assertEquals(compiled(batch).toArray() as never, [[[5, 6, 1, 2], [7, 8, 3, 4]]] as never);
    assertEquals(
      pipe(inputs(specs), sumUp()).apply([], [], batch, evaluate)[0].toArray(),
      [[[6, 8], [10, 12]]] as never,
    );
  }
  assertEquals([last.output.shape, first.output.shape], [[2, 4], [4, 2]] as never);
});

Deno.test("residual() adds trees too, and a shortcut's result where the shape changes", () => {
  const wide = pipe(input([4]), residual(dense(3), { shortcut: dense(3) })), [p] = wide.init(key(0)).params;
  const want = numbers(add(linear(p.shortcut[0])(x), linear(p.block[0])(x)));
  assertEquals(numbers(wide.apply([p], [{ block: [], shortcut: [] }], x, evaluate)[0]), want);
  const trees = pipe(inputs({ a: spec([4]), b: spec([4]) }), residual(onEach({ a: act(relu), b: act((v) => v) })));
  const [y] = trees.apply(any([[{ a: [], b: [] }]]), any([[{ a: [], b: [] }]]), { a: x, b: x }, evaluate);
  assertEquals([numbers(y.a), numbers(y.b)], [numbers(add(x, relu(x))), numbers(mul(x, 2))]);
});

Deno.test("repeat() has parameters for each time, shared() has one set for all", () => {
  const many = pipe(input([4]), repeat(3, dense(4))), once = pipe(input([4]), shared(3, dense(4)));
  const p = many.init(key(0)).params[0], q = once.init(key(0)).params[0];
  assertEquals([p.length, countParams(p), countParams(q)], [3, 60, 20]);
  assert(numbers(p[0]![0].w).some((v, i) => v !== numbers(p[1]![0].w)[i]));
  const by = (ps: readonly (typeof q)[]) => numbers(ps.reduce((y, [l]) => linear(l)(y) as typeof x, x));
  assertEquals(numbers(many.apply([p], [[[], [], []]], x, evaluate)[0]), by(p));
  assertEquals(numbers(once.apply([q], [[]], x, evaluate)[0]), by([q, q, q]));
  const none = pipe(input([4]), repeat(0, dense(4)), shared(0, dense(4))), start = none.init(key(0));
  assertEquals(numbers(none.apply(start.params, start.state, x, evaluate)[0]), numbers(x));
  const kept = pipe(input([4]), shared(3, batchNorm())), fresh = kept.init(key(0));
  assertEquals(counts(kept.apply(fresh.params, fresh.state, x, train)[1]), [3]);
});

Deno.test("freeze() stops gradients at parameters, not at inputs", () => {
  const net = pipe(input([4]), dense(4), freeze(dense(3)), dense(2)), { params, state } = net.init(key(0));
  const slope = grad((p: ParamsOf<typeof net>) => sum(square(net.apply(p, state, x, evaluate)[0])))(params);
  const zero = (l: unknown) => numbers(l).every((v) => v === 0);
  assertEquals(slope.map((p) => tree.leaves(p).every(zero)), [false, true, false]);
});

Deno.test("mapParams() keeps one form and applies another", () => {
  const plain = pipe(input([4]), dense(2)),
    positive = pipe(
      input([4]),
      mapParams(dense(2, { weights: onesInit }), {
        store: ([{ w, b }]) => [{ logW: log(w), b }] as const,
        load: ([{ logW, b }]) => [{ w: exp(logW), b }] as const,
      }),
    );
  const [q] = positive.init(key(0)).params,
    moved = [{ ...q[0], logW: add(q[0].logW, 2) as typeof q[0]["logW"] }] as const;
  const want = plain.apply([{ w: exp(moved[0].logW), b: q[0].b }], [], x, evaluate)[0];
  assertEquals(numbers(positive.apply([moved], [[]], x, evaluate)[0]), numbers(want));
  assertEquals(numbers(q[0].logW), [0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("tied() learns one parameter from both of its places", () => {
  const coder = pipe(
    input([4]),
    tied((n) => pipe(n, dense(2), dense(4)), { from: [0, "w"], to: [1, "w"], map: (w) => swapAxes(w, 0, 1) as Tensor }),
  );
  const { params, state } = coder.init(key(0)), w = params[0][0].w;
  assertEquals([params[0][1].w, countParams(params)], [null, 4 * 2 + 2 + 4]);
  const [y] = coder.apply(params, state, x, evaluate);
  assertEquals(numbers(y), numbers(matmul(matmul(x, w), swapAxes(w, 0, 1))));
  const written = (w: Tensor<readonly [4, 2]>) => sum(square(matmul(matmul(x, w), swapAxes(w, 0, 1)) as Tensor));
  const slope = grad((p: typeof params) => sum(square(coder.apply(p, state, x, evaluate)[0])))(params);
  assertEquals(numbers(slope[0][0].w), numbers(grad(written as never)(w as never)));
});

Deno.test("checkpointed() changes no result and no gradient, with what is drawn in it", () => {
  const at = input([4]), layers = (n: typeof at) => pipe(n, dense(6), act(relu), dropout(0.5), dense(3));
  const plain = pipe(at, block(layers)), again = pipe(at, checkpointed(layers));
  const { params, state } = plain.init(key(0)), context: Context = { ...train, key: key(5) };
  const f = (net: typeof plain) => (p: typeof params) => sum(square(net.apply(p, state, x, context)[0]));
  assertEquals(numbers(again.apply(params, state, x, context)[0]), numbers(plain.apply(params, state, x, context)[0]));
  assertEquals(tree.leaves(grad(f(again))(params)).map(numbers), tree.leaves(grad(f(plain))(params)).map(numbers));
});

Deno.test("named() and block() put parameters and state in one entry", () => {
  const net = pipe(input([4]), named("encoder", (n) => pipe(n, dense(3), batchNorm())), block(dense(2)));
  const { params, state } = net.init(key(0));
  assertEquals([params[0].encoder[0].w.shape, params[1][0].w.shape], [[4, 3], [3, 2]]);
  assertEquals(tree.paths(state), [[0, "encoder", 0, "count"], [0, "encoder", 0, "mean"], [
    0,
    "encoder",
    0,
    "variance",
  ]]);
  assertEquals(net.layers.map((l) => l.name), ["encoder", "block"]);
});

Deno.test("lambda() is a function of a batch and the context, held to what it declares", () => {
  const seen: (string | undefined)[] = [];
  const halve = (x: Tensor<readonly [number, 4]>, { mode }: Context) => (seen.push(mode), mul(x, 0.5) as typeof x);
  const net = pipe(input([4]), lambda(halve, spec([4]))), [y] = net.apply([], [], x, train);
  assertEquals([numbers(y), seen, net.layers[0]!.name], [numbers(mul(x, 0.5)), ["train"], "lambda(halve)"]);
  const two = pipe(
    input([4]),
    lambda((x) => ({ a: x, b: mul(x, 2) as typeof x }), { a: spec([4]), b: spec([4]) }),
    sumUp(),
  );
  assertEquals(numbers(two.apply([], [], x, evaluate)[0]), numbers(add(x, mul(x, 2))));
});

Deno.test("summary() is a table of layers, sizes and state, as data, text and HTML", () => {
  const net = pipe(
    input([28, 28, 1]),
    flatten(),
    repeat(2, (n) => pipe(n, act(relu))),
    dense(10),
    named("a<b", batchNorm()),
  );
  const table = summary(net);
  assertEquals([table.parameters, table.bytes, table.state], [7870, 31480, 21]);
  assertEquals(table.rows.map((r) => [r.layer, r.depth, r.parameters, r.state]), [
    ["flatten", 0, 0, 0],
    ["repeat(2)", 0, 0, 0],
    ["act(relu)", 1, 0, 0],
    ["dense(10)", 0, 7850, 0],
    ["a<b", 0, 20, 21],
    ["batchNorm", 1, 20, 21],
  ]);
  assertEquals(String(table).split("\n"), [
    "layer        output       parameters     size  state",
    "────────────────────────────────────────────────────",
    "input        [28, 28, 1]",
    "flatten      [784]                 0      0 B      0",
    "repeat(2)    [784]                 0      0 B      0",
    "  act(relu)  [784]                 0      0 B      0",
    "dense(10)    [10]              7,850  31.4 kB      0",
    "a<b          [10]                 20     80 B     21",
    "  batchNorm  [10]                 20     80 B     21",
    "────────────────────────────────────────────────────",
    "total                          7,870  31.5 kB     21",
  ]);
  const shown = (table as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for("Jupyter.display")]!();
  assertEquals(shown["text/plain"], String(table));
  assert(shown["text/html"]!.includes('<td style="text-align:left">a&lt;b</td>'));
  const sizes = [249, 249_986, 249_989, 249_999_999].map((n) => summary(pipe(input([n]), dense(1))));
  assertEquals(sizes.map((s) => String(s).trimEnd().split("  ").at(-1)!.trim()), [
    "1.0 kB",
    "999.9 kB",
    "1.0 MB",
    "1.0 GB",
  ]);
  const trees = summary(pipe(inputs({ a: spec([2]), b: spec([], "i32") }), lambda((x) => x, (s) => s)));
  assertEquals(String(trees).split("\n")[2]!.trimEnd(), "input   { a: [2], b: i32 [] }");
});

Deno.test("countParams() and countBytes() count elements and their widths", () => {
  const p = { a: [zeros([2, 3]), cast(zeros([4]), "f64")], b: zeros([5], { dtype: "u8" }), c: tensor([true]) };
  assertEquals([countParams(p), countBytes(p)], [16, 24 + 32 + 5 + 1]);
  assertEquals([countParams([]), countBytes({})], [0, 0]);
});

Deno.test("requireParams() gives parameters back, or says where they are others", () => {
  const net = pipe(
    input([4]),
    dense(2),
    block(act(relu)),
    tied((n) => pipe(n, dense(2), dense(2)), { from: [0, "w"], to: [1, "w"] }),
  );
  const { params } = net.init(key(0)), [a, b, c] = params;
  assertEquals(requireParams(net, params), params);
  says([
    [
      () => requireParams(net, [{ w: a.w }, b, c]),
      "requireParams: nothing at [0, b], where the net has [2]; use parameters of this net",
    ],
    [
      () => requireParams(net, [{ ...a, v: a.b }, b, c]),
      "requireParams: [2] at [0, v], where the net has nothing; use parameters of this net",
    ],
    [
      () => requireParams(net, [{ ...a, b: a.w }, b, c]),
      "requireParams: [4, 2] at [0, b], where the net has [2]; use parameters of this net",
    ],
    [
      () => requireParams(net, [tree.map((l) => cast(l as Tensor, "f64"), a), b, c]),
      "requireParams: f64 [4, 2] at [0, w], where the net has [4, 2]; use parameters of this net",
    ],
    [
      () => requireParams(net, [a.w, b, c]),
      "requireParams: [4, 2] at [0], where the net has a tree; use parameters of this net",
    ],
    [
      () => requireParams(net, [a, b, [c[0], { ...c[1], w: c[0].w }]]),
      "requireParams: [2, 2] at [2, 1, w], where the net has nothing; use parameters of this net",
    ],
    [
      () => requireParams(net, [a]),
      "requireParams: nothing at [1], where the net has a tree; use parameters of this net",
    ],
    [
      () => requireParams(net, undefined),
      "requireParams: nothing at the root, where the net has a tree; use parameters of this net",
    ],
  ]);
});

Deno.test("containers say what does not fit", () => {
  const at = input([4]), pair = inputs({ a: spec([4]), b: spec([2]) }), deep = inputs({ a: { c: spec([4]) } });
  const net = pipe(at, lambda(any((x: unknown) => x), spec([5])));
  says([
    [
      () => pipe(at, any(onEach(any({ a: dense(2) })))),
      "onEach: the examples are [4], and no tree with entries; put branches or inputs before it",
    ],
    [
      () => pipe(pair, any(onEach(any({ a: dense(2), c: dense(2) })))),
      "onEach: the examples have the entries a, b and the blocks a, c; give a block for each entry",
    ],
    [() => pipe(pair, any(onAll(any(dense(2))))), "onAll: the entries [4] and [2] differ; give entries of one shape"],
    [
      () => pipe(inputs({}), any(onAll(any(dense(2))))),
      "onAll: the examples are {  }, and no tree with entries; put branches or inputs before it",
    ],
    [() => pipe(pair, sumUp()), "sumUp: the entries [4] and [2] differ; give entries of one shape"],
    [() => pipe(deep, concatenate()), 'concatenate: the entry "a" is the tree { c: [4] }; join that first'],
    [() => pipe(pair, concatenate({ axis: 1 })), "concatenate: an example of shape [4] has no axis 1"],
    [() => pipe(pair, concatenate({ axis: 0.5 })), "concatenate: an example of shape [4] has no axis 0.5"],
    [
      () => pipe(inputs([spec([4, 2]), spec([3, 3])]), concatenate()),
      "concatenate: [4, 2] and [3, 3] differ beside axis 1; give entries that are equal but for it",
    ],
    [
      () => pipe(at, any(residual(any(dense(3)), { shortcut: any(dense(2)) }))),
      "residual: the block gives [3] and the shortcut [2]; end them with layers that give the same shape",
    ],
    [() => repeat(-1, dense(4) as never), "repeat: the number of times is whole and 0 or more, not -1"],
    [() => shared(1.5, dense(4) as never), "shared: the number of times is whole and 0 or more, not 1.5"],
    [
      () => pipe(at, any(repeat(2, dense(3) as never))),
      "repeat: the block turns [4] into [3]; end it with a layer that gives the shape back",
    ],
    [
      () => pipe(at, any(shared(2, dense(3) as never))),
      "shared: the block turns [4] into [3]; end it with a layer that gives the shape back",
    ],
    [
      () => pipe(at, tied((n) => pipe(n, dense(2), dense(4)), { from: [0, "w"], to: [1, "w"] })).init(key(0)),
      "tied: [4, 2] from [0, w] cannot stand for [2, 4] at [1, w]; map it, or tie parameters of one shape",
    ],
    [
      () => pipe(at, tied(any(dense(2)), { from: [0, "v"], to: [0, "w"] })).init(key(0)),
      'tree.at: no "v" at [0], which has w, b',
    ],
    [
      () => net.apply([], [], x, evaluate),
      "lambda: the result: expected a batch of shape [batch, 5], got [5, 4]; put one batch axis in front of each example",
    ],
  ]);
});
