/** Pictures, exactly as they were last looked at; `make_pictures.ts` draws them anew. */
import { decodePng, orThrow } from "../../data/mod.ts";
import { pictures } from "./pictures.ts";
import { assert, assertEquals } from "@std/assert";

/** A picture with the pixels of its images in place of their files: runtimes pack them in ways of their own. */
async function unpacked(svg: string): Promise<string> {
  const [, before = svg, packed, after = ""] = /^(.*base64,)([^"]*)(.*)$/s.exec(svg) ?? [];
  if (packed === undefined) return svg;
  return before + orThrow(await decodePng(Uint8Array.from(atob(packed), (c) => c.charCodeAt(0)))()).dataSync() + after;
}

for (const [name, draw] of Object.entries(pictures)) {
  Deno.test(`the picture ${name} is drawn as it was, holds no markup but its own, and renders`, async () => {
    const picture = await draw(), { svg, width, height } = picture;
    const golden = Deno.readTextFileSync(new URL(`./pictures/${name}.svg`, import.meta.url));
    assertEquals(await unpacked(svg), await unpacked(golden));
    assert(!/<script|<style|href="(?!data:image\/png)| on\w+=/.test(svg));
    const png = await picture.png(), header = new DataView(png.buffer);
    assertEquals([...png.subarray(1, 4)], [..."PNG"].map((c) => c.charCodeAt(0)));
    assertEquals([header.getUint32(16), header.getUint32(20)], [2 * width, 2 * height]);
  });
}
