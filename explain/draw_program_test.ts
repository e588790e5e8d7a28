import { assertEquals } from "@std/assert";
import { grad, makeProgram, mul, sum, type Tensor, zeros } from "../mod.ts";
import { packagesLoad } from "../tests/packages.ts";
import { drawProgram } from "./draw_program.ts";

const cube = (x: Tensor<readonly [2]>) => sum(mul(x, mul(x, x)));

Deno.test(
  { name: "drawProgram() draws every node with its size, in an element on its own", ignore: !packagesLoad },
  async () => {
    const program = makeProgram(grad(cube))(zeros([2]));
    const { svg, width, height } = await drawProgram(program, { title: "<x³> & “more”" });
    assertEquals(svg.startsWith(`<svg width="${width}" height="${height}"`), true);
    assertEquals(svg.trimEnd().endsWith("</svg>"), true);
    assertEquals([width > 100, height > 200], [true, true]);
    assertEquals(svg.match(/class="node"/g)?.length, program.equations.length + 2);
    assertEquals(svg.includes("&lt;x³&gt; &amp; “more”"), true);
    assertEquals(/<title>|<!--| id=/.test(svg), false);
  },
);

Deno.test(
  { name: "drawProgram() draws the same program alike, and wider to the right", ignore: !packagesLoad },
  async () => {
    const draw = (direction: "down" | "right") => drawProgram(makeProgram(grad(cube))(zeros([2])), { direction });
    const [one, two, right] = await Promise.all([draw("down"), draw("down"), draw("right")]);
    assertEquals(one.svg, two.svg);
    assertEquals(right.width > one.width, true);
  },
);
