import { jupyterDisplay } from "./display.ts";
import { inRows } from "./arrange.ts";
import { pageOf, type Panel } from "./page.ts";
import { element, textElement, wellFormed } from "./svg.ts";
import { fitted, textWidth } from "./text_width.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";

const panel = (width: number, height: number): Panel => ({ inside: "<g></g>", width, height });

Deno.test("element() and textElement() let no text become markup", () => {
  assertEquals(element("a", { b: '"<&>' }), '<a b="&quot;&lt;&amp;&gt;"></a>');
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), (text, value) => {
    const svg = textElement(text, { id: value });
    assertEquals(svg.match(/[<>]/g), ["<", ">", "<", ">"]);
    assertEquals(svg.match(/"/g)!.length - (text.match(/"/g)?.length ?? 0), 2);
  }));
});

Deno.test("wellFormed() replaces what XML has no form for, and nothing else", () => {
  assertEquals(wellFormed("a\u0000b\ud800\n\t🐈\uffff"), "a\ufffdb\ufffd\n\t🐈\ufffd");
});

Deno.test("fitted() cuts at whole letters, and gives a text that fits", () => {
  assertEquals(fitted("loss", 100), "loss");
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), fc.integer({ min: 20, max: 200 }), (text, room) => {
      const cut = fitted(text, room);
      assert(textWidth(cut) <= room);
      assert(cut === text || text.startsWith(cut.slice(0, -1)) && cut.isWellFormed());
    }),
  );
});

Deno.test("pageOf() stacks panels, is frozen, and is what a notebook shows", () => {
  const plain = pageOf([panel(100, 50), panel(80, 30)]);
  assertEquals([plain.width, plain.height], [124, 104]);
  assert(Object.isFrozen(plain));
  assertEquals(plain[jupyterDisplay](), { "image/svg+xml": plain.svg });
});

Deno.test("pageOf() gives a long legend as many rows as it takes", () => {
  const legend = Array.from({ length: 5 }, (_, i) => ({ name: `series ${i}`, color: "#000000" }));
  const [wide, narrow] = [1000, 90].map((w) => pageOf([panel(w, 50)], { legend }));
  assert(narrow!.height > wide!.height + 60);
});

Deno.test("inRows() gives every panel the place of the largest", () => {
  const { width, height, inside } = inRows([panel(10, 20), panel(30, 5), panel(1, 1)], 2);
  assertEquals([width, height], [76, 56]);
  assertEquals([...inside.matchAll(/translate\((\d+,\d+)\)/g)].map((m) => m[1]), ["0,0", "46,0", "0,36"]);
});
