import { type Buffer, lowerProgram, takeovers } from "../../compiler/graph.ts";
import { printFused } from "../../compiler/print_fused.ts";
import { makeProgram } from "../../transforms/stage.ts";
import { grad } from "../../transforms/grad.ts";
import { jit } from "../../transforms/jit.ts";
import { key } from "../../random/key.ts";
import { normal } from "../../random/uniform.ts";
import {
  add,
  div,
  exp,
  matmul,
  max,
  mul,
  relu,
  sigmoid,
  splitAxis,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  zeros,
} from "../../ops/mod.ts";
import { scan } from "../../control/loops.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { HostFunctions, Kernels } from "./kernels.ts";
import { type Piece, pieceOf } from "./piece.ts";
import { configure } from "./mod.ts";
import { aboutToShare } from "./threads.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";

type X = Tensor<Shape, "f32">;

const planFor = (threads: number, f: (...xs: X[]) => unknown, ...shapes: Shape[]): Piece =>
  pieceOf(lowerProgram(makeProgram(f)(...shapes.map((s) => zeros(s) as X))), {
    host: new HostFunctions(),
    kernels: new Kernels(),
    tile: {},
    threads,
    tasks: [],
    shares: new Map(),
  });

const plan = (f: (...xs: X[]) => unknown, ...shapes: Shape[]): Piece => planFor(1, f, ...shapes);

/** A plan in text: temporaries `@` their addresses, results `@` the arguments that they may be written over. */
function shown(piece: Piece): string {
  const { graph } = piece.fused, from = takeovers(piece.lives, graph.inputs, graph.outputs);
  const results = graph.outputs.map((b, i) => [b, from[i]! < 0 ? "new" : String.fromCharCode(97 + from[i]!)] as const);
  return printFused(piece.fused, new Map<Buffer, number | string>([...piece.offsets, ...results]));
}

Deno.test("an optimizer's step writes its state over the old one", () => {
  const step = (p: X, m: X, v: X, x: X, y: X): unknown => {
    const g = grad((w: X) => sum(square(sub(matmul(x, w), y))))(p) as X;
    const m1 = add(mul(m, 0.5), mul(g, 0.5)), v1 = add(mul(v, 0.5), mul(square(g), 0.5));
    return [sub(p, div(m1, sqrt(v1))), m1, v1];
  };
  assertEquals(
    shown(plan(step, [8, 4], [8, 4], [8, 4], [16, 8], [16, 4])),
    [
      "t0@0[16,4] = sum[8] (d[((i0 * 8) + i2)] * a[((i2 * 4) + i1)])",
      "t1@0[64] = ((t0@0[i0] - e[i0]) + (t0@0[i0] - e[i0]))",
      "t2@256[8,4] = sum[16] (d[(i0 + (i2 * 8))] * t1@0[((i2 * 4) + i1)])",
      "t3@b[32] = ((b[i0] * 0.5) + (t2@256[i0] * 0.5))",
      "  and t4@c[32] = ((c[i0] * 0.5) + ((t2@256[i0] * t2@256[i0]) * 0.5))",
      "  and t5@a[32] = (a[i0] - (((b[i0] * 0.5) + (t2@256[i0] * 0.5)) / sqrt(((c[i0] * 0.5) + ((t2@256[i0] * t2@256[i0]) * 0.5)))))",
      "-> t5@a t3@b t4@c",
    ].join("\n"),
  );
});

Deno.test("layers one after another need the memory of two", () => {
  const deep = (x: X, w: X): X => {
    let h = x;
    for (let i = 0; i < 3; i++) h = add(relu(matmul(h, w)), 1) as X;
    return sum(h, { axis: 0 }) as X;
  };
  assertEquals(
    shown(plan(deep, [16, 16], [16, 16])),
    [
      "t0@0[16,16] = sum[16] (a[((i0 * 16) + i2)] * b[((i2 * 16) + i1)])",
      "t1@0[256] = (relu(t0@0[i0]) + 1)",
      "t2@1024[16,16] = sum[16] (t1@0[((i0 * 16) + i2)] * b[((i2 * 16) + i1)])",
      "t3@1024[256] = (relu(t2@1024[i0]) + 1)",
      "t4@0[16,16] = sum[16] (t3@1024[((i0 * 16) + i2)] * b[((i2 * 16) + i1)])",
      "t5@new[16] = sum[16] (relu(t4@0[(i0 + (i1 * 16))]) + 1)",
      "-> t5@new",
    ].join("\n"),
  );
});

const last = { axis: -1, keepDims: true } as const;
const softmax = (x: X): X => {
  const e = exp(sub(x, max(x, last) as X)) as X;
  return div(e, sum(e, last) as X) as X;
};

Deno.test("of what rows need for themselves there are a few rows a thread, or all where that is less", () => {
  const bytes = (threads: number, ...shape: number[]): number => planFor(threads, softmax, shape).bytes;
  assert(bytes(1, 1024, 1024) < 32 * 1024, `${bytes(1, 1024, 1024)} bytes`);
  assert(bytes(8, 1024, 1024) < 8 * 32 * 1024, `${bytes(8, 1024, 1024)} bytes`);
  for (const threads of [1, 2, 16]) assert(bytes(threads, 2, 1 << 16) < 5 * (1 << 18), `${threads} threads`);
});

Deno.test("rows that are gone through together give what step after step gives, on one thread and on two", () => {
  const whole = (min: number, max: number) => fc.integer({ min, max }), before = configure();
  try {
    fc.assert(
      fc.property(whole(1, 2), whole(2, 70), whole(1, 3000), whole(0, 100), (threads, rows, columns, seed) => {
        configure({ threads });
        // The other thread is there from the first run on.
        aboutToShare(1e12);
        const x = normal(key(seed), [rows, columns]) as unknown as X;
        // Twice, and with a result of the group that is wanted outside as well.
        const f = (x: X): readonly X[] => {
          const y = softmax(x), e = exp(y) as X;
          return [softmax(mul(e, x) as X), e];
        };
        const [a, b] = jit(f)(x) as [X, X], [c, d] = f(x) as [X, X];
        assertEquals([a.toArray(), b.toArray()], [c.toArray(), d.toArray()]);
      }),
      { numRuns: 25 },
    );
  } finally {
    configure(before);
  }
});

/** The gradient by its weights of an LSTM that projects its inputs first. */
const lstm = (wx: X, wh: X, xs: X): unknown => {
  const loss = (wx: X, wh: X): X => {
    const cell = ([h, c]: readonly [X, X], x: X) => {
      const [i, f, g, o] = splitAxis(add(x, matmul(h, wh)), 4, { axis: -1 }) as unknown as [X, X, X, X];
      const next = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g))) as X;
      return [[mul(sigmoid(o), tanh(next)) as X, next], null] as const;
    };
    const start = zeros([32, 16]) as unknown as X;
    const [[h]] = scan(cell as never, [start, start] as const, matmul(xs, wx)) as unknown as [[X, X]];
    return sum(square(h)) as X;
  };
  return grad(loss, { argnums: [0, 1] })(wx, wh);
};

Deno.test("the gradient of an LSTM keeps its gates and its state, gates and their gradients in one place", () => {
  const of = (length: number): number => plan(lstm, [8, 64], [16, 64], [length, 32, 8]).bytes;
  const step = (of(60) - of(20)) / 40, gates = 4 * 32 * 64, h = 4 * 32 * 16;
  assertEquals(step, gates + 2 * h);
});
