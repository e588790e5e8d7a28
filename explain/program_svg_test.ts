import { assertEquals } from "@std/assert";
import { grad, makeProgram, mul, sum, type Tensor, zeros } from "../mod.ts";
import { programSvg } from "./program_svg.ts";

// The package is not at hand everywhere.
const there = await programSvg(makeProgram((x: Tensor) => x)(zeros([]))).then(() => true, () => false);

const cube = (x: Tensor<readonly [2]>) => sum(mul(x, mul(x, x)));

Deno.test(
  { name: "programSvg() draws every node with its size, in an element on its own", ignore: !there },
  async () => {
    const program = makeProgram(grad(cube))(zeros([2]));
    const { svg, width, height } = await programSvg(program, { title: "<x³> & “more”" });
    assertEquals(svg.startsWith(`<svg width="${width}" height="${height}"`), true);
    assertEquals(svg.trimEnd().endsWith("</svg>"), true);
    assertEquals([width > 100, height > 200], [true, true]);
    assertEquals(svg.match(/class="node"/g)?.length, program.equations.length + 2);
    assertEquals(svg.includes("&lt;x³&gt; &amp; “more”"), true);
    assertEquals(/<title>|<!--| id=/.test(svg), false);
  },
);

Deno.test({ name: "programSvg() draws the same program alike, and wider to the right", ignore: !there }, async () => {
  const draw = (direction: "down" | "right") => programSvg(makeProgram(grad(cube))(zeros([2])), { direction });
  const [one, two, right] = await Promise.all([draw("down"), draw("down"), draw("right")]);
  assertEquals(one, two);
  assertEquals(right.width > one.width, true);
});
