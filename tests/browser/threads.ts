/** What is true of threads in a page only; its pages are made by run.sh. */
import { arenaBase, memory } from "../../core/backends/wasm/heap.ts";
import {
  clearCaches,
  configure,
  jit,
  key,
  matmul,
  memoryStats,
  normal,
  referenceBackend,
  type Shape,
  type Tensor,
} from "../../mod.ts";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";

type X = Tensor<Shape, "f32">;
const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
const shared = memory().buffer.constructor.name === "SharedArrayBuffer";
const draw = (seed: number, m: number, n: number) => normal(key(seed), [m, n]) as unknown as X;
const product = () => jit((a: X, b: X) => matmul(a, b) as X);

/** A turn of the event loop, in which workers start and read their messages. */
const turn = () => new Promise((done) => setTimeout(done, 1));

/**
 * Runs `f`, one large product, until another thread has taken part in it: its memory for packing, behind that of the
 * page's own thread, is then no longer zero.
 */
async function untilShared(f: () => X): Promise<X> {
  clearCaches();
  f();
  const half = memoryStats().scratchBytes / 2;
  assert(half >= 4096, "a product has no memory to pack in");
  const theirs = new Uint8Array(memory().buffer, arenaBase + half, half);
  const end = performance.now() + 20_000;
  while (performance.now() < end) {
    theirs.fill(0);
    const y = f();
    if (theirs.some((byte) => byte !== 0)) return y;
    await turn();
  }
  throw new Error("no worker took part in 20 seconds");
}

Deno.test("a page has as many threads as it asks for if it is isolated, and else one", () => {
  assertEquals(configure({ threads: 3 }).threads, isolated ? 3 : 1);
  assertEquals([typeof SharedArrayBuffer !== "undefined", shared], [isolated, isolated]);
});

Deno.test("a large product in a page is the reference's, within roundings", () => {
  configure({ threads: 2 });
  const a = draw(1, 200, 300), b = draw(2, 300, 100), y = product()(a, b).dataSync();
  const want = jit((p: X, q: X) => matmul(p, q) as X, { backend: referenceBackend })(a, b).dataSync();
  // Sums of 300 products of standard normal numbers: at most 300 roundings of sums below 100.
  y.forEach((v, i) => assertAlmostEquals(v, want[i]!, 300 * 100 * 2 ** -24));
});

Deno.test({
  name: "in an isolated page a worker takes part in products, of programs old and new to it, and changes no bit",
  ignore: !isolated,
  fn: async () => {
    for (const [m, k, n] of [[512, 512, 512], [300, 700, 500], [1000, 64, 333]] as const) {
      const a = draw(3, m, k), b = draw(4, k, n);
      configure({ threads: 1 });
      const alone = product()(a, b).dataSync();
      configure({ threads: 2 });
      const f = product();
      // Before the worker is there, or knows this program, the page's own thread does all.
      assertEquals(f(a, b).dataSync(), alone);
      assertEquals((await untilShared(() => f(a, b))).dataSync(), alone);
    }
  },
});
