/** Pictures, exactly as they were last looked at; `make_pictures.ts` draws them anew. */
import { pictures } from "./pictures.ts";
import { assert, assertEquals } from "@std/assert";

for (const [name, draw] of Object.entries(pictures)) {
  Deno.test(`the picture ${name} is drawn as it was, holds no markup but its own, and renders`, async () => {
    const picture = await draw(), { svg, width, height } = picture;
    assertEquals(svg, Deno.readTextFileSync(new URL(`./pictures/${name}.svg`, import.meta.url)));
    assert(!/<script|<style|href="(?!data:image\/png)| on\w+=/.test(svg));
    const png = await picture.png(), header = new DataView(png.buffer);
    assertEquals([...png.subarray(1, 4)], [..."PNG"].map((c) => c.charCodeAt(0)));
    assertEquals([header.getUint32(16), header.getUint32(20)], [2 * width, 2 * height]);
  });
}
