import { assertEquals } from "@std/assert";
import { configure, exp, key, makeProgram, matmul, normal, scan, sub, sum, tanh, type Tensor } from "../../../mod.ts";
import type { Concrete } from "../../tensor.ts";
import { compile, compileWatched } from "./compile.ts";

type Rows = Tensor<readonly [64, 96]>;
type Weight = Tensor<readonly [96, 96]>;

const f = (x: Rows, w: Weight) => {
  const [last, sums] = scan((h: Rows) => [tanh(matmul(h, w)), sum(h)] as const, x, null, { length: 3 });
  return [exp(sub(matmul(last, w), 1)), sums] as const;
};

for (const threads of [1, 2]) {
  Deno.test(`compileWatched() tells of each run of a kernel and changes no bit, on ${threads} threads`, () => {
    const before = configure();
    configure({ threads });
    const args = [normal(key(1), [64, 96]), normal(key(2), [96, 96])] as const, program = makeProgram(f)(...args);
    const inputs = args as unknown as readonly Concrete[], told: (number | "start")[] = [];
    const { code, kernels } = compileWatched(program, {
      start: () => void told.push("start"),
      stop: (kernel) => void told.push(kernel),
    });
    const numbers = (made: readonly Concrete[]) => made.map((y) => y.toArray());
    assertEquals(numbers(code.run(inputs)), numbers(compile(program).run(inputs)));
    const stops = told.filter((t) => t !== "start");
    assertEquals(told.flatMap((t, i) => i % 2 === 0 && t !== "start" ? [i] : []), []);
    assertEquals(told.length, 2 * stops.length);
    // Those of the loop run three times, those after it once.
    const runs = kernels.map((_, k) => stops.filter((s) => s === k).length);
    assertEquals([new Set(runs).size, Math.min(...runs), Math.max(...runs)], [2, 1, 3]);
    configure(before);
  });
}
