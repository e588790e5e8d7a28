/** Programs drawn. */
import type { Program } from "../core/compiler/program.ts";
import { optionalPackage } from "../data/host.ts";
import { type Picture, pictureOf } from "./picture.ts";
import { type ProgramDrawing, programToDot } from "./program_dot.ts";

/** What is used of Graphviz, compiled to WebAssembly. */
interface Viz {
  readonly instance: () => Promise<{ readonly renderString: (dot: string, options: { format: "svg" }) => string }>;
}

let graphviz: ReturnType<Viz["instance"]> | undefined;

/**
 * Draws a program as a layered graph, laid out by Graphviz: what `programToDot` describes.
 *
 * Graphviz comes with the package `@viz-js/viz`, loaded at the first call; it needs no permission. Programs of a few
 * hundred equations take well under a second; those of thousands are better read as text.
 *
 * @param program What `makeProgram` gives.
 * @param options `title`: a line above. `direction`: `"down"` or `"right"`.
 * @returns The drawing; equal programs have equal drawings.
 * @throws {ArgumentError} If `direction` is neither.
 * @throws {AdjointError} If the package cannot be loaded.
 * @see Gansner, Koutsofios, North & Vo, A Technique for Drawing Directed Graphs, 1993, https://doi.org/10.1109/32.221135
 *
 * @example A loss, drawn when it is asked for
 * ```ts
 * import { makeProgram, mean, mul, sub, type Tensor, tensor } from "@adjoint/adjoint";
 * import { drawProgram } from "@adjoint/adjoint/explain";
 * import { assertRejects } from "@std/assert";
 *
 * const loss = (x: Tensor, y: Tensor) => mean(mul(sub(x, y), sub(x, y)));
 * const program = makeProgram(loss)(tensor([1, 2]), tensor([3, 4]));
 * const draw = (direction: "down" | "right") => drawProgram(program, { title: "Squared error", direction });
 * await assertRejects(() => draw("up" as never), Error, "direction is up");
 * ```
 */
export async function drawProgram(program: Program, options: ProgramDrawing = {}): Promise<Picture> {
  const dot = programToDot(program, options);
  graphviz ??= optionalPackage<Viz>("drawProgram", "@viz-js/viz", "3.31.0").then((viz) => viz.instance());
  graphviz.catch(() => void (graphviz = undefined));
  const drawn = (await graphviz).renderString(dot, { format: "svg" });
  const [, width = "0", height = "0"] = /viewBox="0\.00 0\.00 ([\d.]+) ([\d.]+)"/.exec(drawn) ?? [];
  const svg = drawn.slice(drawn.indexOf("<svg"))
    .replace(/width="[\d.]+pt" height="[\d.]+pt"/, `width="${+width}" height="${+height}"`)
    // Names of nodes: a browser would show them under the mouse, and a page may hold several drawings.
    .replace(/<!--.*?-->\n|<title>.*?<\/title>\n| id="[a-z]+\d+"/g, "")
    .replaceAll("Helvetica,sans-Serif", "Helvetica, Arial, sans-serif");
  return pictureOf(svg, +width, +height);
}
