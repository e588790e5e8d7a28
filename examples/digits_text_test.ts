import { assertEquals } from "@std/assert";
import { captionOf, drawDigits } from "./digits_text.ts";

const corner = { pixels: [255, 0, 255, 0, 0, 255, 255, 0, 0, 0, 0, 0, 255, 95, 96, 255], caption: "L" };

Deno.test("drawDigits() draws two rows a line, the caption in the middle below", () => {
  assertEquals(drawDigits([corner], { width: 4 }), "▀▄█\n▄ ▄▄\n L");
});

Deno.test("drawDigits() puts as many images side by side as the columns hold", () => {
  const one = "▀▄█\n▄ ▄▄\n L";
  const two = "▀▄█   ▀▄█\n▄ ▄▄  ▄ ▄▄\n L     L";
  assertEquals(drawDigits([corner, corner, corner], { width: 4, columns: 10 }), `${two}\n\n${one}`);
  assertEquals(drawDigits([corner, corner], { width: 4, columns: 9 }), `${one}\n\n${one}`);
  assertEquals(drawDigits([corner], { width: 4, columns: 1 }), one);
});

Deno.test("drawDigits() leaves the margin out", () => {
  assertEquals(drawDigits([{ ...corner, caption: "" }], { width: 4, margin: 1 }), "▀▀\n");
});

Deno.test("drawDigits() draws an odd number of rows with paper below the last", () => {
  assertEquals(drawDigits([{ pixels: [255, 255, 255], caption: "i" }], { width: 1 }), "█\n▀\ni");
});

Deno.test("drawDigits() with colour draws greys: the upper pixel in front, the lower behind", () => {
  const picture = drawDigits([{ pixels: [0, 0, 255, 255, 255, 0], caption: "" }], { width: 3, colour: true });
  assertEquals(picture, "\x1b[38;5;232;48;5;255m▀▀\x1b[38;5;255;48;5;232m▀\x1b[0m\n");
});

Deno.test("drawDigits() writes no escape codes unless asked, and fits 80 columns", () => {
  const pixels = Uint8Array.from({ length: 784 }, (_, i) => i * 7 & 255);
  const lines = drawDigits(new Array(10).fill({ pixels, caption: "a caption longer than the image is wide" })).split(
    "\n",
  );
  // Five bands of 14 lines and a caption, four empty lines between.
  assertEquals(lines.length, 5 * 15 + 4);
  assertEquals(lines.every((line) => line.length <= 80 && !line.includes("\x1b")), true);
});

Deno.test("drawDigits() of no images is empty", () => {
  assertEquals(drawDigits([]), "");
});

Deno.test("captionOf() tells right from wrong without colour", () => {
  assertEquals([captionOf(7, 7), captionOf(5, 6)], ["7 ✓", "5, taken for 6 ✗"]);
});
