/**
 * Draws the golden pictures anew: `deno run -A make_pictures.ts [NAME …]`; look at what has changed before committing.
 * With `--png` also as PNG, beside the SVG, to be looked at and deleted.
 */
import { pictures } from "./pictures.ts";

const folder = new URL("./pictures/", import.meta.url), names = Deno.args.filter((a) => a !== "--png");
for (const [name, draw] of Object.entries(pictures)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const picture = await draw();
  Deno.writeTextFileSync(new URL(`${name}.svg`, folder), picture.svg);
  if (Deno.args.includes("--png")) Deno.writeFileSync(new URL(`${name}.png`, folder), await picture.png());
}
