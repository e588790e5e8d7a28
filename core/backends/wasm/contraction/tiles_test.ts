import {
  add,
  configure,
  erf,
  exp,
  greater,
  jit,
  key,
  matmul,
  memoryStats,
  mul,
  normal,
  slice,
  sum,
  swapAxes,
  tanh,
  type Tensor,
} from "../../../../mod.ts";
import { aboutToShare } from "../threads.ts";
import { aboutToRun, fastest, setTile, type Tile, tileInUse, tiles } from "./mod.ts";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";

/** Runs with a tile forced, or with the probe starting anew. */
function withTile<T>(tile: Tile | null, body: () => T): T {
  setTile(tile);
  try {
    return body();
  } finally {
    setTile(null);
  }
}

type Matrix = Tensor<readonly [number, number]>;

Deno.test("results are the same bits by every tile that the probe may choose, on one thread and on two", () => {
  // Sizes that no tile divides, one whose sum is cut into blocks, and a few rows whose blocks are shared out.
  const shapes = [[50, 70, 45], [97, 650, 33], [64, 128, 64], [5, 40, 10], [1, 1000, 301], [2, 700, 600]] as const;
  const before = configure();
  try {
    for (const [m, k, n] of shapes) {
      const a = normal(key(1), [m, k]) as unknown as Matrix, b = normal(key(2), [k, n]) as unknown as Matrix;
      const products = jit((a: Matrix, b: Matrix) => {
        const c = matmul(a, b) as unknown as Matrix;
        return [c, matmul(c, swapAxes(b, 0, 1) as unknown as Matrix), sum(c)] as readonly Tensor[];
      });
      const bits = () => products(a, b).map((x) => x.dataSync());
      const usual = bits();
      for (const threads of [1, 2]) {
        configure({ threads });
        aboutToShare(1e12);
        for (const tile of tiles) assertEquals(withTile(tile, bits), usual, `${JSON.stringify(tile)}, ${threads}`);
      }
    }
  } finally {
    configure(before);
  }
});

Deno.test("loops of vectors give the same bits one by one and in pairs", () => {
  // One vector, pairs of them, one that is left over, and numbers after the last; one result and three.
  for (const size of [4, 8, 12, 31, 1000, 4099]) {
    for (const dtype of ["f32", "f64"] as const) {
      const x = normal(key(4), [size], { dtype }) as unknown as Tensor,
        y = normal(key(5), [size], { dtype }) as unknown as Tensor;
      const many = jit((x: Tensor, y: Tensor) => {
        const e = exp(x), t = tanh(add(x, y));
        return [mul(e, t), add(e, y), greater(t, x), erf(y)] as readonly Tensor[];
      });
      const bits = () => many(x, y).map((r) => r.dataSync());
      const usual = bits();
      for (const tile of tiles) assertEquals(withTile(tile, bits), usual, `${size} ${dtype} ${JSON.stringify(tile)}`);
    }
  }
});

Deno.test("a program is compiled again for another tile, and kept then", () => {
  const wide = tiles.at(-1)!, x = normal(key(3), [40, 40]) as unknown as Matrix;
  const square = jit((x: Matrix) => matmul(x, x));
  const compiledBy = (run: () => unknown): number => {
    const before = memoryStats().programs;
    run();
    return memoryStats().programs - before;
  };
  const twice = () => [compiledBy(() => square(x)), compiledBy(() => square(x))];
  assertEquals(twice(), [1, 0]);
  withTile(wide, () => assertEquals(twice(), [1, 0]));
});

Deno.test("the probe begins after much work, ends, and keeps one of its tiles", () => {
  setTile(null);
  try {
    assertStrictEquals(tileInUse(), tiles[0]);
    // One long run: the next ones do the rounds.
    aboutToRun(1e9);
    assertStrictEquals(tileInUse(), tiles[0]);
    for (let run = 0; run < 10; run++) aboutToRun(1e9);
    const kept = tileInUse();
    assert(tiles.includes(kept));
    for (let run = 0; run < 10; run++) aboutToRun(1e9);
    assertStrictEquals(tileInUse(), kept);
  } finally {
    setTile(null);
  }
});

Deno.test("fastest() leaves the usual tile only for one that is clearly faster", () => {
  assertEquals(fastest([10, 20, 30]), 0);
  assertEquals(fastest([10, 9.5, 30]), 0);
  assertEquals(fastest([10, 8, 30]), 1);
  assertEquals(fastest([10, 8, 6]), 2);
  // A clock of low resolution says nothing.
  assertEquals(fastest([0, 0, 0]), 0);
});

Deno.test("a row of a product is the same bits alone and among others", () => {
  const a = normal(key(1), [7, 1000]) as unknown as Matrix, b = normal(key(2), [1000, 301]) as unknown as Matrix;
  const row = (x: Matrix) => (matmul(x, b) as unknown as Matrix).toArray();
  const all = row(a);
  for (let i = 0; i < 7; i++) assertEquals(row(slice(a, [i], [i + 1]) as unknown as Matrix), [all[i]!]);
});
