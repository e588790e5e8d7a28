/** Plain loops run in bounded memory, with nothing to dispose. `deno task soak` runs it longer. */
import { assert, assertEquals } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";
import { pipeline as p } from "../data/mod.ts";
import { add, exp, grad, jit, key, mul, normal, sin, sub, sum, type Tensor, tensor } from "../mod.ts";

// The memory of a process is all its tests' together, so these run alone: `deno task soak` does, last.
const ignore = Deno.env.get("ADJOINT_SOAK") !== "memory";
const mebibyte = 2 ** 20;

/** Runs `step` over and over, and returns by how much memory in use grew from a tenth of the way to the end. */
function growth(steps: number, step: () => void): number {
  for (let i = 0; i < steps / 10; i++) step();
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < steps - steps / 10; i++) step();
  return Deno.memoryUsage().rss - before;
}

/**
 * Elements of an f32 state, and how many steps it makes. A step makes three arrays of its size: were none collected, the
 * shortest run would fill 1.5 GiB.
 */
const runs = [[1024, 150_000], [65_536, 2_000], [262_144, 5_000], [1_048_576, 500]] as const;

for (const [size, steps] of runs) {
  for (const donate of [[], [0]]) {
    const how = donate.length > 0 ? "donated" : "kept";
    Deno.test(
      { name: `${steps} jitted steps of a state of ${size / 256} KiB stay in bounded memory, ${how}`, ignore },
      () => {
        const step = jit((s: Tensor<readonly [number]>) => sub(s, mul(s, 0.5)), { donate });
        let s: Tensor<readonly [number]> = normal(key(0), [size]);
        const grown = growth(steps, () => s = step(s));
        // The collector lets some hundred MiB of garbage stand before it runs.
        assert(grown < 400 * mebibyte, `grew by ${grown / mebibyte} MiB`);
      },
    );
  }
}

Deno.test({ name: "100000 eager gradients stay in bounded memory", ignore }, () => {
  const f = (x: Tensor<readonly [10]>) => sum(mul(exp(sin(x)), add(x, 1)));
  const g = grad(f), x = normal(key(1), [10]);
  const grown = growth(100_000, () => g(x));
  assert(grown < 100 * mebibyte, `grew by ${grown / mebibyte} MiB`);
});

Deno.test({ name: "A pipeline over a stream of 2 GiB stays in bounded memory", ignore }, async () => {
  const chunks = 2048;
  const chunk = async function* () {
    for (let i = 0; i < chunks; i++) yield new Float32Array(mebibyte / 4).fill(i);
  };
  // Tensors of 1 MiB: 16 in a window, 4 in a batch, 2 batches ahead, 8 in a bucket.
  const data = pipe(
    p.from(chunk),
    p.map((x) => tensor(x)),
    p.filter((x) => x.shape[0] === mebibyte / 4),
    p.shuffle(key(0), 16),
    p.bucketByLength((x) => x.shape[0]!, [], 8, { collate: (xs) => xs }),
    p.flatMap((xs) => xs),
    p.interleave((x) => p.from([x]), { cycle: 3 }),
    p.batch(4),
    p.prefetch(2),
  );
  let seen = 0, before = 0, grown = 0;
  for await (const batch of data) {
    seen += batch.shape[0]!;
    if (seen === 256) before = Deno.memoryUsage().rss;
    if (seen > 256) grown = Math.max(grown, Deno.memoryUsage().rss - before);
  }
  assertEquals(seen, chunks);
  assert(grown < 400 * mebibyte, `grew by ${grown / mebibyte} MiB`);
});
