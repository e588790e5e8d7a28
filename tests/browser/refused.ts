/** A page whose content security policy has no workers. */
import { configure, jit, key, matmul, normal, type Shape, type Tensor } from "../../mod.ts";
import { assertEquals } from "@std/assert";

type X = Tensor<Shape, "f32">;

/** The part of a page's document that is used here. */
interface Page {
  readonly head: { append(element: object): void };
  createElement(name: string): { httpEquiv: string; content: string };
}

Deno.test("a page that may have no workers computes on one thread, and says so", async () => {
  const { document } = globalThis as unknown as { readonly document: Page };
  const policy = Object.assign(document.createElement("meta"), {
    httpEquiv: "Content-Security-Policy",
    content: "worker-src 'none'",
  });
  document.head.append(policy);
  configure({ threads: 2 });
  const x = normal(key(1), [500, 500]) as unknown as X, f = jit((v: X) => matmul(v, v) as X), first = f(x).dataSync();
  // More than the 20 ms of work after which a worker is started, then time for the refusal.
  for (let i = 0; i < 50; i++) {
    assertEquals(f(x).dataSync(), first);
    await new Promise((done) => setTimeout(done, 5));
  }
  assertEquals(configure().threads, 1);
});
